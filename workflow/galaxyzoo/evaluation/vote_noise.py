"""What the scatter of counted votes alone costs, where the chances behind them are not known."""

import numpy as np

from galaxyzoo.foundation.randomness import numpy_generator
from galaxyzoo.tree.decision_tree import DecisionTree

DRAWS = 100


def vote_noise_floor(votes: np.ndarray, voted: np.ndarray, tree: DecisionTree) -> float:
    """The root mean square error, over all labels, that the chances behind the votes would have.

    `votes` (n, columns) are the counted votes, NaN where not known, and `voted` (n, columns) the
    labels. Each question's votes are drawn again DRAWS times, from their own shares and one vote
    fewer: p (1 - p) / (n - 1) is an unbiased estimate of the variance of a share p of n votes. Each
    draw is multiplied down the tree as labels are. Votes of crowds that differ from each other
    scatter more than these, so that this is the least that they cost. A single vote does not tell
    how far it scatters, and counts as if it did not. NaN if there is no label.
    """
    known = ~np.isnan(voted)
    if not known.any():
        return float("nan")
    counts = [np.nan_to_num(votes[:, columns]) for columns in tree.slices]
    asked = [each.sum(axis=1, keepdims=True) for each in counts]
    shares = [each / np.maximum(total, 1) for each, total in zip(counts, asked, strict=True)]
    expected = np.concatenate(tree.weighted(shares), axis=1)
    rng = numpy_generator("vote noise")
    squared = 0.0
    for _ in range(DRAWS):
        drawn = [shares_drawn(each, total, rng) for each, total in zip(shares, asked, strict=True)]
        errors = np.concatenate(tree.weighted(drawn), axis=1) - expected
        squared += np.mean(errors[known] ** 2)
    return float(np.sqrt(squared / DRAWS))


def shares_drawn(shares: np.ndarray, asked: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The shares (n, answers) of one question by other volunteers, one fewer than `asked` (n, 1).

    As they are where that leaves none.
    """
    volunteers = np.maximum(asked[:, 0] - 1, 0).astype(int)
    drawn = rng.multinomial(volunteers, shares) / np.maximum(volunteers, 1)[:, np.newaxis]
    return np.where(volunteers[:, np.newaxis] > 0, drawn, shares)
