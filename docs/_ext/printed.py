"""Pages as PDF, to be attached to a paper, where a browser is there that can print them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from sphinx.application import Sphinx

from casualty_est.report.publish import BROWSERS

PAGES = ("methods",)
PATIENCE = 120  # seconds


def browser() -> str | None:
    """Return the browser that prints; None where there is none."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def print_pages(app: Sphinx, error: Exception | None) -> None:
    """Print the pages that are built, each beside its HTML."""
    found = browser()
    if error or found is None or app.builder.format != "html":
        return
    for page in PAGES:
        source = Path(app.outdir, f"{page}.html")
        command = [found, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"]
        command += [f"--print-to-pdf={source.with_suffix('.pdf')}", source.as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=PATIENCE)


def setup(app: Sphinx) -> dict[str, bool]:
    """Print after the build; pages may ask for the tag `printed`."""
    if browser():
        app.tags.add("printed")
    app.connect("build-finished", print_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
