// A character of Unicode's braille block is a cell of two by four dots; a curve is one dot per column of dots, with the
// gap to the dot before filled, so that it does not fall apart where it is steep.
#include <gradpath/tools/commands/curves.hpp>

#include <algorithm>
#include <array>
#include <cmath>

#include <gradpath/tools/commands/format.hpp>

namespace gradpath::tools {
namespace {

constexpr Index lines = 3, dots_high = 4 * lines;
constexpr Index label_width = 7, gap = 3, narrowest = 10, widest = 48;  // columns; the last two of a curve
constexpr std::array colours{"\x1b[33m", "\x1b[36m"};                   // yellow and cyan: told apart by everyone

/// The values drawn out or drawn together to `count` means.
std::vector<double> resampled(const std::vector<double>& values, std::size_t count) {
    std::vector<double> result;
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t first = i * values.size() / count;
        const std::size_t last = std::max(first + 1, (i + 1) * values.size() / count);
        double sum = 0;
        for (std::size_t k = first; k < last; ++k) sum += values[k];
        result.push_back(sum / static_cast<double>(last - first));
    }
    return result;
}

std::string in_utf8(unsigned braille) {  // U+2800 .. U+28FF
    return {'\xE2', static_cast<char>(0xA0 | (braille >> 6)), static_cast<char>(0x80 | (braille & 0x3F))};
}

struct Range {
    double low, high;
    /// Counted from the top: 0 is the highest dot.
    Index dot(double value) const {
        if (high <= low) return dots_high / 2;
        return std::lround((high - value) / (high - low) * static_cast<double>(dots_high - 1));
    }
};

/// Each line's cells as bits, dots numbered as Unicode does.
std::vector<std::vector<unsigned>> cells_of(const std::vector<double>& values, const Range& range) {
    constexpr std::array<std::array<unsigned, 4>, 2> bits{{{0x01, 0x02, 0x04, 0x40}, {0x08, 0x10, 0x20, 0x80}}};
    std::vector<std::vector<unsigned>> cells(lines, std::vector<unsigned>(values.size() / 2));
    Index before = range.dot(values.front());
    for (std::size_t i = 0; i < values.size(); ++i) {
        const Index here = range.dot(values[i]);
        const Index first = here > before ? before + 1 : here, last = here < before ? before - 1 : here;
        for (Index dot = std::min(first, here); dot <= std::max(last, here); ++dot)
            cells[static_cast<std::size_t>(dot / 4)][i / 2] |= bits[i % 2][static_cast<std::size_t>(dot % 4)];
        before = here;
    }
    return cells;
}

std::string padded(std::string text, Index width) {
    text.resize(static_cast<std::size_t>(width), ' ');
    return text;
}

std::string flush_right(const std::string& text) {
    const auto length = static_cast<Index>(text.size());
    return std::string(static_cast<std::size_t>(std::max(Index{0}, label_width - length)), ' ') + text;
}

/// The title and the lines of a panel, each of the same number of columns.
std::vector<std::string> panel_lines(const CurvePanel& panel, Index cells, const std::string& colour) {
    const auto [low, high] = std::ranges::minmax(panel.values);
    const auto rows = cells_of(resampled(panel.values, static_cast<std::size_t>(2 * cells)), {low, high});
    std::vector<std::string> text{padded(std::string(label_width + 1, ' ') + panel.title, label_width + 1 + cells)};
    for (std::size_t line = 0; line < rows.size(); ++line) {
        const std::string label = line == 0                 ? short_number(high, 3)
                                  : line + 1 == rows.size() ? short_number(low, 3)
                                                            : "";
        text.push_back(flush_right(label) + " " + colour);
        for (const unsigned cell : rows[line]) text.back() += in_utf8(cell);
        if (!colour.empty()) text.back() += "\x1b[0m";
    }
    return text;
}

}  // namespace

void Curve::add(double value, Index times) {
    for (Index i = 0; i < times; ++i) {
        sum_ += value;
        if (++count_ < per_point_) continue;
        points_.push_back(sum_ / static_cast<double>(count_));
        sum_ = 0;
        count_ = 0;
        if (points_.size() < most_) continue;
        for (std::size_t k = 0; k < most_ / 2; ++k) points_[k] = (points_[2 * k] + points_[2 * k + 1]) / 2;
        points_.resize(most_ / 2);
        per_point_ *= 2;
    }
}

std::vector<double> Curve::points() const {
    std::vector<double> all = points_;
    if (count_ > 0) all.push_back(sum_ / static_cast<double>(count_));
    return all;
}

std::string curves_text(const std::vector<CurvePanel>& panels, Index width, bool colour) {
    std::vector<const CurvePanel*> shown;
    for (const CurvePanel& panel : panels)
        if (!panel.values.empty()) shown.push_back(&panel);
    const auto cells = [&] {
        const auto count = static_cast<Index>(shown.size());
        return std::min(widest, (width - (count - 1) * gap) / count - label_width - 1);
    };
    while (!shown.empty() && cells() < narrowest) shown.pop_back();
    std::vector<std::string> text(shown.empty() ? 0 : lines + 1);
    for (std::size_t k = 0; k < shown.size(); ++k) {
        const std::string dye = colour ? colours[k % colours.size()] : "";
        const std::vector<std::string> panel = panel_lines(*shown[k], cells(), dye);
        for (std::size_t line = 0; line < text.size(); ++line)
            text[line] += (k > 0 ? std::string(gap, ' ') : "") + panel[line];
    }
    std::string joined;
    for (std::string& line : text) joined += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
    return joined;
}

TrainingCurves::TrainingCurves(const nn::TrainState& from, Index steps_per_epoch)
    : loss_sum_(from.loss_sum), right_(static_cast<double>(from.correct)), rows_(static_cast<double>(from.rows_done)) {
    for (const nn::EpochResult& epoch : from.history) {
        loss_.add(epoch.loss, steps_per_epoch);
        if (!std::isnan(epoch.accuracy)) accuracy_.add(epoch.accuracy, steps_per_epoch);
    }
    if (from.batch == 0) return;
    loss_.add(loss_sum_ / rows_, from.batch);
    accuracy_.add(right_ / rows_, from.batch);
}

void TrainingCurves::add(const nn::Progress& step) {
    const auto rows = static_cast<double>(step.rows);
    if (step.batch == 1) loss_sum_ = right_ = rows_ = 0;
    const double fresh = rows - rows_;
    loss_.add((step.loss * rows - loss_sum_) / fresh);
    if (!std::isnan(step.accuracy)) accuracy_.add((step.accuracy * rows - right_) / fresh);
    loss_sum_ = step.loss * rows;
    right_ = step.accuracy * rows;
    rows_ = rows;
    latest_loss_ = step.loss;
    latest_accuracy_ = step.accuracy;
}

std::string TrainingCurves::text(Index width, bool colour) const {
    std::vector<double> percents = accuracy_.points();
    for (double& share : percents) share *= 100;
    return curves_text(
        {{"loss " + fixed(latest_loss_, 4), loss_.points()}, {"accuracy " + percent(latest_accuracy_), percents}},
        width, colour);
}

}  // namespace gradpath::tools
