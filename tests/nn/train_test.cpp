#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include <gradpath/autodiff/memory.hpp>
#include <gradpath/autodiff/threads.hpp>

#include "moons.hpp"

using namespace gradpath;
using namespace gradpath::nn_tests;

namespace {

/// y = w x through one weight, so every step can be done by hand.
nn::Linear one_weight(double w) {
    nn::Linear linear(1, 1, {.bias = false});
    linear.weight = Tensor({1, 1}, {w}, DType::float64);
    return linear;
}

nn::Examples line(std::initializer_list<double> x, std::initializer_list<double> y) {
    const auto rows = static_cast<Index>(x.size());
    return {Tensor({rows, 1}, x, DType::float64), {}, Tensor({rows, 1}, y, DType::float64)};
}

struct Failing {
    nn::Linear linear;
    int* calls;
    Tensor operator()(const Tensor& x) const {
        require(++*calls < 3, "failing: third call");
        return linear(x);
    }
    static void visit(auto& self, auto&& f) { f("linear", self.linear); }
};

}  // namespace

TEST_CASE("one step of fit is the step done by hand") {
    nn::Linear model = one_weight(1);
    // loss = mean over x = 1, 2 of (w x - 3 x)², slope 2 (w - 3) · mean x² = -10 at w = 1
    const nn::TrainState end =
        nn::fit(model, line({1, 2}, {3, 6}), {.epochs = 1, .batch = 2, .optimizer = nn::Sgd{.rate = 0.05}});
    CHECK(model.weight.item() == doctest::Approx(1.5));
    CHECK(end.history.at(0).loss == doctest::Approx(10));
    CHECK(std::isnan(end.history.at(0).accuracy));
    CHECK(end.epoch == 1);
    CHECK(end.steps == 1);
}

TEST_CASE("fit trains inside NoRecording as it does outside") {
    nn::Linear inside = one_weight(1), outside = one_weight(1);
    const nn::Fit options{.epochs = 3, .batch = 2, .optimizer = nn::Sgd{.rate = 0.05}};
    nn::fit(outside, line({1, 2}, {3, 6}), options);
    const NoRecording plain;
    nn::fit(inside, line({1, 2}, {3, 6}), options);
    CHECK(inside.weight.item() == outside.weight.item());
    CHECK(inside.weight.item() == doctest::Approx(3 - 2 * std::pow(0.75, 3)));  // w - 3 shrinks by 1 - 0.05 · 5 a step
    CHECK_FALSE((tracked(ones({1})) * 2).is_tracked());
}

TEST_CASE("the loss of an epoch weighs a short last batch by its rows") {
    nn::Linear model = one_weight(0);
    const nn::TrainState end = nn::fit(model, line({1, 1, 1}, {1, 1, 4}),
                                       {.epochs = 1, .batch = 2, .optimizer = nn::Sgd{.rate = 0}, .shuffle = false});
    CHECK(end.history.at(0).loss == doctest::Approx((1 + 1 + 16) / 3.0));
}

TEST_CASE("fit learns two moons to more than 97 percent on new points") {
    nn::Sequential net = small_net(1);
    const nn::TrainState end =
        nn::fit(net, moons(1000, 1),
                {.epochs = 30, .batch = 50, .optimizer = nn::Adam{.rate = 1e-2}, .validation = moons(500, 2)});
    CHECK(nn::evaluate(net, moons(1000, 3)).accuracy > 0.97);
    CHECK(end.history.size() == 30);
    CHECK(end.history.back().loss < 0.3 * end.history.front().loss);
    CHECK(end.history.back().accuracy > 0.97);
    CHECK(end.history.back().validation_accuracy > 0.97);
    CHECK(end.history.back().validation_loss == doctest::Approx(nn::evaluate(net, moons(500, 2)).loss));
}

