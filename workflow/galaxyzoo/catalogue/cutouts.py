"""Cut-outs of galaxies at positions, fetched from a survey's server as volunteers saw them."""

import hashlib
import logging
import math
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import pandas as pd
import requests
from requests.adapters import HTTPAdapter, Retry

from galaxyzoo.files.images import decode, image_fault
from galaxyzoo.foundation.atomic_files import replaced
from galaxyzoo.foundation.disk_room import free, unwritten
from galaxyzoo.foundation.errors import InputError, offenders
from galaxyzoo.foundation.progress import progress

log = logging.getLogger(__name__)

SIZE_PX = 424  # width and height of Galaxy Zoo 2's cut-outs: Willett et al. 2013, section 2
USER_AGENT = f"galaxyzoo-workflow (cut-outs for a catalogue) requests/{requests.__version__}"
JPEG_START = b"\xff\xd8\xff"
RETRIES = 5
BACKOFF_SECONDS = 1.0  # between the second and the third attempt; doubled after each
TIMEOUT_SECONDS = 60  # how long a server may be silent
OUT_OF_SERVICE = {429, 503}  # too many requests, service unavailable
LONGEST_OUTAGE = 20  # cut-outs in a row for which the server was out of service

LONGEST_NAME = 120  # of 255 letters, since an unfinished file's name has a machine's in it too

FETCHED, KEPT, FAILED = "fetched", "kept", "failed"
UNFINISHED = "the fetching was ended before this one was done; run it again"


class Service(NamedTuple):
    """A server of cut-outs: its default address, and how one is asked for."""

    address: str
    query: str  # a format string of ra, dec (degrees) and scale (arcsec a pixel)


SERVICES = {
    "sdss": Service(
        "https://skyserver.sdss.org/dr17/SkyServerWS/ImgCutout",
        f"getjpeg?ra={{ra}}&dec={{dec}}&scale={{scale}}&width={SIZE_PX}&height={SIZE_PX}&opt=",
    ),
    "legacy": Service(
        "https://www.legacysurvey.org/viewer",
        f"jpeg-cutout?ra={{ra}}&dec={{dec}}&pixscale={{scale}}&size={SIZE_PX}&layer=ls-dr10",
    ),
}


class Outcome(NamedTuple):
    """The outcome of one cut-out: columns of the manifest."""

    status: str  # fetched, kept or failed
    reason: str | None = None
    bytes: int | None = None
    sha256: str | None = None


class OutOfServiceError(Exception):
    """The server does not answer, or says that it cannot now."""


def fetch_cutouts(
    table: pd.DataFrame,
    folder: Path,
    manifest: Path,
    settings: Mapping[str, Any],
    at_once: int = 4,
) -> pd.DataFrame:
    """Fetch the cut-out of each galaxy into `folder`, unless it is there; return the manifest.

    `table` has the columns id (unique), ra and dec (degrees) and radius (arcsec). A cut-out is a
    JPEG of 424 x 424 px, `training_scale` radii a pixel, as Willett et al. 2013 (section 2) made
    Galaxy Zoo 2's. `settings` is the config's `catalogue`. `at_once` is how many are asked for at
    a time.

    The manifest has a row for each of the table, in its order: id, ra, dec, pixel_scale (arcsec),
    address, status (fetched, kept or failed), reason (if it failed), bytes, sha256 and path. It is
    written to the CSV file `manifest` before the first is asked for, and at the end or when this is
    interrupted. The next call asks only for what is missing, and for what came from another
    address: a file is kept only if the manifest has it with its address and its bytes. What did
    not come is told in the log. Raises InputError if no cut-out is there at the end, if the server
    goes out of service, and if a file cannot be written.
    """
    plan = planned(table, folder, settings)
    folder.mkdir(parents=True, exist_ok=True)
    outcomes = known_before(plan, read_manifest(manifest))
    write_manifest(filled(plan, outcomes), manifest)
    try:
        fetch_all(plan, outcomes, at_once)
    finally:
        result = filled(plan, outcomes)
        write_manifest(result, manifest)
    if (result["status"] == FAILED).all():
        reasons = dict(zip(result["id"], result["reason"], strict=True))
        raise InputError(
            f"none of the cut-outs could be fetched\n{offenders(reasons)}\n"
            "Check the network, catalogue.survey, catalogue.address, and the positions and radii"
        )
    tell_of_the_missing(result, manifest)
    return result


def tell_of_the_missing(result: pd.DataFrame, manifest: Path) -> None:
    """Log which cut-outs did not come, and the reasons."""
    failed = result[result["status"] == FAILED]
    for is_asked, words in (
        (True, "of %d cut-outs did not come; each run asks for them again (%s has all)"),
        (False, "of %d galaxies have no position that could be asked for (%s has all)"),
    ):
        some = failed[failed["address"].notna() == is_asked]
        if len(some):
            reasons = dict(zip(some["id"], some["reason"], strict=True))
            log.warning(f"%d {words}:\n%s", len(some), len(result), manifest, offenders(reasons))


