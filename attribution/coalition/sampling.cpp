// A half-width is t times the standard error of the blocks' mean, with Student's t for so many blocks less one. To look
// at it again and again until it is small enough would make it too small by chance; hence the 30 blocks at least, and a
// quarter more between two looks.
#include <gradpath/attribution/coalition/sampling.hpp>

#include <algorithm>
#include <array>
#include <cmath>

#include <gradpath/attribution/core/integrate.hpp>

namespace gradpath::attribution {
namespace {

constexpr Index least_blocks = 30;         // before a half-width is believed
constexpr Index exact_players = 16;        // up to here all coalitions are looked at unless samples are asked for
constexpr Index coalitions_at_once = 512;  // so that a forward pass has rows enough

/// The estimates of the rows while they are drawn.
class Estimates {
public:
    Estimates(const Game& game, Index width)
        : game_(game),
          rows_(static_cast<std::size_t>(game.evaluator().rows())),
          row_size_(static_cast<std::size_t>(game.evaluator().targets() * width)),
          met_(rows_.size(), false) {}

    void add(const Numbers& block) {
        for (std::size_t row = 0; row < rows_.size(); ++row)
            if (!met_[row]) rows_[row].add(std::span(block).subspan(row * row_size_, row_size_));
    }
    /// Stops the rows that are exact enough; have all?
    bool look(double tolerance) {
        for (std::size_t row = 0; row < rows_.size(); ++row) {
            if (met_[row]) continue;
            const std::vector<double> widths = half_widths(row);
            met_[row] = std::ranges::all_of(widths, [&](double w) { return w <= tolerance; });
        }
        return std::ranges::all_of(met_, [](bool met) { return met; });
    }
    Shares shares() const {
        Shares all;
        for (const Average& row : rows_) all.values.insert(all.values.end(), row.mean().begin(), row.mean().end());
        if (rows_[0].count() < 2) return all;
        all.errors.emplace();
        for (const Average& row : rows_) {
            const Numbers errors = row.standard_error();
            all.errors->insert(all.errors->end(), errors.begin(), errors.end());
        }
        return all;
    }
    std::vector<double> half_widths(std::size_t row) const {
        std::vector<double> widths;
        const std::size_t targets = static_cast<std::size_t>(game_.evaluator().targets()), width = row_size_ / targets;
        const Numbers& values = rows_[row].mean();
        const Numbers errors = rows_[row].standard_error();
        for (std::size_t t = 0; t < targets; ++t) {
            const std::size_t lane = row * targets + t;
            widths.push_back(relative_half_width(
                std::span(values).subspan(t * width, width), std::span(errors).subspan(t * width, width),
                game_.v_everybody()[lane] - game_.v_nobody()[lane], rows_[row].count() - 1));
        }
        return widths;
    }
    std::vector<double> half_widths() const {
        std::vector<double> all;
        for (std::size_t row = 0; row < rows_.size() && rows_[0].count() > 1; ++row)
            for (const double w : half_widths(row)) all.push_back(w);
        return all;
    }
    const std::vector<bool>& met() const { return met_; }

private:
    const Game& game_;
    std::vector<Average> rows_;
    std::size_t row_size_;
    std::vector<bool> met_;
};

/// Evaluates blocks first .. last-1 together and adds them in order.
void add_blocks(Game& game, Index first, Index last, const std::function<Block(Index)>& make, Estimates& estimates) {
    std::vector<Block> blocks;
    std::vector<Coalition> all;
    for (Index k = first; k < last; ++k) {
        blocks.push_back(make(k));
        all.insert(all.end(), blocks.back().coalitions.begin(), blocks.back().coalitions.end());
    }
    const Numbers v = game.values(all);
    auto begin = v.begin();
    for (const Block& block : blocks) {
        const auto end = begin + static_cast<std::ptrdiff_t>(block.coalitions.size()) * game.lanes();
        estimates.add(block.answer(Numbers(begin, end)));
        begin = end;
    }
}

}  // namespace

void require_effort(const std::string& method, const Effort& e) {
    require(e.samples >= 1, method, ": samples must be at least 1 but is ", e.samples);
    if (!e.tolerance) return;
    require(std::isfinite(*e.tolerance) && *e.tolerance > 0, method, ": tolerance must be above 0 but is ",
            *e.tolerance);
    require(e.max_samples >= 1, method, ": max-samples must be at least 1 but is ", e.max_samples);
}

Sampled sample(Game& game, const Effort& e, Index width, const std::function<Block(Index)>& block) {
    require_effort(game.method(), e);
    const Index wanted = e.tolerance ? e.max_samples : e.samples, total = (wanted + e.block - 1) / e.block;
    Estimates estimates(game, width);
    Index done = 0, look = least_blocks, at_once = 1;
    bool met = false;
    while (done < total && !met) {
        const Index last = std::min({total, done + at_once, e.tolerance ? std::max(look, done + 1) : total});
        const Index before = game.evaluator().evaluations().forward;
        add_blocks(game, done, last, block, estimates);
        const Index each = (game.evaluator().evaluations().forward - before) / (last - done);
        at_once = std::clamp<Index>(coalitions_at_once / std::max<Index>(each, 1), 1, coalitions_at_once);
        done = last;
        if (game.setup().run.progress)
            game.setup().run.progress("samples", done * e.block, e.tolerance ? 0 : total * e.block);
        if (!e.tolerance || done < look) continue;
        met = estimates.look(*e.tolerance);
        look += (look + 3) / 4;
    }
    return {.shares = estimates.shares(),
            .samples = done * e.block,
            .half_width = estimates.half_widths(),
            .met = estimates.met()};
}

Attribution answer(const Game& game, const Recorder& recorder, const Sampled& sampled, const Effort& effort) {
    Attribution result = answer(game, recorder, sampled.shares);
    result.samples = sampled.samples;
    result.seed = game.setup().seed;
    if (!sampled.half_width.empty()) result.half_width = sampled.half_width;
    if (effort.tolerance) {
        result.tolerance = effort.tolerance;
        result.tolerance_met = sampled.met;
        if (std::ranges::count(sampled.met, false) > 0)
            add_note(result.notes, text("tolerance ", *effort.tolerance, " was not met within max-samples ",
                                        effort.max_samples, "; allow more, or ask for less"));
    }
    return result;
}

Attribution exact_or_sampled(Game& game, const Recorder& recorder, const Sampling& o, const Ways& ways) {
    if (!o.samples && !o.tolerance && game.players() <= exact_players)
        return answer(game, recorder,
                      {.values = of_tables(game, ways.exact), .pairs = ways.pairs, .complete = ways.complete});
    const Index width = ways.pairs ? game.players() * game.players() : game.players();
    Sampled sampled = sample(game, ways.effort, width, ways.block);
    sampled.shares.pairs = ways.pairs;
    sampled.shares.complete = ways.complete;
    return answer(game, recorder, sampled, ways.effort);
}

double t_quantile(Index freedom) {
    if (freedom < 5) return std::array{12.706, 4.3027, 3.1824, 2.7764}[static_cast<std::size_t>(freedom - 1)];
    const double z = 1.959963984540054, n = static_cast<double>(freedom), z2 = z * z;
    // Abramowitz & Stegun 26.7.5; at 5 degrees of freedom within 0.003 of 2.5706.
    const double g1 = (z2 + 1) / 4, g2 = ((5 * z2 + 16) * z2 + 3) / 96,
                 g3 = (((3 * z2 + 19) * z2 + 17) * z2 - 15) / 384;
    return z * (1 + g1 / n + g2 / (n * n) + g3 / (n * n * n));
}

double relative_half_width(std::span<const double> values, std::span<const double> errors, double difference,
                           Index freedom) {
    double absolute = 0, largest = 0;
    for (const double v : values) absolute += std::abs(v);
    for (const double e : errors) largest = std::isnan(e) || e > largest ? e : largest;
    return t_quantile(freedom) * largest / error_scale(difference, absolute);
}

}  // namespace gradpath::attribution
