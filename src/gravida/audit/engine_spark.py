"""The same SQL on Spark, for what does not fit one machine. Only distinct keys and courses come to the driver.

Without a master Spark runs here, on the processors of this machine. On a cluster the session is the one that
``spark-submit`` gives, or ``SPARK_REMOTE`` names. Every table is written to a folder that all workers can reach and read
from there, which keeps plans short over many steps.
"""

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from gravida.audit.engine import Columns, Row, render

SETTINGS = {
    "spark.ui.enabled": "false", "spark.sql.session.timeZone": "UTC", "spark.sql.shuffle.partitions": "1", "spark.sql.ansi.enabled": "false",
    "spark.ui.showConsoleProgress": "false", "spark.sql.parquet.compression.codec": "lz4", "spark.driver.memory": "2g",
    "spark.sql.adaptive.enabled": "false", "spark.sql.autoBroadcastJoinThreshold": "20m", "spark.log.level": "ERROR",
}  # fmt: skip
"""For one small machine. A cluster's own settings go before them."""
ON_A_CLUSTER = ("SPARK_REMOTE", "SPARK_MASTER", "SPARK_ENV_LOADED")


class NoSpark(RuntimeError):  # noqa: N818  (it says what is missing)
    """Spark cannot begin: the message says what is missing and how to get it."""


class Spark:
    """Spark SQL. ``folder`` is where tables are written; on a cluster it must be one that all workers share.

    ``settings`` go before those for one machine; a cluster has its own.
    """

    name: ClassVar[str] = "spark"

    def __init__(self, folder: Path, settings: Mapping[str, str] = MappingProxyType({})) -> None:
        self.log: list[tuple[str, str]] = []
        self.folder = folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self.session = _session({**SETTINGS, **settings})
        self._number = 0
        self._paths: dict[str, list[Path]] = {}

    def table(self, name: str, query: str) -> None:
        """Keep the rows of a query."""
        text = render(query, "spark")
        self.log.append((name, text))
        before = self._paths.pop(name, [])
        self._write(name, text)
        _forget(before)

    def view(self, name: str, query: str) -> None:
        """Give a query a name."""
        text = render(query, "spark")
        self.log.append((name, text))
        self.session.sql(text).createOrReplaceTempView(name)

    def append(self, name: str, query: str) -> None:
        """Add rows to a table."""
        text = render(query, "spark")
        self.log.append((name, text))
        self._write(name, text)

    def _write(self, name: str, text: str) -> None:
        self._number += 1
        path = self.folder / f"{self._number:06}-{name}"
        frame = self.session.sql(text)
        frame.write.parquet(str(path))
        self._paths.setdefault(name, []).append(path)
        self._view(name, frame.schema)

    def _view(self, name: str, schema: Any) -> None:
        """Make the files of a table readable by its name. Their schema is known, so that nothing is read to tell it."""
        paths = [str(path) for path in self._paths[name]]
        self.session.read.schema(schema).parquet(*paths).createOrReplaceTempView(name)

    def drop(self, *names: str) -> None:
        """Forget tables."""
        for name in names:
            self.session.catalog.dropTempView(name)
            _forget(self._paths.pop(name, []))

    def rows(self, query: str) -> list[Row]:
        """Return the rows of a query."""
        return [tuple(row) for row in self.session.sql(render(query, "spark")).collect()]

    def numbers(self, query: str) -> Columns:
        """Return the rows of a query as columns of numbers."""
        table = self.session.sql(render(query, "spark")).toArrow()
        return {name: np.asarray(table.column(name).combine_chunks().to_numpy(zero_copy_only=False)) for name in table.column_names}

    def put(self, name: str, columns: Columns) -> None:
        """Keep columns of numbers as a table."""
        before = self._paths.pop(name, [])
        self._number += 1
        path = self.folder / f"{self._number:06}-{name}"
        path.mkdir()
        pq.write_table(pa.table({column: np.asarray(values) for column, values in columns.items()}), path / "part.parquet")
        self._paths[name] = [path]
        self._view(name, self.session.read.parquet(str(path)).schema)
        _forget(before)

    def source(self, name: str, files: Sequence[Path]) -> dict[str, str]:
        """Make files readable as a table."""
        paths = [str(path) for path in files]
        parquet = files[0].suffix == ".parquet"
        read = (
            self.session.read.option("mergeSchema", "true")
            if parquet
            else self.session.read.option("header", "true").option("quote", '"').option("escape", '"')
        )
        frame = read.parquet(*paths) if parquet else read.csv(paths)
        frame.createOrReplaceTempView(name)
        return {each.name: each.dataType.simpleString() for each in frame.schema.fields}

    def write(self, query: str, path: Path) -> None:
        """Write the rows of a query to a Parquet file."""
        pq.write_table(self.session.sql(render(query, "spark")).toArrow(), path)

    def close(self) -> None:
        """Remove what was written, and end the session."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.session.stop()


def _forget(paths: Sequence[Path]) -> None:
    for path in paths:
        shutil.rmtree(path, ignore_errors=True)


def _session(settings: Mapping[str, str]) -> Any:
    """Return the session of the cluster, or one on this machine."""
    try:
        from pyspark.errors import PySparkException, PySparkRuntimeError  # noqa: PLC0415
        from pyspark.sql import SparkSession  # noqa: PLC0415
    except ModuleNotFoundError:
        raise NoSpark("this needs PySpark: pip install 'gravida[population,spark]'") from None
    if "SPARK_REMOTE" not in os.environ and shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        raise NoSpark("Spark needs Java 17 or newer, and there is no 'java' on this machine: install one, such as Debian's default-jre-headless")
    builder = SparkSession.builder.appName("gravida")
    if not any(name in os.environ for name in ON_A_CLUSTER):
        builder = builder.master("local[*]")
        for name, value in settings.items():
            builder = builder.config(name, value)
    try:
        return builder.getOrCreate()
    except (PySparkException, PySparkRuntimeError) as error:
        raise NoSpark(f"Spark cannot begin: {str(error).splitlines()[0]}") from None
