"""A look at a survey before anything is cropped or trained: what its table and pictures hold."""

import io
import re
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image

from galaxyzoo.files.fits_units import GZIP_START, units
from galaxyzoo.files.galaxy_images import GalaxyImages
from galaxyzoo.files.images import is_the_images
from galaxyzoo.files.pictures import FITS_START, Content
from galaxyzoo.files.pictures import reason as fault_of
from galaxyzoo.foundation.randomness import numpy_generator
from galaxyzoo.plan.labellers import Words
from galaxyzoo.surveys.crops import Cropping, Faults, in_order, known_faults, with_names
from galaxyzoo.surveys.joined_sources import JoinedCropping, JoinedImages
from galaxyzoo.surveys.labelled import Labelled
from galaxyzoo.surveys.masked_tables import masked_table, not_at_random
from galaxyzoo.tree.decision_tree import DecisionTree

MOST_LOOKED_AT = 200
DRAWN = 12
FEW_GALAXIES = 7
SHOWN = 5  # rare answers that are named
HALF = 0.5  # of the volunteers: fewer were asked of a galaxy whose majority is not counted
# Of a fault's text, what differs from galaxy to galaxy: what is quoted, images, and numbers other
# than limits.
OWN_WORDS = re.compile(
    r"'[^']*'|\S+\.(?:jpe?g|png|fits?(?:\.[fg]z)?)\b"
    r"|(?<![\w.\[-])(?<!below )-?\d+(?:\.\d+)?(?![\w\]])",
    re.IGNORECASE,
)
SEVERAL = re.compile(r"…(?:, …)+")


def check(
    source: GalaxyImages | JoinedImages,
    given: Labelled,
    tree: DecisionTree,
    carried: pd.DataFrame,
    cropping: Cropping | JoinedCropping,
    words: Words,
    unnamed: int,
) -> dict[str, Any]:
    """What a survey holds, as it can be written as JSON.

    `source` are the images by GalaxyID, and `cropping` how they become crops. `carried` are numbers
    of the owner's table by GalaxyID, as `not_at_random` takes them. `words` are those for who
    labelled the galaxies. Returns:

    - `pictures`, `unnamed` (`ignored_pictures`, as given), `galaxies`, `matched` (with a picture
      and labels), `fit` (without a fault that is known before a picture is read) and `usable`
      (fit, and the picture was not found unreadable);
    - `looked_at`, the number of fit galaxies whose pictures were read, at most MOST_LOOKED_AT,
      `kinds` (width, height, mode, galaxies) of those pictures, the most frequent first, and
      `unreadable`, as `by_kind` has it;
    - `left_out`, as `by_kind` has it: all galaxies that are not fit;
    - `answers`, of `answer_rows`, `masked` and `not_at_random`, of `masked_tables`, each as rows
      about the usable galaxies;
    - `warnings`, sentences.
    """
    faults = known_faults(source, given.labels, given.faults, given.called)
    fit = [galaxy for galaxy in source.names if galaxy not in faults]
    looked_at = spread_over(fit)
    kinds, unreadable = kinds_of_pictures(source, looked_at, cropping)
    kept = [galaxy for galaxy in fit if galaxy not in unreadable]
    labels, notes = given.labels.loc[kept], given.notes.loc[kept]
    answers = answer_rows(labels.to_numpy(), tree)
    unreadable = with_names(unreadable, given.called)
    return {
        "pictures": source.count,
        "unnamed": unnamed,
        "galaxies": len(fit) + len(faults),
        "matched": len(source.names.keys() & set(given.labels.index.tolist())),
        "fit": len(fit),
        "usable": len(kept),
        "looked_at": len(looked_at),
        "kinds": [
            {"width": width, "height": height, "mode": mode, "galaxies": galaxies}
            for (width, height, mode), galaxies in kinds.most_common()
        ],
        "unreadable": by_kind(unreadable, given.called),
        "left_out": by_kind(faults, given.called),
        "answers": answers,
        "masked": rows_of(masked_table(notes, tree)),
        "not_at_random": rows_of(not_at_random(labels, notes, tree, carried.loc[kept])),
        "warnings": warnings_about(answers, words),
    }


def ignored_pictures(source: GalaxyImages, given: Labelled) -> int:
    """How many of a survey's pictures belong to no galaxy, since no row of its table names them."""
    return 0 if given.image_ids is None else source.count - len(given.image_ids)


def spread_over(galaxies: Sequence[int]) -> list[int]:
    """At most MOST_LOOKED_AT of some galaxies, evenly spread over them."""
    count = min(len(galaxies), MOST_LOOKED_AT)
    places = np.linspace(0, len(galaxies) - 1, count).round().astype(int)
    return [galaxies[place] for place in places]


def kinds_of_pictures(
    source: GalaxyImages | JoinedImages,
    galaxies: Sequence[int],
    cropping: Cropping | JoinedCropping,
) -> tuple[Counter[tuple[int, int, str]], Faults]:
    """How many pictures of galaxies have each width, height and mode, and what is wrong with some.

    A picture that is no picture has none of these.
    """
    kinds: Counter[tuple[int, int, str]] = Counter()
    faults: Faults = {}
    for galaxy in galaxies:
        try:
            content = source.read(galaxy)
            with suppress(Exception):  # the cropping says what is wrong
                kinds[kind_of_picture(content)] += 1
            cropping.of(galaxy, content)
        except Exception as error:  # zipfile and Pillow raise nearly anything
            if not is_the_images(error):
                raise
            faults[galaxy] = fault_of(error)
    return kinds, faults


