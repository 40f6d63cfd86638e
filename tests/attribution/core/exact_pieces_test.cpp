// The exact rule at work on many pieces: against Gauss-Kronrod from bend to bend, in company, and when it gives way.
#include <algorithm>

#include <attribution/functions.hpp>

#include <gradpath/attribution/core/linear_pieces.hpp>

using namespace attribution_tests;
using attribution::integrated_gradients;
using attribution::Quadrature;
using attribution::Stage;

namespace {

const Quadrature exact{.rule = QuadratureRule::exact};

/// The points at which a model bends on the way, and its ends.
std::vector<Tensor> bends(const Model& model, const Tensor& from, const Tensor& to) {
    const attribution::LinearPieces pieces(model, to);
    std::vector<attribution::Stretch> list{attribution::Stretch{}};
    const auto at = [&](double t) { return from + (to - from) * t; };
    const auto points = [&](std::span<const attribution::Place> places) {
        std::vector<Tensor> rows;
        for (const attribution::Place& place : places) rows.push_back(at(place.at));
        return concat(rows);
    };
    while (std::ranges::find(list, false, &attribution::Stretch::settled) != list.end())
        list = pieces.cut(list, 1000, points);
    std::vector<Tensor> corners{from};
    for (const attribution::Stretch& piece : list) corners.push_back(at(piece.to));
    return corners;
}

}  // namespace

TEST_CASE("from bend to bend Gauss-Kronrod finds the same, to 1e-8, without a bisection") {
    for (std::uint64_t trial = 0; trial < 40; ++trial) {
        const Model net = kinky_net(trial % 5);
        const Tensor x = random_tensor({1, 36}, 300 + trial), from = random_tensor({1, 36}, 400 + trial);
        const std::vector<Tensor> corners = bends(net, from, x);
        const IntegratedGradients straight{.target = Index{1}, .baseline = from, .quadrature = exact};
        const Attribution a = integrated_gradients(net, x, straight);
        const attribution::AlongPaths pieces{
            .target = Index{1},
            .baseline = from,
            .quadrature = {.tolerance = 1e-8, .rule = QuadratureRule::gauss_kronrod},
            .paths = [&](const Tensor&, const Tensor&, Index) { return attribution::polyline(corners); }};
        const Attribution b = attribution::along_paths(net, x, pieces);
        CHECK(b.tolerance_met->at(0));
        CHECK(b.steps->at(0) == 30 * (std::ssize(corners) - 1));
        CHECK(relative_difference(a, b) <= 1e-8);
        CHECK(std::abs(a.steps->at(0) - (std::ssize(corners) - 1)) <= 1);  // two bends in one place may count as one
    }
}

TEST_CASE("a bend that rounding hides makes no pieces: other roundings of the same way find as many") {
    for (std::uint64_t trial = 0; trial < 400; ++trial) {
        CAPTURE(trial);
        const Model net = kinky_net(trial % 5);
        const Tensor x = random_tensor({1, 36}, 5300 + trial), from = random_tensor({1, 36}, 9400 + trial);
        const Attribution a = integrated_gradients(net, x, {.target = Index{1}, .baseline = from, .quadrature = exact});
        CHECK(std::abs(a.steps->at(0) - (std::ssize(bends(net, from, x)) - 1)) <= 1);
    }
}

