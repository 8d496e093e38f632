"""The report: an experiment's scores, figures and config on one self-contained page."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import yaml
from markupsafe import Markup

from galaxyzoo.evaluation.averaging import BAG
from galaxyzoo.evaluation.choices import choices_in_words
from galaxyzoo.evaluation.error_tables import main_columns
from galaxyzoo.evaluation.label_curve import curve_in_words
from galaxyzoo.evaluation.published_scores import (
    ON_KAGGLES_TEST_GALAXIES,
    ON_VALIDATION_GALAXIES,
)
from galaxyzoo.evaluation.starts import (
    UNKNOWN_IN_WORDS,
    are_cleared,
    start_in_words,
    starts_in_words,
    taught_in_words,
)
from galaxyzoo.foundation.handed_on import read_json
from galaxyzoo.plan.labellers import Words, words_of
from galaxyzoo.plan.probes import is_trained
from galaxyzoo.report.citations import citations
from galaxyzoo.report.findings import (
    error_at_the_end,
    findings,
    jumps,
    of_attribution,
    of_averaging,
    of_members,
    of_training,
    trained_in_words,
)
from galaxyzoo.report.templates import (
    counted,
    figure_links,
    in_print,
    page_templates,
    picture,
    script_hash,
)
from galaxyzoo.runs.stage_tables import StageTables, kept_weights, lr_in_words
from galaxyzoo.tree.decision_tree import DecisionTree

Settings = Mapping[str, Any]


SECTIONS = (
    *("data", "scores", "learning", "errors", "confusion", "intervals", "averaging", "galaxies"),
    *("attribution", "use", "reproduce", "cite"),
)
SCRIPTS = ("tree.js", "explorer.js")
OF_AN_ENSEMBLE = (
    *("data", "scores", "members", "errors", "confusion", "intervals", "galaxies", "use"),
    *("reproduce_ensemble", "cite"),
)
PUBLISHED_FOR = "galaxy_zoo_2"


class Score(NamedTuple):
    """A row of the table of scores: the prediction's name, what it is, and its error."""

    name: str
    meaning: str
    rmse: float


def report_page(
    config: Settings,
    tree: DecisionTree,
    metrics: Settings,
    histories: StageTables,
    tables: Mapping[str, pd.DataFrame],
    figures: Mapping[str, Path],
    explorer: Path,
    template: Path,
    held: Settings,
    provenance: Settings,
    taken: Sequence[str],
    label_curve: Settings | None,
) -> str:
    """An experiment's page, as HTML, with every figure embedded.

    `config` is the resolved config, `tree` its decision tree and `metrics` the content of
    metrics.json. `histories` maps seed -> stage -> history, with one row per epoch. `tables` holds
    the tables behind some of the figures, by figure name, `stage_costs`, and the survey's `masked`
    and `not_at_random`, of `masked_tables`, and `rejected`. `figures` maps names to files: the
    charts that the templates ask for, the sheets of galaxies (`typical`, `best`, `worst` and
    `disagreed`), `check`, `augmentation` and `attribution`. `explorer` is the file that holds
    `explorer_data`, and `held` the content of check.json. `provenance` is the content of
    provenance.json, with the `commit` and `versions` of the code that writes the page. `taken` are
    the names of the stages that a variant takes from its base. `label_curve` is what
    `evaluation.label_curve` says of more labels, None if nobody asked.
    """
    stages, words = stage_rows(config["stages"], histories), words_of(config["survey"])
    averaging = averaging_rows(metrics, tables["error_by_views"])
    return page(
        config,
        tree,
        metrics,
        tables,
        figures,
        explorer,
        template,
        held,
        own_findings={
            "training": of_training(stages),
            "averaging": of_averaging(averaging),
            "attribution": of_attribution(tables["attribution"]),
            "label_curve": curve_in_words(label_curve) if label_curve else "",
        },
        sections=with_labels(SECTIONS) if label_curve else SECTIONS,
        label_curve=label_curve,
        whole="Bag",
        members={},
        config_yaml=yaml.safe_dump(
            dict(config), sort_keys=False, default_flow_style=None, width=88
        ),
        provenance=provenance,
        taught=taught_in_words(provenance["start"]) if "taught" in provenance["start"] else "",
        taken=taken,
        scores=scores(metrics, seed_scores(metrics, views(config["tta"])), words),
        stages=stages,
        jumps=jumps(config["stages"], histories),
        milestones=milestones(config),
        averaging=averaging,
        epochs=sum(stage.get("epochs", 1) for stage in config["stages"]),
        views=views(config["tta"]),
    )


