"""FITS pictures: a cube with a plane a band, an HDU a band or a file a band, made to colour."""

import re
import warnings
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from astropy.io import fits
from astropy.visualization import LuptonAsinhStretch
from astropy.wcs import WCS, FITSFixedWarning
from astropy.wcs.utils import pixel_to_pixel, proj_plane_pixel_scales

from galaxyzoo.files.bands import SEPARATOR, band_of, in_words, is_aside, same_band
from galaxyzoo.files.fits_units import Unit, is_compressed, units
from galaxyzoo.files.images import LARGEST_PIXELS
from galaxyzoo.foundation.errors import InputError

ARCSEC_IN_A_DEGREE = 3600
SHIFT_PX = 0.5  # by which a band may be off the others, without a change of colours to be seen
STRIP_PIXELS = 2**18  # that are stretched at a time: this takes some 300 bytes a pixel
GREY_FITS = (1, 3)  # numbers of bands that a single plane may become: as it is, or grey
SCALE_KEYS = ("CD1_1", "CD1_2", "CDELT1", "PC1_1")


class Plane(NamedTuple):
    """A plane (height, width) as its file has it: values are stored x scale + zero, unless blank.

    `band` is its name for messages, `header` that of its HDU.
    """

    stored: np.ndarray
    scale: float
    zero: float
    blank: int | None
    band: str
    header: fits.Header

    def values(self, rows: slice, columns: slice = slice(None)) -> np.ndarray:
        """The values of some rows and columns, float32, NaN where there are none."""
        stored = self.stored[rows, columns]
        with np.errstate(over="ignore", invalid="ignore"):
            if (self.scale, self.zero) == (1, 0):
                values = stored.astype(np.float32)
            else:
                values = (stored.astype(np.float64) * self.scale + self.zero).astype(np.float32)
        if self.blank is not None:
            values[stored == self.blank] = np.nan
        return values


class Coloured(NamedTuple):
    """A picture (height, width, bands) uint8, and arcsec a pixel if its WCS tells.

    `in_order` says that it is of a cube whose header does not name its planes: they were taken as
    the bands.
    """

    pixels: np.ndarray
    pixel_scale: float | None
    in_order: bool = False


def from_fits(content: bytes | Mapping[str, bytes], settings: dict[str, Any]) -> Coloured:
    """The picture of a FITS file, or of FITS files by band.

    `content` is a file with one plane, which becomes grey, or with several, or a file for each of
    the bands in `settings` (`plan.picture_settings`). The bands are stretched together as Lupton et
    al. (2004, PASP 116, 133) do, the first row of the file at the bottom. Raises InputError if
    there is no such picture, if its bands do not lie on one grid, or if its middle has values that
    are not finite.
    """
    if isinstance(content, bytes):
        planes, in_order = planes_of(content, settings)
    else:
        planes, in_order = [], False
        if missing := [band for band in settings["bands"] if band not in content]:
            others = [band for band in content if band not in settings["bands"]]
            raise InputError(
                f"it has no file of the band {', '.join(missing)} ({settings['key']}.bands)"
                + (f", but of {', '.join(others)}" if others else "")
            )
        for band in settings["bands"]:
            found, _ = planes_of(content[band], settings)
            if len(found) != 1:
                raise InputError(f"its file of the band {band} has several planes")
            planes.append(found[0]._replace(band=band))
    if len(planes) == 1 and len(settings["bands"]) not in GREY_FITS:
        raise InputError(
            f"it has one plane, and the bands are {', '.join(settings['bands'])} "
            f"({settings['key']}.bands); give a file, an HDU or a plane of each"
        )
    require_one_grid(planes)
    scales = (arcsec_a_pixel(plane.header) for plane in planes)
    scale = next((scale for scale in scales if scale is not None), None)
    pixels = coloured(planes, settings["stretch"], len(settings["bands"]))
    return Coloured(pixels, scale, in_order)


def planes_of(content: bytes, settings: Mapping[str, Any]) -> tuple[list[Plane], bool]:
    """The planes of a FITS file, one or each band's, and whether they were taken in order.

    Without `hdu` in `settings`, an HDU for each of `bands` is looked for by its name, then the
    first with a picture; those of errors and masks are passed over.
    """
    hdu, bands, key = settings["hdu"], settings["bands"], settings["key"]
    by_band: dict[str, list[Plane]] = {}
    first: list[Plane] | None = None
    passed_over = []
    for unit in units(content):
        if hdu is not None:
            if is_wanted(unit, hdu) and first is None:
                if unit.shape is None:
                    raise InputError(f"its HDU {hdu} holds no picture ({key}.hdu)")
                first = read_planes(unit)
        elif unit.shape is not None and any(map(is_aside, SEPARATOR.split(unit.name))):
            passed_over.append(unit.name)
        elif unit.shape is not None:
            band = band_of(unit.name, bands)
            is_new = band is not None and band not in by_band
            if first is None or is_new:
                planes = read_planes(unit)
                first = first or planes
                if is_new:
                    by_band[band] = planes
    if len(by_band) > 1:
        return one_hdu_a_band(by_band, bands, key), False
    if first is not None:
        return shown(first, bands, key)
    if hdu is not None:
        raise InputError(f"it has no HDU {hdu} ({key}.hdu)")
    raise InputError(
        "it holds no picture of 2 or 3 dimensions"
        + (f", but {', '.join(passed_over)} ({key}.hdu)" if passed_over else "")
    )


