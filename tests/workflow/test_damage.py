"""Files that jobs hand to each other, damaged in a finished experiment: each is refused by name."""

import io
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from pyarrow import parquet

from checkout import Checkout, changed
from galaxyzoo.foundation.packed_crops import read_index, write_index

SURVEY = "results/surveys/tiny"
STAGES = "results/tiny/seed0/stages"


def flipped(content: bytes) -> bytes:
    """The content with one bit in its middle turned."""
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def of_another_value(content: bytes) -> bytes:
    """A Parquet file with one bit turned in the last page of its second column."""
    column = parquet.ParquetFile(io.BytesIO(content)).metadata.row_group(0).column(1)
    place = column.dictionary_page_offset + column.total_compressed_size - 1
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


def half(content: bytes) -> bytes:
    """The first half of a table's lines."""
    lines = content.splitlines(keepends=True)
    return b"".join(lines[: len(lines) // 2])


def swapped(content: bytes) -> bytes:
    """A table with its second and third rows in each other's place."""
    header, first, second, third, *rest = content.splitlines(keepends=True)
    return b"".join([header, first, third, second, *rest])


def of_other_labels(content: bytes) -> bytes:
    """An index whose first row has another galaxy's labels, and its own id and crop."""
    header, first, second, *rest = content.splitlines(keepends=True)
    own, other = first.split(b","), second.split(b",")
    return b"".join([header, b",".join([own[0], *other[1:-3], *own[-3:]]), second, *rest])


def in_a_number(content: bytes) -> bytes:
    """A table cut off in the middle of its last number."""
    return content[:-4]


@pytest.mark.parametrize(
    ("file", "damage", "target", "message"),
    [
        (f"{SURVEY}/training.npy", flipped, f"{STAGES}/head.pt", "is not as it was written"),
        (f"{SURVEY}/training.csv", swapped, f"{STAGES}/head.pt", "rows are not by ascending Galax"),
        (f"{SURVEY}/training.csv", of_other_labels, f"{STAGES}/head.pt", "row 1 is not as it was"),
        (
            f"{SURVEY}/test.csv",
            lambda content: content[:-1],
            "results/tiny/metrics.json",
            "cut off",
        ),
        (f"{SURVEY}/training.csv", half, "results/tiny/seed0/split.csv", None),
        ("results/tiny/seed0/split.csv", half, f"{STAGES}/head.pt", "it lists other galaxies than"),
        (f"{STAGES}/head.pt", flipped, f"{STAGES}/all.pt", "is not as it was written"),
        (
            "results/tiny/seed0/predictions/holdout_tta.parquet",
            of_another_value,
            "results/tiny/bag/holdout.parquet",
            "CRC checksum verification failed",
        ),
        (
            f"{STAGES}/all.csv",
            in_a_number,
            "results/tiny/figures/learning_curves.svg",
            "its last line is cut off",
        ),
        ("results/tiny/metrics.json", half, "results/tiny/report.html", "Expecting"),
    ],
)
def test_a_damaged_file_is_named_and_nothing_is_made_of_it(
    finished, tmp_path, file: str, damage: Callable[[bytes], bytes], target: str, message: str
):
    """Also under its old date, which Snakemake goes by."""
    checkout = finished.copy(tmp_path)
    path = checkout.folder / file
    dates = path.stat()
    path.write_bytes(damage(path.read_bytes()))
    os.utime(path, ns=(dates.st_atime_ns, dates.st_mtime_ns))
    (checkout.folder / target).unlink()
    run = checkout.make(target)
    if message is None:
        # A shorter index is whole by itself; what reads the crops with it sees what is missing.
        run = checkout.make(f"{STAGES}/head.pt")
        path, message = path.with_suffix(".npy"), "it has 60 crops, and its index 29 rows"
    assert run.returncode != 0
    [line] = {line[9:] for line in run.stdout.splitlines() if "Error: " in line[:16]}
    name = path.relative_to(checkout.folder)
    assert line.startswith(f"Error: {name} is damaged ("), line
    assert message in line
    assert line.endswith("; delete it and run this again")
    assert "Traceback" not in run.stdout


def test_a_checkpoint_in_another_s_place_is_refused(finished, tmp_path):
    checkout = finished.copy(tmp_path)
    shutil.copyfile(
        checkout.results / "seed1/stages/head.pt", checkout.results / "seed0/stages/head.pt"
    )
    (checkout.folder / STAGES / "all.pt").unlink()
    run = checkout.make(f"{STAGES}/all.pt")
    assert run.returncode != 0
    assert "is damaged (it is tiny/seed1/stages/head.pt under another name" in run.stdout


def test_test_galaxies_that_are_training_galaxies_are_told(finished, tmp_path):
    checkout = finished.copy(tmp_path)
    path = checkout.survey / "test.csv"
    dates = path.stat()
    known = read_index(checkout.survey / "training.csv").head(5)
    write_index(path, known[["GalaxyID"]], [0] * 5)
    os.utime(path, ns=(dates.st_atime_ns, dates.st_mtime_ns))
    (checkout.results / "metrics.json").unlink()
    run = checkout.make("results/tiny/metrics.json")
    assert run.returncode == 0, run.stdout
    assert "5 of the 5 test galaxies are also training galaxies" in run.stdout


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (
            changed(model={"backbone": "test_resnet", "weights": "gone.pt"}),
            "config: model.weights: there is no file gone.pt",
        ),
        (
            changed(survey=changed()["survey"] | {"fair_ids": "gone.csv"}),
            "config: survey.fair_ids: there is no file gone.csv",
        ),
        (
            changed(variants={"other": {"model": {"weights": "gone.pt"}}}),
            "config: model.weights: there is no file gone.pt",
        ),
    ],
)
def test_a_missing_file_is_told_and_not_replaced_by_what_was_made_of_it(finished, config, message):
    finished.write_config(config)
    run = finished.snakemake("--dry-run")
    finished.write_config(changed())
    assert run.returncode != 0
    assert message in run.stdout
    assert "Traceback" not in run.stdout


