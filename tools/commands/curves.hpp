#pragma once
// Small curves for the terminal, in braille dots: pure text, so that tests can read it.
#include <string>
#include <vector>

#include <gradpath/nn/train.hpp>

namespace gradpath::tools {

/// A quantity over the steps of a run, however long, in a bounded number of points: when they are full, neighbours are
/// merged into their means.
class Curve {
public:
    explicit Curve(std::size_t most = 256) : most_(most) {}
    void add(double value, Index times = 1);
    std::vector<double> points() const;  ///< from the first step to the last; the last may be of fewer steps

private:
    std::size_t most_;  ///< even
    std::vector<double> points_;
    Index per_point_ = 1, count_ = 0;  ///< steps in a point; steps in the one being made
    double sum_ = 0;
};

struct CurvePanel {
    std::string title;
    std::vector<double> values;
};
/// The panels side by side, each a title over a curve with its highest and lowest value beside it; lines end in '\n'
/// and have at most `width` columns. Panels for which there is no room are left out, the last first; panels without
/// values too.
std::string curves_text(const std::vector<CurvePanel>& panels, Index width, bool colour);

/// Loss and accuracy of each step, as training tells of them.
class TrainingCurves {
public:
    /// Begins where the state is.
    explicit TrainingCurves(const nn::TrainState& from, Index steps_per_epoch);
    void add(const nn::Progress& step);
    std::string text(Index width, bool colour) const;

private:
    Curve loss_, accuracy_;
    double loss_sum_, right_, rows_;  ///< of the epoch so far
    double latest_loss_ = 0, latest_accuracy_ = 0;
};

}  // namespace gradpath::tools