def one_hdu_a_band(
    by_band: Mapping[str, list[Plane]], bands: Sequence[str], key: str
) -> list[Plane]:
    """The planes of HDUs that are named by their bands."""
    if missing := [band for band in bands if band not in by_band]:
        raise InputError(
            f"its HDUs are of the bands {', '.join(by_band)}, and none of {', '.join(missing)} "
            f"({key}.bands)"
        )
    if several := [band for band in bands if len(by_band[band]) > 1]:
        raise InputError(f"its HDU {several[0]} has several planes")
    return [by_band[band][0]._replace(band=band) for band in bands]


def is_wanted(unit: Unit, hdu: int | str) -> bool:
    """Whether an HDU has a number or a name."""
    return unit.number == hdu if isinstance(hdu, int) else unit.name == hdu.strip().upper()


def read_planes(unit: Unit) -> list[Plane]:
    """All planes of an HDU's picture. Raises InputError if they are too large."""
    header, shape = unit.header, unit.shape
    if shape[-1] * shape[-2] > LARGEST_PIXELS:
        size = " x ".join(map(str, shape[::-1]))
        raise InputError(f"the picture has {size} px, more than {LARGEST_PIXELS:,} in a plane")
    if "BSOFTEN" in header and "BOFFSET" in header:
        raise InputError(
            "its values are no fluxes but their asinh (Pan-STARRS' BSOFTEN and BOFFSET are in its "
            "header); make them linear, and leave these out"
        )
    bits = header["ZBITPIX" if is_compressed(header) else "BITPIX"]
    blank = header.get("BLANK", header.get("ZBLANK")) if bits > 0 else None
    scale, zero = (
        float(header.get(key, default)) for key, default in (("BSCALE", 1), ("BZERO", 0))
    )
    stored = unit.stored().reshape(-1, *shape[-2:])
    return [Plane(plane, scale, zero, blank, str(i), header) for i, plane in enumerate(stored)]


def shown(planes: Sequence[Plane], bands: Sequence[str], key: str) -> tuple[list[Plane], bool]:
    """A cube's only plane, or those of the `bands`, and whether they were taken in order.

    The cube's header names its planes, or they are as many as the bands, and in their order.
    """
    if len(planes) == 1:
        return list(planes), False
    names = plane_names(planes[0].header, len(planes))
    if names is None:
        if len(planes) != len(bands):
            raise InputError(
                f"it has {len(planes)} planes, and its header does not name them (BANDS, or BAND0, "
                f"BAND1, ...); without names, it should have one plane or {in_words(len(bands))}"
            )
        return [plane._replace(band=band) for plane, band in zip(planes, bands, strict=True)], True
    pairs = sorted(zip(names, planes, strict=True), key=lambda pair: pair[0] in bands)
    by_band = {same_band(name, bands): plane for name, plane in pairs}  # r rather than R
    if missing := [band for band in bands if band not in by_band]:
        raise InputError(
            f"its planes are of the bands {', '.join(names)}, and none of {', '.join(missing)} "
            f"({key}.bands)"
        )
    return [by_band[band]._replace(band=band) for band in bands], False


def plane_names(header: fits.Header, count: int) -> list[str] | None:
    """The bands of a cube's planes by its header; None if it does not name them.

    BANDS has all of them, as grz or with spaces or commas between. BAND0, BAND1, ... have one each,
    counted from 0 or from 1. Raises InputError if they name another number of planes, one twice, or
    not the same.
    """
    first = 0 if "BAND0" in header else 1
    each = [header.get(f"BAND{number}") for number in range(first, first + count)]
    by_number = [str(name).strip() for name in each] if None not in each else None
    together = None
    if isinstance(text := header.get("BANDS"), str) and text.strip():
        together = re.findall(r"[A-Za-z0-9_+-]+", text)
        if len(together) == 1 and len(together[0]) == count:
            together = list(together[0])
    names = together or by_number
    if names is not None and (len(names) != count or len(set(names)) != count):
        raise InputError(f"it has {count} planes, and its header names {', '.join(names)} (BANDS)")
    if together and by_number and together != by_number:
        raise InputError(
            f"its header names its planes {', '.join(together)} (BANDS) and {', '.join(by_number)} "
            f"(BAND{first} ...)"
        )
    return names


