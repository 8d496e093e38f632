"""The networks of a finished experiment, from Python: docs/python.md tells how to use them.

    from galaxyzoo.predict import predict

    table = predict("results/demo", ["galaxy.jpg", "another.fits"])

The numbers are those of `snakemake catalogue`.
"""

import io
import logging
import os
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

# If another process wants the cores, threads that spin for long while they wait for each other
# slow the networks down tenfold or more. It is read when torch is imported.
os.environ.setdefault("GOMP_SPINCOUNT", "2000")

import numpy as np
import pandas as pd
import pyarrow as pa
from PIL import Image

from galaxyzoo.calibration.familiarity import Reference
from galaxyzoo.catalogue.batches import Reader, fitted_pictures
from galaxyzoo.catalogue.columns import ID, catalogue_columns
from galaxyzoo.catalogue.finished_ensemble import FinishedEnsemble, its_reference, load_ensemble
from galaxyzoo.catalogue.listing import untold_scale, with_names_of_its_own
from galaxyzoo.catalogue.rows import catalogue_rows
from galaxyzoo.catalogue.shards import beside, predicted_batch
from galaxyzoo.catalogue.sources import as_numbers, list_galaxies, require_unique
from galaxyzoo.engine.devices import memory_for
from galaxyzoo.files.containers import PICTURES, Folder
from galaxyzoo.files.galaxy_files import without_suffix
from galaxyzoo.files.picture_sources import PictureReader
from galaxyzoo.files.positions import radii_of
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.progress import progress
from galaxyzoo.foundation.provenance import git_commit
from galaxyzoo.plan.config import given_catalogue_settings, load_schema
from galaxyzoo.plan.picture_settings import as_trained
from galaxyzoo.tree.decision_tree import DecisionTree

log = logging.getLogger(__name__)

SCHEMA = Path(__file__).parents[1] / "schemas" / "config.schema.yaml"
# Of `snakemake catalogue` alone.
OF_A_RUN = ("name", "shard_size", "survey", "address", "features", "labels")

Picture = str | Path | bytes | np.ndarray | Image.Image


class Networks:
    """The networks of a finished experiment, and what galaxies of their training are like."""

    def __init__(self, ensemble: FinishedEnsemble) -> None:
        self.ensemble = ensemble

    @cached_property
    def reference(self) -> Reference:
        """As the first catalogue left it, or computed in about as long as a validation takes."""
        return its_reference(self.ensemble)


def load(experiment: str | Path) -> Networks:
    """The networks of the finished experiment in a folder, such as results/demo, for `predict`.

    Raises InputError if the experiment is not finished.
    """
    return Networks(load_ensemble(Path(experiment)))


