"""The image of a container in which jobs run, if the config names one.

Standard library alone: this is imported when the Snakefile is read.
"""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from galaxyzoo.foundation.errors import InputError


def image_of(config: dict[str, Any], required: bool) -> str | None:
    """The image that a config names, a path or an address; None if it names none.

    Raises InputError if there is no file at the path, or if an image is `required` and none named.
    """
    image = config.get("container")
    if image is None and required:
        raise InputError(
            "config: container: missing with --sdm apptainer, which runs jobs in an image; give "
            "its path or address, as in --config container=galaxyzoo.sif"
        )
    if image is None or urlsplit(image).scheme:
        return image
    path = Path(image).expanduser()
    if not path.exists():
        raise InputError(
            f"config: container: there is no {image}; give the path in full, or from {Path.cwd()}, "
            "or an address such as docker://OWNER/NAME:TAG"
        )
    return str(path)
