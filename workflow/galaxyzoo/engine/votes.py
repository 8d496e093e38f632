"""How counted votes enter training: the likelihood of each question's votes, and weights.

The Dirichlet-multinomial: each galaxy meets a crowd of its own, whose chances of the answers to a
question are drawn from a Dirichlet distribution with the concentrations exp(raw), one for each
answer; the votes are then multinomial. This is the loss of Zoobot 2 (Walmsley et al. 2022, MNRAS
509, 3966; 2023, JOSS 8(85), 5312). The mean chance of an answer is its concentration over their
sum: the softmax of the raw outputs, which is what a network predicts. The larger the sum, the surer
is the network of these chances.
"""

from functools import cache

import numpy as np
import torch

from galaxyzoo.tree.decision_tree import DecisionTree

DIRICHLET_MULTINOMIAL = "dirichlet_multinomial"
LARGEST_RAW = 12.0  # either way: concentrations from 6e-6 to 2e5, whose likelihoods are finite


@cache
def questions_of_columns(tree: DecisionTree, device: torch.device) -> torch.Tensor:
    """1 where a column is an answer of a question, else 0: (columns, questions) float64.

    Made once for a device, so that no batch waits for the transfer.
    """
    member = np.zeros((len(tree.columns), len(tree.questions)))
    for question, columns in enumerate(tree.slices):
        member[columns, question] = 1
    return torch.from_numpy(member).to(device)


def dirichlet_multinomial(
    raw: torch.Tensor, votes: torch.Tensor, tree: DecisionTree
) -> torch.Tensor:
    """The negative log-likelihood of votes (N, columns), over the number of answers with votes.

    `raw` (N, columns) are a network's raw outputs; beyond LARGEST_RAW they count as that. A vote is
    a whole number, or NaN where it is not known. The likelihoods of all questions are multiplied. A
    question with an unknown vote counts nowhere; that of one that nobody was asked is 1.
    Computed in float64, since it is a small difference of large logarithms. Returns one float32
    number, like the other losses a mean over answers, so that it is of a similar size.
    """
    concentrations = raw.double().clamp(-LARGEST_RAW, LARGEST_RAW).exp()
    member = questions_of_columns(tree, raw.device)
    unknown = (votes.isnan().to(member) @ member @ member.T) > 0
    counts = votes.to(member).masked_fill(unknown, 0.0)
    together, asked = concentrations @ member, counts @ member
    of_answers = (
        torch.lgamma(counts + concentrations)
        - torch.lgamma(concentrations)
        - torch.lgamma(counts + 1)
    )
    of_questions = torch.lgamma(together) + torch.lgamma(asked + 1) - torch.lgamma(asked + together)
    answers = ((asked > 0).to(member) @ member.T).sum().clamp(min=1)
    return -((of_answers.sum() + of_questions.sum()) / answers).float()


def dispersion(raw: torch.Tensor, tree: DecisionTree) -> torch.Tensor:
    """How unsure a network is of each question's chances, (..., questions) in (0, 1).

    `raw` is (..., columns); returns float64. The variance of a chance p is p (1 - p) times this,
    which is 1 / (1 + the sum of the question's concentrations).
    """
    concentrations = raw.double().clamp(-LARGEST_RAW, LARGEST_RAW).exp()
    return 1 / (1 + concentrations @ questions_of_columns(tree, raw.device))


def weights_of_votes(votes: torch.Tensor, half: float, tree: DecisionTree) -> torch.Tensor:
    """How much each galaxy counts, (N, 1) float32, by its number n of votes: n / (n + half).

    n is the largest number of votes (N, columns) on one of its questions, which is the number of
    its volunteers. The scatter of a galaxy's labels has two parts, one that falls as 1 / n and one
    that is the network's own, so that its weight rises with n and levels off; `half` is where the
    parts are equal. Weights are by galaxy and not by question: labels are weighted down the tree,
    and that few are asked a question is itself known from all volunteers.
    """
    asked = votes.double().nan_to_num(0.0) @ questions_of_columns(tree, votes.device)
    most = asked.amax(dim=1, keepdim=True)
    return (most / (most + half)).float()
