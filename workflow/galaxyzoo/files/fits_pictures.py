"""FITS pictures: a cube of three planes or a file for each band, made to colour."""

import gzip
import io
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
from astropy.io import fits
from astropy.visualization import make_lupton_rgb
from astropy.wcs import WCS, FITSFixedWarning
from astropy.wcs.utils import proj_plane_pixel_scales

from galaxyzoo.files.archives import LARGEST_BYTES
from galaxyzoo.files.containers import require_size
from galaxyzoo.files.images import LARGEST_PIXELS
from galaxyzoo.foundation.errors import InputError

GZIP_START = b"\x1f\x8b"
ARCSEC_IN_A_DEGREE = 3600


def from_fits(
    content: bytes | Mapping[str, bytes], settings: dict[str, Any]
) -> tuple[np.ndarray, float | None]:
    """The picture (height, width, 3) uint8 of FITS files, and arcsec a pixel if their WCS tells.

    `content` is a file with a plane or three, or a file for each of the bands in `settings`, the
    config's `catalogue`. The bands are shown red, green and blue, stretched as Lupton et al. (2004,
    PASP 116, 133) do, the first row of the file at the bottom. Raises InputError if there is no
    such picture, or its middle has values that are not finite.
    """
    if isinstance(content, bytes):
        planes, scale = planes_of(content, settings["hdu"])
        if len(planes) == 1:
            planes = np.repeat(planes, 3, axis=0)
    else:
        if missing := [band for band in settings["bands"] if band not in content]:
            raise InputError(f"it has no file of the band {', '.join(missing)}")
        bands = [planes_of(content[band], settings["hdu"]) for band in settings["bands"]]
        shapes = {planes.shape for planes, _ in bands}
        if len(shapes) > 1 or len(bands[0][0]) != 1:
            raise InputError("the files of its bands have different sizes, or several planes each")
        planes, scale = np.concatenate([planes for planes, _ in bands]), bands[0][1]
    return coloured(planes, settings["stretch"]), scale


def planes_of(content: bytes, hdu: int | str | None) -> tuple[np.ndarray, float | None]:
    """The planes (1 or 3, height, width) of a FITS file, and arcsec a pixel if its WCS tells."""
    with fits.open(io.BytesIO(unpacked(content))) as units:
        unit = the_picture(units, hdu)
        shape = unit.shape
        planes_fit = len(shape) == 2 or shape[0] in (1, 3)
        if not planes_fit or shape[-1] * shape[-2] > LARGEST_PIXELS:
            size = " x ".join(map(str, shape[::-1]))
            raise InputError(
                f"the picture has {size} px; it should have one plane or three, and at most "
                f"{LARGEST_PIXELS:,} px in each"
            )
        planes = np.asarray(unit.data, np.float32).reshape(-1, *shape[-2:])
        return planes, arcsec_a_pixel(unit.header)


def unpacked(content: bytes) -> bytes:
    """A file's bytes, unpacked if it is gzipped; InputError if they are too many."""
    if not content.startswith(GZIP_START):
        return content
    with gzip.open(io.BytesIO(content)) as packed:
        unzipped = packed.read(LARGEST_BYTES + 1)
    require_size(len(unzipped))
    return unzipped


def the_picture(units: fits.HDUList, hdu: int | str | None) -> fits.PrimaryHDU | fits.ImageHDU:
    """The HDU with the picture: that of a number or name, or the first with 2 or 3 dimensions."""
    if hdu is not None:
        try:
            unit = units[hdu]
        except (KeyError, IndexError) as error:
            raise InputError(f"it has no HDU {hdu} (catalogue.hdu)") from error
        if not (unit.is_image and len(unit.shape) in (2, 3)):
            raise InputError(f"its HDU {hdu} holds no picture (catalogue.hdu)")
        return unit
    for unit in units:
        if unit.is_image and len(unit.shape) in (2, 3):
            return unit
    raise InputError("it holds no picture of 2 or 3 dimensions")


def arcsec_a_pixel(header: fits.Header) -> float | None:
    """The pixel scale of a header's WCS, the geometric mean of both axes; None without any."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FITSFixedWarning)
        wcs = WCS(header).celestial
    if not wcs.has_celestial:
        return None
    return float(np.sqrt(np.prod(proj_plane_pixel_scales(wcs))) * ARCSEC_IN_A_DEGREE)


def coloured(planes: np.ndarray, stretch: Mapping[str, Any]) -> np.ndarray:
    """Three planes (3, height, width) as a picture (height, width, 3) uint8, north up.

    Pixels that are not finite are black, unless any is in the middle quarter.
    """
    finite = np.isfinite(planes).all(axis=0)
    height, width = finite.shape
    middle = finite[height // 4 : -(height // 4) or None, width // 4 : -(width // 4) or None]
    if not middle.all():
        raise InputError(f"{(~middle).sum():,} pixels in its middle are not finite")
    planes = np.where(finite, planes, 0)
    red, green, blue = (
        plane * scale for plane, scale in zip(planes, stretch["scales"], strict=True)
    )
    with np.errstate(invalid="ignore"):  # where all three are 0
        picture = make_lupton_rgb(
            red,
            green,
            blue,
            minimum=stretch["minimum"],
            stretch=stretch["stretch"],
            Q=stretch["q"],
        )
    return np.ascontiguousarray(picture[::-1])
