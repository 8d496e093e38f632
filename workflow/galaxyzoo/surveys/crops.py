"""The centres of all galaxy images, in one packed array that training reads instead of JPEGs."""

import errno
import gc
import io
import itertools
import logging
import multiprocessing
import os
import shutil
import threading
import zipfile
import zlib
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import IO, Literal

import numpy as np
import pandas as pd
from PIL import Image

from galaxyzoo.files.archives import GalaxyImages
from galaxyzoo.files.images import OF_THE_MACHINE, decode, image_fault, is_the_images
from galaxyzoo.foundation.atomic_files import replaced
from galaxyzoo.foundation.disk_room import free, unwritten
from galaxyzoo.foundation.errors import InputError, offenders
from galaxyzoo.foundation.packed_crops import image_hash, write_index
from galaxyzoo.foundation.progress import progress

log = logging.getLogger(__name__)

CHUNK = 64  # galaxies per task of a worker process

Faults = dict[int | str, str]  # GalaxyID, or the name of an image without one -> fault


def crop_survey(
    images: Path,
    labels: pd.DataFrame | None,
    label_faults: Mapping[int | str, str],
    size_px: int,
    crops_path: Path,
    index_path: Path,
    rejected_path: Path,
    on_bad_galaxy: Literal["stop", "skip"],
    processes: int,
    image_ids: Mapping[str, int] | None = None,
    called: Mapping[int, str] = MappingProxyType({}),
) -> None:
    """Cut the central `size_px` x `size_px` pixels out of every galaxy's image.

    `images` is a zip or folder of RGB images in JPEG or PNG. `labels` is what `read_labels`
    returns, with any votes beside (`vote_columns`), None for a survey without labels.
    `label_faults` says what is wrong with them (`label_checks`). `image_ids` is what
    `read_image_names` returns, None if images are named by GalaxyID. `called` says what the owner
    calls galaxies, by GalaxyID, for messages about images.
    Writes these files, renamed into place once all are complete:

    - `crops_path`: .npy, (N, size_px, size_px, 3) uint8, C order, by ascending GalaxyID;
    - `index_path`: CSV, a row per crop in that order: GalaxyID, any labels, the hash of the image
      file, and checksums, as `packed_crops` has them;
    - `rejected_path`: CSV, GalaxyID and reason for each galaxy that was left out.

    The bytes do not depend on `processes`. Raises InputError, and leaves no files behind, if an
    image or label is unusable and `on_bad_galaxy` is "stop", if no galaxy is usable, or if the
    files cannot be written. Ids and labels are checked before the first image is decoded.
    """
    source = GalaxyImages(images, image_ids)
    faults = known_faults(source, labels, label_faults, called)
    ids = [galaxy for galaxy in source.names if galaxy not in faults]
    check_faults(faults, ids, images, on_bad_galaxy)
    bytes_needed = len(ids) * size_px**2 * 3
    try:
        with (
            replaced(crops_path) as crops,
            replaced(index_path) as index,
            replaced(rejected_path) as rejected,
        ):
            if shutil.disk_usage(crops.parent).free < bytes_needed:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            if on_bad_galaxy == "stop":
                require_size(source, ids[0], size_px)
            image_faults, sums, hashes = write_crops(source, ids, size_px, crops, processes)
            faults |= with_names(image_faults, called)
            rows = [row for row, galaxy in enumerate(ids) if galaxy not in image_faults]
            check_faults(faults, rows, images, on_bad_galaxy)
            if image_faults:
                keep_rows(crops, rows, size_px)
            kept = pd.Index([ids[row] for row in rows], name="GalaxyID")
            table = pd.DataFrame(index=kept) if labels is None else labels.loc[kept]
            kept_sums, kept_hashes = ([each[row] for row in rows] for each in (sums, hashes))
            write_index(index, table.reset_index(), kept_sums, kept_hashes)
            write_rejected(rejected, faults)
            if faults:
                log.warning(
                    "%d of %d galaxies are left out; %s lists them with the reasons",
                    len(faults),
                    len(faults) + len(rows),
                    rejected_path,
                )
    except OSError as error:
        if error.errno in OF_THE_MACHINE:
            raise InputError(
                f"the machine failed while {images} was cropped ({error.strerror}), which says "
                "nothing about the pictures; run this again"
            ) from error
        shortage = f"the crops take {bytes_needed:,} bytes, and {free(crops_path.parent)}"
        sentence = unwritten(crops_path, error, shortage)
        raise InputError(f"{sentence}, or with a smaller survey.crop") from error


