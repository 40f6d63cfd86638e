#pragma once
// For integrate: what an answer is measured by while it is refined.
#include <span>
#include <vector>

#include <gradpath/attribution/core/integrate.hpp>
#include <gradpath/attribution/core/walk.hpp>

namespace gradpath::attribution {

/// The figures of one [row, target]: the sum and absolute sum of its values, and both bounds of the tolerance.
struct Figures {
    double scale = 0;     ///< max(|dF|, Σ|A|, 1e-12)
    double delta = 0;     ///< |ΣA - dF| / scale
    double error = 0;     ///< the estimate of the error / scale
    double rounding = 0;  ///< what the dtype's rounding of F may do to delta
    bool within(double tolerance) const { return delta <= tolerance && error <= tolerance; }
    /// Nothing but rounding stands between the answer and the tolerance.
    bool at_floor(double tolerance, double epsilon) const;
};
Figures figures(std::span<const double> values, double error, double f_start, double f_end, double epsilon);

double epsilon_of(DType dtype);  ///< distance from 1 to the next number
bool any(const std::vector<bool>& flags);

/// Notes a gradient that is not a number, and says where on the path it was asked for.
void note_missing_gradient(Integral& integral, const Path& path, QuadratureRule rule, const Place& place);
/// The same where one of these slopes is such.
void note_missing_gradient(Integral& integral, const Path& path, QuadratureRule rule, const Place& place,
                           std::span<const double> slopes);

}  // namespace gradpath::attribution
