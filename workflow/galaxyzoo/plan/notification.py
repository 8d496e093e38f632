"""A message about a run, sent by apprise to the addresses that its user keeps.

Addresses hold passwords. Only apprise reads them, from APPRISE_URLS or its own config file, and
what it says of them goes nowhere. Standard library alone: this is imported when the Snakefile is
read.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

LONGEST_WAIT = 60  # seconds


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
