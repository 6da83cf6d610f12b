"""Problems of one kind are told once with their number, and none is lost."""

from __future__ import annotations

from casualty_est.errors import InputError, Problem


def test_few_problems_are_told_in_full():
    problems = [Problem(f"'x{n}' is wrong", n, "date", f"x{n}") for n in range(2, 6)]
    assert str(InputError(problems, "t.csv")).splitlines() == [
        "t.csv has 4 problems:",
        *(f"  line {n}, column 'date', 'x{n}': 'x{n}' is wrong" for n in range(2, 6)),
    ]


def test_equal_problems_are_told_once():
    problems = [Problem(f"write 2023-01-{n % 28:02}", n, "date", "?") for n in range(2, 432)]
    error = InputError([*problems, Problem("another", 7)], "t.csv")
    assert len(error.problems) == 431
    assert str(error).splitlines() == [
        "t.csv has 431 problems:",
        "  line 2, column 'date', '?': write 2023-01-02",
        "  line 3, column 'date', '?': write 2023-01-03",
        "  line 4, column 'date', '?': write 2023-01-04",
        "  and 427 more of this kind, in lines 5-431",
        "  line 7: another",
    ]


def test_places_are_drawn_together():
    lines = [2, 3, 4, 5, 7, 8, 10]
    error = InputError([Problem("wrong", line, where="row") for line in lines])
    assert str(error).splitlines()[-1] == "  and 4 more of this kind, in rows 5, 7-8, 10"
    apart = InputError([Problem("wrong", 2 * line) for line in range(1, 100)])
    assert str(apart).endswith("44, 46 and 76 more places")


def test_columns_are_kinds_of_their_own():
    problems = [Problem("wrong", n, column) for n in range(3) for column in ("start", "end")]
    assert len(str(InputError(problems)).splitlines()) == 7
