// A curve has as many energies as it has speeds, so a half of the squared length, the least of them, is no match for
// the energy of a straight line: it would be less for the very same line.
#include <gradpath/attribution/geometry/measured.hpp>

#include <algorithm>

#include <gradpath/attribution/core/measure.hpp>
#include <gradpath/attribution/geometry/chain.hpp>
#include <gradpath/attribution/geometry/curve.hpp>
#include <gradpath/attribution/geometry/explained.hpp>
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::attribution::geometry {
namespace {

constexpr Index looks = 5;           // on each edge, for energies
constexpr double longer = 1 + 1e-3;  // than the straight line, beyond what quadrature may do
constexpr double rounding = 64;      // of the largest coordinate, in epsilons

/// Are these the same places but for rounding?
bool coincide(const Tensor& curve, const Tensor& straight) {
    const double size = max(abs(straight)).item(), apart = max(abs(curve - straight)).item();
    return apart <= rounding * epsilon_of(curve.dtype()) * size;
}

std::string what_may_help(const GeodesicIg& o) {
    if (o.solver == "neighbours")
        return text("use a larger k, more points in the pool", o.refine ? "" : ", or refine the way");
    if (o.solver == "variational")
        return text("the variational energy is another than the metric's",
                    o.variational.plain().paper_sign ? ", and with the published sign it seeks steep places" : "",
                    "; use relax");
    return o.solver == "relax" ? "use more points, or the solver neighbours" : "use more points, or relax";
}

}  // namespace

void measure(Evaluator& evaluator, Index row, const GeodesicIg& o, Geodesic& g) {
    const Index last = g.corners.rows() - 1, corners = std::max(o.points, last + 1);  // fewer see less of one line
    const Tensor straight = line(slice(g.corners, 0, 0, 1), slice(g.corners, 0, last, last + 1), corners);
    const Tensor steady = by_arc_length(euclidean(), g.corners, corners);
    const bool same = coincide(steady, straight);
    const Metric metric = Explained(evaluator, o).metric(row, straight);
    if (g.straight_length == 0) {
        g.straight_length = length(metric, straight, nodes_along);
        g.straight_energy = energy_by(edge_rule(looks), metric, straight).item();
        g.energy = same ? g.straight_energy : energy_by(edge_rule(looks), metric, steady).item();
        if (same) g.length = g.straight_length;
    }
    if (g.length == 0) g.length = length(metric, g.corners, nodes_along);
    if (g.length > longer * g.straight_length)
        g.notes.push_back(text("the curve is longer than the straight line in the metric ", metric.name, ": ", g.length,
                               " to ", g.straight_length, "; ", what_may_help(o)));
}

}  // namespace gradpath::attribution::geometry
