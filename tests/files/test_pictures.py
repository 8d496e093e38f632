"""Pictures of every kind become the pixels that a network was trained on, or a reason why not."""

import gzip
import io
import tracemalloc

import numpy as np
import pytest
from astropy.io import fits
from astropy.visualization import make_lupton_rgb
from astropy.wcs import WCS
from PIL import Image

from galaxyzoo.files.pictures import Picture, decoded, fitted, reason
from galaxyzoo.foundation.errors import InputError

STRETCH = {"minimum": 0.0, "stretch": 5.0, "q": 8.0, "scales": [1.0, 1.0, 1.0]}
SETTINGS = {
    "key": "catalogue",
    "sizes": "crop",
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


def hdus(**planes: np.ndarray) -> bytes:
    """A FITS file with named extensions."""
    units = [fits.PrimaryHDU(), *(fits.ImageHDU(one, name=name) for name, one in planes.items())]
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


def test_a_jpeg_with_damaged_data_has_a_reason_and_one_with_bytes_too_many_is_read():
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    content = image_file(Image.fromarray(noise), "JPEG")
    at = len(content) - 400
    with pytest.raises(ValueError, match="Corrupt JPEG data: premature end") as caught:
        decoded(content[:at] + b"\xff\xd9" + content[at + 2 :], SETTINGS)
    assert reason(caught.value).startswith("the image cannot be decoded: Corrupt JPEG data")
    more = decoded(content[:-2] + b"\0\0\0" + content[-2:], SETTINGS).pixels
    np.testing.assert_array_equal(more, decoded(content, SETTINGS).pixels)


def test_a_cube_is_stretched_as_astropy_does_with_north_up():
    picture = decoded(fits_file(PLANES), SETTINGS)
    np.testing.assert_array_equal(picture.pixels, rgb())
    assert picture.pixel_scale is None
    scales = SETTINGS | {
        "stretch": STRETCH | {"stretch": 2.0, "q": 10.0, "scales": [2.0, 1.0, 1.0]}
    }
    doubled = make_lupton_rgb(2 * PLANES[0], *PLANES[1:], stretch=2.0, Q=10.0)[::-1]
    np.testing.assert_array_equal(decoded(fits_file(PLANES), scales).pixels, doubled)


def test_one_band_is_stretched_as_grey_is_and_more_share_a_factor():
    one = SETTINGS | {"bands": ["r"], "stretch": STRETCH | {"scales": [1.0]}}
    grey = decoded(fits_file(PLANES[0]), SETTINGS).pixels
    np.testing.assert_array_equal(decoded(fits_file(PLANES[0]), one).pixels, grey[..., :1])
    np.testing.assert_array_equal(decoded(cube(PLANES, BANDS="grz"), one).pixels.shape, (40, 50, 1))
    four = SETTINGS | {"bands": [*"griz"], "stretch": STRETCH | {"scales": [1.0] * 4}}
    griz = np.stack([PLANES[0], PLANES[1], PLANES[2], PLANES.mean(axis=0)])
    found = decoded(cube(griz), four).pixels
    # The fourth is the mean of the others, and so of all: these are stretched as without it.
    np.testing.assert_allclose(found[..., :3].astype(int), rgb(), atol=1)
    mean = found[..., :3].mean(axis=2)
    np.testing.assert_allclose(found[..., 3], mean, atol=1)
    with pytest.raises(InputError, match="it has one plane, and the bands are g, r, i, z"):
        decoded(fits_file(PLANES[0]), four)
    with pytest.raises(InputError, match="it should have one plane or four"):
        decoded(cube(PLANES), four)


def test_a_jpeg_or_png_has_three_bands_or_is_grey():
    pixels = np.random.default_rng(0).integers(0, 256, (9, 9, 3), dtype=np.uint8)
    png = image_file(Image.fromarray(pixels))
    grey = decoded(png, SETTINGS | {"bands": ["r"]}).pixels
    np.testing.assert_array_equal(grey[..., 0], np.asarray(Image.fromarray(pixels).convert("L")))
    with pytest.raises(InputError, match=r"the bands are g, r \(catalogue.bands\); give FITS"):
        decoded(png, SETTINGS | {"bands": ["g", "r"]})


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
        (gzip.compress(b"no FITS", mtime=0), "it is not a FITS file"),
        (hdus(**{f"E{n}": np.zeros(1) for n in range(1001)}), "it has more than 1,000 HDUs"),
        (fits_file(np.zeros(5, np.float32)), "it holds no picture of 2 or 3 dimensions"),
        (fits_file(PLANES)[:3000], "the FITS file is cut off"),
        (gzip.compress(fits_file(PLANES), mtime=0)[:-9], "the image cannot be decoded"),
    ],
)
def test_what_is_no_picture_has_a_reason(content, expected):
    with pytest.raises(Exception) as error:  # noqa: PT011  (astropy and Pillow raise anything)
        decoded(content, SETTINGS)
    assert expected in reason(error.value)


