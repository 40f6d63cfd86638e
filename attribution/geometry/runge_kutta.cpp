// Dormand & Prince 1980, table 2 (RK5(4)7M): seven slopes, the last of which is the first of the next step. The next
// step is by the error of this one, to the power 1/5, never more than five times as long (Hairer, Nørsett & Wanner
// 1993, II.4).
#include <gradpath/attribution/geometry/runge_kutta.hpp>

#include <algorithm>
#include <cmath>

#include <gradpath/autodiff/error.hpp>

namespace gradpath::attribution::geometry {
namespace {

constexpr std::size_t stages = 7;
constexpr double at[stages] = {0, 1.0 / 5, 3.0 / 10, 4.0 / 5, 8.0 / 9, 1, 1};
constexpr double weights[stages][stages - 1] = {
    {},
    {1.0 / 5},
    {3.0 / 40, 9.0 / 40},
    {44.0 / 45, -56.0 / 15, 32.0 / 9},
    {19372.0 / 6561, -25360.0 / 2187, 64448.0 / 6561, -212.0 / 729},
    {9017.0 / 3168, -355.0 / 33, 46732.0 / 5247, 49.0 / 176, -5103.0 / 18656},
    {35.0 / 384, 0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84}};
/// The solution of order 5 minus that of order 4.
constexpr double error_weights[stages] = {71.0 / 57600,      0,          -71.0 / 16695, 71.0 / 1920,
                                          -17253.0 / 339200, 22.0 / 525, -1.0 / 40};

}  // namespace

RungeKutta::RungeKutta(Slope f, State start, double tolerance, Index max_steps)
    : f_(std::move(f)), tolerance_(tolerance), max_steps_(max_steps), y_(std::move(start)), slope_(f_(0, y_)) {}

/// Fills in next_ and next_slope_; the largest error over what is allowed.
double RungeKutta::attempt(double step) {
    std::vector<State> slopes{slope_};
    for (std::size_t stage = 1; stage < stages; ++stage) {
        next_ = y_;
        for (std::size_t before = 0; before < stage; ++before)
            for (std::size_t i = 0; i < y_.size(); ++i) next_[i] += step * weights[stage][before] * slopes[before][i];
        slopes.push_back(f_(time_ + at[stage] * step, next_));
    }
    double worst = 0;
    for (std::size_t i = 0; i < y_.size(); ++i) {
        double error = 0;
        for (std::size_t stage = 0; stage < stages; ++stage) error += step * error_weights[stage] * slopes[stage][i];
        const double share = std::abs(error) / (tolerance_ * (1 + std::max(std::abs(y_[i]), std::abs(next_[i]))));
        if (!(share <= worst)) worst = share;  // NaN, too
    }
    next_slope_ = std::move(slopes.back());
    return worst;
}

const RungeKutta::State& RungeKutta::advance(double t) {
    constexpr double safety = 0.9, longest = 5, shortest = 0.2;
    if (step_ == 0) step_ = 0.01 * (t - time_);
    while (time_ < t) {
        require<NumericError>(++steps_ <= max_steps_, "runge_kutta: no end within ", max_steps_,
                              " steps, at t = ", time_, "; allow more, or ask for less");
        const bool last = time_ + step_ >= t;
        const double step = last ? t - time_ : step_, worst = attempt(step);
        const double scale = std::isfinite(worst) ? safety * std::pow(std::max(worst, 1e-10), -0.2) : shortest;
        if (worst <= 1) {
            time_ = last ? t : time_ + step;
            y_.swap(next_);
            slope_.swap(next_slope_);
            if (!last || scale < 1) step_ = step * std::clamp(scale, shortest, longest);
            else step_ = std::max(step_, step * std::clamp(scale, shortest, longest));
        } else {
            step_ = step * std::clamp(scale, shortest, 1.0);
            require<NumericError>(step_ > 1e-14 * std::max(1.0, std::abs(t)),
                                  "runge_kutta: steps vanish at t = ", time_,
                                  ": the solution leaves the domain of its equation");
        }
    }
    return y_;
}

}  // namespace gradpath::attribution::geometry
