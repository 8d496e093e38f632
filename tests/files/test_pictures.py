"""Pictures of every kind become the pixels that a network was trained on, or a reason why not."""

import gzip
import io

import numpy as np
import pytest
from astropy.io import fits
from astropy.visualization import make_lupton_rgb
from astropy.wcs import WCS
from PIL import Image

from galaxyzoo.files.pictures import Picture, decoded, fitted, reason
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.surveys.crops import centre_crop

STRETCH = {"minimum": 0.0, "stretch": 5.0, "q": 8.0, "scales": [1.0, 1.0, 1.0]}
SETTINGS = {
    "pixel_scale": None,
    "training_scale": 0.02,
    "hdu": None,
    "bands": ["i", "r", "g"],
    "stretch": STRETCH,
}
PLANES = np.random.default_rng(0).exponential(4, (3, 40, 50)).astype(np.float32)


def image_file(image: Image.Image, kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    image.save(file, kind)
    return file.getvalue()


def fits_file(*planes: np.ndarray, wcs: WCS | None = None, first: bool = True) -> bytes:
    """A FITS file with arrays in the primary HDU or, if not `first`, in extensions after it."""
    header = wcs.to_header() if wcs else None
    units = [fits.PrimaryHDU(planes[0], header)] if first else [fits.PrimaryHDU()]
    units += [fits.ImageHDU(plane, header) for plane in planes[1 if first else 0 :]]
    file = io.BytesIO()
    fits.HDUList(units).writeto(file)
    return file.getvalue()


def sky(arcsec: float) -> WCS:
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = ["RA---TAN", "DEC--TAN"]
    wcs.wcs.cdelt = [-arcsec / 3600, arcsec / 3600]
    wcs.wcs.crpix, wcs.wcs.crval = [20, 20], [150, 2]
    return wcs


def rgb() -> np.ndarray:
    """What astropy makes of the planes, the first row of the file at the bottom."""
    return make_lupton_rgb(*PLANES, minimum=0.0, stretch=5.0, Q=8.0)[::-1]


def test_a_png_is_read_whatever_its_colours():
    pixels = np.random.default_rng(0).integers(0, 256, (9, 9, 3), dtype=np.uint8)
    colour = Image.fromarray(pixels)
    np.testing.assert_array_equal(decoded(image_file(colour), SETTINGS).pixels, pixels)
    grey = decoded(image_file(colour.convert("L")), SETTINGS).pixels
    np.testing.assert_array_equal(grey, np.repeat(np.asarray(colour.convert("L"))[..., None], 3, 2))
    clear = colour.convert("RGBA")
    clear.putalpha(0)
    assert decoded(image_file(clear), SETTINGS).pixels.max() == 0
    deep = Image.fromarray(np.full((4, 4), 257 * 99, np.uint16))
    assert (decoded(image_file(deep), SETTINGS).pixels == 99).all()


def test_a_cube_is_stretched_as_astropy_does_with_north_up():
    picture = decoded(fits_file(PLANES), SETTINGS)
    np.testing.assert_array_equal(picture.pixels, rgb())
    assert picture.pixel_scale is None
    scales = SETTINGS | {
        "stretch": STRETCH | {"stretch": 2.0, "q": 10.0, "scales": [2.0, 1.0, 1.0]}
    }
    doubled = make_lupton_rgb(2 * PLANES[0], *PLANES[1:], stretch=2.0, Q=10.0)[::-1]
    np.testing.assert_array_equal(decoded(fits_file(PLANES), scales).pixels, doubled)


def test_a_file_a_band_gives_the_same_and_a_single_plane_is_grey():
    files = {band: fits_file(plane) for band, plane in zip("irg", PLANES, strict=True)}
    np.testing.assert_array_equal(decoded(files, SETTINGS).pixels, rgb())
    packed = gzip.compress(fits_file(PLANES[0]))
    grey = decoded(packed, SETTINGS).pixels
    np.testing.assert_array_equal(grey[..., 0], grey[..., 2])


def test_the_hdu_and_its_wcs_are_honoured():
    other = np.repeat(np.arange(1, 2001, dtype=np.float32).reshape(1, 40, 50), 3, axis=0)
    content = fits_file(other, PLANES, wcs=sky(0.4), first=False)
    first, second = (decoded(content, SETTINGS | {"hdu": hdu}) for hdu in (None, 2))
    assert first.pixel_scale == pytest.approx(0.4)
    np.testing.assert_array_equal(first.pixels[..., 0], first.pixels[..., 2])
    np.testing.assert_array_equal(second.pixels, rgb())
    with pytest.raises(InputError, match=r"it has no HDU 7 \(catalogue.hdu\)"):
        decoded(content, SETTINGS | {"hdu": 7})


def test_pixels_that_are_not_finite_are_black_but_not_in_the_middle():
    planes = PLANES.copy()
    planes[1, 0, 0] = np.nan
    assert (decoded(fits_file(planes), SETTINGS).pixels[-1, 0] == 0).all()
    planes[1, 20, 20:23] = np.inf
    with pytest.raises(InputError, match="3 pixels in its middle are not finite"):
        decoded(fits_file(planes), SETTINGS)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"nothing", "the image is not a JPEG or PNG file"),
        (fits_file(np.zeros((2, 5, 5), np.float32)), "it should have one plane or three"),
        (gzip.compress(b"no FITS"), "it is not a FITS file"),
        (fits_file(np.zeros(5, np.float32)), "it holds no picture of 2 or 3 dimensions"),
        (fits_file(PLANES)[:3000], "the FITS file is cut off"),
        (gzip.compress(fits_file(PLANES))[:-9], "the image cannot be decoded"),
    ],
)
def test_what_is_no_picture_has_a_reason(content, expected):
    with pytest.raises(Exception) as error:  # noqa: PT011  (astropy and Pillow raise anything)
        decoded(content, SETTINGS)
    assert expected in reason(error.value)


