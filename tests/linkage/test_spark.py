"""Comparing on Spark: the same pairs and levels as in memory, by the same settings."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import casualty_est as ce
from casualty_est.errors import UsageError
from casualty_est.linkage.scores.columns import columns_of
from casualty_est.linkage.scores.engines import Memory, Spark
from casualty_est.linkage.scores.splink_scores import _compared, _linker
from tests.linkage.simulator import world

pytest.importorskip("anyascii")
pytest.importorskip("splink")


def test_a_session_is_asked_for():
    table = pd.DataFrame({"name": ["Zubayda Quorvatti"], "age": [3]})
    records = ce.Records({"A": table, "B": table.assign(age=4)})
    with pytest.raises(UsageError, match="spark takes a SparkSession, not a str"):
        ce.LinkageModel(records, spark="local[2]")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_spark_finds_the_same_pairs_and_levels_as_memory():
    """Needs pyspark and a Java runtime, which the package does not ask for."""
    sql = pytest.importorskip("pyspark.sql")
    from splink.backends.spark import similarity_jar_location

    settings = {
        "spark.jars": similarity_jar_location(),
        "spark.sql.shuffle.partitions": "1",
        "spark.default.parallelism": "1",
        "spark.ui.enabled": "false",
    }
    builder = sql.SparkSession.builder.master("local[2]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    columns = columns_of(ce.Records(world(1, people=150).tables)._content)
    try:
        (i, j, levels, rare, fields), other = (
            _compared(_linker(columns, [], ("listA",), engine), engine)
            for engine in (Memory(), Spark(session))
        )
    finally:
        session.stop()
    assert len(i) > 100
    assert fields == other[4]
    for mine, theirs in zip((i, j, levels), other[:3], strict=True):
        np.testing.assert_array_equal(mine, theirs)
    np.testing.assert_allclose(rare, other[3], atol=1e-6)
