#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/nn/schedule.hpp>

#include "support/close.hpp"

using namespace gradpath;
using tests::close;

namespace {

constexpr Index epoch = 5;  // steps in it

double at(const nn::Schedule& schedule, Index step, Index epochs = 10, const std::vector<double>& losses = {}) {
    return nn::rate_factor(schedule, {step, epoch, epochs, losses});
}

double half_cosine(double first, double last, double progress) {
    return last + (first - last) * (1 + std::cos(std::numbers::pi * progress)) / 2;
}

}  // namespace

TEST_CASE("a constant rate is the rate, bit for bit") {
    for (const Index step : {0, 1, 49}) CHECK(at({}, step) == 1);
}

TEST_CASE("steps multiply by the factor after every so many epochs") {
    const nn::Schedule schedule{.shape = nn::StepDecay{.every = 2, .factor = 0.5}};
    CHECK(at(schedule, 0) == 1);
    CHECK(at(schedule, 9) == 1);
    CHECK(at(schedule, 10) == 0.5);
    CHECK(at(schedule, 20) == 0.25);
    CHECK(at(schedule, 49) == 0.0625);
}

TEST_CASE("the cosine goes from the rate to the end of it over the run") {
    const nn::Schedule schedule{.shape = nn::CosineDecay{.final = 0.1}};
    for (Index step = 0; step <= 50; ++step)
        CHECK(close(at(schedule, step), half_cosine(1, 0.1, static_cast<double>(step) / 50), 1e-14));
    CHECK(at(schedule, 25) == doctest::Approx(0.55));
    CHECK(at(schedule, 60) == doctest::Approx(0.1));  // beyond its end it stays
}

TEST_CASE("a cosine with a period starts again, each period longer by the growth") {
    const nn::Schedule schedule{.shape = nn::CosineDecay{.period = 1, .growth = 2}};  // 5, then 10, then 20 steps
    CHECK(at(schedule, 0) == 1);
    CHECK(close(at(schedule, 4), half_cosine(1, 0, 0.8), 1e-14));
    CHECK(at(schedule, 5) == 1);
    CHECK(close(at(schedule, 10), 0.5, 1e-14));
    CHECK(at(schedule, 15) == 1);
    CHECK(close(at(schedule, 25), 0.5, 1e-14));
    CHECK(at(schedule, 35) == 1);
    CHECK(at(schedule, 7, 10) == at(schedule, 7, 400));
}

TEST_CASE("one cycle rises to the rate and falls far below where it began") {
    const nn::Schedule schedule{.shape = nn::OneCycle{.rise = 0.4, .start = 10, .finish = 1000}};
    CHECK(close(at(schedule, 0), 0.1, 1e-14));
    CHECK(close(at(schedule, 10), half_cosine(0.1, 1, 0.5), 1e-14));
    CHECK(at(schedule, 20) == 1);
    CHECK(close(at(schedule, 35), half_cosine(1, 0.001, 0.5), 1e-14));
    CHECK(close(at(schedule, 50), 0.001, 1e-12));
    for (Index step = 1; step < 50; ++step) CHECK((at(schedule, step) > at(schedule, step - 1)) == (step <= 20));
}

TEST_CASE("a plateau lowers the rate after so many epochs without a lower loss, down to the least") {
    const nn::Schedule schedule{.shape =
                                    nn::PlateauDecay{.patience = 2, .factor = 0.5, .threshold = 0.1, .least = 0.2}};
    const auto after = [&](const std::vector<double>& losses) { return at(schedule, 0, 10, losses); };
    CHECK(after({}) == 1);
    CHECK(after({1}) == 1);
    CHECK(after({1, 0.95}) == 1);          // lower, but by less than a tenth
    CHECK(after({1, 0.95, 0.91}) == 0.5);  // twice in a row
    CHECK(after({1, 0.95, 0.89}) == 1);    // 0.89 is lower by more than a tenth of 1
    CHECK(after({1, 2, 2, 2}) == 0.5);     // the count begins anew after a cut
    CHECK(after({1, 2, 2, 2, 2}) == 0.25);
    CHECK(after({1, 2, 2, 2, 2, 2, 2}) == 0.2);
    CHECK(after({-1, -1.05, -1.05}) == 0.5);  // a tenth of the size, whatever the sign
    CHECK(after({-1, -1.2, -1.2}) == 1);
}

