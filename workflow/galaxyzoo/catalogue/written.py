"""A whole catalogue, written from its shards: the tables, the page, and what each column means."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pyarrow import parquet

from galaxyzoo.calibration.calibration import Calibration
from galaxyzoo.catalogue.columns import catalogue_columns, plain_columns
from galaxyzoo.catalogue.likeness import differences_in_words
from galaxyzoo.catalogue.page import catalogue_page
from galaxyzoo.catalogue.preview import preview
from galaxyzoo.catalogue.summary import summary
from galaxyzoo.catalogue.tables import LISTED, write_readme, write_tables
from galaxyzoo.evaluation.choices import choices_in_words
from galaxyzoo.evaluation.starts import starts_in_words
from galaxyzoo.foundation.atomic_files import replaced
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.handed_on import damaged
from galaxyzoo.foundation.provenance import git_commit
from galaxyzoo.plan.labellers import Words
from galaxyzoo.plan.listed_galaxies import whole_contents_of
from galaxyzoo.tree.decision_tree import DecisionTree


def write_catalogue(
    shards: Sequence[Path],
    listing: Path,
    folder: Path,
    galaxies: Path,
    template: Path,
    settings: Mapping[str, Any],
    tree: DecisionTree,
    metrics: Mapping[str, Any],
    calibration: Calibration,
    reset: Mapping[str, Any] | None = None,
) -> tuple[int, list[str]]:
    """Write a catalogue into a `folder`, all but its shards.

    Returns the number of galaxies, and why the intervals' promise does not reach them, in words.

    `galaxies` is the path they were read from and `listing` the folder of their list, `metrics` is
    the content of the experiment's metrics.json. `reset` has the scores of a calibration that was
    reset on labelled galaxies of the catalogue. Raises InputError if the shards are not those of
    the list, all of them and whole.
    """
    require_all(shards, listing)
    columns = {column.name: column for column in catalogue_columns(tree)}
    counts = summary(shards, tree)
    said = write_tables(shards, columns, plain_columns(tree), folder)
    title = f"{settings['name']}: a catalogue by {settings['experiment']}"
    differences = differences_in_words(shards, calibration, reset is not None)
    of_reset = [] if reset is None else [reset_in_words(reset)]
    told = [*whole_contents_of(listing)["told"], *said]
    promised = promises(metrics, counts.galaxies, settings["words"], reset is not None)
    paragraphs = [*of_reset, *differences, *promised, *told]
    write_readme(folder, columns, title, paragraphs)
    page = catalogue_page(
        counts,
        preview(shards, tree),
        listing,
        galaxies,
        template,
        settings,
        metrics,
        {name: column.description for name, column in columns.items()},
        differences,
        of_reset,
        told,
        git_commit() or "unknown",
    )
    with replaced(folder / "catalogue.html") as unfinished:
        unfinished.write_text(page, encoding="utf-8")
    return counts.galaxies, differences


def require_all(shards: Sequence[Path], listing: Path) -> None:
    """Raise InputError if shards are not those of a list: all of them, of its parts, and whole."""
    parts = whole_contents_of(listing)["parts"]
    if [shard.stem for shard in shards] != sorted(parts):
        raise InputError(
            f"{listing} has {len(parts)} parts, and there are {len(shards)} shards; delete this "
            "folder and run this again"
        )
    for shard in shards:
        try:
            with parquet.ParquetFile(shard, page_checksum_verification=True) as file:
                rows, of = file.metadata.num_rows, file.schema_arrow.metadata
        except (OSError, ValueError) as error:
            raise damaged(shard, error) from error
        part = parts[shard.stem]
        if rows != part["galaxies"] or (of or {}).get(LISTED) != part["sha256"].encode():
            raise damaged(shard, "it is of another list of galaxies")


def reset_in_words(reset: Mapping[str, Any]) -> str:
    """On which labels recalibration and intervals were reset, and what that changed."""
    before, after = reset["before"], reset["after"]

    def held(scores: Mapping[str, Any], kind: str) -> str:
        if scores[kind]["coverage"] is None:
            return "an unknown share"
        low, high = scores[kind]["coverage_interval"]
        return (
            f"{scores[kind]['coverage']:.1%} ({reset['interval_percent']} % interval {low:.1%} to "
            f"{high:.1%}; {scores[kind]['width']:.2f} wide)"
        )

    anew = "fitted anew" if reset["recalibrated_anew"] else "kept, since a new one was no better"
    unsure = "" if reset["known"] else " It is not known whether the networks learnt some of them."
    return (
        f"The intervals were reset on {reset['galaxies']:,} labelled galaxies of {reset['table']}, "
        f"and what they promise is a promise about galaxies like these: it holds here if they were "
        f"drawn at random from the catalogue. There, intervals of fractions as they were after "
        f"training held {held(before, 'fraction')} and those of joint probabilities "
        f"{held(before, 'joint')}; reset, they hold {held(after, 'fraction')} and "
        f"{held(after, 'joint')}, each galaxy judged by a calibration that was fitted to others. "
        f"Recalibration was {anew}; the error on these galaxies was {before['rmse']:.4f} and is "
        f"{after['rmse']:.4f}.{unsure} What is said below of held-out galaxies is of the survey "
        "of training, with the intervals as they were."
    )


def surveys_in_words(metrics: Mapping[str, Any]) -> list[str]:
    """A sentence on each survey's own scores, if the networks learnt from several."""
    return [
        f"On {one['galaxies']} held-out galaxies of {one['survey']} alone the error is "
        f"{one['rmse']:.4f}, and {each_held(one['intervals'])}."
        for one in metrics.get("surveys", ())
    ]


