"""Output layers: the tree's sums, and gradients that never die."""

import pytest
import torch

from galaxyzoo.engine.output_layers import OUTPUT_LAYERS
from trees import GALAXY_ZOO_2, RING_TREE, VOTES_FOR_TREE


def raw_outputs(rows: int = 200) -> torch.Tensor:
    return torch.randn(rows, 37, generator=torch.Generator().manual_seed(0)) * 3


@pytest.mark.parametrize("name", ["tree", "softmax"])
def test_sums_hold_on_random_outputs(name):
    probabilities = OUTPUT_LAYERS[name].probabilities(raw_outputs(), GALAXY_ZOO_2)
    assert GALAXY_ZOO_2.sum_errors(probabilities.double().numpy()).max() < 1e-5
    assert probabilities.min() >= 0


def test_tree_divides_clamped_outputs_and_multiplies_by_the_parent():
    raw = torch.full((1, 37), 1.0)
    raw[0, :3] = torch.tensor([3.0, 1.0, -5.0])  # question 1: 0.75, 0.25, 0
    raw[0, 3:5] = torch.tensor([2.0, 6.0])  # question 2: a quarter and three quarters of 0.25
    probabilities = OUTPUT_LAYERS["tree"].probabilities(raw, GALAXY_ZOO_2)[0]
    torch.testing.assert_close(probabilities[:3], torch.tensor([0.75, 0.25, 0.0]))
    torch.testing.assert_close(probabilities[3:5], torch.tensor([0.0625, 0.1875]))


@pytest.mark.parametrize("value", [0.0, -4.0, -1e-8, 1e-12])
def test_a_question_without_a_positive_output_keeps_its_gradient(value):
    raw = torch.full((1, 37), 1.0)
    raw[0, :3] = value
    raw.requires_grad_()
    probabilities = OUTPUT_LAYERS["tree"].probabilities(raw, GALAXY_ZOO_2)
    assert probabilities.isfinite().all()
    (probabilities[0, 0] - 1).square().backward()
    assert raw.grad.isfinite().all()
    assert raw.grad[0, 0] < 0


def test_a_dead_question_recovers_by_training():
    raw = torch.full((1, 37), -3.0, requires_grad=True)
    optimiser = torch.optim.Adam([raw], lr=0.2)
    target = torch.zeros(37)
    target[0] = 1.0
    for _ in range(100):
        loss = (
            (OUTPUT_LAYERS["tree"].probabilities(raw, GALAXY_ZOO_2)[0, :3] - target[:3])
            .square()
            .sum()
        )
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert loss.item() < 0.01
    assert raw.isfinite().all()


def test_sigmoid_and_none_take_each_column_by_itself():
    raw = raw_outputs()
    sigmoid, none = (OUTPUT_LAYERS[name].probabilities for name in ("sigmoid", "none"))
    torch.testing.assert_close(sigmoid(raw, GALAXY_ZOO_2), 1 / (1 + (-raw).exp()))
    torch.testing.assert_close(none(raw, GALAXY_ZOO_2), raw)


@pytest.mark.parametrize("name", ["tree", "softmax", "sigmoid"])
def test_a_single_answer_has_a_logistic_function_of_its_own(name):
    raw = torch.randn(50, 6, generator=torch.Generator().manual_seed(0))
    probabilities = OUTPUT_LAYERS[name].probabilities(raw, RING_TREE)
    torch.testing.assert_close(probabilities[:, 5], raw[:, 5].sigmoid())
    if name != "sigmoid":
        assert RING_TREE.sum_errors(probabilities.double().numpy()).max() < 1e-5


@pytest.mark.parametrize("name", ["tree", "softmax"])
def test_what_a_single_answer_leads_to_is_multiplied_by_it(name):
    raw = torch.tensor([[0.0, 1.0, 1.0]])
    expected = torch.tensor([[0.5, 0.25, 0.25]])
    torch.testing.assert_close(OUTPUT_LAYERS[name].probabilities(raw, VOTES_FOR_TREE), expected)


@pytest.mark.parametrize("name", OUTPUT_LAYERS)
@pytest.mark.parametrize(
    ("tree", "values"),
    [(RING_TREE, [0.8, 0.2, 0.1, 0.5, 0.2, 0.3]), (VOTES_FOR_TREE, [0.4, 0.3, 0.1])],
)
def test_raw_outputs_can_be_found_for_the_values_of_any_tree(name, tree, values):
    wanted = torch.tensor(values)
    raw = OUTPUT_LAYERS[name].raw_outputs(wanted, tree)
    torch.testing.assert_close(OUTPUT_LAYERS[name].probabilities(raw, tree), wanted)


def test_the_sigmoid_reproduces_0_and_1_to_within_a_thousandth():
    wanted = torch.tensor([0.0, 1.0, 0.5])
    raw = OUTPUT_LAYERS["sigmoid"].raw_outputs(wanted, VOTES_FOR_TREE)
    again = OUTPUT_LAYERS["sigmoid"].probabilities(raw, VOTES_FOR_TREE)
    torch.testing.assert_close(again, torch.tensor([0.001, 0.999, 0.5]))


def test_the_softmax_reproduces_0_to_within_a_thousandth_of_its_question():
    shares = [torch.eye(len(question.answers))[0] for question in GALAXY_ZOO_2.questions]
    wanted = torch.cat(GALAXY_ZOO_2.weighted(shares))
    raw = OUTPUT_LAYERS["softmax"].raw_outputs(wanted, GALAXY_ZOO_2)
    again = OUTPUT_LAYERS["softmax"].probabilities(raw, GALAXY_ZOO_2)
    # Three answers: shares of 1, 0.001 and 0.001, of a sum of 1.002.
    torch.testing.assert_close(again[:3], torch.tensor([1, 0.001, 0.001]) / 1.002)


def test_the_division_takes_over_as_soon_as_outputs_are_above_0():
    raw = torch.full((1, 37), 1.0)
    raw[0, :3] = torch.tensor([3e-4, 1e-4, -5.0])
    probabilities = OUTPUT_LAYERS["tree"].probabilities(raw, GALAXY_ZOO_2)[0]
    torch.testing.assert_close(probabilities[:3], torch.tensor([0.75, 0.25, 0.0]))
