"""Transforms of a batch of pictures: an affine warp, fastai's lighting, resizing."""

import numpy as np
import torch
from torch.nn import functional

SMALLEST_LIGHT = 1e-3  # a quarter of the step between two of 256 grey levels


def affine_maps(
    degrees: np.ndarray,
    zoom: np.ndarray,
    flip: np.ndarray,
    shift: np.ndarray,
    about: np.ndarray,
) -> np.ndarray:
    """Maps from positions in the new picture to the positions in the old one that they show.

    `shift` (N, 2) first moves the picture right and down, in picture widths. Then `flip` (N,) bool
    mirrors it left to right, `degrees` (N,) rotates it anticlockwise, and `zoom` (N,) enlarges it
    about the point `about` (N, 2). Returns (N, 2, 3) float32. Points and maps are in coordinates
    that run from -1 to 1 across the picture.
    """
    angle = np.deg2rad(degrees)
    mirror = np.where(flip, -1.0, 1.0)
    rows = [
        [mirror * np.cos(angle), -mirror * np.sin(angle)],
        [np.sin(angle), np.cos(angle)],
    ]
    turn = np.moveaxis(np.array(rows), -1, 0)
    still = turn @ (about * (1 - 1 / zoom)[:, None])[:, :, None]
    moved = still - 2 * shift[:, :, None]
    return np.concatenate([turn / zoom[:, None, None], moved], axis=2).astype(np.float32)


def warp(images: torch.Tensor, maps: torch.Tensor, size_px: int) -> torch.Tensor:
    """Sample a batch of pictures through affine maps: bilinear, reflected at the edges.

    `images` is (N, bands, wide, wide) uint8; `maps` is (N, 2, 3) float32, or (1, 2, 3) for all, in
    the coordinates of the middle `size_px` of each. Both are on the same device. Returns (N, bands,
    size, size) float32 in [0, 1], in channels-last memory, at the scale of the pictures.
    """
    places = sampled_places(maps, size_px, images.shape[-1]).expand(len(images), -1, -1, -1)
    warped = functional.grid_sample(
        images.float() / 255, places, padding_mode="reflection", align_corners=False
    )
    return warped.contiguous(memory_format=torch.channels_last)


def sampled_places(maps: torch.Tensor, size_px: int, wide_px: int) -> torch.Tensor:
    """Where in pictures `wide_px` wide each pixel of their warped views lies.

    `maps` are those of `warp`. Returns (N, size, size, 2) float32, for `grid_sample`.
    """
    # Element by element: as a matrix product, a GPU might round it to TF32, by half a pixel.
    maps = maps * (size_px / wide_px)
    middles = (2 * torch.arange(size_px, device=maps.device, dtype=maps.dtype) + 1) / size_px - 1
    across = maps[:, None, None, :, 0] * middles[:, None]
    down = maps[:, None, None, :, 1] * middles[:, None, None]
    return across + down + maps[:, None, None, :, 2]


def middle(images: torch.Tensor, size_px: int) -> torch.Tensor:
    """The middle of pictures (N, bands, wide, wide) uint8: (N, bands, size, size) float32.

    The values, in [0, 1], are what `warp` returns for a map that changes nothing, without
    interpolation. Where the pictures are smaller than that, they are mirrored outwards. In
    channels-last memory.
    """
    wide_px = images.shape[-1]
    if wide_px != size_px:
        places = torch.arange(size_px, device=images.device) - (size_px - wide_px) // 2
        places = torch.where(places < 0, -1 - places, places)
        places = torch.where(places < wide_px, places, 2 * wide_px - 1 - places)
        images = images[:, :, places[:, None], places]
    return (images.float() / 255).contiguous(memory_format=torch.channels_last)


def relight(images: torch.Tensor, lights: torch.Tensor) -> torch.Tensor:
    """Change brightness and contrast of pictures (N, bands, size, size) float32 in [0, 1].

    `lights` (N, 2) float32 holds the offset and the factor of each picture's logits; an offset of 0
    and a factor of 1 change nothing. As in fastai 1, brightness comes first, so that the factor is
    also that of the offset. Logits are used so that nothing is clipped at black or white. Returns
    pictures of the same shape and range.
    """
    offset, factor = lights.T[:, :, None, None, None]
    return torch.sigmoid((torch.logit(images, eps=SMALLEST_LIGHT) + offset) * factor)


def wide_px(size_px: int, zoom: float) -> int:
    """Width of a whole crop at the scale at which its middle fills `size_px` at a zoom.

    It has the parity of `size_px`, so that the middle begins at a whole pixel.
    """
    return size_px + 2 * round((size_px * zoom - size_px) / 2)


def resize(crops: torch.Tensor, size_px: int, zoom: float) -> torch.Tensor:
    """Resize packed crops: (N, s, s, bands) uint8 to (N, bands, wide, wide) uint8, for `wide_px`.

    The `middle` is then that of the crop at the zoom. What is around it is for views that are
    turned, or enlarged less. Resizing is bilinear with antialiasing. The result is in channels-last
    memory and on the same device, like the crops.
    """
    images, wide = crops.permute(0, 3, 1, 2), wide_px(size_px, zoom)
    if images.shape[-1] == wide:
        return images
    resized = functional.interpolate(
        images.float(), (wide, wide), mode="bilinear", antialias=True, align_corners=False
    )
    return resized.round().to(torch.uint8).contiguous(memory_format=torch.channels_last)
