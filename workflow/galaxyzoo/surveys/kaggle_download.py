"""A Kaggle competition's files: downloaded with Kaggle's client, checked, and put in place."""

import logging
import platform
import zipfile
import zlib
from collections.abc import Callable, Mapping
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from kagglesdk.competitions.types.competition_api_service import ApiDownloadDataFileRequest

from galaxyzoo.files.archives import zipped_images
from galaxyzoo.foundation.disk_room import download_watched, require_room
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.file_records import PROVENANCE, write_record
from galaxyzoo.foundation.shared_downloads import fetch_once
from galaxyzoo.surveys.kaggle_client import (
    AccountError,
    competition_page,
    refusals_explained,
    signed_in_api,
)

if TYPE_CHECKING:
    from kaggle import KaggleApi

log = logging.getLogger(__name__)

WITHOUT_KAGGLE = (
    "Without an account there are the simulated survey (survey.source: simulation) and files that "
    "are on disk (survey.source: files)"
)


def download_survey(folder: Path, competition: str, image_counts: Mapping[str, int]) -> None:
    """Download files of a competition into `folder`, and write a record of them there.

    `image_counts` maps the name of each file, a zip, to the number of images that it must hold. The
    files appear under their names once all of them have been downloaded and checked. An interrupted
    download is kept as `<name>.part` and resumed by the next call. Raises InputError if Kaggle
    refuses or the network fails, if the disk has too little room or fills up, or if a file is not
    what it should be.
    """
    folder.mkdir(parents=True, exist_ok=True)
    parts = {name: folder / f"{name}.part" for name in image_counts}
    signed_in = cache(lambda: signed_in_api(competition))  # only if a file is not at hand
    try:
        for name, part in parts.items():
            whole = partial(fetch_whole, signed_in, competition, name, image_counts[name])
            fetch_once(part, f"{competition_page(competition)}/data/{name}", None, whole)
    except AccountError as error:
        raise InputError(f"{error}. {WITHOUT_KAGGLE}") from error
    for name, part in parts.items():
        part.replace(folder / name)
    write_record(
        folder / PROVENANCE,
        source=competition_page(competition),
        files=[folder / name for name in parts],
        versions={"python": platform.python_version(), "kaggle": version("kaggle")},
    )


def fetch_whole(
    signed_in: Callable[[], "KaggleApi"], competition: str, name: str, images: int, part: Path
) -> None:
    """Fetch a file, a zip of `images` images, to `part`, or raise InputError."""
    fetch(signed_in(), competition, name, part)
    require_whole(part, name, images, competition)


def fetch(api: "KaggleApi", competition: str, name: str, part: Path) -> None:
    """Download a file of a competition to `part`, or the rest of it."""
    request = ApiDownloadDataFileRequest()
    request.competition_name, request.file_name = competition, name
    with refusals_explained(competition), api.build_kaggle_client() as client:
        response = client.competitions.competition_api_client.download_data_file(request)
        if not api.download_needed(response, str(part)):
            log.info("%s has been downloaded before", name)
            return
        size = int(response.headers.get("Content-Length", 0))
        require_room(part, size)
        with download_watched(part, size):
            try:
                api.download_file(response, str(part), client.http_client(), resume=True)
            except ValueError as error:  # the client resumed with a response that was not a file
                discard(part)
                raise InputError(
                    f"{name} broke off, and Kaggle would not send the rest; run this again to "
                    "fetch it from the start"
                ) from error


def require_whole(part: Path, name: str, images: int, competition: str) -> None:
    """Raise InputError, and delete `part`, unless it is a valid zip of `images` images."""
    log.info("%s: checking the zip", name)
    if fault := zip_fault(part, images):
        discard(part)
        raise InputError(
            f"{name} as it came from Kaggle {fault}; it was deleted: run this again to fetch it "
            f"from the start, and if the same comes again, download it by hand from "
            f"{competition_page(competition)}/data and use survey.source: files"
        )


def zip_fault(path: Path, images: int) -> str:
    """What is wrong with a zip that should hold `images` images; empty if all is well."""
    try:
        with zipfile.ZipFile(path) as archive:
            broken = archive.testzip()
            count = len(list(zipped_images(archive)))
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        return f"is not a whole zip file ({error})"
    if broken:
        return f"is broken: its checksum of {broken} does not fit"
    if count != images:
        return f"holds {count:,} images, where there should be {images:,}"
    return ""


def discard(part: Path) -> None:
    """Delete a partial download, and the client's notes beside it."""
    for path in part.parent.glob(f"{part.name}*"):
        path.unlink()
