"""The list that the owners of starting weights publish of the galaxies of their training.

Standard library alone: this is imported when the Snakefile is read.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from galaxyzoo.foundation.content_hashes import content_hash
from galaxyzoo.foundation.errors import InputError

HASH_DIGITS = 12
OF_LISTS = "learnt"  # the folder, in a survey's, of what was found in lists


def training_list_of(model: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """`model.training_list` of a resolved config's `model`, None if there is none."""
    return model.get("training_list")


def require_training_list(model: Mapping[str, Any], find: Callable[[str], str]) -> None:
    """Raise InputError if a resolved config's `model` names a list that is not there."""
    given = training_list_of(model)
    if given and not Path(find(given["table"])).is_file():
        raise InputError(
            f"config: model.training_list.table: there is no file {given['table']}; give the path "
            f"in full, or from {Path.cwd()}"
        )


def list_name(given: Mapping[str, Any], find: Callable[[str], str] = str) -> str:
    """A name for a list by its content and the columns that are read: hexadecimal digits.

    So a copy has the same, and a replaced file another.
    """
    columns = {key: value for key, value in given.items() if key != "table"}
    text = json.dumps([content_hash(find(given["table"])), columns], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:HASH_DIGITS]
