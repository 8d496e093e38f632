"""Progress is told in few lines, and time in words."""

import logging
import threading

import pytest

from galaxyzoo.foundation.progress import progress, tell_growth, time_in_words, time_left


def test_a_short_loop_is_one_line(caplog):
    caplog.set_level(logging.INFO)
    assert list(progress(range(2000), 2000, "crop", "galaxies")) == list(range(2000))
    [record] = caplog.records
    assert record.getMessage().startswith("crop: 2000 of 2000 galaxies, ")
    assert record.is_progress


def test_a_file_that_grows_is_told_once_in_a_short_time(caplog, tmp_path):
    caplog.set_level(logging.INFO)
    path, ended = tmp_path / "file", threading.Event()
    path.write_bytes(bytes(3_000_000))
    threading.Timer(1.2, ended.set).start()  # longer than between two looks at the file
    tell_growth(path, 1_000_000, 5_000_000, "download", ended)
    [record] = caplog.records
    assert record.getMessage().startswith("download: 3.0 of 5.0 MB, ")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.4, "0 s"),
        (99.4, "99 s"),
        (100, "2 min"),
        (5_940, "99 min"),
        (6_000, "1 h 40 min"),
        (12_000, "3 h 20 min"),
    ],
)
def test_time_is_told_in_the_unit_that_one_would_use(seconds, words):
    assert time_in_words(seconds) == words


def test_no_time_is_left_at_the_end():
    assert [time_left(40.0), time_left(0.0)] == [", 40 s left", ""]
