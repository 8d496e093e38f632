"""What a network has of a galaxy before its head: in batches, alone, and beside its views."""

import numpy as np
import torch

from galaxyzoo.engine.augmentation import first_view
from galaxyzoo.engine.pooled_features import collected, features_of
from galaxyzoo.engine.prediction import predict_views, ready
from galaxyzoo.engine.transforms import warp
from tiny_network import CPU, new_tiny_network

CROPS = np.random.default_rng(0).integers(0, 256, (7, 32, 32, 3), dtype=np.uint8)


def test_features_are_the_mean_over_all_places():
    network = ready(new_tiny_network(), CPU)
    images = warp(torch.from_numpy(CROPS).permute(0, 3, 1, 2), torch.from_numpy(first_view()), 32)
    with torch.no_grad():
        places = network.features((images - network.mean) / network.std)
    found = features_of(network, CROPS, np.arange(7), batch_size=3, device=CPU)
    np.testing.assert_allclose(found, places.mean(dim=(2, 3)), rtol=1e-4, atol=1e-5)


def test_they_are_of_the_rows_that_are_asked_for_whatever_the_batch():
    network = new_tiny_network()
    whole = features_of(network, CROPS, np.arange(7), batch_size=7, device=CPU)
    some = features_of(network, CROPS, np.array([5, 0, 3]), batch_size=2, device=CPU)
    np.testing.assert_allclose(some, whole[[5, 0, 3]], rtol=1e-4, atol=1e-5)


def test_each_view_that_is_predicted_has_its_own_and_afterwards_nothing_is_kept():
    network = ready(new_tiny_network(), CPU)
    with collected(network) as batches:
        predict_views(network, CROPS, np.concatenate([first_view(), -first_view()]), CPU)
    assert [batch.shape for batch in batches] == [(7, network.body.num_features)] * 2
    assert not torch.equal(batches[0], batches[1])
    predict_views(network, CROPS, first_view(), CPU)
    assert len(batches) == 2
