"""The rows of a catalogue: an ensemble's predictions of galaxies, in the catalogue's columns."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa

from galaxyzoo.calibration.calibration import Calibration
from galaxyzoo.calibration.familiarity import FEATURES, LIGHT, PLACE, SIZE, Reference
from galaxyzoo.calibration.intervals import numbers_of, share_asked
from galaxyzoo.catalogue.batches import Galaxy
from galaxyzoo.catalogue.columns import Column, fraction_name, joint_names, question_names
from galaxyzoo.catalogue.ensemble import Predicted
from galaxyzoo.tree.decision_tree import DecisionTree

FLAGGED_PROPERTIES = {
    "flag_too_little_light": LIGHT,
    "flag_off_centre": PLACE,
    "flag_scale": SIZE,
    "flag_unlike_training": FEATURES,
}
ARROW = {
    "float32": pa.float32(),
    "float64": pa.float64(),
    "int64": pa.int64(),
    "int32": pa.int32(),
    "bool": pa.bool_(),
    "str": pa.string(),
}


def catalogue_rows(
    galaxies: Sequence[Galaxy],
    predicted: Predicted | None,
    tree: DecisionTree,
    columns: Sequence[Column],
    calibration: Calibration,
    reference: Reference,
    made_by: dict[str, str],
) -> pa.Table:
    """The catalogue's `columns` except the id, with one row for each galaxy, in their order.

    `predicted` has the galaxies with a picture, in the same order; None if none has a picture. The
    other galaxies have no numbers, and a flag and a reason. `made_by` has the columns `experiment`
    and `commit`.
    """
    good = [row for row, galaxy in enumerate(galaxies) if galaxy.picture is not None]
    values_by_name = {} if predicted is None else answer_columns(predicted, tree, calibration)
    if predicted is not None:
        values_by_name |= measurements(predicted, reference)
        values_by_name["how_fitted"] = [galaxies[row].picture.how for row in good]
        values_by_name["pixel_scale_factor"] = [galaxies[row].picture.scale for row in good]
    table = pd.DataFrame(values_by_name, index=good).reindex(range(len(galaxies)))
    table["flag_bad_image"] = [galaxy.picture is None for galaxy in galaxies]
    table["bad_image_reason"] = [galaxy.reason for galaxy in galaxies]
    for name, value in made_by.items():
        table[name] = value
    arrays = []
    for column in columns[1:]:
        values = table[column.name] if column.name in table else pd.Series(None, table.index)
        if column.name in FLAGGED_PROPERTIES:
            values = values.astype("boolean").fillna(False)
        arrays.append(pa.array(values, ARROW[column.kind], from_pandas=True))
    return pa.table(arrays, names=[column.name for column in columns[1:]])


def answer_columns(
    predicted: Predicted, tree: DecisionTree, calibration: Calibration
) -> dict[str, np.ndarray]:
    """The columns of answers: shares asked, fractions, joint probabilities, and their intervals."""
    probabilities, bounds = calibration.of(predicted.probabilities)
    numbers, shares = numbers_of(probabilities, tree), share_asked(probabilities, tree)
    columns = {}
    for (question, answers), part in zip(question_names(tree), tree.slices, strict=True):
        columns[f"{question}_proportion_volunteers_asked"] = shares[:, part.start]
        for i, answer in enumerate(answers, start=part.start):
            name = fraction_name(question, answer)
            columns[name] = numbers.fraction[:, i]
            columns[f"{name}_90pc_lower"] = bounds.lower.fraction[:, i]
            columns[f"{name}_90pc_upper"] = bounds.upper.fraction[:, i]
    for i, name in enumerate(joint_names(tree)):
        columns[name] = numbers.joint[:, i]
        columns[f"{name}_90pc_lower"] = bounds.lower.joint[:, i]
        columns[f"{name}_90pc_upper"] = bounds.upper.joint[:, i]
    columns["path"] = [path(values, tree) for values in probabilities]
    columns["sentence"] = [tree.describe(values) for values in probabilities]
    return columns


def path(probabilities: np.ndarray, tree: DecisionTree) -> str:
    """The names of the most probable answers down the tree, from probabilities (columns,)."""
    columns = [tree.columns[position] for position in tree.favourite_path(probabilities)]
    return "/".join(tree.answers[column].name for column in columns)


def measurements(predicted: Predicted, reference: Reference) -> dict[str, np.ndarray]:
    """The columns of disagreement, of what was measured in the picture, and of flags."""
    light, distance = predicted.light, reference.distances(predicted.features)
    values = {name: light[name].to_numpy() for name in (LIGHT, PLACE, SIZE)} | {FEATURES: distance}
    return {
        "network_disagreement": predicted.between_networks,
        "view_disagreement": predicted.between_views,
        "central_brightness": values[LIGHT],
        "half_light_radius": values[SIZE],
        "offset": values[PLACE],
        "feature_distance": distance,
    } | {flag: reference.is_beyond(name, values[name]) for flag, name in FLAGGED_PROPERTIES.items()}
