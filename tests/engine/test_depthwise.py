"""The gradient of depthwise convolutions on small maps, against torch's own in float64."""

import pytest
import torch
from torch.nn import functional

from galaxyzoo.engine.depthwise import SmallMapGradients

# Width and height of the map, kernel, stride, padding; a map smaller than its kernel, padded.
SMALL = [
    *[(4, 4, 5, 1, 2), (2, 2, 5, 1, 2), (1, 1, 3, 1, 1), (3, 3, 5, 2, 2), (2, 3, 5, 1, 2)],
    *[(2, 2, 3, 2, 1), (5, 2, 3, 1, 1), (2, 2, 5, 3, 2), (1, 1, 7, 1, 3), (4, 4, 5, 2, 1)],
]


def gradients(dtype, wide, high, kernel, stride, padding, **options):
    """The gradients of a depthwise convolution's maps and weights, and the name of its backward."""
    torch.manual_seed(0)
    maps = torch.randn(3, 6, high, wide, dtype=torch.float64).to(dtype).requires_grad_()
    weights = torch.randn(6, 1, kernel, kernel, dtype=torch.float64).to(dtype).requires_grad_()
    settings = {"stride": stride, "padding": padding, "groups": 6} | options
    output = functional.conv2d(maps, weights, **settings)
    given = torch.randn(output.shape, dtype=torch.float64).to(dtype)
    name = output.grad_fn.name()
    output.backward(given)
    return maps.grad, weights.grad, name


@pytest.mark.parametrize("shape", SMALL)
def test_the_gradient_on_small_maps_is_torchs_own(shape):
    maps, weights, name = gradients(torch.float64, *shape)
    with SmallMapGradients():
        small_maps, small_weights, small_name = gradients(torch.float32, *shape)
    assert name == "ConvolutionBackward0"
    assert small_name == "SmallMapConvolutionBackward"
    # Sums of up to 27 products of numbers of about 1, in float32.
    torch.testing.assert_close(small_maps.double(), maps, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(small_weights.double(), weights, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("shape", "options"),
    [
        ((8, 8, 5, 1, 2), {}),  # a large map
        ((4, 4, 3, 1, 0), {}),  # no padding: torch is fast
        ((4, 4, 3, 1, 2), {"dilation": 2}),
        ((2, 2, 3, 1, "same"), {}),
        ((2, 2, 3, 1, 1), {"bias": torch.zeros(6)}),
        ((2, 2, 3, 1, (1, 2)), {}),
    ],
)
def test_other_convolutions_are_left_to_torch(shape, options):
    with SmallMapGradients():
        assert gradients(torch.float32, *shape, **options)[2] == "ConvolutionBackward0"


def test_mixed_precision_is_left_to_torch():
    with SmallMapGradients(), torch.autocast("cpu", torch.bfloat16):
        name = gradients(torch.float32, 2, 2, 3, 1, 1)[2]
    assert "SmallMap" not in name
