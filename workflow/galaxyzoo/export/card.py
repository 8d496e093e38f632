"""The model card of an exported ensemble, and its config.json, as Hugging Face's hub takes them."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from galaxyzoo.export.onnx_file import Part
from galaxyzoo.foundation.atomic_files import replaced
from galaxyzoo.report.templates import counted
from galaxyzoo.tree.decision_tree import DecisionTree


def write_config(parts: Sequence[Part], tree: DecisionTree, path: Path) -> None:
    """Write what is needed beside the model to use it: columns, questions, tree, networks."""
    sums, totals = tree.sum_equations
    content = {
        "crop_px": max(part.crop_px for part in parts),
        "columns": list(tree.columns),
        "questions": [
            {"question": question.text, "answers": {a.column: a.name for a in question.answers}}
            for question in tree.questions
        ],
        "networks": [
            {
                "name": part.name,
                "backbone": part.network.backbone,
                "share": part.share,
                "crop_px": part.crop_px,
                "size_px": part.network.size_px,
                "zoom": part.network.zoom,
            }
            for part in parts
        ],
        "sums": sums.astype(int).tolist(),
        "totals": totals.astype(int).tolist(),
        "highest": [float(limit) if np.isfinite(limit) else None for limit in tree.highest],
    }
    with replaced(path) as unfinished:
        unfinished.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def write_card(
    template: Path,
    parts: Sequence[Part],
    tree: DecisionTree,
    metrics: Mapping[str, Any],
    settings: Mapping[str, Any],
    path: Path,
) -> None:
    """Write the model card.

    `metrics` is an experiment's metrics.json, and `settings` are those of the rule.
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
    licences = {
        part.network.backbone: part.network.body.pretrained_cfg.get("license") for part in parts
    }
    text = cards.get_template(template.name).render(
        parts=parts, tree=tree, metrics=metrics, licences=licences, **settings
    )
    with replaced(path) as unfinished:
        unfinished.write_text(text, encoding="utf-8")
