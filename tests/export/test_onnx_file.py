"""Networks of several kinds, sizes and crops in one ONNX file predict as they do in torch."""

import numpy as np
import onnxruntime
import pytest
import torch

from galaxyzoo.catalogue.ensemble import middle_of
from galaxyzoo.engine.augmentation import tta_maps
from galaxyzoo.engine.ensemble import Member
from galaxyzoo.engine.network import GalaxyNetwork
from galaxyzoo.engine.prediction import predict_views, ready
from galaxyzoo.export.onnx_file import ExportedEnsemble, write_onnx
from trees import GALAXY_ZOO_2, RING_TREE

CPU = torch.device("cpu")


def member(tree, bands, backbone, output, size_px, zoom, crop_px, share):
    torch.manual_seed(0)
    network = GalaxyNetwork(backbone, "fastai", output, tree, 0.0, bands)
    network.set_size(size_px)
    network.zoom = zoom
    tta = {"rotations": 1 + size_px // 64, "flips": zoom > 1, "zooms": [1.0, zoom + 0.1]}
    return Member(backbone, network, tta_maps(tta), crop_px, share)


@pytest.mark.parametrize(
    ("tree", "bands", "networks"),
    [
        (
            GALAXY_ZOO_2,
            3,
            [
                ("test_resnet", "softmax", 32, 1.2, 64, 0.25),
                ("test_vit", "tree", 160, 1.0, 96, 0.75),
                ("test_convnext", "softmax", 64, 1.0, 64, 0.0),
            ],
        ),
        (
            RING_TREE,
            5,
            [
                ("test_resnet", "sigmoid", 32, 1.2, 64, 0.25),
                ("test_resnet", "none", 64, 1.0, 96, 0.75),
            ],
        ),
    ],
    ids=["Galaxy Zoo 2", "rings in five bands"],
)
def test_each_network_sees_its_own_crop_and_has_its_own_share(tmp_path, tree, bands, networks):
    members = [member(tree, bands, *network) for network in networks]
    write_onnx(ExportedEnsemble(members), tmp_path / "model.onnx")
    rng = np.random.default_rng(0)
    crops = rng.integers(0, 256, (5, 96, 96, bands), np.uint8)
    session = onnxruntime.InferenceSession(
        tmp_path / "model.onnx", providers=["CPUExecutionProvider"]
    )
    bag, each, features = session.run(["bag", "networks", "features"], {"crops": crops})
    expected = np.stack(
        [
            predict_views(
                ready(one.network, CPU), middle_of(crops, one.crop_px), one.maps, CPU
            ).mean(dim=0)
            for one in members
        ],
        axis=1,
    )
    np.testing.assert_allclose(each, expected, atol=1e-4)
    np.testing.assert_allclose(bag, 0.25 * expected[:, 0] + 0.75 * expected[:, 1], atol=1e-4)
    assert features.shape == (5, members[0].network.body.num_features)
