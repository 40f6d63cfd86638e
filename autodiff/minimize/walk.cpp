// Reasons to stop, in the order in which they are asked for.
#include <gradpath/autodiff/minimize/walk.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

namespace gradpath::minimize {

namespace {

std::optional<Stopped> reason_to_stop(const Stopping& stopping, const Place& before, const Place& now) {
    if (largest(now.gradient) <= stopping.gradient_tolerance) return Stopped::gradient;
    const double larger = std::max(std::abs(before.value), std::abs(now.value));
    if (before.value - now.value <= stopping.value_tolerance * larger) return Stopped::value;
    const double moved = largest(minus(now.x, before.x));
    if (moved <= stopping.step_tolerance * largest(now.x)) return Stopped::step;
    return std::nullopt;
}

}  // namespace

std::string to_text(Stopped why) {
    constexpr std::array names{"gradient", "value", "step", "iterations", "no descent", "caller"};
    return names.at(static_cast<std::size_t>(why));
}

bool finite(const Place& place) { return std::isfinite(place.value) && std::isfinite(largest(place.gradient)); }

void check(const char* op, const Stopping& stopping, const std::vector<Tensor>& start) {
    require(stopping.max_iterations >= 0, op, ": max_iterations must not be negative but is ", stopping.max_iterations);
    const auto tolerance = [op](const char* name, double value) {
        require(value >= 0, op, ": ", name, " must not be negative but is ", value);
    };
    tolerance("gradient_tolerance", stopping.gradient_tolerance);
    tolerance("value_tolerance", stopping.value_tolerance);
    tolerance("step_tolerance", stopping.step_tolerance);
    for (std::size_t i = 0; i < start.size(); ++i)
        require(static_cast<bool>(start[i]), op, ": parameter ", i, " is empty");
}

Minimum walk(const char* op, const Stopping& stopping, const Place& now, const Index& evaluations,
             const std::function<bool()>& advance) {
    require<NumericError>(finite(now), op, ": value and gradient must be finite at the start: the value is ", now.value,
                          ", the largest slope ", largest(now.gradient));
    Index iterations = 0;
    const auto end = [&](Stopped why) {
        const bool converged = why <= Stopped::step;
        return Minimum{now.parameters, now.value, largest(now.gradient), iterations, evaluations, converged, why};
    };
    if (largest(now.gradient) <= stopping.gradient_tolerance) return end(Stopped::gradient);
    while (iterations < stopping.max_iterations) {
        require<Cancelled>(stopping.cancel == nullptr || !*stopping.cancel, op, ": cancelled");
        const Place before = now;
        if (!advance()) return end(Stopped::no_descent);
        ++iterations;
        const Iteration told{iterations, now.value, largest(now.gradient), evaluations, now.parameters};
        const bool goes_on = !stopping.on_iteration || stopping.on_iteration(told);
        if (const auto why = reason_to_stop(stopping, before, now)) return end(*why);
        if (!goes_on) return end(Stopped::caller);
    }
    return end(Stopped::iterations);
}

}  // namespace gradpath::minimize
