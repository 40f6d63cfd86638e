#pragma once
// What a model still sees when the pixels that an attribution names first are taken away, or are all it is given.
#include <vector>

#include <gradpath/attribution/core/baseline.hpp>
#include <gradpath/attribution/core/model.hpp>

namespace gradpath::attribution::quality {

/// The explained number while pixels change, for one row.
struct PixelCurve {
    std::vector<double> changed;  ///< the share of pixels that have: 0 .. 1
    std::vector<double> value;    ///< the explained number then
    double area = 0;              ///< under it, by the trapezoid rule: a mean value
};

/// Options of deletion and insertion.
struct PixelSteps {
    Target target = Predicted{};  ///< predicted: at the whole input
    OutputStage stage = {.kind = Stage::probability};
    Index pixels = 0;        ///< that change at a time; 0: max(1, pixels / 224), as Petsiuk et al. do
    std::uint64_t seed = 0;  ///< of a random canvas
    Run run = {};
};

/// Deletion (Petsiuk et al. 2018, algorithm 1): the pixels of x give way to those of `canvas` (zero) in decreasing
/// order of `values`, which are shaped like x. A pixel is a place on the last two axes (of rows with one axis, a
/// feature) with all of its channels, over which values are summed; equal ones go from the first to the last. A curve
/// for each row; a low area means that the first pixels were what the model looked at. Of a canvas with several draws
/// the first is taken. Throws ShapeError unless values are like x, ValueError for all targets, negative pixels, or what
/// does not fit.
std::vector<PixelCurve> deletion(const Model& model, const Tensor& x, const Tensor& values,
                                 const PixelSteps& options = {}, const Baseline& canvas = baseline::Zero{});
/// Insertion: the pixels of x come back in the same order onto a canvas, by default through_gauss(x); a high area means
/// that few of them were enough. Throws as deletion.
std::vector<PixelCurve> insertion(const Model& model, const Tensor& x, const Tensor& values,
                                  const PixelSteps& options = {});
std::vector<PixelCurve> insertion(const Model& model, const Tensor& x, const Tensor& values, const PixelSteps& options,
                                  const Baseline& canvas);

/// x seen through an 11 by 11 Gaussian of sigma 5, zeros beyond the edge: what insertion begins with, in which little
/// can be recognised and nothing is sharp (the released code of Petsiuk et al. 2018). Throws ShapeError for rows
/// without two axes.
Tensor through_gauss(const Tensor& x);

}  // namespace gradpath::attribution::quality
