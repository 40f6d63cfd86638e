// Rules on graph nodes: closed forms, what is the same whatever way a relu is written, and ops without a rule.
#include <attribution/functions.hpp>

using namespace attribution_tests;

namespace {

/// Equal functions, written in two ways (Sundararajan et al. 2017, appendix B).
const Model f = of_columns([](auto& x) { return relu(relu(x[0]) - 1.0 - relu(x[1])); });
const Model g = of_columns([](auto& x) { return relu(relu(x[0] - 1.0) - relu(x[1])); });

std::vector<double> deep_lift_of(const Model& model, const Tensor& x,
                                 const attribution::Baseline& from = attribution::baseline::Zero{}) {
    const Attribution a = attribution::deep_lift(model, x, {.baseline = from});
    for (const double gap : *a.relative_delta) CHECK(gap <= 1e-12);
    return numbers(a.values);
}

/// A network whose relus are ops (0), one shared function called three times (1), or maxima with 0 (2).
Model net(int spelling) {
    const Tensor a = random_tensor({4, 6}, 1), b = random_tensor({6, 6}, 2), c = random_tensor({6, 3}, 3);
    const auto shared = [](const Tensor& x) { return relu(x); };
    const auto kink = [=](const Tensor& x) {
        return spelling == 0 ? relu(x) : spelling == 1 ? shared(x) : maximum(x, 0.0);
    };
    return [=](const Tensor& x) { return matmul(kink(matmul(kink(matmul(x, a)), b) + kink(matmul(x, a))), c); };
}

}  // namespace

TEST_CASE(
    "DeepLIFT gives equal functions different answers: (1.5, -0.5) and (2, -1); the gradient of f - g is hidden") {
    const Tensor x = row({3, 1});
    CHECK(largest_difference(deep_lift_of(f, x), {1.5, -0.5}) <= 1e-14);
    CHECK(largest_difference(deep_lift_of(g, x), {2, -1}) <= 1e-14);
    const Model zero = [](const Tensor& z) { return f(z) - g(z); };
    CHECK(largest_difference(numbers(attribution::deep_lift(zero, x).values), {-0.5, 0.5}) <= 1e-14);
}

TEST_CASE("DeepLIFT of one kink is its mean slope, and where nothing changed the slope itself") {
    CHECK(deep_lift_of(of_columns([](auto& x) { return 1.0 - relu(1.0 - x[0]); }), row({2})) == std::vector<double>{1});
    // x1 - x2 does not change, yet both do: the slope 2 of the square at 1 tells what each gets.
    const Model balanced = of_columns([](auto& x) { return square(x[0] - x[1] + 1.0); });
    CHECK(largest_difference(deep_lift_of(balanced, row({3, 3})), {6, -6}) <= 1e-14);
}

TEST_CASE("DeepLIFT shares a product, a quotient and a maximum by Shapley's value of its two factors") {
    const Tensor x = row({2, 3}), from = row({1, 1});
    CHECK(largest_difference(deep_lift_of(of_columns([](auto& z) { return z[0] * z[1]; }), x, from), {2, 3}) <= 1e-14);
    CHECK(largest_difference(deep_lift_of(of_columns([](auto& z) { return z[0] / z[1]; }), x, from),
                             {0.5 * (1.0 / 3 + 1), 0.5 * (-2.0 / 3 - 4.0 / 3)}) <= 1e-14);
    CHECK(largest_difference(deep_lift_of(of_columns([](auto& z) { return maximum(z[0], z[1]); }), x, from),
                             {0.5, 1.5}) <= 1e-14);
}

TEST_CASE("DeepLIFT is complete on convolutional networks, through max-pools, from any baseline") {
    for (std::uint64_t trial = 0; trial < 8; ++trial) {
        const Tensor filters = random_tensor({3, 2, 3, 3}, 10 * trial), bias = random_tensor({3, 1, 1}, 10 * trial + 1),
                     dense = random_tensor({12, 4}, 10 * trial + 2);
        const Model cnn = [=](const Tensor& x) {
            const Tensor maps = max_pool2d(relu(conv2d(x, filters, {.padding = 1}) + bias));
            return matmul(tanh(flatten(maps)), dense);
        };
        const Attribution a =
            attribution::deep_lift(cnn, random_tensor({3, 2, 4, 4}, 500 + trial),
                                   {.target = Index(trial % 4), .baseline = random_tensor({3, 2, 4, 4}, 600 + trial)});
        for (const double gap : *a.relative_delta) CHECK(gap <= 1e-12);
    }
}

