"""A process that has Snakemake imported, and forks one that runs it each time it is asked to.

Importing Snakemake takes longer than reading the workflow. Each line on standard input is a request
in JSON: the `folder` to run in, the `arguments`, the `environment`, and the file for the `output`.
The answer is a line with the exit status.
"""

import json
import os
import sys

# Beside the command line, what it imports only when it runs.
import snakemake.api
import snakemake.cli
import snakemake.dag
import snakemake.executors.local
import snakemake.persistence
import snakemake.scheduling.job_scheduler
import snakemake.script
import snakemake.workflow


def run(folder: str, arguments: list[str], environment: dict[str, str], output: str) -> int:
    """Run Snakemake in a process of its own, and return its exit status."""
    process = os.fork()
    if process:
        return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    status = 1
    try:
        os.environ.clear()
        os.environ.update(environment)
        os.chdir(folder)
        os.dup2(os.open(os.devnull, os.O_RDONLY), sys.stdin.fileno())
        file = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        for descriptor in (sys.stdout.fileno(), sys.stderr.fileno()):
            os.dup2(file, descriptor)
        snakemake.cli.main(arguments)
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    for line in sys.stdin:
        print(run(**json.loads(line)), flush=True)
