"""The finding that each section of a page opens with: one sentence, made from its numbers."""

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from statistics import mean
from typing import Any

import pandas as pd

from galaxyzoo.plan.labellers import Words
from galaxyzoo.plan.probes import is_trained
from galaxyzoo.report.templates import counted
from galaxyzoo.runs.stage_tables import StageTables, kept_weights
from galaxyzoo.tree.decision_tree import DecisionTree

Settings = Mapping[str, Any]


def findings(
    metrics: Settings,
    tree: DecisionTree,
    tables: Mapping[str, pd.DataFrame],
    explorer: Settings,
    held: Settings,
    whole: str,
    words: Words,
) -> dict[str, str]:
    """The findings that the pages of experiments and of ensembles share, by section.

    The arguments are those of `page.report_page`; `explorer` is the content of its file,
    `whole` the name of what is scored, the bag or the ensemble, and `words` are those for who
    labelled the galaxies.
    """
    return {
        "result": of_result(metrics, whole, words),
        "data": of_data(held, len(tables["rejected"])),
        "scores": of_scores(metrics, whole),
        "questions": of_questions(metrics, tree),
        "answers": of_answers(tables["answers"]),
        "properties": of_properties(tables["error_by_property"], words),
        "reliability": of_reliability(tables["answers"]),
        "confusion": of_confusion(tables["confusion"], words),
        "intervals": of_intervals(metrics, words),
        "galaxies": of_galaxies(explorer, words),
    } | ({} if tables["masked"].empty else {"labels": of_labels(tables["masked"])})


def against(error: float, other: float) -> str:
    """By how much an error is below or above another one, such as `47 % below`.

    The other one may be 0, where the colour of a picture tells its labels.
    """
    if not other:
        return f"{error:.5f} above" if error else "as low as"
    change = error / other - 1
    return f"{100 * abs(change):.0f} % {'above' if change > 0 else 'below'}"


def of_result(metrics: Settings, whole: str, words: Words) -> str:
    """How good the predictions are, on what, and against what."""
    rmse = metrics["rmse"]
    told = (
        f"On {metrics['subset']['galaxies']:,} held-out galaxies, the {whole.lower()}'s error is "
        f"{rmse['bag']:.5f}: {against(rmse['bag'], rmse['mean_label'])} that of the mean label, "
        f"and {against(rmse['bag'], rmse['central_pixel'])} that of the central pixel"
    )
    if rmse["vote_noise_floor"] is None:
        return f"{told}."
    return f"{told}; the noise in the {words['votes']} alone is {rmse['vote_noise_floor']:.5f}."


def of_scores(metrics: Settings, whole: str) -> str:
    """The error on the hold-out, which is quoted, and on validation galaxies, which choose."""
    told = f"The {whole.lower()}'s error on the hold-out is {metrics['rmse']['bag']:.5f}"
    if not metrics["validation"]:
        return f"{told}."
    return (
        f"{told}; on validation galaxies, by which experiments are compared, it is "
        f"{metrics['validation']['rmse']:.5f}, by single networks."
    )


def of_members(metrics: Settings) -> str:
    """What the ensemble gains over its best member."""
    members = metrics["ensemble"]["members"]
    best = min(members, key=lambda name: members[name]["rmse"])
    error, alone = metrics["rmse"]["bag"], members[best]["rmse"]
    return (
        f"The ensemble's error is {100 * abs(error / alone - 1):.1f} % "
        f"{'above' if error > alone else 'below'} that of {best}, its best member "
        "on these galaxies."
    )


def of_training(stages: Sequence[Settings]) -> str:
    """How the error on validation galaxies changed; `stages` are `page.stage_rows`."""
    first, last = stages[0], stages[-1]
    if first is last:
        return (
            f"After its one stage, {last['name']}, the error on validation galaxies is "
            f"{last['valid_rmse']:.5f}."
        )
    verb = "rises" if last["valid_rmse"] > first["valid_rmse"] else "falls"
    return (
        f"The error on validation galaxies {verb} from {first['valid_rmse']:.5f} after the first "
        f"stage to {last['valid_rmse']:.5f} after the last of {len(stages)}."
    )


def jumps(stages: Sequence[Settings], histories: StageTables) -> list[str]:
    """A sentence for each stage that begins with a higher error than the one before ended with.

    `stages` are those of the config; errors are means over seeds.
    """
    sentences = []
    for before, stage in pairwise(stages):
        ended = error_at_the_end(before, histories)
        began = mean(
            [history[stage["name"]]["valid_rmse"].iloc[0] for history in histories.values()]
        )
        if began > ended:
            when = "In the first epoch of" if is_trained(stage) else "After"
            sentences.append(
                f"{when} {stage['name']} the error jumps from {ended:.5f} to "
                f"{began:.5f}: {reasons_of_a_jump(before, stage)}."
            )
    return sentences


