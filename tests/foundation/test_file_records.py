"""The record of a download: what it holds, and that it tells when other bytes came."""

import hashlib
import json
import logging
from datetime import UTC, datetime, timedelta

import pytest

from galaxyzoo.foundation.file_records import PROVENANCE, write_record

CONTENT = {"images.zip": b"pictures" * 1000, "table.csv": b"a,b\n1,2\n"}


@pytest.fixture
def record(tmp_path):
    """Write the record of files with some content; returns it as it can then be read."""

    def write(content):
        for name, value in content.items():
            (tmp_path / name).write_bytes(value)
        files = [tmp_path / name for name in content]
        write_record(tmp_path / PROVENANCE, "https://example.org/1", files, {"fetcher": "1.2"})
        return json.loads((tmp_path / PROVENANCE).read_text(encoding="utf-8"))

    return write


def warnings(caplog) -> list[str]:
    return [entry.getMessage() for entry in caplog.records if entry.levelno == logging.WARNING]


def test_the_record_names_source_versions_and_the_bytes_of_every_file(record, caplog):
    written = record(CONTENT)
    assert written["source"] == "https://example.org/1"
    assert written["versions"] == {"fetcher": "1.2"}
    assert written["files"] == [
        {"name": name, "bytes": len(value), "sha256": hashlib.sha256(value).hexdigest()}
        for name, value in CONTENT.items()
    ]
    assert warnings(caplog) == []


def test_the_date_is_now_in_utc(record):
    date = datetime.fromisoformat(record(CONTENT)["date"])
    assert date.utcoffset() == timedelta(0)
    assert abs(datetime.now(UTC) - date) < timedelta(minutes=10)


def test_the_same_bytes_again_are_no_news(record, caplog):
    record(CONTENT)
    record(CONTENT)
    assert warnings(caplog) == []


def test_other_bytes_than_before_are_told_by_file_name_and_then_recorded(record, caplog):
    date = record(CONTENT)["date"]
    written = record(CONTENT | {"table.csv": b"a,b\n1,3\n"})
    [warning] = warnings(caplog)
    assert warning.startswith(f"table.csv has other bytes than on {date}")
    assert written["files"][1]["sha256"] == hashlib.sha256(b"a,b\n1,3\n").hexdigest()
    record(CONTENT | {"table.csv": b"a,b\n1,3\n"})
    assert len(warnings(caplog)) == 1


def test_a_file_that_was_not_in_the_record_before_is_no_news(record, caplog):
    record({"table.csv": CONTENT["table.csv"]})
    record(CONTENT)
    assert warnings(caplog) == []


@pytest.mark.parametrize("before", ["", "{", "[]", '{"files": 3, "date": ""}', '{"date": ""}'])
def test_a_broken_record_is_told_and_replaced(record, caplog, tmp_path, before):
    (tmp_path / PROVENANCE).write_text(before, encoding="utf-8")
    assert len(record(CONTENT)["files"]) == 2
    assert f"{PROVENANCE} cannot be read" in warnings(caplog)[0]
