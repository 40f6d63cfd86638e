// Real training with schedules, clipping, averages, augmentation and early stopping, alone and all together.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cmath>

#include <gradpath/autodiff/threads.hpp>
#include <gradpath/nn/loss.hpp>

#include "moons.hpp"
#include "support/close.hpp"

using namespace gradpath;
using namespace gradpath::nn_tests;

namespace {

/// Images of 8 x 8 with a bright bar that stands (1) or lies (0) somewhere.
nn::Examples bars(Index rows, std::uint64_t seed) {
    std::vector<float> pixels(static_cast<std::size_t>(rows * 64));
    std::vector<Index> labels;
    for (Index row = 0; row < rows; ++row) {
        const auto place = static_cast<Index>(6 * random::uniform_at(seed, 0, static_cast<std::uint64_t>(row))) + 1;
        labels.push_back(row % 2);
        for (Index i = 1; i < 7; ++i)
            pixels[static_cast<std::size_t>(row * 64 + (row % 2 == 1 ? 8 * i + place : 8 * place + i))] = 1;
    }
    return {Tensor({rows, 1, 8, 8}, pixels), {Shape{rows}, labels}};
}

nn::Sequential image_net(std::uint64_t seed) {
    return nn::Sequential{nn::Conv2d(1, 4, {.kernel = 3, .padding = 1, .init = {.seed = seed}}),
                          nn::relu,
                          nn::MaxPool2d(2),
                          nn::Flatten(),
                          nn::Dropout(0.2),
                          nn::Linear(64, 2, {.init = {.seed = seed, .stream = 1}})};
}

/// Everything switched on.
nn::Fit recipe(const nn::Averaging& average, decltype(nn::Schedule::shape) shape) {
    return {.epochs = 4,
            .batch = 16,
            .optimizer = nn::Adam{.rate = 1e-2, .weight_decay = 1e-3},
            .seed = 21,
            .loss =
                [](const Tensor& y, const nn::Examples& batch) {
                    return nn::mean_cross_entropy(y, batch.labels, {.smoothing = 0.05, .class_weights = {1, 2}});
                },
            .validation = bars(20, 8),
            .schedule = {.shape = std::move(shape), .warmup = 3},
            .clip = {.value = 0.5, .norm = 1},
            .average = average,
            .augment = {.flip = true, .rotate = 10, .shift = 1, .noise = 0.05},
            .patience = 2};
}

nn::Fit until(nn::Fit fit, Index step) {
    fit.on_progress = [step](const nn::Progress& p) {
        return p.state.steps == step ? nn::Next::stop : nn::Next::go_on;
    };
    return fit;
}

bool same_history(const nn::TrainState& a, const nn::TrainState& b) {
    using tests::same;  // what was not measured is NaN
    return std::ranges::equal(a.history, b.history, [](const nn::EpochResult& x, const nn::EpochResult& y) {
        return x.loss == y.loss && x.accuracy == y.accuracy && same(x.validation_loss, y.validation_loss) &&
               same(x.validation_accuracy, y.validation_accuracy);
    });
}

bool same_state(const nn::TrainState& a, const nn::TrainState& b) {
    return nn_tests::same_bits(a.parameters, b.parameters) && nn_tests::same_bits(a.average, b.average) &&
           nn_tests::same_bits(a.best, b.best) && same_history(a, b) && a.steps == b.steps && a.epoch == b.epoch;
}

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
    CHECK(nn::global_norm(moved) == doctest::Approx(1e-3).epsilon(1e-3));
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

TEST_CASE("with everything switched on, a run cut at any step and resumed ends in the same bits") {
    const std::vector<nn::Fit> recipes{recipe(nn::MovingAverage{0.9}, nn::PlateauDecay{.patience = 1, .factor = 0.5}),
                                       recipe(nn::TailAverage{2}, nn::OneCycle{}),
                                       recipe(nn::NoAverage{}, nn::CosineDecay{.period = 1})};
    const nn::Examples examples = bars(40, 1);
    for (const nn::Fit& fit : recipes) {
        nn::Sequential net = image_net(3);
        const nn::TrainState whole = nn::fit(net, examples, fit);
        for (Index cut = 1; cut <= whole.steps; ++cut) {
            CAPTURE(cut);
            nn::Sequential first = image_net(3), second = image_net(9);
            const nn::TrainState kept = nn::fit(first, examples, until(fit, cut));
            CHECK(kept.steps == cut);
            CHECK(nn_tests::same_bits(values(first), nn::weights_of(kept)));
            CHECK(same_state(nn::fit(second, examples, fit, kept), whole));
            CHECK(nn_tests::same_bits(values(second), values(net)));
        }
    }
}

TEST_CASE("whatever the recipe and the sizes, a run cut anywhere ends in the same bits") {
    const bool law = rc::check("recipes resume", [] {
        const auto between = [](Index first, Index last) { return *rc::gen::inRange(first, last + 1); };
        const std::vector<nn::Schedule> schedules{{nn::ConstantRate{}},
                                                  {nn::StepDecay{.every = 1, .factor = 0.5}},
                                                  {nn::CosineDecay{.period = between(0, 2), .growth = 2}},
                                                  {nn::OneCycle{}},
                                                  {nn::PlateauDecay{.patience = 1, .factor = 0.3}}};
        const std::vector<nn::Averaging> averages{nn::NoAverage{}, nn::MovingAverage{0.8},
                                                  nn::TailAverage{between(1, 4)}};
        nn::Fit fit{.epochs = between(1, 4), .batch = between(1, 9), .seed = *rc::gen::arbitrary<std::uint64_t>()};
        if (between(0, 1) == 1) fit.optimizer = nn::Sgd{.rate = 0.3, .momentum = 0.5, .nesterov = true};
        fit.schedule = schedules[static_cast<std::size_t>(between(0, 4))];
        fit.schedule.warmup = between(0, 5);
        fit.average = averages[static_cast<std::size_t>(between(0, 2))];
        fit.clip.norm = static_cast<double>(between(0, 1)) * 0.1;
        fit.augment.noise = static_cast<double>(between(0, 1)) * 0.1;
        fit.patience = between(0, 2);
        if (between(0, 1) == 1) fit.validation = moons(7, 3);
        const nn::Examples examples = moons(between(1, 20), 1);

        nn::Sequential net = small_net(1, 0.3), first = small_net(1, 0.3), second = small_net(2, 0.3);
        const nn::TrainState whole = nn::fit(net, examples, fit);
        const nn::TrainState kept = nn::fit(first, examples, until(fit, between(1, whole.steps)));
        RC_ASSERT(same_state(nn::fit(second, examples, fit, kept), whole));
        RC_ASSERT(nn_tests::same_bits(values(second), values(net)));
    });
    CHECK(law);
}

TEST_CASE("with everything switched on, one thread and two train to the same bits, prefetching or not") {
    const int before = threads();
    const auto train = [](int count, bool prefetch) {
        set_threads(count);
        nn::Sequential net = image_net(3);
        nn::Fit fit = recipe(nn::MovingAverage{0.9}, nn::CosineDecay{});
        fit.prefetch = prefetch;
        fit.epochs = 2;
        fit.batch = 600;  // large enough to be prefetched
        return nn::fit(net, bars(1300, 1), fit);
    };
    const nn::TrainState one = train(1, true);
    CHECK(same_state(one, train(2, true)));
    CHECK(same_state(one, train(2, false)));
    set_threads(before);
}

TEST_CASE("a state without the average or the best weights that a run needs is refused") {
    nn::Sequential net = small_net(1);
    nn::Fit plain{.epochs = 2, .batch = 10};
    nn::TrainState state = nn::fit(net, moons(20, 1), plain);
    const auto refused = [&](const nn::Fit& fit, const char* difference) {
        const std::string message = std::string("fit: the state to go on from belongs to another run: its ") +
                                    difference + "; ask for the same or begin anew";
        CHECK_THROWS_WITH_AS(nn::fit(net, moons(20, 1), fit, state), message.c_str(), ValueError);
    };
    nn::Fit other = plain;
    other.average = nn::MovingAverage{};
    refused(other, "averaging so far is false, here it is true");
    other = plain;
    other.patience = 3;
    refused(other, "keeping of the best epoch is false, here it is true");
    state = nn::fit(net, moons(20, 1), other);
    refused(plain, "keeping of the best epoch is true, here it is false");
    state.best.pop_back();
    CHECK_THROWS_WITH_AS(nn::fit(net, moons(20, 1), other, state),
                         "fit: the state's best weights must be as many as the model's parameters: there are 3, the "
                         "model has 4",
                         ValueError);
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
