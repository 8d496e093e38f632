"""A Slurm of one node with two pretend GPUs, started by hand in a folder; needs root."""

import os
import socket
import stat
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from shutil import which

DAEMONS = ("munged", "slurmctld", "slurmd")
SECONDS_TO_START = 60
CONFIG = """
ClusterName=pretended
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller_port}
SlurmdPort={node_port}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
SlurmUser=root
SlurmdUser=root
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
ReturnToService=2
MinJobAge=600
KillWait=20
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SlurmdParameters=config_overrides
GresTypes=gpu
NodeName={host} NodeAddr=127.0.0.1 CPUs=16 RealMemory=65536 Gres=gpu:2 State=UNKNOWN
PartitionName=main Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""


def why_not() -> str | None:
    """Why there can be no such cluster here; None if there can."""
    missing = [name for name in (*DAEMONS, "sbatch") if which(name) is None]
    if missing:
        return f"no {missing[0]} here"
    return None if os.getuid() == 0 else "only root may start Slurm's daemons"


def free_port() -> int:
    """A port that nothing listens to."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@contextmanager
def running_cluster(folder: Path) -> Iterator[dict[str, str]]:
    """Start the daemons; gives the variables with which Slurm's commands find them."""
    host = socket.gethostname().partition(".")[0]
    ports = {"controller_port": free_port(), "node_port": free_port()}
    (folder / "slurm.conf").write_text(CONFIG.format(folder=folder, host=host, **ports))
    devices = [folder / f"gpu{number}" for number in range(2)]
    for device in devices:
        os.mknod(device, stat.S_IFCHR | 0o600, os.makedev(1, 3))  # as /dev/null
    gres = "".join(f"Name=gpu File={device}\n" for device in devices)
    (folder / "gres.conf").write_text(f"AutoDetect=off\n{gres}")
    for name in ("state", "spool"):
        (folder / name).mkdir()
    key = folder / "munge.key"
    key.write_bytes(os.urandom(128))
    key.chmod(0o400)
    variables = os.environ | {"SLURM_CONF": str(folder / "slurm.conf")}
    # The executor lets srun inherit no variable of Slurm's.
    path = write_program(
        folder, "srun", f'SLURM_CONF={folder}/slurm.conf exec {which("srun")} "$@"'
    )
    variables["PATH"] = f"{path.parent}:{variables['PATH']}"
    of_munge = ("socket", "key", "log", "pid", "seed")
    endings = {"socket": "", "key": "-file", "log": "-file", "pid": "-file", "seed": "-file"}
    options = [f"--{name}{endings[name]}={folder}/munge.{name}" for name in of_munge]
    commands = (
        ["munged", "--foreground", "--force", *options],
        ["slurmctld", "-D", "-i"],
        ["slurmd", "-D", "-N", host],
    )
    with ExitStack() as stack:
        for command in commands:
            said = stack.enter_context((folder / f"{command[0]}.out").open("w"))
            daemon = subprocess.Popen(command, env=variables, stdout=said, stderr=said)
            stack.callback(daemon.wait)
            stack.callback(daemon.terminate)
            if command[0] == "munged":
                wait_for(folder / "munge.socket", daemon)
        wait_until_idle(variables)
        yield variables


def write_program(folder: Path, name: str, line: str) -> Path:
    """Write a program of one line of shell into a folder's `bin`; gives its path."""
    program = folder / "bin" / name
    program.parent.mkdir(exist_ok=True)
    program.write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
    program.chmod(0o755)
    return program


def wait_for(path: Path, daemon: subprocess.Popen) -> None:
    """Wait until a daemon has made a file."""
    while not path.exists():
        assert daemon.poll() is None, f"{daemon.args[0]} ended with {daemon.returncode}"
        time.sleep(0.05)


def wait_until_idle(variables: dict[str, str]) -> None:
    """Wait until the node can take jobs."""
    begun, state = time.monotonic(), ""
    while state != "idle":
        assert time.monotonic() - begun < SECONDS_TO_START, f"the node is {state or 'unknown'}"
        time.sleep(0.2)
        command = ["sinfo", "--noheader", "--format=%t"]
        run = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
        state = run.stdout.strip()