def test_a_picture_of_unknown_scale_is_cut_out_as_in_training():
    pixels = np.random.default_rng(0).integers(0, 256, (41, 50, 3), dtype=np.uint8)
    found = fitted(Picture(pixels, None), 20, radius_arcsec=8.0, settings=SETTINGS)
    np.testing.assert_array_equal(found.pixels, pixels[10:30, 15:35])
    assert (found.how, found.scale) == ("cropped", None)
    assert fitted(Picture(pixels, 0.4), 20, None, SETTINGS).how == "cropped"
    with pytest.raises(InputError, match="the picture is 50 x 41 px, and 45 are needed"):
        fitted(Picture(pixels, None), 45, None, SETTINGS)


def test_pictures_of_any_size_are_resized_or_padded_as_the_settings_say():
    pixels = np.random.default_rng(0).integers(1, 256, (30, 40, 3), dtype=np.uint8)
    small = Picture(pixels, None)
    with pytest.raises(InputError, match=r"are needed \(catalogue.sizes: resize or pad\)"):
        fitted(small, 36, None, SETTINGS)
    resized = fitted(small, 36, None, SETTINGS | {"sizes": "resize"})
    in_colour, lanczos = Image.fromarray(pixels), Image.Resampling.LANCZOS
    middle = in_colour.resize((36, 36), lanczos, box=(5, 0, 35, 30))
    np.testing.assert_array_equal(resized.pixels, np.asarray(middle))
    assert (resized.how, resized.scale) == ("resized", None)
    smaller = fitted(small, 15, None, SETTINGS | {"sizes": "resize"})
    assert smaller.pixels.mean() == pytest.approx(pixels[:, 5:35].mean(), rel=0.01)
    padded = fitted(small, 36, None, SETTINGS | {"sizes": "pad"})
    np.testing.assert_array_equal(padded.pixels[3:33], pixels[:, 2:38])
    assert not padded.pixels[:3].any()
    assert not padded.pixels[33:].any()
    wide = fitted(small, 20, None, SETTINGS | {"sizes": "pad"})
    np.testing.assert_array_equal(wide.pixels, fitted(small, 20, None, SETTINGS).pixels)
    four = np.concatenate([pixels, pixels[..., :1]], axis=2)
    found = fitted(Picture(four, None), 36, None, SETTINGS | {"sizes": "resize"}).pixels
    np.testing.assert_array_equal(found[..., :3], resized.pixels)


def test_a_picture_of_known_scale_that_ends_too_early_may_be_padded_but_not_resized():
    white = Picture(np.full((100, 100, 3), 255, np.uint8), 0.2)
    with pytest.raises(InputError, match=r"200 are needed for 100 at .* \(catalogue.sizes: pad\)"):
        fitted(white, 100, 20.0, SETTINGS | {"sizes": "resize"})
    padded = fitted(white, 100, 20.0, SETTINGS | {"sizes": "pad"})
    assert (padded.how, padded.scale) == ("resampled", 0.5)
    assert (padded.pixels[30:70, 30:70] == 255).all()  # half as wide, in the middle
    assert not padded.pixels[:22].any()
    unknown = SETTINGS | {"training_scale": None}
    assert fitted(white, 100, 20.0, unknown).how == "cropped"


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


def cube(planes: np.ndarray, **header: str | int) -> bytes:
    """A FITS file with an array and words in its header."""
    file = io.BytesIO()
    fits.PrimaryHDU(planes, fits.Header(header)).writeto(file)
    return file.getvalue()


@pytest.mark.parametrize(
    "header",
    [
        {"BANDS": "gri"},
        {"BANDS": "g,r,i"},
        {"BANDS": "g r  i"},
        {"BANDS": "['G', 'R', 'I']"},
        {"BAND0": "g", "BAND1": "r", "BAND2": "i"},
        {"BAND1": "g", "BAND2": "r", "BAND3": "i"},
        {"BANDS": "gri", "BAND0": "g", "BAND1": "r", "BAND2": "i"},
    ],
)
def test_the_planes_of_a_cube_are_picked_by_the_names_in_its_header(header):
    picture = decoded(cube(PLANES[::-1].copy(), **header), SETTINGS)
    np.testing.assert_array_equal(picture.pixels, rgb())
    assert not picture.in_order
    assert decoded(cube(PLANES), SETTINGS).in_order
    assert fitted(decoded(cube(PLANES), SETTINGS), 20, None, SETTINGS).in_order


