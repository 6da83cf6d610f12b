"""Promises of the package as a whole: what importing costs, who imports whom, what is public."""

from __future__ import annotations

import ast
import inspect
import json
import subprocess
import sys
from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

import casualty_est
from casualty_est import ClaimsModel, Estimate
from casualty_est.claims.estimate import ClaimsEstimate
from casualty_est.incidents.estimate import IncidentEstimate
from casualty_est.kinds import KINDS
from casualty_est.lists.estimate import ListEstimate
from casualty_est.study.estimate import StudyEstimate
from tests.support.parsed import ROOT, parsed

HEAVY = {"pymc", "arviz", "matplotlib", "nutpie", "pytensor", "numba"}


PIECES = (
    "import casualty_est",
    "import casualty_est; casualty_est.Quantity.parse('about 800')",
    "import casualty_est as ce; ce.Claims; ce.LogNormal(median=5, factor=2)",
    "import casualty_est as ce; ce.datasets.load('coalition_syria_patterns').patterns()",
    "import casualty_est as ce; dir(ce); ce.__all__",
    "import casualty_est as ce; repr(ce.ClaimsModel(ce.datasets.load('coalition')))",
    "import casualty_est.plots",
    "import casualty_est as ce; ce.studies.audit('A', n=[25, 50]); ce.studies.survey(100)",
)


def test_importing_reading_and_configuring_load_no_sampler_and_no_pictures():
    """One process: what a later piece may load, no earlier one has loaded."""
    script = "import json, sys\nfor code in json.loads(sys.argv[1]):\n    exec(code, {})\n"
    script += f"    print(sorted({HEAVY!r} & set(sys.modules)), 'after', code)"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script, json.dumps(PIECES)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == [f"[] after {code}" for code in PIECES]


@pytest.mark.thorough
def test_an_exact_fit_loads_no_sampler():
    script = "import sys, casualty_est as ce; ce.ClaimsModel(ce.datasets.load('coalition')).fit()"
    script += "; print(sorted({'pymc', 'pytensor', 'nutpie', 'numba'} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


@pytest.mark.thorough
def test_what_the_command_line_loads_without_a_fit():
    """One process: help, the list of demos and every check, one after the other."""
    names = {"claims": "coalition", "incidents": "strikes_incidents", "lists": "kosovo"}
    names["survey"] = "gaza_survey"
    paths = {kind: casualty_est.datasets.path(name) for kind, name in names.items()}
    calls = [["--help"], ["demo", "--list"], *(["check", k, str(p)] for k, p in paths.items())]
    code = (
        "import json, sys\n"
        "from casualty_est.cli.main import main\n"
        "for words in json.loads(sys.argv[1]):\n"
        "    sys.argv = ['casualty-est', *words]\n"
        "    try:\n        main()\n    except SystemExit as end:\n        assert not end.code\n"
        f"    assert not {HEAVY!r} & set(sys.modules), words\n"
    )
    subprocess.run([sys.executable, "-c", code, json.dumps(calls)], check=True)


# The house -------------------------------------------------------------------------------------

WINGS = {folder.rpartition(".")[2] for folder in KINDS.values()}
NAMES = {*WINGS, *KINDS}  # of kinds, before a test registers one of its own
SAMPLERS = {"pymc", "pytensor", "nutpie"}


@cache
def sources():
    """Every module of the package: path, wing or room, syntax tree."""
    return [
        (path, path.relative_to(ROOT).with_suffix("").parts, tree)
        for path, tree in parsed().items()
    ]


