"""From a network's raw outputs, one a column, to weighted answer probabilities, always in float32.

`tree` is the divisive layer of Dieleman, Willett & Dambre 2015 (MNRAS 450, 1441, section 6.4) and
of the blog; `softmax` shares out each question instead; both meet the tree's sums by construction.
`sigmoid` and `none` treat every column by itself.

A question with a single answer has nothing to share out: `tree` and `softmax` give it a logistic
function of its own.
"""

from collections.abc import Callable
from functools import partial

import torch

from galaxyzoo.decision_tree import DecisionTree

SMALLEST_SHARE = 1e-3

OutputLayer = Callable[[torch.Tensor, DecisionTree], torch.Tensor]
Shares = Callable[[torch.Tensor], torch.Tensor]


def divided(raw: torch.Tensor) -> torch.Tensor:
    """Shares (..., answers) of one question: outputs clamped at 0, divided by their sum.

    Where no output is above 0 the shares are the softmax's instead: there the division has no
    value, and the clamp no gradient by which the question could ever recover.
    """
    positive = raw.clamp(min=0)
    total = positive.sum(dim=-1, keepdim=True)
    alive = total > torch.finfo(raw.dtype).eps
    return torch.where(alive, positive / total.where(alive, 1.0), raw.softmax(dim=-1))


def tree(raw: torch.Tensor, decision_tree: DecisionTree) -> torch.Tensor:
    """Divide each question's clamped outputs by their sum, and multiply down the tree."""
    return weighted(raw, decision_tree, divided)


def softmax(raw: torch.Tensor, decision_tree: DecisionTree) -> torch.Tensor:
    """Softmax over each question's outputs, multiplied down the tree."""
    return weighted(raw, decision_tree, partial(torch.softmax, dim=-1))


def weighted(raw: torch.Tensor, decision_tree: DecisionTree, shares: Shares) -> torch.Tensor:
    """Each question's shares of its raw outputs, multiplied down the tree."""
    parts = [
        raw[..., s].sigmoid() if question.single else shares(raw[..., s])
        for question, s in zip(decision_tree.questions, decision_tree.slices, strict=True)
    ]
    return torch.cat(decision_tree.weighted(parts), dim=-1)


def sigmoid(raw: torch.Tensor, decision_tree: DecisionTree) -> torch.Tensor:
    """Logistic function of each column."""
    return raw.sigmoid()


def none(raw: torch.Tensor, decision_tree: DecisionTree) -> torch.Tensor:
    """The raw outputs, as the blog trained first; predictions clip them to [0, 1]."""
    return raw


def raw_outputs_for(
    output: str, probabilities: torch.Tensor, decision_tree: DecisionTree
) -> torch.Tensor:
    """Raw outputs that an output layer turns into the given probabilities, (..., columns) each.

    The probabilities should meet the tree's sums; those of 0 and 1 are met to one in a thousand.
    """
    if output == "none":
        return probabilities
    if output == "sigmoid":
        return probabilities.logit(eps=SMALLEST_SHARE)
    raw = []
    for question, s in zip(decision_tree.questions, decision_tree.slices, strict=True):
        values = probabilities[..., s]
        if question.single:
            raw.append(values.logit(eps=SMALLEST_SHARE))
            continue
        shares = values / values.sum(dim=-1, keepdim=True).clamp(min=1e-12)
        shares = shares.clamp(min=SMALLEST_SHARE)
        raw.append(shares.log() if output == "softmax" else shares)
    return torch.cat(raw, dim=-1)


OUTPUT_LAYERS: dict[str, OutputLayer] = {
    "tree": tree,
    "softmax": softmax,
    "sigmoid": sigmoid,
    "none": none,
}
