"""Files by band become one galaxy, and errors, masks and other bands none."""

import pytest

from galaxyzoo.files.galaxy_files import by_galaxy
from galaxyzoo.foundation.errors import InputError

BANDS = ["i", "r", "g"]


def found(*names: str, bands: list[str] = BANDS) -> tuple[dict, list[str], list[str]]:
    """Galaxies with their bands (None for one file), what is aside, what is of other bands."""
    result = by_galaxy([(name, name) for name in names], bands, "catalogue.bands")
    galaxies = {
        galaxy.name: "".join(galaxy.places) if isinstance(galaxy.places, dict) else None
        for galaxy in result.galaxies
    }
    return galaxies, result.aside, result.other_bands


@pytest.mark.parametrize(
    ("names", "galaxy"),
    [
        (("g1-i.fits", "g1-r.fits", "g1-g.fits"), "g1"),
        (("g1-I.fits", "g1_R.fits.fz", "g1.G.fit.gz"), "g1"),
        (("J0001/i.fits", "J0001/r.fits", "J0001/g.fits"), "J0001"),
        (("a/frame-i-7-3.fits", "a/frame-r-7-3.fits", "a/frame-g-7-3.fits"), "a/frame-7-3"),
        (("cutout-HSC-I-9813.fits", "cutout-HSC-R-9813.fits", "cutout-HSC-G-9813.fits"),
         "cutout-HSC-9813"),
        (("i.7.fits", "r.7.fits", "g.7.fits"), "7"),
        (("h-9-i.fits", "h-9-r.fits", "h-9-g.fits"), "h-9"),
    ],
)  # fmt: skip
def test_a_file_a_band_is_one_galaxy_wherever_the_band_stands(names, galaxy):
    assert found(*names) == ({galaxy: "irg"}, [], [])


def test_bands_that_are_not_shown_are_no_galaxies():
    names = [f"g{n}-{band}.fits" for n in (1, 2) for band in "ugrizy"]
    others = [f"g{n}-{band}.fits" for n in (1, 2) for band in "uyz"]
    assert found(*names) == ({"g1": "irg", "g2": "irg"}, [], others)
    names = [f"a_{band}.fits" for band in ("f435w", "F606W", "f814w", "f160w")]
    shown = {"a": "f814wF606Wf435w"}
    assert found(*names, bands=["f814w", "F606W", "f435w"]) == (shown, [], ["a_f160w.fits"])
    assert found("a-i.fits", "a-r.fits", "a-g.fits", "a-detail.fits", "a-2.fits", "b.fits") == (
        {"a": "irg", "a-2": None, "b": None},
        [],
        ["a-detail.fits"],
    )
    preview = "J1/preview.jpg"
    assert found("J1/i.fits", "J1/r.fits", "J1/g.fits", preview)[2] == [preview]


@pytest.mark.parametrize(
    ("picture", "beside"),
    [
        ("a.fits", ["a_err.fits", "a-mask.fits", "a.weight.fits", "a_DQ.fits", "psf-a.fits"]),
        ("7.jpg", ["7_mask.png"]),
        ("brick-image-z.fits.fz", ["brick-invvar-z.fits.fz", "brick-maskbits-z.fits.fz"]),
        ("a_drz_sci.fits", ["a_drz_wht.fits", "a_drz_ctx.fits"]),
        ("t.tar/KEY.image.jpg", ["t.tar/KEY.mask.png"]),
        ("stk.unconv.fits", ["stk.unconv.wt.fits", "stk.unconv.exp.fits"]),
    ],
)
def test_errors_masks_and_weights_beside_their_picture_are_no_galaxies(picture, beside):
    galaxies, aside, _ = found(picture, *beside)
    assert len(galaxies) == 1
    assert aside == sorted(beside)


def test_errors_of_files_by_band_are_no_galaxies():
    kinds = ("", "_err", "_mask")
    names = [f"a-{band}{kind}.fits" for band in BANDS for kind in kinds]
    galaxies, aside, others = found(*names)
    assert (galaxies, len(aside), others) == ({"a": "irg"}, 6, [])
    assert found("b-i.fits", "b-r.fits", "b-g.fits", "b_mask.fits")[1] == ["b_mask.fits"]
    names = [f"J1/{band}{kind}.fits" for band in BANDS for kind in kinds]
    assert found(*names)[0] == {"J1": "irg"}


def test_a_name_of_a_mask_without_its_picture_is_a_galaxy_s():
    assert found("mask-1.jpg", "mask-2.jpg")[0] == {"mask-1": None, "mask-2": None}


def test_a_galaxy_that_lacks_bands_is_no_grey_one_where_others_have_several():
    names = ("a-i.fits", "a-r.fits", "a-g.fits", "b-r.fits", "c-r-2.fits")
    assert found(*names)[0] == {"a": "irg", "b": "r", "c-r-2": None}
    assert found("a-r.fits", "b-r.fits")[0] == {"a-r": None, "b-r": None}


def test_letters_that_are_no_bands_are_galaxies():
    names = [f"{letter}.fits" for letter in "abcdefghijklmnopqrstuvwxyz"]
    assert len(found(*names)[0]) == 26


def test_two_files_of_a_band_are_refused():
    with pytest.raises(InputError, match=r"a-I\.fits and a-i\.fits are both the band i of one"):
        found("a-I.fits", "a-i.fits", "a-r.fits", "a-g.fits")
    assert found("a-R.fits", "a-r.fits", "a-g.fits", bands=["R", "r", "g"])[0] == {"a": "Rrg"}


def test_bands_that_no_galaxy_has_are_told_with_those_that_are_there():
    with pytest.raises(InputError, match=r"all of i, r, g; that of a-g\.fits has g, r, z: name"):
        found("a-g.fits", "a-r.fits", "a-z.fits")
