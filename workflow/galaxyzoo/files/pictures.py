"""From the bytes of a picture to the pixels that a network takes: decoded, to scale, cut out."""

import io
import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

from galaxyzoo.files.fits_pictures import from_fits
from galaxyzoo.files.fits_units import GZIP_START
from galaxyzoo.files.images import LARGEST_PIXELS, decode, image_fault, is_the_images
from galaxyzoo.foundation.errors import InputError

FITS_START = b"SIMPLE  ="
ROUNDING_PX = 0.001  # of a picture that is as wide as is needed, by numbers that are rounded
GREY_OR_PALETTE = ("L", "LA", "RGBA", "P", "1", "I;16", "I")

Content = bytes | Mapping[str, bytes]


class Picture(NamedTuple):
    """A picture (height, width, 3) uint8, and its scale in arcsec a pixel if that is known.

    `in_order` says that it is of a FITS cube whose header does not name its planes.
    """

    pixels: np.ndarray
    pixel_scale: float | None
    in_order: bool = False


class Fitted(NamedTuple):
    """A picture as the networks take it, (size, size, 3) uint8.

    `how` is `resampled`, to the scale of training, or `cropped`, the middle as it is. `scale` is
    the pixels of training for each pixel of the picture, None if it was cropped. `in_order` is the
    picture's.
    """

    pixels: np.ndarray
    how: str
    scale: float | None
    in_order: bool = False


def decoded(content: Content, settings: dict[str, Any]) -> Picture:
    """The picture in a JPEG, PNG or FITS file, or in FITS files by band.

    `settings` is the config's `catalogue`. Grey becomes colour, and what is transparent black.
    Raises InputError, or whatever Pillow or astropy raise, for a file that is no picture.
    """
    if not isinstance(content, bytes) or content.startswith((FITS_START, GZIP_START)):
        pixels, pixel_scale, in_order = from_fits(content, settings)
        return Picture(pixels, pixel_scale or settings["pixel_scale"], in_order)
    try:
        pixels = decode(content)
    except InputError:
        pixels = from_other_colours(content)
    return Picture(pixels, settings["pixel_scale"])


def from_other_colours(content: bytes) -> np.ndarray:
    """The pixels (height, width, 3) uint8 of a JPEG or PNG that is not RGB.

    Raises InputError if it has too many pixels, or colours that no screen shows.
    """
    with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as image:
        if image.width * image.height > LARGEST_PIXELS or image.mode not in GREY_OR_PALETTE:
            return decode(content)  # which says what is wrong
        if image.mode.startswith("I"):
            grey = (np.asarray(image).astype(np.float64) / 257).round().clip(0, 255)
            return np.repeat(grey.astype(np.uint8)[..., None], 3, axis=2)
        coloured = image.convert("RGBA")
        on_black = Image.new("RGBA", image.size, "black")
        return np.asarray(Image.alpha_composite(on_black, coloured).convert("RGB"))


def fitted(
    picture: Picture, size_px: int, radius_arcsec: float | None, settings: dict[str, Any]
) -> Fitted:
    """The middle of a picture, (size_px, size_px), at the scale of training if that can be known.

    A pixel of training is `training_scale` of the galaxy's radius. If the pixel scale and the
    radius are known, the picture is resampled to that (Lanczos, antialiased), else its middle is
    cut out. Raises InputError if the picture does not reach so far, or the radius is no number
    above 0.
    """
    height, width, _ = picture.pixels.shape
    known = picture.pixel_scale is not None and radius_arcsec is not None
    if known and not 0 < radius_arcsec < np.inf:
        raise InputError(f"its radius is {radius_arcsec}, not a number of arcsec above 0")
    scale = picture.pixel_scale / (settings["training_scale"] * radius_arcsec) if known else 1.0
    needed_px, shortest_px = size_px / scale, min(height, width)
    if shortest_px < needed_px - ROUNDING_PX:
        raise InputError(
            f"the picture is {width} x {height} px, and {math.ceil(needed_px - ROUNDING_PX)} are "
            "needed" + (f" for {size_px} at the scale of training" if known else "")
        )
    needed_px = min(needed_px, shortest_px)
    if not known:
        left, top = (width - size_px) // 2, (height - size_px) // 2
        middle = picture.pixels[top : top + size_px, left : left + size_px]
        return Fitted(np.ascontiguousarray(middle), "cropped", None, picture.in_order)
    left, top = (width - needed_px) / 2, (height - needed_px) / 2
    resampled = Image.fromarray(picture.pixels).resize(
        (size_px, size_px),
        Image.Resampling.LANCZOS,
        box=(left, top, left + needed_px, top + needed_px),
    )
    return Fitted(np.asarray(resampled), "resampled", scale, picture.in_order)


def reason(error: Exception) -> str:
    """Why a picture cannot be used, in the same words every time."""
    if isinstance(error, FileNotFoundError):
        return f"there is no file {error.filename}"
    if isinstance(error, OSError) and error.filename and is_the_images(error):
        return f"its file cannot be read: {error.strerror}"
    return image_fault(error)
