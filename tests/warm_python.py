"""A Python that starts at once: `warm_python.py SOCKET MODULE...` forks for each `warm_job.py`.

It ends when its standard input does.
"""

import importlib
import json
import os
import runpy
import select
import signal
import socket
import sys
from functools import partial
from pathlib import Path
from typing import NoReturn

from forked import take_over


def serve(path: str) -> None:
    """Answer each connection in a process of its own."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        print("ready", flush=True)
        while sys.stdin not in select.select([listener, sys.stdin], [], [])[0]:
            connection, _ = listener.accept()
            if os.fork() == 0:
                answer(connection)
            connection.close()


def answer(connection: socket.socket) -> NoReturn:
    """Run what a connection asks for; tell it the status, or kill the job where it goes away."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _, streams, _, _ = socket.recv_fds(connection, 1, 3)
    request = json.loads(connection.makefile().readline())
    script = request["arguments"][0]
    job = os.fork()
    if job == 0:
        connection.close()
        sys.argv = request["arguments"]
        sys.path.insert(0, str(Path(script).parent))
        run = partial(runpy.run_path, script, run_name="__main__")
        take_over(request["folder"], request["environment"], streams, run)
    ended = os.pidfd_open(job)
    if ended not in select.select([ended, connection], [], [])[0]:
        os.kill(job, signal.SIGKILL)
    status = os.waitstatus_to_exitcode(os.waitpid(job, 0)[1])
    connection.close() if status < 0 else connection.sendall(bytes([status]))
    os._exit(0)


if __name__ == "__main__":
    del sys.path[0]  # what stands beside this file is not for the scripts to import
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for module in sys.argv[2:]:
        importlib.import_module(module)
    serve(sys.argv[1])
