"""What a process forked from a warm one does: it takes over a command, and ends with its status."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import NoReturn


def take_over(
    folder: str, environment: Mapping[str, str], streams: Sequence[int], run: Callable[[], None]
) -> NoReturn:
    """Run a function in a folder, with an environment and three streams, as a process of its own.

    `streams` are the file descriptors of standard input, output and error. The process ends with
    the status that an interpreter would give for the function as its script.
    """
    status = 1
    try:
        os.environ.clear()
        os.environ.update(environment)
        os.chdir(folder)
        for stream, number in enumerate(streams):
            os.dup2(number, stream)
        run()
        status = 0
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
