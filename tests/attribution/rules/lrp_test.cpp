// Relevance: every rule against its formula written out, and what relevance is on ReLU networks.
#include <attribution/rules/lrp.hpp>

using namespace attribution_tests;

namespace {

double up(double c) { return std::max(c, 0.0); }
double down(double c) { return std::min(c, 0.0); }

/// z = Σ a w + b, and its relevance handed down as the literature writes it.
std::vector<double> by_hand(const Lrp& o, const std::vector<double>& a, const std::vector<double>& w, double b) {
    double z = b;
    for (std::size_t i = 0; i < a.size(); ++i) z += a[i] * w[i];
    const auto part = [&](double c) { return z > 0 ? up(c) : down(c); };
    const auto shares = [&](const auto& contribution, double rest, double of) {
        double sum = rest;
        std::vector<double> all;
        for (std::size_t i = 0; i < a.size(); ++i) {
            all.push_back(contribution(a[i], w[i]));
            sum += all.back();
        }
        for (double& c : all) c *= sum == 0 ? 0 : of / sum;
        return all;
    };
    const auto product = [](double x, double y) { return x * y; };
    switch (o.rule) {
        case LrpRule::zero: return shares(product, b, z);
        case LrpRule::gamma:
            return shares([&](double x, double y) { return x * y + o.gamma * part(x * y); }, b + o.gamma * part(b), z);
        case LrpRule::z_plus: return shares([](double x, double y) { return up(x * y); }, up(b), z);
        case LrpRule::z_box:
            return shares([&](double x, double y) { return x * y - o.low * up(y) - o.high * down(y); }, 0, z);
        case LrpRule::flat: return shares([](double, double) { return 1.0; }, 0, z);
        case LrpRule::w_squared: return shares([](double, double y) { return y * y; }, 0, z);
        case LrpRule::alpha_beta: {
            std::vector<double> all = shares([](double x, double y) { return up(x * y); }, up(b), o.alpha * z);
            const auto less = shares([](double x, double y) { return down(x * y); }, down(b), (o.alpha - 1) * z);
            for (std::size_t i = 0; i < all.size(); ++i) all[i] -= less[i];
            return all;
        }
        default: return shares(product, b + (z < 0 ? -o.epsilon : o.epsilon), z);
    }
}

/// Bias-free: convolution, pools of both kinds, a residual sum, two dense layers.
Model homogeneous_cnn(std::uint64_t number) {
    const Tensor filters = random_tensor({3, 2, 3, 3}, 30 * number),
                 again = random_tensor({3, 3, 3, 3}, 30 * number + 1), dense = random_tensor({12, 7}, 30 * number + 2),
                 last = random_tensor({7, 3}, 30 * number + 3);
    return [=](const Tensor& x) {
        const Tensor maps = relu(conv2d(x, filters, {.padding = 1}));
        const Tensor sum = relu(maps + conv2d(maps, again, {.padding = 1}));
        const Tensor small = avg_pool2d(max_pool2d(sum, {.kernel = 2}), {.kernel = 2});
        return matmul(relu(matmul(flatten(small), dense)), last);
    };
}

}  // namespace

TEST_CASE("each rule of relevance is its formula, for inputs and weights of both signs") {
    for (const LrpRule rule : every_rule)
        for (std::uint64_t trial = 0; trial < 6; ++trial) {
            CAPTURE(describe(rule));
            const Lrp o{
                .target = Index{1}, .rule = rule, .epsilon = 0.1, .gamma = 0.4, .alpha = 3, .low = -4, .high = 5};
            const Tensor x = random_tensor({2, 5}, trial), w = random_tensor({5, 2}, 50 + trial),
                         b = random_tensor({2}, 90 + trial);
            const std::vector<double> got = lrp_of([=](const Tensor& z) { return matmul(z, w) + b; }, x, o);
            for (Index row = 0; row < 2; ++row) {
                std::vector<double> inputs, weights;
                for (Index i = 0; i < 5; ++i) {
                    inputs.push_back(x.at(5 * row + i));
                    weights.push_back(w.at(2 * i + 1));
                }
                const std::vector<double> mine(got.begin() + 5 * row, got.begin() + 5 * (row + 1));
                CHECK(largest_difference(mine, by_hand(o, inputs, weights, b.at(1))) <= 1e-10);
            }
        }
}

TEST_CASE("rule zero is input x gradient on ReLU networks, and without biases Integrated Gradients from 0") {
    for (std::uint64_t trial = 0; trial < 6; ++trial) {
        const Lrp zero{.rule = LrpRule::zero};
        const Model dense = relu_net({5, 8, 6, 3}, trial, false), conv = homogeneous_cnn(trial),
                    biased = relu_net({5, 8, 6, 3}, trial, true);
        const Tensor x = random_tensor({2, 5}, 40 + trial), image = random_tensor({2, 2, 8, 8}, 60 + trial);
        for (const auto& [model, at] : {std::pair(dense, x), std::pair(conv, image)}) {
            const std::vector<double> relevance = lrp_of(model, at, zero);
            CHECK(largest_difference(relevance, numbers(attribution::input_x_gradient(model, at).values)) <= 1e-10);
            CHECK(largest_difference(relevance, numbers(attribution::integrated_gradients(model, at).values)) <= 1e-10);
        }
        CHECK(largest_difference(lrp_of(biased, x, zero), numbers(attribution::input_x_gradient(biased, x).values)) <=
              1e-10);
    }
}

