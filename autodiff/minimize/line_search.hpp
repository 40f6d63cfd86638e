#pragma once
// Search along a line for a step that falls far enough and is flat enough (Nocedal & Wright 2006, algorithms 3.5, 3.6).
#include <functional>

#include <gradpath/autodiff/shape.hpp>

namespace gradpath::minimize {

struct Wolfe {
    double decrease = 1e-4;      ///< c₁ of the strong Wolfe conditions, eq. (3.7)
    double curvature = 0.9;      ///< c₂, between c₁ and 1
    Index max_evaluations = 30;  ///< per search
};
/// f at x + step · direction, and its slope along the direction.
struct OnLine {
    double step, value, slope;
};
struct Found {
    OnLine at;   ///< step 0 if nothing lower was found
    bool holds;  ///< both conditions do, so `at` is the point evaluated last
    Index evaluations;
};

/// f(step) for a step with f ≤ f₀ + c₁ step f₀' + rounding and |f'| ≤ c₂ |f₀'|; `start` is the point at step 0, whose
/// slope must be negative. `first` is the step to try first, `rounding` what two values may differ by for no reason.
/// Values and slopes that are not finite count as too high. Throws ValueError for options or a start out of range.
Found strong_wolfe(const std::function<OnLine(double step)>& f, const OnLine& start, double first, double rounding = 0,
                   const Wolfe& options = {});

}  // namespace gradpath::minimize