def planned(table: pd.DataFrame, folder: Path, settings: Mapping[str, Any]) -> pd.DataFrame:
    """The requests to make: the manifest's columns except those of `Outcome`, and `fault`.

    The fault says what is wrong with a galaxy's position or radius; such a row has no address.
    """
    service = SERVICES[settings["survey"]]
    server = (settings["address"] or service.address).rstrip("/")
    numbers = table[["ra", "dec", "radius"]].apply(pd.to_numeric, errors="coerce")
    addresses, scales, faults = [], [], []
    for ra, dec, radius in numbers.astype("float64").itertuples(index=False):
        scales.append(settings["training_scale"] * radius)
        faults.append(position_fault(ra, dec, radius))
        query = service.query.format(ra=ra, dec=dec, scale=scales[-1])
        addresses.append(None if faults[-1] else f"{server}/{query}")
    plan = table[["id", "ra", "dec"]].reset_index(drop=True)
    plan["pixel_scale"] = scales
    plan["address"] = pd.Series(addresses, dtype="object")
    plan["fault"] = pd.Series(faults, dtype="object")
    plan["path"] = [str(folder / place(galaxy)) for galaxy in plan["id"]]
    return plan


def position_fault(ra: float, dec: float, radius: float) -> str | None:
    """What is wrong with a position in degrees or a radius in arcsec; None if nothing is."""
    if not 0 <= ra <= 360:
        return "its ra is not a number of degrees from 0 to 360"
    if not -90 <= dec <= 90:
        return "its dec is not a number of degrees from -90 to 90"
    if not 0 < radius < math.inf:
        return "its radius is not a number of arcsec above 0"
    return None


def place(galaxy: int | str) -> str:
    """Where a galaxy's cut-out is below the folder: one of 256 folders, so that none is huge.

    An id that is too long for a file's name is replaced by its hash.
    """
    name = str(galaxy)
    digest, quoted = hashlib.sha1(name.encode()).hexdigest(), quote(name, safe="")
    return f"{digest[:2]}/{quoted if len(quoted) <= LONGEST_NAME else digest}.jpg"


def read_manifest(manifest: Path) -> dict[str, tuple[str, str]]:
    """Address and SHA-256 of each cut-out of a manifest, by id; none if it cannot be read.

    A fetching that was killed has left no hashes.
    """
    try:
        table = pd.read_csv(manifest, dtype=str, keep_default_na=False)
        pairs = zip(table["address"], table["sha256"], strict=True)
        return dict(zip(table["id"], pairs, strict=True))
    except FileNotFoundError:
        why = "is not there"
    except (OSError, ValueError, KeyError) as error:
        why = f"is damaged ({' '.join(str(error).split())})"
    if any(manifest.parent.glob("??/*.jpg")):
        log.warning("%s %s, so that all cut-outs are fetched again", manifest, why)
    return {}


def known_before(plan: pd.DataFrame, before: Mapping[str, tuple[str, str]]) -> dict[int, Outcome]:
    """The outcome of each row whose file is that of a manifest `before`, by its hash.

    Files of another address or of other bytes are removed. One without a hash is left for `fetch`.
    """
    outcomes = {}
    for row, (galaxy, address, path) in enumerate(
        zip(plan["id"], plan["address"], map(Path, plan["path"]), strict=True)
    ):
        address_before, sha256 = before.get(str(galaxy), ("", ""))
        if not path.exists():
            continue
        if address_before != address:
            path.unlink()
        elif sha256:
            length, found = measured(path.read_bytes())
            if found == sha256:
                outcomes[row] = Outcome(KEPT, None, length, found)
            else:
                path.unlink()
    return outcomes


def fetch_all(plan: pd.DataFrame, outcomes: dict[int, Outcome], at_once: int) -> None:
    """Fetch the cut-outs of a plan, and put into `outcomes` what became of each row.

    Rows that have an outcome already are not asked for.
    """

    def work(row: int) -> bool | None:
        """Whether the server was in service for a row; None if it was not asked."""
        try:
            outcomes[row] = fetch(session, plan["address"][row], Path(plan["path"][row]))
        except OutOfServiceError as error:
            outcomes[row] = Outcome(FAILED, str(error))
            return False
        return None if outcomes[row].status == KEPT else True

    with polite_session(at_once) as session, ThreadPoolExecutor(at_once) as pool:
        rows = [row for row in plan.index[plan["fault"].isna()] if row not in outcomes]
        jobs = [pool.submit(work, row) for row in rows]
        outage = 0
        try:
            for job in progress(as_completed(jobs), len(jobs), "cut-outs", "galaxies"):
                is_in_service = job.result()
                if is_in_service is not None:
                    outage = 0 if is_in_service else outage + 1
                if outage == LONGEST_OUTAGE:
                    raise InputError(
                        f"the server was out of service for the last {outage} cut-outs; the others "
                        "are kept: wait, or check the network and catalogue.address, and run this "
                        f"again\n{offenders(failures(plan, outcomes))}"
                    )
        finally:
            pool.shutdown(cancel_futures=True)


