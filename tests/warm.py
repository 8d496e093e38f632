"""Snakemake and scripts run by a process that has imported already what they import."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Running:
    """A process that has been started, and the file with what it says."""

    server: "Warm"
    pid: int
    output: Path

    def wait(self) -> subprocess.CompletedProcess:
        """Wait until it ends; both of its streams are in `stdout`."""
        status = int(self.server.ask({"wait": self.pid}))
        said = self.said
        self.output.unlink()
        return subprocess.CompletedProcess(str(self.pid), status, said)

    @property
    def said(self) -> str:
        """What it has said so far."""
        return self.output.read_text(encoding="utf-8")

    @property
    def runs(self) -> bool:
        """Whether it has not ended."""
        state = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(") ")[2][0]
        return state != "Z"


class Warm:
    """A `warm_server` with certain modules imported; it is started when it is first asked."""

    def __init__(self, *modules: str) -> None:
        self.modules = modules
        self.process: subprocess.Popen | None = None

    def ask(self, request: dict) -> str:
        """The server's answer to a request."""
        if self.process is None:
            self.process = subprocess.Popen(
                # -P: what stands beside the server is not for the scripts to import.
                [sys.executable, "-P", Path(__file__).with_name("warm_server.py"), *self.modules],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=os.environ | {"GOMP_SPINCOUNT": "2000"},
                text=True,
            )
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline()

    def start(
        self,
        folder: Path,
        command: str,
        arguments: Sequence[str],
        variables: Mapping[str, str] | None = None,
    ) -> Running:
        """Start a command of the server in a folder, with some variables of its environment set."""
        output = folder / f".{command}.output"
        request = {
            "folder": str(folder),
            "environment": os.environ | {"PYTHONPATH": ""} | (variables or {}),
            "output": str(output),
            "command": command,
            "arguments": [str(argument) for argument in arguments],
        }
        return Running(self, int(self.ask({"start": request})), output)


SNAKEMAKE = Warm(
    "pandas",  # which Snakemake imports where it is installed
    "snakemake.cli",
    "snakemake.dag",
    "snakemake.executors.local",
    "snakemake.persistence",
    "snakemake.scheduling.job_scheduler",
    "snakemake.script",
    "snakemake.workflow",
)
TRAINING = Warm("snakemake.script", "pandas", "safetensors.torch", "timm", "torch", "tqdm")
