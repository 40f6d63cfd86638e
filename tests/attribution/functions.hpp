#pragma once
// Functions whose attributions are known by hand, and small helpers for the attribution tests.
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <gradpath/attribution/attribution.hpp>
#include <gradpath/autodiff/autodiff.hpp>

namespace attribution_tests {

using namespace gradpath;
using attribution::Attribution;
using attribution::IntegratedGradients;
using attribution::Model;
using attribution::QuadratureRule;

/// Feature k of every row: [rows, features] → [rows].
inline Tensor feature(const Tensor& x, Index k) { return reshape(slice(x, 1, k, k + 1), {x.rows()}); }

/// A function of the columns x1, x2, .. as a model.
using Columns = std::function<Tensor(const std::vector<Tensor>&)>;
inline Model of_columns(Columns f) {
    return [f = std::move(f)](const Tensor& x) {
        std::vector<Tensor> columns;
        for (Index k = 0; k < x.shape()[1]; ++k) columns.push_back(feature(x, k));
        return f(columns);
    };
}

/// One row of float64.
inline Tensor row(std::initializer_list<double> values) {
    return Tensor({1, static_cast<Index>(values.size())}, values, DType::float64);
}
inline Tensor row(const std::vector<double>& values) {
    return Tensor({1, static_cast<Index>(values.size())}, std::span<const double>(values));
}

inline std::vector<double> numbers(const Tensor& t) {
    std::vector<double> list;
    for (Index k = 0; k < t.size(); ++k) list.push_back(t.at(k));
    return list;
}

inline double largest_difference(const std::vector<double>& a, const std::vector<double>& b) {
    if (a.size() != b.size()) return std::numeric_limits<double>::infinity();
    double largest = 0;
    for (std::size_t k = 0; k < a.size(); ++k) {
        if (std::isnan(a[k]) || std::isnan(b[k])) return std::numeric_limits<double>::infinity();
        largest = std::max(largest, std::abs(a[k] - b[k]));
    }
    return largest;
}

/// The text of the error that f throws, or "nothing thrown".
template <class E = Error>
std::string error_of(const std::function<void()>& f) {
    try {
        f();
    } catch (const E& error) {
        return error.what();
    }
    return "nothing thrown";
}

/// Random numbers for laws: a fresh stream for every call with its own number.
inline Tensor random_tensor(const Shape& shape, std::uint64_t number, DType dtype = DType::float64) {
    return random::normal(shape, {.seed = 2024, .stream = number, .dtype = dtype});
}

/// A ReLU network [features] → widths..., random from its number; biases are 0 where `bias` is false.
inline Model relu_net(const std::vector<Index>& widths, std::uint64_t number, bool bias, DType dtype = DType::float64) {
    std::vector<Tensor> weights, biases;
    for (std::size_t k = 0; k + 1 < widths.size(); ++k) {
        const double scale = std::sqrt(2.0 / static_cast<double>(widths[k]));
        weights.push_back(random_tensor({widths[k], widths[k + 1]}, 1000 * number + 2 * k, dtype) * scale);
        biases.push_back(random_tensor({widths[k + 1]}, 1000 * number + 2 * k + 1, dtype) * (bias ? 0.5 : 0.0));
    }
    return [weights, biases](const Tensor& x) {
        Tensor h = flatten(x);
        for (std::size_t k = 0; k < weights.size(); ++k) {
            h = matmul(h, weights[k]) + biases[k];
            if (k + 1 < weights.size()) h = relu(h);
        }
        return h;
    };
}

/// Convolution, relu, max-pool, a residual sum, abs, a maximum over features, leaky slopes: one of each kink.
inline Model kinky_net(std::uint64_t number, DType dtype = DType::float64) {
    const auto weight = [&](const Shape& shape, std::uint64_t k) {
        return random_tensor(shape, 100 * number + k, dtype) * 0.5;
    };
    const Tensor filters = weight({3, 1, 3, 3}, 0), dense = weight({27, 12}, 1), bias = weight({12}, 2),
                 last = weight({12, 3}, 3);
    return [=](const Tensor& x) {
        Tensor h = relu(conv2d(reshape(x, {x.rows(), 1, 6, 6}), filters, {.padding = 1}));
        h = matmul(flatten(max_pool2d(h, {.kernel = 2})), dense) + bias;
        h = leaky_relu(h + abs(h) * 0.3, 0.05) - relu(-h) * 0.1;
        h = maximum(h, 0.2) + minimum(h, -h * 0.4);
        const Tensor most = max(reshape(h, {h.rows(), 4, 3}), {.axes = {1}});
        return matmul(h, last) + most;
    };
}

/// Σ|a - b| / Σ|b|.
inline double relative_difference(const Attribution& a, const Attribution& b) {
    double gap = 0, scale = 0;
    for (Index k = 0; k < a.values.size(); ++k) {
        gap += std::abs(a.values.at(k) - b.values.at(k));
        scale += std::abs(b.values.at(k));
    }
    return gap / scale;
}

}  // namespace attribution_tests
