"""A look at some galaxies tells, before they are predicted, how they differ from training."""

import io

import numpy as np
import pytest
from PIL import Image

from checkout import ROOT
from galaxyzoo.calibration.familiarity import reference_of
from galaxyzoo.calibration.photometry import measured
from galaxyzoo.catalogue.listing import list_for_catalogue
from galaxyzoo.catalogue.look import look
from galaxyzoo.plan.config import catalogue_settings, load_schema
from galaxyzoo.plan.picture_settings import as_trained
from trees import GALAXY_ZOO_2

SCHEMA = load_schema(ROOT / "workflow" / "schemas" / "config.schema.yaml")
SETTINGS = as_trained(catalogue_settings({}, SCHEMA), {"network": None})
SIZE_PX = 64


def galaxies(count, seed, width_px=6.0, colour=(1.0, 0.8, 0.6)):
    """Round galaxies of about one colour on a dark, noisy sky, (count, size, size, 3) uint8."""
    rng = np.random.default_rng(seed)
    away = np.arange(SIZE_PX) - (SIZE_PX - 1) / 2
    radius = np.hypot(away, away[:, None])
    widths = width_px * rng.uniform(0.8, 1.2, count)
    light = 150 * np.exp(-radius[None] / widths[:, None, None])
    sky = rng.uniform(8, 12, (count, SIZE_PX, SIZE_PX, 1))
    colours = np.array(colour) * rng.uniform(0.9, 1.1, (count, 1, 1, 3))
    return (light[..., None] * colours + sky).clip(0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def reference():
    rng = np.random.default_rng(0)
    features = rng.normal(size=(300, 8)).astype(np.float32)
    seen = galaxies(300, 1)
    return reference_of(features, features, measured(seen, np.arange(300)))


def looked_at(folder, pictures, reference, broken=0):
    """The sentences about a folder of pictures, of which the first are `broken` files."""
    given = folder / "given"
    given.mkdir()
    for number, pixels in enumerate(pictures):
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, "PNG")
        content = file.getvalue()
        (given / f"{number:03d}.png").write_bytes(content[:100] if number < broken else content)
    listing = folder / "listing"
    list_for_catalogue(given, listing, SETTINGS | {"shard_size": 16}, GALAXY_ZOO_2)
    return " ".join(look(listing, given, SETTINGS, SIZE_PX, reference, decoders=1))


def test_galaxies_like_those_of_training_are_said_to_be(tmp_path, reference):
    told = looked_at(tmp_path, galaxies(40, 2), reference)
    assert told == (
        "40 of the galaxies were looked at, and 40 can be used. In light, size, place and colours "
        "they are like the galaxies of training."
    )


@pytest.mark.parametrize(
    ("change", "told", "not_told"),
    [
        ({"width_px": 2.0}, "half-light radius", "red share"),
        ({"colour": (0.6, 0.8, 1.0)}, "blue share of the middle's light", "half-light radius"),
    ],
)
def test_another_scale_or_colour_is_told(tmp_path, reference, change, told, not_told):
    found = looked_at(tmp_path, galaxies(40, 2, **change), reference)
    assert f"100% differ from the galaxies of training in {told}" in found
    assert not_told not in found
    assert found.endswith("Predictions of galaxies that differ are guesses.")


def test_pictures_that_cannot_be_used_are_counted_with_the_reason(tmp_path, reference):
    found = looked_at(tmp_path, galaxies(20, 2), reference, broken=7)
    assert found.startswith("20 of the galaxies were looked at, and 13 can be used. 7 cannot: ")


def test_a_long_list_is_looked_at_from_end_to_end(tmp_path, reference, monkeypatch):
    monkeypatch.setattr("galaxyzoo.catalogue.look.MOST_LOOKED_AT", 5)
    pictures = galaxies(41, 2)
    pictures[[0, 20, 40]] = 0
    found = looked_at(tmp_path, pictures, reference)
    assert found.startswith("5 of the galaxies were looked at")
    assert "60% differ from the galaxies of training in light in the middle" in found
