// Points are taken in order, so a step of F waits for the gradient that shares it: that of its first point, or, where
// that is 0, the next one that is not. What still waits at the end of the path goes to the last gradient that was not
// 0; if there was none, nothing can be shared and the gap stays, for all to see.
#include <gradpath/attribution/path/idgi.hpp>

#include <algorithm>
#include <cmath>

#include <gradpath/attribution/core/doubling.hpp>
#include <gradpath/attribution/core/walk.hpp>

namespace gradpath::attribution {
namespace {

/// What one row and target wait for.
struct Waiting {
    double value = 0, open = 0;         ///< F at the last point; the change of F not yet shared
    std::vector<double> gradient = {};  ///< the last that was not 0, divided by its length
    bool fresh = false;                 ///< it is that of the last point

    void share(std::span<double> sums) {
        for (std::size_t i = 0; i < gradient.size(); ++i) sums[i] += gradient[i] * gradient[i] * open;
        if (!gradient.empty()) open = 0;
    }
    void keep(std::span<const double> slope, double largest) {
        double squares = 0;
        for (const double g : slope) squares += g / largest * (g / largest);
        gradient.assign(slope.begin(), slope.end());
        for (double& g : gradient) g = g / largest / std::sqrt(squares);
    }
    void pass(bool first, double f, std::span<const double> slope, std::span<double> sums) {
        if (!first) open += f - value;
        value = f;
        if (fresh) share(sums);
        double largest = 0;
        for (const double g : slope) largest = g == 0 ? largest : std::max(std::abs(g), largest);
        const bool flat = largest == 0;
        if (!flat) keep(slope, largest);
        if (!flat && !fresh) share(sums);
        fresh = !flat;
    }
};

/// Shares the steps between `count` points on each edge, for some rows.
class Sharing {
public:
    Sharing(Evaluator& evaluator, const Path& path, Index count, const std::vector<Index>& rows)
        : evaluator_(evaluator),
          path_(path),
          count_(count),
          rows_(rows),
          targets_(static_cast<std::size_t>(evaluator.targets())),
          features_(static_cast<std::size_t>(evaluator.features())),
          waiting_(static_cast<std::size_t>(evaluator.rows()) * targets_) {}

    void run(Numbers& values) {
        const auto active = static_cast<Index>(rows_.size()), total = path_.edges * active * count_ + active;
        Walk ahead(evaluator_.method(), path_, evaluator_.input());
        const auto make = [&](Index first, Index last) {
            std::vector<Place> places;
            for (Index k = first; k < last; ++k) places.push_back(place(k));
            return ahead.points(places);
        };
        const auto take = [&](Index k, std::span<const double> f, std::span<const double> slopes) {
            const Place here = place(k);
            for (std::size_t t = 0; t < targets_; ++t) {
                const std::size_t lane = static_cast<std::size_t>(here.row) * targets_ + t;
                waiting_[lane].pass(here.edge == 0 && here.at == 0, f[t], slopes.subspan(t * features_, features_),
                                    sums(values, lane));
            }
        };
        evaluator_.gradients(total, make, take, "path", 0, total);
        for (const Index row : rows_)
            for (std::size_t t = 0; t < targets_; ++t) {
                const std::size_t lane = static_cast<std::size_t>(row) * targets_ + t;
                waiting_[lane].share(sums(values, lane));
            }
    }

private:
    /// Edge by edge, row by row, point by point; the ends of the path come last.
    Place place(Index k) const {
        const auto active = static_cast<Index>(rows_.size()), inner = path_.edges * active * count_;
        if (k >= inner) return {rows_[static_cast<std::size_t>(k - inner)], path_.edges - 1, 1};
        return {rows_[static_cast<std::size_t>(k / count_ % active)], k / (count_ * active),
                static_cast<double>(k % count_) / static_cast<double>(count_)};
    }
    std::span<double> sums(Numbers& values, std::size_t lane) const {
        return std::span(values).subspan(lane * features_, features_);
    }

    Evaluator& evaluator_;
    const Path& path_;
    Index count_;
    const std::vector<Index>& rows_;
    std::size_t targets_, features_;
    std::vector<Waiting> waiting_;
};

Integral share_along(Evaluator& evaluator, const Path& path, const QuadraturePlan& plan, const Ends& ends) {
    const auto run = [&](Index count, const std::vector<Index>& rows, Integral& integral) {
        Sharing(evaluator, path, count, rows).run(integral.values);
        for (const Index row : rows) integral.steps[static_cast<std::size_t>(row)] += path.edges * count + 1;
    };
    return by_doubling(evaluator, path.edges, plan, ends, empty_integral(evaluator, plan.rule), run);
}

}  // namespace

Attribution idgi(const Model& model, const Tensor& x, const Idgi& o) {
    Attribution result = along_paths(model, x,
                                     {.target = o.target,
                                      .baseline = o.baseline,
                                      .stage = o.stage,
                                      .quadrature = {.tolerance = o.tolerance,
                                                     .steps = o.steps,
                                                     .rule = QuadratureRule::left,
                                                     .max_steps = o.max_steps},
                                      .paths = o.paths,
                                      .seed = o.seed,
                                      .run = o.run},
                                     AlongEach{.method = "idgi", .integral = share_along});
    result.rule.clear();  // the points are those of the left rule, the sum is not
    return result;
}

}  // namespace gradpath::attribution
