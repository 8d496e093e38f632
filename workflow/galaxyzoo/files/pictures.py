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


class TooSmallError(InputError):
    """A picture does not reach as far as is needed."""


class Picture(NamedTuple):
    """A picture (height, width, bands) uint8, and its scale in arcsec a pixel if that is known.

    `is_fits` says that its colours are a matter of bands and stretch, and `in_order` that it is of
    a FITS cube whose header does not name its planes.
    """

    pixels: np.ndarray
    pixel_scale: float | None
    is_fits: bool = False
    in_order: bool = False


class Fitted(NamedTuple):
    """A picture as the networks take it, (size, size, bands) uint8.

    `how` is `resampled`, to the scale of training, `resized`, all of it, or `cropped`, the middle
    as it is. `scale` is the pixels of training for each pixel of the picture, None if it is not
    resampled. `is_fits` and `in_order` are the picture's.
    """

    pixels: np.ndarray
    how: str
    scale: float | None
    is_fits: bool = False
    in_order: bool = False


def decoded(content: Content, settings: Mapping[str, Any]) -> Picture:
    """The picture in a JPEG, PNG or FITS file, or in FITS files by band.

    `settings` are those of `plan.picture_settings`. For three bands, grey becomes colour, and for
    one, colour grey; what is transparent becomes black. Raises InputError, or whatever Pillow or
    astropy raise, for a file that is no picture.
    """
    if not isinstance(content, bytes) or content.startswith((FITS_START, GZIP_START)):
        pixels, pixel_scale, in_order = from_fits(content, settings)
        return Picture(pixels, pixel_scale or settings["pixel_scale"], True, in_order)
    try:
        pixels = decode(content)
    except InputError:
        pixels = from_other_colours(content)
    return Picture(of_bands(pixels, settings), settings["pixel_scale"])


def of_bands(pixels: np.ndarray, settings: Mapping[str, Any]) -> np.ndarray:
    """A picture (height, width, 3) uint8 of as many bands as the settings have: of one, its grey.

    Raises InputError for another number.
    """
    bands = settings["bands"]
    if len(bands) == 1:  # as ITU-R BT.601 weights the colours
        return np.asarray(Image.fromarray(pixels).convert("L"))[..., None]
    if len(bands) != 3:
        raise InputError(
            f"it is a JPEG or PNG, and the bands are {', '.join(bands)} ({settings['key']}.bands); "
            "give FITS files"
        )
    return pixels


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
    picture: Picture, size_px: int, radius_arcsec: float | None, settings: Mapping[str, Any]
) -> Fitted:
    """The middle of a picture, (size_px, size_px), at the scale of training if that can be known.

    A pixel of training is `training_scale` of the galaxy's radius. If the pixel scale and the
    radius are known, the picture is resampled to that (Lanczos, antialiased). Otherwise its middle
    is cut out or, with `sizes: resize`, the largest middle square is resampled to the size. With
    `sizes: pad`, black is put around a picture that does not reach so far. Raises InputError if it
    does not, or the radius is no number above 0.
    """
    known = None not in (picture.pixel_scale, radius_arcsec, settings["training_scale"])
    if known and not 0 < radius_arcsec < np.inf:
        raise InputError(f"its radius is {radius_arcsec}, not a number of arcsec above 0")
    scale = picture.pixel_scale / (settings["training_scale"] * radius_arcsec) if known else None
    needed_px, pixels = size_px / (scale or 1), picture.pixels
    if settings["sizes"] == "pad":
        pixels = padded(pixels, math.ceil(needed_px - ROUNDING_PX))
    height, width, _ = pixels.shape
    shortest_px, resized = min(height, width), settings["sizes"] == "resize" and not known
    if shortest_px < needed_px - ROUNDING_PX and not resized:
        raise TooSmallError(too_small(picture.pixels, size_px, needed_px, known, settings))
    told = picture.is_fits, picture.in_order
    if not (known or resized):
        left, top = (width - size_px) // 2, (height - size_px) // 2
        middle = pixels[top : top + size_px, left : left + size_px]
        return Fitted(np.ascontiguousarray(middle), "cropped", None, *told)
    needed_px = shortest_px if resized else min(needed_px, shortest_px)
    left, top = (width - needed_px) / 2, (height - needed_px) / 2
    box = (left, top, left + needed_px, top + needed_px)
    how = "resized" if resized else "resampled"
    return Fitted(resampled(pixels, size_px, box), how, scale, *told)


def padded(pixels: np.ndarray, needed_px: int) -> np.ndarray:
    """A picture with black around it, in each direction that is shorter than is needed.

    If the margins cannot be equal, the top and left ones are one pixel smaller.
    """
    missing = [max(0, needed_px - length) for length in pixels.shape[:2]]
    margins = [(more // 2, more - more // 2) for more in missing]
    return np.pad(pixels, [*margins, (0, 0)]) if any(missing) else pixels


def too_small(
    pixels: np.ndarray, size_px: int, needed_px: float, known: bool, settings: Mapping[str, Any]
) -> str:
    """That a picture does not reach as far as is needed, and what can be done."""
    height, width, _ = pixels.shape
    key = settings["key"]
    ways = f" ({key}.sizes: {'pad' if known else 'resize or pad'})" if key else ""
    return (
        f"the picture is {width} x {height} px, and {math.ceil(needed_px - ROUNDING_PX)} are needed"
        + (f" for {size_px} at the scale of training" if known else "")
        + ways
    )


def resampled(
    pixels: np.ndarray, size_px: int, box: tuple[float, float, float, float]
) -> np.ndarray:
    """A box of a picture (height, width, bands) as one of (size_px, size_px, bands), by Lanczos."""
    size = (size_px, size_px)
    each = [
        Image.fromarray(pixels[..., band]).resize(size, Image.Resampling.LANCZOS, box)
        for band in range(pixels.shape[2])
    ]
    return np.stack(each, axis=-1)


def reason(error: Exception) -> str:
    """Why a picture cannot be used, in the same words every time."""
    if isinstance(error, FileNotFoundError):
        return f"there is no file {error.filename}"
    if isinstance(error, OSError) and error.filename and is_the_images(error):
        return f"its file cannot be read: {error.strerror}"
    return image_fault(error)
