"""A whole catalogue, written from its shards: the tables, the page, and what each column means."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from galaxyzoo.catalogue.columns import catalogue_columns, plain_columns
from galaxyzoo.catalogue.page import catalogue_page
from galaxyzoo.catalogue.summary import summary
from galaxyzoo.catalogue.tables import write_readme, write_tables
from galaxyzoo.evaluation.starts import starts_in_words
from galaxyzoo.foundation.atomic_files import replaced
from galaxyzoo.foundation.provenance import git_commit
from galaxyzoo.tree.decision_tree import DecisionTree


def write_catalogue(
    shards: Sequence[Path],
    folder: Path,
    galaxies: Path,
    template: Path,
    settings: Mapping[str, Any],
    tree: DecisionTree,
    metrics: Mapping[str, Any],
) -> int:
    """Write everything in a catalogue's `folder` but its shards; return the number of galaxies.

    `galaxies` is the path they were read from, `metrics` the content of the experiment's
    metrics.json. Shards of an earlier, longer list are removed, since the folder that they are in
    is read as one table.
    """
    remove_others(shards)
    columns = {column.name: column for column in catalogue_columns(tree)}
    counts = summary(shards, tree)
    write_tables(shards, columns, plain_columns(tree), folder)
    title = f"{settings['name']}: a catalogue by {settings['experiment']}"
    write_readme(folder, columns, title, promises(metrics, counts.galaxies))
    meanings = {name: column.description for name, column in columns.items()}
    commit = git_commit() or "unknown"
    page = catalogue_page(counts, galaxies, template, settings, metrics, meanings, commit)
    with replaced(folder / "catalogue.html") as unfinished:
        unfinished.write_text(page, encoding="utf-8")
    return counts.galaxies


def remove_others(shards: Sequence[Path]) -> None:
    """Remove shards of an earlier catalogue from the folders of these."""
    for folder in {shard.parent for shard in shards}:
        for file in set(folder.glob("*.parquet")) - set(shards):
            file.unlink()


def promises(metrics: Mapping[str, Any], galaxies: int) -> list[str]:
    """Paragraphs of what the intervals promise, and of their coverage on the hold-out."""
    intervals, subset = metrics["intervals"], metrics["subset"]["galaxies"]
    coverage = [
        "{:.1f} % ({:.1f} to {:.1f} %) of {}".format(
            100 * intervals[kind]["coverage"],
            *(100 * end for end in intervals[kind]["coverage_interval"]),
            name,
        )
        for kind, name in (("fraction", "fractions"), ("joint", "joint probabilities"))
    ]
    return [
        f"{galaxies:,} galaxies. Each number is a prediction of what a crowd of volunteers would "
        f"say, not a measurement. {recalibration_sentence(metrics['recalibration'])}",
        f"The intervals were calibrated on {intervals['calibration_rows']:,} rows of validation "
        f"galaxies, to hold the crowd's vote in {intervals['percent']} % of galaxies. On "
        f"{subset:,} held-out galaxies they held {coverage[0]} and {coverage[1]}, in the mean over "
        "the answers of the main questions. This is a promise about galaxies like those "
        "of training, taken together. It is none about each galaxy, and none about galaxies of "
        "another survey, telescope or scale: see the flags.",
        *starts_in_words(metrics.get("starts")),
        "A fraction is the share of those who would be asked the question. Where few would be "
        "asked, it says little: `<question>_proportion_volunteers_asked` tells how many. In "
        "`catalogue_plain` a fraction is missing where fewer than half would be.",
        "`flag_bad_image` marks rows without numbers, and `bad_image_reason` says why. The other "
        "flags mark galaxies beyond limits within which 99 % of validation galaxies are.",
    ]


def recalibration_sentence(recalibration: Mapping[str, Any]) -> str:
    """Whether predictions were recalibrated, and how that changed the error on the hold-out."""
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
