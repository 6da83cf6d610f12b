"""Tables of a hundred thousand rows: read, parsed and counted once, in seconds.

A clock says nothing on a machine that is shared, so these run with the other benchmarks only. The
peer is what pandas needs to read the same file as text, the least that any reader does.
"""

from __future__ import annotations

import random
import time

import pandas as pd
import pytest

from casualty_est.claims.table.claims import Claims
from casualty_est.claims.table.counting import count_once
from casualty_est.errors import QuantityError
from casualty_est.quantity.quantity import Quantity
from tests.support.adversarial import ADVERSARIAL

pytestmark = pytest.mark.slow
SIZE = 100_000


def _seconds(work) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def test_claims_are_read_and_validated(tmp_path):
    roles = ("monitor", "media")
    rows = "".join(
        f'S{i % 10},"at least {i % 9000 + 1:,}",{roles[i % 2]},Town {i % 3000}+Region {i % 7},'
        f"2014-08-08,2018-02-{i % 28 + 1:02},civilians,https://example.org/{i}\n"
        for i in range(SIZE)
    )
    path = tmp_path / "large.csv"
    path.write_text("source,quantity,role,scope,start,end,group,citation\n" + rows)
    peer = min(_seconds(lambda: pd.read_csv(path, dtype=str)) for _ in range(3))
    ours = min(_seconds(lambda: Claims.read(path)) for _ in range(3))
    print(f"\n{SIZE:,} claims: {ours:.2f} s, {ours / peer:.0f} times pandas alone")  # noqa: T201
    assert ours < 16 * peer


def test_claims_are_counted_once():
    claims = Claims(
        pd.DataFrame(
            {
                "source": [f"S{n % 10}" for n in range(SIZE)],
                "quantity": [f"at least {n % 5000 + 1}" for n in range(SIZE)],
                "scope": [f"Town {n % 20000}" for n in range(SIZE)],
                "perpetrator": [f"Army {n % 50}" for n in range(SIZE)],
                "derived_from": [
                    ("Absent", "", "S1")[n % 3] if n % 10 != 1 else "" for n in range(SIZE)
                ],
            }
        )
    )
    ours = _seconds(lambda: count_once(claims))
    print(f"\n{SIZE:,} claims counted once: {ours:.2f} s")  # noqa: T201
    assert ours < 8


def test_quantities_are_parsed():
    cells = [
        written
        for n in range(1, SIZE // 4 + 1)
        for written in (str(n), f"about {n:,}", f"at least {n:,}", f"{n:,}-{n + 5:,}")
    ]
    random.Random(1).shuffle(cells)
    ours = _seconds(lambda: [Quantity.parse(cell) for cell in cells])
    print(f"\n{SIZE:,} quantities: {ours:.2f} s")  # noqa: T201
    assert ours < 4


@pytest.mark.parametrize("text", ADVERSARIAL, ids=lambda text: text[:20])
def test_adversarial_text_is_refused_at_once(text):
    def refused():
        with pytest.raises(QuantityError):
            Quantity.parse(text)

    assert _seconds(refused) < 0.1
