"""A late submission to a Kaggle competition, and its score."""

import logging
import time
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kagglesdk.competitions.types.competition_api_service import ApiSubmission
from kagglesdk.competitions.types.submission_status import SubmissionStatus

from galaxyzoo.foundation.content_hashes import file_hash
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.surveys.kaggle_client import competition_page, refusals_explained, signed_in_api

if TYPE_CHECKING:
    from kaggle import KaggleApi

log = logging.getLogger(__name__)

SEEN = "starting weights have seen Galaxy Zoo's votes"
PAUSES_S = (1, 2, 4, 8, *[15] * 119)  # between requests for the score: half an hour in all


def kaggle_score(
    file: Path, competition: str, experiment: str, seen_galaxy_zoo: bool
) -> dict[str, Any]:
    """Submit a file of predictions, unless the same bytes were submitted before; return its score.

    Returns `competition`, `file`, `sha256`, `submission` (Kaggle's number for it), `message`,
    `date` (ISO 8601, UTC), `public_score` and `private_score` (Kaggle's errors, None if it shows
    none), and `seen_galaxy_zoo`: whether a network began with weights that were trained on Galaxy
    Zoo's votes, so that the scores mean nothing. The submission's description says so too. Raises
    InputError if Kaggle refuses the file, or has not scored it in half an hour.
    """
    digest = file_hash(file)
    api = signed_in_api(competition)
    with refusals_explained(competition):
        number = earlier_submission(api, competition, digest)
        if number:
            log.info("Kaggle has this file already, as submission %d", number)
        else:
            seen = f", {SEEN}" if seen_galaxy_zoo else ""
            number = submitted(api, file, competition, f"{experiment}{seen}, {mark(digest)}")
        scored = scored_submission(api, competition, number)
    result = {
        "competition": competition,
        "file": file.name,
        "sha256": digest,
        "submission": number,
        "message": scored.description,
        "date": scored.date.replace(tzinfo=UTC).isoformat(timespec="seconds"),
        "public_score": score(scored.public_score),
        "private_score": score(scored.private_score),
        "seen_galaxy_zoo": seen_galaxy_zoo,
    }
    log.info("Kaggle's error: public %(public_score)s, private %(private_score)s", result)
    if seen_galaxy_zoo:
        log.warning("these scores mean nothing: the %s", SEEN)
    return result


def mark(digest: str) -> str:
    """The text in a submission's description that identifies the file."""
    return f"sha256 {digest[:16]}"


def submissions(api: "KaggleApi", competition: str) -> list[ApiSubmission]:
    """The user's latest submissions, newest first."""
    return [s for s in api.competition_submissions(competition) or [] if s]


def earlier_submission(api: "KaggleApi", competition: str, digest: str) -> int | None:
    """Number of a submission of the same file, scored or waiting to be; None if there is none."""
    for submission in submissions(api, competition):
        failed = submission.status == SubmissionStatus.ERROR
        if mark(digest) in (submission.description or "") and not failed:
            return submission.ref
    return None


def submitted(api: "KaggleApi", file: Path, competition: str, description: str) -> int:
    """Submit the file; return Kaggle's number for the submission."""
    answer = api.competition_submit(str(file), description, competition, quiet=True)
    if answer.message == api.COMPETITION_SUBMIT_UPLOAD_FAILED_MESSAGE:
        raise InputError(f"{file} could not be uploaded to Kaggle; run this again")
    log.info("submission %d: %s", answer.ref, answer.message)
    return answer.ref


def scored_submission(api: "KaggleApi", competition: str, number: int) -> ApiSubmission:
    """The submission with that number, once it has been scored."""
    page = f"{competition_page(competition)}/submissions"
    for pause in PAUSES_S:
        mine = next((s for s in submissions(api, competition) if s.ref == number), None)
        if mine and mine.status == SubmissionStatus.COMPLETE:
            return mine
        if mine and mine.status == SubmissionStatus.ERROR:
            raise InputError(
                f"Kaggle refused submission {number}: {mine.error_description or 'no reason given'}"
                f"; see {page}"
            )
        time.sleep(pause)
    raise InputError(
        f"Kaggle has not scored submission {number} in half an hour; see {page}, and run this "
        "again when it has: the file will not be uploaded a second time"
    )


def score(text: str) -> float | None:
    """The error that Kaggle shows as text; None if it shows none."""
    return float(text) if text else None