def ensemble_page(
    config: Settings,
    tree: DecisionTree,
    metrics: Settings,
    tables: Mapping[str, pd.DataFrame],
    figures: Mapping[str, Path],
    explorer: Path,
    template: Path,
    held: Settings,
) -> str:
    """An ensemble's page, as HTML, with the arguments of `report_page` that it needs."""
    ensemble = metrics["ensemble"]
    return page(
        config,
        tree,
        metrics,
        tables,
        figures,
        explorer,
        template,
        held,
        own_findings={"members": of_members(metrics)},
        sections=OF_AN_ENSEMBLE,
        whole="Ensemble",
        members=ensemble["members"],
        correlation=ensemble["error_correlation"],
        fitted=ensemble["fitted"],
        scores=scores(metrics, ensemble_scores(metrics), words_of(config["survey"])),
    )


def page(
    config: Settings,
    tree: DecisionTree,
    metrics: Settings,
    tables: Mapping[str, pd.DataFrame],
    figures: Mapping[str, Path],
    explorer: Path,
    template: Path,
    held: Settings,
    own_findings: Mapping[str, str],
    sections: Sequence[str],
    whole: str,
    **parts: Any,  # noqa: ANN401  (whatever the sections show)
) -> str:
    """What the pages of experiments and ensembles have in common, rendered with other `parts`.

    `own_findings` are those of the sections that only one of the two has.
    """
    pages = page_templates(template.parent)
    starts = starts_in_words(metrics.get("starts"))
    choices = choices_in_words(metrics)
    galaxies = read_json(explorer)
    words = words_of(config["survey"])
    return pages.get_template(template.name).render(
        words=in_print(words),
        starts=starts,
        cleared=are_cleared(metrics.get("starts")),
        choices=choices,
        trained_start=start_in_words(metrics["start"]),
        unknown_starts=UNKNOWN_IN_WORDS in starts,
        config=config,
        metrics=metrics,
        survey=metrics["survey"],
        held=held,
        citations=citations(config),
        sections=with_published(sections, config),
        whole=whole,
        findings=findings(metrics, tree, tables, galaxies, held, whole, words) | own_findings,
        typical=typical_galaxy(galaxies),
        published=ON_KAGGLES_TEST_GALAXIES,
        published_validation=ON_VALIDATION_GALAXIES,
        tables={name: table.to_dict("records") for name, table in tables.items()},
        questions=tree.questions,
        answers=len(tree.columns),
        main_answers=len(main_columns(tree)),
        confusion=confusion_by_question(tree, tables["confusion"], tables["selection"]),
        pictures={name: picture(path) for name, path in figures.items()},
        figure_links={name: figure_links(path, path.parents[1]) for name, path in figures.items()},
        explorer=explorer_parts(explorer, template.parent),
        **parts,
    )


