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

constexpr Index exact_players = 16;        // up to here all coalitions are looked at unless samples are asked for
constexpr Index coalitions_at_once = 512;  // so that a forward pass has rows enough

/// The estimates of the rows while they are drawn.
class Estimates {
public:
    Estimates(const Game& game, Index width, const Reading& reading)
        : game_(game),
          rows_(static_cast<std::size_t>(game.evaluator().rows())),
          targets_(static_cast<std::size_t>(game.evaluator().targets())),
          width_(static_cast<std::size_t>(width)),
          reading_(reading),
          met_(rows_.size(), false) {}

    void add(const Numbers& block) {
        const std::size_t size = targets_ * width_;
        for (std::size_t row = 0; row < rows_.size(); ++row)
            if (!met_[row]) rows_[row].add(std::span(block).subspan(row * size, size));
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
        if (rows_[0].count() > 1) all.errors.emplace();
        for (std::size_t row = 0; row < rows_.size(); ++row)
            for (const Lane& lane : lanes(row)) {
                all.values.insert(all.values.end(), lane.values.begin(), lane.values.end());
                if (all.errors) all.errors->insert(all.errors->end(), lane.errors.begin(), lane.errors.end());
            }
        return all;
    }
    std::vector<double> half_widths() const {
        std::vector<double> all;
        for (std::size_t row = 0; row < rows_.size() && rows_[0].count() > 1; ++row)
            for (const double w : half_widths(row)) all.push_back(w);
        return all;
    }
    const std::vector<bool>& met() const { return met_; }

private:
    std::vector<Lane> lanes(std::size_t row) const {
        const Average& average = rows_[row];
        const Numbers errors = average.count() > 1 ? average.standard_error() : Numbers{};
        std::vector<Lane> all;
        for (std::size_t t = 0; t < targets_; ++t) {
            const auto part = [&](const Numbers& numbers) -> std::vector<double> {
                if (numbers.empty()) return {};
                const auto first = numbers.begin() + static_cast<std::ptrdiff_t>(t * width_);
                return {first, first + static_cast<std::ptrdiff_t>(width_)};
            };
            Lane means{part(average.mean()), part(errors)};
            all.push_back(reading_ ? reading_(std::move(means), row * targets_ + t) : std::move(means));
        }
        return all;
    }
    std::vector<double> half_widths(std::size_t row) const {
        std::vector<double> widths;
        std::size_t lane = row * targets_;
        for (const Lane& one : lanes(row)) {
            const double difference = game_.v_everybody()[lane] - game_.v_nobody()[lane];
            widths.push_back(relative_half_width(one.values, one.errors, difference, rows_[row].count() - 1));
            ++lane;
        }
        return widths;
    }

    const Game& game_;
    std::vector<Average> rows_;
    std::size_t targets_, width_;
    const Reading& reading_;
    std::vector<bool> met_;
};

/// Evaluates blocks first .. last-1 together.
std::vector<Numbers> answers_of(Game& game, Index first, Index last, const std::function<Block(Index)>& make) {
    std::vector<Block> blocks;
    std::vector<Coalition> all;
    for (Index k = first; k < last; ++k) {
        blocks.push_back(make(k));
        all.insert(all.end(), blocks.back().coalitions.begin(), blocks.back().coalitions.end());
    }
    const Numbers v = game.values(all);
    std::vector<Numbers> answers;
    auto begin = v.begin();
    for (const Block& block : blocks) {
        const auto end = begin + static_cast<std::ptrdiff_t>(block.coalitions.size()) * game.lanes();
        answers.push_back(block.answer(Numbers(begin, end)));
        begin = end;
    }
    return answers;
}

}  // namespace

void require_effort(const std::string& method, const Effort& e) {
    require(e.samples >= 1, method, ": samples must be at least 1 but is ", e.samples);
    if (!e.tolerance) return;
    require(std::isfinite(*e.tolerance) && *e.tolerance > 0, method, ": tolerance must be above 0 but is ",
            *e.tolerance);
    require(e.max_samples >= 1, method, ": max-samples must be at least 1 but is ", e.max_samples);
}

Sampled sample(Game& game, const Effort& effort, Index width, const std::function<Block(Index)>& block) {
    return sample_answers(game, effort, width,
                          [&](Index first, Index last) { return answers_of(game, first, last, block); });
}

Sampled sample_answers(Game& game, const Effort& e, Index width, const Answers& answers, const Reading& reading) {
    require_effort(game.method(), e);
    const Index wanted = e.tolerance ? e.max_samples : e.samples, total = (wanted + e.block - 1) / e.block;
    Estimates estimates(game, width, reading);
    Index done = 0, look = first_look, at_once = 1;
    bool met = false;
    while (done < total && !met) {
        const Index last = std::min({total, done + at_once, e.tolerance ? std::max(look, done + 1) : total});
        const Index before = game.evaluator().evaluations().forward;
        for (const Numbers& answer : answers(done, last)) estimates.add(answer);
        const Index each = (game.evaluator().evaluations().forward - before) / (last - done);
        at_once = std::clamp<Index>(coalitions_at_once / std::max<Index>(each, 1), 1, coalitions_at_once);
        done = last;
        if (game.setup().run.progress)
            game.setup().run.progress("samples", done * e.block, e.tolerance ? 0 : total * e.block);
        if (!e.tolerance || done < look) continue;
        met = estimates.look(*e.tolerance);
        look = next_look(look);
    }
    return {.shares = estimates.shares(),
            .samples = done * e.block,
            .half_width = estimates.half_widths(),
            .met = estimates.met()};
}

Attribution answer(const Game& game, const Recorder& recorder, const Sampled& sampled, const Effort& effort) {
    Attribution result = answer(game, recorder, sampled.shares);
    result.seed = game.setup().seed;
    tell_effort(result, sampled, effort);
    return result;
}

void tell_effort(Attribution& result, const Sampled& sampled, const Effort& effort) {
    result.samples = sampled.samples;
    if (!sampled.half_width.empty()) result.half_width = sampled.half_width;
    if (effort.tolerance) {
        result.tolerance = effort.tolerance;
        result.tolerance_met = sampled.met;
        if (std::ranges::count(sampled.met, false) > 0)
            add_note(result.notes, text("tolerance ", *effort.tolerance, " was not met within max-samples ",
                                        effort.max_samples, "; allow more, or ask for less"));
    }
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