def test_a_network_that_learnt_nothing_ends_its_stage_and_the_run_with_the_reason(tmp_path):
    stage = changed()["stages"][1] | {"lr": 1e30, "batch_size": 1000, "epochs": 1}
    checkout = Checkout(tmp_path, changed(stages=[stage], seeds=[0]))
    run = checkout.run(f"{STAGES}/all.pt", "--cores", "2")
    assert run.returncode != 0
    *_, failed, last = run.stdout.splitlines()
    assert failed.startswith("tiny, seed 0, all: train: failed; its log: results/tiny/logs/seed0/")
    assert last.startswith("tiny, seed 0, all: Error: the validation error of stage all became nan")
    assert last.endswith("after epoch 1; lower the stage's lr")
    assert not (checkout.folder / STAGES / "all.pt").exists()


def test_a_change_in_a_folder_of_images_is_noticed(tmp_path, finished):
    """Below it, in place and of the same size, so that the folder's own date stays."""
    images = tmp_path / "survey" / "images_training_rev1"
    raw = finished.survey / "raw"
    shutil.unpack_archive(raw / "images_training_rev1.zip", tmp_path / "survey")
    shutil.copy(raw / "training_solutions_rev1.zip", tmp_path / "survey")
    (tmp_path / "checkout").mkdir()
    survey = changed()["survey"] | {"source": "files"}
    config = changed(survey=survey, files=str(tmp_path / "survey"))
    checkout = Checkout(tmp_path / "checkout", config)
    target = f"{SURVEY}/provenance.json"
    assert checkout.make(target).returncode == 0
    assert "Nothing to be done" in checkout.snakemake(target, "--dry-run").stdout
    assert '"sha256": null' not in Path(checkout.folder / target).read_text(encoding="utf-8")
    image = next(images.rglob("*.jpg"))
    date = image.parent.stat().st_mtime_ns
    image.write_bytes(flipped(image.read_bytes()))
    assert image.parent.stat().st_mtime_ns == date
    again = checkout.snakemake(target, "--dry-run")
    assert "rule crop_training:" in again.stdout
    assert "rule record_survey:" in again.stdout
