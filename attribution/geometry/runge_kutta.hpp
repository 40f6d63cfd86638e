#pragma once
// Ordinary differential equations y' = f(t, y) with steps that fit an error: Dormand & Prince's pair of orders 5 and 4.
#include <functional>
#include <vector>

#include <gradpath/autodiff/shape.hpp>

namespace gradpath::attribution::geometry {

class RungeKutta {
public:
    using State = std::vector<double>;
    using Slope = std::function<State(double t, const State& y)>;

    /// The error of a step is held to tolerance · (1 + |y|) in each number. max_steps counts all steps, refused ones,
    /// too.
    RungeKutta(Slope f, State start, double tolerance, Index max_steps);
    /// Goes on to t > the time that was reached. Throws NumericError where it takes more than max_steps, or where
    /// steps vanish: the solution leaves the domain of f.
    const State& advance(double t);
    Index steps() const { return steps_; }

private:
    double attempt(double step);

    Slope f_;
    double tolerance_, time_ = 0, step_ = 0;
    Index max_steps_, steps_ = 0;
    State y_, next_, slope_, next_slope_;
};

}  // namespace gradpath::attribution::geometry
