// A metric belongs to what is explained: rows with one target share it, its graph over a pool and, with one baseline,
// the tree in that graph; whatever else depends on a row's own line is made for each row, so that a row's answer does
// not depend on the others.
#include <gradpath/attribution/geometry/solve.hpp>

#include <algorithm>
#include <map>
#include <utility>

#include <gradpath/attribution/core/names.hpp>
#include <gradpath/attribution/core/soften.hpp>
#include <gradpath/attribution/geometry/along_curves.hpp>
#include <gradpath/attribution/geometry/chain.hpp>
#include <gradpath/attribution/geometry/explained.hpp>
#include <gradpath/attribution/geometry/fast_marching.hpp>
#include <gradpath/attribution/geometry/finite.hpp>
#include <gradpath/attribution/geometry/remedies.hpp>
#include <gradpath/attribution/geometry/row_notes.hpp>
#include <gradpath/attribution/geometry/shooting.hpp>
#include <gradpath/attribution/geometry/ways.hpp>
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::attribution::geometry {
namespace {

constexpr Index few_features = 16;
constexpr double many_features_tolerance = 1e-4;
constexpr Index line_looks = 17, pool_looks = 256;
constexpr Index graphs_at_once = 4;  // a gradient that is differentiated again keeps about as many times its graph

const std::vector<std::string> metric_names{"conformal", "pullback", "logits", "probabilities", "fisher", "euclidean"};
const std::vector<std::string> solver_names{"relax", "shooting", "neighbours", "fast-marching", "variational"};

std::size_t at(Index i) { return static_cast<std::size_t>(i); }
Tensor row_of(const Tensor& rows, Index row) { return slice(rows, 0, row, row + 1); }
Tensor rows_of(const Tensor& of, const std::vector<Index>& rows) {
    return gather(of, Indices({static_cast<Index>(rows.size())}, rows));
}

void require_name(const std::string& what, const std::string& name, const std::vector<std::string>& names) {
    require(std::ranges::find(names, name) != names.end(), what, " ", unknown(name, names, joined(names, " ")));
}

Geodesic straight_line(const Tensor& from, const Tensor& to) {
    Geodesic g;
    g.corners = line(from, to, 2);
    return g;
}

class Solver {
public:
    Solver(Evaluator& evaluator, const Tensor& from, const GeodesicIg& o)
        : evaluator_(evaluator), explained_(evaluator, o), from_(from), to_(evaluator.input()), o_(o) {}

    std::vector<Geodesic> run(std::vector<std::string>& notes) {
        curves_.resize(at(to_.rows()));
        if (o_.solver == "neighbours") by_neighbours();
        else if (o_.solver == "variational") by_inference();
        else
            for (Index row = 0; row < to_.rows(); ++row) {
                attempt(row, [&] { keep(row, alone(row)); });
                evaluator_.tell("curves", row + 1, to_.rows());
            }
        notes_.report(curves_, notes);
        return std::move(curves_);
    }

private:
    // --- answers ------------------------------------------------------------------------------------------------
    /// Where numbers are missing the straight line is what is left.
    template <class F>
    void attempt(Index row, const F& f) {
        try {
            f();
        } catch (const NumericError& error) {
            give_up(row, error);
        }
    }
    void give_up(Index row, const NumericError& error) {
        curves_[at(row)] = straight_line(row_of(from_, row), row_of(to_, row));
        notes_.add(row, text("the straight line stands for the curve: ", error.what()));
    }
    /// A solver's curve, with both ends to the last bit; nowhere to go, nothing else.
    void keep(Index row, Geodesic g) {
        if (same_bits(row_of(from_, row), row_of(to_, row))) g = straight_line(row_of(from_, row), row_of(to_, row));
        const Index last = g.corners.rows() - 1;
        g.corners = concat({row_of(from_, row), slice(g.corners, 0, 1, last), row_of(to_, row)});
        for (const std::string& note : std::exchange(g.notes, {})) notes_.add(row, note);
        curves_[at(row)] = std::move(g);
    }

    Geodesic alone(Index row) {
        const Tensor from = row_of(from_, row), to = row_of(to_, row);
        const Metric metric = explained_.metric(row, line(from, to, line_looks));
        if (o_.solver == "shooting")
            return shoot_between(metric, from, to, {.points = o_.points, .kinks = has_kinks()});
        if (o_.solver == "fast-marching") return marched(metric, from, to);
        return relaxed(metric, line(from, to, o_.points));
    }

    /// The start itself where nothing could pull it.
    Geodesic relaxed(const Metric& metric, const Tensor& start) {
        const Index last = start.rows() - 1;
        const Tensor from = row_of(start, 0), to = row_of(start, last);
        const Tensor even = start.rows() == o_.points ? start : by_arc_length(euclidean(), start, o_.points);
        if (is_piecewise_constant(metric, even)) {
            Geodesic g;
            g.corners = start;
            g.notes.push_back(
                text("the metric ", metric.name, " is constant on pieces and pulls no curve: this one is ",
                     last == o_.points - 1 ? "the straight line" : "the way over neighbours", "; ", what_bends_it()));
            return g;
        }
        std::optional<double> tolerance = o_.curve_tolerance;
        if (!tolerance && evaluator_.features() > few_features) tolerance = many_features_tolerance;
        return relax(metric, from, to,
                     {.points = o_.points,
                      .tolerance = tolerance,
                      .max_iterations = o_.max_iterations,
                      .start = even,
                      .kinks = has_kinks(),
                      .cancel = o_.run.cancel});
    }

    /// Is there something that `softened` would replace?
    bool has_kinks() {
        if (!kinks_) kinks_ = static_cast<bool>(softened(evaluator_.objective().model(), row_of(to_, 0)));
        return *kinks_;
    }
    std::string what_bends_it() {
        const bool bent = evaluator_.objective().stage().kind == Stage::log_probability;
        const bool kinks = has_kinks(), over_neighbours = o_.solver == "neighbours";
        return remedies({{kinks, "soften the function"},
                         {!bent, "explain the log-probability"},
                         {!over_neighbours, "use the solver neighbours"},
                         {bent && !kinks && over_neighbours, "do not refine the way"}});
    }

    Geodesic marched(const Metric& metric, const Tensor& from, const Tensor& to) {
        require(evaluator_.features() == 2, evaluator_.method(), ": fast-marching is for two features but there are ",
                evaluator_.features(), "; use relax or neighbours");
        Geodesic g = straight_line(from, to);
        const double apart = norm(to - from).item();
        if (apart == 0) return g;
        PlaneGrid grid{.low = {}, .high = {}, .cells = o_.cells};
        for (Index axis = 0; axis < 2; ++axis) {
            grid.low[at(axis)] = std::min(from.at(axis), to.at(axis)) - 0.75 * apart;
            grid.high[at(axis)] = std::max(from.at(axis), to.at(axis)) + 0.75 * apart;
        }
        const FastMarching field(metric, from, grid);
        g.corners = field.way(to);
        g.length = field.distance(to);
        return g;
    }

    // --- neighbours ---------------------------------------------------------------------------------------------
    void by_neighbours() {
        const std::vector<Index> kinds = kinds_of(evaluator_, o_.target);
        std::map<Index, std::vector<Index>> groups;
        for (Index row = 0; row < to_.rows(); ++row) groups[o_.pool.points ? kinds[at(row)] : row].push_back(row);
        Index done = 0;
        for (const auto& [kind, rows] : groups) {
            const bool nowhere = same_bits(row_of(from_, rows[0]), row_of(to_, rows[0]));
            if (o_.pool.points) through(pool_of(kind, rows[0]), rows);
            else if (nowhere) curves_[at(rows[0])] = straight_line(row_of(from_, rows[0]), row_of(to_, rows[0]));
            else through(points_around(row_of(from_, rows[0]), row_of(to_, rows[0]), o_), rows);
            evaluator_.tell("curves", done += static_cast<Index>(rows.size()), to_.rows());
        }
    }

    /// Rows with one target, through one pool.
    void through(const Tensor& pool, const std::vector<Index>& rows) {
        std::map<std::vector<double>, std::vector<Index>> starts;
        for (const Index row : rows) {
            const Tensor start = row_of(from_, row).to(DType::float64);
            starts[{start.data<double>().begin(), start.data<double>().end()}].push_back(row);
        }
        try {
            const Metric metric = explained_.metric(rows[0], slice(pool, 0, 0, std::min(pool.rows(), pool_looks)));
            const NeighbourGraph graph = neighbour_graph(metric, pool, o_.neighbours);
            if (graph.components > 1)
                notes_.add(rows[0], text("the graph of neighbours had ", graph.components,
                                         " parts, which were joined where they are nearest; a larger k may join more"));
            for (const auto& [start, same] : starts) from_one_start(metric, graph, same);
        } catch (const NumericError& error) {
            for (const Index row : rows) give_up(row, error);
        }
    }

    /// Rows with one baseline, too.
    void from_one_start(const Metric& metric, const NeighbourGraph& graph, const std::vector<Index>& rows) {
        try {
            const std::vector<Tensor> ways =
                Ways(metric, graph, row_of(from_, rows[0]), o_.neighbours).to(rows_of(to_, rows));
            for (std::size_t k = 0; k < rows.size(); ++k) keep(rows[k], found(metric, ways[k]));
        } catch (const NumericError& error) {
            if (rows.size() == 1) return give_up(rows[0], error);
            for (const Index row : rows) from_one_start(metric, graph, {row});
        }
    }

    Geodesic found(const Metric& metric, const Tensor& way) {
        if (o_.refine) return relaxed(metric, way);
        Geodesic g;
        g.corners = way;  // its length is measured as the straight line's is, not with the epsilon of the pool
        return g;
    }

    Tensor pool_of(Index kind, Index row) {
        const Tensor& points = o_.pool.points;
        if (!o_.pool.same_class) return points;
        require(!evaluator_.objective().indices().empty(), evaluator_.method(),
                ": same-class needs a target that is a class but it is ", describe(o_.target));
        const Tensor same = explained_.of_class(points, kind);
        if (same.rows() > o_.neighbours.k) return same;
        notes_.add(row, text("too few points of the pool are put in class ", kind, ": all of them are used"));
        return points;
    }

    // --- variational inference ----------------------------------------------------------------------------------
    void by_inference() {
        Variational o = o_.variational;
        o.seed = o_.seed;
        const RowFunction f = explained_.numbers(o.plain().all_outputs);
        const VariationalRun run{.rows_at_once = std::max<Index>(1, evaluator_.chunk() / (graphs_at_once * o.points)),
                                 .cancel = o_.run.cancel};
        const Index at_once = o.carry_over > 0 ? to_.rows() : run.rows_at_once;
        for (Index first = 0; first < to_.rows(); first += at_once) {
            const Index last = std::min(to_.rows(), first + at_once);
            infer(f, o, run, first, last);
            evaluator_.tell("curves", last, to_.rows());
        }
    }

    void infer(const RowFunction& f, const Variational& o, const VariationalRun& run, Index first, Index last) {
        const RowFunction shifted = [&](const Tensor& points, std::span<const Index> rows) {
            std::vector<Index> own(rows.begin(), rows.end());
            for (Index& row : own) row += first;
            return f(points, own);
        };
        const auto all = [&] {
            const std::vector<Tensor> found =
                variational_curves(shifted, slice(from_, 0, first, last), slice(to_, 0, first, last), o, run);
            for (Index row = first; row < last; ++row) {
                Geodesic g;
                g.corners = found[at(row - first)];
                keep(row, std::move(g));
            }
        };
        if (last - first == 1) return attempt(first, all);
        try {
            all();
        } catch (const NumericError&) {
            for (Index row = first; row < last; ++row) infer(f, o, run, row, row + 1);
        }
    }

    Evaluator& evaluator_;
    Explained explained_;
    const Tensor &from_, &to_;
    const GeodesicIg& o_;
    std::vector<Geodesic> curves_;
    std::optional<bool> kinks_ = {};
    RowNotes notes_;
};

}  // namespace

void check(const std::string& method, const GeodesicIg& o) {
    require_name(method + ": metric", o.metric.starts_with("layer:") ? "conformal" : o.metric, metric_names);
    require_name(method + ": solver", o.solver, solver_names);
    require(!o.epsilon || *o.epsilon >= 0, method, ": epsilon must not be negative but is ", o.epsilon.value_or(0));
    require(o.points >= 3, method, ": points must be at least 3 but is ", o.points);
    require(o.max_iterations >= 0, method, ": max-iterations must not be negative but is ", o.max_iterations);
    require(o.cells >= 8, method, ": cells must be at least 8 but is ", o.cells);
    require(o.pool.around >= 0, method, ": around must not be negative but is ", o.pool.around);
    require(o.pool.spread > 0, method, ": spread must be positive but is ", o.pool.spread);
}

std::vector<Geodesic> solve(Evaluator& evaluator, const Tensor& from, const GeodesicIg& options,
                            std::vector<std::string>& notes) {
    require_finite_ends(evaluator, from);
    std::vector<Geodesic> found = Solver(evaluator, from, options).run(notes);
    std::vector<Tensor> curves;
    for (const Geodesic& g : found) curves.push_back(g.corners);
    require_finite_curves(evaluator, curves, kinds_of(evaluator, options.target));
    return found;
}

}  // namespace gradpath::attribution::geometry
