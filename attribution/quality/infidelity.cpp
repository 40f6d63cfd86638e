#include <gradpath/attribution/quality/infidelity.hpp>

#include <cmath>
#include <numeric>

#include <gradpath/attribution/core/evaluator.hpp>
#include <gradpath/attribution/quality/pixels.hpp>
#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/random.hpp>

namespace gradpath::attribution::quality {
namespace {

void check(const Infidelity& o) {
    require(!std::holds_alternative<AllTargets>(o.target), "infidelity: takes one target at a time");
    require(o.samples >= 1, "infidelity: needs at least 1 sample but has ", o.samples);
    require(std::isfinite(o.deviation) && o.deviation > 0, "infidelity: deviation must be above 0 but is ",
            o.deviation);
}

/// The values as slopes, in float64.
Tensor slopes_of(const Tensor& values, const Infidelity& o) {
    const Tensor numbers = values.to(DType::float64);
    if (!o.difference) return numbers;
    const Tensor by = broadcast_to(detached(*o.difference).to(DType::float64), values.shape());
    const Tensor none = equal(by, 0);
    return where(none, zeros_like(numbers), numbers / (by + none));
}

Tensor perturbation(const Tensor& x, const Infidelity& o, Index sample) {
    if (!o.perturb)
        return random::normal(x.shape(),
                              {.seed = o.seed, .stream = static_cast<std::uint64_t>(sample), .dtype = x.dtype()}) *
               o.deviation;
    const Tensor given = detached(o.perturb(x, sample));
    require<ShapeError>(given && given.shape() == x.shape(), "infidelity: a perturbation must be shaped like x: got ",
                        given ? text(given.shape()) : "none", " and ", text(x.shape()));
    return given;
}

/// Of one row: what the values foretell of each perturbation, and what the model does.
struct Told {
    std::vector<double> foretold, found;

    /// The factor of what is foretold that leaves the least squares; 1 where nothing is foretold.
    double best_scale() const {
        const double squares = std::inner_product(foretold.begin(), foretold.end(), foretold.begin(), 0.0);
        const double both = std::inner_product(foretold.begin(), foretold.end(), found.begin(), 0.0);
        return squares == 0 ? 1 : both / squares;
    }
    double mean_square(double scale) const {
        double total = 0;
        for (std::size_t k = 0; k < found.size(); ++k) {
            const double gap = scale * foretold[k] - found[k];
            total += gap * gap;
        }
        return total / static_cast<double>(found.size());
    }
};

}  // namespace

std::vector<double> infidelity(const Model& model, const Tensor& input, const Tensor& values, const Infidelity& o) {
    require_like_input("infidelity", input, values);
    check(o);
    const NoRecording plain;
    const Tensor x = detached(input), slopes = slopes_of(detached(values), o);
    Evaluator f("infidelity", model, x, o.target, o.stage, o.run);
    std::vector<Told> rows(static_cast<std::size_t>(x.rows()));
    for (Index k = 0; k < o.samples; ++k) {
        const Tensor moved = perturbation(x, o, k);
        const Tensor foretold = sum(flatten(moved.to(DType::float64) * slopes), {.axes = {1}});
        const std::vector<double> there = f.values(x - moved, "infidelity");
        for (std::size_t r = 0; r < rows.size(); ++r) {
            rows[r].foretold.push_back(foretold.at(static_cast<Index>(r)));
            rows[r].found.push_back(f.f_input()[r] - there[r]);
        }
    }
    std::vector<double> squares;
    for (const Told& row : rows) squares.push_back(row.mean_square(o.normalised ? row.best_scale() : 1));
    return squares;
}

}  // namespace gradpath::attribution::quality
