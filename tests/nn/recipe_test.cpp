// Real training with schedules, clipping, averages, augmentation and early stopping.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "recipes.hpp"

using namespace gradpath;
using namespace gradpath::nn_tests;

namespace {

/// The rates of all steps of a run.
std::vector<double> rates(const nn::Fit& options) {
    nn::Sequential net = small_net(1);
    std::vector<double> seen;
    nn::Fit fit = options;
    fit.on_progress = [&](const nn::Progress& p) {
        seen.push_back(p.rate);
        return nn::Next::go_on;
    };
    nn::fit(net, moons(20, 1), fit);
    return seen;
}

}  // namespace

TEST_CASE("fit steps with the rates of the schedule") {
    const nn::Fit halving{.epochs = 3,
                          .batch = 10,
                          .optimizer = nn::Sgd{.rate = 0.8},
                          .schedule = {.shape = nn::StepDecay{.every = 1, .factor = 0.5}}};
    CHECK(rates(halving) == std::vector<double>{0.8, 0.8, 0.4, 0.4, 0.2, 0.2});
    // y = w x with slope 2 (w - 3) at x = 1: w - 3 shrinks by 1 - 2 rate in each step
    nn::Linear model(1, 1, {.bias = false, .init = {.dtype = DType::float64}});
    model.weight = Tensor({1, 1}, {0}, DType::float64);
    const nn::Examples point{ones({1, 1}, DType::float64), {}, full({1, 1}, 3, DType::float64)};
    nn::fit(model, point,
            {.epochs = 2, .optimizer = nn::Sgd{.rate = 0.25}, .schedule = {.shape = nn::StepDecay{1, 0.5}}});
    CHECK(model.weight.item() == doctest::Approx(3 - 3 * 0.5 * 0.75));
}

TEST_CASE("a plateau of the validation loss lowers the rate of the next epoch") {
    nn::Fit fit{.epochs = 4, .batch = 10, .optimizer = nn::Sgd{.rate = 1e-30}};  // so that no loss is ever lower
    fit.schedule.shape = nn::PlateauDecay{.patience = 1, .factor = 0.5};
    const std::vector<double> expected{1e-30, 1e-30, 1e-30, 1e-30, 5e-31, 5e-31, 2.5e-31, 2.5e-31};
    fit.validation = moons(10, 2);
    CHECK(rates(fit) == expected);
}

TEST_CASE("a clipped step is as long as the bound") {
    nn::Sequential net = small_net(1);
    const std::vector<Tensor> before = values(net);
    nn::fit(net, moons(20, 1), {.epochs = 1, .optimizer = nn::Sgd{.rate = 1}, .clip = {.norm = 1e-3}});
    std::vector<Tensor> moved;
    for (std::size_t i = 0; i < before.size(); ++i) moved.push_back(values(net)[i] - before[i]);
    CHECK(tests::close(nn::global_norm(moved), 1e-3, 1e-3));
}

TEST_CASE("fit leaves the average in the model, and validates with it") {
    nn::Sequential net = small_net(1);
    nn::Fit fit{.epochs = 3,
                .batch = 10,
                .optimizer = nn::Adam{.rate = 1e-2},
                .validation = moons(40, 2),
                .average = nn::TailAverage{2}};
    std::vector<Tensor> sums;
    fit.on_progress = [&](const nn::Progress& p) {
        CHECK(nn_tests::same_bits(values(net), p.state.parameters));
        if (p.state.steps <= 2) CHECK(p.state.average.empty());
        else if (sums.empty()) sums = p.state.parameters;
        else
            for (std::size_t i = 0; i < sums.size(); ++i) sums[i] = sums[i] + p.state.parameters[i];
        return nn::Next::go_on;
    };
    const nn::TrainState end = nn::fit(net, moons(20, 1), fit);
    CHECK(nn_tests::same_bits(values(net), end.average));
    for (std::size_t i = 0; i < sums.size(); ++i) CHECK(max(abs(sums[i] / 4.0 - end.average[i])).item() < 1e-6);
    CHECK(end.history.back().validation_loss == nn::evaluate(net, fit.validation).loss);
    CHECK_FALSE(nn_tests::same_bits(end.parameters, end.average));
}

TEST_CASE("patience ends a run that gets no better, and gives back the best epoch's weights") {
    nn::Sequential net = small_net(1);
    nn::Fit fit{.epochs = 60,
                .batch = 8,
                .optimizer = nn::Adam{.rate = 3e-2},
                .seed = 2,
                .validation = moons(100, 5, 0.35),
                .patience = 4};
    const nn::TrainState end = nn::fit(net, moons(40, 3, 0.35), fit);
    std::vector<double> losses;
    for (const nn::EpochResult& e : end.history) losses.push_back(e.validation_loss);
    const Index best = nn::best_epoch(losses);
    CHECK(end.epoch < 60);
    CHECK(end.epoch == best + 1 + 4);
    CHECK(nn::is_over(end, fit));
    CHECK(nn_tests::same_bits(values(net), end.best));
    CHECK(nn::evaluate(net, fit.validation).loss == losses[static_cast<std::size_t>(best)]);
    CHECK(nn::fit(net, moons(40, 3, 0.35), fit, end).steps == end.steps);  // it stays ended
}

