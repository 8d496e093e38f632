"""Galaxy Zoo 2's own files: the images on Zenodo, and tables of votes.

The images (Zenodo record 3565489) are named by a number, the asset_id. A second file of the record
gives the SDSS data release 7 object that each image shows. The tables, those of Willett et al. 2013
(MNRAS 435, 2835) or of Hart et al. 2016 (MNRAS 461, 3663), identify galaxies by that object's id.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pandas as pd

from galaxyzoo.files.archives import image_stem, images_in
from galaxyzoo.files.csv_tables import read_columns
from galaxyzoo.foundation.atomic_files import replaced
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.surveys.missing_labels import write_notes
from galaxyzoo.surveys.vote_fractions import read_vote_fractions

log = logging.getLogger(__name__)


def write_labels(
    images: Path,
    mapping: Path,
    tables: Path,
    votes: str,
    far_sums: str,
    labels_path: Path,
    notes_path: Path,
    image_names_path: Path,
) -> None:
    """Write the labels and image names of all galaxies with an image and votes, for cropping.

    `tables` is a folder of tables that are read in the order of their names. `votes` selects their
    fractions: `fraction`, `weighted_fraction` or `debiased`, and `far_sums` is what is done with
    those whose sum is far from 1. Writes three CSV files: `labels_path`, in Kaggle's layout,
    `notes_path`, which says why some labels are masked (`missing_labels`), and `image_names_path`,
    which names each galaxy's image in the zip. GalaxyID is the object's id in data release 7. A
    galaxy in several tables has the votes of the first. Galaxies that are only in some of the files
    are left out. Both are counted in the log. Raises InputError if a file cannot be read, or if no
    galaxy is in all of them.
    """
    labels, notes = votes_of_all(tables, votes, far_sums)
    names = read_columns(mapping, {"objid": "int64", "asset_id": "str"})
    names = names.rename(columns={"objid": "GalaxyID"})[["GalaxyID", "asset_id"]]
    zipped = pd.DataFrame({"image": images_in(images)}, dtype="str")
    zipped["asset_id"] = zipped["image"].map(image_stem)

    with_image = names["asset_id"].isin(zipped["asset_id"])
    with_votes = names["GalaxyID"].isin(labels.index)
    usable = names[with_image & with_votes]
    labelled = labels[labels.index.isin(usable["GalaxyID"])]
    log.info(
        "%d galaxies have an image and votes; left out: %d with votes but without a name for their "
        "image, %d with votes but without the image, %d images without votes, %d without a galaxy",
        len(labelled),
        (~labels.index.isin(names["GalaxyID"])).sum(),
        labels.index.isin(names["GalaxyID"]).sum() - len(labelled),
        (with_image & ~with_votes).sum(),
        (~zipped["asset_id"].isin(names["asset_id"])).sum(),
    )
    if labelled.empty:
        raise InputError(
            f"no galaxy is in all of {images}, {mapping} and {tables}; check that they belong "
            "together"
        )
    with replaced(labels_path) as labels_file, replaced(image_names_path) as names_file:
        labelled.to_csv(labels_file)
        write_notes(notes[notes.index.isin(usable["GalaxyID"])], notes_path)
        usable.merge(zipped)[["GalaxyID", "image"]].to_csv(names_file, index=False)


def votes_of_all(tables: Path, votes: str, far_sums: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The labels in a folder's tables, table after table, and the notes on them.

    Both are (N, 37), float64 and uint8, indexed by GalaxyID. Of a galaxy in several tables, only
    the rows of the first are there.
    """
    labels, notes = [], []
    for table in sorted(tables.glob("[!.]*")):
        rows, told = read_vote_fractions(table, "dr7objid", votes, far_sums)
        known = np.zeros(len(rows), bool)
        for earlier in labels:
            known |= rows.index.isin(earlier.index)
        log.info(
            "%s: %d rows, %d of them of galaxies in an earlier table, left out",
            table,
            len(rows),
            known.sum(),
        )
        labels.append(rows[~known])
        notes.append(told[~known])
    return pd.concat(labels), pd.concat(notes)


def named_by_address(
    sources: Sequence[Mapping[str, str]],
) -> Iterator[tuple[Mapping[str, str], str]]:
    """Each source with the name of its file: that of its address, after its number among several.

    Tables are then read in the order in which the config lists them.
    """
    digits = len(str(len(sources)))
    for number, source in enumerate(sources, 1):
        name = Path(urlsplit(source["address"]).path).name
        yield source, name if len(sources) == 1 else f"{number:0{digits}}_{name}"