TEST_CASE("sgd with momentum, AdamW and rmsprop learn two moons, too") {
    const nn::Optimizer optimizers[] = {nn::Sgd{.rate = 0.1, .momentum = 0.9}, nn::AdamW{.rate = 1e-2},
                                        nn::RmsProp{.rate = 1e-3, .momentum = 0.9},
                                        nn::RmsProp{.rate = 1e-2, .centered = true}};
    for (const nn::Optimizer& optimizer : optimizers) {
        nn::Sequential net = small_net(1);
        nn::fit(net, moons(1000, 1), {.epochs = 30, .batch = 50, .optimizer = optimizer});
        CHECK(nn::evaluate(net, moons(1000, 3)).accuracy > 0.97);
    }
}

TEST_CASE("training has the same bits on one thread and on two, with prefetching and without") {
    const int before = threads();
    const auto train = [](int count, bool prefetch) {
        set_threads(count);
        nn::Sequential net{nn::Linear(400, 300), nn::relu, nn::Dropout(0.2), nn::Linear(300, 10)};
        const Tensor x = random::normal({300, 400}, {.seed = 1});
        nn::fit(net, {x, random::integers({300}, 10, 2)}, {.epochs = 2, .batch = 128, .seed = 4, .prefetch = prefetch});
        return values(net);
    };
    const std::vector<Tensor> one = train(1, true);
    CHECK(nn_tests::same_bits(one, train(2, true)));
    CHECK(nn_tests::same_bits(one, train(2, false)));
    set_threads(before);
}

TEST_CASE("progress tells epochs, batches and rows, and a state that is up to date") {
    nn::Sequential net = small_net(1);
    std::vector<std::array<Index, 5>> seen;
    nn::fit(net, moons(10, 1),
            {.epochs = 2, .batch = 4, .on_progress = [&](const nn::Progress& p) {
                 CHECK(p.epochs == 2);
                 CHECK(p.batches == 3);
                 CHECK(p.loss > 0);
                 CHECK(nn_tests::same_bits(p.state.parameters, values(net)));
                 seen.push_back({p.epoch, p.batch, p.rows, p.state.epoch, static_cast<Index>(p.state.history.size())});
                 return nn::Next::go_on;
             }});
    CHECK(seen ==
          std::vector<std::array<Index, 5>>{
              {0, 1, 4, 0, 0}, {0, 2, 8, 0, 0}, {0, 3, 10, 1, 1}, {1, 1, 4, 1, 1}, {1, 2, 8, 1, 1}, {1, 3, 10, 2, 2}});
}

TEST_CASE("after training the model holds plain parameters") {
    nn::Sequential net = small_net(1);
    nn::fit(net, moons(20, 1), {.epochs = 1});
    CHECK_FALSE(net(zeros({1, 2})).is_tracked());
}

TEST_CASE("whatever a model throws, it keeps the parameters of the last whole step") {
    int calls = 0;
    Failing model{nn::Linear(2, 2), &calls};
    std::vector<Tensor> last;
    const auto keep = [&](const nn::Progress& p) {
        last = p.state.parameters;
        return nn::Next::go_on;
    };
    CHECK_THROWS_WITH_AS(nn::fit(model, moons(40, 1), {.batch = 10, .on_progress = keep}), "failing: third call",
                         ValueError);
    CHECK(nn_tests::same_bits(values(model), last));
    CHECK_FALSE(model.linear.weight.is_tracked());
}

TEST_CASE("a set cancel flag ends training between two steps") {
    nn::Sequential net = small_net(1);
    std::atomic<bool> cancel = false;
    int steps = 0;
    const auto stop_at_two = [&](const nn::Progress&) {
        cancel = ++steps == 2;
        return nn::Next::go_on;
    };
    CHECK_THROWS_WITH_AS(nn::fit(net, moons(40, 1), {.batch = 10, .on_progress = stop_at_two, .cancel = &cancel}),
                         "fit: cancelled", Cancelled);
    CHECK(steps == 2);
}

