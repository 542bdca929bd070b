"""What Parquet files say of themselves, by which an audit leaves columns and files unread."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gravida.audit.engine import duck
from gravida.audit.intake import Intake, Portion, open_folder
from gravida.audit.parquet_files import Span, empty_columns, spans_of
from gravida.cli import main


@pytest.fixture
def file(tmp_path):
    def write(name, **columns):
        path = tmp_path / f"{name}.parquet"
        pq.write_table(pa.table(columns), path, row_group_size=2)
        return path

    return write


def test_a_column_is_empty_if_nothing_stands_in_any_file(file):
    never, once = pa.array([None, None, None], pa.int32()), pa.array([None, None, 7], pa.int32())
    one = file("one", pregnancy_id=["a", "b", "c"], never=never, once=never)
    two = file("two", pregnancy_id=["d", "e", "f"], never=never, once=once)

    assert empty_columns([one]) == {"never", "once"}
    assert empty_columns([one, two]) == {"never"}


def test_each_file_has_the_ids_between_its_ends(file):
    one, two = file("one", pregnancy_id=["b", "a", "c"]), file("two", pregnancy_id=["f", None, "d"])

    assert spans_of([one, two]) == [Span(one, "a", "c"), Span(two, "d", "f")]


@pytest.mark.parametrize(
    "other", [{"pregnancy_id": [4, 5]}, {"pregnancy_id": ["d"], "site": ["north"]}, {"pregnancy_id": pa.array([None], pa.string())}],
    ids=["numbers", "other-columns", "no-ids"],
)  # fmt: skip
def test_nothing_is_known_where_some_file_does_not_tell(file, other):
    assert spans_of([file("one", pregnancy_id=["a", "b"]), file("two", **other)]) == []


@pytest.mark.parametrize(
    ("first", "after", "meets"),
    [(None, None, True), ("c", None, True), ("c1", None, False), (None, "a", False), (None, "a1", True), ("b", "c", True)],
)
def test_a_portion_meets_the_files_that_may_hold_some_of_it(tmp_path, first, after, meets):
    assert Portion(first, after, 1).meets(Span(tmp_path, "a", "c")) is meets


def test_every_worker_has_as_many_portions_and_each_reads_only_its_files(tmp_path):
    folder = tmp_path / "population"
    main(["synthesize", "-n", "3000", "--workers", "1", "--out", str(folder)], standalone_mode=False)
    whole = pq.read_table(folder / "pregnancies").sort_by("pregnancy_id")
    for path in (folder / "pregnancies").iterdir():
        path.unlink()
    for number in range(3):
        pq.write_table(whole.slice(number * 1000, 1000), folder / "pregnancies" / f"part-{number}.parquet")

    with duck() as engine:
        intake = Intake(engine, open_folder(folder, engine), {}, {})
        portions = intake.portions(1000, 2)
        assert len(portions) == 4  # three would do
        read, files = [], []
        for portion in portions:
            intake.load(portion)
            read += [key for (key,) in engine.rows("SELECT id FROM portion ORDER BY pid")]
            files.append("pregnancies" in intake.parts)

    assert read == whole["pregnancy_id"].to_pylist()
    assert all(files)
