"""Output layers: from a network's raw outputs, one per column, to weighted answer probabilities.

Each layer is paired with its inverse. Both compute in the precision of their input, which is
float32 whatever the precision of the network's body.

- `tree` is the divisive layer of Dieleman, Willett & Dambre 2015 (MNRAS 450, 1441, section 6.4) and
  of the blog. `softmax` takes the softmax over each question instead. Both multiply down the tree,
  so their outputs satisfy its sum constraints by construction.
- `sigmoid` and `none` treat each column separately.

A question with a single answer has nothing to divide: `tree` and `softmax` apply a logistic
function to it.
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import torch

from galaxyzoo.tree.decision_tree import DecisionTree

SMALLEST_SHARE = 1e-3  # probabilities of 0 and 1 have no finite logit

Function = Callable[[torch.Tensor], torch.Tensor]


class OutputLayer(NamedTuple):
    """A layer and its inverse, each from (..., columns) to the same shape.

    `raw_outputs` returns raw outputs that `probabilities` turns into the given values. The values
    should satisfy the tree's sum constraints. In place of a share of 0, the layers but `none` and
    `tree` reproduce one of about 0.001.
    """

    probabilities: Callable[[torch.Tensor, DecisionTree], torch.Tensor]
    raw_outputs: Callable[[torch.Tensor, DecisionTree], torch.Tensor]


def divided(raw: torch.Tensor) -> torch.Tensor:
    """Shares (..., answers) of one question: outputs clamped at 0, divided by their sum.

    If no output is above 0, the division is undefined, and the clamp has no gradient by which the
    question could recover. The shares are then the softmax of the outputs.
    """
    positive = raw.clamp(min=0)
    total = positive.sum(dim=-1, keepdim=True)
    alive = total > torch.finfo(raw.dtype).eps
    return torch.where(alive, positive / total.where(alive, 1.0), raw.softmax(dim=-1))


def down_the_tree(raw: torch.Tensor, tree: DecisionTree, shares: Function) -> torch.Tensor:
    """The `shares` of each question's raw outputs, multiplied down the tree."""
    parts = [
        raw[..., s].sigmoid() if question.single else shares(raw[..., s])
        for question, s in zip(tree.questions, tree.slices, strict=True)
    ]
    return torch.cat(tree.weighted(parts), dim=-1)


def up_the_tree(
    probabilities: torch.Tensor, tree: DecisionTree, raw_outputs: Function
) -> torch.Tensor:
    """The inverse of `down_the_tree`: the `raw_outputs` of each question's shares of its sum."""
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
    """A layer that treats each question separately and multiplies down the tree."""
    return OutputLayer(
        partial(down_the_tree, shares=shares), partial(up_the_tree, raw_outputs=raw_outputs)
    )


def by_column(function: Function, inverse: Function) -> OutputLayer:
    """A layer that treats each column separately and ignores the tree."""
    return OutputLayer(lambda raw, tree: function(raw), lambda values, tree: inverse(values))


OUTPUT_LAYERS: dict[str, OutputLayer] = {
    "tree": by_question(divided, unchanged),
    "softmax": by_question(partial(torch.softmax, dim=-1), torch.log),
    "sigmoid": by_column(torch.sigmoid, logit),
    "none": by_column(unchanged, unchanged),  # as in the blog's first training
}
