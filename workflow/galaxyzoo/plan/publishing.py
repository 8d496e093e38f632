"""Where an export is published, and what must be known before anything is uploaded.

Standard library alone: this is imported when the Snakefile is read.
"""

import os
from collections.abc import Mapping
from typing import Any

from galaxyzoo.foundation.errors import InputError

# By place: the variable that holds a token, and the page on which one is made.
TOKENS = {
    "huggingface": ("HF_TOKEN", "https://huggingface.co/settings/tokens, with write access"),
    "zenodo": (
        "ZENODO_TOKEN",
        "https://zenodo.org/account/settings/applications, with deposit:write",
    ),
}


def publication(settings: Mapping[str, Any]) -> dict[str, Any]:
    """What is to be published and where, from the config's `publish` with defaults filled in.

    Raises InputError if a place, a licence, a repository, creators or a token is missing. The token
    stays in the environment.
    """
    place = settings["to"]
    if place is None:
        raise InputError(
            "publish.to: missing; say where to publish, huggingface or zenodo, as in --config "
            "'publish={to: huggingface, repository: OWNER/NAME, licence: LICENCE}'"
        )
    if settings["licence"] is None:
        raise InputError(
            "publish.licence: missing; choose the licence of the networks, such as cc-by-4.0: "
            "nobody chooses it for you. The end of export/README.md names the licences of data and "
            "starting weights, within which it must be"
        )
    if place == "huggingface" and settings["repository"] is None:
        raise InputError("publish.repository: missing; give OWNER/NAME on Hugging Face's hub")
    if place == "zenodo" and not settings["creators"]:
        raise InputError(
            "publish.creators: missing, which Zenodo wants; give a list of names, each as "
            "'Family, Given'"
        )
    variable, page = TOKENS[place]
    if not os.environ.get(variable):
        raise InputError(f"publish: no token; set {variable} to one that you make at {page}")
    needed = {"huggingface": ("repository",), "zenodo": ("creators", "title")}[place]
    return {name: settings[name] for name in ("to", "licence", *needed)}