def require_one_grid(planes: Sequence[Plane]) -> None:
    """Raise InputError unless all planes have one shape and, as far as their WCS tell, one grid."""
    first, *others = planes
    for plane in others:
        if plane.stored.shape != first.stored.shape:
            sizes = [f"{p.band} {p.stored.shape[1]} x {p.stored.shape[0]} px" for p in planes]
            raise InputError(f"its bands have different sizes: {', '.join(sizes)}")
    if all(plane.header is first.header for plane in others):
        return  # of one cube
    systems = [
        (plane.band, wcs) for plane in planes if (wcs := celestial(plane.header)) is not None
    ]
    for band, wcs in systems[1:]:
        shift = largest_shift(systems[0][1], wcs, first.stored.shape)
        if not shift <= SHIFT_PX:
            raise InputError(
                f"its bands do not lie on one grid: by their WCS, {band} is up to {shift:.1f} px "
                f"off {systems[0][0]}; bring them on one, with the package reproject for example"
            )


def largest_shift(one: WCS, other: WCS, shape: tuple[int, int]) -> float:
    """How many pixels two WCS are apart at most, in the corners and the middle of a picture."""
    if one.wcs.compare(other.wcs) and one.sip is other.sip is None:
        return 0.0
    bottom, left = 0, 0
    top, right = shape[0] - 1, shape[1] - 1
    x = np.array([left, left, right, right, right / 2])
    y = np.array([bottom, top, bottom, top, top / 2])
    there_x, there_y = pixel_to_pixel(one, other, x, y)
    return float(np.max(np.hypot(there_x - x, there_y - y)))


def celestial(header: fits.Header) -> WCS | None:
    """The WCS of a header's two celestial axes; None without any, or if it gives no scale."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FITSFixedWarning)
        wcs = WCS(header).celestial
    has_scale = any(key in header for key in SCALE_KEYS)
    return wcs if wcs.has_celestial and has_scale else None


def arcsec_a_pixel(header: fits.Header) -> float | None:
    """The pixel scale of a header's WCS, the geometric mean of both axes; None without any."""
    if (wcs := celestial(header)) is None:
        return None
    return float(np.sqrt(np.prod(proj_plane_pixel_scales(wcs))) * ARCSEC_IN_A_DEGREE)


def coloured(planes: Sequence[Plane], stretch: Mapping[str, Any], bands: int) -> np.ndarray:
    """One plane, or one for each of some `bands`, as a picture (height, width, bands), north up.

    The pixels are uint8, black where they are not finite. Raises InputError if there are any of
    these in the middle, and for a band that was not observed there.
    """
    require_observed(planes)
    height, width = planes[0].stored.shape
    picture = np.empty((height, width, bands), np.uint8)
    step = max(1, STRIP_PIXELS // width)
    for start in range(0, height, step):
        part = slice(start, start + step)
        values = np.stack([plane.values(part) for plane in planes])
        values = np.where(np.isfinite(values).all(axis=0), values, 0)
        picture[::-1][part] = stretched(
            np.broadcast_to(values, (bands, *values.shape[1:])), stretch
        )
    return picture


def require_observed(planes: Sequence[Plane]) -> None:
    """Raise InputError if pixels in the middle quarter are not finite, or one band is flat there.

    Surveys fill a band that they did not observe with zeros, which would change all colours.
    """
    height, width = planes[0].stored.shape
    rows, columns = (slice(size // 4, size - size // 4) for size in (height, width))
    finite = np.True_
    for plane in planes:
        middle = plane.values(rows, columns)
        finite = finite & np.isfinite(middle)
        if len(planes) > 1 and middle.min() == middle.max():
            raise InputError(
                f"its band {plane.band} has the value {middle[0, 0]:g} all over the middle: it was "
                "probably not observed there"
            )
    if not finite.all():
        raise InputError(f"{(~finite).sum():,} pixels in its middle are not finite")


def stretched(values: np.ndarray, stretch: Mapping[str, Any]) -> np.ndarray:
    """Rows of planes (bands, rows, width) as rows of a picture (rows, width, bands) uint8.

    Lupton et al. (2004): the mean of all bands is stretched by an asinh, and every band by the same
    factor; where a band would be too bright, all are scaled down. Of three bands, this is astropy's
    `make_lupton_rgb`.
    """
    scales = np.array(stretch["scales"], values.dtype)[:, None, None]
    bands = values * scales - stretch["minimum"]
    mean = sum(bands) / len(bands)
    curve = LuptonAsinhStretch(stretch=stretch["stretch"], Q=stretch["q"])
    with np.errstate(invalid="ignore", divide="ignore"):
        factor = np.where(mean <= 0, 0, curve(mean, clip=False) / mean)
        bright = np.clip(bands * factor, 0, None)
        highest = bright.max(axis=0)
        bright = np.where(highest > 1, bright / highest, bright)
    return np.moveaxis(bright * 255, 0, -1).astype(np.uint8)
