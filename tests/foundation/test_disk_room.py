"""A disk that is full ends a job in a sentence, and leaves nothing half written by its name."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from checkout import ROOT, Checkout
from file_server import FileServer
from kaggle_server import TOKEN, Kaggle

CONTENT = np.random.default_rng(0).bytes(5_000_000)
LIMIT_BYTES = 1_500_000
LIMITED = f"""
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, ({LIMIT_BYTES}, {LIMIT_BYTES}))
"""
FETCH = """
import sys
from pathlib import Path
from galaxyzoo.surveys.downloads import fetch
from galaxyzoo.foundation.errors import InputError
try:
    fetch(sys.argv[1], sys.argv[3] or None, Path(sys.argv[2]) / "images.zip", "key")
except InputError as error:
    sys.exit(f"InputError: {error}")
"""
KAGGLE = """
import sys, time
from pathlib import Path
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.surveys.kaggle_download import download_survey
time.sleep = lambda seconds: None  # the client waits a minute, in all, to try five times more
try:
    download_survey(Path(sys.argv[1]), "stars", {"images.zip": 0})
except InputError as error:
    sys.exit(f"InputError: {error}")
"""
SAVE = """
import sys
from pathlib import Path
import torch
from galaxyzoo.engine.torch_files import save_whole
try:
    save_whole({"weights": torch.zeros(1_000_000)}, Path(sys.argv[1]) / "stage.pt")
except OSError as error:
    sys.exit(f"InputError: {error.strerror}")
"""
HASH = "md5:00000000000000000000000000000000"


def run(code: str, *arguments: object, **variables: str) -> str:
    """What a process tells, all in one line, that ends in an InputError."""
    process = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        env=os.environ
        | {"PYTHONPATH": str(ROOT / "workflow"), "NO_PROXY": "127.0.0.1"}
        | variables,
        text=True,
        capture_output=True,
        check=False,
    )
    assert process.returncode == 1, process.stderr
    [line] = process.stderr.strip().splitlines()
    assert line.startswith("InputError: ")
    return line


@pytest.fixture
def server() -> Iterator[FileServer]:
    with FileServer({"images.zip": CONTENT}) as running:
        yield running


@pytest.fixture
def small_disk(tmp_path) -> Iterator[Path]:
    """A file system of one megabyte."""
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", tmp_path], capture_output=True
    )
    if mounted.returncode:
        pytest.skip("this user may not mount a file system")
    yield tmp_path
    subprocess.run(["umount", tmp_path], check=True)


@pytest.mark.parametrize("known_hash", [HASH, ""])
def test_a_download_that_does_not_fit_ends_in_a_sentence(server, tmp_path, known_hash):
    line = run(LIMITED + FETCH, server.address("images.zip"), tmp_path, known_hash)
    assert "images.zip could not be written to its end (File too large): " in line
    assert f"images.zip takes {len(CONTENT) - LIMIT_BYTES:,} more bytes, and " in line
    assert f" bytes are free in {tmp_path}; make room there, and run this again" in line
    there = {path.name: path.stat().st_size for path in tmp_path.iterdir()}
    assert there == ({"images.zip.part": LIMIT_BYTES} if known_hash else {})


def test_a_disk_that_fills_up_ends_a_download_in_a_sentence(server, small_disk):
    server.tells_length = False
    line = run(FETCH, server.address("images.zip"), small_disk, "")
    assert "could not be written to its end (No space left on device): " in line
    assert "takes an unknown number of more bytes, and 0 bytes are free in " in line
    assert list(small_disk.iterdir()) == []


def test_a_download_for_which_there_is_no_room_is_not_begun(server, small_disk):
    line = run(FETCH, server.address("images.zip"), small_disk, HASH)
    assert "images.zip takes 5,000,000 more bytes, and 1,048,576 bytes are free in " in line
    assert list(small_disk.iterdir()) == []


def test_kaggles_download_that_does_not_fit_ends_in_a_sentence(nobody, tmp_path):
    (tmp_path / "images.zip").write_bytes(CONTENT)
    folder = tmp_path / "raw"
    with Kaggle({"images.zip": tmp_path / "images.zip"}) as kaggle:
        variables = kaggle.environment | {"KAGGLE_API_TOKEN": TOKEN}
        line = run(LIMITED + KAGGLE, folder, **variables)
    assert "images.zip could not be written to its end (File too large): " in line
    assert f"images.zip takes {len(CONTENT) - LIMIT_BYTES:,} more bytes, and " in line
    assert f" bytes are free in {folder}; make room there, and run this again" in line
    assert not (folder / "images.zip").exists()
    assert (folder / "images.zip.part").stat().st_size == LIMIT_BYTES


def test_a_checkpoint_that_does_not_fit_is_the_disk_s_error(tmp_path):
    assert run(LIMITED + SAVE, tmp_path) == "InputError: File too large"


def test_a_job_that_cannot_write_its_files_ends_in_a_sentence(tmp_path):
    checkout = Checkout(tmp_path)
    target = "results/surveys/tiny/raw/images_training_rev1.zip"
    limited = 'ulimit -f 200 && exec "$@"'  # kilobytes: more than what Snakemake itself writes
    snakemake = (sys.executable, "-m", "snakemake", "--configfile", "tiny.yaml", "--cores", "2")
    process = subprocess.run(
        ["bash", "-c", limited, "bash", *snakemake, target],
        cwd=checkout.folder,
        env=os.environ | {"PYTHONPATH": ""},
        capture_output=True,
        check=False,
    )
    assert process.returncode != 0
    log = (checkout.survey / "logs" / "simulate.log").read_text(encoding="utf-8")
    [line] = [line for line in log.splitlines() if "Error" in line]
    assert f"Error: {target}, or a file beside it, could not be written to its end (" in line
    assert "(File too large): " in line
    assert "; make room there, and run this again" in line
    assert "Traceback" not in log
    assert not list((checkout.survey / "raw").glob("*.zip*"))
