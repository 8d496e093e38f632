"""Output layers: from a network's raw outputs, one a column, to weighted answer probabilities.

Each layer stands with its inverse, and both compute in the precision of their input, which is
float32 whatever that of the network's body.

- `tree` is the divisive layer of Dieleman, Willett & Dambre 2015 (MNRAS 450, 1441, section 6.4) and
  of the blog. `softmax` takes the softmax over each question instead. Both multiply down the tree,
  and so meet its sums by construction.
- `sigmoid` and `none` treat every column by itself.

A question with a single answer has nothing to divide: `tree` and `softmax` give it a logistic
function of its own.
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import torch

from galaxyzoo.tree.decision_tree import DecisionTree

SMALLEST_SHARE = 1e-3  # probabilities of 0 and 1 have no raw output that a logit could give

Function = Callable[[torch.Tensor], torch.Tensor]


class OutputLayer(NamedTuple):
    """A layer and its inverse, each from (..., columns) to the same shape.

    `raw_outputs` gives raw outputs that `probabilities` turns into the given values. The values
    should meet the tree's sums; those of 0 and 1 are met to one in a thousand.
    """

    probabilities: Callable[[torch.Tensor, DecisionTree], torch.Tensor]
    raw_outputs: Callable[[torch.Tensor, DecisionTree], torch.Tensor]


def divided(raw: torch.Tensor) -> torch.Tensor:
    """Shares (..., answers) of one question: outputs clamped at 0, divided by their sum.

    Where no output is above 0, the division has no value, and the clamp has no gradient by which
    the question could recover. There the shares are the softmax's.
    """
    positive = raw.clamp(min=0)
    total = positive.sum(dim=-1, keepdim=True)
    alive = total > torch.finfo(raw.dtype).eps
    return torch.where(alive, positive / total.where(alive, 1.0), raw.softmax(dim=-1))


def down_the_tree(raw: torch.Tensor, tree: DecisionTree, shares: Function) -> torch.Tensor:
    """Each question's `shares` of its raw outputs, multiplied down the tree."""
    parts = [
        raw[..., s].sigmoid() if question.single else shares(raw[..., s])
        for question, s in zip(tree.questions, tree.slices, strict=True)
    ]
    return torch.cat(tree.weighted(parts), dim=-1)


def up_the_tree(
    probabilities: torch.Tensor, tree: DecisionTree, raw_outputs: Function
) -> torch.Tensor:
    """The inverse: each question's shares of its sum, as `raw_outputs` of them."""
    parts = []
    for question, s in zip(tree.questions, tree.slices, strict=True):
        values = probabilities[..., s]
        if question.single:
            parts.append(logit(values))
        else:
            shares = values / values.sum(dim=-1, keepdim=True).clamp(min=1e-12)
            parts.append(raw_outputs(shares.clamp(min=SMALLEST_SHARE)))
    return torch.cat(parts, dim=-1)


def logit(values: torch.Tensor) -> torch.Tensor:
    """The inverse of the logistic function, finite at 0 and 1."""
    return values.logit(eps=SMALLEST_SHARE)


def unchanged(values: torch.Tensor) -> torch.Tensor:
    """The values themselves."""
    return values


def by_question(shares: Function, raw_outputs: Function) -> OutputLayer:
    """A layer that treats each question by itself and multiplies down the tree."""
    return OutputLayer(
        partial(down_the_tree, shares=shares), partial(up_the_tree, raw_outputs=raw_outputs)
    )


def by_column(function: Function, inverse: Function) -> OutputLayer:
    """A layer that treats each column by itself, whatever the tree."""
    return OutputLayer(lambda raw, tree: function(raw), lambda values, tree: inverse(values))


OUTPUT_LAYERS: dict[str, OutputLayer] = {
    "tree": by_question(divided, unchanged),
    "softmax": by_question(partial(torch.softmax, dim=-1), torch.log),
    "sigmoid": by_column(torch.sigmoid, logit),
    "none": by_column(unchanged, unchanged),  # as the blog trained first
}
