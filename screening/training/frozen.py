"""The classifier of the first hour: ImageNet features as they are, linear heads fitted to them in seconds."""

import logging

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from screening.classifiers.heads import HEADS, KINDS, QUALITY, RIGHT_EYE
from screening.classifiers.network import Network, imagenet_network
from screening.training.datasets import Example

log = logging.getLogger(__name__)

_STRENGTH = 2e-3


def frozen_network(examples: list[Example], crops: NDArray[np.uint8]) -> Network:
    """Network whose backbone is ImageNet's and whose heads are logistic regressions on split ``train`` (spread photos left out)."""
    network = imagenet_network().eval()
    rows = [row for row, example in enumerate(examples) if example.split == "train" and example.source != "equalised"]
    features = _features(network, crops, rows)
    taught = [examples[row] for row in rows]
    weight, bias = np.zeros((len(HEADS), features.shape[1])), np.zeros(len(HEADS))
    for head in range(4):
        weight[head], bias[head] = _binary(features, np.array([example.thresholds[head] for example in taught]))
    for number, head in enumerate(range(len(HEADS))[QUALITY]):
        weight[head], bias[head] = _binary(features, np.array([example.quality[number] for example in taught]))
    weight[KINDS], bias[KINDS] = _linear(features, np.array([example.kind for example in taught]))
    weight[RIGHT_EYE], bias[RIGHT_EYE] = _binary(features, np.array([example.right_eye for example in taught]))
    with torch.no_grad():
        network.heads.weight.copy_(torch.from_numpy(weight))
        network.heads.bias.copy_(torch.from_numpy(bias))
    return network


def _features(network: Network, crops: NDArray[np.uint8], rows: list[int]) -> NDArray[np.float32]:
    found = []
    with torch.inference_mode():
        for first in range(0, len(rows), 32):
            maps = network.features(torch.from_numpy(crops[rows[first : first + 32]]))
            found.append(maps.mean(dim=(2, 3)).numpy())
            if first % 1600 == 0:
                log.info("features %d of %d", first, len(rows))
    return np.concatenate(found)


def _binary(features: NDArray[np.float32], truth: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    known = ~np.isnan(truth)
    weight, bias = _linear(features[known], truth[known])
    return weight[0], float(bias[0])


def _linear(features: NDArray[np.float32], truth: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Weights and biases on raw features, one row per class (one row in all where there are two)."""
    fitted = make_pipeline(StandardScaler(), LogisticRegression(C=_STRENGTH, max_iter=500)).fit(features, truth)
    scaler, regression = fitted[0], fitted[1]
    weight = regression.coef_ / scaler.scale_
    return weight, regression.intercept_ - weight @ scaler.mean_
