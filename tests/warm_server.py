"""A process with the modules of its arguments imported; it forks to run Snakemake or a script.

Importing takes longer than most of what the tests run. Requests come on standard input, a line of
JSON each: `{"start": {...}}`, with the arguments of `start`, is answered by the number of the new
process, and `{"wait": number}`, when that has ended, by its exit status.
"""

import builtins
import importlib
import json
import os
import pickle
import runpy
import signal
import sys
from functools import partial
from pathlib import Path

from forked import take_over


def start(
    folder: str, environment: dict[str, str], output: str, command: str, arguments: list[str]
) -> int:
    """Fork a process that runs a command in a folder, both of its streams in the file `output`."""
    process = os.fork()
    if process:
        return process
    nothing = os.open(os.devnull, os.O_RDONLY)
    file = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    take_over(folder, environment, [nothing, file, file], partial(COMMANDS[command], *arguments))


def run_snakemake(python: str, *arguments: str) -> None:
    """Run Snakemake's command line; `python` is what it starts for the scripts of its jobs."""
    import snakemake.cli

    sys.executable = python
    snakemake.cli.main(arguments)


def run_script(script: str, job: str) -> None:
    """Run a rule's script as Snakemake does, for a job that was pickled to a file."""
    folder = Path(script).parent
    sys.path[:0] = [str(folder), str(folder.parent)]
    builtins.snakemake = pickle.loads(Path(job).read_bytes())
    runpy.run_path(script, run_name="__main__")


COMMANDS = {"snakemake": run_snakemake, "script": run_script}


if __name__ == "__main__":
    del sys.path[0]  # what stands beside this file is not for the scripts to import
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    for module in sys.argv[1:]:
        importlib.import_module(module)
    for line in sys.stdin:
        [(request, value)] = json.loads(line).items()
        if request == "start":
            print(start(**value), flush=True)
        else:
            print(os.waitstatus_to_exitcode(os.waitpid(value, 0)[1]), flush=True)