def all_imports(tree):
    """Every module that is imported anywhere, also inside functions and for type checkers."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module == "casualty_est":
            yield from (f"casualty_est.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def at_the_top(tree):
    """What is imported when the module is loaded; what only a type checker sees does not count."""
    todo = list(tree.body)
    while todo:
        node = todo.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            todo.extend(node.orelse)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from all_imports(ast.Module([node], []))
        elif isinstance(node, ast.If | ast.Try | ast.With | ast.ClassDef):
            todo.extend(n for n in ast.iter_child_nodes(node) if isinstance(n, ast.stmt))


def wing_of(name):
    parts = name.split(".")
    return parts[1] if len(parts) > 1 and parts[0] == "casualty_est" and parts[1] in WINGS else None


def crossings():
    """Imports from a wing into another wing, or into the ground floor."""
    return {
        ("/".join(parts), name)
        for _, parts, tree in sources()
        for name in all_imports(tree)
        if wing_of(name) and wing_of(name) != parts[0] and parts != ("__init__",)
    }


def test_a_wing_is_imported_by_no_other_room():
    assert not {f"{where} imports {name}" for where, name in crossings()}


def comparisons_with_kinds():
    """Comparisons with the name of a kind of evidence, cases of `match` included."""
    found = []
    for _, parts, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Compare | ast.MatchValue):
                words = {n.value for n in ast.walk(node) if isinstance(n, ast.Constant)}
                if any(isinstance(word, str) and word in NAMES for word in words):
                    found.append(f"{'/'.join(parts)}:{node.lineno}: {ast.unparse(node)}")
    return found


def test_hardly_anything_asks_which_kind_it_is():
    found = comparisons_with_kinds()
    assert len(found) <= 3, "\n".join(found)


def largest_circle():
    """The most modules that reach each other by imports, all kinds of imports counted."""
    names = {}
    for _, parts, tree in sources():
        inside = parts[:-1] if parts[-1] == "__init__" else parts
        if inside:  # the public names of the package itself are loaded lazily
            names[".".join(("casualty_est", *inside))] = tree
    numbers = {name: i for i, name in enumerate(names)}
    pairs = set()
    for name, tree in names.items():
        for node in ast.walk(tree):
            module = getattr(node, "module", None) if isinstance(node, ast.ImportFrom) else None
            seen = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            seen += [module, *(f"{module}.{a.name}" for a in node.names)] if module else []
            pairs |= {(numbers[name], numbers[other]) for other in seen if other in numbers}
    rows, columns = zip(*pairs, strict=True)
    table = csr_array((np.ones(len(pairs)), (rows, columns)), shape=(len(names), len(names)))
    _, circle_of = connected_components(table, directed=True, connection="strong")
    largest = np.bincount(circle_of).argmax()
    return [name for name, i in numbers.items() if circle_of[i] == largest]


def test_the_largest_circle_of_imports_is_small():
    circle = largest_circle()
    assert 1 < len(circle) <= 12, circle


@pytest.mark.thorough
def test_samplers_only_in_models_and_inference():
    wrong = [
        f"{'/'.join(parts)} imports {name}"
        for _, parts, tree in sources()
        for name in all_imports(tree)
        if name.split(".")[0] in SAMPLERS and not {"model", "inference", "families"} & set(parts)
    ]
    assert not wrong


@pytest.mark.thorough
def test_arviz_only_inside_functions_of_results_and_fits():
    wrong = []
    for _, parts, tree in sources():
        anywhere = {name.split(".")[0] for name in all_imports(tree)}
        top = {name.split(".")[0] for name in at_the_top(tree)}
        if "arviz" in top or (
            "arviz" in anywhere and not {"result", "inference", "refits", "gauge"} & set(parts)
        ):
            wrong.append("/".join(parts))
    assert not wrong


def test_models_know_nothing_of_files_plots_or_reports():
    for path, parts, tree in sources():
        names = {part for name in all_imports(tree) for part in name.split(".")[1:]}
        if "model" in parts[1:2]:
            assert not names & {"plots", "report", "cli", "files"}, path
        if "report" in parts[:2]:
            assert "inference" not in names, path


def test_no_relative_imports():
    for path, _, tree in sources():
        for node in ast.walk(tree):
            assert not (isinstance(node, ast.ImportFrom) and node.level), path


# What is public --------------------------------------------------------------------------------


def public():
    for name in casualty_est.__all__:
        thing = getattr(casualty_est, name)
        yield name, thing
        if inspect.isclass(thing):
            for member, value in inspect.getmembers(thing):
                if member.startswith("_") or member not in vars(thing):
                    continue
                if callable(value) or isinstance(value, property):
                    yield f"{name}.{member}", value


def test_every_public_name_has_a_docstring():
    bare = [
        name
        for name, thing in public()
        if not isinstance(thing, str) and not (inspect.getdoc(thing) or "").strip()
    ]
    assert not bare


def test_the_public_names():
    assert set(casualty_est.__all__) >= {
        "CasualtyEstError",
        "Claims",
        "ClaimsModel",
        "Estimate",
        "IncidentReports",
        "Quantity",
        "datasets",
        "LogNormal",
        "LogitNormal",
        "Normal",
        "__version__",
    }
    assert sorted(casualty_est.__all__) == dir(casualty_est)
    with pytest.raises(AttributeError, match="no attribute 'Claim'"):
        _ = casualty_est.Claim
    for name in ("InputError", "QuantityError", "UsageError"):
        assert issubclass(getattr(casualty_est, name), casualty_est.CasualtyEstError)


def test_the_signature_of_fit():
    parameters = inspect.signature(ClaimsModel.fit).parameters
    assert [(name, p.default) for name, p in parameters.items() if name != "self"] == [
        ("seed", None),
        ("draws", 1000),
        ("tune", 1000),
        ("chains", 4),
        ("method", "auto"),
        ("progress_bar", None),
        ("budget", None),
    ]
    assert all(
        p.kind is inspect.Parameter.KEYWORD_ONLY for name, p in parameters.items() if name != "self"
    )


@pytest.mark.parametrize(
    "kind", [Estimate, ClaimsEstimate, IncidentEstimate, ListEstimate, StudyEstimate]
)
def test_intervals_are_95_per_cent_unless_asked(kind):
    asking = []
    for of in (kind, kind.plot.fget(kind.__new__(kind)).__class__):
        for name, method in inspect.getmembers(of, inspect.isfunction):
            parameters = inspect.signature(method).parameters
            if name.startswith("_"):
                continue
            assert "prob" not in parameters, name
            if "ci_prob" in parameters:
                asking.append(name)
                assert parameters["ci_prob"].default == 0.95, name
    assert {"summary", "sources", "headline", "modes", "report", "to_dict", "total"} <= set(asking)
    assert "without_each_source" in asking


def test_constructors_never_sample(monkeypatch):
    from casualty_est.claims.inference import engines, exact, fit, nuts, prior, rounds

    def refuse(*args, **kwargs):
        pytest.fail("a constructor sampled")

    monkeypatch.setattr(exact, "solve", refuse)
    monkeypatch.setattr(exact, "draw", refuse)
    monkeypatch.setattr(engines, "run", refuse)
    monkeypatch.setattr(rounds, "run", refuse)
    monkeypatch.setattr(fit, "fit", refuse)
    monkeypatch.setattr(nuts, "CompiledClaims", refuse)
    monkeypatch.setattr(prior, "prior_draws", refuse)
    rows = {"source": ["A", "B"], "role": "monitor", "quantity": ["10", "20"], "scope": ["x", "y"]}
    built = ClaimsModel(pd.DataFrame(rows))
    assert built._engines == {}
    assert "ClaimsModel: 2 claims of 2 sources on 2 cells" in repr(built)
    assert "<table>" in built._repr_html_()


def test_typed():
    assert (ROOT / "py.typed").is_file()