def test_a_cube_of_more_planes_is_cut_to_the_bands():
    griz = np.stack([PLANES[2], PLANES[1], PLANES[0], 9 - PLANES[0]])
    np.testing.assert_array_equal(decoded(cube(griz, BANDS="griz"), SETTINGS).pixels, rgb())
    johnson = np.stack([PLANES[2], PLANES[1], PLANES[0], 9 - PLANES[1]])
    found = decoded(cube(johnson, BANDS="g r i R"), SETTINGS).pixels
    np.testing.assert_array_equal(found, rgb())


@pytest.mark.parametrize(
    ("planes", "header", "expected"),
    [
        (PLANES, {"BANDS": "grz"}, "its planes are of the bands g, r, z, and none of i"),
        (PLANES, {"BANDS": "griz"}, "it has 3 planes, and its header names griz"),
        (PLANES, {"BANDS": "g,r"}, "it has 3 planes, and its header names g, r"),
        (PLANES, {"BANDS": "gir", "BAND0": "g", "BAND1": "r", "BAND2": "i"}, "g, i, r (BANDS) and"),
        (np.ones((4, 9, 9)), {}, "it has 4 planes, and its header does not name them"),
        (PLANES[0], {"BSOFTEN": 90.0, "BOFFSET": 2.0}, "its values are no fluxes but their asinh"),
        (PLANES * [[[1]], [[0]], [[1]]], {}, "its band r has the value 0 all over the middle"),
    ],
)
def test_a_cube_whose_colours_are_not_known_has_a_reason(planes, header, expected):
    with pytest.raises(InputError) as error:
        decoded(cube(planes, **header), SETTINGS)
    assert expected in reason(error.value)


def test_an_hdu_a_band_is_a_picture_in_colour():
    i, r, g = PLANES
    found = decoded(hdus(G=g, R=r, I=i, Z=9 - i), SETTINGS).pixels
    np.testing.assert_array_equal(found, rgb())
    with pytest.raises(InputError, match="its HDUs are of the bands g, r, z, and none of i"):
        decoded(hdus(G=g, R=r, Z=i), SETTINGS)


def test_errors_and_masks_are_not_taken_for_the_picture():
    i, r, g = PLANES
    mask = np.ones((40, 50), np.int32)
    expected = decoded(fits_file(i), SETTINGS).pixels
    for content in (
        hdus(SCI=i, ERR=r, WHT=g, CTX=mask),
        hdus(MASK=mask, VARIANCE=g, IMAGE=i),
        hdus(DQ=mask, VAR_POISSON=g, SCI=i),
    ):
        np.testing.assert_array_equal(decoded(content, SETTINGS).pixels, expected)
    with pytest.raises(InputError, match=r"2 or 3 dimensions, but WHT, ERR \(catalogue.hdu\)"):
        decoded(hdus(WHT=g, ERR=r), SETTINGS)
    found = decoded(hdus(WHT=i, ERR=r), SETTINGS | {"hdu": "wht"}).pixels
    np.testing.assert_array_equal(found, expected)


def compressed(planes: np.ndarray, **options: object) -> bytes:
    file = io.BytesIO()
    fits.HDUList([fits.PrimaryHDU(), fits.CompImageHDU(planes, **options)]).writeto(file)
    return file.getvalue()


def test_numbers_are_read_as_the_header_says_in_whatever_way_they_are_stored():
    whole = np.random.default_rng(1).integers(0, 60_000, (40, 50))
    expected = decoded(fits_file(whole.astype(np.float32)), SETTINGS).pixels
    scaled = fits.PrimaryHDU(whole.astype(np.float64))
    scaled.scale("int32", bscale=0.5, bzero=100.0)
    file = io.BytesIO()
    scaled.writeto(file)
    for content in (
        fits_file(whole.astype(np.uint16)),  # stored with a BZERO
        fits_file(whole.astype(np.int32)),
        fits_file(whole.astype(np.float64)),
        fits_file(whole.astype(np.float32).reshape(1, 40, 50)),
        fits_file(whole.astype(np.float32).reshape(1, 1, 40, 50)),
        file.getvalue(),
        fits_file(whole.astype(np.float32)) + b"what follows" * 1000,
        compressed(whole.astype(np.int32)),
        compressed(whole.astype(np.uint16)),
        compressed(whole.astype(np.float64), compression_type="GZIP_2", quantize_level=0),
        gzip.compress(compressed(whole.astype(np.int32)), mtime=0),
    ):
        np.testing.assert_array_equal(decoded(content, SETTINGS).pixels, expected)


