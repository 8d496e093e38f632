"""What a hundred labels are worth on pictures that look like another survey's.

    PYTHONPATH=workflow python -m benchmarks.resets results/demo

takes the held-out galaxies of a finished experiment, which no network of it has learnt, and changes
their pictures by code: blurred, noisier, redder, of finer pixels, and all of these. The networks
predict each of the changed surveys as a catalogue would. The calibration is then reset on LABELS
galaxies drawn at random, DRAWS times, and judged on all the others: the error of recalibrated
predictions, how often 90 % intervals of fractions hold in the main questions, and their width. It
prints means over the draws, with the lowest and highest after the reset.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from scipy.ndimage import gaussian_filter
from torch.nn.functional import interpolate

from galaxyzoo.calibration.calibration import Calibration
from galaxyzoo.calibration.coverage import covered, in_main_questions, mean_coverage
from galaxyzoo.calibration.reset import refitted
from galaxyzoo.catalogue.ensemble import middle_of
from galaxyzoo.catalogue.finished_ensemble import FinishedEnsemble, load_ensemble
from galaxyzoo.engine.prediction import predict_views
from galaxyzoo.evaluation.held_out import HeldOut, read_held_out
from galaxyzoo.evaluation.metrics import rmse
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.packed_crops import packed_crops
from galaxyzoo.foundation.randomness import numpy_generator

LABELS, DRAWS = 100, 10
BLUR_PX, NOISE, REDDER, LARGER = 2.5, 15, (1.25, 1.0, 0.7), 1.5
Change = Callable[[np.ndarray], np.ndarray]


def blurred(crops: np.ndarray) -> np.ndarray:
    """Crops (n, s, s, 3) seen through a blur with a standard deviation of BLUR_PX."""
    return gaussian_filter(crops, (0, BLUR_PX, BLUR_PX, 0))


def noisier(crops: np.ndarray) -> np.ndarray:
    """Crops (n, s, s, 3) with noise of a standard deviation of NOISE, each its own."""
    return crops + numpy_generator("noise").normal(0, NOISE, crops.shape).astype(np.float32)


def redder(crops: np.ndarray) -> np.ndarray:
    """Crops (n, s, s, 3) with colours multiplied by REDDER."""
    return crops * np.array(REDDER, np.float32)


def finer_pixels(crops: np.ndarray) -> np.ndarray:
    """Crops (n, s, s, 3) in which galaxies are LARGER by that factor, about the middle."""
    size_px = crops.shape[1]
    bands_first = torch.from_numpy(middle_of(crops, round(size_px / LARGER))).permute(0, 3, 1, 2)
    larger = interpolate(bands_first, size=(size_px, size_px), mode="bilinear")
    return larger.permute(0, 2, 3, 1).numpy()


def all_of_these(crops: np.ndarray) -> np.ndarray:
    """Crops (n, s, s, 3) with all the changes; noise comes last, as on a detector."""
    return noisier(redder(blurred(finer_pixels(crops))))


CHANGES: dict[str, Change] = {
    "as they are": lambda crops: crops,
    "blurred": blurred,
    "noisier": noisier,
    "redder": redder,
    "finer pixels": finer_pixels,
    "all of these": all_of_these,
}


def as_pixels(crops: np.ndarray) -> np.ndarray:
    """Crops (n, s, s, 3) float32 as uint8."""
    return crops.round().clip(0, 255).astype(np.uint8)


def held_out_of(ensemble: FinishedEnsemble) -> HeldOut:
    """The galaxies that an experiment's survey holds out."""
    index = ensemble.learnt.index
    return read_held_out(index, index.with_name("holdout.csv"), ensemble.tree)


def predicted(ensemble: FinishedEnsemble, rows: np.ndarray, change: Change) -> np.ndarray:
    """What an ensemble says of galaxies in `rows` (n,) whose crops are changed: (n, columns)."""
    crops = packed_crops(ensemble.learnt.crops, ensemble.learnt.index)
    shares = [member.share for member in ensemble.members]
    found = []
    for start in range(0, len(rows), ensemble.batch_size):
        batch = crops[rows[start : start + ensemble.batch_size]].astype(np.float32)
        pixels, means = as_pixels(change(batch)), []
        for member in ensemble.members:
            seen = middle_of(pixels, member.crop_px)
            views = predict_views(member.network, seen, member.maps, ensemble.device)
            means.append(ensemble.tree.nearest_consistent(views.mean(dim=0).cpu().numpy()))
        found.append(np.average(means, axis=0, weights=shares))
    return np.concatenate(found)


def resets(before: Calibration, predicted: np.ndarray, voted: np.ndarray) -> pd.DataFrame:
    """Scores before and after each of DRAWS resets, on the galaxies that were not drawn.

    `predicted` and `voted` are (n, columns). Columns: draw, when, rmse, coverage, width.
    """
    rows, main = [], in_main_questions(before.tree)
    for draw in range(DRAWS):
        order = numpy_generator("labels", draw).permutation(len(predicted))
        labelled, others = order[:LABELS], order[LABELS:]
        after = refitted(before, predicted[labelled], voted[labelled])
        for when, calibration in (("before", before), ("after", after)):
            better, bounds = calibration.of(predicted[others])
            intervals = covered(bounds, voted[others], before.tree)
            both = (intervals.holds.fraction, intervals.width.fraction)
            means = [mean_coverage(one[:, main]) for one in both]
            rows.append((draw, when, rmse(better, voted[others]), *means))
    return pd.DataFrame(rows, columns=["draw", "when", "rmse", "coverage", "width"])


def in_a_row(scores: pd.DataFrame) -> str:
    """Means over the draws, with the lowest and highest, before and after, as cells of a table."""
    cells = []
    for name, digits in (("rmse", 4), ("coverage", 3), ("width", 2)):
        for when in ("before", "after"):
            values = scores.loc[scores["when"] == when, name]
            low, mean, high = (
                f"{one:.{digits}f}" for one in (values.min(), values.mean(), values.max())
            )
            cells.append(f"{mean} ({low} to {high})" if when == "after" else mean)
    return " | ".join(cells)


def compare(folder: Path) -> None:
    """Print the table of an experiment in a folder."""
    ensemble = load_ensemble(folder)
    galaxies = held_out_of(ensemble)
    if len(galaxies.ids) < 2 * LABELS:
        raise InputError(
            f"{folder} holds {len(galaxies.ids)} galaxies out, and {LABELS} would be labelled; "
            f"give an experiment that holds out {2 * LABELS} or more"
        )
    print(
        f"{len(galaxies.ids)} held-out galaxies of {ensemble.name}, {LABELS} labels, {DRAWS} draws"
    )
    print("pictures | error before | after | coverage before | after | width before | after")
    for name, change in CHANGES.items():
        probabilities = predicted(ensemble, galaxies.rows, change)
        scores = resets(ensemble.calibration, probabilities, galaxies.voted)
        print(f"{name} | {in_a_row(scores)}", flush=True)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Give the folder of a finished experiment")
    try:
        compare(Path(sys.argv[1]))
    except InputError as error:
        sys.exit(f"Error: {error}")
