// The exact rule: closed forms of functions with kinks, networks against the adaptive rule, and what it refuses.
#include <algorithm>

#include <attribution/functions.hpp>

using namespace attribution_tests;
using attribution::integrated_gradients;
using attribution::OutputStage;
using attribution::Quadrature;
using attribution::Stage;

namespace {

const Quadrature exact{.rule = QuadratureRule::exact};

std::vector<double> shares(Columns f, std::initializer_list<double> x, std::initializer_list<double> from = {}) {
    const Tensor input = row(x);
    const Tensor start = from.size() > 0 ? row(from) : zeros_like(input);
    const Model model = of_columns(std::move(f));
    return numbers(integrated_gradients(model, input, {.baseline = start, .quadrature = exact}).values);
}

}  // namespace

TEST_CASE("functions with kinks: the closed forms, to rounding") {
    const auto least = [](auto& x) { return minimum(x[0], x[1]); };
    const auto most = [](auto& x) { return maximum(x[0], x[1]); };
    const auto ramp = [](auto& x) { return relu(x[0] - x[1]); };
    CHECK(largest_difference(shares(least, {2, 5}), {2, 0}) <= 1e-15);
    CHECK(largest_difference(shares(most, {2, 5}), {0, 5}) <= 1e-15);
    CHECK(largest_difference(shares(least, {3, 2}, {0, 1}), {1.5, 0.5}) <= 1e-15);  // crosses at t = 1/2
    CHECK(largest_difference(shares(most, {3, 2}, {0, 1}), {1.5, 0.5}) <= 1e-15);
    CHECK(largest_difference(shares(ramp, {3, 1}), {3, -1}) <= 1e-15);
    CHECK(largest_difference(shares(ramp, {1, 3}), {0, 0}) <= 1e-15);
    CHECK(largest_difference(shares([](auto& x) { return relu(x[0] + x[1] - 1.0); }, {1, 1}), {0.5, 0.5}) <= 1e-15);
    CHECK(largest_difference(shares([](auto& x) { return 1.0 - relu(1.0 - x[0]); }, {2}), {1}) <= 1e-15);
    CHECK(largest_difference(shares([](auto& x) { return relu(relu(x[0]) - 1.0 - relu(x[1])); }, {3, 1}),
                             {1.5, -0.5}) <= 1e-15);
    CHECK(largest_difference(shares([](auto& x) { return relu(relu(x[0] - 1.0) - relu(x[1])); }, {3, 1}),
                             {1.5, -0.5}) <= 1e-15);
    CHECK(largest_difference(shares([](auto& x) { return x[0] * greater(x[0], 1.0) + abs(x[1] - 1.0); }, {3, 4}),
                             {2, 2}) <= 1e-14);  // a mask is constant on a piece; its jump belongs to no gradient
}

TEST_CASE("a tie along the whole path: finite, and complete where one side is chosen or both share") {
    for (const Columns& f :
         {Columns([](auto& x) { return minimum(x[0], x[1]); }), Columns([](auto& x) { return maximum(x[0], x[1]); })})
        CHECK(largest_difference(shares(f, {2, 2}), {1, 1}) <= 1e-15);
}

TEST_CASE("a number of pieces that is known: relus that bend at 1/5, 2/5, ..") {
    const Model steps = of_columns([](auto& x) {
        Tensor sum = zeros_like(x[0]);
        for (const double bend : {0.2, 0.4, 0.6, 0.8}) sum = sum + relu(x[0] - bend);
        return sum;
    });
    const Attribution a = integrated_gradients(steps, row({1}), {.quadrature = exact});
    CHECK(a.steps->at(0) == 5);
    CHECK(std::abs(a.values.at(0) - 2) <= 1e-15);
    CHECK(a.rule == "exact");
    CHECK(a.quadrature_error->at(0) == 0);
    CHECK(a.tolerance_met->at(0));
}

