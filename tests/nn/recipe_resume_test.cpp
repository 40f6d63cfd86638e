// Whatever a run is made of, and wherever it is cut, it goes on to the same bits; on any number of threads.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <gradpath/autodiff/threads.hpp>

#include "recipes.hpp"

using namespace gradpath;
using namespace gradpath::nn_tests;

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
