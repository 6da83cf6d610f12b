"""Sphinx configuration: the pages run their own code, the examples run before the build."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import casualty_est

DOCS = Path(__file__).resolve().parent
EXAMPLES = DOCS.parent / "examples"
BUILT = DOCS / "_examples"
sys.path.insert(0, str(DOCS / "_ext"))

from cell_pictures import prepare_kernels  # noqa: E402
from table_templates import write_templates  # noqa: E402

# --- the examples, as a user would run them ---------------------------------------------

(BUILT / "reports").mkdir(parents=True, exist_ok=True)


def run_example(script: Path) -> None:
    """Run one example; keep what it prints."""
    finished = subprocess.run(
        [sys.executable, str(script), "--out", script.stem],
        check=True,
        cwd=BUILT / "reports",
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    (BUILT / f"{script.stem}.txt").write_text(finished.stdout, encoding="utf-8")


LONGEST = ("ukraine_2022", "coalition_timeline")  # first, so that the others run beside them


def begins(script: Path) -> tuple[bool, str]:
    """When the turn of an example comes."""
    return script.stem not in LONGEST, script.stem


with ThreadPoolExecutor(2) as examples:  # half of an example compiles and draws
    list(examples.map(run_example, sorted(EXAMPLES.glob("*.py"), key=begins)))

# Empty tables to download, as the package writes them today.
write_templates(BUILT / "templates")

# Pages show the command line: it has to be found however sphinx-build was started, and to print
# plain text.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
paths = [str(DOCS / "_ext"), *filter(None, [os.environ.get("PYTHONPATH")])]
prepare_kernels(BUILT / "ipython")
os.environ |= {"PYTHONPATH": os.pathsep.join(paths), "COLUMNS": "80", "TYPER_USE_RICH": "0"}

# --- the project ------------------------------------------------------------------------

project = "casualty_est"
author = "The casualty_est developers"
copyright = author
version = release = casualty_est.__version__

extensions = [
    "mathml",
    "plain_cells",
    "accessible",
    "cell_pictures",
    "printed",
    "thumbnails",
    "myst_nb",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinxcontrib.bibtex",
]
exclude_patterns = ["_build", "_examples"]
templates_path = ["_templates"]

# --- pages that run ---------------------------------------------------------------------

nb_execution_mode = "force"  # a number on a page is what today's code says
nb_execution_timeout = 900  # a fit of lists takes minutes on a machine that does other things
nb_execution_raise_on_error = True
nb_execution_in_temp = True  # pages write files as a reader would; none may land here
nb_render_markdown_format = "myst"
myst_enable_extensions = ["amsmath", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3

# --- reference pages --------------------------------------------------------------------

autodoc_typehints = "none"  # numpydoc sections hold the types
autodoc_member_order = "bysource"
toc_object_entries_show_parents = "hide"  # the list at the right is narrow
autosummary_generate = False
numpydoc_show_class_members = False
numpydoc_xref_param_type = False
bibtex_bibfiles = ["references.bib"]
bibtex_default_style = "unsrt"
bibtex_reference_style = "author_year"

# --- html -------------------------------------------------------------------------------

html_math_renderer = "mathml"  # formulas read offline
html_theme = "pydata_sphinx_theme"
html_title = "casualty_est"
html_static_path = ["_static"]
html_css_files = ["casualty_est.css"]
html_extra_path = ["_examples/reports"]
html_sidebars = {"**": ["sidebar-pages"]}
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {
    "navigation_with_keys": False,
    "show_prev_next": True,
    "show_toc_level": 2,
    "navbar_center": [],
    "navbar_persistent": ["search-button"],  # the wide one has another label than text
    "primary_sidebar_end": [],
    "footer_start": ["copyright"],
    "footer_end": [],
}
