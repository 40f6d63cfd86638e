// Rounding is told from error by size. Adding up attributions costs a few units of their absolute sum (QUADPACK's 50);
// F itself is rounded at both ends, which completeness sees and no number of steps can mend.
#include <gradpath/attribution/core/measure.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <gradpath/attribution/core/result.hpp>

namespace gradpath::attribution {

double epsilon_of(DType dtype) {
    return dtype == DType::float32 ? static_cast<double>(std::numeric_limits<float>::epsilon())
                                   : std::numeric_limits<double>::epsilon();
}

bool any(const std::vector<bool>& flags) { return std::find(flags.begin(), flags.end(), true) != flags.end(); }

bool Figures::at_floor(double tolerance, double epsilon) const {
    const double floor = 50 * epsilon;
    return error <= std::max(tolerance, floor) && delta <= std::max(tolerance, floor + rounding);
}

Figures figures(std::span<const double> values, double error, double f_start, double f_end, double epsilon) {
    double sum = 0, absolute = 0;
    for (const double value : values) {
        sum += value;
        absolute += std::abs(value);
    }
    const double difference = f_end - f_start, scale = error_scale(difference, absolute);
    return {.scale = scale,
            .delta = std::abs(sum - difference) / scale,
            .error = error / scale,
            .rounding = 10 * epsilon * (std::abs(f_start) + std::abs(f_end)) / scale};
}

void note_missing_gradient(Integral& integral, const Path& path, QuadratureRule rule, const Place& place) {
    const bool start = place.edge == 0 && place.at == 0, end = place.edge == path.edges - 1 && place.at == 1;
    if (start || end)
        add_note(integral.notes, text(describe(rule), " takes the gradient at the ", start ? "baseline" : "input",
                                      ", where it does not exist in row ", place.row,
                                      "; midpoint, gauss-legendre and gauss-kronrod do not touch the ends"));
    else add_note(integral.notes, text("the gradient is not finite on the path of row ", place.row));
}

void note_missing_gradient(Integral& integral, const Path& path, QuadratureRule rule, const Place& place,
                           std::span<const double> slopes) {
    if (!std::all_of(slopes.begin(), slopes.end(), [](double slope) { return std::isfinite(slope); }))
        note_missing_gradient(integral, path, rule, place);
}

}  // namespace gradpath::attribution