def each_held(intervals: Mapping[str, Any]) -> str:
    """How often the intervals of a survey's galaxies held, as a part of a sentence."""
    told = [
        f"{100 * intervals[kind]['coverage']:.1f} % ({name})"
        for kind, name in (("fraction", "fractions"), ("joint", "joint probabilities"))
        if intervals[kind]["coverage"] is not None
    ]
    return f"intervals held in {' and '.join(told)}" if told else "no interval could be judged"


def promises(metrics: Mapping[str, Any], galaxies: int, words: Words, is_reset: bool) -> list[str]:
    """Paragraphs of what the intervals promise, and of their coverage on the hold-out.

    If they were reset, these are of the intervals as they were after training.
    """
    the = "As they were after training, the" if is_reset else "The"
    intervals, subset = metrics["intervals"], metrics["subset"]["galaxies"]
    names = {"fraction": "fractions", "joint": "joint probabilities"}
    coverage = [
        f"a number that is not known, for lack of labels, of {name}"
        if intervals[kind]["coverage"] is None
        else "{:.1f} % ({:.1f} to {:.1f} %) of {}".format(
            100 * intervals[kind]["coverage"],
            *(100 * end for end in intervals[kind]["coverage_interval"]),
            name,
        )
        for kind, name in names.items()
    ]
    return [
        f"{galaxies:,} galaxies. Each number is a prediction of what {words['who']} would "
        f"say, not a measurement. {recalibration_sentence(metrics['recalibration'])}",
        f"{the} intervals were calibrated on {intervals['calibration_rows']:,} rows of validation "
        f"galaxies, to hold {words['their']} {words['vote']} in {intervals['percent']} % of "
        f"galaxies. On {subset:,} held-out galaxies they held {coverage[0]} and {coverage[1]}, in "
        "the mean over the answers of the main questions. This is a promise about galaxies like "
        "those of training, taken together. It is none about each galaxy, and none about galaxies "
        "of another survey, telescope or scale: see the flags.",
        *starts_in_words(metrics.get("starts")),
        *choices_in_words(metrics),
        *surveys_in_words(metrics),
        f"By the predicted number, they held {in_bins(intervals['by_number'])}.",
        "A fraction is the share of those who would be asked the question. Where few would be "
        "asked, it says little: `<question>_proportion_volunteers_asked` tells how many. In "
        "`catalogue_plain` a fraction is missing where fewer than half would be.",
        "`flag_bad_image` marks rows without numbers, and `bad_image_reason` says why. The other "
        "flags mark galaxies beyond limits within which 99 % of validation galaxies are.",
    ]


def in_bins(by_number: Sequence[Mapping[str, Any]]) -> str:
    """How often intervals held by predicted number, in words."""
    of_kinds = []
    for kind, name in (("fraction", "fractions"), ("joint", "joint probabilities")):
        bins = [
            f"{100 * one['coverage']:.1f} % at {one['lowest']:g} to {one['highest']:g}"
            for one in by_number
            if one["kind"] == kind
        ]
        of_kinds.append(f"of {name}: {', '.join(bins)}")
    return "; ".join(of_kinds)


def recalibration_sentence(recalibration: Mapping[str, Any]) -> str:
    """Whether predictions were recalibrated, and how that changed the error on the hold-out."""
    if not recalibration.get("tried", True):
        return (
            "They are as the networks give them: there were too few validation galaxies to "
            "recalibrate them."
        )
    if not recalibration["helps_on_validation"]:
        return (
            "They are as the networks give them: recalibration did not lower the error on "
            "validation galaxies."
        )
    low, high = recalibration["difference_interval"]
    return (
        "They were recalibrated on validation galaxies, which on held-out galaxies changed "
        f"the root mean square error by {recalibration['difference']:+.5f} "
        f"({recalibration['interval_percent']} % interval {low:+.5f} to {high:+.5f}), to "
        f"{recalibration['rmse']:.5f}."
    )
