// Every round evaluates all open pieces of all rows together, 15 nodes each. A piece whose error |K15 - G7|, summed
// over features, is within its share is added to the answer and forgotten; the others are bisected into the next round.
// The shares of a round come to four fifths of what is left of the bound, half by length and half by head, so that a
// kink, whose error shrinks no faster than its piece, gets its share too. Thus the sum of the estimates stays within
// the bound, and the worst pieces are the ones bisected; what grows with their number is the list of those still open,
// 32 bytes each. A piece whose error is rounding (50 epsilon of its absolute integral, as in QUADPACK) is accepted as
// it is, and the row says so.
//
// The estimate is made of what the nodes see. An edge begins as two unequal pieces, so that no symmetry of one rule
// hides a function from it; a spike narrower than the gaps between the nodes stays unseen all the same.
//
// The bound is tolerance · max(|dF|, Σ|A|), and Σ|A| is known only in the end: an estimate that grows with the pieces
// serves at first. A row that misses its tolerance all the same is done again with the value found, from shorter pieces
// and to a stricter bound; the better answer stays. (A kink nearer to an end of its piece than the outermost node is
// seen by neither rule, only by completeness; so the pieces of later passes end at other places.)
#include <gradpath/attribution/core/adaptive.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <gradpath/attribution/core/measure.hpp>
#include <gradpath/attribution/core/result.hpp>
#include <gradpath/attribution/core/walk.hpp>

namespace gradpath::attribution {
namespace {

constexpr Index piece_nodes = 15;
constexpr int passes = 5;          // a pass overlooks about every third time a kink that matters to 1e-9
constexpr Index finer = 4;         // pieces of an edge at the start of a pass, over those of the pass before
constexpr double shift = 0.236;    // of a piece, by which its end lies before the even one: the first cut is golden
constexpr double stricter = 8;     // the bound of the pass before over that of a pass
constexpr double shortest = 1e-9;  // pieces of an edge this short are not bisected: a jump in F itself stays

struct Piece {
    Index row, edge;
    double low, high;
    double length() const { return high - low; }
};

/// What a row knows while it is refined; the vectors have one entry per target.
struct RowState {
    std::vector<double> scale, error, round_error;
    std::vector<double> floor_error;  // the part of error that is rounding, accepted beyond its share
    double worst = std::numeric_limits<double>::infinity();  // of the figures of the best pass
    Index planned = 0;                                       // gradients evaluated or queued, all passes
    double open_length = 0;                                  // of this round
    Index open_pieces = 0;
    Index refused = 0;  // pieces of this pass that max_steps did not let bisect
};

class Refinement {
public:
    Refinement(Evaluator& evaluator, const Path& path, const QuadraturePlan& plan, const Ends& ends)
        : evaluator_(evaluator),
          path_(path),
          plan_(plan),
          ends_(ends),
          targets_(static_cast<std::size_t>(evaluator.targets())),
          features_(static_cast<std::size_t>(evaluator.features())),
          epsilon_(epsilon_of(evaluator.input().dtype())),
          bound_(*plan.tolerance),
          kronrod_(targets_ * features_),
          gap_(kronrod_),
          absolute_(kronrod_),
          term_(kronrod_) {
        const auto rows = static_cast<std::size_t>(evaluator.rows());
        result_ = empty_integral(evaluator, QuadratureRule::gauss_kronrod);
        result_.error = std::vector<double>(rows * targets_, 0);
        result_.met.assign(rows, false);
        best_ = result_.values;
        states_.resize(rows);
        for (std::size_t row = 0; row < rows; ++row)
            for (std::size_t t = 0; t < targets_; ++t)
                states_[row].scale.push_back(error_scale(difference(row * targets_ + t), 0));
    }

    Integral run() {
        std::vector<Index> rows(states_.size());
        std::iota(rows.begin(), rows.end(), Index{0});
        for (int pass = 0; pass < passes && !rows.empty(); ++pass) {
            if (pass > 0) std::erase_if(rows, [&](Index row) { return !room_for(row, pass); });
            run_pass(rows, pass);
            std::erase_if(rows, [&](Index row) { return finished(row); });
            bound_ /= stricter;
        }
        for (std::size_t row = 0; row < states_.size(); ++row) result_.steps[row] = states_[row].planned;
        result_.values = std::move(best_);
        return std::move(result_);
    }

private:
    double difference(std::size_t lane) const { return ends_.end[lane] - ends_.start[lane]; }
    std::span<double> row_values(Numbers& values, Index row) const {
        const std::size_t width = targets_ * features_;
        return std::span(values).subspan(static_cast<std::size_t>(row) * width, width);
    }