TEST_CASE("the best epoch's weights are those that were validated: the average, where there is one") {
    nn::Sequential net{nn::Linear(2, 16, {.init = {.seed = 1}}), nn::BatchNorm1d(16), nn::relu,
                       nn::Linear(16, 2, {.init = {.seed = 2}})};
    nn::Fit fit{.epochs = 12,
                .batch = 8,
                .optimizer = nn::Adam{.rate = 3e-2},
                .validation = moons(100, 5, 0.35),
                .average = nn::MovingAverage{0.9},
                .patience = 12};
    const nn::TrainState end = nn::fit(net, moons(40, 3, 0.35), fit);
    double lowest = end.history[0].validation_loss;
    for (const nn::EpochResult& e : end.history) lowest = std::min(lowest, e.validation_loss);
    CHECK(nn::evaluate(net, fit.validation).loss == lowest);
}

TEST_CASE("without validation examples patience goes by the loss of training") {
    nn::Sequential net = small_net(1);
    const nn::TrainState end =
        nn::fit(net, moons(20, 1), {.epochs = 9, .optimizer = nn::Sgd{.rate = 1e-30}, .shuffle = false, .patience = 3});
    CHECK(end.epoch == 4);
}

TEST_CASE("a validation loss that is no number counts as infinite, not as if there were no validation examples") {
    nn::Sequential net{nn::Linear(2, 2, {.init = {.seed = 1}})};
    nn::Examples poor = moons(4, 2);
    poor.x = full({4, 2}, std::numeric_limits<double>::quiet_NaN());
    const nn::Fit fit{.epochs = 9, .optimizer = nn::Sgd{.rate = 0.1}, .validation = poor, .patience = 2};
    const nn::TrainState end = nn::fit(net, moons(20, 1), fit);
    CHECK(end.history[1].loss < end.history[0].loss);  // which must not be what is judged
    CHECK(std::isinf(end.history[1].validation_loss));
    CHECK(end.epoch == 3);
}

TEST_CASE("every schedule and average learns two moons and bars") {
    const std::vector<nn::Schedule> schedules{{nn::StepDecay{.every = 8, .factor = 0.3}},
                                              {nn::CosineDecay{}, 10},
                                              {nn::CosineDecay{.period = 5, .growth = 3}},
                                              {nn::OneCycle{}},
                                              {nn::PlateauDecay{.patience = 3, .factor = 0.5}, 20}};
    for (const nn::Schedule& schedule : schedules) {
        CAPTURE(schedule.shape.index());
        nn::Sequential net = small_net(1);
        nn::fit(net, moons(600, 1),
                {.epochs = 20,
                 .batch = 50,
                 .optimizer = nn::Adam{.rate = 2e-2},
                 .schedule = schedule,
                 .clip = {.norm = 1},
                 .average = nn::MovingAverage{0.9}});
        CHECK(nn::evaluate(net, moons(600, 3)).accuracy > 0.97);
    }
    nn::Sequential net = image_net(3);
    nn::Fit fit = recipe(nn::TailAverage{2}, nn::OneCycle{});
    fit.epochs = 12;
    nn::fit(net, bars(120, 1), fit);
    CHECK(nn::evaluate(net, bars(200, 2)).accuracy > 0.95);
}

TEST_CASE("fit passes on what its parts find wrong") {
    nn::Sequential net = small_net(1);
    const auto refused = [&](const nn::Fit& fit, const char* message) {
        CHECK_THROWS_WITH_AS(nn::fit(net, moons(4, 1), fit), message, ValueError);
    };
    refused({.schedule = {.warmup = -1}}, "schedule: warmup must not be negative: it is -1");
    refused({.clip = {.norm = -1}}, "clip: norm must be finite and not negative: it is -1");
    refused({.average = nn::MovingAverage{2}}, "average: decay must lie in [0, 1): it is 2");
    refused({.augment = {.noise = -1}}, "augment: noise must be finite and not negative: it is -1");
    refused({.patience = -1}, "fit: patience must not be negative: it is -1");
}

TEST_CASE("the loss is a function of the parameters, with the slopes that training sees, and leaves the model alone") {
    nn::Sequential net{nn::Linear(2, 3, {.init = {.seed = 4, .dtype = DType::float64}}), nn::tanh,
                       nn::Linear(3, 2, {.init = {.seed = 5, .dtype = DType::float64}})};
    nn::Examples examples = moons(10, 1);
    examples.x = examples.x.to(DType::float64);
    const std::vector<Tensor> at = values(net);
    const ListFunction loss = nn::loss_of_parameters(net, examples);
    CHECK(loss(at).item() == nn::evaluate(net, examples).loss);
    check_grads(loss, at);
    CHECK(nn_tests::same_bits(values(net), at));
    CHECK_FALSE(net(examples.x).is_tracked());

    std::vector<Tensor> lower = at;
    const ValueAndGrad seen = value_and_grad(loss, at);
    for (std::size_t i = 0; i < at.size(); ++i) lower[i] = at[i] - seen.slopes[i] * 0.1;
    CHECK(loss(lower).item() < seen.value.item());
    nn::assign_parameters(net, lower);
    CHECK(nn_tests::same_bits(values(net), lower));

    CHECK_THROWS_WITH_AS(loss({at[0]}),
                         "loss_of_parameters: the tensors must be as many as the model's parameters: there are 1, the "
                         "model has 4",
                         ValueError);
    lower[1] = zeros({2}, DType::float64);
    CHECK_THROWS_WITH_AS(nn::assign_parameters(net, lower),
                         "assign_parameters: the tensors must fit the model: parameter \"0.bias\" is float64 (2,), the "
                         "model's is float64 (3,)",
                         ShapeError);
    CHECK(values(net)[1].size() == 3);
}
