#pragma once
// The walk of every method that finds its own steps: from place to place until there is a reason to stop.
#include <functional>
#include <vector>

#include <gradpath/autodiff/minimize/flat.hpp>
#include <gradpath/autodiff/minimize/minimum.hpp>

namespace gradpath::minimize {

struct Place {
    std::vector<Tensor> parameters = {};
    Numbers x = {};  ///< what the parameters hold
    double value = 0;
    Numbers gradient = {};
};
bool finite(const Place& place);

/// Throws ValueError naming `op` for options out of range or an empty parameter.
void check(const char* op, const Stopping& stopping, const std::vector<Tensor>& start);
/// Calls advance(), which moves `now` to a lower place or returns false, until there is a reason to stop. Throws
/// NumericError if `now` is not finite at the start, Cancelled.
Minimum walk(const char* op, const Stopping& stopping, const Place& now, const Index& evaluations,
             const std::function<bool()>& advance);

}  // namespace gradpath::minimize
