"""The report: an experiment's scores, figures and config on one page that needs nothing else."""

import base64
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from PIL import Image

from galaxyzoo.decision_tree import DecisionTree
from galaxyzoo.histories import Histories
from galaxyzoo.published_scores import PUBLISHED
from galaxyzoo.rule_graph import RuleGraph

Settings = Mapping[str, Any]


class Score(NamedTuple):
    """A row of the table of scores: what predicted, what that is, and its error."""

    name: str
    meaning: str
    rmse: float


def report_page(
    config: Settings,
    tree: DecisionTree,
    metrics: Settings,
    histories: Histories,
    timings: Histories,
    figures: Mapping[str, Path],
    template: Path,
    provenance: Settings,
    rule_graph: RuleGraph,
) -> str:
    """The page, as HTML, with every figure inside it.

    `config` is the resolved config, `tree` the one that it names and `metrics` the content of
    metrics.json; `histories` maps seed -> stage -> its history, one row an epoch, `timings`
    likewise to its timing. `figures`
    names the files of `learning_curves`, `questions` and `answers` and of the sheets of galaxies,
    `typical`, `best` and `worst`. `provenance` is the content of provenance.json, with the `commit`
    and `versions` of what writes the page.
    """
    pages = Environment(
        loader=FileSystemLoader(template.parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters.update(rmse="{:.5f}".format, count="{:,}".format, counted=counted)
    return pages.get_template(template.name).render(
        config=config,
        config_yaml=yaml.safe_dump(
            dict(config), sort_keys=False, default_flow_style=None, width=88
        ),
        metrics=metrics,
        provenance=provenance,
        rule_graph=rule_graph,
        scores=scores(metrics, views(config["tta"])),
        published=PUBLISHED,
        stages=stage_rows(config["stages"], histories, timings),
        epochs=sum(stage["epochs"] for stage in config["stages"]),
        views=views(config["tta"]),
        questions=tree.questions,
        answers=len(tree.columns),
        main_answers=len(tree.main_columns),
        pictures={name: picture(path) for name, path in figures.items()},
    )


def counted(number: int, noun: str) -> str:
    """A number and its noun, in the plural where it is not one."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def views(tta: Settings) -> int:
    """How many views of a galaxy test-time augmentation averages over."""
    return tta["rotations"] * (2 if tta["flips"] else 1) * len(tta["zooms"])


def scores(metrics: Settings, views: int) -> list[Score]:
    """The rows of the table of scores, from what knows nothing to the best that can be done."""
    rmse = metrics["rmse"]
    rows = [
        Score("All zeros", "nothing predicted at all", rmse["all_zeros"]),
        Score("Mean label", "the same answer for every galaxy", rmse["mean_label"]),
        Score("Central pixel", "what the colour at the centre tells", rmse["central_pixel"]),
    ]
    for seed, errors in rmse["seeds"].items():
        rows.append(Score(f"Seed {seed}, single", seen_in(1), errors["single"]))
        rows.append(Score(f"Seed {seed}, averaged", seen_in(views), errors["tta"]))
    meaning = f"{counted(len(rmse['seeds']), 'seed')}, {seen_in(views)}"
    rows.append(Score("Ensemble", meaning, rmse["bag"]))
    if rmse["vote_noise_floor"] is not None:
        meaning = "the chance in the votes themselves"
        rows.append(Score("Vote-noise floor", meaning, rmse["vote_noise_floor"]))
    return rows


def seen_in(views: int) -> str:
    """How often test-time augmentation sees a galaxy, in words."""
    return f"{counted(views, 'view')} of each galaxy"


def stage_rows(
    stages: Sequence[Settings], histories: Histories, timings: Histories
) -> list[dict[str, Any]]:
    """Each stage's settings, with the error at its end and its duration, both means over seeds."""
    rows = []
    for stage in stages:
        runs = [history[stage["name"]] for history in histories.values()]
        rate = stage["lr"]
        rows.append(
            {
                **stage,
                "lr": f"{rate[0]:g} to {rate[1]:g}" if isinstance(rate, Sequence) else f"{rate:g}",
                "valid_rmse": sum(run["valid_rmse"].iloc[-1] for run in runs) / len(runs),
                "duration": duration(
                    sum(timing[stage["name"]]["seconds"].sum() for timing in timings.values())
                    / len(timings)
                ),
            }
        )
    return rows


def duration(seconds: float) -> str:
    """Seconds in the two units that fit them best, such as `3 min 20 s`."""
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 1:
        return f"{rest} s"
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def picture(path: Path) -> str:
    """An image file as a data URI: SVG as it is, others as WebP, which looks the same for less."""
    if path.suffix == ".svg":
        kind, content = "svg+xml", path.read_bytes()
    else:
        encoded = io.BytesIO()
        with Image.open(path) as image:
            image.convert("RGB").save(encoded, "WEBP", quality=90)
        kind, content = "webp", encoded.getvalue()
    return f"data:image/{kind};base64,{base64.b64encode(content).decode('ascii')}"
