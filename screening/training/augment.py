"""What cameras, files and frames may change about a photo without changing its reading, drawn at random on a batch.

Frame and sharpness tell the grade within a set (APTOS: discs cut above and below, soft); so every set is cut and softened at random.
"""

import math

import simplejpeg
import torch
from torch import Tensor
from torch.nn import functional

from screening.imaging.geometry import INNER, disc_mask

GREY = 128.0
APTOS_CUT = 0.64 / INNER
"""Half height that every APTOS disc keeps, in half crops: the narrowest frame of that set."""


def augment(crops: Tensor, cut: Tensor, spread: Tensor, size: int) -> tuple[Tensor, Tensor, Tensor]:
    """Crops (N, S, S, 3) uint8 -> pixels (N, size, size, 3) float 0-255, which of them were mirrored left to right and which spoiled.

    ``cut``: photos of the set whose frame is always cut; ``spread``: photos whose colour channels are already spread to their limits.
    """
    count = len(crops)
    photos = _resized(crops.permute(0, 3, 1, 2).float(), size)
    shown = _aperture(count, size, cut) * (photos - GREY).abs().amax(dim=1, keepdim=True).gt(0.5)
    photos, shown, mirrored = _moved(photos, shown)
    photos = _spread(photos, shown, (torch.rand(count) < 0.12) & ~spread)
    photos = recoloured(photos)
    photos = softened(photos)
    photos, spoiled = _spoiled(photos.clamp(0, 255))
    photos = compressed(photos)
    shown = shown * torch.tensor(disc_mask(size))[None, None]
    return (photos * shown + GREY * (1 - shown)).clamp(0, 255).permute(0, 2, 3, 1), mirrored, spoiled


def _resized(photos: Tensor, size: int) -> Tensor:
    if photos.shape[-1] == size:
        return photos
    return functional.interpolate(photos, size=(size, size), mode="bilinear", antialias=True, align_corners=False)


def _aperture(count: int, size: int, cut: Tensor) -> Tensor:
    half = 0.62 + 0.5 * torch.rand(count)
    half = torch.where(torch.rand(count) < 0.3, half, torch.full((count,), 2.0))
    half = torch.where(cut, APTOS_CUT * (0.9 + 0.1 * torch.rand(count)), half)
    rows = torch.linspace(-1, 1, size).abs()[None, :]
    return (rows <= half[:, None]).float()[:, None, :, None].expand(count, 1, size, size)


def _moved(photos: Tensor, shown: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    count = len(photos)
    angle = (torch.rand(count) * 2 - 1) * math.radians(25)
    zoom = 1.0 + (torch.rand(count) * 2 - 1) * 0.12
    mirrored = torch.rand(count) < 0.5
    across = torch.where(mirrored, -1.0, 1.0)
    down = torch.where(torch.rand(count) < 0.25, -1.0, 1.0)
    shift = (torch.rand(count, 2) * 2 - 1) * 0.05
    rows = torch.stack(
        [
            torch.stack([across * angle.cos() / zoom, -down * angle.sin() / zoom, shift[:, 0]], 1),
            torch.stack([across * angle.sin() / zoom, down * angle.cos() / zoom, shift[:, 1]], 1),
        ],
        1,
    )
    grid = functional.affine_grid(rows, [count, 4, *photos.shape[2:]], align_corners=False)
    # Shifted by mid-grey, so that what comes in from outside is mid-grey.
    warped = functional.grid_sample(torch.cat([photos - GREY, shown], 1), grid, mode="bilinear", align_corners=False)
    return warped[:, :3] + GREY, (warped[:, 3:] > 0.5).float(), mirrored


def _spread(photos: Tensor, shown: Tensor, chosen: Tensor) -> Tensor:
    if not chosen.any():
        return photos
    low = torch.where(shown > 0, photos, 255.0)[chosen, :, ::4, ::4].flatten(2).quantile(0.02, dim=2)[:, :, None, None]
    high = torch.where(shown > 0, photos, 0.0)[chosen, :, ::4, ::4].flatten(2).quantile(0.98, dim=2)[:, :, None, None]
    photos = photos.clone()
    photos[chosen] = (photos[chosen] - low) / (high - low).clamp(min=8) * 255
    return photos


def _spoiled(photos: Tensor) -> tuple[Tensor, Tensor]:
    """One photo in twelve far out of focus, nearly black, washed out or shaken: still what it is, and no longer to be read."""
    spoiled = torch.rand(len(photos)) < 1 / 12
    size = photos.shape[-1]
    for row in torch.nonzero(spoiled).flatten().tolist():
        photo, how = photos[row : row + 1], int(torch.randint(4, (1,)))
        if how == 0:
            few = round(size / float(torch.empty(1).uniform_(9, 18)))
            photo = functional.interpolate(functional.interpolate(photo, size=few, mode="area"), size=size, mode="bicubic")
        elif how == 1:
            photo = photo * torch.empty(1).uniform_(0.05, 0.16)
        elif how == 2:
            photo = 255 - (255 - photo) * torch.empty(1).uniform_(0.08, 0.25)
        else:
            length = int(torch.randint(size // 12, size // 6, (1,)))
            kernel = torch.full((3, 1, 1, length), 1 / length)
            photo = functional.conv2d(functional.pad(photo, (length // 2, (length - 1) // 2, 0, 0), mode="reflect"), kernel, groups=3)
        photos[row] = photo[0].clamp(0, 255)
    return photos, spoiled


def recoloured(photos: Tensor) -> Tensor:
    """Another light and another camera: gain per channel, contrast, gamma, saturation; (N, 3, S, S), 0-255."""
    count = len(photos)
    gain = (torch.randn(count, 3, 1, 1) * 0.08 + torch.randn(count, 1, 1, 1) * 0.12).exp()
    contrast = (torch.randn(count, 1, 1, 1) * 0.12).exp()
    gamma = (torch.randn(count, 1, 1, 1) * 0.12).exp()
    level = photos.mean(dim=(2, 3), keepdim=True)
    photos = ((photos - level) * contrast + level) * gain
    photos = (photos.clamp(0, 255) / 255).pow(gamma) * 255
    grey = photos.mean(dim=1, keepdim=True)
    return grey + (photos - grey) * (1 + torch.randn(count, 1, 1, 1) * 0.15)


def softened(photos: Tensor) -> Tensor:
    """A fifth of the photos enlarged from fewer pixels, a tenth with noise: more, and fine lesions are gone before they are learned."""
    size = photos.shape[-1]
    chosen = torch.rand(len(photos)) < 0.2
    if chosen.any():
        smaller = round(size / float(torch.empty(1).uniform_(1.1, 1.8)))
        soft = functional.interpolate(photos[chosen], size=(smaller, smaller), mode="bilinear", antialias=True, align_corners=False)
        photos = photos.clone()
        photos[chosen] = functional.interpolate(soft, size=(size, size), mode="bilinear", align_corners=False)
    return photos + torch.randn_like(photos) * (torch.rand(len(photos), 1, 1, 1) < 0.1) * 4


def compressed(photos: Tensor) -> Tensor:
    """A quarter of the photos through a JPEG file of quality 45 to 91."""
    for index in torch.nonzero(torch.rand(len(photos)) < 0.25).flatten().tolist():
        quality = int(torch.randint(45, 92, (1,)))
        pixels = photos[index].permute(1, 2, 0).to(torch.uint8).contiguous().numpy()
        again = simplejpeg.decode_jpeg(simplejpeg.encode_jpeg(pixels, quality=quality, colorspace="RGB", colorsubsampling="420"))
        photos[index] = torch.from_numpy(again).permute(2, 0, 1).float()
    return photos
