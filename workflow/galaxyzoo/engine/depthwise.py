"""The gradient of a depthwise convolution's weights, on a CPU, for maps smaller than the kernel.

oneDNN has no fast kernel for it where such maps are padded. The last maps of EfficientNet-Lite0 at
64 px are 2 px wide, under kernels of 3 and 5, and it took a third of a training step.
"""

from collections.abc import Callable, Mapping, Sequence

import torch
from torch.autograd.function import FunctionCtx
from torch.nn import functional
from torch.overrides import TorchFunctionMode

Both = int | Sequence[int]  # one value for both axes, or one for each


class SmallMapGradients(TorchFunctionMode):
    """While active, such convolutions in float32 compute the gradient of their weights here.

    The result is the same but for rounding. All other functions, and a GPU, are left alone.
    """

    def __torch_function__(
        self,
        func: Callable[..., object],
        types: object,
        args: tuple[object, ...] = (),
        kwargs: Mapping[str, object] | None = None,
    ) -> object:
        """Call a function of torch, or take its place."""
        if func is functional.conv2d and (small := small_map(*args, **(kwargs or {}))):
            return SmallMapConvolution.apply(*small)
        return func(*args, **(kwargs or {}))


def small_map(
    maps: torch.Tensor,
    weights: torch.Tensor,
    bias: torch.Tensor | None = None,
    stride: Both = 1,
    padding: Both | str = 0,
    dilation: Both = 1,
    groups: int = 1,
) -> tuple[torch.Tensor, torch.Tensor, int, int] | None:
    """The maps, weights, stride and padding of a convolution that is to be computed here, or None.

    The arguments are those of `torch.nn.functional.conv2d`.
    """
    if not groups == maps.shape[1] == weights.shape[0] > 1 or bias is not None:
        return None
    if isinstance(padding, str) or {*pair(dilation)} != {1}:
        return None
    (stride, across), (padding, beside) = pair(stride), pair(padding)
    kernel_px = weights.shape[-1]
    smallest_px = (min(maps.shape[2:]) + 2 * padding - kernel_px) // stride + 1
    if (
        (stride, padding, kernel_px) != (across, beside, weights.shape[-2])
        or not padding
        or smallest_px >= kernel_px
        or not maps.dtype == weights.dtype == torch.float32
        or torch.is_autocast_enabled("cpu")
        or maps.device.type != "cpu"
        or not (torch.is_grad_enabled() and weights.requires_grad)
    ):
        return None
    return maps, weights, stride, padding


def pair(value: Both) -> tuple[int, ...]:
    """A value for both axes, as two."""
    return (value, value) if isinstance(value, int) else tuple(value)


class SmallMapConvolution(torch.autograd.Function):
    """A depthwise convolution of maps (N, C, h, w) with weights (C, 1, k, k), float32."""

    @staticmethod
    def forward(
        context: FunctionCtx, maps: torch.Tensor, weights: torch.Tensor, stride: int, padding: int
    ) -> torch.Tensor:
        """As torch does it."""
        context.save_for_backward(maps, weights)
        context.stride, context.padding = stride, padding
        return functional.conv2d(maps, weights, None, stride, padding, 1, maps.shape[1])

    @staticmethod
    def backward(
        context: FunctionCtx, gradient: torch.Tensor
    ) -> tuple[torch.Tensor | None, torch.Tensor, None, None]:
        """The gradient of the maps as torch has it, that of the weights from `weight_gradient`."""
        maps, weights = context.saved_tensors
        stride, padding = context.stride, context.padding
        of_maps = None
        if context.needs_input_grad[0]:
            of_maps = torch.nn.grad.conv2d_input(
                maps.shape, weights, gradient, stride, padding, 1, maps.shape[1]
            )
        return of_maps, weight_gradient(maps, gradient, weights, stride, padding), None, None


def weight_gradient(
    maps: torch.Tensor, gradient: torch.Tensor, weights: torch.Tensor, stride: int, padding: int
) -> torch.Tensor:
    """The gradient of the weights (C, 1, k, k), from that of the output (N, C, h, w).

    Each weight has seen the map shifted against the output, so its gradient is the sum of the
    product of the two where they overlap.
    """
    maps, gradient = maps.permute(0, 2, 3, 1), gradient.permute(0, 2, 3, 1)
    result = torch.zeros_like(weights)
    kernel_px = weights.shape[-1]
    for down in range(kernel_px):
        seen_rows, rows = overlap(maps.shape[1], gradient.shape[1], down - padding, stride)
        for across in range(kernel_px):
            seen, places = overlap(maps.shape[2], gradient.shape[2], across - padding, stride)
            product = maps[:, seen_rows, seen] * gradient[:, rows, places]
            result[:, 0, down, across] = product.flatten(0, 2).sum(dim=0)
    return result


def overlap(map_px: int, output_px: int, shift: int, stride: int) -> tuple[slice, slice]:
    """Along one axis, the pixels of the map that a weight has seen, and those it gave to."""
    first = max(0, -(shift // stride))
    last = min(output_px - 1, (map_px - 1 - shift) // stride)
    if last < first:
        return slice(0, 0), slice(0, 0)
    return slice(first * stride + shift, last * stride + shift + 1, stride), slice(first, last + 1)
