"""Whether suggested galaxies teach more than others drawn at random: a trial on labelled ones.

Of a pool, FIRST galaxies drawn at random are labelled, and then more in rounds, by each method of
`suggestions`. A bag of ridge regressions on a frozen network's features, each fitted to a draw with
replacement of the labelled galaxies, says how much it disagrees. One ridge regression of all
labelled galaxies is what is judged, by its error on held-out galaxies.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import t as student

from galaxyzoo.catalogue.suggestions import suggested
from galaxyzoo.foundation.randomness import numpy_generator
from galaxyzoo.plan.suggestion_methods import BOTH, DISAGREEMENT, METHODS, RANDOM
from galaxyzoo.tree.decision_tree import DecisionTree

FIRST = 50  # galaxies that are labelled before any is suggested
ROUNDS = (100, 200, 500)  # labelled galaxies after each round
BAG = 5
PENALTIES = 10.0 ** np.arange(-5, 2)  # times the number of labels, on features of variance 1 in sum
LEVEL = 0.95


class Sky(NamedTuple):
    """Features (n, C) float64, of variance 1 in sum, and labels (n, columns) without a gap."""

    features: np.ndarray
    labels: np.ndarray


class Ridge(NamedTuple):
    """A ridge regression: weights (C, columns), and the means of features and labels."""

    weights: np.ndarray
    mean: np.ndarray
    mean_label: np.ndarray

    def of(self, features: np.ndarray) -> np.ndarray:
        """The predictions (n, columns) of features (n, C)."""
        return (features - self.mean) @ self.weights + self.mean_label


def scaled(features: np.ndarray) -> np.ndarray:
    """Features with a mean of 0, each with the same variance, 1 in sum; constant ones are 0."""
    centred = features.astype(np.float64) - features.mean(axis=0)
    deviations = centred.std(axis=0)
    scales = np.where(deviations > 0, deviations, 1) * np.sqrt(features.shape[1])
    return centred / scales


def ridge(features: np.ndarray, labels: np.ndarray) -> Ridge:
    """The ridge regression with that of PENALTIES whose error is lowest where each is left out.

    The error of a galaxy by the regression of the others has a closed form (Golub, Heath & Wahba
    1979, Technometrics 21, 215).
    """
    mean, mean_label = features.mean(axis=0), labels.mean(axis=0)
    centred, left = features - mean, labels - mean_label
    values, vectors = np.linalg.eigh(centred @ centred.T)
    values = values.clip(min=0)
    turned = vectors.T @ left
    errors = []
    for penalty in PENALTIES * len(labels):
        kept = values / (values + penalty)
        own = np.einsum("nk,k,nk->n", vectors, kept, vectors) + 1 / len(labels)
        residuals = left - vectors @ (kept[:, None] * turned)
        errors.append(np.square(residuals / (1 - own)[:, None]).mean())
    penalty = PENALTIES[int(np.argmin(errors))] * len(labels)
    weights = centred.T @ (vectors @ (turned / (values + penalty)[:, None]))
    return Ridge(weights, mean, mean_label)


def disagreement(
    pool: Sky, labelled: np.ndarray, rest: np.ndarray, generator: np.random.Generator
) -> np.ndarray:
    """How much a bag of regressions disagrees on the `rest` (n,) of a pool.

    It is a catalogue's `network_disagreement`, of probabilities that are clipped to [0, 1].
    """
    said = []
    for _ in range(BAG):
        drawn = generator.choice(labelled, len(labelled))
        member = ridge(pool.features[drawn], pool.labels[drawn])
        said.append(member.of(pool.features[rest]).clip(0, 1))
    return np.sqrt(np.var(said, axis=0).mean(axis=1))


def trial(
    pool: Sky, held_out: Sky, tree: DecisionTree, seed: int, rounds: Sequence[int] = ROUNDS
) -> Iterator[dict]:
    """The error of each method after each round: `method`, `seed`, `labels` and `rmse`.

    `rounds` are the numbers of labelled galaxies after each.
    """
    first = numpy_generator("first labels", seed).permutation(len(pool.labels))[:FIRST]
    for method in METHODS:
        generator, labelled = numpy_generator("suggestions", method, seed), first
        for count in rounds:
            rest = np.setdiff1d(np.arange(len(pool.labels)), labelled)
            unsure = np.ones(len(rest))
            if method in (DISAGREEMENT, BOTH):
                unsure = disagreement(pool, labelled, rest, generator)
            features, known = pool.features[rest], pool.features[labelled]
            number = count - len(labelled)
            chosen = suggested(method, number, unsure, features, known, generator)
            labelled = np.concatenate([labelled, rest[chosen]])
            fitted = ridge(pool.features[labelled], pool.labels[labelled])
            errors = tree.nearest_consistent(fitted.of(held_out.features)) - held_out.labels
            rmse = float(np.sqrt(np.square(errors).mean()))
            yield {"method": method, "seed": seed, "labels": count, "rmse": rmse}


def compared(trials: Sequence[dict]) -> pd.DataFrame:
    """The mean error of each method and number of labels over seeds, with its 95 % interval.

    Columns `method`, `labels`, `rmse`, `lower`, `upper`; and `difference`, `difference_lower` and
    `difference_upper`, from galaxies drawn at random, by the same seeds.
    """
    table = pd.DataFrame(trials).pivot_table(index="seed", columns=["method", "labels"])["rmse"]
    rows = []
    for method, labels in table.columns:
        errors = table[method, labels]
        mean, half = mean_with_interval(errors)
        apart, apart_half = mean_with_interval(errors - table[RANDOM, labels])
        row = {"method": method, "labels": labels, "rmse": mean}
        row |= {"lower": mean - half, "upper": mean + half, "difference": apart}
        rows.append(
            row | {"difference_lower": apart - apart_half, "difference_upper": apart + apart_half}
        )
    order = {method: at for at, method in enumerate(METHODS)}
    return pd.DataFrame(rows).sort_values(
        ["method", "labels"], key=lambda values: values.replace(order), ignore_index=True
    )


def mean_with_interval(values: pd.Series) -> tuple[float, float]:
    """The mean of values over seeds, and half of its 95 % interval by Student's t."""
    half = student.ppf((1 + LEVEL) / 2, len(values) - 1) * values.sem()
    return float(values.mean()), float(half)
