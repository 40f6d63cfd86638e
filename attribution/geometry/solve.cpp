// A metric belongs to what is explained: rows with one target share it, its graph over a pool and, with one baseline,
// the tree in that graph; whatever else depends on a row's own line is made for each row, so that a row's answer does
// not depend on the others.
#include <gradpath/attribution/geometry/solve.hpp>

#include <algorithm>
#include <cmath>
#include <map>

#include <gradpath/attribution/core/names.hpp>
#include <gradpath/attribution/core/result.hpp>
#include <gradpath/attribution/geometry/along_curves.hpp>
#include <gradpath/attribution/geometry/chain.hpp>
#include <gradpath/attribution/geometry/fast_marching.hpp>
#include <gradpath/attribution/geometry/shooting.hpp>
#include <gradpath/attribution/geometry/ways.hpp>
#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/random.hpp>

namespace gradpath::attribution::geometry {
namespace {

constexpr double blind_epsilon = 1e-3;  // of metrics that do not see all steps
constexpr Index line_looks = 17, pool_looks = 256, points_on_line = 25;
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

/// The number in the middle, of a copy.
double median(std::vector<double> numbers) {
    const auto middle = numbers.begin() + static_cast<std::ptrdiff_t>(numbers.size() / 2);
    std::nth_element(numbers.begin(), middle, numbers.end());
    return *middle;
}

Geodesic straight_line(const Tensor& from, const Tensor& to) {
    Geodesic g;
    g.corners = line(from, to, 2);
    return g;
}

/// The same note of many rows, said once.
class Notes {
public:
    void add(Index row, const std::string& note) {
        const std::string kind = note.substr(0, note.find_first_of("0123456789"));
        auto& [count, text] = kinds_[kind];
        if (++count == 1) text = gradpath::text("row ", row, ": ", note);
    }
    void report(std::vector<std::string>& notes) const {
        for (const auto& [kind, said] : kinds_)
            add_note(notes, said.first == 1 ? said.second : text(said.second, " (and ", said.first - 1, " more rows)"));
    }

private:
    std::map<std::string, std::pair<Index, std::string>> kinds_;
};

class Solver {
public:
    Solver(Evaluator& evaluator, const Tensor& from, const GeodesicIg& o)
        : evaluator_(evaluator), from_(from), to_(evaluator.input()), o_(o) {}

    std::vector<Geodesic> run(std::vector<std::string>& notes) {
        curves_.resize(at(to_.rows()));
        if (o_.solver == "neighbours") by_neighbours();
        else if (o_.solver == "variational") by_inference();
        else
            for (Index row = 0; row < to_.rows(); ++row) {
                attempt(row, [&] { keep(row, alone(row)); });
                evaluator_.tell("curves", row + 1, to_.rows());
            }
        notes_.report(notes);
        return std::move(curves_);
    }

private:
    // --- what is explained, as functions ------------------------------------------------------------------------
    /// Counts one pass forward and one back: most calls are differentiated.
    void count(Index rows) {
        evaluator_.begin_chunk(rows);
        evaluator_.count_backward(rows);
    }
    Function explained(Index row) {
        return [this, row](const Tensor& z) {
            count(z.rows());
            return evaluator_.objective().scores(evaluator_.objective().run(z), std::vector<Index>(at(z.rows()), row))[0];
        };
    }
    Function outputs() {
        return [this](const Tensor& z) {
            count(z.rows());
            return evaluator_.objective().run(z);
        };
    }

    Metric bare_metric(Index row) {
        if (o_.own_metric) return o_.own_metric(explained(row));
        if (o_.metric == "conformal") return conformal(explained(row));
        if (o_.metric == "pullback") return pullback(explained(row));
        if (o_.metric == "logits") return pullback(outputs(), "logits");
        if (o_.metric == "probabilities") return pullback(probabilities(outputs()), "probabilities");
        if (o_.metric == "fisher") return fisher(outputs());
        if (o_.metric == "euclidean") return euclidean();
        return pullback(layer_output(outputs(), o_.metric.substr(o_.metric.find(':') + 1)), o_.metric);
    }

    /// With its epsilon, a share of the median trace at some points.
    Metric metric_of(Index row, const Tensor& looks) {
        Metric metric = bare_metric(row);
        const double share = o_.epsilon.value_or(metric.is_conformal() ? 0 : blind_epsilon);
        if (share == 0) return metric;
        const NoRecording off;
        const Tensor trace = metric.trace(looks);
        std::vector<double> traces;
        for (Index k = 0; k < trace.size(); ++k) traces.push_back(trace.at(k));
        const double typical = median(traces), most = *std::ranges::max_element(traces);
        const double scale = typical > 0 ? typical : most;
        require<NumericError>(std::isfinite(scale), "the metric ", metric.name, " is not finite on the way");
        return regularised(metric, share * (scale > 0 ? scale : 1));
    }

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
    /// A solver's curve, with both ends to the last bit.
    void keep(Index row, Geodesic g) {
        const Index last = g.corners.rows() - 1;
        g.corners = concat({row_of(from_, row), slice(g.corners, 0, 1, last), row_of(to_, row)});
        for (const std::string& note : g.notes) notes_.add(row, note);
        curves_[at(row)] = std::move(g);
    }

