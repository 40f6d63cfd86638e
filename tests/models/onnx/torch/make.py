#!/usr/bin/python3
"""Three small networks of random weights as PyTorch exports them, and PyTorch's figures of them in float64.

Debian's python3-torch 1.13 made the files beside this one: NAME.onnx, and in NAME.npz the rows x, the outputs y and
the slopes g of each row's largest output. It is needed to make them again, not to test.
"""
import copy
import pathlib

import numpy
import torch
from torch import nn

folder = pathlib.Path(__file__).resolve().parent


class Residual(nn.Module):
    """x + f(x), or a projection of x where f has strides."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(),
            nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm2d(outputs))
        self.skip = nn.Identity() if stride == 1 else nn.Sequential(
            nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        return torch.relu(self.body(x) + self.skip(x))


def separable(inputs, outputs, stride):
    return [nn.Conv2d(inputs, inputs, 3, stride, 1, groups=inputs, bias=False), nn.BatchNorm2d(inputs), nn.ReLU6(),
            nn.Conv2d(inputs, outputs, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()]


def nets():
    stem = [nn.Conv2d(3, 8, 3, 1, 1, bias=False), nn.BatchNorm2d(8), nn.ReLU()]
    yield "residual", (3, 16, 16), torch.onnx.TrainingMode.PRESERVE, nn.Sequential(
        *stem, Residual(8, 8, 1), nn.MaxPool2d(2), Residual(8, 16, 2), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
        nn.Linear(16, 5))
    # Here PyTorch folds the normalisations into the convolutions.
    yield "separable", (3, 16, 16), torch.onnx.TrainingMode.EVAL, nn.Sequential(
        nn.Conv2d(3, 8, 3, 2, 1), nn.ReLU6(), *separable(8, 16, 1), *separable(16, 24, 2), nn.AvgPool2d(4),
        nn.Flatten(), nn.Dropout(0.2), nn.Linear(24, 5))
    yield "mlp", (8,), torch.onnx.TrainingMode.EVAL, nn.Sequential(
        nn.Linear(8, 24), nn.ReLU(), nn.Linear(24, 24), nn.Tanh(), nn.Linear(24, 16), nn.ELU(), nn.Linear(16, 4))


def made_random(net):
    """Running values and scales that are not the neutral ones."""
    for layer in net.modules():
        if isinstance(layer, nn.BatchNorm2d):
            nn.init.uniform_(layer.weight, 0.5, 1.5)
            nn.init.uniform_(layer.bias, -0.5, 0.5)
            nn.init.uniform_(layer.running_mean, -0.5, 0.5)
            nn.init.uniform_(layer.running_var, 0.5, 1.5)
    return net.eval()


def figures(net, x):
    x = x.double().requires_grad_()
    y = copy.deepcopy(net).double()(x)
    slopes, = torch.autograd.grad(y.max(1).values.sum(), x)
    return {"x": x.detach().numpy(), "y": y.detach().numpy(), "g": slopes.numpy()}


torch.manual_seed(1)
for name, row, training, net in nets():
    made_random(net)
    x = torch.rand(2, *row)
    numpy.savez(folder / f"{name}.npz", **figures(net, x))
    torch.onnx.export(net, x, str(folder / f"{name}.onnx"), opset_version=13, training=training,
                      input_names=["x"], output_names=["y"], dynamic_axes={"x": {0: "rows"}, "y": {0: "rows"}})