TEST_CASE("random networks: complete to rounding, and what the adaptive rule finds") {
    for (std::uint64_t trial = 0; trial < 12; ++trial) {
        const bool images = trial % 2 == 0;
        const Model net = images ? kinky_net(trial) : relu_net({5, 16, 16, 2}, trial, true);
        const Shape shape = images ? Shape{2, 36} : Shape{2, 5};
        const Tensor x = random_tensor(shape, 100 + trial), from = random_tensor(shape, 200 + trial);
        const Attribution a = integrated_gradients(net, x, {.target = Index{1}, .baseline = from, .quadrature = exact});
        for (const double gap : *a.relative_delta) CHECK(gap <= 1e-13);
        const Quadrature fine{.tolerance = 1e-8, .rule = QuadratureRule::gauss_kronrod, .max_steps = 400'000};
        const Attribution b = integrated_gradients(net, x, {.target = Index{1}, .baseline = from, .quadrature = fine});
        // A kink between the last node of a piece and its end is seen by no node, only by completeness.
        const double estimate = std::ranges::max(*b.quadrature_error), gap = std::ranges::max(*b.relative_delta);
        CHECK(relative_difference(a, b) <= 1e-8 + estimate + 10 * gap);
        CHECK(estimate + gap <= 1e-6);
        CHECK(a.steps->at(0) > 5);
    }
}

TEST_CASE("float32 finds the same pieces up to its rounding") {
    const Tensor x = random_tensor({3, 36}, 1);
    const Attribution wide = integrated_gradients(kinky_net(5), x, {.target = Index{0}, .quadrature = exact});
    const Attribution narrow = integrated_gradients(kinky_net(5, DType::float32), x.to(DType::float32),
                                                    {.target = Index{0}, .quadrature = exact});
    for (const double gap : *narrow.relative_delta) CHECK(gap <= 1e-5);
    CHECK(relative_difference(narrow, wide) <= 1e-4);
}

TEST_CASE("smooth output stages are integrated inside each piece") {
    const Tensor x = random_tensor({2, 5}, 7) * 3.0;
    const Model net = relu_net({5, 12, 12, 3}, 3, true);
    const Quadrature fine{.tolerance = 1e-9, .rule = QuadratureRule::gauss_kronrod, .max_steps = 2'000'000};
    for (const Stage stage : {Stage::probability, Stage::log_probability, Stage::log_odds}) {
        const Attribution a = integrated_gradients(net, x, {.stage = {.kind = stage}, .quadrature = exact});
        const Attribution b = integrated_gradients(net, x, {.stage = {.kind = stage}, .quadrature = fine});
        CHECK(relative_difference(a, b) <= 1e-8);
        for (std::size_t k = 0; k < 2; ++k) {
            CHECK(a.relative_delta->at(k) <= 1e-9);
            CHECK(a.quadrature_error->at(k) <= 1e-9);
        }
    }
    const attribution::OutputFunction curved = [](const Tensor& y) { return tanh(sum(square(y), {.axes = {1}})); };
    CHECK(integrated_gradients(net, x, {.target = curved, .quadrature = exact}).relative_delta->at(0) <= 1e-9);
}

TEST_CASE("a step of the output stage between two nodes is seen, and rounding is not refined for ever") {
    const Model steep = [](const Tensor& x) { return concat({relu(x) * 3000.0, -x * 1000.0}, 1); };
    for (const DType dtype : {DType::float32, DType::float64}) {
        const Tensor x = Tensor({1, 1}, {0.7}, dtype), from = Tensor({1, 1}, {-0.4}, dtype);
        IntegratedGradients options{.target = Index{0}, .baseline = from, .quadrature = exact};
        options.stage = {.kind = Stage::probability};
        const Attribution a = integrated_gradients(steep, x, options);
        CHECK(a.values.at(0) == doctest::Approx(1).epsilon(1e-5));
        CHECK(a.tolerance_met->at(0));
        const attribution::OutputFunction squares = [](const Tensor& y) { return sum(square(y), {.axes = {1}}); };
        CHECK(integrated_gradients(steep, x, {.target = squares, .baseline = from, .quadrature = exact})
                  .relative_delta->at(0) <= (dtype == DType::float32 ? 1e-6 : 1e-14));
    }
}

TEST_CASE("kinks that are not looked at: the default rule is adaptive there, and the exact one says so") {
    const Tensor w = random_tensor({3, 4}, 1), v = random_tensor({8, 1}, 2), wide = random_tensor({6, 8}, 3);
    const Model merged = [=](const Tensor& x) {
        return matmul(reshape(relu(matmul(reshape(x, {2 * x.rows(), 3}), w)), {x.rows(), 8}), v);
    };
    const Model turned = [=](const Tensor& x) { return matmul(transpose(relu(transpose(matmul(x, wide)))), v); };
    const Model picked = [=](const Tensor& x) {
        const Tensor h = matmul(x, wide);
        std::vector<Index> winners = [&] {
            const Indices best = argmax(h, 1);
            return std::vector<Index>(best.data().begin(), best.data().end());
        }();
        for (std::size_t r = 0; r < winners.size(); ++r) winners[r] += 8 * static_cast<Index>(r);
        return gather(reshape(h, {h.size()}), Indices(Shape{h.rows()}, winners));
    };
    const Tensor x = random_tensor({2, 6}, 4), from = random_tensor({2, 6}, 5);
    for (const Model& model : {merged, turned, picked}) {
        const Attribution a = integrated_gradients(model, x, {.baseline = from});
        CHECK(a.rule == "gauss-kronrod");
        CHECK(a.tolerance_met->at(0));
        CHECK(a.relative_delta->at(0) <= 1e-6);
    }
    CHECK(
        error_of<ValueError>([&] { integrated_gradients(merged, x, {.quadrature = exact}); }) ==
        "integrated-gradients: exact needs a model made of affine maps, relu, abs and maxima: it has relu on a tensor "
        "whose first axis is not that of the rows; use gauss-kronrod");
    const Attribution a = integrated_gradients(picked, x, {.baseline = from, .quadrature = exact});
    CHECK_FALSE(a.tolerance_met->at(0));
    REQUIRE_FALSE(a.notes.empty());
    CHECK(a.notes[0] ==
          "exact: the pieces of row 0 do not add up to F(x) - F(x'): the model jumps, or picks by index, which is not "
          "seen; compare gauss-kronrod");
}

TEST_CASE("numbers whose product underflows cross zero, too") {
    const Model tiny = [](const Tensor& x) { return relu(x * 1e-25) * 1e25; };
    const Attribution a = integrated_gradients(tiny, Tensor({1, 1}, {3}, DType::float32),
                                               {.baseline = Tensor({1, 1}, {-1}, DType::float32), .quadrature = exact});
    CHECK(a.steps->at(0) == 2);
    CHECK(a.values.at(0) == doctest::Approx(3).epsilon(1e-6));
}

TEST_CASE("all targets at once are each target alone") {
    const Tensor x = random_tensor({2, 36}, 11);
    for (const Stage stage : {Stage::logit, Stage::probability}) {
        const OutputStage staged{.kind = stage};
        const Attribution all = integrated_gradients(
            kinky_net(2), x, {.target = attribution::AllTargets{}, .stage = staged, .quadrature = exact});
        for (Index target = 0; target < 3; ++target) {
            const Attribution one =
                integrated_gradients(kinky_net(2), x, {.target = target, .stage = staged, .quadrature = exact});
            for (Index r = 0; r < 2; ++r)
                for (Index k = 0; k < 36; ++k)
                    CHECK(std::abs(all.values.at((r * 3 + target) * 36 + k) - one.values.at(r * 36 + k)) <= 1e-9);
        }
    }
}

TEST_CASE("what is not piecewise linear is named") {
    const auto error = [&](const Model& model) {
        return error_of<ValueError>([&] {
            integrated_gradients(model, row({1, 2}), {.target = Index{0}, .quadrature = exact});
        });
    };
    const std::string before =
        "integrated-gradients: exact needs a model made of affine maps, relu, abs and maxima: it "
        "has ";
    CHECK(error([](const Tensor& z) { return tap("dense1", tanh(z)); }) == before + "tanh; use gauss-kronrod");
    CHECK(error([](const Tensor& z) {
              const TapPath here("dense1");
              return exp(z);
          }) == before + "exp at dense1; use gauss-kronrod");
    CHECK(error([](const Tensor& z) { return z * relu(z); }) == before + "mul; use gauss-kronrod");
    CHECK(error([](const Tensor& z) { return 1.0 / z; }) == before + "div; use gauss-kronrod");
    CHECK(error([](const Tensor& z) { return matmul(z, transpose(z)); }).find("rows") != std::string::npos);
    CHECK(error_of<ValueError>([&] {
              integrated_gradients(relu_net({2, 2}, 1, true), row({1, 2}),
                                   {.quadrature = {.steps = 5, .rule = QuadratureRule::exact}});
          }) ==
          "integrated-gradients: exact takes as many steps as there are pieces: give it a tolerance (and "
          "max-steps), not steps");
}
