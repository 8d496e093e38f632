"""An export as a repository of Hugging Face's hub, in one commit. HF_ENDPOINT names another hub."""

import logging
import re
from typing import Any

from huggingface_hub import CommitOperationAdd, HfApi
from huggingface_hub.utils import disable_progress_bars

from galaxyzoo.export.uploads import Files
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.hub_errors import first_line

log = logging.getLogger(__name__)


def publish(files: Files, repository: str, token: str) -> dict[str, Any]:
    """Commit files, by name, to a repository OWNER/NAME, which is made if there is none.

    Returns its address, and the revision that has them. Raises InputError if that fails, which
    says what is there: a commit has all files or none.
    """
    disable_progress_bars()
    hub = HfApi(token=token)
    address = f"{hub.endpoint}/{repository}"
    there = f"{address} is as it was"
    try:
        if not hub.repo_exists(repository):
            hub.create_repo(repository, exist_ok=True)
            there = f"{address} was made for it and is empty: fill it by another try, or delete it"
            log.info("%s was made", address)
        operations = [CommitOperationAdd(name, content) for name, content in files.items()]
        commit = hub.create_commit(repository, operations, commit_message="Galaxy Zoo networks")
    except Exception as error:  # of whatever library the client uploads with
        why = re.sub(r"\?\S+", "", first_line(error))  # addresses may be signed behind the ?
        raise InputError(
            f"publish: the export was not uploaded to {address}: {why}; {there}"
        ) from error
    return {"address": address, "revision": commit.oid}