def failures(plan: pd.DataFrame, outcomes: Mapping[int, Outcome]) -> dict[object, str]:
    """The reason of each cut-out that failed, by id."""
    failed = {row: outcome.reason for row, outcome in outcomes.items() if outcome.status == FAILED}
    return {plan["id"][row]: reason for row, reason in sorted(failed.items())}


def polite_session(at_once: int) -> requests.Session:
    """A session that says who asks, and asks again later if a server asks for that."""
    retries = Retry(
        RETRIES,
        status_forcelist=[429, *range(500, 600)],
        backoff_factor=BACKOFF_SECONDS,
        raise_on_status=False,
    )
    session = requests.Session()
    session.headers["User-Agent"] = USER_AGENT
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(pool_maxsize=at_once, max_retries=retries))
    return session


def fetch(session: requests.Session, address: str, path: Path) -> Outcome:
    """Fetch a cut-out to `path`, unless a whole one is there.

    Raises OutOfServiceError, and InputError if the file cannot be written.
    """
    if path.exists() and not fault_of(content := path.read_bytes()):
        return Outcome(KEPT, None, *measured(content))
    try:
        response = answer(session, address)
    except requests.RequestException as error:
        cause = error.args[0] if error.args else error
        raise OutOfServiceError(f"no answer: {getattr(cause, 'reason', cause)}") from error
    status = f"the server answered {response.status_code} {response.reason}"
    if response.status_code in OUT_OF_SERVICE:
        raise OutOfServiceError(status)
    if response.status_code != requests.codes.ok:
        return Outcome(FAILED, status)
    if fault := fault_of(response.content):
        return Outcome(FAILED, fault)
    keep(response.content, path)
    return Outcome(FETCHED, None, *measured(response.content))


def answer(session: requests.Session, address: str) -> requests.Response:
    """The whole answer of a server, asked for again where it is cut off.

    The session's own retries end with the head of an answer.
    """
    for attempt in range(RETRIES):
        try:
            return session.get(address, timeout=TIMEOUT_SECONDS)
        except requests.exceptions.ChunkedEncodingError:
            time.sleep(BACKOFF_SECONDS * 2**attempt)
    return session.get(address, timeout=TIMEOUT_SECONDS)


def fault_of(content: bytes) -> str | None:
    """Why bytes are not a galaxy's cut-out; None if they are."""
    if not content.startswith(JPEG_START):
        return f"what came is not a JPEG: it begins with {content[:20]!r}"
    try:
        pixels = decode(content)
    except Exception as error:  # Pillow raises nearly anything
        return image_fault(error)
    height, width, _ = pixels.shape
    if (height, width) != (SIZE_PX, SIZE_PX):
        return f"the picture has {width} x {height} px, not {SIZE_PX} x {SIZE_PX}"
    if (pixels == pixels[0, 0]).all():
        return "the picture is empty: the survey probably has none of this position"
    return None


def measured(content: bytes) -> tuple[int, str]:
    """Length and SHA-256 of bytes."""
    return len(content), hashlib.sha256(content).hexdigest()


def keep(content: bytes, path: Path) -> None:
    """Write a cut-out's file; InputError if it cannot be written."""
    try:
        path.parent.mkdir(exist_ok=True)
        with replaced(path) as unfinished:
            unfinished.write_bytes(content)
    except OSError as error:
        raise InputError(unwritten(path, error, free(path.parent.parent))) from error


def filled(plan: pd.DataFrame, outcomes: Mapping[int, Outcome]) -> pd.DataFrame:
    """The manifest: a plan with the outcome of each row; rows without an outcome have failed."""
    by_row = [
        outcomes.get(row, Outcome(FAILED, fault or UNFINISHED))
        for row, fault in plan["fault"].items()
    ]
    result = pd.DataFrame(by_row, columns=Outcome._fields, index=plan.index)
    result["bytes"] = result["bytes"].astype("Int64")
    table = plan[["id", "ra", "dec", "pixel_scale", "address"]].join(result)
    table["path"] = plan["path"].where(table["status"] != FAILED, None)
    return table


def write_manifest(table: pd.DataFrame, manifest: Path) -> None:
    """Write a manifest as a CSV file."""
    with replaced(manifest) as unfinished:
        table.to_csv(unfinished, index=False)
