// All edges of all rows form one list of stretches, in the order in which they are summed. Open ones are cut
// (core/linear_pieces) and settled ones are integrated, many at a time, whatever edges and rows they belong to; new
// edges enter when the list runs short. So one edge with few pieces does not run the model on few rows, memory does not
// grow with the pieces, and since each stretch is cut by itself, neither the budget nor the company shows in the bits.
// The gradient of a piece is taken at its middle, where no kink is near.
#include <gradpath/attribution/core/exact.hpp>

#include <algorithm>
#include <cmath>
#include <map>

#include <gradpath/attribution/core/measure.hpp>
#include <gradpath/attribution/core/result.hpp>
#include <gradpath/attribution/core/stage_mean.hpp>
#include <gradpath/attribution/core/walk.hpp>
#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::attribution {
namespace {

/// The corners of the edges at work, each made once.
class Corners {
public:
    explicit Corners(const Path& path) : path_(path) {}
    Path kept() {
        return {.edges = path_.edges, .corner = [this](Index k) {
                    const auto found = known_.find(k);
                    return found != known_.end() ? found->second : (known_[k] = path_.corner(k));
                }};
    }
    void forget_before(Index edge) { known_.erase(known_.begin(), known_.lower_bound(edge)); }

private:
    const Path& path_;
    std::map<Index, Tensor> known_;
};

class ExactIntegral {
public:
    ExactIntegral(Evaluator& evaluator, const Path& path, const QuadraturePlan& plan, const LinearPieces& pieces)
        : evaluator_(evaluator),
          corners_(path),
          path_(corners_.kept()),
          plan_(plan),
          pieces_(pieces),
          ahead_(evaluator.method(), path_, evaluator.input()),
          behind_(ahead_),
          chunk_(evaluator.chunk()),
          targets_(static_cast<std::size_t>(evaluator.targets())),
          width_(targets_ * static_cast<std::size_t>(evaluator.features())),
          least_(static_cast<std::size_t>(evaluator.rows())),
          result_(empty_integral(evaluator, QuadratureRule::exact)) {
        result_.error = std::vector<double>(result_.steps.size() * targets_, 0);
        result_.met.assign(result_.steps.size(), false);
    }

    Integral run(const Ends& ends) {
        while (fill()) {
            const auto open = std::ranges::find(list_, false, &Stretch::settled) - list_.begin();
            if (open == std::ssize(list_) || open >= chunk_) integrate(take_settled());
            else cut();
        }
        for (Index row = 0; row < evaluator_.rows(); ++row) judge(row, ends);
        return std::move(result_);
    }

private:
    bool capped(Index row) const { return result_.capped[static_cast<std::size_t>(row)]; }

    /// Is there more to do? Lets new edges in where the list runs short.
    bool fill() {
        do enter();
        while (list_.empty() && begun_ < path_.edges * evaluator_.rows());
        return !list_.empty();
    }

    /// As many edges as should fill a chunk if they come to as many stretches as those so far.
    void enter() {
        std::erase_if(list_, [&](const Stretch& stretch) { return capped(stretch.row); });
        const Index waiting = std::ssize(list_), made = done_ + waiting, all = path_.edges * evaluator_.rows();
        if (waiting >= chunk_) return;
        const Index room = chunk_ - waiting, share = made == 0 ? 1 : room * begun_ / made, before = std::ssize(list_);
        for (const Index stop = std::min(all, begun_ + std::clamp<Index>(share, 1, room)); begun_ < stop; ++begun_) {
            const Index row = begun_ % evaluator_.rows();
            if (!capped(row)) list_.push_back({.row = row, .edge = begun_ / evaluator_.rows()});
        }
        if (plan_.choose && std::ssize(list_) > before)
            foresee(std::span(list_).subspan(static_cast<std::size_t>(before)));
    }

    /// Where another rule can take over, a row with too many pieces need not be begun.
    void foresee(std::span<const Stretch> entered) {
        const std::vector<Index> changes = pieces_.changes(entered, points());
        for (std::size_t i = 0; i < entered.size(); ++i) {
            const auto row = static_cast<std::size_t>(entered[i].row);
            least_[row] += changes[i];
            if (least_[row] < plan_.most_pieces) continue;
            result_.capped[row] = true;
            result_.needed[row] = least_[row];  // and more
        }
        std::erase_if(list_, [&](const Stretch& stretch) { return capped(stretch.row); });
    }

    LinearPieces::PointsAt points() {
        return [this](std::span<const Place> places) {
            evaluator_.begin_chunk(static_cast<Index>(places.size()));
            return ahead_.points(places).at;
        };
    }

    void cut() {
        list_ = pieces_.cut(list_, static_cast<std::size_t>(chunk_), points());
        if (!plan_.choose) return;
        std::vector<Index> pieces = result_.steps;  // where another rule can take over, too many are told early
        for (const Stretch& stretch : list_) {
            const auto row = static_cast<std::size_t>(stretch.row);
            if (++pieces[row] > plan_.most_pieces) {
                result_.capped[row] = true;
                result_.needed[row] = pieces[row];  // and more
            }
        }
    }

    /// The settled stretches at the head of the list, a chunk of them at most.
    std::vector<Stretch> take_settled() {
        std::vector<Stretch> settled;
        auto next = list_.begin();
        for (; next != list_.end() && next->settled && std::ssize(settled) < chunk_; ++next) {
            const auto row = static_cast<std::size_t>(next->row);
            if (!capped(next->row) && result_.steps[row] == plan_.most_pieces) {
                result_.capped[row] = true;
                foretell(row, static_cast<double>(next->edge) + next->from);
            }
            if (capped(next->row)) continue;
            ++result_.steps[row];
            settled.push_back(*next);
        }
        list_.erase(list_.begin(), next);
        return settled;
    }

