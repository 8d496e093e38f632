"""The centres of all galaxy images, in one packed array that training reads instead of JPEGs."""

import errno
import gc
import itertools
import logging
import math
import multiprocessing
import os
import shutil
import threading
import zlib
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from galaxyzoo.files.galaxy_images import GalaxyImages
from galaxyzoo.files.images import OF_THE_MACHINE, is_the_images
from galaxyzoo.files.pictures import Content, Fitted, TooSmallError, decoded, fitted, reason
from galaxyzoo.foundation.atomic_files import replaced
from galaxyzoo.foundation.disk_room import free, unwritten
from galaxyzoo.foundation.errors import InputError, offenders
from galaxyzoo.foundation.packed_crops import centre_colours, image_hash, write_index
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
    pictures: Mapping[str, Any],
    image_ids: Mapping[str, int] | None = None,
    called: Mapping[int, str] = MappingProxyType({}),
    radii: Mapping[int, float] | None = None,
) -> bool:
    """Fit every galaxy's image to `size_px` x `size_px` pixels; return whether any is FITS.

    `images` is whatever a catalogue takes pictures from, and `pictures` says how they are read
    (`plan.picture_settings`). `labels` is what `read_labels` returns, with any votes beside
    (`vote_columns`), None for a survey without labels. `label_faults` says what is wrong with them
    (`label_checks`). `image_ids` is what `read_image_names` returns, None if images are named by
    GalaxyID. `called` says what the owner calls galaxies, by GalaxyID, for messages about images.
    `radii` are in arcsec, by GalaxyID: with them, every picture is resampled to the scale of
    training. Writes these files, renamed into place once all are complete:

    - `crops_path`: .npy, (N, size_px, size_px, bands) uint8, C order, by ascending GalaxyID;
    - `index_path`: CSV, a row per crop in that order: GalaxyID, any labels, the colour of the
      middle, the hash of the image file, and checksums, as `packed_crops` has them;
    - `rejected_path`: CSV, GalaxyID and reason for each galaxy that was left out.

    The bytes do not depend on `processes`. Raises InputError, and leaves no files behind, if an
    image or label is unusable and `on_bad_galaxy` is "stop", if no galaxy is usable, or if the
    files cannot be written. Ids and labels are checked before the first image is decoded.
    """
    source = GalaxyImages(images, pictures, image_ids)
    for sentence in source.told:
        log.info("%s", sentence)
    cropping = Cropping(size_px, pictures, radii)
    faults = known_faults(source, labels, label_faults, called)
    ids = [galaxy for galaxy in source.names if galaxy not in faults]
    check_faults(faults, ids, images, on_bad_galaxy)
    bytes_needed = len(ids) * cropping.bytes
    try:
        with (
            replaced(crops_path) as crops,
            replaced(index_path) as index,
            replaced(rejected_path) as rejected,
        ):
            if shutil.disk_usage(crops.parent).free < bytes_needed:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            if on_bad_galaxy == "stop":
                require_size(source, ids[0], cropping)
            written = write_crops(source, ids, cropping, crops, processes)
            each = zip(ids, written, strict=True)
            image_faults = {galaxy: one.fault for galaxy, one in each if one.fault}
            faults |= with_names(image_faults, called)
            rows = [row for row, galaxy in enumerate(ids) if galaxy not in image_faults]
            check_faults(faults, rows, images, on_bad_galaxy)
            if image_faults:
                keep_rows(crops, rows, cropping)
            kept = pd.Index([ids[row] for row in rows], name="GalaxyID")
            table = pd.DataFrame(index=kept) if labels is None else labels.loc[kept]
            good = [written[row] for row in rows]
            sums, hashes = [one.checksum for one in good], [one.digest for one in good]
            centres = np.stack([one.centre for one in good])
            write_index(index, table.reset_index(), sums, hashes, centres)
            write_rejected(rejected, faults)
            if faults:
                log.warning(
                    "%d of %d galaxies are left out; %s lists them with the reasons",
                    len(faults),
                    len(faults) + len(rows),
                    rejected_path,
                )
            tell_of_order(sum(one.in_order for one in good), pictures)
            return any(one.is_fits for one in good)
    except OSError as error:
        if error.errno in OF_THE_MACHINE:
            raise InputError(
                f"the machine failed while {images} was cropped ({error.strerror}), which says "
                "nothing about the pictures; run this again"
            ) from error
        shortage = f"the crops take {bytes_needed:,} bytes, and {free(crops_path.parent)}"
        sentence = unwritten(crops_path, error, shortage)
        raise InputError(f"{sentence}, or with a smaller survey.crop") from error


class Cropping(NamedTuple):
    """How pictures become crops: as wide as these, by settings, and by radii in arcsec if given."""

    size_px: int
    pictures: Mapping[str, Any]
    radii: Mapping[int, float] | None = None

    @property
    def shape(self) -> tuple[int, int, int]:
        """The shape of a crop."""
        return self.size_px, self.size_px, len(self.pictures["bands"])

    @property
    def bytes(self) -> int:
        """The bytes of a crop."""
        return math.prod(self.shape)

    def of(self, galaxy: int, content: Content) -> Fitted:
        """The crop of a galaxy's picture, by the bytes of its file or of all its bands.

        Raises InputError if it cannot be fitted, and whatever is raised for a broken image.
        """
        picture, key = decoded(content, self.pictures), self.pictures["key"]
        if self.radii is None:
            return fitted(picture, self.size_px, None, self.pictures)
        if picture.pixel_scale is None:
            raise InputError(f"its pixel scale is not known: it has no WCS ({key}.pixel_scale)")
        if (radius_arcsec := self.radii.get(galaxy)) is None:
            raise InputError(f"it has no radius ({key}.radius_column)")
        return fitted(picture, self.size_px, radius_arcsec, self.pictures)