def error_at_the_end(stage: Settings, histories: StageTables) -> float:
    """The validation error of the weights that a stage ends with, as the mean over seeds."""
    tables = [history[stage["name"]] for history in histories.values()]
    return mean([kept_weights(stage, table)[1] for table in tables])


def reasons_of_a_jump(before: Settings, stage: Settings) -> str:
    """What is new in a stage that the network of the one before has not adapted to."""
    reasons, rates = [], "and the learning rate rises again"
    if not is_trained(before):
        rates = "and it learns at a high rate, after a probe"
    if stage["size"] != before["size"]:
        reasons.append(
            f"its pictures are {stage['size']} px wide, and the network learnt from "
            f"{before['size']} px"
        )
    if blocks_trained(stage) > blocks_trained(before):
        did = "did" if is_trained(before) else "was fitted"
        reasons.append(
            f"{trained_in_words(stage)} begin to change, where before only "
            f"{trained_in_words(before)} {did}"
        )
    if not is_trained(stage):
        return ", ".join(reasons)
    return ", ".join([*reasons, rates if reasons else ONLY_THE_RATE])


def blocks_trained(stage: Settings) -> float:
    """How many of the body's last blocks a stage trains; a probe has only the head."""
    frozen = stage["freeze"] if is_trained(stage) else True
    return frozen["but_last"] if isinstance(frozen, dict) else 0 if frozen else math.inf


def trained_in_words(stage: Settings) -> str:
    """Which part of the network a stage trains."""
    if not is_trained(stage):
        return f"the head, by a probe of {counted(stage['probe']['views'], 'view')}"
    blocks = blocks_trained(stage)
    if blocks == math.inf:
        return "all layers"
    return f"the head and the last {counted(blocks, 'block')}" if blocks else "the head"


ONLY_THE_RATE = "the learning rate, which had fallen, rises again"


def of_comparison(scores: pd.DataFrame, base: str | None) -> str:
    """How many experiments differ clearly from the first; `scores` is `comparison.score_table`."""
    first, others = scores.iloc[0]["experiment"], scores.iloc[1:]
    reference = f"{first}, the {'base' if base else 'best on validation galaxies'}"
    if others.empty:
        return f"There is nothing to compare with {first}."
    better = others.loc[others["difference_high"] < 0, "experiment"].tolist()
    worse = others.loc[others["difference_low"] > 0, "experiment"].tolist()
    unclear = len(others) - len(better) - len(worse)
    return (
        f"Of {counted(len(others), 'experiment')} compared with {reference}, "
        f"{len(better)} {'has' if len(better) == 1 else 'have'} a clearly lower error, "
        f"{len(worse)} a clearly higher one; {unclear} cannot be told apart from it "
        "on these galaxies."
    )


def of_questions(metrics: Settings, tree: DecisionTree) -> str:
    """On which questions the bag gains most and least over the mean label."""
    texts = {str(question.number): question.text for question in tree.questions}
    errors = {number: metrics["questions"][number] for number in texts}
    labels = metrics["questions_mean_label"]
    known = {number: errors[number] / labels[number] for number in texts if labels[number]}
    if not known:
        return "The mean label makes no error on any question."
    best, worst = min(known, key=known.__getitem__), max(known, key=known.__getitem__)
    first = f"question {best}, “{texts[best]}”: {against(errors[best], labels[best])} it"
    if len(known) == 1:
        return f"Against the mean label, {first}."
    return (
        f"The bag gains most over the mean label on {first}; least on question {worst}, "
        f"“{texts[worst]}”: {against(errors[worst], labels[worst])} it."
    )


def of_answers(answers: pd.DataFrame) -> str:
    """On how many answers the bag beats the mean label, and its largest error."""
    answers = answers[answers["rmse"].notna()]
    better = int((answers["rmse"] < answers["rmse_mean_label"]).sum())
    worst = answers.loc[answers["rmse"].idxmax()]
    return (
        f"The bag's error is below the mean label's on {better} of "
        f"{counted(len(answers), 'answer')}; its largest is that of “{worst['answer']}” "
        f"(question {worst['question']}), {worst['rmse']:.5f}."
    )


PROPERTIES = {
    "central_brightness": "of central brightness",
    "half_light_radius_px": "of half-light radius in px",
}


def of_properties(bins: pd.DataFrame, words: Words) -> str:
    """Among which galaxies the error is lowest and highest."""
    low, high = bins.loc[bins["rmse"].idxmin()], bins.loc[bins["rmse"].idxmax()]
    named = PROPERTIES | {"agreement": words["agreeing_by"]}
    which = [
        f"among galaxies {named.get(one['property'], 'of ' + one['property'])} "
        f"{one['lowest']:.3g} to {one['highest']:.3g} ({one['rmse']:.5f})"
        for one in (low, high)
    ]
    return f"The bag's error is lowest {which[0]} and highest {which[1]}."


def of_reliability(answers: pd.DataFrame) -> str:
    """How far mean predictions are from mean votes."""
    worst = answers.loc[answers["calibration_error"].idxmax()]
    return (
        f"The calibration error is {answers['calibration_error'].mean():.3f} in the mean over "
        f"answers, and largest for “{worst['answer']}” (question {worst['question']}), "
        f"{worst['calibration_error']:.3f}."
    )


