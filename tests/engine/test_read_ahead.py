"""Crops are read when a batch first has them, once, ahead of it, and end in the same bits."""

import zlib

import numpy as np
import pandas as pd
import pytest
import torch

from galaxyzoo.engine.dataset import Galaxies, load_galaxies
from galaxyzoo.engine.read_ahead import READERS, in_batches, read_ahead
from galaxyzoo.engine.transforms import resize
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.packed_crops import packed_crops, write_index
from tiny_network import CPU, new_tiny_network, pictures_of, same, train

PIXELS = np.random.default_rng(0).integers(0, 256, (40, 48, 48, 3), dtype=np.uint8)
ROWS = np.array([5, 2, 7, 0, 3])
ZOOM = 1.25


class Told:
    """Crops that keep a list of which of their rows were read."""

    def __init__(self, pixels: np.ndarray) -> None:
        self.pixels, self.shape, self.read = pixels, pixels.shape, []

    def __getitem__(self, rows: np.ndarray) -> np.ndarray:
        self.read += rows.tolist()
        return self.pixels[rows]


def loaded(crops: object, rows: np.ndarray, stream: bool = False) -> Galaxies:
    labels = np.repeat(PIXELS[:, :1, 0, 0] / 255, 37, axis=1)
    return load_galaxies(crops, labels, rows, 32, ZOOM, CPU, stream)


@pytest.mark.parametrize("stream", [False, True])
def test_each_galaxy_is_read_when_a_batch_first_has_it_and_never_again(stream):
    crops = Told(PIXELS)
    data = loaded(crops, ROWS, stream)
    assert crops.read == []
    expected = resize(torch.from_numpy(PIXELS[ROWS]), 32, ZOOM)
    assert expected.shape[-1] == 40
    asked = [[3, 1], [4, 3]], [[0, 4, 2], [1, 3]], [[2, 2, 0]]
    read = {0, 2, 3}, set(ROWS), set(ROWS)
    for epoch, so_far in zip(asked, read, strict=True):
        batches = data.batches([torch.tensor(batch) for batch in epoch])
        for batch, (images, *_) in zip(epoch, batches, strict=True):
            torch.testing.assert_close(images, expected[batch], rtol=0, atol=0)
        assert set(crops.read) == so_far
    assert len(crops.read) == len(ROWS) + 1  # row 0 was asked for twice before it was there


def test_training_that_reads_as_it_goes_ends_in_the_same_bits():
    def trained(data: Galaxies) -> dict[str, torch.Tensor]:
        network = new_tiny_network()
        train(network, data)
        return network.state_dict()

    before = loaded(PIXELS, np.arange(40))
    pictures_of(before)
    expected = trained(before)
    for stream in (False, True):
        assert same(trained(loaded(PIXELS, np.arange(40), stream)), expected)


def test_a_damaged_crop_ends_the_batch_that_has_it(tmp_path):
    np.save(tmp_path / "training.npy", PIXELS)
    sums = [zlib.crc32(crop) for crop in PIXELS]
    sums[3] ^= 1
    write_index(tmp_path / "training.csv", pd.DataFrame({"GalaxyID": np.arange(40)}), sums)
    crops = packed_crops(tmp_path / "training.npy", tmp_path / "training.csv")
    batches = loaded(crops, np.arange(40)).batches(torch.arange(6).split(2))
    next(batches)
    with pytest.raises(InputError, match=r"training\.npy is damaged.*crop 4 is not as it was"):
        next(batches)


def test_no_more_is_read_than_what_waits_beside_the_batch_in_use():
    crops = Told(PIXELS)
    ahead = read_ahead(crops, in_batches(np.arange(40), 3), CPU)
    assert crops.read == []
    for number in range(3):
        assert next(ahead).numpy().tolist() == PIXELS[3 * number : 3 * number + 3].tolist()
        assert max(crops.read) < 3 * (number + 1 + READERS)
    ahead.close()
    assert len(crops.read) <= 3 * (3 + READERS)
    rest = [*read_ahead(crops, in_batches(np.arange(2, 9), 3), CPU)]
    np.testing.assert_array_equal(torch.cat(rest), PIXELS[2:9])
    assert [*read_ahead(crops, [], CPU)] == []
