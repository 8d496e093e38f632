"""The model card of an exported ensemble, and its config.json, as Hugging Face's hub takes them."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from galaxyzoo.engine.ensemble import Member
from galaxyzoo.engine.network import GalaxyNetwork
from galaxyzoo.evaluation.choices import choices_in_words
from galaxyzoo.evaluation.starts import (
    are_cleared,
    origin_in_words,
    starts_in_words,
    taught_in_words,
)
from galaxyzoo.foundation.atomic_files import replaced
from galaxyzoo.plan.picture_settings import Taught
from galaxyzoo.plan.stage_settings import start_settings
from galaxyzoo.report.templates import counted
from galaxyzoo.tree.decision_tree import DecisionTree


def write_config(
    members: Sequence[Member], tree: DecisionTree, pictures: Taught | None, path: Path
) -> None:
    """Write what is needed beside the model to use it: columns, questions, tree, networks.

    `pictures` is what the first network was taught of how its pictures were made.
    """
    sums, totals = tree.sum_equations
    content = {
        "crop_px": max(member.crop_px for member in members),
        "bands": members[0].network.bands,
        "pictures": pictures,
        "columns": list(tree.columns),
        "questions": [
            {"question": question.text, "answers": {a.column: a.name for a in question.answers}}
            for question in tree.questions
        ],
        "networks": [
            {
                "name": member.name,
                "backbone": member.network.backbone,
                "share": member.share,
                "crop_px": member.crop_px,
                "size_px": member.network.size_px,
                "zoom": member.network.zoom,
            }
            for member in members
        ],
        "sums": sums.astype(int).tolist(),
        "totals": totals.astype(int).tolist(),
        "highest": [float(limit) if np.isfinite(limit) else None for limit in tree.highest],
    }
    with replaced(path) as unfinished:
        unfinished.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def write_card(
    template: Path,
    members: Sequence[Member],
    tree: DecisionTree,
    metrics: Mapping[str, Any],
    settings: Mapping[str, Any],
    bands: int,
    path: Path,
) -> None:
    """Write the model card, of pictures with some bands.

    `metrics` is an experiment's metrics.json, and `settings` are those of the rule, with the commit
    in its `card`.
    """
    cards = Environment(
        loader=FileSystemLoader(template.parent),
        autoescape=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    cards.filters.update(rmse="{:.4f}".format, counted=counted, percent="{:.1%}".format)
    origins = (metrics.get("starts") or {}).get("origins", ())
    starts = {
        starting_weights_in_words(experiment["model"], member.network, origins)
        for name, experiment in settings["members"].items()
        for member in members
        if member.name.startswith(f"{name}.seed")
    }
    text = cards.get_template(template.name).render(
        members=members,
        bands=bands,
        picture={1: "grey picture", 3: "colour picture"}.get(bands, f"picture in {bands} bands"),
        tree=tree,
        metrics=metrics,
        starts=sorted(starts),
        cleared=are_cleared(metrics.get("starts")),
        starting_points=starts_in_words(metrics.get("starts")) + choices_in_words(metrics),
        **settings["card"],
    )
    with replaced(path) as unfinished:
        unfinished.write_text(text, encoding="utf-8")


def starting_weights_in_words(
    model: Mapping[str, Any], network: GalaxyNetwork, origins: Sequence[Mapping[str, Any]]
) -> str:
    """What a network's starting weights were, and their licence if timm or a hub's card tells it.

    `model` is the network's, as in the config, and `origins` say of some weights where they are
    from.
    """
    weights = model["weights"]
    if weights == "random":
        return f"The weights of `{network.backbone}` were random at the start."
    if weights != "pretrained":
        own = start_settings(model)
        known = (origin for origin in origins if start_settings(origin) == own)
        origin = next(known, {"weights": weights})
        if "taught" not in origin:
            return origin_in_words(origin)
        before = origin["begun_with"]
        began = starting_weights_in_words(before, network, [before])
        return f"{taught_in_words(origin)} Before that: {began[0].lower()}{began[1:]}"
    licence = network.body.pretrained_cfg.get("license")
    stated = f"has the licence {licence}" if licence else "states no licence in timm"
    return f"The starting weights were those of timm's `{network.backbone}`, which {stated}."