    /// As many pieces in the rest of the path as in what is done of it.
    void foretell(std::size_t row, double edges_done) {
        if (edges_done <= 0) return;
        const double share = edges_done / static_cast<double>(path_.edges);
        result_.needed[row] = static_cast<Index>(std::ceil(static_cast<double>(result_.steps[row]) / share));
    }

    /// Adds settled stretches, in order.
    void integrate(const std::vector<Stretch>& stretches) {
        if (stretches.empty()) return;
        const auto middle = [&](Index k) {
            const Stretch& stretch = stretches[static_cast<std::size_t>(k)];
            return stretch.at(stretch.from + (stretch.to - stretch.from) / 2);
        };
        const auto make = [&](Index first, Index last) {
            std::vector<Place> places;
            for (Index k = first; k < last; ++k) places.push_back(middle(k));
            return ahead_.points(places);
        };
        const auto take = [&](Index k, std::span<const double>, std::span<const double> slopes) {
            const Stretch& stretch = stretches[static_cast<std::size_t>(k)];
            const std::span<double> sums(result_.values.data() + static_cast<std::size_t>(stretch.row) * width_,
                                         width_);
            behind_.add(middle(k), stretch.to - stretch.from, slopes, sums);
            note_missing_gradient(result_, path_, QuadratureRule::exact, middle(k), slopes);
        };
        const auto count = static_cast<Index>(stretches.size());
        if (evaluator_.objective().is_linear()) evaluator_.gradients(count, make, take, "path", done_, 0);
        else evaluator_.pullbacks(count, make, staged(stretches), take);
        done_ += count;
        corners_.forget_before(stretches.back().edge);
    }

    /// The mean slopes of the output stage on each stretch; its errors go into the result.
    std::vector<Tensor> staged(const std::vector<Stretch>& stretches) {
        const NoRecording off;
        const StretchEnds ends(stretches);
        evaluator_.begin_chunk(static_cast<Index>(ends.places.size()));
        const Tensor outputs = evaluator_.objective().run(ahead_.points(ends.places).at);
        std::vector<Index> first = ends.first, second, rows;
        for (const Index end : first) second.push_back(end + 1);
        for (const Stretch& stretch : stretches) rows.push_back(stretch.row);
        const Shape count{static_cast<Index>(stretches.size())};
        const StageMean mean = stage_mean(evaluator_.objective(), gather(outputs, Indices(count, first)),
                                          gather(outputs, Indices(count, second)), rows);
        for (std::size_t t = 0; t < targets_; ++t)
            for (std::size_t k = 0; k < rows.size(); ++k)
                (*result_.error)[static_cast<std::size_t>(rows[k]) * targets_ + t] += mean.errors[t][k];
        return mean.slopes;
    }

    void judge(Index row, const Ends& ends) {
        const auto at = static_cast<std::size_t>(row);
        const std::size_t features = width_ / targets_;
        const double epsilon = epsilon_of(evaluator_.input().dtype());
        bool met = !result_.capped[at], floored = true, finite = true;
        for (std::size_t t = 0; t < targets_; ++t) {
            const std::size_t lane = at * targets_ + t;
            const Figures now = figures(std::span(result_.values).subspan(lane * features, features),
                                        (*result_.error)[lane], ends.start[lane], ends.end[lane], epsilon);
            met = met && now.within(*plan_.tolerance);
            floored = floored && now.at_floor(*plan_.tolerance, epsilon);
            finite = finite && std::isfinite(now.delta);
        }
        result_.met[at] = met;
        result_.floored[at] = !met && !result_.capped[at] && floored;
        if (met || floored || !finite || result_.capped[at]) return;
        result_.capped[at] = plan_.choose;  // the adaptive rule shall try
        add_note(result_.notes, text("exact: the pieces of row ", row,
                                     " do not add up to F(x) - F(x'): the model "
                                     "jumps, or picks by index, which is not seen; compare gauss-kronrod"));
    }

    Evaluator& evaluator_;
    Corners corners_;
    Path path_;
    const QuadraturePlan& plan_;
    const LinearPieces& pieces_;
    Walk ahead_, behind_;
    Index chunk_;  // stretches at a time: a gradient of one holds more than two runs forward, of its ends
    std::size_t targets_, width_;
    std::vector<Stretch> list_;   // what is begun and not yet summed
    Index begun_ = 0, done_ = 0;  // edges of all rows that entered the list; pieces that were summed
    std::vector<Index> least_;    // bends of each row's edges that entered, at the least
    Integral result_;
};

}  // namespace

std::optional<LinearPieces> pieces_for(const Evaluator& evaluator, bool asked, QuadratureRule instead) {
    LinearPieces pieces([&evaluator](const Tensor& x) { return evaluator.objective().run(x); },
                        slice(evaluator.input(), 0, 0, 1));
    const std::string obstacle =
        evaluator.facts()->independent ? pieces.obstacle() : "a mixture of rows that should not depend on each other";
    require(!asked || obstacle.empty(), evaluator.method(),
            ": exact needs a model made of affine maps, relu, abs and maxima: it has ", obstacle, "; use ",
            describe(instead));
    if (!obstacle.empty()) return std::nullopt;
    return pieces;
}

Integral integrate_exactly(Evaluator& evaluator, const Path& path, const QuadraturePlan& plan, const Ends& ends,
                           const LinearPieces& pieces) {
    return ExactIntegral(evaluator, path, plan, pieces).run(ends);
}

}  // namespace gradpath::attribution
