"""A copy of the repository that tests run Snakemake in, and a tiny experiment for it."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import yaml

from galaxyzoo.foundation.packed_crops import centre_columns, read_index
from galaxyzoo.plan.kept_code import KEPT
from warm import run_snakemake

ROOT = Path(__file__).parents[1]
RUN_SAID = "run.txt"  # in the finished checkout: what its run printed for people
HEAD = {"epochs": 1, "lr": 0.01, "freeze": True, "batch_size": 16}
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
    "model": {
        "backbone": "test_resnet",
        "weights": "random",
        "head": "fastai",
        "output": "sigmoid",
    },
    "augmentation": {"zoom": [1.0, 1.2]},
    "stages": [
        {**HEAD, "name": "head", "size": 32},
        {"name": "all", "size": 32, "epochs": 2, "lr": [0.001, 0.01], "batch_size": 16},
        {**HEAD, "name": "head_large", "size": 48},
        {"name": "all_large", "size": 48, "epochs": 1, "lr": 0.005, "batch_size": 16},
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
        if (ROOT / KEPT).exists():
            (folder / KEPT).parent.mkdir(parents=True)
            shutil.copy(ROOT / KEPT, folder / KEPT)
        self.write_config(config)

    @property
    def results(self) -> Path:
        return self.folder / "results" / "tiny"

    @property
    def survey(self) -> Path:
        return self.folder / "results" / "surveys" / "tiny"

    def write_config(self, config: dict | str) -> None:
        text = config if isinstance(config, str) else yaml.safe_dump(config)
        (self.folder / "tiny.yaml").write_text(text, encoding="utf-8")

    def start(self, *arguments: str) -> subprocess.Popen:
        """Start Snakemake in a process group of its own, to be killed; its output is in a pipe."""
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
        """Run Snakemake to its end, with its own output."""
        return self.run("--printshellcmds", *arguments)

    def run(self, *arguments: str) -> subprocess.CompletedProcess:
        """Run Snakemake to its end, with the output that people read."""
        return run_snakemake(self.folder, [*arguments, "--configfile", "tiny.yaml"])

    def make(self, *targets: str) -> subprocess.CompletedProcess:
        """Make some files, or all, on two cores: one for each of the two seeds."""
        return self.snakemake(*targets, "--cores", "2")

    @classmethod
    def at(cls, folder: Path) -> "Checkout":
        """The checkout that is in a folder already."""
        checkout = object.__new__(cls)
        checkout.folder = folder
        return checkout

    def copy(self, folder: Path) -> "Checkout":
        """A copy of the checkout with its results."""
        return self.at(Path(shutil.copytree(self.folder, folder, dirs_exist_ok=True)))

    def would_run(self, config: dict | str = TINY) -> set[str]:
        """Jobs that a dry run lists for a config, or for the text of one.

        Each is its rule's name and its wildcards as Snakemake writes them, without those that name
        the config's own experiment and survey: "bag subset=test", "train_stage seed=0, stage=head".
        """
        self.write_config(config)
        run = self.snakemake("--dry-run")
        self.write_config(TINY)
        assert run.returncode == 0, run.stdout
        if "Nothing to be done" in run.stdout:
            return set()
        jobs = re.findall(
            r"^(?:local)?rule (\w+):\n(?: {4}(?!wildcards:).*\n)*(?: {4}wildcards: (.+)\n)?",
            run.stdout,
            re.MULTILINE,
        )
        total = re.search(r"^total +(\d+)$", run.stdout, re.MULTILINE)
        assert len(jobs) == int(total[1]), run.stdout
        named = yaml.safe_load(config) if isinstance(config, str) else config
        own = ("", f"experiment={named['experiment']}", f"survey={named['survey']['name']}")
        return {
            " ".join([rule, ", ".join(w for w in wildcards.split(", ") if w not in own)]).strip()
            for rule, wildcards in jobs
        }

    @contextmanager
    def edited(self, name: str, old: str, new: str) -> Iterator[None]:
        """The checkout while in one of its files the first `old` reads `new`."""
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{name} has no {old!r} any more"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        try:
            yield
        finally:
            path.write_text(text, encoding="utf-8")


def replaced_by_older(path: Path, content: bytes) -> None:
    """Put another file in the place of one, as `touch -d 2020-01-01 new; mv new path` does."""
    new = path.with_name(f"new-{path.name}")
    new.write_bytes(content)
    os.utime(new, (1_577_836_800, 1_577_836_800))
    new.replace(path)


def labels_in(index: Path) -> pd.DataFrame:
    """The labels in an index of crops, by GalaxyID, without votes and colours beside them."""
    table = read_index(index).drop(columns=["image_hash", "crop_crc32"]).set_index("GalaxyID")
    return table.loc[:, ~table.columns.str.startswith("votes_")].drop(columns=centre_columns(table))


def changed(**changes) -> dict:
    return json.loads(json.dumps(TINY)) | changes
