"""All galaxies of a catalogue compared, shard by shard."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from galaxyzoo.catalogue.tables import LISTED
from galaxyzoo.foundation.errors import InputError
from looked_through import BAD, GALAXIES, STRANGE, about, compared, features, shard_tables


@pytest.fixture
def made(tmp_path):
    return shard_tables(tmp_path)


def test_each_galaxy_s_strangeness_is_in_its_row_and_a_bad_picture_has_none(tmp_path, made):
    shards, reduced = made
    assert compared(tmp_path, shards, reduced) == GALAXIES - 1
    files = sorted((tmp_path / "catalogue.parquet").glob("*"))
    found = pd.concat([pd.read_parquet(file) for file in files], ignore_index=True)
    before = pd.concat([pd.read_parquet(shard) for shard in shards], ignore_index=True)
    pd.testing.assert_frame_equal(
        found.drop(columns="strangeness"), before.drop(columns="strangeness")
    )
    assert found["strangeness"].isna().tolist() == [one == BAD for one in range(GALAXIES)]
    assert found["strangeness"].idxmax() == STRANGE
    usable = np.delete(features(), BAD, axis=0)
    unit = usable / np.linalg.norm(usable, axis=1, keepdims=True)
    apart = np.linalg.norm(unit[:, None] - unit[None], axis=2)
    tenth = np.sort(apart, axis=1)[:, 10]  # the nearest is itself
    # Of eight features all axes are kept, and rounding moves a distance by a step or two.
    known = found["strangeness"].drop(BAD)
    np.testing.assert_allclose(known, tenth / np.median(tenth), rtol=0.1)
    for shard, file in zip(shards, files, strict=True):
        assert parquet.read_schema(file) == parquet.read_schema(shard)
        assert (
            parquet.read_schema(file).metadata[LISTED]
            == parquet.read_schema(shard).metadata[LISTED]
        )


def test_a_catalogue_without_a_usable_picture_has_no_index_and_no_strangeness(tmp_path, made):
    shards, reduced = made
    for file in reduced:
        table = parquet.read_table(file)
        nothing = pa.nulls(len(table), table.schema.field("reduced").type)
        parquet.write_table(table.set_column(1, table.schema.field(1), nothing), file)
    assert compared(tmp_path, shards, reduced) == 0
    assert about(tmp_path)["index"] is None
    assert not (tmp_path / "neighbours" / "index.usearch").exists()
    found = pd.read_parquet(tmp_path / "catalogue.parquet")
    assert found["strangeness"].isna().all()


def test_features_of_another_list_or_damaged_ones_are_refused(tmp_path, made):
    shards, reduced = made
    with pytest.raises(InputError, match=r"00002.parquet is damaged \(it is of another list"):
        compared(tmp_path, shards, [reduced[0], reduced[2], reduced[1]])
    reduced[1].write_bytes(b"PAR1")
    with pytest.raises(InputError, match=r"reduced/00001.parquet is damaged"):
        compared(tmp_path, shards, reduced)
