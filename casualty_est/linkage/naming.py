"""Columns of lists of people: under their usual names, and never such that a person is printed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from casualty_est.errors import InputError, Problem, UsageError
from casualty_est.linkage.fields import NAMES
from casualty_est.tables.checks import nearest
from casualty_est.tables.plain import plain
from casualty_est.tables.table import Table
from casualty_est.wording.language import N_, Noted, stored

ALIASES = {
    "name": "name full_name fullname victim_name name_of_victim names "
    "victim deceased name_of_deceased name_of_the_deceased name_en name_ar nombre nombre_completo "
    "nombre_y_apellidos nom nom_complet nom_et_prénom الاسم الاسم_الكامل الاسم_الرباعي "
    "اسم_الشهيد اسم_الضحية اسم имя фио ф_и_о піб п_і_б ім_я",  # noqa: RUF001
    "given": "given given_name first_name firstname forename prenom prénom nombres primer_nombre "
    "الاسم_الاول الاسم_الأول",
    "father": "father father_name fathers_name father_s_name name_of_father patronymic middle_name "
    "اسم_الاب اسم_الأب الاب الأب отчество по_батькові",
    "grandfather": "grandfather grandfather_name grandfathers_name grandfather_s_name اسم_الجد "
    "الجد",
    "family": "family family_name last_name lastname surname apellido apellidos primer_apellido "
    "nom_de_famille العائلة اسم_العائلة الكنية الشهرة اللقب фамилия прізвище",
    "age": "age age_years age_in_years age_at_death edad âge العمر السن возраст вік",
    "date": "date date_of_death death_date date_died date_killed fecha fecha_de_muerte "
    "date_de_décès التاريخ تاريخ_الوفاة تاريخ_الاستشهاد дата дата_смерти дата_гибели",
    "place": "place place_of_death location governorate village town city lugar municipio lieu "
    "المكان مكان_الوفاة المحافظة المدينة место место_смерти місце",
    "sex": "sex gender sexo género sexe الجنس النوع пол стать",
    "number": "number id_number national_id national_number identity_number رقم_الهوية",
    "id": "id",
}
MOST_LISTS = 12  # that the matching takes; a column with more is one of people
FEWEST_ROWS = 6  # of which each may have a stratum of its own by chance
MOST_STRATA = 20  # up to which strata may be as many as a quarter of the records
# Text as Python quotes it: where an error of reading repeats a cell, it does so like this.
_QUOTED = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""")
NO_NAME = (
    "no column holds names: say which one does, as in person={'name': 'full name'} "
    "(--person name='full name')"
)


def with_usual_names(table: Table, used: Collection[str]) -> tuple[Table, str]:
    """Return a table with its columns under the names of the fields, and what they were.

    used: columns that the analyst named, which keep their names.
    """
    by_name: dict[str, str] = {}
    for column in table.columns:
        if column not in used:
            by_name.setdefault(plain(column), column)
    known: dict[str, str] = {}
    for field, aliases in ALIASES.items():
        if field in table.columns:
            continue
        own = next(
            (by_name[alias] for alias in _of(field, aliases, by_name) if alias in by_name), None
        )
        if own is not None and own not in known and own not in ALIASES:
            known[own] = field
    if not known:
        return table, ""
    columns = tuple(known.get(column, column) for column in table.columns)
    named = tuple((field, own) for own, field in known.items())
    said = ", ".join(f"{own!r} as {field}" for own, field in known.items())
    return replace(table, columns=columns, named=(*table.named, *named)), said


def _of(field: str, aliases: str, there: Collection[str]) -> list[str]:
    """The usual names of a field; in French "nom" is the family where "prénom" stands beside it."""
    known = aliases.split()
    if "nom" in there and not {"prenom", "prénom"}.isdisjoint(there):
        known = [alias for alias in known if alias != "nom"]
        known += ["nom"] if field == "family" else []
    return known


def with_named(table: Table, person: Mapping[str, str]) -> Table:
    """A table with each column of the person under the first of the names given for it."""
    renamed: dict[str, str] = {}
    for names in person.values():
        first, *others = alternatives(names)
        own = next((name for name in others if name in table.columns), None)
        if own is not None and first not in table.columns:
            renamed[own] = first
    # The id is no column of the person, and is known by its usual name as ever.
    own = next((column for column in table.columns if plain(column) == "id"), None)
    if own is not None and "id" not in table.columns and own not in {*person.values(), *renamed}:
        renamed[own] = "id"
    if not renamed:
        return table
    columns = tuple(renamed.get(column, column) for column in table.columns)
    named = tuple((first, own) for own, first in renamed.items())
    return replace(table, columns=columns, named=(*table.named, *named))


