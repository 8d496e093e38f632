"""The suffixes of the files that are read, and the names of galaxies.

Uses only the standard library, because it is imported when the Snakefile is read.
"""

IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png")
CSV_SUFFIXES = (".csv", ".csv.gz", ".tsv", ".zip")
PARQUET_SUFFIXES = (".parquet",)
FITS_SUFFIXES = (".fits", ".fit", ".fits.gz")
ECSV_SUFFIXES = (".ecsv",)
VOTABLE_SUFFIXES = (".vot", ".votable", ".xml")
TABLE_SUFFIXES = CSV_SUFFIXES + PARQUET_SUFFIXES + FITS_SUFFIXES + ECSV_SUFFIXES + VOTABLE_SUFFIXES

LARGEST_ID = 2**63 - 1  # GalaxyIDs are int64


def galaxy_id(text: str) -> int | None:
    """The GalaxyID that `text` represents; None if it is not a GalaxyID."""
    if not (text.isascii() and text.isdecimal()) or int(text) > LARGEST_ID:
        return None
    return int(text)
