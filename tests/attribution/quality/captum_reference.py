#!/usr/bin/python3
"""Figures of two small functions, as Captum defines them, worked out with NumPy alone.

From Captum's documentation of captum.metrics.infidelity and sensitivity_max, not from its code: the mean over
perturbations I of (sum of I * A - (F(x) - F(x - I)))^2, where I is divided by x - x' for methods that multiply by it, and
with normalize=True the sum is scaled by beta = sum(both) / sum(foretold^2); the largest |A(x + e) - A(x)| / |A(x)|.
captum_reference_test.cpp makes the same numbers out of the same sines and holds what this prints.
"""
import numpy as np

rows, inputs, hidden, perturbations = 2, 3, 4, 5


def waves(a, b, c, *sizes):
    """sin(a + b * i + c * j) for every [i, j]."""
    i, j = np.indices(sizes)
    return np.sin(a + b * i + c * j)


x = waves(0.5, 1.1, 0.7, rows, inputs)
w1, w2 = waves(1, 1.3, 0.9, hidden, inputs), waves(2, 0.6, 1.7, 1, hidden)
shifts = [0.3 * waves(0.2 + k, 2.1, 1.9, rows, inputs) for k in range(perturbations)]


def linear(z):
    return z @ w1[0], np.broadcast_to(w1[0], z.shape)


def network(z):
    """tanh(z W1^T) W2^T and its gradient."""
    h = np.tanh(z @ w1.T)
    return h @ w2[0], ((1 - h ** 2) * w2[0]) @ w1


def integrated_gradients(f, z):
    """From 0, by 60 points of Gauss and Legendre."""
    at, weights = np.polynomial.legendre.leggauss(60)
    return z * sum(w / 2 * f((t + 1) / 2 * z)[1] for t, w in zip(at, weights))


def infidelity(f, values, difference=None, normalize=False):
    foretold = np.array([np.sum((s if difference is None else s / difference) * values, axis=1) for s in shifts])
    found = np.array([f(x)[0] - f(x - s)[0] for s in shifts])
    beta = np.sum(foretold * found, axis=0) / np.sum(foretold ** 2, axis=0) if normalize else 1
    return np.mean((beta * foretold - found) ** 2, axis=0)


def sensitivity_max(explain):
    here = explain(x)
    return np.max([np.linalg.norm(explain(x + s) - here, axis=1) for s in shifts], axis=0) / np.linalg.norm(here, axis=1)


for name, f in ("linear", linear), ("network", network):
    ig = integrated_gradients(f, x)
    for what, figure in {
            "input": infidelity(f, x),
            "gradient": infidelity(f, f(x)[1]),
            "twice the gradient, normalised": infidelity(f, 2 * f(x)[1], normalize=True),
            "integrated gradients": infidelity(f, ig, x),
            "integrated gradients, normalised": infidelity(f, ig, x, True),
            "sensitivity of the gradient": sensitivity_max(lambda z: f(z)[1]),
            "sensitivity of integrated gradients": sensitivity_max(lambda z: integrated_gradients(f, z))}.items():
        print(name, what, *(f"{number:.17g}" for number in figure), sep=", ")
