"""One image file: its pixels, what is wrong with it, and how large it may be."""

import errno
import io

import numpy as np
import simplejpeg
from PIL import Image, UnidentifiedImageError

from galaxyzoo.foundation.errors import InputError

OF_THE_MACHINE = {errno.ENOMEM, errno.EIO, errno.ENFILE, errno.EMFILE, errno.ESTALE}
DAMAGED, HARMLESS = "Corrupt JPEG data", "extraneous bytes"  # in what libjpeg says
LARGEST_PIXELS = 2**26  # 8192 x 8192; Pillow warns at a little more


def decode(image_file: bytes) -> np.ndarray:
    """An image's pixels, (height, width, 3) uint8.

    Valid colour JPEGs are decoded by simplejpeg, which gives the same bytes as Pillow in less time.
    Pillow decodes what simplejpeg refuses, or raises an error that says what is wrong with it; but
    not where the data are damaged, of which Pillow would make pixels that no galaxy has.
    """
    try:
        height, width, colours, _ = simplejpeg.decode_jpeg_header(image_file)
        if colours in ("YCbCr", "RGB") and width * height <= LARGEST_PIXELS:
            return simplejpeg.decode_jpeg(image_file)
    except ValueError as error:
        if str(error).startswith(DAMAGED) and HARMLESS not in str(error):
            raise
    with Image.open(io.BytesIO(image_file), formats=("JPEG", "PNG")) as image:
        if image.width * image.height > LARGEST_PIXELS:
            raise InputError(
                f"the image has {image.width} x {image.height} px, more than {LARGEST_PIXELS:,} in "
                "all"
            )
        if image.mode != "RGB":
            raise InputError(f"the image is of mode {image.mode}, not RGB")
        return np.asarray(image)


def is_the_images(error: Exception) -> bool:
    """Whether an error is the fault of an image, and not of the machine: its memory or its disk."""
    of_the_machine = isinstance(error, OSError) and error.errno in OF_THE_MACHINE
    return not isinstance(error, MemoryError) and not of_the_machine


def image_fault(error: Exception) -> str:
    """What is wrong with an image that could not be cropped, in the same words every time."""
    if isinstance(error, InputError):
        return str(error)
    if isinstance(error, UnidentifiedImageError):  # its message has a memory address
        return "the image is not a JPEG or PNG file"
    return f"the image cannot be decoded: {str(error) or type(error).__name__}"