    static Index pieces_of(int pass) {
        Index pieces = first_round_steps / piece_nodes;
        for (int k = 0; k < pass; ++k) pieces *= finer;
        return pieces;
    }

    /// A kink's error falls no faster than its piece: about one halving of each refused piece for each halving of the
    /// error.
    Index foretell(const RowState& state, double worst) const {
        const double excess = worst / *plan_.tolerance;
        if (!std::isfinite(excess)) return 0;
        const auto halvings = static_cast<Index>(std::ceil(std::log2(std::max(excess, 2.0))));
        return state.planned + 2 * piece_nodes * std::max<Index>(1, state.refused) * halvings;
    }

    /// May a row begin another pass? If not, it is capped.
    bool room_for(Index row, int pass) {
        const auto at = static_cast<std::size_t>(row);
        const Index needed = pieces_of(pass) * path_.edges * piece_nodes;
        result_.capped[at] = states_[at].planned + needed > plan_.max_steps;
        if (result_.capped[at]) result_.needed[at] = states_[at].planned + needed;
        return !result_.capped[at];
    }

    void run_pass(const std::vector<Index>& rows, int pass) {
        std::vector<double> cuts{0};  // where the pieces of an edge end
        const Index pieces = pieces_of(pass);
        for (Index k = 1; k < pieces; ++k)
            cuts.push_back((static_cast<double>(k) - shift) / static_cast<double>(pieces));
        cuts.push_back(1);
        std::vector<Piece> open;
        for (Index edge = 0; edge < path_.edges; ++edge)
            for (const Index row : rows)
                for (std::size_t k = 0; k + 1 < cuts.size(); ++k) open.push_back({row, edge, cuts[k], cuts[k + 1]});
        for (const Index row : rows) {
            RowState& state = states_[static_cast<std::size_t>(row)];
            state.error.assign(targets_, 0);
            state.floor_error.assign(targets_, 0);
            state.refused = 0;
            state.planned += static_cast<Index>(cuts.size() - 1) * path_.edges * piece_nodes;
            std::ranges::fill(row_values(result_.values, row), 0.0);
        }
        while (!open.empty()) open = run_round(open);
    }

    std::vector<Piece> run_round(const std::vector<Piece>& open) {
        for (RowState& state : states_) {
            state.open_length = 0;
            state.open_pieces = 0;
            state.round_error = state.error;
        }
        for (const Piece& piece : open) {
            states_[static_cast<std::size_t>(piece.row)].open_length += piece.length();
            ++states_[static_cast<std::size_t>(piece.row)].open_pieces;
        }
        const KronrodNodes& rule = kronrod_nodes();
        const auto place = [&](Index k) {
            const Piece& piece = open[static_cast<std::size_t>(k / piece_nodes)];
            return Place{piece.row, piece.edge,
                         piece.low + rule.at[static_cast<std::size_t>(k % piece_nodes)] * piece.length()};
        };
        Walk ahead(evaluator_.method(), path_, evaluator_.input()), behind = ahead;
        const auto make = [&](Index first, Index last) {
            std::vector<Place> places;
            for (Index k = first; k < last; ++k) places.push_back(place(k));
            return ahead.points(places);
        };
        std::vector<Piece> next;
        const auto take = [&](Index k, std::span<const double>, std::span<const double> slopes) {
            const auto node = static_cast<std::size_t>(k % piece_nodes);
            const Place here = place(k);
            std::ranges::fill(term_, 0.0);
            behind.add(here, 1, slopes, term_);
            gather(rule.weight[node], rule.gauss_weight[node]);
            note_missing_gradient(result_, path_, QuadratureRule::gauss_kronrod, here, slopes);
            if (k % piece_nodes == piece_nodes - 1) settle(open[static_cast<std::size_t>(k / piece_nodes)], next);
        };
        const Index count = static_cast<Index>(open.size()) * piece_nodes;
        evaluator_.gradients(count, make, take, "path", done_, 0);
        done_ += count;
        return next;
    }

    /// Adds a node's term to the sums of its piece.
    void gather(double weight, double gauss_weight) {
        for (std::size_t i = 0; i < term_.size(); ++i) {
            kronrod_[i] += weight * term_[i];
            gap_[i] += (weight - gauss_weight) * term_[i];
            absolute_[i] += weight * std::abs(term_[i]);
        }
    }

