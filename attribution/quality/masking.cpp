// One forward pass of all rows for each area, draw and kind of mask.
#include <gradpath/attribution/quality/masking.hpp>

#include <algorithm>
#include <cmath>

#include <gradpath/attribution/quality/class_probability.hpp>
#include <gradpath/attribution/quality/pixels.hpp>
#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::attribution::quality {
namespace {

/// A number for every feature that is masked as one: [rows, features].
Tensor importance(const Tensor& values, bool by_channel) {
    const bool pixels = !by_channel && values.rank() == 4;
    return abs(flatten(pixels ? sum(values, {.axes = {1}}) : values));
}

/// 1 for the first `count` features of each row's ranking, else 0; broadcasts to x.
Tensor top_mask(const Indices& ranking, Index count, const Tensor& x, bool by_channel) {
    const Tensor flat = first_of(ranking, count).to(x.dtype());
    if (by_channel || x.rank() != 4) return reshape(flat, x.shape());
    return reshape(flat, {x.rows(), 1, x.shape()[2], x.shape()[3]});
}

void check(const Tensor& x, const Tensor& values, const Masking& o) {
    require_like_input("masking", x, values);
    const bool within = std::ranges::all_of(o.areas, [](double area) { return area >= 0 && area <= 1; });
    require(within && std::ranges::is_sorted(o.areas), "masking: areas must ascend in [0, 1]");
}

/// The curves so far, and what every point of them is measured with.
struct Measuring {
    const ClassProbability& p;
    const Tensor &x, &replacement, whole;
    double weight;  ///< of this draw
    std::vector<MaskingCurves>& curves;

    void add(std::size_t k, const Tensor& mask) const {
        const Tensor masked = p.log_of(x + (replacement - x) * mask),
                     kept = p.log_of(replacement + (x - replacement) * mask);
        add(k, &MaskingCurves::comprehensiveness, exp(whole) - exp(masked));
        add(k, &MaskingCurves::sufficiency, exp(whole) - exp(kept));
        add(k, &MaskingCurves::log_odds, masked - whole);
        add(k, &MaskingCurves::cross_entropy, -masked);
        add(k, &MaskingCurves::accuracy, greater_equal(masked, -std::log(2.0)));
    }

private:
    void add(std::size_t k, std::vector<double> MaskingCurves::*curve, const Tensor& numbers) const {
        for (std::size_t row = 0; row < curves.size(); ++row)
            (curves[row].*curve)[k] += weight * numbers.at(static_cast<Index>(row));
    }
};

}  // namespace

std::vector<MaskingCurves> masking_curves_of_rows(const Model& model, const Tensor& input, const Tensor& values,
                                                  const Masking& o) {
    check(input, values, o);
    const NoRecording plain;
    const Tensor x = detached(input);
    const ClassProbability p("masking", model, x, o.target);
    const Indices ranking = argsort(importance(detached(values), o.by_channel), 1, {.descending = true});
    const Index features = ranking.size() / x.rows(), draws = samples_of(o.replacement);
    const std::vector<double> none(o.areas.size(), 0.0);
    std::vector<MaskingCurves> curves(static_cast<std::size_t>(x.rows()), {o.areas, none, none, none, none, none});
    for (Index draw = 0; draw < draws; ++draw) {
        const Tensor replacement = draw_baseline("masking", o.replacement, x, {o.seed, draw});
        const Measuring measuring{p, x, replacement, p.log_of(x), 1.0 / static_cast<double>(draws), curves};
        for (std::size_t k = 0; k < o.areas.size(); ++k) {
            require<Cancelled>(!(o.run.cancel && *o.run.cancel), "masking: cancelled");
            measuring.add(k, top_mask(ranking, part_of(features, o.areas[k]), x, o.by_channel));
        }
    }
    return curves;
}

MaskingCurves masking_curves(const Model& model, const Tensor& x, const Tensor& values, const Masking& o) {
    const std::vector<MaskingCurves> rows = masking_curves_of_rows(model, x, values, o);
    MaskingCurves all = rows[0];
    for (auto curve : {&MaskingCurves::comprehensiveness, &MaskingCurves::sufficiency, &MaskingCurves::log_odds,
                       &MaskingCurves::cross_entropy, &MaskingCurves::accuracy})
        for (std::size_t k = 0; k < all.areas.size(); ++k) {
            double total = 0;
            for (const MaskingCurves& row : rows) total += (row.*curve)[k];
            (all.*curve)[k] = total / static_cast<double>(rows.size());
        }
    return all;
}

}  // namespace gradpath::attribution::quality