TEST_CASE("edges and rows share the runs of the model, and no company shows in the bits") {
    const Model net = kinky_net(3);
    Index runs = 0;
    const Model counted = [&](const Tensor& x) {
        ++runs;
        return net(x);
    };
    const Tensor x = random_tensor({3, 36}, 31);
    const auto along = [&](const Model& model, const Tensor& rows, std::size_t memory) {
        const attribution::AlongPaths bow{.target = Index{1},
                                          .quadrature = exact,
                                          .paths =
                                              [](const Tensor& from, const Tensor& to, Index) {
                                                  const auto at = [=](double t) {
                                                      return from + (to - from) * t + to * to * (0.1 * t * (1 - t));
                                                  };
                                                  return attribution::curve(at, 64);
                                              },
                                          .run = {.memory = memory}};
        return attribution::along_paths(model, rows, bow);
    };
    const Attribution wide = along(counted, x, std::size_t{64} << 20);
    CHECK(runs < 64);  // 192 edges
    for (const double gap : *wide.relative_delta) CHECK(gap <= 1e-13);
    for (const std::size_t memory : {std::size_t{1}, std::size_t{300'000}})
        CHECK(same_bits(along(net, x, memory).values, wide.values));
    CHECK(same_bits(along(net, slice(x, 0, 1, 2), 1 << 20).values, slice(wide.values, 0, 1, 2)));
}

TEST_CASE("the budget and the company of other rows change no bit") {
    const Tensor x = random_tensor({3, 36}, 21);
    for (const Stage stage : {Stage::logit, Stage::probability}) {
        const auto run = [&](const Tensor& rows, std::size_t memory) {
            const IntegratedGradients options{
                .target = Index{2}, .stage = {.kind = stage}, .quadrature = exact, .run = {.memory = memory}};
            return integrated_gradients(kinky_net(4), rows, options).values;
        };
        const Tensor wide = run(x, std::size_t{512} << 20);
        CHECK(same_bits(run(x, 1), wide));
        CHECK(same_bits(run(x, 200'000), wide));
        CHECK(same_bits(run(slice(x, 0, 1, 2), 1 << 20), slice(wide, 0, 1, 2)));
    }
}

TEST_CASE("a row with too many pieces is taken adaptively, and the others exactly, as each would be alone") {
    std::vector<double> places;  // relu bends at 0.01, 0.02, .. 0.6
    for (int k = 1; k <= 60; ++k) places.push_back(k / 100.0);
    const Model f = [&](const Tensor& x) {
        return sum(relu(x - Tensor({1, 60}, std::span<const double>(places))), {.axes = {1}});
    };
    const Tensor x({3, 1}, {1, 0.305, -2}, DType::float64);  // 61, 31 and 1 pieces
    const IntegratedGradients options{.quadrature = {.max_steps = 45}};
    const Attribution all = integrated_gradients(f, x, options);
    CHECK(all.steps->at(1) == 31);
    CHECK(all.steps->at(2) == 1);
    for (Index k = 0; k < 3; ++k) {
        const Attribution one = integrated_gradients(f, slice(x, 0, k, k + 1), options);
        CHECK(same_bits(one.values, slice(all.values, 0, k, k + 1)));
        CHECK(one.steps->at(0) == all.steps->at(static_cast<std::size_t>(k)));
        CHECK(one.tolerance_met->at(0) == all.tolerance_met->at(static_cast<std::size_t>(k)));
    }
}

TEST_CASE("a row of very many pieces is doubled to a tolerance that allows it, and the others are exact") {
    std::vector<double> places;
    for (int k = 1; k < 25'000; ++k) places.push_back(k / 25'000.0);
    const Model f = [&](const Tensor& x) {
        return sum(relu(x - Tensor({1, 24'999}, std::span<const double>(places))), {.axes = {1}});
    };
    const Tensor x({2, 1}, {1, 0.00101}, DType::float64);  // 25,000 pieces and 26
    const IntegratedGradients options{.quadrature = {.tolerance = 1e-3}};
    const Attribution all = integrated_gradients(f, x, options);
    CHECK(all.rule == "gauss-legendre");
    CHECK(all.steps->at(0) < 1000);
    CHECK(all.values.at(0) == doctest::Approx(24'999 / 2.0).epsilon(1e-3));
    CHECK(all.steps->at(1) == 26);
    CHECK(all.relative_delta->at(1) < 1e-12);
    CHECK(all.tolerance_met == std::vector<bool>{true, true});
    CHECK(all.notes.back() ==
          "a path has more than 20000 linear pieces: gauss-legendre is doubled to the tolerance; rule exact takes them "
          "one by one");
    CHECK(same_bits(integrated_gradients(f, slice(x, 0, 1, 2), options).values, slice(all.values, 0, 1, 2)));
}

TEST_CASE("too many pieces: the rule that was asked for stops after as many, and foretells the rest") {
    std::vector<double> places;
    for (int k = 1; k < 80; ++k) places.push_back(k / 80.0);
    const Model f = [&](const Tensor& x) {
        return sum(relu(x - Tensor({1, 79}, std::span<const double>(places))), {.axes = {1}});
    };
    for (const std::size_t memory : {std::size_t{1}, std::size_t{1} << 26}) {
        const Attribution a = integrated_gradients(
            f, row({1}), {.quadrature = {.rule = QuadratureRule::exact, .max_steps = 40}, .run = {.memory = memory}});
        CHECK_FALSE(a.tolerance_met->at(0));
        CHECK(a.steps->at(0) == 40);
        CHECK(a.values.at(0) == doctest::Approx(39 * 40 / 160.0));  // slopes 0, 1, .. 39 on 80ths
        CHECK(a.notes.back() == "tolerance 1e-06 was not met within max-steps 40; about 80 would be needed");
    }
}

TEST_CASE("means and winding paths are not taken exactly unless it is asked for") {
    const Tensor x = random_tensor({1, 5}, 3);
    const Model net = relu_net({5, 16, 2}, 1, true);
    const attribution::Baseline pool = attribution::baseline::Uniform{.low = 0, .high = 1, .samples = 3};
    const Attribution mean = integrated_gradients(net, x, {.baseline = pool});
    CHECK(mean.rule == "gauss-legendre");
    CHECK(*mean.tolerance == 1e-2);
    CHECK(mean.tolerance_met->at(0));
    const Attribution winding = attribution::blur_ig(net, x);
    CHECK(winding.rule == "gauss-legendre");
    CHECK(*winding.tolerance == 1e-3);
    CHECK(attribution::path_ensemble(net, x).rule == "gauss-legendre");
    CHECK(attribution::blur_ig(net, x, {.quadrature = exact}).rule == "exact");
    CHECK(integrated_gradients(net, x, {.baseline = pool, .quadrature = {.tolerance = 1e-9}}).rule == "exact");
    const Model smooth = [](const Tensor& z) { return tanh(sum(z, {.axes = {1}})); };
    CHECK(integrated_gradients(smooth, x, {.baseline = pool}).rule == "gauss-kronrod");
}

TEST_CASE("without a rule, piecewise-linear models are taken exactly and others adaptively") {
    const Tensor x = random_tensor({1, 5}, 3);
    const Model net = relu_net({5, 8, 2}, 1, true), large = relu_net({5, 64, 64, 2}, 1, true);
    CHECK(integrated_gradients(net, x).rule == "exact");
    CHECK(integrated_gradients(net, x, {.stage = {.kind = Stage::probability}}).rule == "exact");
    const Model smooth = [](const Tensor& z) { return tanh(sum(z, {.axes = {1}})); };
    CHECK(integrated_gradients(smooth, x).rule == "gauss-kronrod");
    CHECK(integrated_gradients(net, x, {.quadrature = {.steps = 4}}).rule == "gauss-legendre");
    // More pieces than max-steps allows: the adaptive rule does what it can.
    CHECK(integrated_gradients(large, x, {.quadrature = {.max_steps = 40}}).rule == "gauss-kronrod");
}
