"""Scores by Splink: fields are compared level by level, and a level weighs by m over u.

Fellegi and Sunter 1969 (doi 10.1080/01621459.1969.10501049); term frequencies as in Splink 5, which
runs in memory (DuckDB) or on the analyst's own Spark, by the same settings. Splink's own prior is
taken out again: the prior of the partition takes its place.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from casualty_est.linkage.extra import extra
from casualty_est.linkage.names.parts import PARTS
from casualty_est.linkage.reading import Content
from casualty_est.linkage.scores.blocking import (
    ALL_PAIRS,
    Rule,
    check_size,
    codes,
    rules_for,
    sql,
)
from casualty_est.linkage.scores.columns import columns_of
from casualty_est.linkage.scores.engines import Engine, Memory
from casualty_est.linkage.scores.learn import Session, learn
from casualty_est.linkage.scores.pairs import Pairs, checked

LOOKED_AT = -16.0  # log2 of the odds, by starting shares, of the weakest pair that is looked at
KEPT = -7.0  # log of the odds of the weakest pair that is kept
PRIOR = 1e-4  # Splink's probability that two random records match, taken out again
TRAINED_ON = 1_000_000  # pairs, for u
SMALLEST = 1e-6  # of u, for a level that no random pair shows
Level = dict[str, Any]
Report = Callable[[str, float | None], None]

# Pairs that share the given name and something else teach the rest; pairs that share a parent and
# an age teach the given name: brothers and sisters share all but those.
TRAINING: tuple[Rule, ...] = (
    *(("given", "family"), ("given", "father"), ("given", "date"), ("given", "age")),
    *(("father", "age"), ("family", "age")),
)


def score(
    content: Content,
    *,
    seed: int,
    rules: Sequence[Sequence[str]] | None = None,
    unique_in: Sequence[str] = (),
    engine: Engine | None = None,
    report: Report = lambda message, share: None,
) -> Pairs:
    """Compare records, and weigh every candidate pair."""
    columns = columns_of(content)
    everything = rules is None and len(content.list_of) <= ALL_PAIRS
    known = rules_for(columns, rules)
    if not everything:
        check_size(columns, known)
    report("comparing records", None)
    engine = engine or Memory()
    linker = _linker(columns, [] if everything else known, unique_in, engine)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a level that no random pair shows is spoken of below
        linker.training.estimate_u_using_random_sampling(max_pairs=TRAINED_ON, seed=seed)
    i, j, levels, rare, fields = _compared(linker, engine)
    u, start = _shares(linker, fields)
    m = learn(levels, u, start, _sessions(columns, fields, i, j))
    weight = rare.copy()
    for field in range(len(fields)):
        weight += np.append(np.log(m[field]) - np.log(u[field]), 0.0)[levels[:, field]]
    # Links are rarer than pairs by about the number of records.
    kept = weight - np.log(len(content.list_of)) > KEPT
    i, j, weight = i[kept], j[kept], weight[kept]
    shared = np.zeros(len(i), dtype=np.int64)
    for r, rule in enumerate(known):
        number = codes(columns, rule)
        shared |= ((number[i] == number[j]) & (number[i] >= 0)).astype(np.int64) << r
    names = tuple("+".join(rule) for rule in known)
    return checked(Pairs(i, j, weight, _kin(columns, i, j), shared, names, everything))


def _compared(linker: Any, engine: Engine) -> tuple[Any, Any, Any, Any, list[str]]:
    """Records, levels of agreement and term-frequency adjustments of each pair, and its fields."""
    frame = linker.inference.predict(threshold_match_weight=LOOKED_AT, warning_mode="never")
    has = engine.columns(frame)
    fields = [name.removeprefix("gamma_") for name in has if name.startswith("gamma_")]
    rare = [name for name in has if name.startswith("mw_tf_adj_")]
    names = ["record_l", "record_r", *(f"gamma_{field}" for field in fields), *rare]
    taken = engine.fetch(frame, names)
    one, two = (np.asarray(taken[name], dtype=np.int64) for name in names[:2])
    # DuckDB returns the pairs in any order, and the answer may not depend on it.
    order = np.lexsort((np.maximum(one, two), np.minimum(one, two)))
    i, j = np.minimum(one, two)[order], np.maximum(one, two)[order]
    levels = [np.asarray(taken[f"gamma_{field}"], dtype=np.int64)[order] for field in fields]
    adjusted = sum((np.asarray(taken[name], dtype=float)[order] for name in rare), np.zeros(len(i)))
    return i, j, np.column_stack(levels), np.round(adjusted * np.log(2), 9), fields


def _shares(linker: Any, fields: Sequence[str]) -> tuple[list[Any], list[Any]]:
    """Shares of levels among random pairs, and those that training starts from, level 0 first."""
    known = {c["output_column_name"]: c for c in linker.misc.save_model_to_json()["comparisons"]}
    u, start = [], []
    for field in fields:
        levels = [lv for lv in known[field]["comparison_levels"] if not lv.get("is_null_level")]
        random = np.array([max(level.get("u_probability") or 0.0, SMALLEST) for level in levels])
        u.append((random / random.sum())[::-1])
        start.append(np.array([level["m_probability"] for level in levels])[::-1])
    return u, start


def _sessions(
    columns: dict[str, list[Any]], fields: Sequence[str], i: Any, j: Any
) -> list[Session]:
    sessions = []
    for rule in TRAINING:
        number = codes(columns, rule)
        sizes = np.bincount(number[number >= 0])
        pairs = int((sizes * (sizes - 1) // 2).sum())
        learned = tuple(f for f, field in enumerate(fields) if field not in rule)
        if rule[0] != "given":
            learned = tuple(f for f in learned if fields[f] == "given")
        here = (number[i] == number[j]) & (number[i] >= 0)
        sessions.append(Session(here, learned, pairs))
    return sessions


def _kin(columns: dict[str, list[Any]], i: Any, j: Any) -> Any:
    """Whether father and family agree, or, without fathers, family, day and place."""
    father, family = codes(columns, ("father",)), codes(columns, ("family",))
    event = codes(columns, ("date", "place"))
    fathers = (father[i] >= 0) & (father[j] >= 0)
    same = np.where(fathers, father[i] == father[j], (event[i] == event[j]) & (event[i] >= 0))
    return same & (family[i] == family[j]) & (family[i] >= 0)


def _linker(
    columns: dict[str, list[Any]],
    rules: Sequence[Rule],
    unique_in: Sequence[str],
    engine: Engine,
) -> Any:
    import pyarrow as pa

    splink, library = extra("splink"), extra("splink.blocking_rule_library")
    wheres = [sql(rule) for rule in rules] or ["1 = 1"]
    if unique_in:
        quoted = ", ".join("'" + name.replace("'", "''") + "'" for name in unique_in)
        apart = f" and not (l.list = r.list and l.list in ({quoted}))"
        wheres = [where + apart for where in wheres]
    settings = splink.SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="record",
        comparisons=_comparisons(columns, engine),
        blocking_rules_to_generate_predictions=[library.CustomRule(w) for w in wheres],
        probability_two_random_records_match=PRIOR,
        retain_matching_columns=True,
        retain_intermediate_calculation_columns=True,
    )
    data = engine.api(splink).register(pa.table(_typed(columns)))
    logging.getLogger("splink").setLevel(logging.ERROR)
    return splink.Linker(data, settings, log_level=logging.ERROR)


def _typed(columns: dict[str, list[Any]]) -> dict[str, Any]:
    import pyarrow as pa

    numbers = {"record", "age", "day_number", "swapped_day", "month_number", "month_day"}
    numbers |= {"year_day", "year"}
    return {
        name: pa.array(values, type=pa.int64())
        if name in numbers
        else pa.array(list(map(_whole, values)), type=pa.string())
        for name, values in columns.items()
    }


def _whole(text: str | None) -> str | None:
    """Half a character, which some programs write, cannot be stored."""
    return text if text is None else text.encode("utf-8", "replace").decode("utf-8")


def _comparisons(columns: dict[str, list[Any]], engine: Engine) -> list[Any]:
    """One comparison for each field that some record has."""
    comparison = extra("splink.comparison_library").CustomComparison

    def has(name: str) -> bool:
        return any(value is not None for value in columns[name])

    made = [
        comparison(output_column_name=part, comparison_levels=_name_levels(part, engine))
        for part in PARTS
        if has(part)
    ]
    others = (
        ("age", _age_levels()),
        ("date", _date_levels()),
        ("place", _text_levels("place", engine)),
    )
    made += [
        comparison(output_column_name=name, comparison_levels=levels)
        for name, levels in others
        if has("year" if name == "date" else name)
    ]
    made += [
        comparison(output_column_name=name, comparison_levels=levels)
        for name, levels in (("sex", _sex_levels()), ("number", _number_levels()))
        if has(name)
    ]
    return made


def _null(*names: str) -> Level:
    missing = " or ".join(f"{name}_l is null or {name}_r is null" for name in names)
    return {"sql_condition": missing, "is_null_level": True}


def _level(condition: str, m: float, **more: Any) -> Level:
    # m is where training starts, and what is left where no pair teaches it.
    return {"sql_condition": condition, "m_probability": m, **more}


def _name_levels(part: str, engine: Engine) -> list[Level]:
    same, similar = f"{part}_l = {part}_r", f"{part}_key_l = {part}_key_r"
    near = f"{engine.similarity}({part}_l, {part}_r) >= 0.9"
    return [
        _null(part),
        _level(same, 0.7, tf_adjustment_column=part, tf_adjustment_weight=1.0),
        _level(similar, 0.15, tf_adjustment_column=f"{part}_key", tf_adjustment_weight=1.0),
        _level(f"{near} or levenshtein({part}_key_l, {part}_key_r) <= 1", 0.1),
        _level("ELSE", 0.05),
    ]


def _text_levels(name: str, engine: Engine) -> list[Level]:
    return [
        _null(name),
        _level(f"{name}_l = {name}_r", 0.8, tf_adjustment_column=name, tf_adjustment_weight=1.0),
        _level(f"{engine.similarity}({name}_l, {name}_r) >= 0.9", 0.1),
        _level("ELSE", 0.1),
    ]


def _age_levels() -> list[Level]:
    gap = "abs(age_l - age_r)"
    return [
        _null("age"),
        _level("age_l = age_r", 0.7),
        _level(f"{gap} <= 1", 0.12),
        _level(f"{gap} <= 5", 0.12),  # ages heap at multiples of five
        _level("ELSE", 0.06),
    ]


def _date_levels() -> list[Level]:
    gap = "abs(day_number_l - day_number_r)"
    swapped = "day_number_l = swapped_day_r or day_number_r = swapped_day_l"
    slip = "month_day_l = month_day_r or year_day_l = year_day_r"
    return [
        _null("year"),
        _level("day_number_l = day_number_r", 0.7),
        _level(f"{gap} <= 1 or {swapped}", 0.08),
        _level(slip, 0.03),
        _level(f"{gap} <= 7", 0.05),
        _level("month_number_l = month_number_r", 0.06),
        _level("year_l = year_r and (month_number_l is null or month_number_r is null)", 0.04),
        _level("ELSE", 0.04),
    ]


def _sex_levels() -> list[Level]:
    return [_null("sex"), _level("sex_l = sex_r", 0.97), _level("ELSE", 0.03)]


def _number_levels() -> list[Level]:
    return [
        _null("number"),
        _level("number_l = number_r", 0.9, tf_adjustment_column="number", tf_adjustment_weight=1.0),
        _level("levenshtein(number_l, number_r) <= 1", 0.05),
        _level("ELSE", 0.05),
    ]
