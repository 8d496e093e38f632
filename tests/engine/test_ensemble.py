"""Which network of an ensemble is which, and what it needs to predict."""

import numpy as np
import pytest
import torch

from galaxyzoo.engine.augmentation import tta_maps
from galaxyzoo.engine.checkpoints import save_checkpoint
from galaxyzoo.engine.ensemble import restored_ensemble
from galaxyzoo.foundation.errors import InputError
from tiny_network import CPU, MODEL, new_tiny_network, same
from trees import GALAXY_ZOO_2

TTA = {"rotations": 2, "flips": True, "zooms": [1.0]}
SHARED = {"model": MODEL, "precision": "bfloat16", "tta": TTA}
SETTINGS = {
    "one": SHARED | {"seeds": [3, 1], "crop": 32},
    "two": SHARED | {"seeds": [0], "crop": 48},
}
SHARES = {"one": 0.6, "two": 0.0}


@pytest.fixture
def saved(tmp_path):
    """Three networks, and the paths of their checkpoints."""
    networks, paths = [], []
    for number, name in enumerate(("one/seed3", "one/seed1", "two/seed0")):
        networks.append(new_tiny_network())
        with torch.no_grad():
            networks[-1].head[-1].bias.add_(number)
        paths.append(tmp_path / name / "stages" / "all_32.pt")
        paths[-1].parent.mkdir(parents=True)
        save_checkpoint(networks[-1], paths[-1], MODEL, {})
    return networks, paths


def test_each_network_has_its_name_crop_and_share(saved):
    networks, paths = saved
    members = restored_ensemble(paths, SETTINGS, SHARES, GALAXY_ZOO_2)
    assert [(one.name, one.crop_px, one.share) for one in members] == [
        ("one.seed3", 32, 0.3),
        ("one.seed1", 32, 0.3),
        ("two.seed0", 48, 0.0),
    ]
    for one, network in zip(members, networks, strict=True):
        assert same(one.network.state_dict(), network.state_dict())


def test_precision_is_that_of_predictions_only_where_it_predicts(saved):
    _, paths = saved
    for one in restored_ensemble(paths, SETTINGS, SHARES, GALAXY_ZOO_2):
        assert one.network.body_dtype == torch.float32
        np.testing.assert_array_equal(one.maps, tta_maps(TTA))
    for one in restored_ensemble(paths, SETTINGS, SHARES, GALAXY_ZOO_2, CPU):
        assert one.network.body_dtype == torch.bfloat16
        np.testing.assert_array_equal(one.maps, tta_maps(TTA))


def test_a_checkpoint_of_another_network_is_refused_by_name(saved):
    _, paths = saved
    settings = SETTINGS | {"two": SETTINGS["two"] | {"model": MODEL | {"head": "linear"}}}
    with pytest.raises(InputError, match=r"two/seed0/stages/all_32\.pt is of another network"):
        restored_ensemble(paths, settings, SHARES, GALAXY_ZOO_2)