def of_confusion(confusion: pd.DataFrame, words: Words) -> str:
    """On which questions the bag names the labels' main answer most and least often."""
    right = confusion[confusion["voted"] == confusion["predicted"]]
    asked = confusion.groupby("question")["galaxies"].sum()
    asked = asked[asked > 0]
    if asked.empty:
        return words["half_never_asked"]
    share = right.groupby("question")["galaxies"].sum()[asked.index] / asked
    best, worst = share.idxmax(), share.idxmin()
    told = (
        f"The bag names {words['main_answers']} for {100 * share[best]:.0f} % of "
        f"{counted(int(asked[best]), 'galaxy', 'galaxies')} on question {best}"
    )
    if best == worst:
        return f"{told}."
    return (
        f"{told}, the best, and for {100 * share[worst]:.0f} % of "
        f"{counted(int(asked[worst]), 'galaxy', 'galaxies')} on question {worst}, the worst."
    )


def of_intervals(metrics: Settings, words: Words) -> str:
    """How often intervals hold, beside the promise."""
    intervals = metrics["intervals"]
    names = {"fraction": "fractions", "joint": "joint probabilities"}
    known = [
        f"{100 * intervals[kind]['coverage']:.1f} % of {name}"
        for kind, name in names.items()
        if intervals[kind]["coverage"] is not None
    ]
    if not known:
        return "No held-out galaxy has a label by which intervals could be judged."
    return (
        f"Intervals that promise {intervals['percent']} % hold {words['their']} {words['vote']} in "
        f"{' and '.join(known)}."
    )


def of_averaging(rows: Sequence[Settings]) -> str:
    """What views and seeds bring; `rows` are `page.averaging_rows`."""
    single, averaged = rows
    gain = 100 * (1 - averaged["together"] / single["mean"])
    return (
        f"One network errs by {single['mean']:.5f} in {counted(single['views'], 'view')} and by "
        f"{averaged['mean']:.5f} in {counted(averaged['views'], 'view')}; the bag by "
        f"{averaged['together']:.5f}, {abs(gain):.1f} % {'less' if gain >= 0 else 'more'} than one "
        f"network in {counted(single['views'], 'view')}."
    )


def of_data(held: Settings, left_out: int | None = None) -> str:
    """How many galaxies can be used, and why most others cannot.

    `held` is the content of check.json, and `left_out` how many galaxies were left out when all
    pictures were read; None before that.
    """
    cannot = held["galaxies"] - held["usable"] if left_out is None else left_out
    told = f"{held['galaxies'] - cannot:,} of {counted(held['galaxies'], 'galaxy', 'galaxies')}"
    reasons = [*held["left_out"], *held["unreadable"]]
    if not reasons:
        return f"{told} can be used{f'; {cannot:,} cannot' if cannot else ''}."
    most = max(reasons, key=lambda row: row["galaxies"])
    because = f"{most['galaxies']:,} of them because: {most['kind']}"
    return f"{told} can be used; {cannot:,} cannot, {because}."


def of_labels(masked: pd.DataFrame) -> str:
    """How many answers have no label; `masked` is `masked_tables.masked_table`, with some rows."""
    left_out = masked[masked["masked"]]
    galaxies = int(masked["of_galaxies"].iloc[0])
    if left_out.empty:
        return f"Every answer of all {galaxies:,} galaxies has a label."
    questions = left_out.groupby("question")["answers"].sum()
    return (
        f"{counted(int(questions.sum()), 'answer')} of {galaxies:,} galaxies "
        f"{'has' if questions.sum() == 1 else 'have'} no label, most of them of question "
        f"{questions.idxmax()}: they count in no training, error or interval."
    )


def of_galaxies(explorer: Settings, words: Words) -> str:
    """For how many galaxies the network says what the crowd says, and how far errors range."""
    galaxies = explorer["galaxies"]
    sayings = explorer["sayings"]
    same = sum(
        sayings[crowd]["text"] == sayings[network]["text"]
        for crowd, network in zip(galaxies["crowd"], galaxies["network"], strict=True)
    )
    number = len(galaxies["id"])
    return (
        f"For {same:,} of the {counted(number, 'galaxy', 'galaxies')} here, the network's sentence "
        f"is {words['their']}, word for word; a single galaxy's error is "
        f"{min(galaxies['rmse']):.3f} to {max(galaxies['rmse']):.3f}."
    )


def of_attribution(places: pd.DataFrame) -> str:
    """The place that matters most; `places` is the table behind the figure."""
    most = places.loc[places["fall"].abs().idxmax()]
    name = most.get("name", most["GalaxyID"])
    return (
        f"The largest effect: hiding one place of galaxy {name} takes "
        f"“{most['answer']}” from {most['probability']:.2f} to "
        f"{most['probability'] - most['fall']:.2f}."
    )
