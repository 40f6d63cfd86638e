// A straight curve's energy is that of springs between neighbours, whose stiffness grows with the square of the number
// of corners. Newton's method solves it away, block by block; L-BFGS is given coordinates u, corners = line + W u with
// W = S Λ^{-1/2} of the springs' sine modes, in which all of them are equally stiff, so its steps do not grow in number
// with the corners. The levels do the long way on few corners.
#include <gradpath/attribution/geometry/relax.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>

#include <gradpath/attribution/geometry/chain.hpp>
#include <gradpath/attribution/geometry/remedies.hpp>
#include <gradpath/autodiff/minimize/flat.hpp>
#include <gradpath/autodiff/minimize/lbfgs.hpp>
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::attribution::geometry {
namespace {

constexpr Index few_features = 16;  // for which second derivatives are worth their sweeps
constexpr Index coarsest_edges = 4;
constexpr Index looks_to_check = 7;
constexpr double largest_damping = 1e8;

using minimize::Numbers;

Tensor inner_of(const Tensor& corners) { return slice(corners, 0, 1, corners.rows() - 1); }

Tensor with_inner(const Tensor& corners, const Tensor& inner) {
    const Index last = corners.rows() - 1;
    return concat({slice(corners, 0, 0, 1), inner, slice(corners, 0, last, last + 1)});
}

/// The mean stiffness of the springs that stand for the metric: edges times the mean eigenvalue where that is cheap.
double stiffness(const Metric& metric, const Tensor& corners) {
    const Tensor factors = metric.is_conformal() ? metric.factor(corners) : ones({1}, corners.dtype());
    const double mean = gradpath::mean(factors).item();
    return static_cast<double>(corners.rows() - 1) * (mean > 0 && std::isfinite(mean) ? mean : 1);
}

/// What the minimisers take of the options.
struct Settings {
    double tolerance;
    Index max_iterations;
    Minimiser minimiser;
    const std::atomic<bool>* cancel;
    EdgeRule rule = {};
};

/// A curve on the way to its least energy.
struct Level {
    Tensor corners;
    ChainEnergy energy;
    Index iterations = 0;
};

/// Levenberg and Marquardt's damped steps: the damping falls while steps succeed and rises where they do not, or where
/// the matrix is not positive definite.
class Damped {
public:
    Damped(const Metric& metric, const Settings& o, bool exact) : metric_(metric), o_(o), exact_(exact) {}

    void run(Level& level) {
        double damping = 0;
        for (; level.iterations < o_.max_iterations && level.energy.relative_norm > o_.tolerance; ++level.iterations) {
            require<Cancelled>(o_.cancel == nullptr || !*o_.cancel, "relax: cancelled");
            const BlockTridiagonal matrix = chain_curvature(metric_, level.corners, o_.rule, exact_);
            const double springs = stiffness(metric_, level.corners);
            while (!step(level, matrix, damping * springs)) {
                damping = std::max(4 * damping, 1e-4);
                if (damping > largest_damping) return;
            }
            damping = damping > 1e-4 ? damping / 8 : 0;
        }
    }

private:
    bool step(Level& level, BlockTridiagonal matrix, double springs) const {
        add_springs(matrix, springs);
        Numbers way;
        if (!solve(std::move(matrix), level.energy.gradient, way)) return false;
        const Tensor inner = inner_of(level.corners);
        const Numbers at = minimize::along(minimize::pack({inner}), -1, way);
        const Tensor corners = with_inner(level.corners, minimize::unpack(at, {inner})[0]);
        ChainEnergy energy = chain_energy(metric_, corners, o_.rule);
        const double rounding = 1e-14 * std::abs(level.energy.value);
        const bool better = energy.value < level.energy.value || (energy.value <= level.energy.value + rounding &&
                                                                  energy.relative_norm < level.energy.relative_norm);
        if (!better || !std::isfinite(energy.relative_norm)) return false;
        level.corners = corners;
        level.energy = std::move(energy);
        return true;
    }

    const Metric& metric_;
    const Settings& o_;
    bool exact_;
};

/// W = S Λ^{-1/2}, [inner, inner]: S_kj = √(2/N) sin(π k j / N), Λ_j = stiffness · (2 - 2 cos(π j / N)).
Tensor round_coordinates(Index edges, double stiffness, DType dtype) {
    const Index inner = edges - 1;
    std::vector<double> w;
    const double step = std::numbers::pi / static_cast<double>(edges);
    for (Index k = 1; k <= inner; ++k)
        for (Index j = 1; j <= inner; ++j)
            w.push_back(std::sqrt(2.0 / static_cast<double>(edges)) * std::sin(step * static_cast<double>(k * j)) /
                        std::sqrt(stiffness * (2 - 2 * std::cos(step * static_cast<double>(j)))));
    return Tensor({inner, inner}, std::span<const double>(w)).to(dtype);
}

void run_lbfgs(const Metric& metric, const Settings& o, Level& level) {
    const Tensor origin = inner_of(level.corners);
    const Index edges = level.corners.rows() - 1;
    const Tensor w = round_coordinates(edges, stiffness(metric, level.corners), origin.dtype());
    const auto corners_at = [&](const Tensor& u) {
        return with_inner(level.corners, origin + reshape(matmul(w, u), origin.shape()));
    };
    std::vector<Tensor> u{zeros({edges - 1, origin.size() / origin.rows()}, origin.dtype())};
    const auto f = [&](const std::vector<Tensor>& at) { return energy_by(o.rule, metric, corners_at(at[0])); };
    ChainEnergy seen = level.energy;
    // What bounds the slopes in u is only near what bounds the relative norm: tighten it until that is met.
    const double size = std::sqrt(2 * std::max(level.energy.value, 1e-300));
    for (double tolerance = o.tolerance * size; level.iterations < o.max_iterations; tolerance /= 8) {
        const minimize::Stopping stop{
            .max_iterations = o.max_iterations - level.iterations, .gradient_tolerance = tolerance, .cancel = o.cancel};
        const minimize::Minimum minimum = minimize::lbfgs(f, u, {.stop = stop});
        u = minimum.parameters;
        level.iterations += minimum.iterations;
        const double before = seen.relative_norm;
        seen = chain_energy(metric, corners_at(u[0]), o.rule);
        // A line search that finds nothing below the rounding of the energy may do so afresh, as long as slopes fall.
        const bool stuck = minimum.why != minimize::Stopped::gradient && seen.relative_norm > before / 2;
        if (seen.relative_norm <= o.tolerance || stuck) break;
    }
    const Tensor corners = detached(corners_at(u[0]));
    level.corners = corners;
    level.energy = std::move(seen);
}

void minimise(const Metric& metric, const Settings& o, Level& level) {
    const bool few = level.corners.size() / level.corners.rows() <= few_features;
    const Minimiser automatic = few ? Minimiser::newton : Minimiser::lbfgs;
    const Minimiser chosen = o.minimiser == Minimiser::automatic ? automatic : o.minimiser;
    if (chosen == Minimiser::lbfgs) run_lbfgs(metric, o, level);
    else Damped(metric, o, chosen == Minimiser::newton).run(level);
}

/// Edges of each level, the last one as asked.
std::vector<Index> level_edges(const Relax& o) {
    std::vector<Index> levels{o.points - 1};
    while (levels.front() / 2 >= coarsest_edges) levels.insert(levels.begin(), levels.front() / 2);
    return levels;
}

std::vector<double> even(Index points) {
    std::vector<double> ts;
    for (Index k = 0; k < points; ++k) ts.push_back(static_cast<double>(k) / static_cast<double>(points - 1));
    return ts;
}

/// The certificate of a smooth curve is small and falls, to the level of what rounding or the minimiser left over.
bool looks_smooth(const Geodesic& g) {
    const double left_over = 1e-7 + 2 * static_cast<double>(g.corners.rows()) * g.gradient_norm;
    return g.certificate <= left_over || (g.certificate <= 1 && g.certificate <= 0.7 * g.coarse_certificate);
}

/// What is said of a curve, and what may still help it.
struct Judge {
    const Metric& metric;
    const Relax& options;
    double tolerance;
    Index last_iterations;  ///< on the last level

    void operator()(Geodesic& g) const {
        g.converged = g.gradient_norm <= tolerance;
        g.smooth = looks_smooth(g);
        if (is_piecewise_constant(metric, g.corners)) {
            g.converged = g.smooth = false;
            g.notes.push_back(text("the metric ", metric.name,
                                   " is constant on pieces: its derivative is 0, and nothing pulls the curve to a "
                                   "geodesic; ",
                                   remedies({{options.kinks, "soften the function (softplus for relu)"},
                                             {true, "explain the log-probability"},
                                             {true, "use a graph of neighbours"}})));
        } else if (!g.converged) {
            g.notes.push_back(text("the relative gradient norm of the energy is ", g.gradient_norm,
                                   ", above the tolerance ", tolerance, "; ", what_lowers_it(g)));
        } else if (!g.smooth) {
            g.notes.push_back(text("the certificate does not show a smooth geodesic: it is ", g.certificate,
                                   ", with half as many corners ", g.coarse_certificate, "; ", finer()));
        }
    }
    std::string finer() const {
        const bool priced = metric.name.ends_with(regularised_suffix);
        return remedies(
            {{true, "use more points"}, {!priced, "regularise the metric"}, {priced, "raise the metric's epsilon"}});
    }

private:
    std::string what_lowers_it(const Geodesic& g) const {
        const bool cut_short = last_iterations >= options.max_iterations, single = g.corners.dtype() == DType::float32;
        return remedies({{cut_short, "allow more iterations"},
                         {single, "use float64"},
                         {options.kinks, "soften the function (relu and max-pools)"},
                         {!cut_short && !single && !options.kinks, "ask for a larger tolerance"}});
    }
};

/// Does the energy miss what lies between the places it looks at? It is at least length² / 2 of any curve, and what is
/// minimised finds such gaps: long edges over steep places, from one flat place to another.
bool sees_too_little(const Metric& metric, const Level& level) {
    const double length = geometry::length(metric, level.corners, looks_to_check);
    return 2 * level.energy.value < 0.9 * length * length;
}

/// From these corners to the least energy; again with more looks at each edge where one does not see enough.
Level relaxed_level(const Metric& metric, Settings& o, const Tensor& start) {
    Level level;
    Index iterations = 0;
    for (const Index looks : {1, 3, 5}) {
        if (looks < static_cast<Index>(o.rule.at.size())) continue;
        o.rule = edge_rule(looks);
        level = {start, chain_energy(metric, start, o.rule)};
        minimise(metric, o, level);
        iterations += level.iterations;
        if (!sees_too_little(metric, level)) break;
    }
    level.iterations = iterations;
    return level;
}

}  // namespace

Geodesic relax(const Metric& metric, const Tensor& from, const Tensor& to, const Relax& o) {
    require(o.points >= 3, "relax: points must be at least 3 but is ", o.points);
    const double tolerance = o.tolerance.value_or(from.dtype() == DType::float32 ? 1e-4 : 1e-8);
    require(tolerance > 0, "relax: tolerance must be positive but is ", tolerance);
    require(o.max_iterations >= 0, "relax: max-iterations must not be negative but is ", o.max_iterations);
    Settings settings{tolerance, o.max_iterations, o.minimiser, o.cancel};
    Geodesic g;
    const Tensor straight = line(from, to, o.points);
    g.straight_energy = energy(metric, straight).item();
    require<NumericError>(std::isfinite(g.straight_energy), "relax: the energy of the straight line is ",
                          g.straight_energy, "; the function must be finite between the points");
    const Tensor start = o.start ? o.start : straight;
    require<ShapeError>(start.rank() == from.rank() && start.shape().with(0, 1) == from.shape(),
                        "relax: corners to start with must be points of shape ", from.shape(), " but have shape ",
                        start.shape());
    Level level;
    for (const Index edges : level_edges(o)) {
        level =
            relaxed_level(metric, settings,
                          with_inner(straight, inner_of(points_at(g.corners ? g.corners : start, even(edges + 1)))));
        g.coarse_certificate = g.certificate;
        g.certificate = certificate(metric, level.corners);
        g.corners = level.corners;
        g.iterations += level.iterations;
    }
    g.energy = level.energy.value;
    g.straight_energy = energy_by(settings.rule, metric, straight).item();
    g.gradient_norm = level.energy.relative_norm;
    g.length = length(metric, g.corners, nodes_along);
    g.straight_length = length(metric, straight, nodes_along);
    const Judge judge{metric, o, tolerance, level.iterations};
    judge(g);
    if (sees_too_little(metric, level)) {
        g.converged = g.smooth = false;
        g.notes.push_back("between corners the curve crosses steep places that the energy does not see; " +
                          judge.finer());
    }
    return g;
}

}  // namespace gradpath::attribution::geometry
