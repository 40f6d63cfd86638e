#pragma once
// What the methods that walk to a minimum by themselves share: when they stop, and what they bring back.
#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include <gradpath/autodiff/tensor.hpp>

namespace gradpath::minimize {

enum class Stopped {
    gradient,    ///< converged: the largest slope is within its tolerance
    value,       ///< converged: a step lowered the value by no more than its tolerance
    step,        ///< converged: a step was no longer than its tolerance
    iterations,  ///< there were as many as allowed
    no_descent,  ///< no lower value was found: rounding, or a wrong or rough gradient
    caller,      ///< on_iteration said so
};
std::string to_text(Stopped why);

/// Told after each iteration.
struct Iteration {
    Index iteration;              ///< counted from 1
    double value, gradient_norm;  ///< the largest |slope|
    Index evaluations;            ///< of the function, so far
    const std::vector<Tensor>& parameters;
};
struct Stopping {
    Index max_iterations = 1000;
    double gradient_tolerance = 1e-8;  ///< on the largest |slope|
    double value_tolerance = 0;  ///< on what a step gains, relative to the larger value; 0: the value did not change
    double step_tolerance = 0;   ///< on the largest change of a parameter, relative to the largest |parameter|
    std::function<bool(const Iteration&)> on_iteration = {};  ///< false stops
    const std::atomic<bool>* cancel = nullptr;                ///< throws Cancelled between two iterations when set
};

struct Minimum {
    std::vector<Tensor> parameters;  ///< shaped like the start; plain, without history
    double value;                    ///< there
    double gradient_norm;            ///< the largest |slope| there
    Index iterations, evaluations;
    bool converged;
    Stopped why;
};

}  // namespace gradpath::minimize
