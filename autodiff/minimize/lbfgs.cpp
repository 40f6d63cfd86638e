// The direction comes from the two loops over the remembered pairs (s, y), scaled by γ = sᵀy / yᵀy (N&W eq. 7.20); the
// step from the strong Wolfe search, tried first at 1. A search that finds nothing forgets the pairs and tries the
// steepest way once.
#include <gradpath/autodiff/minimize/lbfgs.hpp>

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>

#include <gradpath/autodiff/minimize/walk.hpp>

namespace gradpath::minimize {

namespace {

/// What two values of a dtype may differ by for no reason.
double rounding_of(const Place& place, DType dtype) {
    const double epsilon =
        dtype == DType::float32 ? std::numeric_limits<float>::epsilon() : std::numeric_limits<double>::epsilon();
    return 4 * epsilon * std::abs(place.value);
}

class Memory {
public:
    explicit Memory(Index most) : most_(static_cast<std::size_t>(most)) {}

    bool empty() const { return pairs_.empty(); }
    void clear() { pairs_.clear(); }
    /// Pairs without curvature are left out: the matrix must stay positive.
    void add(const Place& from, const Place& to) {
        Pair pair{minus(to.x, from.x), minus(to.gradient, from.gradient), 0};
        pair.curvature = dot(pair.s, pair.y);
        if (!(pair.curvature > 1e-10 * std::sqrt(dot(pair.s, pair.s) * dot(pair.y, pair.y)))) return;
        pairs_.push_back(std::move(pair));
        if (pairs_.size() > most_) pairs_.pop_front();
    }
    /// -H g, algorithm 7.4.
    Numbers direction(const Numbers& gradient) const {
        Numbers way = along(gradient, -2, gradient);  // -g
        std::vector<double> shares;
        for (auto pair = pairs_.rbegin(); pair != pairs_.rend(); ++pair) {
            shares.push_back(dot(pair->s, way) / pair->curvature);
            way = along(way, -shares.back(), pair->y);
        }
        if (!empty()) {
            const double scale = pairs_.back().curvature / dot(pairs_.back().y, pairs_.back().y);
            for (double& value : way) value *= scale;
        }
        for (const Pair& pair : pairs_) {
            way = along(way, shares.back() - dot(pair.y, way) / pair.curvature, pair.s);
            shares.pop_back();
        }
        return way;
    }

private:
    struct Pair {
        Numbers s, y;
        double curvature;  ///< sᵀ y
    };
    std::size_t most_;
    std::deque<Pair> pairs_;
};

class Search {
public:
    Search(const ListFunction& f, const std::vector<Tensor>& start, const Lbfgs& o)
        : f_(f), o_(o), now_(evaluate(pack(start), start)), memory_(o.memory) {}

    Minimum run() {
        return walk("lbfgs", o_.stop, now_, evaluations_, [this] { return advance(); });
    }

private:
    Place evaluate(const Numbers& x, const std::vector<Tensor>& like) {
        ++evaluations_;
        std::vector<Tensor> parameters = unpack(x, like);
        const ValueAndGrad seen = value_and_grad(f_, parameters);
        dtype_ = seen.value.dtype();
        return {parameters, pack(parameters), seen.value.item(), pack(seen.slopes)};
    }

    /// One step; false if there is nothing lower.
    bool advance() {
        const Numbers way = memory_.direction(now_.gradient);
        const double slope = dot(way, now_.gradient);
        if (slope < 0 && step_along(way, slope)) return true;
        if (memory_.empty()) return false;
        memory_.clear();
        return advance();
    }

    bool step_along(const Numbers& way, double slope) {
        const double first = memory_.empty() ? std::min(1.0, 1 / largest(now_.gradient)) : 1.0;
        Place next;
        const auto go = [&](double step) {
            next = evaluate(along(now_.x, step, way), now_.parameters);
            return OnLine{step, next.value, dot(next.gradient, way)};
        };
        const OnLine start{0, now_.value, slope};
        const Found found = strong_wolfe(go, start, first, rounding_of(now_, dtype_), o_.search);
        if (found.at.step == 0) return false;
        if (!found.holds) go(found.at.step);  // the best of the search is not the last
        memory_.add(now_, next);
        now_ = std::move(next);
        return true;
    }

    const ListFunction& f_;
    const Lbfgs& o_;
    DType dtype_ = DType::float64;  ///< of the value
    Index evaluations_ = 0;
    Place now_;
    Memory memory_;
};

}  // namespace

Minimum lbfgs(const ListFunction& f, const std::vector<Tensor>& start, const Lbfgs& options) {
    check("lbfgs", options.stop, start);
    require(options.memory >= 1, "lbfgs: memory must be at least 1 but is ", options.memory);
    return Search(f, start, options).run();
}

}  // namespace gradpath::minimize
