"""Where Splink compares records: in the memory of this process, or on the analyst's own Spark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from casualty_est.errors import UsageError
from casualty_est.linkage.extra import extra


class Engine(Protocol):
    """What differs between places in which records are compared."""

    similarity: str  # name of Jaro and Winkler's similarity in its SQL

    def api(self, splink: Any) -> Any:
        """What Splink talks to."""

    def columns(self, frame: Any) -> Sequence[str]:
        """Columns of a table of pairs."""

    def fetch(self, frame: Any, names: Sequence[str]) -> Mapping[str, Any]:
        """Some columns of it as arrays, of which none holds a name."""


class Memory:
    """DuckDB in this process, without a folder to spill into: names stay off the disk."""

    similarity = "jaro_winkler_similarity"

    def api(self, splink: Any) -> Any:
        """What Splink talks to."""
        connection = extra("duckdb").connect(":memory:")
        connection.execute("set temp_directory = ''")
        connection.execute("set threads = 2")
        return splink.DuckDBAPI(connection=connection)

    def columns(self, frame: Any) -> Sequence[str]:
        """Columns of a table of pairs."""
        return list(frame.as_duckdbpyrelation().columns)

    def fetch(self, frame: Any, names: Sequence[str]) -> Mapping[str, Any]:
        """Some columns of it as arrays."""
        quoted = ", ".join(f'"{name}"' for name in names)
        taken: dict[str, Any] = frame.as_duckdbpyrelation().project(quoted).fetchnumpy()
        return taken


class Spark:
    """A session of Spark, started with Splink's functions of text (`similarity_jar_location`)."""

    similarity = "jaro_winkler"

    def __init__(self, session: Any) -> None:
        if not hasattr(session, "createDataFrame"):
            msg = f"spark takes a SparkSession, not a {type(session).__name__}"
            raise UsageError(msg)
        self.session = session

    def api(self, splink: Any) -> Any:
        """What Splink talks to."""
        # Splink's other ways write the records into files.
        return extra("splink.backends.spark").SparkAPI(
            spark_session=self.session, break_lineage_method="persist"
        )

    def columns(self, frame: Any) -> Sequence[str]:
        """Columns of a table of pairs."""
        return list(frame.as_spark_dataframe().columns)

    def fetch(self, frame: Any, names: Sequence[str]) -> Mapping[str, Any]:
        """Some columns of it as arrays."""
        rows = frame.as_spark_dataframe().select(*names).toArrow()
        return {name: rows[name].to_numpy() for name in names}


def engine_of(session: Any) -> Engine:
    """The engine of a session of Spark; without one the memory of this process."""
    return Memory() if session is None else Spark(session)