    Geodesic alone(Index row) {
        const Tensor from = row_of(from_, row), to = row_of(to_, row);
        const Metric metric = metric_of(row, line(from, to, line_looks));
        if (o_.solver == "shooting") return shoot_between(metric, from, to, {.points = o_.points});
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
            g.notes.push_back(text("the metric ", metric.name, " is constant on pieces and pulls no curve: this one is ",
                                   last == o_.points - 1 ? "the straight line" : "the way over neighbours",
                                   "; soften the function, explain the log-probability, or use the solver neighbours"));
            return g;
        }
        return relax(metric, from, to,
                     {.points = o_.points, .max_iterations = o_.max_iterations, .start = even, .cancel = o_.run.cancel});
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
        g.energy = g.length * g.length / 2;
        return g;
    }

    // --- neighbours ---------------------------------------------------------------------------------------------
    void by_neighbours() {
        const std::vector<Index> kinds = kinds_of(evaluator_, o_.target);
        std::map<Index, std::vector<Index>> groups;
        for (Index row = 0; row < to_.rows(); ++row) groups[o_.pool.points ? kinds[at(row)] : row].push_back(row);
        Index done = 0;
        for (const auto& [kind, rows] : groups) {
            const Tensor pool = o_.pool.points ? pool_of(kind, rows[0]) : around_line(rows[0]);
            through(pool, rows);
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
        const auto graph_and_trees = [&] {
            const Metric metric = metric_of(rows[0], slice(pool, 0, 0, std::min(pool.rows(), pool_looks)));
            const NeighbourGraph graph = neighbour_graph(metric, pool, o_.neighbours);
            if (graph.components > 1)
                notes_.add(rows[0], text("the graph of neighbours had ", graph.components,
                                         " parts, which were joined where they are nearest; a larger k may join more"));
            for (const auto& [start, same] : starts) {
                const std::vector<Way> ways =
                    Ways(metric, graph, row_of(from_, same[0]), o_.neighbours).to(rows_of(to_, same));
                for (std::size_t k = 0; k < same.size(); ++k) keep(same[k], found(metric, ways[k]));
            }
        };
        try {
            graph_and_trees();
        } catch (const NumericError& error) {
            if (rows.size() == 1) return give_up(rows[0], error);
            for (const Index row : rows) through(pool, {row});
        }
    }

    Geodesic found(const Metric& metric, const Way& way) {
        if (o_.refine) return relaxed(metric, way.corners);
        Geodesic g;
        g.corners = way.corners;
        g.length = way.length;
        g.energy = way.length * way.length / 2;
        return g;
    }

    Tensor pool_of(Index kind, Index row) {
        const Tensor& points = o_.pool.points;
        if (!o_.pool.same_class) return points;
        require(!evaluator_.objective().indices().empty(), evaluator_.method(),
                ": same-class needs a target that is a class but it is ", describe(o_.target));
        std::vector<Index> same;
        const NoRecording off;
        for (Index first = 0; first < points.rows(); first += evaluator_.chunk()) {
            const Index last = std::min(points.rows(), first + evaluator_.chunk());
            evaluator_.begin_chunk(last - first);
            const Indices classes = argmax(evaluator_.objective().run(slice(points, 0, first, last)));
            for (Index k = first; k < last; ++k)
                if (classes[k - first] == kind) same.push_back(k);
        }
        if (same.size() > at(o_.neighbours.k)) return rows_of(points, same);
        notes_.add(row, text("too few points of the pool are put in class ", kind, ": all of them are used"));
        return points;
    }

    /// Points on the straight line of a row and around it, as far as its length says. The same draws for every row.
    Tensor around_line(Index row) {
        const Tensor from = row_of(from_, row), to = row_of(to_, row);
        const double apart = norm(to - from).item();
        const Index count = o_.pool.around;
        const Tensor on_line = line(from, to, points_on_line);
        if (count == 0 || apart == 0) return on_line;
        const DType dtype = from.dtype();
        const Tensor t = random::uniform({count}, 0, 1, {o_.seed, 0, dtype});
        const Tensor noise = random::normal(from.shape().with(0, count), {o_.seed, 1, dtype});
        const double size = o_.pool.spread * apart / std::sqrt(static_cast<double>(evaluator_.features()));
        Shape column = from.shape().with(0, count);
        for (Index axis = 1; axis < column.rank(); ++axis) column = column.with(axis, 1);
        return concat({on_line, from + (to - from) * reshape(t, column) + noise * size});
    }

    // --- variational inference ----------------------------------------------------------------------------------
    void by_inference() {
        Variational o = o_.variational;
        o.seed = o_.seed;
        const RowFunction f = row_function(o.plain().all_outputs);
        const VariationalRun run{.rows_at_once = std::max<Index>(1, evaluator_.chunk() / (graphs_at_once * o.points)),
                                 .cancel = o_.run.cancel};
        for (Index first = 0; first < to_.rows(); first += run.rows_at_once) {
            const Index last = std::min(to_.rows(), first + run.rows_at_once);
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

    RowFunction row_function(bool all_outputs) {
        const Objective& one = evaluator_.objective();
        if (!all_outputs)
            return [this, &one](const Tensor& z, std::span<const Index> rows) {
                count(z.rows());
                return one.scores(one.run(z), rows)[0];
            };
        const NoRecording off;
        const Tensor first = one.run(row_of(to_, 0));
        const Objective all(evaluator_.method(), one.model(), AllTargets{}, one.stage(), to_.rows(), first);
        return [this, all](const Tensor& z, std::span<const Index> rows) {
            count(z.rows());
            Tensor total;
            for (const Tensor& score : all.scores(all.run(z), rows)) total = total ? total + score : score;
            return total;
        };
    }

    Evaluator& evaluator_;
    const Tensor &from_, &to_;
    const GeodesicIg& o_;
    std::vector<Geodesic> curves_;
    Notes notes_;
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
    return Solver(evaluator, from, options).run(notes);
}

}  // namespace gradpath::attribution::geometry