TEST_CASE("a loss that is not finite is told with its place") {
    nn::Linear model = one_weight(1);
    const nn::Examples bad = line({1, 1, std::numeric_limits<double>::infinity()}, {1, 1, 1});
    CHECK_THROWS_WITH_AS(
        nn::fit(model, bad, {.batch = 2, .optimizer = nn::Sgd{}, .shuffle = false}),
        "fit: the loss must stay finite: it is inf at epoch 0, batch 1; lower the rate, or look for the "
        "cause with Anomaly",
        NumericError);
    CHECK(model.weight.item() == 1);
}

TEST_CASE("fit says what is wrong with its arguments") {
    nn::Sequential net = small_net(1), empty{nn::relu};
    CHECK_THROWS_WITH_AS(nn::fit(empty, moons(4, 1)), "fit: the model must have parameters: its visit names none",
                         ValueError);
    CHECK_THROWS_WITH_AS(nn::fit(net, {zeros({0, 2})}), "fit: there must be at least one example", ValueError);
    CHECK_THROWS_WITH_AS(nn::fit(net, moons(4, 1), {.batch = 0}), "fit: a batch holds at least one example: it is 0",
                         ValueError);
    CHECK_THROWS_WITH_AS(nn::fit(net, moons(4, 1), {.batch = nn::most_counted + 1}),
                         "fit: a batch holds at most 281474976710656 examples: it is 281474976710657; for all at once "
                         "give their number, 4",
                         ValueError);
    CHECK_THROWS_WITH_AS(
        nn::fit(net, moons(4, 1), {.epochs = nn::most_counted + 1, .schedule = {.shape = nn::CosineDecay{}}}),
        "fit: rates and averages are planned for at most 281474976710656 epochs: got 281474976710657", ValueError);
    CHECK_THROWS_WITH_AS(nn::fit(net, moons(4, 1), {.epochs = -1}), "fit: epochs must not be negative: they are -1",
                         ValueError);
    CHECK_THROWS_WITH_AS(nn::fit(net, {zeros({4, 2})}),
                         "loss: examples need labels or targets: they have neither; give a loss", ValueError);
}

TEST_CASE("parameters that are not finite are named before the first step, wherever they come from") {
    nn::Sequential net = small_net(1);
    nn::TrainState state = nn::fit(net, moons(4, 1), {.epochs = 1});
    const std::vector<Tensor> good = values(net);
    const auto told = [&](double bad) {
        return text("fit: the parameters to start from must be finite: \"3.bias\" of the shape (2,) holds ", bad,
                    " at element 0");
    };
    for (const double bad : {std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity(),
                             std::numeric_limits<double>::quiet_NaN()}) {
        state.parameters.back() = Tensor({2}, std::vector<double>{bad, 0}).to(DType::float32);
        CHECK_THROWS_WITH_AS(nn::fit(net, moons(4, 1), {.epochs = 2}, state), told(bad).c_str(), NumericError);
        CHECK(nn_tests::same_bits(values(net), good));
        nn::Sequential broken = net;
        nn::assign_parameters(broken, state.parameters);
        CHECK_THROWS_WITH_AS(nn::fit(broken, moons(4, 1), {.epochs = 1}), told(bad).c_str(), NumericError);
        CHECK(nn::fit(net, moons(4, 1), {.epochs = 1}, state).epoch == 1);  // a run that is over is only given back
        nn::assign_parameters(net, good);
    }
}

TEST_CASE("no epochs leave the model as it is") {
    nn::Sequential net = small_net(1);
    const std::vector<Tensor> before = values(net);
    CHECK(nn::fit(net, moons(4, 1), {.epochs = 0}).history.empty());
    CHECK(nn_tests::same_bits(values(net), before));
}

TEST_CASE("memory is flat over the steps of an epoch") {
    nn::Sequential net = small_net(1);
    std::vector<std::size_t> bytes;
    nn::fit(net, moons(2000, 1), {.epochs = 1, .batch = 50, .on_progress = [&](const nn::Progress&) {
                                      bytes.push_back(memory::current_bytes());
                                      return nn::Next::go_on;
                                  }});
    REQUIRE(bytes.size() == 40);
    CHECK(bytes[38] == bytes[5]);
}
