"""The galaxies of a catalogue, listed shard by shard, with the cut-outs of positions fetched."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from galaxyzoo.catalogue.columns import catalogue_columns
from galaxyzoo.catalogue.cutouts import fetch_cutouts
from galaxyzoo.catalogue.sources import list_galaxies
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.tree.decision_tree import DecisionTree

PLACE, RADIUS, FAULT = "_place", "_radius_arcsec", "_fault"  # not of the input table
USUAL_RADIUS = "petroR90_r"


def list_for_catalogue(
    path: Path, listing: Path, settings: dict[str, Any], tree: DecisionTree
) -> int:
    """Write the list of the galaxies at a path, `shard_size` to a file; return how many there are.

    `listing` is a folder of Parquet files with id, PLACE (how a galaxy's image is found again),
    RADIUS (to resample it by, if known), FAULT (why there is no image, if there is none), and the
    input table's own columns. Cut-outs of positions are fetched to a folder `cutouts` beside it,
    and kept. Raises InputError if a column of the input has the name of one of the catalogue's.
    """
    listed = list_galaxies(path, settings)
    table = listed.table
    require_own_names(table.column_names, path, tree)
    radii = radius_column(table, path, settings)
    place, fault = table["place"], pa.nulls(len(table), pa.string())
    if listed.kind == "positions":
        if radii is None:
            raise InputError(
                f"{path} has no column {USUAL_RADIUS} with the radius of each galaxy in arcsec; "
                "name one in catalogue.radius_column"
            )
        folder = listing.parent / "cutouts"
        place, fault = fetched(table, radii, folder, settings)
        radii = None  # cut-outs have the scale of training already
    table = table.drop_columns(["place"])
    table = table.append_column(PLACE, place)
    table = table.append_column(RADIUS, radii or pa.nulls(len(table), pa.float64()))
    table = table.append_column(FAULT, fault)
    listing.mkdir(parents=True, exist_ok=True)
    size = settings["shard_size"]
    for number, start in enumerate(range(0, len(table), size)):
        part = listing / f"{number:05d}.parquet"
        parquet.write_table(table.slice(start, size), part, write_page_checksum=True)
    return len(table)


def require_own_names(names: list[str], path: Path, tree: DecisionTree) -> None:
    """Raise InputError if a column of the input could not stand beside the catalogue's.

    In FITS, names are ASCII and capital letters make no difference.
    """
    own = {column.name.lower() for column in catalogue_columns(tree)[1:]}
    if taken := [name for name in names if name.lower() in own | {PLACE, RADIUS, FAULT}]:
        raise InputError(
            f"{path} has columns with names of the catalogue's own: {', '.join(taken[:5])}; rename "
            "them, for example to end in _before"
        )
    if unfit := [name for name in names if not (name.isascii() and name.isprintable() and name)]:
        raise InputError(
            f"{path} has the column {unfit[0]!r}, and names of columns in FITS are in ASCII; "
            "rename it"
        )
    lower = [name.lower() for name in names]
    if twice := [name for name in names if lower.count(name.lower()) > 1]:
        raise InputError(
            f"{path} has the columns {' and '.join(twice[:2])}, which are one to FITS; rename one"
        )


def radius_column(table: pa.Table, path: Path, settings: dict[str, Any]) -> pa.ChunkedArray | None:
    """The radius of each galaxy in arcsec, (N,) float64; None if the table has none."""
    name = settings["radius_column"]
    if name is None and USUAL_RADIUS in table.column_names:
        name = USUAL_RADIUS
    if name is None:
        return None
    if name not in table.column_names:
        raise InputError(
            f"catalogue.radius_column: {path} has no column {name}; it has "
            f"{', '.join(table.column_names[2:])}"
        )
    try:
        return pc.cast(table[name], pa.float64())
    except pa.ArrowInvalid as error:
        raise InputError(
            f"catalogue.radius_column: {path} has something else than numbers in {name} ({error})"
        ) from error


def fetched(
    table: pa.Table, radii: pa.ChunkedArray, folder: Path, settings: dict[str, Any]
) -> tuple[pa.Array, pa.Array]:
    """Paths of the cut-outs of positions, and the reasons of those that did not come."""
    positions = table.select(["id", "ra", "dec"]).append_column("radius", radii).to_pandas()
    manifest = fetch_cutouts(positions, folder, folder / "manifest.csv", settings)
    is_fetched = manifest["reason"].isna()
    paths = manifest["path"].map(lambda path: str(Path(path).resolve()), na_action="ignore")
    return (
        pa.array(paths.where(is_fetched), pa.string(), from_pandas=True),
        pa.array(manifest["reason"], pa.string(), from_pandas=True),
    )
