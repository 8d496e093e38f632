"""Which networks of an ensemble a shard needs."""

import numpy as np
import torch

from galaxyzoo.catalogue.ensemble import needed, predict_together
from galaxyzoo.engine.augmentation import first_view
from galaxyzoo.engine.ensemble import Member
from galaxyzoo.engine.pooled_features import features_of
from galaxyzoo.engine.prediction import ready
from tiny_network import new_tiny_network

CPU = torch.device("cpu")


def test_the_first_network_gives_the_features_even_if_it_has_no_share_of_the_mean():
    networks = [ready(new_tiny_network(), CPU) for _ in range(3)]
    for number, network in enumerate(networks):
        with torch.no_grad():
            network.body.conv1[0].weight.mul_(number + 1)
    shares = (0.0, 1.0, 0.0)
    members = [
        Member("any", network, first_view(), 32, share)
        for network, share in zip(networks, shares, strict=True)
    ]
    assert needed(members) == members[:2]
    crops = np.random.default_rng(0).integers(0, 256, (4, 32, 32, 3), np.uint8)
    found = predict_together(crops, needed(members), CPU)
    expected = features_of(networks[0], crops, np.arange(4), 4, CPU)
    np.testing.assert_allclose(found.features, expected, rtol=1e-5)
    alone = predict_together(crops, members[1:2], CPU)
    np.testing.assert_allclose(found.probabilities, alone.probabilities)
    np.testing.assert_allclose(found.between_networks, 0, atol=1e-9)


def test_networks_apart_are_told_as_the_mean_deviation_over_columns():
    networks = [ready(new_tiny_network(), CPU) for _ in range(2)]
    with torch.no_grad():
        networks[1].body.conv1[0].weight.mul_(3)
    crops = np.random.default_rng(0).integers(0, 256, (4, 32, 32, 3), np.uint8)
    members = [
        Member("any", network, first_view(), 32, share)
        for network, share in zip(networks, (0.25, 0.75), strict=True)
    ]
    one, other = (predict_together(crops, [member], CPU).probabilities for member in members)
    found = predict_together(crops, members, CPU)
    # Two values a and b of shares p and 1 - p deviate by sqrt(p (1 - p)) |a - b|.
    expected = np.sqrt(0.25 * 0.75 * np.mean((one - other) ** 2, axis=1))
    np.testing.assert_allclose(found.between_networks, expected, rtol=1e-6)
    assert expected.min() > 0