    /// Decides on a piece whose nodes are all in: into the answer, or in halves into the next round.
    void settle(const Piece& piece, std::vector<Piece>& next) {
        RowState& state = states_[static_cast<std::size_t>(piece.row)];
        const double length = piece.length();
        const std::span<double> values = row_values(result_.values, piece.row);
        const double share = (length / state.open_length + 1 / static_cast<double>(state.open_pieces)) / 2.5;
        bool small = true;
        std::vector<double> errors(targets_), floor_errors(targets_);
        for (std::size_t t = 0; t < targets_; ++t) {
            double error = 0, absolute = 0, sum = 0;
            for (std::size_t i = t * features_; i < (t + 1) * features_; ++i) {
                error += std::abs(gap_[i]) * length;
                absolute += absolute_[i] * length;
                sum += std::abs(values[i] + kronrod_[i] * length);
            }
            if (std::isfinite(sum)) state.scale[t] = std::max(state.scale[t], sum);
            const bool fits = error <= share * std::max(0.0, bound_ * state.scale[t] - state.round_error[t]);
            const bool floor = error <= 50 * epsilon_ * absolute;
            small = small && (fits || floor);
            errors[t] = error;
            floor_errors[t] = fits ? 0 : error;
        }
        const bool room = state.planned + 2 * piece_nodes <= plan_.max_steps;
        if (!small && room && length > shortest) {
            const double middle = piece.low + length / 2;
            next.push_back({piece.row, piece.edge, piece.low, middle});
            next.push_back({piece.row, piece.edge, middle, piece.high});
            state.planned += 2 * piece_nodes;
        } else {
            if (!small && !room) {
                result_.capped[static_cast<std::size_t>(piece.row)] = true;
                ++state.refused;
            }
            for (std::size_t t = 0; t < targets_; ++t) {
                state.error[t] += errors[t];
                if (small) state.floor_error[t] += floor_errors[t];
            }
            for (std::size_t i = 0; i < values.size(); ++i) values[i] += kronrod_[i] * length;
        }
        for (Numbers* sums : {&kronrod_, &gap_, &absolute_}) std::ranges::fill(*sums, 0.0);
    }

    /// Measures a row after a pass and keeps the better answer; true unless another pass may help.
    bool finished(Index row) {
        const auto at = static_cast<std::size_t>(row);
        RowState& state = states_[at];
        const double tolerance = *plan_.tolerance;
        const std::span<double> values = row_values(result_.values, row);
        bool met = true, floored = true, finite = true;
        double worst = 0;
        for (std::size_t t = 0; t < targets_; ++t) {
            const std::size_t lane = at * targets_ + t;
            const Figures now = figures(values.subspan(t * features_, features_), state.error[t], ends_.start[lane],
                                        ends_.end[lane], epsilon_);
            state.scale[t] = now.scale;
            met = met && now.within(tolerance);
            finite = finite && std::isfinite(difference(lane));
            floored =
                floored && (now.at_floor(tolerance, epsilon_) || 2 * state.floor_error[t] > tolerance * now.scale);
            worst = std::max({worst, now.delta, now.error});
        }
        if (!(worst >= state.worst)) {
            state.worst = worst;
            std::ranges::copy(values, row_values(best_, row).begin());
            std::ranges::copy(state.error, result_.error->begin() + static_cast<std::ptrdiff_t>(at * targets_));
        }
        result_.met[at] = result_.met[at] || met;
        result_.floored[at] = !met && floored;
        if (met) result_.capped[at] = false;
        if (result_.capped[at]) result_.needed[at] = foretell(state, worst);
        return met || floored || result_.capped[at] || !finite;  // no steps mend an F that is not a number
    }

    Evaluator& evaluator_;
    const Path& path_;
    const QuadraturePlan& plan_;
    const Ends& ends_;
    std::size_t targets_, features_;
    double epsilon_, bound_;
    Numbers kronrod_, gap_, absolute_, term_;  // of the piece being evaluated, per unit of its length
    std::vector<RowState> states_;
    Integral result_;
    Numbers best_;  // the values of the best pass
    Index done_ = 0;
};

}  // namespace

Integral integrate_adaptively(Evaluator& evaluator, const Path& path, const QuadraturePlan& plan, const Ends& ends) {
    return Refinement(evaluator, path, plan, ends).run();
}

}  // namespace gradpath::attribution
