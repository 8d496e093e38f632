"""A whole catalogue, put in the place of the one before."""

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path


def publish(files: Mapping[Path, Path], folders: Mapping[Path, Sequence[Path]]) -> list[Path]:
    """Put files in their places; return what was removed of folders.

    `files` has by place the file that is moved there. `folders` has by folder the files that are to
    be in it too, and nothing else: what is of an earlier catalogue is removed, since such a folder
    is read as one table.
    """
    removed = []
    for folder, sources in folders.items():
        names = {source.name for source in sources}
        others = [file for file in folder.glob("*") if file.name not in names]
        for file in others:
            file.unlink()
        removed += others
        if sources:
            folder.mkdir(exist_ok=True)
            for source in sources:
                put(source, folder / source.name)
        elif folder.exists():
            folder.rmdir()
    for place, source in files.items():
        source.replace(place)
    return sorted(removed)


def put(source: Path, place: Path) -> None:
    """Put a file in a second place: as another name of it or, if that is not possible, a copy."""
    unfinished = place.with_name(f".{place.name}.unfinished")  # no part of a folder of Parquet
    unfinished.unlink(missing_ok=True)
    place.unlink(missing_ok=True)
    try:
        os.link(source, unfinished)
    except OSError:  # some file systems have no hard links
        shutil.copy2(source, unfinished)
    unfinished.replace(place)
