"""The files that a report is published as: page, PDF, figures to print, tables of numbers."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from casualty_est.errors import UsageError
from casualty_est.report import pictures
from casualty_est.report.page import render
from casualty_est.result.files import write_text, write_whole
from casualty_est.result.refits import columns_of, level_for, one_sided
from casualty_est.wording.display import shown_as
from casualty_est.wording.language import speaking

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from casualty_est.report.parts import Parts
    from casualty_est.report.said import Said

BROWSERS = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"),
    *("microsoft-edge", "microsoft-edge-stable", "msedge", "brave-browser"),
)
PATIENCE = 180  # seconds that a browser may take to print
SHAPES = {"16x9": (16 / 9, 1600), "square": (1.0, 1080)}  # width over height, dots across
WIDTHS = (3.6, 4.4, 5.2, 6.0, 7.2, 8.6, 10.4, 12.5, 15.0, 18.0, 22.0, 27.0, 33.0, 40.0)
FIRST = ("card", "total", "parts")  # figures of every estimate, whatever the report shows


def report(parts: Parts, path: str | os.PathLike[str], said: Said) -> Path:
    """Write the report; a name that ends in .pdf is printed by a browser."""
    said.check_language()
    page = render(parts, said)
    if Path(path).suffix.lower() != ".pdf":
        return write_text(path, page)
    return write_whole(path, lambda there: _print(page, there))


def _print(page: str, path: Path) -> None:
    """Print a page by an installed browser."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        msg = (
            "a PDF needs Chromium, Chrome or Edge on the PATH, and none is there: install one, or "
            "write the report as .html, open it in a browser and print it to a file"
        )
        raise UsageError(msg)
    with tempfile.TemporaryDirectory() as folder:
        source, printed = Path(folder, "report.html"), Path(folder, "report.pdf")
        source.write_text(page, encoding="utf-8")
        command = [browser, "--headless", "--disable-gpu", "--no-pdf-header-footer"]
        command += [f"--user-data-dir={folder}/profile", f"--print-to-pdf={printed}"]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.append("--no-sandbox")  # Chromium refuses the superuser otherwise
        try:
            subprocess.run(
                [*command, source.as_uri()], check=True, capture_output=True, timeout=PATIENCE
            )
        except (OSError, subprocess.SubprocessError) as error:
            msg = f"{Path(browser).name} could not print the report: {error}"
            raise UsageError(msg) from None
        if not printed.exists():
            msg = f"{Path(browser).name} wrote no PDF: write the report as .html and print that"
            raise UsageError(msg)
        shutil.copyfile(printed, path)


def figures(parts: Parts, folder: str | os.PathLike[str], said: Said) -> list[Path]:
    """Write every picture as PNG and SVG in two shapes, and their texts."""
    from casualty_est.plots.style import to_png, to_svg

    there = _folder(folder)
    written, alts = [], []
    with speaking(said.language), shown_as(said.names):
        credit = pictures.line_below(parts, said)
        for name, options in _every(parts):
            if name == "card" and said.title:
                options = {**options, "title": said.title}
            for shape, (ratio, dots) in SHAPES.items():
                figure = shaped(parts, name, ratio, {**options, "credit": credit})
                width = float(figure.get_size_inches()[0])
                # A hundredth of a dot more: sizes are cut to whole dots, not rounded.
                files = {"png": to_png(figure, (dots + 0.01) / width), "svg": to_svg(figure)}
                for ending, content in files.items():
                    path = there / f"{name}-{shape}.{ending}"
                    path.write_bytes(content)
                    written.append(path)
            alts.append(f"{name}\n{figure.alt}\n")  # type: ignore[attr-defined]
    written.append(write_text(there / "texts.txt", "\n".join(alts)))
    return written


def _every(parts: Parts) -> Iterator[tuple[str, dict[str, Any]]]:
    """The names of pictures, and the options of the methods that draw them."""
    from casualty_est.plots.parts import why_not

    level = {"ci_prob": parts.prob}
    wanted = {name: one.options for name, one in pictures.wanted(parts).items()}
    if not wanted:
        return
    for name in FIRST:
        if name != "parts" or not why_not(parts.estimate.plot, 0):
            yield name, level
    yield from ((name, options) for name, options in wanted.items() if name not in FIRST)


def shaped(parts: Parts, name: str, ratio: float, options: dict[str, Any]) -> Figure:
    """A picture of some shape, as narrow as its content allows, so that its text is large."""
    draw = getattr(parts.estimate.plot, name)
    for width in WIDTHS:
        figure = draw(**options, figsize=(width, None))
        if float(figure.get_size_inches()[1]) <= width / ratio:
            break
    needed = max(float(figure.get_size_inches()[1]), width / ratio)
    drawn: Figure = draw(**options, figsize=(width, needed))
    return drawn


def tables(parts: Parts, folder: str | os.PathLike[str]) -> list[Path]:
    """Write what a report prints in tables as CSV, with all digits."""
    import pandas as pd

    there, estimate, prob = _folder(folder), parts.estimate, parts.prob
    frames = {
        "estimates": estimate.summary(prob).reset_index(),
        "sources": estimate.sources(prob).reset_index(),
        "claims": pd.DataFrame([vars_of(claim) for claim in estimate.meta.claims]),
        "weights": estimate.identification().to_frame() if len(estimate) else pd.DataFrame(),
    }
    side = estimate._bounded(0) if len(estimate) else None
    for name in estimate._refits():
        kept = estimate._records(name, 0, level_for(side, prob), unasked=False)
        if kept:
            frame = pd.DataFrame([vars_of(one) for one in kept])[columns_of(type(kept[0]))]
            frames[name] = one_sided(frame, side, prob) if side else frame
    written = []
    for name, frame in frames.items():
        frame = frame.dropna(axis=1, how="all")
        if len(frame) and len(frame.columns):
            frame = frame.map(plain_cell)
            text = frame.to_csv(index=False, lineterminator="\n")
            written.append(write_text(there / f"{name}.csv", text))
    return written


def vars_of(record: Any) -> dict[str, Any]:
    """The fields of a record."""
    return {name: getattr(record, name) for name in record.__dataclass_fields__}


def plain_cell(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r" else value


def _folder(folder: str | os.PathLike[str]) -> Path:
    there = Path(folder)
    try:
        there.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        msg = f"the folder {there} cannot be made: {error.strerror}"
        raise UsageError(msg) from None
    return there
