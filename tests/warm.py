"""Snakemake and scripts run by a process that has imported already what they import."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path


def variables_of_jobs() -> dict[str, str]:
    """The environment of Snakemake and its jobs, which compile the modules of a checkout once."""
    left_out = "PYTHONDONTWRITEBYTECODE"
    own = {name: value for name, value in os.environ.items() if name != left_out}
    return own | {"GOMP_SPINCOUNT": "2000"}


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
                [sys.executable, Path(__file__).with_name("warm_server.py"), *self.modules],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=variables_of_jobs(),
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
        output.touch()
        request = {
            "folder": str(folder),
            "environment": variables_of_jobs() | {"PYTHONPATH": ""} | (variables or {}),
            "output": str(output),
            "command": command,
            "arguments": [str(argument) for argument in arguments],
        }
        return Running(self, int(self.ask({"start": request})), output)


# What the scripts import, besides the module itself.
LIBRARIES = (
    "snakemake.script",
    "captum.attr",
    "jinja2",
    "matplotlib.backends.backend_svg",
    "matplotlib.pyplot",
    "pandas",
    "pyarrow.parquet",
    "safetensors.torch",
    "scipy.fft",
    "scipy.optimize",
    "scipy.stats",
    "sklearn.cluster",
    "sklearn.covariance",
    "sklearn.linear_model",
    "sklearn.model_selection",
    "timm",
    "torch",
    "torch._dynamo",
    "tqdm",
)
SNAKEMAKE = Warm(
    "jsonschema",
    "nbformat",
    "pandas",  # which Snakemake imports where it is installed
    "requests",
    "smart_open",
    "snakemake.cli",
    "snakemake.dag",
    "snakemake.executors.local",
    "snakemake.persistence",
    "snakemake.profiles",
    "snakemake.report.html_reporter",
    "snakemake.scheduling.job_scheduler",
    "snakemake.script",
    "snakemake.workflow",
)
TRAINING = Warm(*LIBRARIES)


def run_snakemake(
    folder: Path,
    arguments: Sequence[str],
    variables: Mapping[str, str] | None = None,
    python: str | None = None,
) -> subprocess.CompletedProcess:
    """Run Snakemake to its end; its jobs' scripts are run by a `python`, or by a warm one."""
    command = [python or warm_python(), *arguments]
    return SNAKEMAKE.start(folder, "snakemake", command, variables).wait()


@cache
def warm_python() -> Path:
    """A program that runs a script as Python does, in a process that has the libraries imported."""
    folder, here = Path(tempfile.mkdtemp()), Path(__file__).parent
    server = subprocess.Popen(
        [sys.executable, here / "warm_python.py", folder / "socket", *LIBRARIES],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=variables_of_jobs(),
        text=True,
    )
    assert server.stdout.readline() == "ready\n"
    python = folder / "python"
    command = f'exec "{sys.executable}" -IS "{here}/warm_job.py" "{folder}/socket" "$@"'
    python.write_text(f"#!/bin/sh\n{command}\n", encoding="utf-8")
    python.chmod(0o755)
    return python
