"""What phones, hands and pens may change about a photo of a spot without changing what it is, drawn at random on a batch."""

import math

import torch
from torch import Tensor
from torch.nn import functional

from screening.training.augment import compressed, recoloured, softened

_PEN_SHARE = 0.15
_RASH_SHARE = 0.6


def augment(squares: Tensor, plain: Tensor, size: int) -> Tensor:
    """Squares (N, S, S, 3) uint8 -> pixels (N, size, size, 3) float 0-255; ``plain`` ones show skin beside a spot."""
    photos = _moved(squares.permute(0, 3, 1, 2).float(), size)
    photos = _rash(photos, plain & (torch.rand(len(squares)) < _RASH_SHARE))
    photos = _pen_ring(photos)
    photos = _turned_hue(_tinted(photos))
    photos = compressed(softened(photos).clamp(0, 255))
    return photos.clamp(0, 255).permute(0, 2, 3, 1)


def _moved(photos: Tensor, size: int) -> Tensor:
    """Any turn, mirrored or not, the middle 55 to 105 % of the side: rings and rulers at the rim come and go."""
    count = len(photos)
    angle = torch.rand(count) * 2 * math.pi
    zoom = 0.55 + 0.5 * torch.rand(count)
    stretch = (torch.randn(count) * 0.06).exp()
    mirrored = torch.where(torch.rand(count) < 0.5, -1.0, 1.0)
    shift = (torch.rand(count, 2) * 2 - 1) * 0.12
    rows = torch.stack(
        [
            torch.stack([mirrored * angle.cos() * zoom * stretch, -angle.sin() * zoom, shift[:, 0]], 1),
            torch.stack([mirrored * angle.sin() * zoom * stretch, angle.cos() * zoom, shift[:, 1]], 1),
        ],
        1,
    )
    grid = functional.affine_grid(rows, [count, 3, size, size], align_corners=False)
    return functional.grid_sample(photos, grid, mode="bilinear", padding_mode="reflection", align_corners=False)


def _rash(photos: Tensor, chosen: Tensor) -> Tensor:
    """Many red, brown or pale patches drawn over plain skin: no photo of a rash may be learned from, and a rash is none of the six classes."""
    size = photos.shape[-1]
    axis = torch.linspace(-1, 1, 80)
    for row in torch.nonzero(chosen).flatten().tolist():
        count = int(torch.randint(4, 50, (1,)))
        middle = torch.rand(count, 2, 1, 1) * 2.4 - 1.2
        radius = float(torch.empty(1).uniform_(0.03, 0.5)) * (torch.randn(count, 1, 1) * 0.4).exp()
        across, down = axis[None, None, :] - middle[:, 0], axis[None, :, None] - middle[:, 1]
        distance = ((across * (torch.randn(count, 1, 1) * 0.3).exp()) ** 2 + down**2).sqrt()
        edge = float(torch.empty(1).uniform_(0.02, 0.15))
        patches = torch.sigmoid((radius - distance) / edge).amax(0) * (1 + 0.25 * torch.randn(80, 80)).clamp(0, 1.5)
        strength = functional.interpolate(patches[None, None], size=size, mode="bilinear", align_corners=False)[0]
        toward = torch.tensor([[1.0, 0.62, 0.60], [0.72, 0.52, 0.42], [1.12, 1.08, 1.06]])[int(torch.randint(3, (1,)))]
        photos[row] = photos[row] * (1 + strength * (toward[:, None, None] - 1) * torch.empty(1).uniform_(0.4, 1.1))
    return photos


def _pen_ring(photos: Tensor) -> Tensor:
    """A drawn ring on some photos of every class, so that a pen says nothing of the class."""
    count, _, size, _ = photos.shape
    chosen = torch.rand(count) < _PEN_SHARE
    if not chosen.any():
        return photos
    drawn = int(chosen.sum())
    axis = torch.linspace(-1, 1, size)
    middle = (torch.rand(drawn, 2) * 2 - 1) * 0.2
    wobble = 1 + 0.15 * torch.randn(drawn, 2)
    across = (axis[None, None, :] - middle[:, 0, None, None]) * wobble[:, 0, None, None]
    down = (axis[None, :, None] - middle[:, 1, None, None]) * wobble[:, 1, None, None]
    distance = (across**2 + down**2).sqrt() - (0.5 + 0.45 * torch.rand(drawn))[:, None, None]
    ink = (distance.abs() < (0.01 + 0.03 * torch.rand(drawn))[:, None, None]).float() * (0.4 + 0.5 * torch.rand(drawn))[:, None, None]
    colour = torch.rand(drawn, 3) * torch.tensor([120.0, 80.0, 160.0])
    photos = photos.clone()
    photos[chosen] = photos[chosen] * (1 - ink[:, None]) + colour[:, :, None, None] * ink[:, None]
    return photos


def _tinted(photos: Tensor) -> Tensor:
    """Another light, but weaker than for a retina: red, brown and blue tell one spot from another."""
    return torch.lerp(photos, recoloured(photos), 0.1 + 0.6 * torch.rand(len(photos), 1, 1, 1))


def _turned_hue(photos: Tensor) -> Tensor:
    """Colours turned about the grey axis by a few degrees, more for a fifth of the photos."""
    count = len(photos)
    angle = torch.randn(count) * 0.05 * torch.where(torch.rand(count) < 0.2, 2.5, 1.0)
    third, root = 1 / 3, math.sqrt(1 / 3)
    cos, sin = angle.cos(), angle.sin()
    same, before, after = cos + third * (1 - cos), third * (1 - cos) - root * sin, third * (1 - cos) + root * sin
    turn = torch.stack([torch.stack([same, before, after], 1), torch.stack([after, same, before], 1), torch.stack([before, after, same], 1)], 1)
    return torch.einsum("nij,njhw->nihw", turn, photos)
