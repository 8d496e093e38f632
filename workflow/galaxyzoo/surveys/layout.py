"""A survey's files: their names in Kaggle's layout, and where they are.

Uses only the standard library, because it is imported when the Snakefile is read.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from galaxyzoo.files.names import PARQUET_SUFFIXES, TABLE_SUFFIXES
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.listings import below

COMPETITION = "galaxy-zoo-the-galaxy-challenge"
TRAINING_IMAGES = ("images_training_rev1.zip", "images_training_rev1")
TEST_IMAGES = ("images_test_rev1.zip", "images_test_rev1")
LABELS = ("training_solutions_rev1.zip", "training_solutions_rev1.csv")
FAIR_IDS = ("unbiased.csv",)
# Images in each of the competition's zips. The smallest is first, so that a refusal comes early.
IMAGE_COUNTS = {LABELS[0]: 0, TRAINING_IMAGES[0]: 61_578, TEST_IMAGES[0]: 79_975}
# Keys of survey.own that name a column of its table.
OF_A_TABLE = ("image_column", "id_column", "class_column", "group_column", "radius_column", "carry")


class SurveyFiles(NamedTuple):
    """Paths of a survey's files, None for those that it does not have.

    A survey that is joined of others has neither images nor labels by itself. Images are zips or
    folders. `labels` is a CSV file, or a zip of one. `label_notes` says why some of the labels that
    a rule has made are masked. `image_names` gives the GalaxyIDs of images that are not named by
    GalaxyID. `fair_ids` lists the galaxies that are a fair sample. `true_probabilities` holds what
    a simulated survey's votes were drawn from. `faults` says which galaxies of the owner's table
    are unfit, and `groups` which of them must not be divided between training, validation and hold-
    out. `galaxies` has the owner's names for them, and columns that are carried along. `table` is
    the owner's own. `votes` has the counted votes for each answer.
    """

    training_images: str | None
    labels: str | None
    test_images: str | None = None
    label_notes: str | None = None
    image_names: str | None = None
    fair_ids: str | None = None
    true_probabilities: str | None = None
    faults: str | None = None
    groups: str | None = None
    galaxies: str | None = None
    table: str | None = None
    votes: str | None = None


def find(folder: Path | str) -> SurveyFiles:
    """The files of the survey in `folder`. A zip is preferred to its unpacked form.

    Raises InputError if the folder does not exist, or has no training images or no labels.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError(
            f"files: there is no folder {folder}; give the folder that holds {TRAINING_IMAGES[0]} "
            f"and {LABELS[0]}. {from_kaggle(folder, TRAINING_IMAGES[0])} (and -f {LABELS[0]})"
        )
    return SurveyFiles(
        training_images=required(folder, TRAINING_IMAGES, "the training images"),
        labels=required(folder, LABELS, "the labels"),
        test_images=first_present(folder, TEST_IMAGES),
        fair_ids=first_present(folder, FAIR_IDS),
    )


def required(folder: Path, names: tuple[str, ...], content: str) -> str:
    """The first of `names` that is in `folder`; InputError if none is."""
    path = first_present(folder, names)
    if path is None:
        raise InputError(
            f"files: {folder} holds neither {' nor '.join(names)}, {content}; put one there, or "
            f"give the folder that holds it. {from_kaggle(folder, names[0])}"
        )
    return path


def from_kaggle(folder: Path, name: str) -> str:
    """How a file of the competition is downloaded, in a sentence."""
    return (
        f"Whoever has joined Kaggle's competition can fetch it with Kaggle's client: kaggle "
        f"competitions download -c {COMPETITION} -f {name} -p {folder}"
    )


def first_present(folder: Path, names: tuple[str, ...]) -> str | None:
    """The first of `names` that is in `folder`; None if none is."""
    return next((str(folder / name) for name in names if (folder / name).exists()), None)


def require_own(settings: Mapping[str, Any]) -> None:
    """Raise InputError unless the images and table of `survey.own` exist and the table is readable.

    `settings` is the config's `survey.own`. Its table is None if images are Parquet files with the
    labels in them, or if there is a folder of images for each class.
    """
    table = settings["table"]
    for key in ("images", "table") if table is not None else ("images",):
        if not Path(settings[key]).exists():
            raise InputError(
                f"survey.own.{key}: there is no {settings[key]}; give the path in full, or "
                f"from {Path.cwd()}"
            )
    if table is not None and not table.lower().endswith(TABLE_SUFFIXES):
        raise InputError(
            f"survey.own.table: {table} is of no known kind; allowed: a file that ends "
            f"in {', '.join(TABLE_SUFFIXES)}"
        )
    if table is None and not holds_parquet(settings["images"]):
        require_folders(settings)
    elif table is None and settings["labels"] == "class" and settings["class_column"] is None:
        raise InputError(
            "survey.own.class_column: missing with labels: class; give the column of "
            f"{settings['images']} that holds each galaxy's class"
        )


def require_folders(settings: Mapping[str, Any]) -> None:
    """Raise InputError if settings of `survey.own` are of a table, and there is none."""
    if settings["labels"] != "class":
        raise InputError(
            f"survey.own.table: missing with labels: {settings['labels']}; give the path of a "
            "table, Parquet files of pictures with the labels in them, or labels: class and a "
            "folder of pictures for each class"
        )
    for key in OF_A_TABLE:
        if settings[key]:
            raise InputError(
                f"survey.own.{key}: {settings[key]!r} is of a table, and there is none; leave it "
                "out, or give a path in survey.own.table"
            )


def holds_parquet(images: str) -> bool:
    """Whether a path is that of a Parquet file, or of a folder with some."""
    names = below(images).files if Path(images).is_dir() else [images]
    return any(name.lower().endswith(PARQUET_SUFFIXES) for name in names)