TEST_CASE("on a bias-free relu network DeepLIFT from 0 is input times gradient, which is Integrated Gradients") {
    for (std::uint64_t trial = 0; trial < 6; ++trial) {
        const Model plain = relu_net({5, 8, 6, 3}, trial, false);
        const Tensor x = random_tensor({2, 5}, 40 + trial);
        const std::vector<double> expected = numbers(attribution::input_x_gradient(plain, x).values);
        CHECK(largest_difference(numbers(attribution::deep_lift(plain, x).values), expected) <= 1e-10);
        CHECK(largest_difference(numbers(attribution::integrated_gradients(plain, x).values), expected) <= 1e-10);
    }
}

TEST_CASE("DeepSHAP is the mean of DeepLIFT over its background, with a standard error") {
    const Model plain = relu_net({3, 7, 2}, 3, true);
    const Tensor x = random_tensor({2, 3}, 1), pool = random_tensor({5, 3}, 2);
    Tensor mean = zeros_like(x);
    for (Index k = 0; k < 5; ++k)
        mean =
            mean +
            attribution::deep_lift(plain, x, {.target = Index{1}, .baseline = slice(pool, 0, k, k + 1)}).values * 0.2;
    const Attribution a =
        attribution::deep_shap(plain, x, {.target = Index{1}, .baseline = attribution::baseline::Samples{pool}});
    CHECK(largest_difference(numbers(a.values), numbers(mean)) <= 1e-12);
    CHECK(*a.samples == 5);
    REQUIRE(a.standard_error.has_value());
    for (const double gap : *a.relative_delta) CHECK(gap <= 1e-12);
}

TEST_CASE("DeepLIFT reveals what cancels: both ways to write one function get (1.5, -0.5), a minimum its even shares") {
    const attribution::DeepLift reveal{.rule = attribution::DeepLiftRule::reveal_cancel};
    const auto shares = [&](const Model& model, const Tensor& x) {
        const Attribution a = attribution::deep_lift(model, x, reveal);
        for (const double gap : *a.relative_delta) CHECK(gap <= 1e-12);
        return numbers(a.values);
    };
    CHECK(largest_difference(shares(f, row({3, 1})), {1.5, -0.5}) <= 1e-14);
    CHECK(largest_difference(shares(g, row({3, 1})), {1.5, -0.5}) <= 1e-14);
    // min(x1, x2) = x1 - relu(x1 - x2), of which rescale gives all to one (Shrikumar et al. 2017, section 3.5).
    const Model least = of_columns([](auto& x) { return x[0] - relu(x[0] - x[1]); });
    CHECK(largest_difference(shares(least, row({2, 1})), {0.5, 0.5}) <= 1e-14);
    CHECK(largest_difference(numbers(attribution::deep_lift(least, row({2, 1})).values), {0, 1}) <= 1e-14);
}

TEST_CASE("reveal-cancel by hand: one unit behind weights of both signs, scaled, turned and moved") {
    // u = -2 (3 x1 - x2 + 2 x3) + 1 at (1, 2, 0.5) from 0: it rises by 4, falls by 8, from 1 to -3.
    const Tensor w({3, 1}, {3, -1, 2}, DType::float64);
    const Model one = [=](const Tensor& x) { return square(reshape(-(matmul(x, w) / 0.5), {x.rows(), 1}) + 1.0); };
    const Attribution a =
        attribution::deep_lift(one, row({1, 2, 0.5}), {.rule = attribution::DeepLiftRule::reveal_cancel});
    const double rose = 0.5 * (25 - 1 + 9 - 49), fell = 0.5 * (49 - 1 + 9 - 25);  // squares at 5, 1, -3 and -7
    CHECK(largest_difference(numbers(a.values), {fell * 6 / 8, rose, fell * 2 / 8}) <= 1e-12);
}

