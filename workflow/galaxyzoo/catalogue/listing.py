"""The galaxies of a catalogue, listed shard by shard, with the cut-outs of positions fetched."""

import logging
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from galaxyzoo.catalogue.columns import catalogue_columns
from galaxyzoo.catalogue.cutouts import fetch_cutouts
from galaxyzoo.catalogue.forms import forms_of
from galaxyzoo.catalogue.given_names import with_fitting_names
from galaxyzoo.catalogue.sources import list_galaxies
from galaxyzoo.catalogue.tables import notes
from galaxyzoo.files.positions import USUAL_RADIUS, positions_of, radii_of
from galaxyzoo.foundation.content_hashes import file_hash
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.handed_on import damaged
from galaxyzoo.plan.listed_galaxies import CUTOUTS, part_of_the_list, write_contents
from galaxyzoo.tree.decision_tree import DecisionTree

log = logging.getLogger(__name__)

# Not of the input table.
PLACE, RADIUS, FAULT, SHA256 = "_place", "_radius_arcsec", "_fault", "_sha256"


class Cutouts(NamedTuple):
    """Cut-outs of positions: for each its path and SHA-256, or the reason why it did not come.

    `missing` is the number of those that another attempt could bring.
    """

    places: pa.Array
    hashes: pa.Array
    faults: pa.Array
    missing: int


def list_for_catalogue(
    path: Path, listing: Path, settings: dict[str, Any], tree: DecisionTree, asked_at: str = ""
) -> int:
    """Write the list of the galaxies at a path, `shard_size` to a file; return how many there are.

    `listing` is a folder of Parquet files with id, PLACE (how a galaxy's image is found again),
    RADIUS (to resample it by, if known), FAULT (why there is no image, if there is none), SHA256
    (of a cut-out), and the input table's own columns. The last file written says what the others
    are, and `asked_at`. Cut-outs of positions are fetched to a folder `cutouts` beside it, and
    kept. The log says what becomes of columns that not every table of the catalogue can hold.
    """
    listed = list_galaxies(path, settings)
    table = with_names_of_its_own(listed.table, tree)
    radii = None if listed.given is None else radii_of(listed.given, path, settings)
    told = [*listed.told, *settings["told"], *untold_scale(radii, settings)]
    for sentence in told:
        log.info("%s", sentence)
    nothing = pa.nulls(len(table), pa.string())
    cutouts = Cutouts(table["place"], nothing, nothing, missing=0)
    if listed.kind == "positions":
        if radii is None:
            raise InputError(
                f"{path} has no column {USUAL_RADIUS} with the radius of each galaxy; "
                "name one in catalogue.radius_column"
            )
        if settings["training_scale"] is None:
            raise InputError(
                "catalogue.training_scale: missing; the networks do not know the pixel scale of "
                "their pictures, by which cut-outs are fetched: give it, as 0.02, Galaxy Zoo 2's"
            )
        positions = positions_of(listed.given, path, settings)
        positions.insert(0, "id", table["id"].to_pandas())
        positions["radius"] = radii.to_pandas()
        cutouts = fetched(positions, listing.parent / CUTOUTS, settings)
        radii = None  # cut-outs have the scale of training already
    table = table.drop_columns(["place"])
    table = table.append_column(PLACE, cutouts.places)
    table = table.append_column(RADIUS, radii or pa.nulls(len(table), pa.float64()))
    table = table.append_column(FAULT, cutouts.faults)
    table = table.append_column(SHA256, cutouts.hashes)
    listing.mkdir(parents=True, exist_ok=True)
    size, counts = settings["shard_size"], {}
    for number, start in enumerate(range(0, len(table), size)):
        part = table.slice(start, size)
        name = f"{number:05d}"
        parquet.write_table(part, listing / f"{name}.parquet", write_page_checksum=True)
        counts[name] = len(part)
    write_contents(listing, counts, cutouts.missing, asked_at, told)
    return len(table)


def untold_scale(radii: pa.Array | None, settings: dict[str, Any]) -> list[str]:
    """A sentence about radii that nothing can be resampled by, if there are such."""
    if radii is None or settings["training_scale"] is not None:
        return []
    return [
        "The networks do not know the pixel scale of their pictures, so that none is resampled by "
        "its radius (catalogue.training_scale)."
    ]


def read_part(part: Path) -> tuple[pa.Table, str]:
    """A file of a list as a table, and the SHA-256 by which its shard is known.

    Raises InputError if it is not what was listed, or if a cut-out is not what was fetched.
    """
    known = part_of_the_list(part)
    try:
        table = parquet.read_table(part, page_checksum_verification=True)
    except (OSError, ValueError) as error:
        raise damaged(part, error) from error
    for place, sha256 in zip(table[PLACE].to_pylist(), table[SHA256].to_pylist(), strict=True):
        if sha256 and not is_file_of(Path(place), sha256):
            raise InputError(
                f"{place} is not the cut-out that was fetched; delete the folder {part.parent} and "
                "run this again, and it is fetched again"
            )
    return table, known["sha256"]


def is_file_of(path: Path, sha256: str) -> bool:
    """Whether there is a file with these bytes."""
    return path.is_file() and file_hash(path) == sha256


def with_names_of_its_own(table: pa.Table, tree: DecisionTree) -> pa.Table:
    """A list whose columns can stand beside the catalogue's; the log says what becomes of them."""
    own = [column.name for column in catalogue_columns(tree)]
    given = with_fitting_names(
        table.drop_columns(["id", "place"]), [*own, "place", PLACE, RADIUS, FAULT, SHA256]
    )
    _, forms = forms_of([given])
    for sentence in notes(given.schema, forms, own):
        log.warning("%s", sentence)
    schema = pa.schema([table.schema.field("id"), table.schema.field("place"), *given.schema])
    return pa.table([table["id"], table["place"], *given.columns], schema=schema)


def fetched(positions: pd.DataFrame, folder: Path, settings: dict[str, Any]) -> Cutouts:
    """The cut-outs of positions, with id, ra, dec (degrees) and radius (arcsec), in a folder."""
    manifest = fetch_cutouts(positions, folder, folder / "manifest.csv", settings)
    paths = manifest["path"].map(lambda path: str(Path(path).resolve()), na_action="ignore")
    return Cutouts(
        pa.array(paths, pa.string(), from_pandas=True),
        pa.array(manifest["sha256"], pa.string(), from_pandas=True),
        pa.array(manifest["reason"], pa.string(), from_pandas=True),
        missing=int((manifest["reason"].notna() & manifest["address"].notna()).sum()),
    )
