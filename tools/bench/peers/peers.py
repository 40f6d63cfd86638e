#!/usr/bin/env python3
"""PyTorch from Python on the work of tools/bench: the other end of tools/bench/peer.hpp.

usage: peers.py MIN_SECONDS FOLDER          answers lines "WORKLOAD PyTorch" with {"ms": ..., "cpu_ms": ...}
       peers.py explain FOLDER STEPS        what `gradpath explain` does with FOLDER's net.safetensors and image.npy
"""
import resource
import sys
import time

IMAGES, MOONS, IMAGE_STEPS, POINTS, CURVE = 64, 256, 300, 1000, 32  # as in shapes.hpp


def lenet5(nn, bend):
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), bend(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), bend(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(400, 120), bend(), nn.Linear(120, 84), bend(), nn.Linear(84, 10))


def small_cnn(nn):
    return nn.Sequential(
        nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(9216, 128), nn.ReLU(), nn.Linear(128, 10))


def dense(nn, bend, *widths):
    layers = []
    for inputs, outputs in zip(widths, widths[1:]):
        layers += [nn.Linear(inputs, outputs), bend()]
    return nn.Sequential(*layers[:-1])


def integrated_gradients(torch, net, x, steps, target=0):
    """Slopes at the middles of equal pieces from zeros to x, in one batch."""
    at = ((torch.arange(steps) + 0.5) / steps).reshape([steps] + [1] * (x.dim() - 1))
    nodes = (at * x).requires_grad_()
    slopes, = torch.autograd.grad(net(nodes)[:, target].sum(), nodes)
    return slopes.mean(0, keepdim=True) * x


def batch_jacobian(torch, net, x, differentiable=False):
    y = net(x)
    rows = [torch.autograd.grad(y[:, k].sum(), x, retain_graph=True, create_graph=differentiable)[0]
            for k in range(y.shape[1])]
    return torch.stack(rows, 1)


def frozen(net):
    return net.requires_grad_(False)


def forward(torch):
    net, x = lenet5(torch.nn, torch.nn.ReLU), torch.randn(IMAGES, 1, 28, 28)

    def run():
        with torch.no_grad():
            net(x)
    return run


def training(torch, net, x, classes):
    labels = torch.randint(classes, (x.shape[0],))
    adam = torch.optim.Adam(net.parameters(), 1e-3)

    def run():
        adam.zero_grad()
        torch.nn.functional.cross_entropy(net(x), labels).backward()
        adam.step()
    return run


def integrate(torch, net):
    x = torch.randn(1, 1, 28, 28)
    return lambda: integrated_gradients(torch, frozen(net), x, IMAGE_STEPS)


def jacobian(torch, net, x):
    return lambda: batch_jacobian(torch, frozen(net), x.detach().requires_grad_())


def hessian_vector(torch):
    net, x = frozen(lenet5(torch.nn, torch.nn.Softplus)), torch.randn(IMAGES, 1, 28, 28)
    v = torch.randn_like(x)

    def run():
        leaf = x.detach().requires_grad_()
        slope, = torch.autograd.grad(net(leaf)[:, 0].sum(), leaf, create_graph=True)
        torch.autograd.grad(slope, leaf, v)
    return run


def path_energy(torch):
    net, points = frozen(dense(torch.nn, torch.nn.Tanh, 2, 64, 64, 2)), torch.randn(CURVE, 2)

    def run():
        leaf = points.detach().requires_grad_()
        slopes = batch_jacobian(torch, net, (leaf[:-1] + leaf[1:]) * 0.5, differentiable=True)
        moved = torch.bmm(slopes, (leaf[1:] - leaf[:-1]).unsqueeze(2))
        torch.autograd.grad(moved.square().sum(), leaf)
    return run


