"""An export as a draft on Zenodo, which its owner looks at and publishes there."""

import hashlib
import io
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import requests

from galaxyzoo.export.uploads import Files
from galaxyzoo.foundation.errors import InputError

TIMEOUT_SECONDS = 60  # how long Zenodo may be silent

log = logging.getLogger(__name__)


def publish(files: Files, metadata: dict[str, Any], address: str, token: str) -> dict[str, Any]:
    """Put files, by name, into a new draft with `metadata`, as Zenodo's REST API names them.

    `address` is that of Zenodo or of its sandbox. Returns the draft's address, number and reserved
    DOI. Raises InputError if that fails; the draft is then deleted, or is said to be there.
    """
    call = caller(token)
    draft = call("POST", f"{address}/api/deposit/depositions", json={})
    log.info("the draft is %s", draft["links"]["html"])  # known even if this is killed
    try:
        for name, content in files.items():
            log.info("uploading %s", name)
            with opened(content) as file:
                put = call("PUT", f"{draft['links']['bucket']}/{name}", data=file)
            require_whole(name, content, put.get("checksum", ""))
        draft = call("PUT", draft["links"]["self"], json={"metadata": metadata})
    except InputError as error:
        raise InputError(f"{error}; {deleted(call, draft)}") from error
    reserved = draft.get("metadata", {}).get("prereserve_doi", {}).get("doi")
    return {"address": draft["links"]["html"], "draft": draft["id"], "doi": reserved}


def caller(token: str) -> Callable[..., dict[str, Any]]:
    """A function that calls Zenodo, with the token in a header, and returns its answer.

    That raises InputError if Zenodo refuses, or cannot be reached.
    """

    def signed(request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {token}"
        return request

    def call(method: str, address: str, **content: Any) -> dict[str, Any]:  # noqa: ANN401
        try:
            answer = requests.request(
                method, address, auth=signed, timeout=TIMEOUT_SECONDS, **content
            )
            if answer.ok:
                return answer.json() if answer.content else {}
            why = f"{answer.status_code}: {words(answer)}"
        except (OSError, ValueError) as error:  # includes all errors of requests
            why = f"{type(error).__name__}, so it could not be reached, or broke off"
        raise InputError(f"publish: Zenodo did not take the export ({why})")

    return call


def words(answer: requests.Response) -> str:
    """What a refusal says, field by field."""
    try:
        said = answer.json()
        fields = [f"{one['field']}: {one['message']}" for one in said.get("errors", [])]
        return " ".join([str(said.get("message", answer.reason)), *fields])
    except (ValueError, KeyError, TypeError, AttributeError):
        return answer.reason


def opened(content: Path | bytes) -> BinaryIO:
    """A file, or bytes as one."""
    return io.BytesIO(content) if isinstance(content, bytes) else content.open("rb")


def require_whole(name: str, content: Path | bytes, checksum: str) -> None:
    """Raise InputError if Zenodo's checksum is not that of what was sent."""
    with opened(content) as file:
        own = f"md5:{hashlib.file_digest(file, 'md5').hexdigest()}"
    if checksum != own:
        raise InputError(f"publish: {name} came to Zenodo damaged ({checksum}, not {own})")


def deleted(call: Callable[..., dict[str, Any]], draft: dict[str, Any]) -> str:
    """Delete a draft that is not whole; what became of it, in words."""
    try:
        call("DELETE", draft["links"]["self"])
    except InputError:
        return f"its unfinished draft is still there, to be deleted: {draft['links']['html']}"
    return "its unfinished draft was deleted there; run this again"


def metadata_of(
    title: str, experiment: str, creators: Sequence[str], licence: str
) -> dict[str, Any]:
    """What Zenodo wants to know of an export."""
    return {
        "title": title,
        "upload_type": "software",
        "description": (
            f"<p>The networks of {experiment}, as ONNX and safetensors. README.md is their model "
            "card: data, scores, use and licences.</p>"
        ),
        "creators": [{"name": name} for name in creators],
        "license": licence,
        "keywords": ["astronomy", "Galaxy Zoo", "galaxy morphology"],
        "prereserve_doi": True,
    }
