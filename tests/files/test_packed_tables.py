"""A packed table that would fill the memory is refused by name before it does."""

import bz2
import gzip
import lzma
import zipfile

import pandas as pd
import pytest
from astropy.table import Table

from galaxyzoo.files import archives
from galaxyzoo.files.csv_tables import read_columns
from galaxyzoo.files.given_tables import read_given_table
from galaxyzoo.files.tables import column_names, read_table
from galaxyzoo.foundation.errors import InputError

REFUSED = r"has more than 100,000 bytes when it is unpacked; .*unpack it first$"
ROWS = 20_000
TABLE = pd.DataFrame({"GalaxyID": range(ROWS), "a": 0.0})
TYPES = {"GalaxyID": "int64", "a": "float64"}


@pytest.fixture
def small_limit(monkeypatch):
    monkeypatch.setattr(archives, "LARGEST_TABLE_BYTES", 100_000)
    monkeypatch.setattr(archives, "PIECE_BYTES", 1000)


def zipped(path, method):
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("t.csv", TABLE.to_csv(index=False))
    return path


@pytest.fixture(params=["t.csv.gz", "t.zip", "t.fits.gz"])
def packed(request, tmp_path):
    """A packed table, many times smaller than what it holds."""
    path = tmp_path / request.param
    if path.suffix == ".zip":
        return zipped(path, zipfile.ZIP_DEFLATED)
    if path.name.endswith(".csv.gz"):
        TABLE.to_csv(path, index=False)
    else:
        Table.from_pandas(TABLE).write(path)
    return path


def test_a_packed_table_is_read_as_it_is(packed):
    found = read_table(packed, TYPES)
    pd.testing.assert_frame_equal(found, TABLE)
    assert column_names(packed) == list(TYPES)


@pytest.mark.usefixtures("small_limit")
def test_a_packed_table_that_is_too_large_is_refused_by_name(packed):
    for read in (column_names, lambda path: read_table(path, TYPES)):
        with pytest.raises(InputError, match=rf"{packed.name} {REFUSED}"):
            read(packed)
    if packed.suffix != ".zip":
        with pytest.raises(InputError, match=rf"{packed.name} {REFUSED}"):
            read_given_table(packed, None)


@pytest.mark.usefixtures("small_limit")
def test_a_plain_table_may_be_larger_than_a_packed_one(tmp_path):
    TABLE.to_csv(tmp_path / "t.csv", index=False)
    assert len(read_columns(tmp_path / "t.csv", TYPES)) == ROWS
    assert len(read_given_table(tmp_path / "t.csv", None)) == ROWS


@pytest.mark.usefixtures("small_limit")
@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
@pytest.mark.parametrize("name", ["t.fits", "t.vot"])
def test_what_astropy_would_unpack_by_itself_is_refused_whatever_its_name(tmp_path, name, pack):
    (tmp_path / name).write_bytes(pack(bytes(100_001)))
    with pytest.raises(InputError, match=rf"{name} {REFUSED}"):
        read_given_table(tmp_path / name, None)


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_a_packed_fits_table_that_is_cut_off_is_named(tmp_path, pack):
    (tmp_path / "t.fits.gz").write_bytes(pack(bytes(range(256)) * 100)[:-20])
    with pytest.raises(InputError, match=r"t\.fits\.gz cannot be read as a FITS table"):
        column_names(tmp_path / "t.fits.gz")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_zip_whose_unpacking_has_no_limit_is_refused(tmp_path, method):
    with pytest.raises(InputError, match=r"t\.csv is not packed by deflate"):
        read_columns(zipped(tmp_path / "t.zip", method), TYPES)
