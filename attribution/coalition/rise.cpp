#include <gradpath/attribution/coalition/rise.hpp>

#include <algorithm>
#include <cmath>

#include <gradpath/attribution/coalition/sampling.hpp>
#include <gradpath/attribution/core/average.hpp>
#include <gradpath/attribution/core/evaluator.hpp>
#include <gradpath/attribution/core/result.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/random.hpp>

namespace gradpath::attribution {
namespace {

constexpr std::uint64_t masks_stream = std::uint64_t{10} << 32;

/// Numbers in [0, 1) of mask k, one after the other.
class Draws {
public:
    Draws(const Rise& o, Index mask) : seed_(o.seed), stream_(masks_stream + static_cast<std::uint64_t>(mask)) {}
    double next() { return random::uniform_at(seed_, stream_, position_++); }

private:
    std::uint64_t seed_, stream_, position_ = 0;
};

/// One axis of the coarse grid under the pixels of a side: cells of `step` pixels, moved by `shift`.
struct Axis {
    Index cells, step, shift;
    Axis(Index cells_, Index length, double where)
        : cells(cells_),
          step((length + cells - 1) / cells),
          shift(static_cast<Index>(where * static_cast<double>(step))) {}
    /// The corner of the grid before a pixel, and how far it is to the next.
    std::pair<Index, double> place(Index pixel) const {
        const Index moved = pixel + shift;
        return {moved / step, static_cast<double>(moved % step) / static_cast<double>(step)};
    }
};

/// The mask of one plane, height · width numbers in [0, 1].
std::vector<double> smooth_mask(Index height, Index width, const Rise& o, Index k) {
    Draws draws(o, k);
    const double where_y = draws.next(), where_x = draws.next();
    const Axis down(o.cells.height, height, where_y), across(o.cells.width, width, where_x);
    const Index columns = across.cells + 2;
    std::vector<double> seen;  // corners of the grid: those beside it, too
    for (Index i = 0; i < (down.cells + 2) * columns; ++i) seen.push_back(draws.next() < o.probability ? 1 : 0);
    const auto corner = [&](Index y, Index x) { return seen[static_cast<std::size_t>(y * columns + x)]; };
    std::vector<double> mask;
    for (Index y = 0; y < height; ++y)
        for (Index x = 0; x < width; ++x) {
            const auto [top, below] = down.place(y);
            const auto [left, beside] = across.place(x);
            const double above = corner(top, left) * (1 - beside) + corner(top, left + 1) * beside;
            const double under = corner(top + 1, left) * (1 - beside) + corner(top + 1, left + 1) * beside;
            mask.push_back(above * (1 - below) + under * below);
        }
    return mask;
}

/// Mask k of a row: the same for all channels.
std::vector<double> mask_of(const Shape& row, const Rise& o, Index k) {
    std::vector<double> mask;
    if (row.rank() >= 2) {
        const std::vector<double> plane = smooth_mask(row[-2], row[-1], o, k);
        for (Index i = 0; i < row.size(); ++i) mask.push_back(plane[static_cast<std::size_t>(i) % plane.size()]);
    } else {
        Draws draws(o, k);
        for (Index i = 0; i < row.size(); ++i) mask.push_back(draws.next() < o.probability ? 1 : 0);
    }
    return mask;
}

/// F times the mask, averaged over the masks; point k is row k mod rows under mask k / rows. A row stops when it is
/// exact enough, so its answer does not depend on other rows.
class Masking {
public:
    Masking(Evaluator& evaluator, const std::vector<Tensor>& background, const Rise& o)
        : evaluator_(evaluator),
          background_(background),
          o_(o),
          rows_(static_cast<std::size_t>(evaluator.rows())),
          met_(rows_.size(), false) {}

