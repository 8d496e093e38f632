"""Run a script in the `warm_python.py` behind a socket: `warm_job.py SOCKET SCRIPT`."""

import json
import os
import socket
import sys

with socket.socket(socket.AF_UNIX) as connection:
    connection.connect(sys.argv[1])
    request = {
        "folder": os.getcwd(),
        "environment": dict(os.environ),
        "arguments": sys.argv[2:],
    }
    socket.send_fds(connection, [b"!"], [0, 1, 2])
    connection.sendall(json.dumps(request).encode() + b"\n")
    status = connection.recv(1)
sys.exit(status[0] if status else 1)
