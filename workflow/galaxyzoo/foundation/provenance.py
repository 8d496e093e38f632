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


def uncommitted_diff() -> str:
    """What differs in this code's tracked files from the commit, as a diff; empty if nothing does.

    Of the scripts and the shared module: what the fingerprints cover.
    """
    workflow = Path(__file__).parents[2]
    try:
        return subprocess.run(
            ["git", "diff", "HEAD", "--binary", "--", "scripts", "galaxyzoo"],
            cwd=workflow,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return ""


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that results depend on."""
    return {"python": platform.python_version()} | {name: version(name) for name in PACKAGES}