def explorer_parts(data: Path, templates: Path) -> dict[str, Any]:
    """The explorer's JSON and script as embedded in the page, and how many galaxies it holds.

    `script_hash` identifies the only script that the page's Content-Security-Policy allows.
    """
    content = data.read_text(encoding="utf-8")
    code = "".join((templates / name).read_text(encoding="utf-8") for name in SCRIPTS)
    explorer = read_json(data)
    pictures = explorer["galaxies"]["picture"]
    return {
        "json": Markup(content.replace("<", "\\u003c")),  # no tag can close the script
        "script": Markup(code),
        "script_hash": script_hash(code),
        "held_out": explorer["held_out"],
        "named": explorer["galaxies"]["name"] != explorer["galaxies"]["id"],
        "galaxies": len(pictures),
        "pictures": sum(picture is not None for picture in pictures),
    }


def with_labels(sections: Sequence[str]) -> tuple[str, ...]:
    """The sections of a page, with what more labels would bring after what averaging buys."""
    after = sections.index("averaging") + 1
    return (*sections[:after], "labels", *sections[after:])


def with_published(sections: Sequence[str], config: Settings) -> tuple[str, ...]:
    """The sections of a page, with published scores: early where they compare, else near the end.

    They compare with the errors of Kaggle's own galaxies alone, and only for its tree.
    """
    if config["tree"] != PUBLISHED_FOR:
        return tuple(sections)
    place = 2 if config["survey"]["source"] == "kaggle" else len(sections) - 2
    return (*sections[:place], "published", *sections[place:])


