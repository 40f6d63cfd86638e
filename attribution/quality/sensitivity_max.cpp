#include <gradpath/attribution/quality/sensitivity_max.hpp>

#include <algorithm>
#include <cmath>

#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/random.hpp>

namespace gradpath::attribution::quality {
namespace {

Tensor answer_at(const char* name, const Explain& explain, const Tensor& x) {
    const Tensor values = explain(x);
    require<ShapeError>(values.shape() == x.shape(), name, ": values of shape ", values.shape(),
                        " are not like the input of shape ", x.shape());
    return flatten(detached(values).to(DType::float64));
}

/// x, moved a little.
Tensor near(const char* name, const Tensor& x, const SensitivityMax& o, Index sample) {
    const random::Random draw{.seed = o.seed, .stream = static_cast<std::uint64_t>(sample), .dtype = x.dtype()};
    if (!o.perturb) return x + random::uniform(x.shape(), -o.radius, o.radius, draw);
    const Tensor given = detached(o.perturb(x, sample));
    require<ShapeError>(given && given.shape() == x.shape(), name, ": a perturbation must be shaped like x: got ",
                        given ? text(given.shape()) : "none", " and ", text(x.shape()));
    return x + given;
}

/// What the distance of two answers is divided by.
enum class Per : std::uint8_t { size_of_answer, distance_of_inputs };

/// The larger; a NaN stays, for nothing is above it.
double larger(double most, double now) { return std::isnan(now) ? now : std::max(most, now); }

std::vector<double> largest_change(const char* name, const Explain& explain, const Tensor& x, const SensitivityMax& o,
                                   Per per) {
    require(std::isfinite(o.radius) && o.radius >= 0, name, ": radius must not be below 0 but is ", o.radius);
    require(o.samples >= 1, name, ": needs at least 1 sample but has ", o.samples);
    const Reduce of_rows{.axes = {1}};
    const Tensor values = answer_at(name, explain, x), size = norm(values, 2, of_rows);
    std::vector<double> largest(static_cast<std::size_t>(x.rows()), 0);
    for (Index k = 0; k < o.samples; ++k) {
        const Tensor there = near(name, x, o, k);
        const Tensor distance = norm(values - answer_at(name, explain, there), 2, of_rows);
        const Tensor by = per == Per::size_of_answer
                              ? size
                              : norm(flatten(there.to(DType::float64) - x.to(DType::float64)), 2, of_rows);
        for (Index r = 0; r < x.rows(); ++r) {
            double& most = largest[static_cast<std::size_t>(r)];
            most = larger(most, distance.at(r) / (by.at(r) == 0 ? 1 : by.at(r)));
        }
    }
    return largest;
}

}  // namespace

std::vector<double> sensitivity_max(const Explain& explain, const Tensor& x, const SensitivityMax& o) {
    return largest_change("sensitivity_max", explain, x, o, Per::size_of_answer);
}

std::vector<double> local_lipschitz(const Explain& explain, const Tensor& x, const SensitivityMax& o) {
    return largest_change("local_lipschitz", explain, x, o, Per::distance_of_inputs);
}

}  // namespace gradpath::attribution::quality