def kind_of_picture(content: Content) -> tuple[int, int, str]:
    """Width, height and mode of a picture, FITS for one that is not JPEG or PNG."""
    first = content if isinstance(content, bytes) else next(iter(content.values()))
    if first.startswith((FITS_START, GZIP_START)):
        height, width = next(unit.shape for unit in units(first) if unit.shape)[-2:]
        return width, height, "FITS"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with Image.open(io.BytesIO(first)) as image:
            return *image.size, image.mode


def by_kind(faults: Faults, called: Mapping[int, str]) -> list[dict[str, Any]]:
    """Faults counted by what they have in common, the most frequent first.

    Each row has `kind`, the reason without what differs from galaxy to galaxy, `galaxies`, and
    `example`, the first galaxy with its whole reason, which names its row if it is in a table.
    """
    kinds: dict[str, list[str]] = {}
    for galaxy, reason in in_order(faults).items():
        example = f"{galaxy}: {reason}"
        kinds.setdefault(kind_of(reason, called.get(galaxy, "")), []).append(example)
    most = sorted(kinds.items(), key=lambda item: -len(item[1]))
    return [
        {"kind": kind, "galaxies": len(examples), "example": examples[0]} for kind, examples in most
    ]


def kind_of(reason: str, called: str) -> str:
    """A reason without the galaxy's name and row, and with … for numbers, images and quotations."""
    name = called.rpartition(", row ")[0]
    for known in (called, name):
        reason = reason.removeprefix(f"{known}: ") if known else reason
    reason = re.sub(r"^.*?, row \d+: ", "", reason)
    return SEVERAL.sub("…", OWN_WORDS.sub("…", reason))


def answer_rows(labels: np.ndarray, tree: DecisionTree) -> list[dict[str, Any]]:
    """What the labels (N, columns) float64 say of each answer, in the order of the tree's columns.

    Each row has `question` (its number), `text`, `answer` (its name), `column` and `single`;
    `labelled`, the galaxies with a label; `share`, the mean label over the mean share of volunteers
    who were asked, of galaxies where both are known; `lowest` and `highest` label; and `main`, the
    galaxies of which the answer is the question's most frequent, where at least HALF were asked and
    all its answers have a label. `main` is None for a question with a single answer, and the
    others are None where no galaxy tells them.
    """
    rows = []
    for i, question in enumerate(tree.questions):
        own, asked = labels[:, tree.slices[i]], tree.share_asked(labels, i)
        of_all = own[(asked >= HALF) & ~np.isnan(own).any(axis=1)]
        main = np.bincount(of_all.argmax(axis=1), minlength=len(question.answers))
        for position, answer in enumerate(question.answers):
            known = own[:, position][~np.isnan(own[:, position])]
            both = ~np.isnan(own[:, position]) & ~np.isnan(asked)
            total = asked[both].sum()
            rows.append(
                {
                    "question": question.number,
                    "text": question.text,
                    "answer": answer.name,
                    "column": answer.column,
                    "single": question.single,
                    "labelled": len(known),
                    "share": float(own[both, position].sum() / total) if total > 0 else None,
                    "lowest": float(known.min()) if len(known) else None,
                    "highest": float(known.max()) if len(known) else None,
                    "main": None if question.single else int(main[position]),
                }
            )
    return rows


def warnings_about(answers: Sequence[Mapping[str, Any]], words: Words) -> list[str]:
    """Sentences about answers of `answer_rows` that are rare, or that are known to be 0 alone."""
    sentences = []
    unasked = [row["column"] for row in answers if row["labelled"] and row["share"] is None]
    if unasked:
        sentences.append(
            f"{words['where_asked']}, no galaxy has a label of {', '.join(unasked)}: nothing "
            "but 0 can be learnt of it."
        )
    rare = [
        f"{row['column']} ({row['main']})"
        for row in answers
        if row["share"] is not None and row["main"] is not None and row["main"] < FEW_GALAXIES
    ]
    if rare:
        others = f" and {len(rare) - SHOWN} others" if len(rare) > SHOWN else ""
        sentences.append(
            f"These answers are the most frequent of fewer than {FEW_GALAXIES} galaxies, where at "
            f"least {words['half_asked']}: {', '.join(rare[:SHOWN])}{others}. A "
            "network learns little from so few, and its errors on them are hardly known."
        )
    return sentences


def rows_of(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table, with numbers of Python, as JSON needs them."""
    return table.astype(object).to_dict("records")


def drawn_galaxies(
    source: GalaxyImages | JoinedImages, given: Labelled, cropping: Cropping | JoinedCropping
) -> tuple[list[int], np.ndarray]:
    """Some fit galaxies, drawn at random, and their crops (n, crop, crop, bands) uint8.

    n is DRAWN or, where there are not so many among the first MOST_LOOKED_AT drawn, fewer.
    """
    faults = known_faults(source, given.labels, given.faults, given.called)
    fit = np.array([galaxy for galaxy in source.names if galaxy not in faults], np.int64)
    drawn, crops = [], []
    for galaxy in numpy_generator("check").permutation(fit)[:MOST_LOOKED_AT].tolist():
        if len(drawn) == DRAWN:
            break
        try:
            crops.append(cropping.of(galaxy, source.read(galaxy)).pixels)
        except Exception as error:  # zipfile and Pillow raise nearly anything
            if not is_the_images(error):
                raise
            continue
        drawn.append(galaxy)
    return drawn, np.reshape(crops, (len(crops), *cropping.shape)).astype(np.uint8)