def alternatives(names: str) -> list[str]:
    """The names of one column in several tables, as in "name|full name"."""
    return [part for name in names.split("|") if (part := name.strip())] or [names]


def is_header(table: Table) -> bool:
    """Whether the first row is surely no person: some of it are names of columns that are known."""
    known = {alias for aliases in ALIASES.values() for alias in aliases.split()}
    return not known.isdisjoint(map(plain, table.columns))


def shown(tables: Sequence[Table]) -> str:
    """The columns of tables, where they cannot be a person; what they may be where they can."""
    if all(map(is_header, tables)):
        header = dict.fromkeys(column for table in tables for column in table.columns)
        return f"; the columns are {', '.join(header)}"
    return "; the first row of each table must be the names of its columns"


def alike(column: str, header: Collection[str]) -> str:
    """A hint at a column of the same name but for case and signs: others may be people."""
    return nearest(column, [name for name in header if plain(name) == plain(column)])


def without_cells(error: InputError) -> InputError:
    """An error of reading a file, without what stands in it: that may be a person."""
    bare = [
        Problem(_QUOTED.sub("(a cell)", p.reason), p.line, None, None, p.where)
        for p in error.problems
    ]
    return InputError(bare, error.name)


def read_quietly(read: Callable[..., Table], *given: Any) -> Table:
    """Read a table; an error says where, and not what stands there."""
    try:
        return read(*given)
    except InputError as error:
        raise without_cells(error) from None


def check_printed(
    rows: Sequence[Mapping[str, object]],
    list_column: str | None,
    by: Sequence[str],
    columns: Mapping[str, str],
    id_column: str,
) -> None:
    """Refuse a list or a stratum whose label is a person: lists and strata are printed."""
    secret = {columns[field] for field in (*NAMES, "number") if field in columns} | {id_column}
    if list_column in secret:
        msg = f"list: {list_column!r} names people, and lists are printed: choose another column"
        raise UsageError(msg)
    lists = Counter(row["list"] for row in rows)
    if list_column is not None and (len(lists) > MOST_LISTS or _as_many(lists)):
        msg = (
            f"list: {list_column!r} has {len(lists):,} different cells, as a column of people has: "
            "name the column that says the list"
        )
        raise UsageError(msg)
    spelled: dict[str, str] = {}
    for name in map(str, lists):
        other = spelled.setdefault(plain(name), name)
        if other != name:
            msg = f"list: {other!r} and {name!r} differ in case or signs only: write one of them"
            raise UsageError(msg)
    for at, column in enumerate(by):
        if column in secret:
            msg = f"by: {column!r} names people, and strata are printed: choose another column"
            raise UsageError(msg)
        strata = Counter(row["strata"][at] for row in rows)  # type: ignore[index]
        if len(strata) > max(MOST_STRATA, len(rows) / 4) or _as_many(strata):
            msg = (
                f"by: {column!r} has {len(strata):,} different cells, as a column of people has, "
                "and strata are printed: choose another column"
            )
            raise UsageError(msg)


def _as_many(cells: Mapping[object, int]) -> bool:
    """Whether a column has a cell of its own for nearly every row, as one of people has."""
    rows = sum(cells.values())
    return rows >= FEWEST_ROWS and len(cells) > rows / 2


def notes_of(table: Table, name: str) -> Iterator[Noted]:
    """What was recognised of a file, without the cells that such notes quote."""
    told = {
        "encoding": N_(
            "note",
            "{file} is not UTF-8, and was read in another encoding: look at accents in the names",
        ),
        "above_header": N_("note", "{file} has rows above the header, which are not read"),
        "footnote": N_(
            "note",
            "{file} has rows below the table that begin like a footnote, which are not read",
        ),
        "header": N_("note", "{file} has a header of two lines, which are read as one"),
        "repeated_header": N_("note", "{file} repeats its header, which is not read again"),
        "side_by_side": N_(
            "note", "{file} has tables side by side with one header, which are read as one list"
        ),
        "merged": N_("note", "{file} has merged cells, which are filled with what they show"),
        "sheet": N_(
            "note",
            "one sheet of {file} is read, and no other: save other sheets as files of their own",
        ),
        "row_names": N_("note", "{file} has a first column that numbers the rows and is not read"),
    }
    for code in dict.fromkeys(code for code, _ in table.notes):
        if code in told:
            template = told[code]
            yield code, stored("note", template, file=name)
