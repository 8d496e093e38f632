"""What all pages share: templates, number formats, embedded pictures, and their scripts' hash."""

import base64
import hashlib
import io
import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from PIL import Image

THUMBNAIL_PX = 144
WEBP_QUALITY = 70


def page_templates(folder: Path) -> Environment:
    """The templates in a folder, with the filters that format numbers."""
    pages = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters.update(
        rmse=error_or_dash,
        count="{:,}".format,
        counted=counted,
        duration=duration,
        curly=curly,
    )
    return pages


def error_or_dash(error: float | None) -> str:
    """An error with five decimals, a dash for one that nothing tells."""
    return "\N{EN DASH}" if error is None or np.isnan(error) else f"{error:.5f}"


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """A number and its noun, in the plural (by default with an s) unless the number is 1."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {plural or noun + 's'}"


def curly(text: str) -> str:
    """A text with the apostrophes of print."""
    return text.replace("'", "\N{RIGHT SINGLE QUOTATION MARK}")


def in_print(words: Mapping[str, str]) -> dict[str, str]:
    """The words for those who labelled a survey, with the apostrophes of print."""
    return {name: curly(text) for name, text in words.items()}


def duration(seconds: float) -> str:
    """Seconds in the two most suitable units, such as `3 min 20 s`."""
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 1:
        return f"{rest} s"
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def picture(path: Path) -> str:
    """An image file as a data URI: SVG unchanged, others as WebP (smaller, and looks the same)."""
    if path.suffix == ".svg":
        kind, content = "svg+xml", path.read_bytes()
    else:
        encoded = io.BytesIO()
        with Image.open(path) as image:
            image.convert("RGB").save(encoded, "WEBP", quality=90)
        kind, content = "webp", encoded.getvalue()
    return f"data:image/{kind};base64,{base64.b64encode(content).decode('ascii')}"


def figure_links(figure: Path, page_folder: Path) -> dict[str, str]:
    """The files of a figure by what they are, as paths from the folder of the page."""
    kinds = {"Its numbers as CSV": ".csv", "PNG": ".png"}
    kinds |= {"SVG": ".svg"} if figure.suffix == ".svg" else {}
    return {
        kind: relative(figure.with_suffix(suffix), page_folder) for kind, suffix in kinds.items()
    }


def relative(path: Path, folder: Path) -> str:
    """A path as a link from a page in a folder."""
    return Path(os.path.relpath(path, folder)).as_posix()


def thumbnail(crop: np.ndarray, size_px: int = THUMBNAIL_PX, quality: int = WEBP_QUALITY) -> str:
    """A crop (s, s, 3) uint8, at most `size_px` wide, as a base64-encoded WebP file."""
    encoded = io.BytesIO()
    image = Image.fromarray(crop)
    image.thumbnail((size_px, size_px), Image.Resampling.LANCZOS)
    image.save(encoded, "WEBP", quality=quality)
    return base64.b64encode(encoded.getvalue()).decode("ascii")


def script_hash(code: str) -> str:
    """What stands for a page's script in its Content-Security-Policy, which allows no other."""
    digest = hashlib.sha256(code.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"
