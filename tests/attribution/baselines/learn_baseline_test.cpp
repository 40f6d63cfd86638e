// Baselines that are learned where the faithful one is known, and the loss in closed form.
#include <attribution/functions.hpp>
#include <support/restore_threads.hpp>

using namespace attribution_tests;
using attribution::learn_baseline;
using attribution::LearnBaseline;
using attribution::LearningRule;
using attribution::pattern_loss;
using attribution::PatternLoss;

namespace {

/// All rows of 0 and 1.
Tensor every_row(Index features) {
    std::vector<double> all;
    for (Index bits = 0; bits < Index{1} << features; ++bits)
        for (Index k = 0; k < features; ++k) all.push_back(static_cast<double>(bits >> k & 1));
    return Tensor({Index{1} << features, features}, std::span<const double>(all));
}

/// The product of x_j - d_j.
Model product(const std::vector<double>& d) {
    return of_columns([d](auto& x) {
        Tensor y = x[0] - d[0];
        for (std::size_t k = 1; k < d.size(); ++k) y = y * (x[k] - d[k]);
        return y;
    });
}

}  // namespace

TEST_CASE("the loss of a product: nothing of low order at its own baseline, all of it elsewhere") {
    const Model f = product({0, 0, 0, 0});
    const Tensor x = row({1, 1, 1, 1});
    for (const PatternLoss loss : {PatternLoss::shapley, PatternLoss::marginal}) {
        const LearnBaseline o{.loss = loss, .contexts = 50};
        CHECK(pattern_loss(f, x, row({0, 0, 0, 0}), o) == 0);
        CHECK(pattern_loss(f, x, row({1, 1, 1, 1}), o) == 0);  // nobody is absent
        // m = 0: (1-b) b³ for each of four; m = 1: (1-b) b² for each, whoever is there already.
        const double b = 0.5, each = (1 - b) * b * b * b + (1 - b) * b * b;
        CHECK(pattern_loss(f, x, row({b, b, b, b}), o) == doctest::Approx(4 * each).epsilon(1e-12));
        const LearnBaseline lowest{.loss = loss, .orders = 0.25};
        CHECK(pattern_loss(f, x, row({b, b, b, b}), lowest) == doctest::Approx(4 * (1 - b) * b * b * b).epsilon(1e-12));
    }
}

TEST_CASE("orders count from 0, as many as a whole share of the players, at least one") {
    const Model pair = of_columns([](auto& x) { return x[0] * x[1] + x[2] * 0.0; });
    const auto loss = [&](double orders) {
        return attribution::pattern_loss(pair, row({1, 1, 1}), row({0, 0, 0}), {.orders = orders, .contexts = 20});
    };
    for (const double orders : {0.1, 0.34, 0.66}) CHECK(loss(orders) == 0);  // m = 0: nobody is there to meet
    CHECK(loss(0.67) > 0);
    CHECK(loss(1) > loss(0.67));
}

TEST_CASE("means over contexts cancel in the one loss and not in the other") {
    const Model f = of_columns([](auto& x) { return x[0] * (x[1] - x[2]); });
    const Tensor x = row({1, 1, 1}), b = row({0, 0, 0});
    const auto at = [&](PatternLoss loss) {
        return pattern_loss(f, x, b, {.loss = loss, .orders = 0.67, .contexts = 2});
    };
    // Of order 1 player 1 adds 1 beside player 2, -1 beside player 3; these add 1 and -1 beside player 1, else nothing.
    CHECK(at(PatternLoss::shapley) == doctest::Approx(0.5 + 0.5).epsilon(1e-12));
    CHECK(at(PatternLoss::marginal) == doctest::Approx(1 + 0.5 + 0.5).epsilon(1e-12));
}

TEST_CASE("the values that leave a product one pattern are learned from above and below, by either loss") {
    const std::vector<double> d{0, 0.3, 0, 0.6};
    const Model f = product(d);
    for (const PatternLoss loss : {PatternLoss::shapley, PatternLoss::marginal})
        for (const double start : {0.5, 1.0}) {
            const auto learned = learn_baseline(f, every_row(4), {.loss = loss, .start = start, .seed = 2});
            CHECK(learned.value.shape() == Shape{1, 4});
            CHECK(largest_difference(numbers(learned.value), d) <= 0.1);
            CHECK(learned.losses.size() == 300);
            CHECK(learned.evaluations.backward > 0);
        }
}

TEST_CASE("one order at a time learns the same, and is what many players are given") {
    const LearnBaseline o{.start = 1.0, .orders_at_once = 1, .seed = 2};
    CHECK(largest_difference(numbers(learn_baseline(product({0, 0.3, 0, 0.6}), every_row(4), o).value),
                             {0, 0.3, 0, 0.6}) <= 0.15);
    CHECK(attribution::learning_for(20).orders_at_once == 0);
    CHECK(attribution::learning_for(21).orders_at_once == 1);
}

