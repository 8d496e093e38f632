"""Galaxy Zoo 2's catalogue in small: tables of made-up votes with the columns of the real one."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

# Written out here, not derived from the project's own table of the tree, to check that.
QUESTIONS = {
    "t01_smooth_or_features": {1: "smooth", 2: "features_or_disk", 3: "star_or_artifact"},
    "t02_edgeon": {4: "yes", 5: "no"},
    "t03_bar": {6: "bar", 7: "no_bar"},
    "t04_spiral": {8: "spiral", 9: "no_spiral"},
    "t05_bulge_prominence": {10: "no_bulge", 11: "just_noticeable", 12: "obvious", 13: "dominant"},
    "t06_odd": {14: "yes", 15: "no"},
    "t07_rounded": {16: "completely_round", 17: "in_between", 18: "cigar_shaped"},
    "t08_odd_feature": {
        **{19: "ring", 20: "lens_or_arc", 21: "disturbed", 22: "irregular", 23: "other"},
        **{24: "merger", 38: "dust_lane"},
    },
    "t09_bulge_shape": {25: "rounded", 26: "boxy", 27: "no_bulge"},
    "t10_arms_winding": {28: "tight", 29: "medium", 30: "loose"},
    "t11_arms_number": {
        **{31: "1", 32: "2", 33: "3", 34: "4", 36: "more_than_4", 37: "cant_tell"},
    },
}
STEMS = {
    answer: f"{question}_a{answer:02}_{name}"
    for question, answers in QUESTIONS.items()
    for answer, name in answers.items()
}
CLASS_OF_ANSWER = {
    answer: f"Class{number}.{k}"
    for number, answers in enumerate(QUESTIONS.values(), 1)
    for k, answer in enumerate(answers, 1)
}

Votes = Mapping[int, int]  # by the answer's number


def fractions_of(galaxies: Sequence[Votes]) -> np.ndarray:
    """Each answer's share of the votes on its question, (N, 37), 0 where there are none."""
    rows = []
    for votes in galaxies:
        row = []
        for answers in QUESTIONS.values():
            total = sum(votes.get(answer, 0) for answer in answers)
            row += [votes.get(answer, 0) / total if total else 0.0 for answer in answers]
        rows.append(row)
    return np.array(rows)


def catalogue_table(galaxies: Mapping[int, Votes], of: str = "fraction") -> pd.DataFrame:
    """A table of galaxies by dr7objid, with columns as in Hart et al.'s and three decimals.

    The columns that end in `of` hold the fractions of the votes; the others of other votes.
    """
    fractions = fractions_of(list(galaxies.values()))
    others = {"fraction": 0.5, "weighted_fraction": 2.0, "debiased": 3.0}
    columns = {"dr7objid": list(galaxies), "gz2_class": "Sc", "total_votes": 300}
    for k, (answer, stem) in enumerate(STEMS.items()):
        columns[f"{stem}_count"] = [votes.get(answer, 0) for votes in galaxies.values()]
        for name, power in others.items():
            values = fractions[:, k] if name == of else fractions[:, k] ** power
            columns[f"{stem}_{name}"] = np.round(values, 3)
        columns[f"{stem}_flag"] = 0
    return pd.DataFrame(columns)
