"""`casualty-est link`: from lists of names to an estimate."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any

import typer

from casualty_est.cli import options
from casualty_est.cli.run import GOOD, NOT_CONVERGED, Run
from casualty_est.cli.terminal import STOP
from casualty_est.errors import UsageError
from casualty_est.kinds import room

DRAWS = 1000  # of the matching
RECORDS = 100  # that the page asks about
Files = Annotated[list[Path], typer.Argument(metavar="A.csv B.csv", help="Lists of people.")]


def add(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        epilog="Example: casualty-est link hospital.csv survey.csv --person name=name,age=age "
        "--review review.html. Fields: name, given, father, grandfather, family, age, date, "
        "place, sex, number."
    )(link)


def link(
    files: Files,
    *,
    list_column: Annotated[
        str | None, typer.Option("--list", metavar="COL", help="Column that says the list.")
    ] = None,
    id_column: Annotated[
        str | None, typer.Option("--id", metavar="COL", help="Column of the record; else id.")
    ] = None,
    person: Annotated[
        str | None,
        typer.Option("--person", metavar="name=COL,age=COL|COL", help="Columns of the person."),
    ] = None,
    rules: Annotated[
        str | None,
        typer.Option(
            "--rules", metavar="given+family,family+age", help="Compare pairs that share these."
        ),
    ] = None,
    unique_in: Annotated[
        str | None, typer.Option("--unique-in", metavar="A,B", help="Lists without repeats.")
    ] = None,
    by: Annotated[
        str | None, typer.Option("--by", metavar="month,sex", help="Columns that divide the table.")
    ] = None,
    smallest: Annotated[
        int | None,
        typer.Option(
            "--smallest-stratum",
            metavar="N",
            help="Merge strata of fewer people (default: 5); 1 keeps all.",
        ),
    ] = None,
    leave_out: Annotated[
        bool, typer.Option("--leave-out-nameless", help="Leave out records without a name.")
    ] = False,
    review: Annotated[
        Path | None,
        typer.Option("--review", metavar="OUT.html", help="Write the review page, with names."),
    ] = None,
    records: Annotated[
        int, typer.Option("--records", metavar="N", help="How many records the page asks about.")
    ] = RECORDS,
    labels: Annotated[
        list[Path] | None,
        typer.Option("--labels", metavar="labels.csv", help="Answers of the page; repeatable."),
    ] = None,
    save: Annotated[
        Path | None, typer.Option("--save", metavar="OUT.nc", help="Write the matching, no names.")
    ] = None,
    families: Annotated[
        str, typer.Option("--families", metavar="A,B", help="Families to average.")
    ] = "auto",
    matchings: Annotated[
        int, typer.Option("--matchings", metavar="N", help="Draws of the matching in the estimate.")
    ] = 40,
    joint: Annotated[
        bool, typer.Option("--joint", help="Weigh draws of the matching as if fitted in one step.")
    ] = False,
    cell: options.Cell = None,
    run: Run,
) -> None:
    """Match lists of names, and carry how sure the matching is into the estimate."""
    from casualty_est.linkage.model import LinkageModel
    from casualty_est.linkage.records import Records
    from casualty_est.linkage.small import FEWEST, check_fewest
    from casualty_est.result.call import check_counts, settle_seed

    inputs: dict[str, Path | None] = {f"the list {file.name}": file for file in files}
    outputs = {"--review": review, "--save": save, "--report": run.report, "--json": run.json}
    answers = {f"--labels {file.name}": file for file in labels or ()}
    options.check_outputs(outputs, {**inputs, **answers})
    for file in files:
        options.must_be_file(file)
    of_lists = room("lists", "families")
    chosen = families if families == "auto" else of_lists.names_in(families)
    of_lists.as_families(chosen)  # a family that lists do not have is an error before any work
    settings: dict[str, Any] = {"families": chosen, "cell": options.cell(cell)}
    lists = Records.read(
        *files,
        list=list_column,
        person=_person(person),
        unique_in=_names(unique_in),
        by=_names(by),
        id=id_column,
        nameless="leave out" if leave_out else "refuse",
    )
    model = LinkageModel(lists, rules=_rules(rules))
    # What is wrong with the rest of the command is said before the long work.
    records, matchings = check_counts(records=records, matchings=matchings)
    fewest = FEWEST if smallest is None else smallest
    check_fewest(fewest)
    settle_seed(run.seed)
    if review is None and records != RECORDS:
        msg = "--records is of the review page: give --review as well"
        raise UsageError(msg)
    if matchings > DRAWS:
        msg = f"--matchings: the matching has {DRAWS:,} draws, fewer than {matchings:,}"
        raise UsageError(msg)
    estimates = bool(run.report or run.json or run.published.wanted)
    if joint and not estimates:
        msg = "--joint is of the estimate: give --report or --json as well"
        raise UsageError(msg)
    if joint and by:
        msg = "--joint takes lists without strata: leave out --by"
        raise UsageError(msg)
    if labels:
        model.check_labels(labels)
    model.pairs()
    _describe(run, model)
    if review is not None:
        model.review(review, records=records, seed=1 if run.seed is None else run.seed)
        STOP.written.append(review.name)
        said_of = f"wrote {review}: it holds names; delete it when you are done"
        run.console.print(said_of, markup=False)
        if not labels and not (save or estimates):
            raise typer.Exit(GOOD)
    number = settle_seed(run.seed)
    matching = model.fit(
        labels=labels or None,
        seed=number,
        draws=DRAWS,
        smallest_stratum=fewest,
        progress_bar=run.progress,
    )
    run.console.print()
    said = {f"Note: {text}." for _, text in model.notes}  # before the long work
    lines = [line for line in repr(matching).splitlines() if line not in said]
    run.console.print("\n".join(lines), markup=False)
    if save is not None:
        matching.save(save)
        STOP.written.append(save.name)
        run.console.print(f"wrote {save}", markup=False)
    if not estimates:
        run.console.print("No estimate was asked for: --report or --json makes one.")
        raise typer.Exit(GOOD if matching.converged else NOT_CONVERGED)
    estimate = matching.estimate(
        matchings,
        joint=joint,
        **{name: value for name, value in settings.items() if value},
        seed=number,
        draws=run.draws,
        chains=run.chains,
        progress_bar=run.progress,
    )
    _finish(run, matching, estimate)


def _describe(run: Run, model: Any) -> None:
    """Print what is compared, the whole model where it is asked for, and every note."""
    described, _, rest = repr(model).partition("\n\n")
    run.console.print(described, markup=False)
    if run.show_model:
        run.console.print(f"\n{rest}", markup=False)
        return
    for _, text in model.notes:
        run.console.print(f"Note: {text}.", markup=False)


def _finish(run: Run, matching: Any, estimate: Any) -> None:
    """Print the estimate and write its files."""
    from casualty_est.result.files import write_json
    from casualty_est.result.show import as_rich

    run.console.print()
    run.console.print(as_rich(estimate, run.prob))
    run.publish(matching._report_parts(estimate, run.prob))
    run.write(run.json, lambda path: write_json(estimate, path, run.prob))
    raise typer.Exit(GOOD if estimate.converged else NOT_CONVERGED)


def _person(text: str | None) -> dict[str, str] | None:
    """Read FIELD=COLUMN pairs; a column may hold commas and equals signs."""
    from casualty_est.linkage.fields import FIELDS

    if text is None:
        return None
    columns: dict[str, str] = {}
    for pair in re.split(rf",(?=\s*(?:{'|'.join(FIELDS)})\s*=)", text):
        field, sign, column = pair.partition("=")
        if not (sign and field.strip() and column.strip()):
            msg = f"--person takes FIELD=COLUMN pairs, as in name=name,age=age, not {pair!r}"
            raise UsageError(msg)
        columns[field.strip()] = column.strip()
    return columns


def _rules(text: str | None) -> list[list[str]] | None:
    """Read rules, of which each has its fields with + between."""
    if text is None:
        return None
    return [[field.strip() for field in rule.split("+")] for rule in text.split(",")]


def _names(text: str | None) -> tuple[str, ...]:
    return () if text is None else tuple(name.strip() for name in text.split(","))
