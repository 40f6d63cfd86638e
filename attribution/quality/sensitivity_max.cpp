#include <gradpath/attribution/quality/sensitivity_max.hpp>

#include <algorithm>
#include <cmath>

#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/random.hpp>

namespace gradpath::attribution::quality {
namespace {

Tensor answer_at(const Explain& explain, const Tensor& x) {
    const Tensor values = explain(x);
    require<ShapeError>(values.shape() == x.shape(), "sensitivity_max: values of shape ", values.shape(),
                        " are not like the input of shape ", x.shape());
    return flatten(detached(values).to(DType::float64));
}

}  // namespace

std::vector<double> sensitivity_max(const Explain& explain, const Tensor& x, const SensitivityMax& o) {
    require(std::isfinite(o.radius) && o.radius >= 0, "sensitivity_max: radius must not be below 0 but is ", o.radius);
    require(o.samples >= 1, "sensitivity_max: needs at least 1 sample but has ", o.samples);
    const Reduce of_rows{.axes = {1}};
    const Tensor values = answer_at(explain, x), size = norm(values, 2, of_rows);
    std::vector<double> largest(static_cast<std::size_t>(x.rows()), 0);
    for (Index k = 0; k < o.samples; ++k) {
        const random::Random draw{.seed = o.seed, .stream = static_cast<std::uint64_t>(k), .dtype = x.dtype()};
        const Tensor moved = answer_at(explain, x + random::uniform(x.shape(), -o.radius, o.radius, draw));
        const Tensor distance = norm(values - moved, 2, of_rows);
        for (Index r = 0; r < x.rows(); ++r) {
            const double part = distance.at(r) / (size.at(r) == 0 ? 1 : size.at(r));
            double& most = largest[static_cast<std::size_t>(r)];
            most = std::isnan(part) ? part : std::max(most, part);  // a NaN stays, for nothing is above it
        }
    }
    return largest;
}

}  // namespace gradpath::attribution::quality