class Cropped(NamedTuple):
    """What became of a picture: its `fault`, "" for a good one, and what the index says of it.

    `checksum` is the crop's CRC-32, `centre` (bands,) the colour of its middle, and `digest` the
    hash of the image file, "" for a bad one. `is_fits` and `in_order` are those of `Fitted`.
    """

    fault: str
    checksum: int
    centre: np.ndarray
    digest: str
    is_fits: bool = False
    in_order: bool = False


def tell_of_order(cubes: int, pictures: Mapping[str, Any]) -> None:
    """Log how many cubes had planes without names, and how these were taken."""
    if cubes:
        log.warning(
            "%d FITS cubes do not name their planes (BANDS or BAND0, BAND1, ... in the header): "
            "these were taken as %s",
            cubes,
            ", ".join(pictures["bands"]),
        )


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


def require_size(source: GalaxyImages, galaxy: int, cropping: Cropping) -> None:
    """Raise InputError if a galaxy's image is smaller than the crop; other faults come later."""
    try:
        cropping.of(galaxy, source.read(galaxy))
    except TooSmallError as error:
        raise InputError(
            f"survey.crop: of galaxy {galaxy}, {error}; choose a smaller crop, or set "
            "survey.on_bad_galaxy to skip"
        ) from error
    except Exception as error:  # zipfile and Pillow raise nearly anything
        if not is_the_images(error):
            raise


def in_order(faults: Faults) -> Faults:
    """The faults by ascending GalaxyID, then those of images without a GalaxyID."""
    return dict(sorted(faults.items(), key=lambda item: (isinstance(item[0], str), item[0])))


def write_crops(
    source: GalaxyImages, ids: list[int], cropping: Cropping, crops_path: Path, processes: int
) -> list[Cropped]:
    """Write the crops of `ids`, in that order; return what became of each. Bad ones are black.

    They are read in the order in which they lie.
    """
    with crops_path.open("wb") as file:
        write_header(file, len(ids), cropping)
        first = file.tell()
        file.truncate(first + len(ids) * cropping.bytes)  # allocating it would take long on NFS
    offsets = {galaxy: first + row * cropping.bytes for row, galaxy in enumerate(ids)}
    order = source.as_they_lie(ids)
    chunks = [order[start : start + CHUNK] for start in range(0, len(order), CHUNK)]
    places = [[offsets[galaxy] for galaxy in chunk] for chunk in chunks]
    # Fork: spawned processes would run the calling script again, and each list the images.
    context = multiprocessing.get_context("fork")
    try:
        with ProcessPoolExecutor(processes, context, start_worker, (source,)) as pool:
            done = pool.map(partial(crop_chunk, cropping, crops_path), chunks, places)
            each = itertools.chain.from_iterable(done)
            results = list(progress(each, total=len(ids), desc="crop", unit="galaxies"))
    except (MemoryError, BrokenProcessPool) as error:
        raise InputError(
            f"a process that crops has ended ({type(error).__name__}), probably for lack of "
            "memory; make some free, or use fewer --cores, and run this again"
        ) from error
    by_galaxy = dict(zip(order, results, strict=True))
    return [by_galaxy[galaxy] for galaxy in ids]


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
    cropping: Cropping, crops_path: Path, galaxies: list[int], offsets: list[int]
) -> list[Cropped]:
    """Write the crops of some galaxies, each at its byte offset; return what became of each.

    Writes to the file, because with a memory map a full disk would kill the process.
    """
    results = []
    with crops_path.open("r+b") as file:
        for galaxy, offset in zip(galaxies, offsets, strict=True):
            try:
                content = worker_source.read(galaxy)
                found = cropping.of(galaxy, content)
                pixels, fault, digest = found.pixels, "", hash_of(content)
                of_fits = found.is_fits, found.in_order
            except Exception as error:  # zipfile and Pillow raise nearly anything
                if not is_the_images(error):
                    raise
                pixels, fault, digest = np.zeros(cropping.shape, np.uint8), reason(error), ""
                of_fits = False, False
            crop = pixels.tobytes()
            file.seek(offset)
            file.write(crop)
            [centre] = centre_colours(pixels[None])
            results.append(Cropped(fault, zlib.crc32(crop), centre, digest, *of_fits))
    return results


def hash_of(content: Content) -> str:
    """The hash of an image file's bytes, or of the files of all bands, in their alphabet."""
    is_one = isinstance(content, bytes)
    return image_hash(content if is_one else b"".join(content[band] for band in sorted(content)))


def write_header(file: IO[bytes], count: int, cropping: Cropping) -> None:
    """Write the .npy header of `count` crops; NumPy pads it to the same length for any count."""
    shape = (count, *cropping.shape)
    header = {"descr": "|u1", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, header)


def keep_rows(crops_path: Path, rows: list[int], cropping: Cropping) -> None:
    """Keep only the crops in `rows` (ascending), and move each in turn to its new place."""
    crop_bytes = cropping.bytes
    with crops_path.open("r+b") as file:
        write_header(file, len(rows), cropping)
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