TEST_CASE("without biases the rules of one sum hand down all of the output") {
    const Model conv = homogeneous_cnn(9);
    const Tensor x = random_tensor({3, 2, 8, 8}, 70);
    for (const LrpRule rule : {LrpRule::zero, LrpRule::gamma, LrpRule::z_plus, LrpRule::flat, LrpRule::w_squared}) {
        CAPTURE(describe(rule));
        const Attribution a = attribution::lrp(conv, x, {.rule = rule, .epsilon = 1e-14});
        const Tensor sums = sum(flatten(a.values), {.axes = {1}});
        for (Index row = 0; row < 3; ++row)
            CHECK(sums.at(row) == doctest::Approx(a.f_input[static_cast<std::size_t>(row)]).epsilon(1e-9));
    }
}

TEST_CASE("composite names a rule for each kind of layer, and what is named wins") {
    const Model net = homogeneous_cnn(3);
    const Tensor x = sigmoid(random_tensor({2, 2, 8, 8}, 71));
    const Lrp spelled{.rule = LrpRule::epsilon,
                      .first = LrpRule::z_box,
                      .top = LrpRule::zero,
                      .convolution = LrpRule::gamma,
                      .dense = LrpRule::epsilon};
    CHECK(lrp_of(net, x, {.rule = LrpRule::composite}) == lrp_of(net, x, spelled));
    Lrp other = spelled;
    other.convolution = LrpRule::z_plus;
    CHECK(lrp_of(net, x, {.rule = LrpRule::composite, .convolution = LrpRule::z_plus}) == lrp_of(net, x, other));
    CHECK(largest_difference(lrp_of(net, x, other), lrp_of(net, x, spelled)) > 1e-6);
}

TEST_CASE("inputs that are only scaled and shifted before the first layer get its relevance whole, bounds move along") {
    const Model net = homogeneous_cnn(4);
    const Tensor x = sigmoid(random_tensor({2, 2, 8, 8}, 72));
    const Model normal = [=](const Tensor& z) { return net(permute((z - 0.5) / 0.25, {0, 1, 3, 2})); };
    const Model turned = [=](const Tensor& z) { return net((0.5 - z) / 0.25); };
    const Lrp raw{.rule = LrpRule::composite}, moved{.rule = LrpRule::composite, .low = -2, .high = 2};
    const Tensor swapped = attribution::lrp(net, permute((x - 0.5) / 0.25, {0, 1, 3, 2}), moved).values;
    CHECK(largest_difference(lrp_of(normal, x, raw), numbers(permute(swapped, {0, 1, 3, 2}))) <= 1e-12);
    CHECK(largest_difference(lrp_of(turned, x, raw), lrp_of(net, (0.5 - x) / 0.25, moved)) <= 1e-12);
}

TEST_CASE("relevance of functions without layers: sums in proportion, products by halves, maxima to the winner") {
    const Lrp zero{.rule = LrpRule::zero};
    CHECK(largest_difference(lrp_of(of_columns([](auto& x) { return x[0] * x[1]; }), row({2, 3}), zero), {3, 3}) <=
          1e-14);
    CHECK(largest_difference(lrp_of(of_columns([](auto& x) { return tanh(x[0]) - x[1] * 2.0; }), row({1, 3}), zero),
                             {std::tanh(1.0), -6}) <= 1e-14);
    CHECK(lrp_of(of_columns([](auto& x) { return maximum(x[0], x[1]); }), row({2, 5}), zero) ==
          std::vector<double>{0, 5});
    // T15: the constant keeps its part, so this is input x gradient.
    const Model f = of_columns([](auto& x) { return relu(relu(x[0]) - 1.0 - relu(x[1])); });
    CHECK(largest_difference(lrp_of(f, row({3, 1}), zero), {3, -1}) <= 1e-14);
    CHECK(lrp_of(of_columns([](auto& x) { return relu(x[0] - x[1]); }), row({1, 3}), zero) ==
          std::vector<double>{0, 0});
}

TEST_CASE(
    "a product of two tensors that both depend on the input goes half to each, a transposed convolution is a layer") {
    const Tensor x = random_tensor({2, 1, 4, 4}, 80), filters = random_tensor({1, 2, 3, 3}, 81);
    const Lrp zero{.rule = LrpRule::zero};
    const Model squared = [](const Tensor& z) {
        const Tensor m = reshape(z, {z.rows(), 4, 4});
        return sum(flatten(matmul(m, m)), {.axes = {1}});
    };
    const Attribution both = attribution::lrp(squared, x, zero);
    const Tensor halves = attribution::input_x_gradient(squared, x).values * 0.5;
    CHECK(largest_difference(numbers(both.values), numbers(halves)) <= 1e-10);
    const Model wider = [=](const Tensor& z) {
        return sum(flatten(relu(conv_transpose2d(z, filters))), {.axes = {1}});
    };
    CHECK(largest_difference(lrp_of(wider, x, zero), numbers(attribution::input_x_gradient(wider, x).values)) <= 1e-10);
}

