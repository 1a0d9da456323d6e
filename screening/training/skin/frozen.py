"""The classifier of the first hour: ImageNet features as they are, linear heads fitted to them in seconds."""

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from screening.classifiers.network import Network
from screening.classifiers.skin_heads import IN_SCOPE, KINDS, LESION, SUSPICIOUS
from screening.training.skin.finetune import sampling_weights, skin_network
from screening.training.skin.photos import UNKNOWN, LesionPhoto

_STRENGTH = 2e-3
_PX = 256


def frozen_network(photos: list[LesionPhoto], squares: NDArray[np.uint8]) -> Network:
    """Network whose backbone is ImageNet's and whose heads are logistic regressions on split ``train``, weighted as a fine-tune would draw."""
    network = skin_network().eval()
    rows = [row for row, photo in enumerate(photos) if photo.split == "train"]
    features = _features(network, squares, rows)
    weights = np.array(sampling_weights(photos))[rows] * len(rows)
    taught = [photos[row] for row in rows]
    classes = np.array([float(photo.lesion_class) if photo.lesion_class != UNKNOWN else np.nan for photo in taught])
    targets = (
        (LESION, classes),
        (slice(SUSPICIOUS, SUSPICIOUS + 1), np.array([photo.suspicious for photo in taught])),
        (slice(IN_SCOPE, IN_SCOPE + 1), np.array([photo.in_scope for photo in taught])),
        (KINDS, np.array([float(photo.kind) for photo in taught])),
    )
    with torch.no_grad():
        for heads, truth in targets:
            known = ~np.isnan(truth)
            weight, bias = _linear(features[known], truth[known], weights[known])
            network.heads.weight[heads] = torch.from_numpy(weight).float()
            network.heads.bias[heads] = torch.from_numpy(bias).float()
    return network


def _features(network: Network, squares: NDArray[np.uint8], rows: list[int]) -> NDArray[np.float32]:
    found = []
    with torch.inference_mode():
        for first in range(0, len(rows), 32):
            planes = torch.from_numpy(squares[rows[first : first + 32]]).permute(0, 3, 1, 2).float()
            small = torch.nn.functional.interpolate(planes, size=(_PX, _PX), mode="bilinear", antialias=True).permute(0, 2, 3, 1)
            found.append(network.features(small).mean(dim=(2, 3)).numpy())
    return np.concatenate(found)


def _linear(
    features: NDArray[np.float32], truth: NDArray[np.float64], weights: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Weights and biases on raw features, one row per class (one row in all where there are two)."""
    fitted = make_pipeline(StandardScaler(), LogisticRegression(C=_STRENGTH, max_iter=500))
    fitted.fit(features, truth, logisticregression__sample_weight=weights)
    scaler, regression = fitted[0], fitted[1]
    weight = regression.coef_ / scaler.scale_
    return weight, regression.intercept_ - weight @ scaler.mean_