TEST_CASE("reveal-cancel is complete on convolutional networks, and rescale where nothing cancels") {
    const attribution::DeepLiftRule reveal = attribution::DeepLiftRule::reveal_cancel;
    for (std::uint64_t trial = 0; trial < 6; ++trial) {
        const Tensor filters = random_tensor({3, 2, 3, 3}, 10 * trial), bias = random_tensor({3, 1, 1}, 10 * trial + 1),
                     dense = random_tensor({12, 4}, 10 * trial + 2), x = random_tensor({3, 2, 4, 4}, 700 + trial);
        const auto net = [=](const Tensor& kernel, const Tensor& last) -> Model {
            return [=](const Tensor& z) {
                const Tensor maps = max_pool2d(
                    relu(conv2d(z, kernel, {.padding = 1}) * bias - pad(z, {{0, 0}, {0, 1}, {0, 0}, {0, 0}}, 0.25)));
                return matmul(tanh(flatten(maps) + flatten(maps) * flatten(maps)), last);
            };
        };
        const Attribution a = attribution::deep_lift(
            net(filters, dense), x,
            {.target = Index(trial % 4), .baseline = random_tensor({3, 2, 4, 4}, 800 + trial), .rule = reveal});
        for (const double gap : *a.relative_delta) CHECK(gap <= 1e-12);
        const Tensor up = abs(filters), rising = abs(x);
        const Model positive = [=](const Tensor& z) {
            return matmul(softplus(flatten(max_pool2d(tanh(conv2d(z, up, {.padding = 1}))))), dense);
        };
        CHECK(largest_difference(
                  numbers(attribution::deep_lift(positive, rising, {.target = Index{0}, .rule = reveal}).values),
                  numbers(attribution::deep_lift(positive, rising, {.target = Index{0}}).values)) <= 1e-12);
    }
    CHECK(error_of<ValueError>([] { attribution::parse_deep_lift_rule("reveal"); }) ==
          "deep-lift: rule 'reveal' is unknown; did you mean 'rescale'? There are: rescale reveal-cancel");
}

TEST_CASE("guided backprop and deconvnet: closed forms at one open and one closed relu") {
    // y = -3 relu(x1) + 2 relu(x2): backwards come -3 and 2; relu 1 is open, relu 2 is closed at (1, -1).
    const Model two = of_columns([](auto& x) { return relu(x[0]) * -3.0 + relu(x[1]) * 2.0; });
    CHECK(numbers(attribution::guided_backprop(two, row({1, -1})).values) == std::vector<double>{0, 0});
    CHECK(numbers(attribution::guided_backprop(two, row({1, 1})).values) == std::vector<double>{0, 2});
    CHECK(numbers(attribution::deconvnet(two, row({1, -1})).values) == std::vector<double>{0, 2});
}

TEST_CASE("relus that are re-used, called as functions or written as maxima are the same to all rules") {
    const Tensor x = random_tensor({3, 4}, 9), from = random_tensor({3, 4}, 10);
    const auto same = [&](const auto& explain) {
        const std::vector<double> plain = numbers(explain(net(0)));
        CHECK(numbers(explain(net(1))) == plain);
        CHECK(largest_difference(numbers(explain(net(2))), plain) <= 1e-14);
    };
    same([&](const Model& m) { return attribution::guided_backprop(m, x).values; });
    same([&](const Model& m) { return attribution::deconvnet(m, x).values; });
    for (const auto rule : {attribution::DeepLiftRule::rescale, attribution::DeepLiftRule::reveal_cancel})
        same([&](const Model& m) { return attribution::deep_lift(m, x, {.baseline = from, .rule = rule}).values; });
}

TEST_CASE("an op without a rule is named with its place, and what cannot be explained by differences is refused") {
    const Tensor x = row({1, 2});
    const auto error = [&](const Model& model, const attribution::DeepLift& o = {}) {
        return error_of<ValueError>([&] { attribution::deep_lift(model, x, o); });
    };
    CHECK(error([](const Tensor& z) {
              const TapPath inside("head");
              return sum(softmax(z) * z, {.axes = {1}});
          }) ==
          "deep-lift: has no rule for softmax at head; replace it at that place, or take integrated-gradients, "
          "which needs none");
    CHECK(error([](const Tensor& z) { return sum(where(greater(z, 1.5), z, z * 2.0), {.axes = {1}}); }) ==
          "deep-lift: has no rule for where whose mask the input decides");
    CHECK(error([](const Tensor& z) { return z; }, {.stage = attribution::parse_stage("probability")}) ==
          "deep-lift: explains raw outputs but the stage is probability; take logit or margin:A,B");
    const Model mixing = [](const Tensor& z) { return sum(relu(z - sum(z) * 0.25), {.axes = {1}}); };
    CHECK(error_of<ValueError>([&] {
              attribution::deep_lift(mixing, random_tensor({2, 2}, 3));
          }) == "deep-lift: runs baseline and input in one batch, but rows of the model depend on each other");
}