TEST_CASE("a warm-up rises in a line to where the shape starts, which then sees time from there on") {
    CHECK(close(at({.warmup = 4}, 0), 0.2, 1e-14));
    CHECK(close(at({.warmup = 4}, 3), 0.8, 1e-14));
    CHECK(at({.warmup = 4}, 4) == 1);
    const nn::Schedule cosine{.shape = nn::CosineDecay{}, .warmup = 10};
    CHECK(at(cosine, 10) == 1);
    CHECK(close(at(cosine, 30), 0.5, 1e-14));
    CHECK(close(at(cosine, 50), 0, 1e-14, 1));
    const nn::Schedule steps{.shape = nn::StepDecay{.every = 1, .factor = 0.5}, .warmup = 3};
    CHECK(at(steps, 7) == 1);
    CHECK(at(steps, 8) == 0.5);
    const nn::Schedule cycle{.shape = nn::OneCycle{.start = 10}, .warmup = 4};
    CHECK(close(at(cycle, 1), 0.04, 1e-14));
    const nn::Schedule too_long{.shape = nn::CosineDecay{}, .warmup = 100};
    CHECK(close(at(too_long, 49), 50.0 / 101, 1e-14));  // the run ends before the shape begins
}

TEST_CASE("runs and warm-ups may be of any length") {
    const Index endless = std::numeric_limits<Index>::max();
    CHECK(at({.shape = nn::CosineDecay{}}, 1000, endless) == doctest::Approx(1));
    CHECK(at({.warmup = endless}, 0) > 0);
    CHECK(at({.warmup = endless}, 1000) < 1e-10);
}

TEST_CASE("only shapes that end with the run need to know its length") {
    CHECK(nn::needs_epochs({.shape = nn::OneCycle{}}));
    CHECK(nn::needs_epochs({.shape = nn::CosineDecay{}}));
    CHECK_FALSE(nn::needs_epochs({.shape = nn::CosineDecay{.period = 3}}));
    CHECK_FALSE(nn::needs_epochs({.shape = nn::StepDecay{}}));
    CHECK_FALSE(nn::needs_epochs({.shape = nn::PlateauDecay{}, .warmup = 3}));
}

TEST_CASE("a moment that cannot be is refused") {
    for (const nn::Moment at : {nn::Moment{3, 0, 2, {}}, nn::Moment{-1, 5, 2, {}}, nn::Moment{3, 5, -2, {}}})
        CHECK_THROWS_AS(nn::rate_factor({.shape = nn::CosineDecay{.period = 1}}, at), ValueError);
    CHECK_THROWS_WITH_AS(
        nn::rate_factor({}, {3, 0, 2, {}}),
        "schedule: step and epochs must not be negative, steps_per_epoch at least 1: they are 3, 2 and 0", ValueError);
}

TEST_CASE("the best epoch is the first of the lowest loss") {
    CHECK(nn::best_epoch(std::vector<double>{3, 1, 2, 1}) == 1);
    CHECK(nn::best_epoch(std::vector<double>{3}) == 0);
}

TEST_CASE("schedules say which number is out of range") {
    const auto refused = [](const nn::Schedule& schedule, const char* message) {
        CHECK_THROWS_WITH_AS(nn::check(schedule), message, ValueError);
    };
    refused({.warmup = -1}, "schedule: warmup must not be negative: it is -1");
    refused({nn::StepDecay{.every = 0}}, "schedule: step: every must be at least 1 epoch: it is 0");
    refused({nn::StepDecay{.factor = 2}}, "schedule: step: factor must lie in (0, 1]: it is 2");
    refused({nn::CosineDecay{.period = -1}}, "schedule: cosine: period must not be negative: it is -1");
    refused({nn::CosineDecay{.growth = 0}}, "schedule: cosine: growth must be at least 1: it is 0");
    refused({nn::CosineDecay{.final = 2}}, "schedule: cosine: final must lie in [0, 1]: it is 2");
    refused({nn::OneCycle{.rise = 2}}, "schedule: one-cycle: rise must lie in [0, 1]: it is 2");
    refused({nn::OneCycle{.start = 0.5}}, "schedule: one-cycle: start must be at least 1: it is 0.5");
    refused({nn::OneCycle{.finish = 0}}, "schedule: one-cycle: finish must be at least 1: it is 0");
    refused({nn::PlateauDecay{.patience = 0}}, "schedule: plateau: patience must be at least 1 epoch: it is 0");
    refused({nn::PlateauDecay{.factor = 1}}, "schedule: plateau: factor must lie in (0, 1): it is 1");
    refused({nn::PlateauDecay{.threshold = 1}}, "schedule: plateau: threshold must lie in [0, 1): it is 1");
    refused({nn::PlateauDecay{.least = -1}}, "schedule: plateau: least must lie in [0, 1]: it is -1");
}
