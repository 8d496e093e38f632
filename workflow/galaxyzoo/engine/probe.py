"""A probe: the linear head that fits best to a body's features, found without epochs.

What the stage minimises (`stage_loss`), over the features of the training galaxies in a few views,
is minimised to its end, plus a penalty: its strength times the mean over the answers of the squared
distance from the head that the stage begins with. Distances are measured between features that are
scaled to a variance of 1 in sum. Of a series of penalties, the one is chosen whose head has the
lowest error on validation galaxies; an infinite one leaves the head as it was.

Where the outputs are the probabilities themselves and squared errors are minimised, this is ridge
regression, which has a closed form (Hoerl & Kennard 1970, Technometrics 12, 55). Otherwise it is
fitted by L-BFGS: with `cross_entropy`, it is logistic regression.
"""

import logging
import math
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import torch

from galaxyzoo.engine.dataset import Galaxies
from galaxyzoo.engine.losses import mean_squared_error
from galaxyzoo.engine.network import GalaxyNetwork
from galaxyzoo.engine.output_layers import OUTPUT_LAYERS
from galaxyzoo.engine.probe_features import KeptFeatures, in_first_view, kept_features
from galaxyzoo.engine.resume import SavedState
from galaxyzoo.engine.stage_loss import StageLoss
from galaxyzoo.foundation.errors import InputError

log = logging.getLogger(__name__)

PENALTIES = tuple(10.0**-power for power in range(8))  # from 1 down to 1e-7
WORSE_IN_TURN = 2  # penalties after the best, before weaker ones are left out
MOST_STEPS = 50  # of L-BFGS, for each penalty
ENDED = 1e-7  # the least by which a step changes the loss: 5e-7 of an error of 0.1


class Head(NamedTuple):
    """A linear layer: weights (columns, C) and biases (columns,) float32, and its penalty."""

    weight: torch.Tensor
    bias: torch.Tensor
    penalty: float

    def raw(self, features: torch.Tensor) -> torch.Tensor:
        """The raw outputs (n, columns) of features (n, C)."""
        return torch.addmm(self.bias, features, self.weight.T)


class Scale(NamedTuple):
    """The mean (C,) of features, and the factor (C,) after which their variances sum to 1."""

    mean: torch.Tensor
    factor: torch.Tensor

    def moved(self, head: Head, by: torch.Tensor, bias: torch.Tensor, penalty: float) -> Head:
        """The head after a move `by` (columns, C), in scaled features, and of its `bias`."""
        move = by * self.factor
        return Head(head.weight + move, head.bias + bias - move @ self.mean, penalty)


def fit_probe(
    network: GalaxyNetwork,
    train: Galaxies,
    valid: Galaxies,
    stage: dict[str, Any],
    augmentation: dict[str, Any],
    seed: int,
    saved: SavedState,
    write_tables: Callable[[pd.DataFrame, pd.DataFrame], None],
) -> None:
    """Replace the head of a network by the one that a probe finds.

    `write_tables` is called once, with two tables of one row, whose columns are those of
    `train_stage`'s. `train_loss` is a mean squared error over all views, there is no `lr`, and
    `penalty` is the one that was chosen. Raises InputError if the validation error is not finite.
    """
    started = time.perf_counter()
    kept = kept_features(network, train, stage, augmentation, seed, saved)
    on_valid = in_first_view(network, valid, stage["batch_size"])
    seen = time.perf_counter()
    loss = StageLoss(network, train, stage)
    layer = network.head[-1]
    begun = Head(layer.weight.detach().clone(), layer.bias.detach().clone(), math.inf)
    is_ridge = network.output is OUTPUT_LAYERS["none"]
    fitted = (by_ridge if is_ridge else by_steps)(kept, begun, loss)
    best, error, tried = chosen(begun, fitted, lambda head: rmse(head, on_valid, valid, loss))
    if not math.isfinite(error):
        raise InputError(
            f"the validation error of stage {stage['name']} is {error}: the features of the "
            "starting weights are not finite; begin with others"
        )
    log.info(
        "of %d penalties, %g has the lowest error on validation galaxies, %.4f",
        tried,
        best.penalty,
        error,
    )
    with torch.no_grad():
        layer.weight.copy_(best.weight)
        layer.bias.copy_(best.bias)
    now = time.perf_counter()
    history = {
        "epoch": 1,
        "train_loss": squared_error(best, kept, loss),
        "valid_loss": error**2,
        "valid_rmse": error,
        "lr": math.nan,
        "penalty": best.penalty,
    }
    timing = {
        "epoch": 1,
        "images_per_second": (len(kept) + len(valid)) / (seen - started),
        "validation": 0.0,
        "saving": 0.0,
        "seconds": now - started,
    }
    write_tables(pd.DataFrame([history]), pd.DataFrame([timing]))