def predict(
    experiment: str | Path | Networks,
    pictures: Picture | Iterable[Picture] | Mapping[Any, Picture],
    **settings: Any,  # noqa: ANN401  (any YAML value)
) -> pd.DataFrame:
    """A catalogue of pictures by the networks of a finished experiment.

    `experiment` is its folder, or what `load` gave of it. `pictures` is one of:

    - the path of a folder, zip or tar of images, of Parquet files with images, or of a table with
      paths of images, as `galaxies` of `snakemake catalogue`;
    - a picture: the path or the bytes of a JPEG, PNG or FITS file, an array (height, width, 3)
      uint8 of red, green and blue, or a PIL image;
    - several of these: a list, an array (n, height, width, 3), or a mapping of ids to pictures.

    `settings` are the keys of the config's `catalogue` that are of pictures and tables, such as
    `pixel_scale=0.396`. Returns one row for each galaxy, in the columns of the catalogue
    (docs/catalogue.md): the id, a table's own columns, numbers with their intervals, flags. The id
    of a picture in a list is its file's name without the suffix or, if not all are paths, its place
    in the list from 1 on. What cannot be used has a row with `flag_bad_image` and the reason.
    Raises InputError for anything else, for settings that are not allowed, and for an experiment
    that is not finished.
    """
    given = picture_settings(settings)
    networks = experiment if isinstance(experiment, Networks) else load(experiment)
    ensemble = networks.ensemble
    settings = as_trained(given, ensemble.taught)
    for sentence in settings["told"]:
        log.warning("%s", sentence)
    galaxies, radii, reader = listed(pictures, ensemble.tree, settings)
    places, reference = galaxies["place"].to_pylist(), networks.reference
    columns = catalogue_columns(ensemble.tree)
    made_by = {"experiment": ensemble.name, "commit": git_commit() or "unknown"}
    batches = fitted_pictures(
        places,
        radii,
        [None] * len(places),
        reader,
        ensemble.size_px,
        settings,
        ensemble.batch_size,
        decoders=os.cpu_count() or 1,
    )
    rows = []
    total = -(-len(places) // ensemble.batch_size)
    largest_px = max(member.network.size_px for member in ensemble.members)
    with memory_for(ensemble.batch_size, largest_px, "tta.batch_size"):
        for batch in progress(batches, total=total, desc="predict", unit="batches"):
            predicted = predicted_batch(batch, ensemble.members, ensemble.device)
            rows.append(
                catalogue_rows(
                    batch,
                    predicted,
                    ensemble.tree,
                    columns,
                    ensemble.calibration,
                    reference,
                    made_by,
                )
            )
    return beside(galaxies.drop_columns(["place"]), pa.concat_tables(rows)).to_pandas()


def picture_settings(given: Mapping[str, Any]) -> dict[str, Any]:
    """The config's `catalogue` with the settings that were given; InputError for unfit ones."""
    if of_a_run := [name for name in given if name in OF_A_RUN]:
        raise InputError(
            f"{', '.join(of_a_run)}: of no use here, but for `snakemake catalogue`; leave it out"
        )
    return given_catalogue_settings(dict(given), load_schema(SCHEMA))


def listed(
    pictures: Picture | Iterable[Picture] | Mapping[Any, Picture],
    tree: DecisionTree,
    settings: Mapping[str, Any],
) -> tuple[pa.Table, Sequence[float | None], Reader]:
    """Galaxies as a table of id, place and own columns, their radii in arcsec, and their reader.

    Raises InputError if there are none, or if there is something else among them.
    """
    if isinstance(pictures, str | Path):
        path = Path(pictures).expanduser()
        if not path.exists():
            raise InputError(f"there is no {path}; give the path of pictures, or pictures")
        if not is_a_picture(path):
            return listed_at(path, tree, settings)
    if isinstance(pictures, Mapping):
        ids, several = list(pictures), list(pictures.values())
    else:
        is_one = isinstance(pictures, str | Path | bytes | Image.Image)
        is_one = is_one or (isinstance(pictures, np.ndarray) and pictures.ndim == 3)
        several = [pictures] if is_one else list(pictures)
        ids = ids_of(several)
    if not several:
        raise InputError("there is no picture; give one or more")
    where = [f"pictures[{position}]" for position in range(len(several))]
    require_unique(ids, where, Path("pictures"), "keep one, or give a mapping of other ids")
    texts = [str(one) for one in ids]
    places = [str(position) for position in range(len(several))]
    table = pa.table({ID: pa.array(as_numbers(texts) or texts), "place": places})
    for picture, name in zip(several, where, strict=True):
        require_picture(picture, name)
    return table, [None] * len(several), Given(several)


def is_a_picture(path: str | Path) -> bool:
    """Whether a path is that of one picture, by its suffix, and not of a folder."""
    return Path(path).name.lower().endswith(PICTURES) and not Path(path).expanduser().is_dir()


def listed_at(
    path: Path, tree: DecisionTree, settings: Mapping[str, Any]
) -> tuple[pa.Table, Sequence[float | None], Reader]:
    """The galaxies at a path, as a catalogue lists them."""
    found = list_galaxies(path, settings)
    if found.kind == "positions":
        raise InputError(
            f"{path} is a table of positions, whose cut-outs `snakemake catalogue` fetches; give "
            "it the table, or give pictures here"
        )
    for sentence in found.told:
        log.info("%s", sentence)
    radii = None if found.given is None else radii_of(found.given, path, settings)
    for sentence in untold_scale(radii, settings):
        log.warning("%s", sentence)
    radii = [None] * len(found.table) if radii is None else radii.to_pylist()
    return with_names_of_its_own(found.table, tree), radii, PictureReader(path, settings)


def ids_of(pictures: Sequence[Picture]) -> list[Any]:
    """Ids of pictures: names without suffixes if all are paths of pictures, else 1, 2, 3 ..."""
    paths = [one for one in pictures if isinstance(one, str | Path) and is_a_picture(one)]
    if len(paths) < len(pictures):
        return list(range(1, len(pictures) + 1))
    return [without_suffix(Path(path).name) for path in paths]


def require_picture(picture: Picture, name: str) -> None:
    """Raise InputError if something is of no type of a picture, or an array of another shape."""
    if not isinstance(picture, str | Path | bytes | np.ndarray | Image.Image):
        raise InputError(
            f"{name} is of type {type(picture).__name__}; give a path, bytes, an array or a PIL "
            "image"
        )
    if isinstance(picture, np.ndarray) and (
        picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3
    ):
        raise InputError(
            f"{name} is an array {picture.shape} of {picture.dtype}; give (height, width, 3) of "
            "uint8: red, green and blue"
        )


class Given:
    """Reads pictures that are in memory, or files, by their positions."""

    def __init__(self, pictures: Sequence[Picture]) -> None:
        self._pictures, self._folder = pictures, Folder(Path())

    def read(self, place: str) -> bytes:
        """A picture as the bytes of a file: of an array or a PIL image, of a PNG that is the same.

        Raises OSError if a file cannot be read, or if PNG has no such colours.
        """
        picture = self._pictures[int(place)]
        if isinstance(picture, bytes):
            return picture
        if isinstance(picture, str | Path):
            return self._folder.read(str(Path(picture).expanduser()))
        image = Image.fromarray(picture) if isinstance(picture, np.ndarray) else picture
        encoded = io.BytesIO()
        image.save(encoded, "PNG", compress_level=1)
        return encoded.getvalue()
