"""The image of a container: named by the config, used by all jobs, and no part of a result."""

import re

import pytest

from checkout import ROOT, TINY, Checkout, changed
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.plan.config import load_schema, validated
from galaxyzoo.plan.images import image_of
from warm import run_snakemake

SCHEMA = load_schema(ROOT / "workflow" / "schemas" / "config.schema.yaml")


def test_an_image_is_a_file_that_is_there_or_an_address(tmp_path):
    image = tmp_path / "own.sif"
    with pytest.raises(InputError, match=r"container: there is no .*own\.sif; .* docker://"):
        image_of({"container": str(image)}, required=True)
    image.touch()
    assert image_of({"container": str(image)}, required=True) == str(image)
    assert image_of({"container": "docker://a/b:1"}, required=True) == "docker://a/b:1"


def test_whoever_asks_for_an_image_names_one():
    assert image_of({}, required=False) is None
    with pytest.raises(InputError, match=r"container: missing .* --config container="):
        image_of({"container": None}, required=True)


def test_no_result_depends_on_the_image():
    assert validated(changed(container="own.sif"), SCHEMA) == validated(TINY, SCHEMA)
    with pytest.raises(InputError, match="container: 'my own' is not allowed"):
        validated(changed(container="my own"), SCHEMA)


def test_a_dry_run_lists_all_jobs_for_the_image(tmp_path):
    """A program first on the PATH answers as apptainer does, which a dry run asks its version."""
    programs, folder = tmp_path / "programs", tmp_path / "run"
    programs.mkdir()
    folder.mkdir()
    apptainer = programs / "apptainer"
    apptainer.write_text('#!/bin/sh\necho "apptainer version 1.4.0"\n', encoding="utf-8")
    apptainer.chmod(0o755)
    Checkout(folder)

    def dry_run(*arguments):
        own = ["--dry-run", "--printshellcmds", *arguments, "--configfile", "tiny.yaml"]
        return run_snakemake(folder, own, {"PATH": f"{programs}:/usr/bin:/bin"})

    all_jobs = dry_run("--sdm", "apptainer", "--config", "container=docker://a/b:1")
    assert all_jobs.returncode == 0, all_jobs.stdout
    assert "image docker://a/b:1 will be pulled" in all_jobs.stdout
    stages = len(TINY["seeds"]) * len(TINY["stages"])
    assert re.search(rf"^train_stage +{stages}$", all_jobs.stdout, re.MULTILINE)
    assert re.search(r"^write_report +1$", all_jobs.stdout, re.MULTILINE)
    refused = dry_run("--sdm", "apptainer")
    assert refused.returncode != 0
    assert "container: missing with --sdm apptainer" in refused.stdout
    unused = dry_run("results/tiny/config.yaml", "--config", "container=docker://a/b:1")
    assert unused.returncode == 0
    assert "container: jobs run outside of it" in unused.stdout
