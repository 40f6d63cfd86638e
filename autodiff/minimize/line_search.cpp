// First outwards, until an interval must hold a good step; then inwards ("zoom"), by the minimum of the cubic through
// values and slopes at both ends, kept away from the ends. A point where both conditions hold is taken wherever it is
// met: near the bottom, rounding decides which of two values is the lower one.
#include <gradpath/autodiff/minimize/line_search.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <gradpath/autodiff/error.hpp>

namespace gradpath::minimize {

namespace {

constexpr double growth = 4;  // of steps outwards
constexpr double edge = 0.1;  // of the interval, left out at either end

/// The minimum of the cubic through both ends (N&W eq. 3.59); the middle where there is none.
double between(const OnLine& a, const OnLine& b) {
    const double length = b.step - a.step, middle = a.step + length / 2;
    const double d1 = a.slope + b.slope - 3 * (b.value - a.value) / length;
    const double d2 = std::copysign(std::sqrt(d1 * d1 - a.slope * b.slope), length);
    const double step = b.step - length * (b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2);
    if (!std::isfinite(step)) return middle;
    const auto [low, high] = std::minmax({a.step + edge * length, b.step - edge * length});
    return std::clamp(step, low, high);
}

class Search {
public:
    Search(const std::function<OnLine(double)>& f, const OnLine& start, double rounding, const Wolfe& o)
        : f_(f), start_(start), rounding_(rounding), o_(o) {}

    Found outwards(double step) {
        OnLine before = start_;
        while (left()) {
            const OnLine now = evaluate(step);
            if (good(now)) return found(now);
            if (!falls(now) || (before.step > 0 && now.value >= before.value)) return zoom(before, now);
            if (now.slope >= 0) return zoom(now, before);
            before = now;
            step *= growth;
        }
        return {before, false, evaluations_};
    }

private:
    /// The interval between both holds good steps, and `low` has the lowest value so far that falls far enough.
    Found zoom(OnLine low, OnLine high) {
        while (left()) {
            const OnLine now = evaluate(between(low, high));
            if (good(now)) return found(now);
            if (now.step == low.step || now.step == high.step) break;  // no number in between
            if (!falls(now) || now.value >= low.value) {
                high = now;
                continue;
            }
            if (now.slope * (high.step - low.step) >= 0) high = low;
            low = now;
        }
        return {low, false, evaluations_};
    }

    bool left() const { return evaluations_ < o_.max_evaluations; }
    Found found(const OnLine& now) const { return {now, true, evaluations_}; }
    bool falls(const OnLine& p) const {
        return p.value <= start_.value + o_.decrease * p.step * start_.slope + rounding_;
    }
    bool good(const OnLine& p) const { return falls(p) && std::abs(p.slope) <= -o_.curvature * start_.slope; }
    OnLine evaluate(double step) {
        ++evaluations_;
        OnLine p = f_(step);
        p.step = step;
        if (!std::isfinite(p.value) || !std::isfinite(p.slope)) p.value = std::numeric_limits<double>::infinity();
        return p;
    }

    const std::function<OnLine(double)>& f_;
    OnLine start_;
    double rounding_;
    const Wolfe& o_;
    Index evaluations_ = 0;
};

}  // namespace

Found strong_wolfe(const std::function<OnLine(double)>& f, const OnLine& start, double first, double rounding,
                   const Wolfe& o) {
    require(o.decrease > 0 && o.decrease < o.curvature && o.curvature < 1,
            "strong_wolfe: 0 < decrease < curvature < 1 must hold: they are ", o.decrease, " and ", o.curvature);
    require(o.max_evaluations >= 1, "strong_wolfe: max_evaluations must be at least 1 but is ", o.max_evaluations);
    require(std::isfinite(start.value) && std::isfinite(start.slope) && start.slope < 0,
            "strong_wolfe: the start must be finite and its slope negative: value ", start.value, ", slope ",
            start.slope);
    require(std::isfinite(first) && first > 0, "strong_wolfe: the first step must be finite and positive but is ",
            first);
    return Search(f, start, rounding, o).outwards(first);
}

}  // namespace gradpath::minimize
