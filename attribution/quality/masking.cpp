// One forward pass of all rows for each area, draw and kind of mask.
#include <gradpath/attribution/quality/masking.hpp>

#include <algorithm>
#include <cmath>

#include <gradpath/attribution/core/objective.hpp>
#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::attribution::quality {
namespace {

constexpr double rounding = 1e-9;  // 0.29 of 100 features are 29, though 0.29 * 100 < 29

/// A number for every feature that is masked as one: [rows, features].
Tensor importance(const Tensor& values, bool by_channel) {
    const bool pixels = !by_channel && values.rank() == 4;
    return abs(flatten(pixels ? sum(values, {.axes = {1}}) : values));
}

/// 1 for the first `count` of each row's ranking, else 0; broadcasts to x.
Tensor top_mask(const Indices& ranking, Index count, const Tensor& x, bool by_channel) {
    const Index rows = x.rows(), features = ranking.size() / rows;
    std::vector<double> mask(static_cast<std::size_t>(rows * features), 0);
    for (Index r = 0; r < rows; ++r)
        for (Index k = 0; k < count; ++k) mask[static_cast<std::size_t>(r * features + ranking[r * features + k])] = 1;
    const Tensor flat = Tensor({rows, features}, std::span<const double>(mask)).to(x.dtype());
    if (by_channel || x.rank() != 4) return reshape(flat, x.shape());
    return reshape(flat, {rows, 1, x.shape()[2], x.shape()[3]});
}

/// log p of each row's class.
class LogProbability {
public:
    LogProbability(const Model& model, const Tensor& x)
        : objective_("masking", model, Predicted{}, {.kind = Stage::log_probability}, x.rows(),
                     model(slice(x, 0, 0, 1))) {
        const Tensor output = objective_.run(x);
        objective_.resolve(0, output);
        for (Index r = 0; r < x.rows(); ++r) rows_.push_back(r);
    }
    Tensor operator()(const Tensor& x) const { return objective_.scores(objective_.run(x), rows_).front(); }

private:
    Objective objective_;
    std::vector<Index> rows_;
};

double mean_of(const Tensor& numbers) { return mean(numbers).at(0); }

void check(const Tensor& x, const Tensor& values, const Masking& o) {
    require<ShapeError>(x && values && x.shape() == values.shape() && x.rank() >= 2 && x.size() > 0,
                        "masking: values must be shaped like x: got ", values ? text(values.shape()) : "none", " and ",
                        x ? text(x.shape()) : "none");
    const bool within = std::ranges::all_of(o.areas, [](double area) { return area >= 0 && area <= 1; });
    require(within && std::ranges::is_sorted(o.areas), "masking: areas must ascend in [0, 1]");
}

/// The curves so far, and what every point of them is measured with.
struct Measuring {
    const LogProbability& log_p;
    const Tensor &x, &replacement, whole;
    double weight;  ///< of this draw
    MaskingCurves& curves;

    void add(std::size_t k, const Tensor& mask) const {
        const Tensor masked = log_p(x + (replacement - x) * mask), kept = log_p(replacement + (x - replacement) * mask);
        curves.comprehensiveness[k] += weight * mean_of(exp(whole) - exp(masked));
        curves.sufficiency[k] += weight * mean_of(exp(whole) - exp(kept));
        curves.log_odds[k] += weight * mean_of(masked - whole);
        curves.cross_entropy[k] -= weight * mean_of(masked);
        curves.accuracy[k] += weight * mean_of(greater_equal(masked, -std::log(2.0)));
    }
};

}  // namespace

MaskingCurves masking_curves(const Model& model, const Tensor& input, const Tensor& values, const Masking& o) {
    check(input, values, o);
    const NoRecording plain;
    const Tensor x = detached(input);
    const LogProbability log_p(model, x);
    const Indices ranking = argsort(importance(detached(values), o.by_channel), 1, {.descending = true});
    const Index features = ranking.size() / x.rows(), draws = samples_of(o.replacement);
    const std::vector<double> none(o.areas.size(), 0.0);
    MaskingCurves curves{o.areas, none, none, none, none, none};
    for (Index draw = 0; draw < draws; ++draw) {
        const Tensor replacement = draw_baseline("masking", o.replacement, x, {o.seed, draw});
        const Measuring measuring{log_p, x, replacement, log_p(x), 1.0 / static_cast<double>(draws), curves};
        for (std::size_t k = 0; k < o.areas.size(); ++k) {
            require<Cancelled>(!(o.run.cancel && *o.run.cancel), "masking: cancelled");
            const auto count = static_cast<Index>(static_cast<double>(features) * o.areas[k] + rounding);
            measuring.add(k, top_mask(ranking, count, x, o.by_channel));
        }
    }
    return curves;
}

}  // namespace gradpath::attribution::quality