def known_faults(
    source: GalaxyImages,
    labels: pd.DataFrame | None,
    label_faults: Mapping[int | str, str],
    called: Mapping[int, str],
) -> Faults:
    """The faults of galaxies that are known before an image is decoded.

    They are those of `source`, of galaxies that lack an image or labels, and `label_faults`. The
    arguments are those of `crop_survey`.
    """
    faults = source.faults | ({} if labels is None else matching_faults(source, labels))
    return with_names(faults, called) | label_faults


def with_names(faults: Faults, called: Mapping[int, str]) -> Faults:
    """Faults that begin with what the owner calls each galaxy, where that is known."""
    return {
        galaxy: f"{called[galaxy]}: {fault}" if galaxy in called else fault
        for galaxy, fault in faults.items()
    }


def matching_faults(source: GalaxyImages, labels: pd.DataFrame) -> Faults:
    """Faults of galaxies that have labels but no image, or an image but no labels."""
    labelled = set(labels.index.tolist())
    with_image = source.names.keys() | source.faults.keys()
    return dict.fromkeys(source.names.keys() - labelled, "an image without labels") | dict.fromkeys(
        labelled - with_image, "labels without an image"
    )


def check_faults(faults: Faults, fit: list[int], images: Path, on_bad_galaxy: str) -> None:
    """Raise InputError if there are faults, unless they may be skipped and a galaxy is left."""
    if faults and (on_bad_galaxy == "stop" or not fit):
        remedy = "Fix or remove them" + (
            ", or set survey.on_bad_galaxy to skip to go on without them" if fit else ""
        )
        raise InputError(
            f"{images}: {'these' if fit else 'all'} galaxies cannot be used\n"
            f"{offenders(in_order(faults))}\n{remedy}"
        )


def require_size(source: GalaxyImages, galaxy: int, size_px: int) -> None:
    """Raise InputError if a galaxy's image is smaller than the crop; other faults come later."""
    try:
        with Image.open(io.BytesIO(source.read(galaxy))) as image:
            width, height = image.size
    except (OSError, ValueError, InputError, zipfile.BadZipFile, zlib.error, EOFError):
        return
    if min(width, height) < size_px:
        raise InputError(
            f"survey.crop: {size_px} px is more than the picture of galaxy {galaxy} has, which is "
            f"{width} x {height} px; choose a smaller crop, or set survey.on_bad_galaxy to skip"
        )


def in_order(faults: Faults) -> Faults:
    """The faults by ascending GalaxyID, then those of images without a GalaxyID."""
    return dict(sorted(faults.items(), key=lambda item: (isinstance(item[0], str), item[0])))


def write_crops(
    source: GalaxyImages, ids: list[int], size_px: int, crops_path: Path, processes: int
) -> tuple[dict[int, str], list[int], list[str]]:
    """Write the crops of `ids`, in that order; return the faults of those left black, sums, hashes.

    The sums (N,) are the CRC-32 of each crop, the hashes (N,) those of the image files.
    """
    with crops_path.open("wb") as file:
        write_header(file, len(ids), size_px)
        first = file.tell()
        reserve(file, first + len(ids) * size_px**2 * 3)
    starts = range(0, len(ids), CHUNK)
    chunks = [ids[start : start + CHUNK] for start in starts]
    offsets = [first + start * size_px**2 * 3 for start in starts]
    # Fork: spawned processes would run the calling script again, and each list the images.
    context = multiprocessing.get_context("fork")
    try:
        with ProcessPoolExecutor(processes, context, start_worker, (source,)) as pool:
            done = pool.map(partial(crop_chunk, size_px, crops_path), chunks, offsets)
            each = itertools.chain.from_iterable(done)
            results = list(progress(each, total=len(ids), desc="crop", unit="galaxies"))
    except (MemoryError, BrokenProcessPool) as error:
        raise InputError(
            f"a process that crops has ended ({type(error).__name__}), probably for lack of "
            "memory; make some free, or use fewer --cores, and run this again"
        ) from error
    faults = {galaxy: fault for galaxy, (fault, *_) in zip(ids, results, strict=True) if fault}
    return faults, [checksum for _, checksum, _ in results], [digest for *_, digest in results]


