// A curve has as many energies as it has speeds, so a half of the squared length, the least of them, is no match for the
// energy of a straight line: it would be less for the very same line.
#include <gradpath/attribution/geometry/measured.hpp>

#include <gradpath/attribution/geometry/chain.hpp>
#include <gradpath/attribution/geometry/curve.hpp>
#include <gradpath/attribution/geometry/explained.hpp>
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::attribution::geometry {
namespace {

constexpr Index nodes = 5, looks = 5;  // on each edge, for lengths and energies
constexpr double longer = 1 + 1e-3;    // than the straight line, beyond what quadrature may do

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
    const Index last = g.corners.rows() - 1;
    const Tensor straight = line(slice(g.corners, 0, 0, 1), slice(g.corners, 0, last, last + 1), o.points);
    const Tensor& way = last == 1 ? straight : g.corners;
    const Metric metric = Explained(evaluator, o).metric(row, straight);
    if (g.length == 0) g.length = length(metric, way, nodes);
    if (g.straight_length == 0) {
        g.straight_length = last == 1 ? g.length : length(metric, straight, nodes);
        const auto energy = [&](const Tensor& corners) { return energy_by(edge_rule(looks), metric, corners).item(); };
        g.energy = energy(last == 1 ? straight : by_arc_length(euclidean(), way, o.points));
        g.straight_energy = energy(straight);
    }
    if (g.length > longer * g.straight_length)
        g.notes.push_back(text("the curve is longer than the straight line in the metric ", metric.name, ": ", g.length,
                               " to ", g.straight_length, "; ", what_may_help(o)));
}

}  // namespace gradpath::attribution::geometry