def typical_galaxy(explorer: Settings) -> dict[str, Any] | None:
    """The galaxy of median error among those with a picture: what the first screen shows."""
    galaxies = explorer["galaxies"]
    by_error = sorted(
        (error, position)
        for position, error in enumerate(galaxies["rmse"])
        if galaxies["picture"][position] is not None
    )
    if not by_error:
        return None
    error, position = by_error[len(by_error) // 2]
    says = {
        who: explorer["sayings"][galaxies[who][position]]["text"] for who in ("crowd", "network")
    }
    picture_of_it = galaxies["picture"][position]
    return {"name": galaxies["name"][position], "rmse": error, "picture": picture_of_it, **says}


def confusion_by_question(
    tree: DecisionTree, confusion: pd.DataFrame, selection: pd.DataFrame
) -> list[dict[str, Any]]:
    """Of each question with galaxies: its counts by voted and predicted answer, and its samples.

    The tables are those of `evaluation.confusion`. `counts` has a row for each answer that the
    majority voted, with the galaxies by predicted answer; `samples` has an answer's name, how many
    `voted` it, and its rows of the selection table.
    """
    questions = []
    for question in tree.questions:
        cells = confusion[confusion["question"] == question.number]
        asked = int(cells["galaxies"].sum())
        if not asked:
            continue
        names = [answer.name for answer in question.answers]
        counts = cells["galaxies"].to_numpy().reshape(len(names), len(names))
        samples = selection[selection["question"] == question.number]
        questions.append(
            {
                "number": question.number,
                "text": question.text,
                "asked": asked,
                "right": counts.trace() / asked,
                "answers": names,
                "counts": list(zip(names, counts.tolist(), strict=True)),
                "thresholds": samples["threshold"].unique().tolist(),
                "samples": [
                    {
                        "answer": name,
                        "voted": rows["voted"].iloc[0],
                        "rows": rows.to_dict("records"),
                    }
                    for name, rows in samples.groupby("answer", sort=False)
                ],
            }
        )
    return questions


def views(tta: Settings) -> int:
    """The number of views of a galaxy that test-time augmentation averages over."""
    return tta["rotations"] * (2 if tta["flips"] else 1) * len(tta["zooms"])


def scores(metrics: Settings, own: Sequence[Score], words: Words) -> list[Score]:
    """The rows of the table of scores: trivial baselines, `own` ones, the noise in the labels."""
    rmse = metrics["rmse"]
    rows = [
        Score("All zeros", "0 for every answer", rmse["all_zeros"]),
        Score("Mean label", "the same prediction for every galaxy", rmse["mean_label"]),
        Score("Central pixel", "predicted from the colour at the centre", rmse["central_pixel"]),
    ]
    rows += [*start_rows(metrics["start"]), *own]
    if rmse["vote_noise_floor"] is not None:
        meaning = f"the random noise in the {words['votes']} themselves"
        name = f"{words['vote'].capitalize()}-noise floor"
        rows.append(Score(name, meaning, rmse["vote_noise_floor"]))
    return rows


def start_rows(start: Settings | None) -> list[Score]:
    """The rows of the starting network before training, if it answers the same questions."""
    if start is None:
        return []
    rows = [Score("Start", "the starting network, without training", start["rmse"])]
    if start["recalibration"]["helps_on_validation"]:
        meaning = "the same, recalibrated on validation galaxies"
        rows.append(Score("Start, recalibrated", meaning, start["recalibration"]["rmse"]))
    return rows


def seed_scores(metrics: Settings, views: int) -> list[Score]:
    """The rows of an experiment's seeds and of their bag."""
    rows, seeds = [], metrics["rmse"]["seeds"]
    for seed, errors in seeds.items():
        rows.append(Score(f"Seed {seed}, single", seen_in(1), errors["single"]))
        rows.append(Score(f"Seed {seed}, tta", seen_in(views), errors["tta"]))
    meaning = f"mean over {counted(len(seeds), 'seed')}, {seen_in(views)}"
    return [*rows, Score("Bag", meaning, metrics["rmse"]["bag"])]


def ensemble_scores(metrics: Settings) -> list[Score]:
    """The rows of an ensemble's members and of the ensemble."""
    members = metrics["ensemble"]["members"]
    rows = [Score(name, "the bag of a member", one["rmse"]) for name, one in members.items()]
    meaning = f"weighted mean over {counted(len(members), 'bag')}"
    return [*rows, Score("Ensemble", meaning, metrics["rmse"]["bag"])]


def seen_in(views: int) -> str:
    """The number of views of each galaxy, in words."""
    return f"{counted(views, 'view')} of each galaxy"


def stage_rows(stages: Sequence[Settings], histories: StageTables) -> list[dict[str, Any]]:
    """Each stage's settings, with the validation error of the weights that it ends with.

    That error is the mean over seeds. `kept` lists the epoch of each seed that was chosen, if any
    (0: the weights that the stage began with), and `penalties` those of a probe.
    """
    rows = []
    for stage in stages:
        error = error_at_the_end(stage, histories)
        kept = [kept_weights(stage, history[stage["name"]])[0] for history in histories.values()]
        words = {"lr": lr_in_words(stage), "trains": trained_in_words(stage)}
        words["kept"] = kept if stage.get("keep") == "best" else []
        words["penalties"] = [
            f"{history[stage['name']]['penalty'].iloc[-1]:g}"
            for history in histories.values()
            if not is_trained(stage)
        ]
        rows.append({**stage, **words, "valid_rmse": error})
    return rows


def milestones(config: Settings) -> dict[str, float]:
    """Published validation errors by stage: only where the galaxies are Kaggle's, as theirs are."""
    if config["survey"]["source"] not in ("kaggle", "files"):
        return {}
    return {milestone["stage"]: milestone["rmse"] for milestone in config["milestones"]}


def averaging_rows(metrics: Settings, by_views: pd.DataFrame) -> list[dict[str, Any]]:
    """The errors of single networks and of the bag, with one view and with all of them.

    `by_views` comes from `averaging.error_by_views`. `spread` is the standard deviation over seeds,
    or None if there is only one.
    """
    together = by_views[by_views["network"] == BAG].set_index("views")["rmse"]
    rows = []
    for name, views in (("single", together.index.min()), ("tta", together.index.max())):
        errors = pd.Series([seed[name] for seed in metrics["rmse"]["seeds"].values()])
        rows.append(
            {
                "views": int(views),
                "mean": errors.mean(),
                "spread": errors.std() if len(errors) > 1 else None,
                "lowest": errors.min(),
                "highest": errors.max(),
                "together": together[views],
            }
        )
    return rows
