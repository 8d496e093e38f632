"""The page of a look before training: what a survey holds, and what would stop a run."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from galaxyzoo.plan.labellers import Words
from galaxyzoo.report.findings import of_data, of_labels
from galaxyzoo.report.templates import counted, figure_links, in_print, page_templates, picture
from galaxyzoo.tree.decision_tree import DecisionTree


def check_page(
    held: Mapping[str, Any],
    tree: DecisionTree,
    figure: Path,
    template: Path,
    experiment: str,
    survey: str,
    stops: Sequence[str],
    words: Words,
) -> str:
    """The page, as HTML, with the sheet of galaxies at `figure` embedded.

    `held` is the content of the experiment's check.json, `stops` are those of `what_stops`,
    and `words` those for who labelled the galaxies.
    """
    of_masked = {"labels": of_labels(pd.DataFrame(held["masked"]))} if held["masked"] else {}
    return (
        page_templates(template.parent)
        .get_template(template.name)
        .render(
            experiment=experiment,
            survey=survey,
            words=in_print(words),
            held=held,
            stops=stops,
            findings={"data": of_data(held)} | of_masked,
            questions=tree.questions,
            tables={name: held[name] for name in ("masked", "not_at_random")},
            pictures={"check": picture(figure)},
            figure_links={"check": figure_links(figure, figure.parents[1])},
        )
    )


def what_stops(held: Mapping[str, Any], on_bad_galaxy: str) -> list[str]:
    """What would stop a run before it trains, and what to do about it; nothing if all is well.

    `held` is the content of an experiment's check.json, and `on_bad_galaxy` what its config says.
    """
    bad = held["galaxies"] - held["usable"]
    if not held["usable"]:
        return ["The run would stop: no galaxy can be used. Mend what the reasons below say."]
    stops = []
    if bad and on_bad_galaxy == "stop":
        stops.append(
            f"The run would stop: {counted(bad, 'galaxy', 'galaxies')} cannot be used. Fix or "
            "remove them, or set survey.on_bad_galaxy to skip to go on without them."
        )
    if without := [row["column"] for row in held["answers"] if not row["labelled"]]:
        stops.append(
            f"Training would stop: no galaxy has a label of {', '.join(without)}. Give labels, or "
            "leave the question out of the tree."
        )
    return stops