TEST_CASE("learning keeps within the range of the data, and the published rule near their mean") {
    const Model falling = of_columns([](auto& x) { return exp(x[0] * -1.0) * x[1]; });
    const Tensor data({4, 2}, {0.2, 1, 0.4, 2, 0.6, 1, 0.8, 2}, DType::float64);
    const Tensor value = learn_baseline(falling, data, {.start = 5.0, .steps = 40, .rate = 0.1}).value;
    CHECK(value.at(0) >= 0.2);
    CHECK(value.at(0) <= 0.8);
    CHECK(value.at(1) >= 1);
    CHECK(value.at(1) <= 2);
    const LearnBaseline paper{.rule = LearningRule::paper, .start = 5.0, .contexts = 4, .steps = 2, .rate = 0.01};
    const Tensor near = learn_baseline(falling, data, paper).value;
    CHECK(near.at(0) == doctest::Approx(0.5 + 0.3 * std::sqrt(0.05)).epsilon(1e-12));
    CHECK(near.at(1) == doctest::Approx(1.5 + 0.3 * 0.5).epsilon(1e-12));
}

TEST_CASE("patches are learned for classes of their own, from an image, and other seeds draw otherwise") {
    const Model net = relu_net({16, 8, 3}, 4, true);
    const Tensor data = sigmoid(random_tensor({6, 1, 4, 4}, 6)), from = slice(data, 0, 2, 3);
    const LearnBaseline o{.target = std::vector<Index>{0, 1, 2, 0, 1, 2},
                          .stage = attribution::parse_stage("log-odds"),
                          .groups = attribution::parse_groups("grid:2x2"),
                          .from = from,
                          .contexts = 3,
                          .rows = 4,
                          .steps = 25};
    LearnBaseline again = o;
    again.seed = 1;
    const auto a = learn_baseline(net, data, o), b = learn_baseline(net, data, o), c = learn_baseline(net, data, again);
    CHECK(a.value.shape() == Shape{1, 1, 4, 4});
    CHECK(same_bits(a.value, b.value));
    CHECK_FALSE(same_bits(a.value, c.value));
    CHECK(pattern_loss(net, data, a.value, o) < pattern_loss(net, data, from, o));
    LearnBaseline none = o;
    none.steps = 0;
    CHECK(same_bits(learn_baseline(net, data, none).value, from));
}

TEST_CASE("neither threads nor budget change a bit of what is learned") {
    const Model net = relu_net({5, 8, 1}, 4, true);
    const Tensor data = random_tensor({9, 5}, 6);
    const RestoreThreads restore;
    const auto learned = [&](int count, std::size_t memory) {
        set_threads(count);
        return learn_baseline(net, data, {.steps = 6, .run = {.memory = memory}}).value;
    };
    CHECK(same_bits(learned(1, 1), learned(3, std::size_t{1} << 28)));
}

TEST_CASE("learning that cannot be is refused, and one that is cancelled stops") {
    const Tensor data = every_row(2);
    const Model f = product({0, 0});
    const auto error = [&](const LearnBaseline& o) { return error_of([&] { learn_baseline(f, data, o); }); };
    CHECK(error({.orders = 0}) == "learn-baseline: orders must lie in (0, 1] but is 0");
    CHECK(error({.orders_at_once = -1}) == "learn-baseline: orders-at-once must not be negative but is -1");
    CHECK(error({.contexts = 0}) == "learn-baseline: contexts must be at least 1 but is 0");
    CHECK(error({.rows = 0}) == "learn-baseline: rows must be at least 1 but is 0");
    CHECK(error({.steps = -1}) == "learn-baseline: steps must not be negative but is -1");
    CHECK(error({.rate = 0}) == "learn-baseline: rate must be above 0 but is 0");
    CHECK(error({.from = row({1, 2, 3})}) == "learn-baseline: from must have shape (1, 2) but has (1, 3)");
    CHECK(error({.from = zeros({1, 2})}) == "learn-baseline: the data are float64 but from is float32");
    CHECK(error_of([&] {
              learn_baseline(f, zeros({0, 2}, DType::float64));
          }) == "learn-baseline: the data must be rows of features but have shape (0, 2)");
    CHECK(error_of([] { attribution::parse_pattern_loss("shaply"); }) ==
          "pattern loss: 'shaply' is unknown; did you mean 'shapley'? There are: shapley marginal");
    const std::atomic<bool> cancel = true;
    CHECK(error_of<Cancelled>([&] { learn_baseline(f, data, {.run = {.cancel = &cancel}}); }) ==
          "learn-baseline: cancelled by the caller");
}
