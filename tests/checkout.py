"""A copy of the repository that tests run Snakemake in, and a tiny experiment for it."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
TINY = {
    "experiment": "tiny",
    "seeds": [0, 1],
    "validation": 0.2,
    "survey": {
        "name": "tiny",
        "source": "simulation",
        "simulation": {"galaxies": 60, "test_galaxies": 7, "volunteers": 40, "seed": 1},
        "holdout": 0.25,
    },
    "model": {"backbone": "test_resnet", "weights": "random", "output": "sigmoid"},
    "stages": [
        {"name": "head", "size": 32, "epochs": 1, "lr": 0.01, "freeze": True, "batch_size": 16},
        {"name": "all", "size": 32, "epochs": 2, "lr": [0.001, 0.01], "batch_size": 16},
        {"name": "large", "size": 48, "epochs": 1, "lr": 0.005, "batch_size": 16},
    ],
    "tta": {"rotations": 2, "flips": True, "zooms": [1.0]},
}


class Checkout:
    """A copy of the repository in which Snakemake runs an experiment of its own."""

    def __init__(self, folder: Path, config: dict = TINY) -> None:
        self.folder = folder
        shutil.copy(ROOT / "Snakefile", folder / "Snakefile")
        for name in ("workflow", "config", "profiles", "envs"):
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, folder / name, ignore=ignored)
        self.write_config(config)

    @property
    def results(self) -> Path:
        return self.folder / "results" / "tiny"

    @property
    def survey(self) -> Path:
        return self.folder / "results" / "surveys" / "tiny"

    def write_config(self, config: dict) -> None:
        (self.folder / "tiny.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")

    def start(self, *arguments: str) -> subprocess.Popen:
        """Start Snakemake in a process group of its own, its output in one pipe."""
        return subprocess.Popen(
            [Path(sys.executable).with_name("snakemake"), *arguments, "--configfile", "tiny.yaml"],
            cwd=self.folder,
            env=os.environ | {"PYTHONPATH": ""},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def snakemake(self, *arguments: str) -> subprocess.CompletedProcess:
        """Run Snakemake to its end."""
        process = self.start(*arguments)
        output, _ = process.communicate()
        return subprocess.CompletedProcess(process.args, process.returncode, output)

    def would_run(self, config: dict = TINY) -> dict[str, int]:
        """Jobs that a dry run lists for a config: how many of each rule."""
        self.write_config(config)
        output = self.snakemake("--dry-run").stdout
        self.write_config(TINY)
        if "Nothing to be done" in output:
            return {}
        table = re.search(r"Job stats:\njob +count\n-+ +-+\n(.*?)\ntotal", output, re.DOTALL)
        assert table, output
        return {name: int(count) for name, count in map(str.split, table[1].splitlines())}


def changed(**changes) -> dict:
    return json.loads(json.dumps(TINY)) | changes
