"""A lock is held by one process; a file system that has none is told, and stops nothing."""

import errno
import fcntl
import os

import pytest

from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.locks import locked


def test_a_lock_that_is_held_names_its_holder(tmp_path):
    path = tmp_path / "stage.lock"
    held = pytest.raises(InputError, match=rf"process {os.getpid()} on .* still trains; wait")
    with locked(path, "trains"), held, locked(path, "trains"):
        pass
    assert not path.exists()
    with locked(path, "trains"):
        assert path.exists()


@pytest.mark.parametrize("number", [errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP])
def test_where_there_are_no_locks_it_goes_on_and_warns(tmp_path, monkeypatch, caplog, number):
    # No file system here is without locks, so the kernel's answer is made up.
    def refused(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", refused)
    path = tmp_path / "stage.lock"
    with locked(path, "trains"):
        assert path.exists()
    assert not path.exists()
    assert f"{path}: this file system has no locks ({os.strerror(number)})" in caplog.text


def test_any_other_error_is_none_of_locks(tmp_path, monkeypatch):
    def broken(*_: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(fcntl, "flock", broken)
    with pytest.raises(OSError, match="Input/output"), locked(tmp_path / "stage.lock", "trains"):
        pass
