"""Provenance of a file: the commit and the package versions that made it."""

import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

PACKAGES = ("numpy", "snakemake", "timm", "torch", "torchvision")


def git_commit() -> str | None:
    """Commit of this code's checkout, with `-dirty` if files differ from it; None if unknown."""
    try:
        described = subprocess.run(
            ["git", "describe", "--always", "--abbrev=40", "--dirty", "--exclude=*"],
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return described.stdout.strip()


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that results depend on."""
    return {"python": platform.python_version()} | {name: version(name) for name in PACKAGES}
