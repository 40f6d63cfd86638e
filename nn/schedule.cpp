// A shape sees time from the end of the warm-up on, in steps as real numbers, so that its formulas stand as in the
// papers.
#include <gradpath/nn/schedule.hpp>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <numbers>

#include <gradpath/autodiff/error.hpp>

namespace gradpath::nn {

namespace {

/// Steps since the warm-up, and how many there are in an epoch and from the warm-up to the end of the run.
struct Time {
    double now, epoch, whole;
    std::span<const double> losses;
};

/// From `first` at 0 to `last` at 1 along half a cosine; stays there.
double half_cosine(double first, double last, double progress) {
    const double angle = std::numbers::pi * std::clamp(progress, 0.0, 1.0);
    return last + (first - last) * (1 + std::cos(angle)) / 2;
}

double factor_of(const ConstantRate&, const Time&) { return 1; }

double factor_of(const StepDecay& s, const Time& at) {
    return std::pow(s.factor, std::floor(at.now / (at.epoch * static_cast<double>(s.every))));
}

double factor_of(const CosineDecay& s, const Time& at) {
    if (s.period == 0) return half_cosine(1, s.final, at.now / at.whole);
    double length = at.epoch * static_cast<double>(s.period), since = at.now;
    while (since >= length) {
        since -= length;
        length *= static_cast<double>(s.growth);
    }
    return half_cosine(1, s.final, since / length);
}

double factor_of(const OneCycle& s, const Time& at) {
    const double peak = s.rise * at.whole;
    if (at.now < peak) return half_cosine(1 / s.start, 1, at.now / peak);
    return half_cosine(1, 1 / s.finish, at.whole > peak ? (at.now - peak) / (at.whole - peak) : 1);
}

double factor_of(const PlateauDecay& s, const Time& at) {
    double factor = 1, lowest = std::numeric_limits<double>::infinity();
    Index waited = 0;
    for (const double loss : at.losses) {
        const bool better = loss < lowest - s.threshold * std::abs(lowest) || std::isinf(lowest);
        waited = better ? 0 : waited + 1;
        if (better) lowest = loss;
        if (waited < s.patience) continue;
        factor = std::max(factor * s.factor, s.least);
        waited = 0;
    }
    return factor;
}

void check(const ConstantRate&) {}
void check(const StepDecay& s) {
    require(s.every >= 1, "schedule: step: every must be at least 1 epoch: it is ", s.every);
    require(s.factor > 0 && s.factor <= 1, "schedule: step: factor must lie in (0, 1]: it is ", s.factor);
}
void check(const CosineDecay& s) {
    require(s.period >= 0, "schedule: cosine: period must not be negative: it is ", s.period);
    require(s.growth >= 1, "schedule: cosine: growth must be at least 1: it is ", s.growth);
    require(s.final >= 0 && s.final <= 1, "schedule: cosine: final must lie in [0, 1]: it is ", s.final);
}
void check(const OneCycle& s) {
    require(s.rise >= 0 && s.rise <= 1, "schedule: one-cycle: rise must lie in [0, 1]: it is ", s.rise);
    require(s.start >= 1 && std::isfinite(s.start), "schedule: one-cycle: start must be at least 1: it is ", s.start);
    require(s.finish >= 1 && std::isfinite(s.finish), "schedule: one-cycle: finish must be at least 1: it is ",
            s.finish);
}
void check(const PlateauDecay& s) {
    require(s.patience >= 1, "schedule: plateau: patience must be at least 1 epoch: it is ", s.patience);
    require(s.factor > 0 && s.factor < 1, "schedule: plateau: factor must lie in (0, 1): it is ", s.factor);
    require(s.threshold >= 0 && s.threshold < 1, "schedule: plateau: threshold must lie in [0, 1): it is ",
            s.threshold);
    require(s.least >= 0 && s.least <= 1, "schedule: plateau: least must lie in [0, 1]: it is ", s.least);
}

}  // namespace

void check(const Schedule& schedule) {
    require(schedule.warmup >= 0, "schedule: warmup must not be negative: it is ", schedule.warmup);
    std::visit([](const auto& shape) { check(shape); }, schedule.shape);
}

bool needs_epochs(const Schedule& schedule) {
    const auto* cosine = std::get_if<CosineDecay>(&schedule.shape);
    return std::holds_alternative<OneCycle>(schedule.shape) || (cosine && cosine->period == 0);
}

double rate_factor(const Schedule& schedule, const Moment& at) {
    require(at.step >= 0 && at.steps_per_epoch >= 1 && at.epochs >= 0,
            "schedule: step and epochs must not be negative, steps_per_epoch at least 1: they are ", at.step, ", ",
            at.epochs, " and ", at.steps_per_epoch);
    const auto step = static_cast<double>(at.step), warmup = static_cast<double>(schedule.warmup);
    const auto epoch = static_cast<double>(at.steps_per_epoch);  // in double, where no product of counts overflows
    const double whole = std::max(1.0, epoch * static_cast<double>(at.epochs) - warmup);
    const Time time{std::max(0.0, step - warmup), epoch, whole, at.losses};
    const double factor = std::visit([&](const auto& shape) { return factor_of(shape, time); }, schedule.shape);
    return step < warmup ? (step + 1) / (warmup + 1) * factor : factor;
}

Index best_epoch(std::span<const double> losses) {
    return std::distance(losses.begin(), std::ranges::min_element(losses));
}

}  // namespace gradpath::nn
