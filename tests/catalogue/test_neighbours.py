"""Near galaxies by reduced features, and how strange each is."""

import numpy as np
import pytest

from galaxyzoo.catalogue.neighbours import (
    EXACT_BELOW,
    index_of,
    nearest,
    read_index,
    strangeness,
    tenth_distances,
    write_index,
)
from galaxyzoo.foundation.errors import InputError


def numbers(galaxies: int, width: int = 16, seed: int = 0) -> np.ndarray:
    """Numbers (galaxies, width) int8 of a few kinds of galaxies."""
    rng = np.random.default_rng(seed)
    kinds = rng.integers(-60, 61, (20, width))
    found = kinds[rng.integers(20, size=galaxies)] + rng.normal(0, 12, (galaxies, width))
    return np.clip(np.rint(found), -127, 127).astype(np.int8)


def expected(asked: np.ndarray, of: np.ndarray, count: int) -> np.ndarray:
    """Distances (n, count) to the nearest, by comparing all."""
    apart = np.square(asked[:, None].astype(float) - of[None].astype(float)).sum(axis=2)
    return np.sqrt(np.sort(apart, axis=1)[:, :count])


def test_below_ten_thousand_the_nearest_are_exact_and_ties_in_the_catalogue_s_order():
    of = numbers(500)
    of[[40, 7, 300]] = of[100]
    index = index_of([(np.arange(0, 250), of[:250]), (np.arange(250, 500), of[250:])])
    positions, distances = nearest(index, of[[100, 3]], 12)
    assert positions[0, :4].tolist() == [7, 40, 100, 300]
    np.testing.assert_allclose(distances, expected(of[[100, 3]], of, 12))
    alone, _ = nearest(index, of[3], 12)
    assert alone.tolist() == positions[1:].tolist()


def test_of_more_galaxies_nearly_all_of_the_nearest_are_found():
    of = numbers(EXACT_BELOW + 500)
    index = index_of([(np.arange(len(of)), of)])
    _, distances = nearest(index, of[:50], 10)
    found = np.mean(distances == expected(of[:50], of, 10))
    assert found > 0.9  # 1 was seen; the graph is no promise


def test_the_same_galaxies_make_the_same_file_which_answers_from_disk(tmp_path):
    of = numbers(2000)
    for name in ("a", "b"):
        write_index(index_of([(np.arange(2000), of)]), tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    index = read_index(tmp_path / "a")
    np.testing.assert_allclose(nearest(index, of[:5], 9)[1], expected(of[:5], of, 9))
    assert index.get(7).tolist() == of[7].tolist()


@pytest.mark.parametrize("content", [b"", b"no index" * 40])
def test_what_is_no_index_is_refused(tmp_path, content):
    (tmp_path / "index").write_bytes(content)
    with pytest.raises(InputError, match="index is damaged"):
        read_index(tmp_path / "index")


def test_where_there_are_fewer_the_places_are_empty():
    index = index_of(
        [(np.array([], int), np.zeros((0, 4), np.int8)), (np.array([5]), np.ones((1, 4), np.int8))]
    )
    positions, distances = nearest(index, np.zeros((2, 4), np.int8), 3)
    assert positions.tolist() == [[5, -1, -1]] * 2
    assert distances[0, 0] == 2
    assert np.isnan(distances[:, 1:]).all()
    assert index_of([(np.array([], int), np.zeros((0, 4), np.int8))]) is None


def test_the_strangest_is_the_one_far_from_all_others_and_not_a_group():
    of = numbers(400)
    of[17] = 127
    of[20:40] = -127  # twenty that are alike are not strange
    index = index_of([(np.arange(400), of)])
    tenth = tenth_distances(index, np.arange(400), of)
    others = expected(of, of, 11)[:, 10]  # the nearest is itself
    np.testing.assert_allclose(tenth, others)
    found = strangeness(tenth)
    assert int(np.argmax(found)) == 17
    assert (found[20:40] == 0).all()
    assert np.median(found) == pytest.approx(1)


def test_strangeness_is_missing_and_no_error_where_it_cannot_be_told():
    few = numbers(10)
    index = index_of([(np.arange(10), few)])
    assert np.isnan(tenth_distances(index, np.arange(10), few)).all()
    assert np.isnan(strangeness(np.array([np.nan, np.nan]))).all()
    assert np.isnan(strangeness(np.zeros(3))).all()
    assert strangeness(np.array([1.0, np.nan, 3.0])).tolist()[::2] == [0.5, 1.5]
    assert strangeness(np.array([])).size == 0
