"""Pictures of one to five bands: the first layer takes them as timm adapts it, and all else too."""

import numpy as np
import pytest
import timm
import torch

from galaxyzoo.calibration.photometry import measured
from galaxyzoo.engine.attribution import occlusion_maps
from galaxyzoo.engine.augmentation import first_view
from galaxyzoo.engine.augmentation_example import augmented_views
from galaxyzoo.engine.checkpoints import save_checkpoint
from galaxyzoo.engine.dataset import load_galaxies
from galaxyzoo.engine.first_sight import as_seen
from galaxyzoo.engine.loaded_networks import new_network, restored_network
from galaxyzoo.engine.network import create_body, of_bands
from galaxyzoo.engine.prediction import predict_views, ready
from galaxyzoo.engine.pretrained import starting_weights
from galaxyzoo.engine.torch_files import save_checked
from galaxyzoo.foundation.checkpoint_notes import read_note
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.report.colours import in_colour
from galaxyzoo.report.templates import thumbnail
from tiny_network import AUGMENTATION, BACKBONE, CPU, MODEL, same, train
from trees import GALAXY_ZOO_2

LIGHT = AUGMENTATION | {"brightness": 0.1, "contrast": 0.1}
MEAN = np.full(37, 0.2)
TAUGHT = {"bands": ["r"], "stretch": None, "training_scale": None, "sizes": "crop", "crop": 48}
BANDS = [1, 2, 4, 5]


def crops_of(bands: int, count: int = 8) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (count, 48, 48, bands), np.uint8)


def started(folder, bands: int, weights: str):
    """A network of pictures with some bands, from weights as the rule keeps them."""
    path = folder / f"{bands}.safetensors"
    save_checked(starting_weights(BACKBONE, weights), path, {})
    network = new_network(MODEL, GALAXY_ZOO_2, path, MEAN, 0.0, seed=0, bands=bands)
    network.set_size(32)
    return network


def kept(network, folder):
    """The checkpoint of a network, where a stage would leave it."""
    path = folder / "seed0" / "stages" / "all.pt"
    path.parent.mkdir(parents=True, exist_ok=True)
    save_checkpoint(network, path, MODEL, {}, pictures=TAUGHT)
    return path


@pytest.mark.parametrize("bands", BANDS)
def test_weights_of_three_bands_are_adapted_as_timm_adapts_them(tmp_path, bands):
    state = create_body(BACKBONE).state_dict()
    file = tmp_path / "three.pt"
    torch.save(state, file)
    as_timm = timm.create_model(
        BACKBONE,
        in_chans=bands,
        num_classes=0,
        global_pool="",
        pretrained=True,
        pretrained_cfg_overlay={"file": str(file), "hf_hub_id": None, "url": None},
    )
    of_bands(state, create_body(BACKBONE, bands), bands)
    assert same(state, as_timm.state_dict())


@pytest.mark.parametrize("bands", BANDS)
def test_a_network_of_any_bands_trains_predicts_and_comes_back(tmp_path, bands):
    crops = crops_of(bands)
    network = started(tmp_path, bands, "random")
    labels = np.full((len(crops), 37), 0.5)
    galaxies = load_galaxies(crops, labels, np.arange(len(crops)), 32, 1.0, CPU, stream=False)
    assert galaxies.images.shape[1] == bands
    history, _ = train(network, galaxies, augmentation=LIGHT)
    assert history["valid_rmse"].notna().all()
    path = kept(network, tmp_path)
    assert read_note(path)["pictures"] == TAUGHT
    back = restored_network(path, MODEL, GALAXY_ZOO_2)
    predicted = [
        predict_views(ready(one, CPU), crops, first_view(), CPU) for one in (network, back)
    ]
    torch.testing.assert_close(predicted[0], predicted[1], rtol=0, atol=0)
    pictures, _, falls = occlusion_maps(network, crops[:1], [0], CPU)
    assert pictures.shape == (1, 32, 32, bands)
    assert falls.shape == (1, 32, 32)


def test_a_network_starts_from_one_of_as_many_bands_but_not_of_others(tmp_path):
    network = started(tmp_path, 4, "random")
    path = kept(network, tmp_path)
    again = started(tmp_path, 4, str(path))
    assert same(again.body.state_dict(), network.body.state_dict())
    with pytest.raises(InputError, match=r"and pictures of 2 bands need .* survey\.own\.bands"):
        started(tmp_path, 2, str(path))


@pytest.mark.parametrize("bands", [*BANDS, 3])
def test_pages_show_any_number_of_bands(bands):
    crops = crops_of(bands)
    shown = in_colour(crops)
    assert shown.shape == (8, 48, 48, 3)
    np.testing.assert_array_equal(shown[..., 0], crops[..., 0])
    np.testing.assert_array_equal(shown[..., 2], crops[..., min(bands, 3) - 1])
    assert thumbnail(crops[0])
    assert as_seen(crops, 32, AUGMENTATION).shape[-1] == bands
    assert augmented_views(crops[0], 32, LIGHT)[1].shape[-1] == bands


def test_light_is_the_mean_of_all_bands():
    crops = np.zeros((1, 48, 48, 4), np.uint8)
    crops[0, 14:34, 14:34] = (40, 80, 120, 160)
    found = measured(crops, np.array([0]))
    assert found["central_brightness"].tolist() == [100]  # the mean of the four
    assert found["red_share"].tolist() == [0.1]  # 40 of 400
    assert found["blue_share"].tolist() == [0.4]
