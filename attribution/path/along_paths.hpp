#pragma once
#include <functional>
#include <string>

#include <gradpath/attribution/core/baseline.hpp>
#include <gradpath/attribution/core/integrate.hpp>
#include <gradpath/attribution/core/model.hpp>

namespace gradpath::attribution {

/// A measure over paths: its draw `sample` is one path from `from` to `to` for every row, both shaped like the input.
using PathMeasure = std::function<Path(const Tensor& from, const Tensor& to, Index sample)>;

/// Options of along_paths.
struct AlongPaths {
    Target target = Predicted{};
    Baseline baseline = baseline::Zero{};
    OutputStage stage = {};
    Quadrature quadrature = {};
    PathMeasure paths = {};  ///< empty: the straight line
    Index samples = 1;       ///< paths drawn for each draw of the baseline
    Index block = 1;         ///< draws of the baseline in a row that depend on each other
    bool winding = false;    ///< each of many edges: plan_for_many, as for several samples
    std::uint64_t seed = 0;  ///< of a random baseline
    Run run = {};
};

/// The mean over paths and draws of the baseline of A = ∫₀¹ ∇F(γ(t)) ∘ γ'(t) dt, in output units: what every method of
/// this folder with paths of its own is. Complete for every measure; over monotone paths also Lundstrom et al. 2022.
/// `method` names the result and begins the texts of errors. Throws ShapeError, DTypeError or ValueError where model,
/// target, stage, baseline, path or quadrature do not fit.
Attribution along_paths(const Model& model, const Tensor& x, const AlongPaths& options,
                        const std::string& method = "along-paths");

/// For methods that gather along paths something else than the integral: what they do along one path.
struct AlongEach {
    std::string method;
    std::function<Integral(Evaluator&, const Path&, const QuadraturePlan&, const Ends&)> integral = integrate;
    bool pairs = false;  ///< a number for each pair of features
};
Attribution along_paths(const Model& model, const Tensor& x, const AlongPaths& options, const AlongEach& each);

}  // namespace gradpath::attribution
