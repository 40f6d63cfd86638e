#include <doctest/doctest.h>

#include "moons.hpp"

using namespace gradpath;
using namespace gradpath::nn_tests;

namespace {

constexpr Index rows = 50, batch = 8, batches = 7;

nn::Fit options(const nn::Optimizer& optimizer) {
    return {.epochs = 3, .batch = batch, .optimizer = optimizer, .seed = 11, .validation = moons(20, 9)};
}

/// Trains a net with dropout, cutting the run after `cut` steps and going on with another copy of the first net.
nn::TrainState run(const nn::Optimizer& optimizer, Index cut) {
    nn::Sequential net = small_net(2, 0.25);
    nn::Fit until_cut = options(optimizer);
    nn::TrainState kept;
    until_cut.on_progress = [&](const nn::Progress& p) {
        if (p.state.steps == cut) kept = p.state;
        return p.state.steps == cut ? nn::Next::stop : nn::Next::go_on;
    };
    nn::fit(net, moons(rows, 1), until_cut);
    nn::Sequential again = small_net(77, 0.25);
    const nn::TrainState end = nn::fit(again, moons(rows, 1), options(optimizer), kept);
    CHECK(nn_tests::same_bits(values(again), end.parameters));
    return end;
}

bool same_moments(const nn::TrainState& a, const nn::TrainState& b) {
    if (const auto* sgd = std::get_if<minimize::SgdState>(&a.optimizer))
        return nn_tests::same_bits(sgd->velocity, std::get<minimize::SgdState>(b.optimizer).velocity);
    if (const auto* rms = std::get_if<minimize::RmsPropState>(&a.optimizer)) {
        const auto& other = std::get<minimize::RmsPropState>(b.optimizer);
        return nn_tests::same_bits(rms->square, other.square) && nn_tests::same_bits(rms->mean, other.mean) &&
               nn_tests::same_bits(rms->velocity, other.velocity);
    }
    const auto &adam = std::get<minimize::AdamState>(a.optimizer), &other = std::get<minimize::AdamState>(b.optimizer);
    return adam.steps == other.steps && nn_tests::same_bits(adam.mean, other.mean) &&
           nn_tests::same_bits(adam.variance, other.variance);
}

}  // namespace

TEST_CASE("a run cut at any step and resumed ends in the same bits as one that was not") {
    const nn::Optimizer optimizers[] = {
        nn::Adam{.rate = 1e-2},    nn::Sgd{.rate = 0.1, .momentum = 0.9},
        nn::Sgd{.rate = 0.1},      nn::AdamW{.rate = 1e-2},
        nn::RmsProp{.rate = 1e-2}, nn::RmsProp{.rate = 1e-3, .momentum = 0.9, .centered = true}};
    for (const nn::Optimizer& optimizer : optimizers) {
        nn::Sequential net = small_net(2, 0.25);
        const nn::TrainState whole = nn::fit(net, moons(rows, 1), options(optimizer));
        for (const Index cut : {1, 3, 6, 7, 8, 13, 14, 20, 21}) {
            CAPTURE(cut);
            const nn::TrainState resumed = run(optimizer, cut);
            CHECK(nn_tests::same_bits(whole.parameters, resumed.parameters));
            CHECK(same_moments(whole, resumed));
            CHECK(whole.history == resumed.history);
            CHECK(resumed.steps == 3 * batches);
            CHECK(resumed.epoch == 3);
        }
    }
}

TEST_CASE("a state that was kept does not change while training goes on") {
    nn::Sequential net = small_net(2);
    nn::Fit fit = options(nn::Adam{});
    nn::TrainState kept;
    std::vector<double> numbers;
    fit.on_progress = [&](const nn::Progress& p) {
        if (p.state.steps == 4) {
            kept = p.state;
            for (Index i = 0; i < kept.parameters[0].size(); ++i) numbers.push_back(kept.parameters[0].at(i));
        }
        return nn::Next::go_on;
    };
    const nn::TrainState end = nn::fit(net, moons(rows, 1), fit);
    for (std::size_t i = 0; i < numbers.size(); ++i) CHECK(kept.parameters[0].at(static_cast<Index>(i)) == numbers[i]);
    CHECK_FALSE(nn_tests::same_bits(kept.parameters, end.parameters));
    CHECK(kept.steps == 4);
}

TEST_CASE("a finished run goes on by nothing, or by more epochs") {
    nn::Sequential net = small_net(2), longer = small_net(2), other = small_net(5);
    const nn::TrainState end = nn::fit(net, moons(rows, 1), options(nn::Adam{}));
    const nn::TrainState same = nn::fit(other, moons(rows, 1), options(nn::Adam{}), end);
    CHECK(nn_tests::same_bits(values(other), end.parameters));
    CHECK(same.steps == end.steps);
    nn::Fit five = options(nn::Adam{});
    five.epochs = 5;
    nn::fit(longer, moons(rows, 1), five);
    CHECK(nn_tests::same_bits(nn::fit(other, moons(rows, 1), five, end).parameters, values(longer)));
}

TEST_CASE("the state of another run is refused, telling what differs") {
    nn::Sequential net = small_net(2);
    nn::Fit fit = options(nn::Adam{});
    fit.epochs = 1;
    const nn::TrainState end = nn::fit(net, moons(rows, 1), fit);
    const std::string head = "fit: the state to go on from belongs to another run: its ";
    const std::string tail = "; ask for the same or begin anew";
    const auto refused = [&](const nn::Fit& other, Index count, const std::string& difference) {
        CHECK_THROWS_WITH_AS(nn::fit(net, moons(count, 1), other, end), (head + difference + tail).c_str(), ValueError);
    };
    nn::Fit other = fit;
    other.seed = 12;
    refused(other, rows, "seed is 11, here it is 12");
    other = fit;
    other.batch = 9;
    refused(other, rows, "batch size is 8, here it is 9");
    refused(fit, rows + 2, "number of examples is 50, here it is 52");
    other = fit;
    other.optimizer = nn::Sgd{};
    refused(other, rows, "optimizer is adam, here it is sgd");
    nn::Sequential deeper{nn::Linear(2, 2)}, wider{nn::Linear(2, 33), nn::Linear(33, 2)};
    CHECK_THROWS_WITH_AS(nn::fit(deeper, moons(rows, 1), fit, end),
                         (head + "number of parameters is 4, here it is 2" + tail).c_str(), ValueError);
    CHECK_THROWS_WITH_AS(
        nn::fit(wider, moons(rows, 1), fit, end),
        "fit: the state to go on from must fit the model: parameter \"0.weight\" is float32 (32, 2), the "
        "model's is float32 (33, 2)",
        ShapeError);
}