def explain_process(folder):
    import subprocess
    command = [sys.executable, __file__, "explain", folder, str(IMAGE_STEPS)]
    return lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def work(torch, folder):
    nn = torch.nn
    return {
        "forward-lenet5": lambda: forward(torch),
        "training-small-cnn": lambda: training(torch, small_cnn(nn), torch.randn(IMAGES, 1, 28, 28), 10),
        "training-mlp": lambda: training(torch, dense(nn, nn.ReLU, 784, 256, 128, 10), torch.randn(IMAGES, 784), 10),
        "ig-lenet5": lambda: integrate(torch, lenet5(nn, nn.ReLU)),
        "ig-small-cnn": lambda: integrate(torch, small_cnn(nn)),
        "jacobian-lenet5": lambda: jacobian(torch, lenet5(nn, nn.ReLU), torch.randn(IMAGES, 1, 28, 28)),
        "jacobian-moons": lambda: jacobian(torch, dense(nn, nn.ReLU, 2, 64, 64, 2), torch.randn(POINTS, 2)),
        "hvp-lenet5": lambda: hessian_vector(torch),
        "path-energy-moons": lambda: path_energy(torch),
        "explain-process": lambda: explain_process(folder),
    }


def used_seconds():
    """Of processors, by this program and by those that it ran."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


class Stopwatch:
    """Runs as often as the time given takes; the first repetition finds out how often, after two runs."""

    def __init__(self, run, min_seconds):
        self.run, self.min_seconds, self.runs = run, min_seconds, 0

    def take(self, runs):
        """Seconds by the wall clock, and of processors."""
        start, start_used = time.perf_counter(), used_seconds()
        for _ in range(runs):
            self.run()
        return time.perf_counter() - start, used_seconds() - start_used

    def repetition(self):
        if self.runs == 0:
            self.take(2)
            self.runs = 1
            while (seconds := self.take(self.runs)[0]) < self.min_seconds:
                self.runs = max(self.runs + 1, int(self.runs * min(10, 1.4 * self.min_seconds / max(seconds, 1e-9))))
        wall, used = self.take(self.runs)
        return {"ms": 1e3 * wall / self.runs, "cpu_ms": 1e3 * used / self.runs}


def serve(min_seconds, folder):
    import json
    import torch
    torch.manual_seed(1)
    all_work = work(torch, folder)
    print(json.dumps({"peers": {"PyTorch": torch.__version__},
                      "rows": [{"workload": name, "peer": "PyTorch"} for name in all_work]}), flush=True)
    current, watch = None, None
    for line in sys.stdin:
        name = line.split()[0]
        if name != current:
            current, watch = name, Stopwatch(all_work[name](), min_seconds)
        print(json.dumps(watch.repetition()), flush=True)


def read_safetensors(torch, path):
    import json
    with open(path, "rb") as file:
        data = bytearray(file.read())
    length = int.from_bytes(data[:8], "little")
    body = memoryview(data)[8 + length:]
    tensors = {}
    for name, entry in json.loads(data[8:8 + length]).items():
        if name != "__metadata__":
            first, last = entry["data_offsets"]
            tensors[name] = torch.frombuffer(body[first:last], dtype=torch.float32).reshape(entry["shape"])
    return tensors


def explain(folder, steps):
    import numpy
    import torch
    net = lenet5(torch.nn, torch.nn.ReLU)
    stored = read_safetensors(torch, folder + "/net.safetensors")
    places = {"conv1": 0, "conv2": 3, "dense1": 7, "dense2": 9, "dense3": 11}
    net.load_state_dict({f"{places[name.split('.')[0]]}.{name.split('.')[1]}": value for name, value in stored.items()})
    x = torch.from_numpy(numpy.load(folder + "/image.npy"))
    target = int(frozen(net)(x).argmax())
    print(integrated_gradients(torch, net, x, steps, target).tolist())


if __name__ == "__main__":
    if sys.argv[1] == "explain":
        explain(sys.argv[2], int(sys.argv[3]))
    else:
        serve(float(sys.argv[1]), sys.argv[2])