def reserve(file: IO[bytes], size_bytes: int) -> None:
    """Reserve a file's disk space, which speeds up writing; OSError if there is not enough."""
    if hasattr(os, "posix_fallocate"):  # not on a Mac
        os.posix_fallocate(file.fileno(), 0, size_bytes)


def start_worker(source: GalaxyImages) -> None:
    """Prepare this process to crop images of `source`, and to end when its parent does.

    Otherwise it would wait for work forever if the parent were killed.
    """
    global worker_source
    worker_source = source
    gc.freeze()  # or garbage collection would touch, and so copy, memory shared with the parent

    def end_with_parent() -> None:
        multiprocessing.parent_process().join()
        os._exit(1)

    threading.Thread(target=end_with_parent, daemon=True).start()


def crop_chunk(
    size_px: int, crops_path: Path, galaxies: list[int], offset: int
) -> list[tuple[str | None, int, str]]:
    """Write the crops of some galaxies at byte `offset`; return each one's fault, CRC-32 and hash.

    The fault of a good image is None. The hash is that of the image file, empty for a bad one.
    Writes to the file, because with a memory map a full disk would kill the process.
    """
    results = []
    with crops_path.open("r+b") as file:
        file.seek(offset)
        for galaxy in galaxies:
            try:
                content = worker_source.read(galaxy)
                crop, fault, digest = centre_crop(content, size_px), None, image_hash(content)
            except Exception as error:  # zipfile and Pillow raise nearly anything
                if not is_the_images(error):
                    raise
                crop, fault, digest = bytes(size_px**2 * 3), image_fault(error), ""
            file.write(crop)
            results.append((fault, zlib.crc32(crop), digest))
    return results


def centre_crop(image_file: bytes, size_px: int) -> bytes:
    """The central pixels of an image, (size_px, size_px, 3) uint8 in C order.

    If the margins cannot be equal, the top and left ones are one pixel smaller. Raises InputError
    if the image is not RGB or is smaller than the crop, and passes on whatever Pillow raises for a
    broken image.
    """
    pixels = decode(image_file)
    height, width, _ = pixels.shape
    if min(width, height) < size_px:
        raise InputError(f"the image is {width} x {height} px, smaller than the crop of {size_px}")
    left, top = (width - size_px) // 2, (height - size_px) // 2
    return pixels[top : top + size_px, left : left + size_px].tobytes()


def write_header(file: IO[bytes], count: int, size_px: int) -> None:
    """Write the .npy header of `count` crops; NumPy pads it to the same length for any count."""
    shape = (count, size_px, size_px, 3)
    header = {"descr": "|u1", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, header)


def keep_rows(crops_path: Path, rows: list[int], size_px: int) -> None:
    """Keep only the crops in `rows` (ascending), and move each in turn to its new place."""
    crop_bytes = size_px**2 * 3
    with crops_path.open("r+b") as file:
        write_header(file, len(rows), size_px)
        first = file.tell()
        for new_row, row in enumerate(rows):
            file.seek(first + row * crop_bytes)
            crop = file.read(crop_bytes)
            file.seek(first + new_row * crop_bytes)
            file.write(crop)
        file.truncate(first + len(rows) * crop_bytes)


def write_rejected(rejected_path: Path, faults: Faults) -> None:
    """Write GalaxyID and reason for each galaxy that was left out."""
    table = pd.DataFrame(in_order(faults).items(), columns=["GalaxyID", "reason"])
    table.to_csv(rejected_path, index=False)