    Sampled run() {
        const Index most = o_.tolerance ? o_.max_samples : o_.samples;
        Index look = o_.tolerance ? std::min(most, first_look) : most;
        while (done_ < most && std::ranges::count(met_, false) > 0) {
            see(look);
            if (o_.tolerance)
                for (std::size_t row = 0; row < rows_.size(); ++row) met_[row] = met_[row] || exact_enough(row);
            look = std::min(most, next_look(look));
        }
        return sampled();
    }

private:
    /// Masks up to so many in all.
    void see(Index last) {
        const Index rows = evaluator_.rows(), before = done_ * rows;
        evaluator_.values(
            (last - done_) * rows, [&](Index a, Index b) { return points(before + a, before + b); },
            [&](Index k, std::span<const double> f) { take(before + k, f); });
        done_ = last;
    }
    std::vector<double> half_widths(std::size_t row) const {
        const Average& average = rows_[row];
        const Numbers errors = average.standard_error();
        const auto features = static_cast<std::size_t>(evaluator_.features());
        std::vector<double> widths;
        for (std::size_t first = 0; first < errors.size(); first += features)
            widths.push_back(relative_half_width(std::span(average.mean()).subspan(first, features),
                                                 std::span(errors).subspan(first, features), 0,
                                                 average.count() - 1));
        return widths;
    }
    bool exact_enough(std::size_t row) const {
        return rows_[row].count() > 1 &&
               std::ranges::all_of(half_widths(row), [&](double w) { return w <= *o_.tolerance; });
    }
    static void append(const Numbers& more, Numbers& all) { all.insert(all.end(), more.begin(), more.end()); }
    Sampled sampled() const {
        Sampled result{.shares = {.values = {}, .complete = false, .of_features = true}, .samples = done_, .met = met_};
        if (done_ > 1) result.shares.errors.emplace();
        for (std::size_t row = 0; row < rows_.size(); ++row) {
            append(rows_[row].mean(), result.shares.values);
            if (done_ < 2) continue;
            append(rows_[row].standard_error(), *result.shares.errors);
            for (const double w : half_widths(row)) result.half_width.push_back(w);
        }
        return result;
    }
    Points points(Index first, Index last) {
        const Tensor& x = evaluator_.input();
        const Index rows = evaluator_.rows(), features = evaluator_.features();
        Points points;
        Numbers at;
        masks_.clear();
        first_mask_ = first / rows;
        for (Index k = first; k < last; ++k) {
            if (k == first || k % rows == 0) masks_.push_back(mask_of(x.shape().slice(1, x.rank()), o_, k / rows));
            const Tensor& behind = background_[static_cast<std::size_t>(k / rows) % background_.size()];
            for (Index i = 0; i < features; ++i) {
                const Index place = k % rows * features + i;
                const double m = masks_.back()[static_cast<std::size_t>(i)];
                at.push_back(behind.at(place) + m * (x.at(place) - behind.at(place)));
            }
            points.rows.push_back(k % rows);
        }
        points.at = Tensor(x.shape().with(0, last - first), std::span<const double>(at)).to(x.dtype());
        return points;
    }
    void take(Index k, std::span<const double> f) {
        const Index rows = evaluator_.rows();
        const auto row = static_cast<std::size_t>(k % rows);
        if (!met_[row]) {
            const std::vector<double>& mask = masks_[static_cast<std::size_t>(k / rows - first_mask_)];
            sample_.clear();
            for (const double value : f)
                for (const double m : mask) sample_.push_back(value * m / o_.probability);
            rows_[row].add(sample_);
        }
        if ((k + 1) % rows == 0) evaluator_.tell("samples", k / rows + 1, o_.tolerance ? 0 : o_.samples);
    }

    Evaluator& evaluator_;
    const std::vector<Tensor>& background_;
    const Rise& o_;
    std::vector<std::vector<double>> masks_;  ///< of the points at hand
    Index first_mask_ = 0, done_ = 0;
    Numbers sample_;
    std::vector<Average> rows_;
    std::vector<bool> met_;
};

}  // namespace

Attribution rise(const Model& model, const Tensor& x, const Rise& o) {
    const Recorder recorder;
    const Effort effort{.samples = o.samples, .tolerance = o.tolerance, .max_samples = o.max_samples};
    require_effort("rise", effort);
    require(o.cells.height >= 1 && o.cells.width >= 1, "rise: cells must be at least 1x1 but are ",
            field_text(o.cells));
    require(o.probability > 0 && o.probability <= 1, "rise: probability must lie in (0, 1] but is ", o.probability);
    Evaluator evaluator("rise", model, x, o.target, o.stage, o.run);
    std::vector<Tensor> background;
    for (Index k = 0; k < samples_of(o.baseline); ++k)
        background.push_back(draw_baseline("rise", o.baseline, evaluator.input(), {o.seed, k}));
    const Sampled sampled = Masking(evaluator, background, o).run();
    Attribution result;
    result.values = values_like(evaluator, sampled.shares.values);
    if (sampled.shares.errors) result.standard_error = values_like(evaluator, *sampled.shares.errors);
    recorder.finish(result, evaluator, o.target);
    tell_effort(result, sampled, effort);
    result.seed = o.seed;
    result.baseline = background[0];
    result.baseline_kind = describe(o.baseline);
    return result;
}

}  // namespace gradpath::attribution
