// One graph for each predicted class and one tree of shortest ways for all of its points. Ways share their edges, so
// each edge of the tree is integrated once, and shares are added up from the baseline outwards.
#include <algorithm>
#include <cmath>

#include <gradpath/attribution/core/integrate.hpp>
#include <gradpath/attribution/path/integrated_gradients.hpp>
#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/tools/experiments/half_moons/methods.hpp>

namespace gradpath::tools::half_moons {
namespace {

namespace geometry = attribution::geometry;
using geometry::Metric;
using geometry::NeighbourGraph;
using geometry::Tree;

constexpr double epsilon_share = 1e-3;  // of the mean ‖∇F‖², added to a pullback that would be of rank one

std::size_t at(Index i) { return static_cast<std::size_t>(i); }
Indices as_indices(const std::vector<Index>& list) { return Indices({static_cast<Index>(list.size())}, list); }

Metric metric_of(const Subject& s, ByNeighbours::Metric kind, Index of_class) {
    const Function f = log_probability(s.f, of_class);
    switch (kind) {
        case ByNeighbours::Metric::euclidean: return geometry::euclidean();
        case ByNeighbours::Metric::sum_of_outputs:
            return geometry::conformal([f = s.f](const Tensor& x) { return sum(log_softmax(f(x)), {.axes = {1}}); });
        case ByNeighbours::Metric::regularised:
            return geometry::regularised(geometry::pullback(f),
                                         epsilon_share * mean(geometry::squared_slope(f, s.x)).at(0));
        case ByNeighbours::Metric::conformal: break;
    }
    return geometry::conformal(f);
}

/// Two numbers for each node.
using Shares = std::vector<std::array<double, 2>>;

/// Of each node's last edge, from the node before; of the root, zeros.
Shares edge_shares(const Subject& s, const NeighbourGraph& graph, const Tree& tree, Index of_class) {
    const Tensor before = gather(graph.points, as_indices(tree.before));
    const Tensor values = attribution::integrated_gradients(s.f, graph.points,
                                                            {.target = of_class,
                                                             .baseline = before,
                                                             .stage = {.kind = attribution::Stage::log_probability},
                                                             .quadrature = s.quadrature,
                                                             .run = {.cancel = s.cancel}})
                              .values;
    Shares shares(at(graph.points.rows()));
    for (Index k = 0; k < graph.points.rows(); ++k) shares[at(k)] = {values.at(2 * k), values.at(2 * k + 1)};
    return shares;
}

/// Sums from the root to every node; each node comes after the one before it.
Shares along_ways(const Tree& tree, Index root, Shares shares) {
    std::vector<std::vector<Index>> after(tree.before.size());
    for (Index k = 0; k < static_cast<Index>(tree.before.size()); ++k)
        if (k != root) after[at(tree.before[at(k)])].push_back(k);
    std::vector<Index> open{root};
    while (!open.empty()) {
        const Index node = open.back();
        open.pop_back();
        for (const Index next : after[at(node)]) {
            for (const std::size_t i : {0u, 1u}) shares[at(next)][i] += shares[at(node)][i];
            open.push_back(next);
        }
    }
    return shares;
}

/// Mean gradients of edges instead of their shares, or back, with x - x' for each node.
void scale(Shares& shares, const Tensor& to, const Tensor& from, bool divide) {
    for (Index k = 0; k < static_cast<Index>(shares.size()); ++k)
        for (const Index i : {Index{0}, Index{1}}) {
            const double step = to.at(2 * k + i) - from.at(from.rows() == 1 ? i : 2 * k + i);
            double& share = shares[at(k)][at(i)];
            share = divide ? (step == 0 ? 0 : share / step) : share * step;
        }
}

/// The rows that this class is predicted for, and where their nodes and those of their pool are.
struct Pool {
    std::vector<Index> rows;
    NeighbourGraph graph;
    Tree tree;
    std::vector<Index> nodes;  ///< of the rows
    Index root;
};

Pool pool_of(const Subject& s, const ByNeighbours& o, Index of_class) {
    Pool pool;
    std::vector<Index> members;
    for (Index r = 0; r < s.x.rows(); ++r) {
        const bool mine = s.predicted[at(r)] == of_class;
        if (mine) pool.rows.push_back(r);
        if (mine || o.both_classes) members.push_back(r);
    }
    if (pool.rows.empty()) return pool;
    const Tensor points = concat({s.baseline, gather(s.x, as_indices(members))});
    pool.graph = geometry::neighbour_graph(metric_of(s, o.metric, of_class), points, o.graph);
    pool.root = pool.graph.node_of.front();
    pool.tree = geometry::shortest_ways(pool.graph, pool.root);
    for (std::size_t k = 0; k < members.size(); ++k)
        if (s.predicted[at(members[k])] == of_class) pool.nodes.push_back(pool.graph.node_of[k + 1]);
    return pool;
}

}  // namespace

Geodesics geodesics(const Subject& s, const ByNeighbours& o) {
    const NoRecording plain;
    std::vector<double> values(at(s.x.size()));
    Geodesics result{{}, std::vector<Tensor>(at(s.x.rows()))};
    for (const Index of_class : {Index{0}, Index{1}}) {
        const Pool pool = pool_of(s, o, of_class);
        if (pool.rows.empty()) continue;
        Shares shares = edge_shares(s, pool.graph, pool.tree, of_class);
        const Tensor& points = pool.graph.points;
        if (o.leading_factor) scale(shares, points, gather(points, as_indices(pool.tree.before)), true);
        shares = along_ways(pool.tree, pool.root, std::move(shares));
        if (o.leading_factor) scale(shares, points, s.baseline, false);
        for (std::size_t k = 0; k < pool.rows.size(); ++k) {
            const auto row = at(pool.rows[k]);
            for (const std::size_t i : {0u, 1u}) values[2 * row + i] = shares[at(pool.nodes[k])][i];
            if (o.keep_ways)
                result.ways[row] = geometry::corners_of(pool.graph, geometry::way_to(pool.tree, pool.nodes[k]));
        }
    }
    result.values = Tensor(s.x.shape(), std::span<const double>(values));
    return result;
}

Scores by_neighbours(const Subject& s, const ByNeighbours& o) {
    const NoRecording plain;
    const Tensor values = geodesics(s, o).values, there = log_softmax(s.f(s.x)), here = log_softmax(s.f(s.baseline));
    const std::vector<double> sizes = attribution::quality::sizes_of(values);
    std::vector<double> gaps, deltas;
    for (Index r = 0; r < s.x.rows(); ++r) {
        const Index c = s.predicted[at(r)];
        const double change = there.at(2 * r + c) - here.at(c);
        gaps.push_back(sizes[at(r)] - std::abs(change));
        deltas.push_back(std::abs(values.at(2 * r) + values.at(2 * r + 1) - change) /
                         attribution::error_scale(change, sizes[at(r)]));
    }
    return scores_of(sizes, std::move(gaps), deltas);
}

}  // namespace gradpath::tools::half_moons