TEST_CASE("to relevance relus are the same however they are written, and shared layers are layers each time") {
    const Tensor a = random_tensor({4, 6}, 1), b = random_tensor({6, 6}, 2), c = random_tensor({6, 3}, 3);
    const auto net = [=](const std::function<Tensor(const Tensor&)>& kink) -> Model {
        return [=](const Tensor& x) {
            const auto shared = [&](const Tensor& h) { return kink(matmul(h, b)); };
            return matmul(shared(shared(kink(matmul(x, a)))), c);
        };
    };
    const Tensor x = random_tensor({3, 4}, 9);
    const auto layered = [](const Tensor& z) { return tap("relu", relu(z)); };
    for (const LrpRule rule : {LrpRule::epsilon, LrpRule::gamma, LrpRule::alpha_beta}) {
        const Lrp o{.target = Index{0}, .rule = rule};
        const std::vector<double> plain = lrp_of(net([](const Tensor& z) { return relu(z); }), x, o);
        CHECK(lrp_of(net(layered), x, o) == plain);
        CHECK(largest_difference(lrp_of(net([](const Tensor& z) { return maximum(z, 0.0); }), x, o), plain) <= 1e-14);
    }
}

TEST_CASE("neither the budget nor the other rows change a bit of any rule") {
    const Model net = homogeneous_cnn(5);
    const Tensor x = sigmoid(random_tensor({3, 2, 8, 8}, 73));
    for (const LrpRule rule : {LrpRule::composite, LrpRule::alpha_beta, LrpRule::flat, LrpRule::w_squared}) {
        CAPTURE(describe(rule));
        const Tensor all = attribution::lrp(net, x, {.rule = rule}).values;
        CHECK(same_bits(attribution::lrp(net, x, {.rule = rule, .run = {.memory = 1}}).values, all));
        CHECK(same_bits(attribution::lrp(net, slice(x, 0, 1, 2), {.rule = rule}).values, slice(all, 0, 1, 2)));
    }
    const auto reveal = [&](const Tensor& at, std::size_t memory) {
        return attribution::deep_lift(net, at,
                                      {.rule = attribution::DeepLiftRule::reveal_cancel, .run = {.memory = memory}})
            .values;
    };
    CHECK(same_bits(reveal(x, 1), reveal(x, std::size_t{1} << 28)));
}

TEST_CASE("what relevance cannot pass is named, and options out of range are refused") {
    const Tensor x = row({1, 2});
    const Model net = relu_net({2, 3, 2}, 1, true);
    const auto error = [&](const Model& model, const Lrp& o) {
        return error_of<ValueError>([&] { attribution::lrp(model, x, o); });
    };
    CHECK(error(
              [](const Tensor& z) {
                  const TapPath inside("head");
                  return softmax(z);
              },
              {}) ==
          "lrp: has no rule for softmax at head; replace it at that place, or take integrated-gradients, "
          "which needs none");
    CHECK(error(of_columns([](auto& z) { return z[0] / z[1]; }), {}) ==
          "lrp: has no rule for div; replace it at that place, or take integrated-gradients, which needs none");
    CHECK(error(net, {.stage = attribution::parse_stage("probability")}) ==
          "lrp: explains raw outputs but the stage is probability; take logit or margin:A,B");
    CHECK(error(net, {.first = LrpRule::composite}) == "lrp: composite names rules for all layers; give it as rule");
    CHECK(error(net, {.epsilon = -1}) == "lrp: epsilon must be at least 0 but is -1");
    CHECK(error(net, {.gamma = -1}) == "lrp: gamma must be at least 0 but is -1");
    CHECK(error(net, {.alpha = 0.5}) == "lrp: alpha must be at least 1 but is 0.5");
    CHECK(error(net, {.low = 1, .high = 1}) == "lrp: low must be below high but they are 1 and 1");
    CHECK(error(net, {.first = LrpRule::z_box}) == "lrp: z-box takes inputs in [0, 1] but one is 2; set low and high");
    CHECK(error(of_columns([](auto& z) { return z[0]; }), {.top = LrpRule::z_box}) ==
          "lrp: z-box takes inputs in [0, 1] but one is 2; set low and high");
    CHECK(error(net, {.rule = LrpRule::z_box, .high = 2}) ==
          "lrp: z-box needs a layer of the input, or of shifts and scales of it by constants: matmul is none; take "
          "another rule for it, such as z-plus");
    CHECK(error_of<ValueError>([] { attribution::parse_lrp_rule("gama"); }) ==
          "lrp: rule 'gama' is unknown; did you mean 'gamma'? There are: zero epsilon gamma alpha-beta z-plus z-box "
          "flat w-squared composite");
}
