"""Write review.html: one file that works without a network, and the only one that holds names."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from casualty_est.linkage.reading import Content
from casualty_est.linkage.review.choose import candidates_of, choose
from casualty_est.linkage.scores.pairs import Pairs
from casualty_est.report.page import environment
from casualty_est.result.files import write_text

PACKAGE = "casualty_est.linkage.review"


def write(
    path: str | os.PathLike[str], content: Content, pairs: Pairs, records: int, seed: int
) -> Path:
    """Choose records and write the page; see `LinkageModel.review`."""
    near = candidates_of(pairs)
    chosen = choose(pairs, near, content.list_of, records, seed)
    tasks = []
    for record, at_random in chosen.items():
        ends = [(int(pairs.i[p]), int(pairs.j[p])) for p in near.get(record, [])]
        others = [j if i == record else i for i, j in ends]
        cards = [_card(content, other) for other in others]
        card = _card(content, record)
        tasks.append({"record": card, "candidates": cards, "atRandom": at_random})
    data = {"fields": list(content.shown), "tasks": tasks, "store": _store(content, list(chosen))}
    # In a script nothing is escaped as in HTML: no text may end the script or open a comment.
    text = json.dumps(data, ensure_ascii=False)
    text = text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    page = environment((PACKAGE,)).get_template("review.html").render(data=text, number=len(tasks))
    # Half a character cannot be written; it is shown as a question mark.
    return write_text(path, page.encode("utf-8", "replace").decode("utf-8"), private=True)


def _card(content: Content, record: int) -> dict[str, Any]:
    return {
        "id": content.keys[record],
        "list": content.lists[content.list_of[record]],
        "values": [texts[record] for texts in content.shown.values()],
    }


def _store(content: Content, chosen: list[int]) -> str:
    """Where the browser keeps the progress of this page, and of no other."""
    text = json.dumps([content.keys[record] for record in chosen])
    return "casualty-est-review-" + hashlib.sha256(text.encode()).hexdigest()[:16]
