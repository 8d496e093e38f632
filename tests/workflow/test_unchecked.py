"""Whoever runs the tests without Chromium or stilts is told what was not checked."""

import os
import subprocess
import sys

from checkout import ROOT
from unchecked import unchecked_in_words


def test_the_last_line_of_a_run_counts_what_was_not_checked_and_says_how_to(tmp_path):
    found = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-n1",
            "-q",
            "tests/catalogue/test_tables.py::test_votlint_finds_nothing_in_the_votable",
        ],
        cwd=ROOT,
        env=os.environ | {"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stdout + found.stderr
    last = found.stdout.splitlines()[-1]
    assert last == "2 promises went unchecked, 2 for want of stilts; apt-get install stilts"


def test_each_missing_program_is_counted_and_named_in_one_command():
    reasons = ["no stilts here", "there is no GPU", "no Chromium here", "no Chromium here"]
    assert unchecked_in_words(reasons) == (
        "3 promises went unchecked, 1 for want of stilts and 2 for want of chromium; "
        "apt-get install chromium stilts"
    )
    assert unchecked_in_words(["no tensorboardX here"]) == (
        "1 promise went unchecked, 1 for want of tensorboardX; make optional"
    )
    both = unchecked_in_words(["no tensorboardX here", "no stilts here"])
    assert both.endswith("; apt-get install stilts && make optional")


def test_nothing_is_said_of_what_no_command_installs():
    assert unchecked_in_words(["there is no GPU", "no real sample here"]) == ""