def test_a_picture_of_unknown_scale_is_cut_out_as_in_training():
    pixels = np.random.default_rng(0).integers(0, 256, (41, 50, 3), dtype=np.uint8)
    found = fitted(Picture(pixels, None), 20, radius_arcsec=8.0, settings=SETTINGS)
    expected = centre_crop(image_file(Image.fromarray(pixels)), 20)
    assert found.pixels.tobytes() == expected
    assert (found.how, found.scale) == ("cropped", None)
    assert fitted(Picture(pixels, 0.4), 20, None, SETTINGS).how == "cropped"
    with pytest.raises(InputError, match="the picture is 50 x 41 px, and 45 are needed"):
        fitted(Picture(pixels, None), 45, None, SETTINGS)


def test_a_picture_of_known_scale_is_resampled_to_that_of_training():
    # A disc with a radius of 10 arcsec at 0.2 arcsec a pixel: 50 px, and so it is in training.
    away = np.hypot(*np.mgrid[-149.5:150, -149.5:150])
    disc = np.repeat((255 * (away < 50)).astype(np.uint8)[..., None], 3, axis=2)
    same = fitted(Picture(disc, 0.2), 224, radius_arcsec=10.0, settings=SETTINGS)
    assert (same.how, same.scale) == ("resampled", 1.0)
    np.testing.assert_array_equal(same.pixels, disc[38:262, 38:262])
    # At 0.1 arcsec a pixel its radius is 5 arcsec: each pixel is one of training again.
    half = fitted(Picture(disc, 0.2), 112, radius_arcsec=20.0, settings=SETTINGS)
    assert half.scale == 0.5
    area = (half.pixels[..., 0] > 127).sum()
    assert area == pytest.approx(np.pi * 25**2, rel=0.02)  # half as wide


def test_a_picture_that_does_not_reach_far_enough_says_how_far_it_should():
    pixels = np.zeros((300, 300, 3), np.uint8)
    with pytest.raises(InputError, match="and 448 are needed for 224 at the scale of training"):
        fitted(Picture(pixels, 0.2), 224, radius_arcsec=20.0, settings=SETTINGS)
    with pytest.raises(InputError, match="300 x 300 px, and 301 are needed for 100 at"):
        fitted(Picture(pixels, 1.0), 100, radius_arcsec=50 * 3.004, settings=SETTINGS)
    for radius in (0.0, -1.0, np.nan):
        with pytest.raises(InputError, match="not a number of arcsec above 0"):
            fitted(Picture(pixels, 0.2), 224, radius, SETTINGS)


def test_a_picture_of_just_the_scale_of_training_is_large_enough_whatever_is_rounded():
    # A header's degrees are rounded: of such a picture's 24 px, 24.000000000000004 may be needed.
    for radius in np.linspace(2, 20, 50):
        content = fits_file(np.ones((24, 24), np.float32), wcs=sky(0.02 * radius))
        found = fitted(decoded(content, SETTINGS), 24, radius, SETTINGS)
        assert found.scale == pytest.approx(1)


def test_a_band_without_a_file_is_named():
    with pytest.raises(InputError, match="it has no file of the band r, g"):
        decoded({"i": fits_file(PLANES[0])}, SETTINGS)


def test_a_missing_file_is_named():
    assert reason(FileNotFoundError(2, "no", "a.jpg")) == "there is no file a.jpg"
