"""A message about a run, sent by apprise to the addresses that its user keeps.

Addresses hold passwords. Only apprise reads them, from APPRISE_URLS or its own config file, and
what it says of them goes nowhere. Standard library alone: this is imported when the Snakefile is
read.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

LONGEST_WAIT = 60  # seconds
FAILED = re.compile(r"^Error in rule (\w+):\n(?: {4}.*\n)*? {4}log: (.+?) \(check", re.MULTILINE)


def send(title: str, body: str) -> str:
    """Send a message; return why it was not sent, with what to do, or nothing if it was."""
    beside_python = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    program = shutil.which("apprise", path=beside_python)
    if program is None:
        return "apprise is not installed: pip install --require-hashes -r envs/notify.txt"
    try:
        status = subprocess.run(
            [program, "--title", title, "--body", body],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=LONGEST_WAIT,
            check=False,
        ).returncode
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"apprise did not end well ({type(error).__name__})"
    if status:
        return (
            f"apprise ended with status {status}; see that APPRISE_URLS or its config file names "
            "an address that it can reach"
        )
    return ""


def what_failed(log: str) -> str:
    """The rules of the jobs that failed, by Snakemake's log, each with the last line of its own."""
    try:
        found = dict(FAILED.findall(Path(log).read_text(encoding="utf-8")))
    except OSError:
        found = {}
    lines = [f"{rule}: {last_line(logs.split(', ')[0])}" for rule, logs in found.items()]
    return "\n".join([*lines, f"Snakemake's log is {log}."])


def last_line(log: str) -> str:
    """The last line of a job's log; where it has none, that it failed."""
    try:
        lines = Path(log).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    return next((line for line in reversed(lines) if line.strip()), "failed")
