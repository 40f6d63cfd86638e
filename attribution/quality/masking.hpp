#pragma once
// How the answer of a model changes where the features are masked that an attribution ranks high, or all others.
#include <vector>

#include <gradpath/attribution/core/baseline.hpp>
#include <gradpath/attribution/core/model.hpp>

namespace gradpath::attribution::quality {

struct Masking {
    Target target = Predicted{};  ///< whose probability is asked for: an index, one per row, or predicted for x
    /// Shares of the features, in ascending order.
    std::vector<double> areas = {.01, .02, .05, .1, .15, .2, .25, .3, .35, .4, .45, .5, .55, .6, .65};
    /// What stands where a feature is masked; the mean over the draws of a distribution, such as rows of the data.
    Baseline replacement = baseline::Zero{};
    bool by_channel = false;  ///< each channel of a pixel is a feature; else a pixel is, with the sum over its channels
    std::uint64_t seed = 0;   ///< of a random replacement
    Run run = {};
};

/// At each area, of one row or means over rows, with p the probability of the target, by softmax of the outputs (of a
/// single output by sigmoid). Features are ranked by |A|, equal ones in order of their index, and
/// floor(features · area) of them are masked (ERASER, DeYoung et al. 2020; Shrikumar et al. 2017).
struct MaskingCurves {
    std::vector<double> areas;
    std::vector<double> comprehensiveness;  ///< p(x) - p(top masked); higher is better
    std::vector<double> sufficiency;        ///< p(x) - p(only the top left); lower is better
    std::vector<double> log_odds;           ///< log p(top masked) - log p(x); lower is better
    std::vector<double> cross_entropy;      ///< -log p(top masked); higher is better
    std::vector<double> accuracy;           ///< is p(top masked) >= 1/2? 1 or 0, or the share of rows; lower is better
};
/// The curves of each row. Throws ShapeError unless values are shaped like x, ValueError for areas that do not ascend
/// in [0, 1], and as draw_baseline.
std::vector<MaskingCurves> masking_curves_of_rows(const Model& model, const Tensor& x, const Tensor& values,
                                                  const Masking& options = {});
/// Their means over the rows.
MaskingCurves masking_curves(const Model& model, const Tensor& x, const Tensor& values, const Masking& options = {});

}  // namespace gradpath::attribution::quality