@pytest.mark.parametrize("kind", [fits.ImageHDU, fits.CompImageHDU])
@pytest.mark.parametrize("blank", [0, -5])
def test_blank_numbers_are_not_finite(blank, kind):
    def picture(row: int, column: int) -> Picture:
        whole = np.arange(1, 2001, dtype=np.int16).reshape(40, 50)
        whole[row, column] = blank
        file = io.BytesIO()
        unit = kind(whole, fits.Header({"BLANK": blank}))
        fits.HDUList([fits.PrimaryHDU(), unit]).writeto(file)
        return decoded(file.getvalue(), SETTINGS)

    assert (picture(0, 0).pixels[-1, 0] == 0).all()
    with pytest.raises(InputError, match="1 pixels in its middle are not finite"):
        picture(20, 25)


def test_bands_that_lie_on_other_grids_are_refused():
    def files(**systems: WCS | None) -> dict[str, bytes]:
        return {
            band: fits_file(plane, wcs=systems.get(band, sky(0.4)))
            for band, plane in zip("irg", PLANES, strict=True)
        }

    moved, turned = sky(0.4), sky(0.4)
    moved.wcs.crpix = [21.2, 20]
    turned.wcs.pc = [[0, 1], [1, 0]]
    for band, other in {"r": sky(0.2), "g": moved, "i": turned}.items():
        with pytest.raises(InputError, match="its bands do not lie on one grid: by their WCS, "):
            decoded(files(**{band: other}), SETTINGS)
    moved.wcs.crpix = [20.3, 20]
    for other in (moved, None):
        found = decoded(files(r=other), SETTINGS)
        np.testing.assert_array_equal(found.pixels, rgb())
        assert found.pixel_scale == pytest.approx(0.4)
    assert decoded(files(i=None), SETTINGS).pixel_scale == pytest.approx(0.4)
    small = files() | {"g": fits_file(PLANES[2][:30])}
    with pytest.raises(InputError, match="different sizes: i 50 x 40 px, r 50 x 40 px, g 50 x 30"):
        decoded(small, SETTINGS)


def test_a_wcs_without_a_scale_gives_none():
    header = {"CTYPE1": "RA---TAN", "CTYPE2": "DEC--TAN", "CRVAL1": 150.0, "CRVAL2": 2.0}
    assert decoded(cube(PLANES[0], **header), SETTINGS).pixel_scale is None


def test_a_small_file_does_not_take_much_memory():
    rows = np.broadcast_to(np.arange(2000, dtype=np.float32) % 7, (3, 2000, 2000))
    content = gzip.compress(cube(np.ascontiguousarray(rows)), 9)
    assert len(content) < 2**17
    endless = gzip.compress(cube(PLANES)[:240] + b" " * 2**26, 1)
    later = hdus(ERR=np.zeros((4000, 4000), np.float32), SCI=PLANES[0])
    for file, most in ((content, 3 * rows.nbytes), (endless, 2**24), (gzip.compress(later), 2**24)):
        tracemalloc.start()
        try:
            if file is endless:
                with pytest.raises(InputError, match="a header in it has more than"):
                    decoded(file, SETTINGS)
            else:
                decoded(file, SETTINGS)
            assert tracemalloc.get_traced_memory()[1] < most
        finally:
            tracemalloc.stop()


def test_a_tile_that_unpacks_to_more_than_the_picture_is_refused():
    content = compressed(
        PLANES[0], compression_type="GZIP_1", quantize_level=0, tile_shape=(40, 50)
    )
    with fits.open(io.BytesIO(content), disable_image_compression=True) as file:
        header = file[1].header
    bomb = np.frombuffer(gzip.compress(bytes(2**27)), np.uint8)
    cells = np.empty(1, object)
    cells[0] = bomb
    table = fits.BinTableHDU.from_columns([fits.Column("COMPRESSED_DATA", "PB()", array=cells)])
    table.header.update({key: header[key] for key in header if key.startswith("Z")})
    file = io.BytesIO()
    fits.HDUList([fits.PrimaryHDU(), table]).writeto(file)
    tracemalloc.start()
    try:
        with pytest.raises(InputError, match="a part of the image has more pixels than its header"):
            decoded(file.getvalue(), SETTINGS)
        assert tracemalloc.get_traced_memory()[1] < 2**24
    finally:
        tracemalloc.stop()