def chosen(
    begun: Head, fitted: Iterator[Head], error_of: Callable[[Head], float]
) -> tuple[Head, float, int]:
    """The head with the lowest error, that error, and how many penalties were tried.

    `fitted` are heads from the strongest penalty to the weakest. Once some in turn are worse than
    the best, weaker ones are not tried.
    """
    best, lowest, worse, tried = begun, error_of(begun), 0, 1
    for head in fitted:
        error, tried = error_of(head), tried + 1
        best, lowest, worse = (head, error, 0) if error < lowest else (best, lowest, worse + 1)
        if worse == WORSE_IN_TURN:
            break
    return best, lowest, tried


@torch.no_grad()
def rmse(head: Head, features: torch.Tensor, galaxies: Galaxies, loss: StageLoss) -> float:
    """Kaggle's error of a head on galaxies with such features (N, C): a root mean square."""
    labels = galaxies.labels.to(features.device)
    errors = loss.output.probabilities(head.raw(features), loss.tree) - labels
    return math.sqrt(errors[~labels.isnan()].double().square().mean().item())


@torch.no_grad()
def squared_error(head: Head, kept: KeptFeatures, loss: StageLoss) -> float:
    """The mean squared error of a head on kept features, as the mean over their parts."""
    total = 0.0
    for rows in kept:
        predicted = loss.output.probabilities(head.raw(rows.features), loss.tree)
        total += mean_squared_error(predicted, rows.labels, None).item() * len(predicted)
    return total / len(kept)


def scale_of(kept: KeptFeatures) -> Scale:
    """The scale of kept features. One that never changes is left as it is."""
    count, total, squares = 0, 0.0, 0.0
    for rows in kept:
        features = rows.features.double()
        count += len(features)
        total = total + features.sum(dim=0)
        squares = squares + features.square().sum(dim=0)
    mean = total / count
    variance = (squares / count - mean**2).clamp(min=0)
    varies = variance > torch.finfo(torch.float32).eps * (mean**2 + variance)
    factor = torch.where(varies, variance.where(varies, 1.0).rsqrt(), 1.0)
    return Scale(mean.float(), (factor / math.sqrt(len(factor))).float())


def by_steps(kept: KeptFeatures, begun: Head, loss: StageLoss) -> Iterator[Head]:
    """The heads that minimise the stage's loss with each of PENALTIES, by L-BFGS.

    Each fit begins where the one before ended. The loss is the mean over the parts of the features,
    as training's is over batches. Steps are taken along the features' principal axes, each divided
    by the root of its variance and the penalty, in which a squared loss is as steep in all
    directions: so few are needed.
    """
    scale = scale_of(kept)
    variances, axes = torch.linalg.eigh(covariance(kept, scale))
    variances, axes = variances.clamp(min=0).float(), axes.float()
    move, bias = torch.zeros_like(begun.weight), torch.zeros_like(begun.bias)
    for penalty in PENALTIES:
        root = (variances + penalty).sqrt()
        steps = (move @ axes) * root
        to_move = (axes / root).T
        steps, bias = minimum(kept, begun, loss, scale, to_move, steps, bias, penalty)
        move = steps @ to_move
        yield scale.moved(begun, move, bias, penalty)


