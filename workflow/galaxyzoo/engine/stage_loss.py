"""What a stage minimises of a network's raw outputs, with the weights of its galaxies."""

from typing import Any

import torch

from galaxyzoo.engine.dataset import Galaxies
from galaxyzoo.engine.losses import LOSSES, balanced
from galaxyzoo.engine.network import GalaxyNetwork
from galaxyzoo.engine.votes import (
    DIRICHLET_MULTINOMIAL,
    dirichlet_multinomial,
    weights_of_votes,
)


class StageLoss:
    """The loss of a `stage` as in the config; the weights' mean is 1 over the galaxies `train`."""

    def __init__(self, network: GalaxyNetwork, train: Galaxies, stage: dict[str, Any]) -> None:
        self.output, self.tree = network.output, network.tree
        self.name, self.half = stage["loss"], stage["vote_weights"]
        self.class_weights, self.vote_weight = None, None
        if stage["class_weights"] == "balanced":
            self.class_weights = balanced(train.labels).to(train.device)
        if self.half:
            every = weights_of_votes(train.votes, self.half, self.tree)
            self.vote_weight = 1 / every.mean().to(train.device)

    def predicted_and_loss(
        self, raw: torch.Tensor, labels: torch.Tensor, votes: torch.Tensor | None
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """The predictions (batch, columns) of `raw` outputs, and what the stage minimises of them.

        `labels` and `votes` (batch, columns) are those of `Galaxies`.
        """
        if self.name == DIRICHLET_MULTINOMIAL:
            predicted = self.output.probabilities(raw.detach(), self.tree)
            return predicted, dirichlet_multinomial(raw, votes, self.tree)
        predicted = self.output.probabilities(raw, self.tree)
        return predicted, LOSSES[self.name](predicted, labels, self.weights(labels, votes))

    def weights(self, labels: torch.Tensor, votes: torch.Tensor | None) -> torch.Tensor | None:
        """How much each galaxy counts, (batch, 1) float32; None if all count the same."""
        if self.vote_weight is not None:
            return self.vote_weight * weights_of_votes(votes, self.half, self.tree)
        return None if self.class_weights is None else labels @ self.class_weights