def minimum(
    kept: KeptFeatures,
    begun: Head,
    loss: StageLoss,
    scale: Scale,
    to_move: torch.Tensor,
    steps: torch.Tensor,
    bias: torch.Tensor,
    penalty: float,
) -> tuple[torch.Tensor, torch.Tensor]:
    """The `steps` (columns, C) and `bias` (columns,) with the lowest objective, from given ones on.

    Steps times `to_move` (C, C) are the head's move, in scaled features.
    """
    steps, bias = steps.clone().requires_grad_(), bias.clone().requires_grad_()
    optimiser = torch.optim.LBFGS(
        [steps, bias],
        max_iter=MOST_STEPS,
        tolerance_change=ENDED,
        history_size=20,
        line_search_fn="strong_wolfe",
    )

    def objective() -> torch.Tensor:
        optimiser.zero_grad()
        penalised = penalty * (steps @ to_move).square().sum(dim=1).mean()
        penalised.backward()
        total = penalised.detach()
        for rows in kept:
            raw = scale.moved(begun, steps @ to_move, bias, penalty).raw(rows.features)
            _, of_part = loss.predicted_and_loss(raw, rows.labels, rows.votes)
            share = of_part * (len(raw) / len(kept))
            share.backward()
            total += share.detach()
        return total

    optimiser.step(objective)
    return steps.detach(), bias.detach()


def covariance(kept: KeptFeatures, scale: Scale) -> torch.Tensor:
    """The covariance (C, C) float64 of kept features after their scale."""
    total = 0.0
    for rows in kept:
        scaled = ((rows.features - scale.mean) * scale.factor).double()
        total = total + scaled.T @ scaled
    return total / len(kept)


@torch.no_grad()
def by_ridge(kept: KeptFeatures, begun: Head, loss: StageLoss) -> Iterator[Head]:
    """The heads that minimise mean squared errors with each of PENALTIES, in closed form.

    Answers with labels of the same galaxies share one decomposition, and only its matrix (C, C) is
    in memory. The mean is over all labels that there are, and by the galaxies' weights.
    """
    scale = scale_of(kept)
    is_known = ~kept.galaxies.labels.isnan().cpu().numpy()
    _, patterns = np.unique(is_known, axis=1, return_inverse=True)
    labels = is_known.sum() * kept.views
    moves = torch.zeros((len(PENALTIES), *begun.weight.shape), device=begun.weight.device)
    biases = torch.zeros((len(PENALTIES), *begun.bias.shape), device=begun.bias.device)
    for pattern in range(patterns.max() + 1):
        columns = torch.from_numpy(np.flatnonzero(patterns == pattern)).to(moves.device)
        moments = weighted_moments(kept, begun, loss, scale, columns)
        for i, (move, bias) in enumerate(ridges(*moments, labels / is_known.shape[1])):
            moves[i, columns], biases[i, columns] = move.T.float(), bias.float()
    for penalty, move, bias in zip(PENALTIES, moves, biases, strict=True):
        yield scale.moved(begun, move, bias, penalty)


def weighted_moments(
    kept: KeptFeatures, begun: Head, loss: StageLoss, scale: Scale, columns: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Weighted sums over the rows that have labels of some columns, which the same rows have.

    With x the scaled features and a 1 after them, and r what the first head leaves of the labels:
    the sums of x x' (C + 1, C + 1) and of x r' (C + 1, columns), float64.
    """
    squares, products = 0.0, 0.0
    for rows in kept:
        rows_with = ~rows.labels[:, columns[0]].isnan()
        features, labels = rows.features[rows_with], rows.labels[rows_with]
        votes = None if rows.votes is None else rows.votes[rows_with]
        weights = loss.weights(labels, votes)
        scaled = ((features - scale.mean) * scale.factor).double()
        x = torch.cat([scaled, torch.ones_like(scaled[:, :1])], dim=1)
        left = (labels - begun.raw(features))[:, columns].double()
        weighted = x if weights is None else x * weights.double()
        squares = squares + weighted.T @ x
        products = products + weighted.T @ left
    return squares, products


def ridges(
    squares: torch.Tensor, products: torch.Tensor, labels_of_one: float
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """The ridge regressions with each of PENALTIES: weights (C, columns) and biases (columns,).

    `squares` and `products` are those of `weighted_moments`. A penalty of 1 is as strong as
    `labels_of_one`, the mean number of labels of an answer. The bias has no penalty.
    """
    weight, sums = squares[-1, -1], squares[:-1, -1]
    centred = squares[:-1, :-1] - torch.outer(sums, sums) / weight
    values, vectors = torch.linalg.eigh(centred)
    turned = vectors.T @ (products[:-1] - torch.outer(sums, products[-1]) / weight)
    for penalty in PENALTIES:
        move = vectors @ (turned / (values.clamp(min=0) + penalty * labels_of_one)[:, None])
        yield move, (products[-1] - sums @ move) / weight
