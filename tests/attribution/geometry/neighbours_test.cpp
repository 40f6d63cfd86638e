#include <attribution/geometry/functions.hpp>
#include <gradpath/attribution/geometry/curve.hpp>
#include <gradpath/attribution/geometry/neighbours.hpp>
#include <gradpath/attribution/geometry/relax.hpp>
#include <support/refused.hpp>

using namespace geometry_tests;
using geometry::neighbour_graph;
using geometry::NeighbourGraph;

namespace {

const Metric by_product = geometry::conformal(product);

/// All ways through the graph, by trying every order of at most four nodes between.
double shortest_by_trying(const NeighbourGraph& graph, Index from, Index to) {
    const Index count = graph.points.rows();
    std::vector<double> best(static_cast<std::size_t>(count), std::numeric_limits<double>::infinity());
    best[static_cast<std::size_t>(from)] = 0;
    for (Index round = 0; round < count; ++round)  // Bellman and Ford
        for (const auto& [a, b, length] : graph.edges)
            for (const auto& [i, j] : {std::pair{a, b}, {b, a}})
                best[static_cast<std::size_t>(j)] =
                    std::min(best[static_cast<std::size_t>(j)], best[static_cast<std::size_t>(i)] + length);
    return best[static_cast<std::size_t>(to)];
}

}  // namespace

TEST_CASE("every point has its k nearest others, never itself, and equal points are one") {
    const Tensor points({5, 1}, {0, 1, 1, 3, 7}, DType::float64);
    const NeighbourGraph graph = neighbour_graph(geometry::euclidean(), points, {.k = 1});
    CHECK(graph.node_of == std::vector<Index>{0, 1, 1, 2, 3});
    CHECK(numbers(graph.points) == std::vector<double>{0, 1, 3, 7});
    REQUIRE(graph.edges.size() == 3);
    CHECK(graph.components == 1);
    CHECK(graph.bridges == 0);
    CHECK(graph.edges[0].length == doctest::Approx(1));
    CHECK(graph.edges[2].length == doctest::Approx(4));
    const NeighbourGraph mutual = neighbour_graph(geometry::euclidean(), points, {.k = 1, .mutual = true});
    CHECK(mutual.components == 3);  // 0 and 1 only chose each other
    CHECK(mutual.bridges == 2);
    CHECK(mutual.edges.size() == 3);
    const NeighbourGraph near = neighbour_graph(geometry::euclidean(), points, {.k = 3, .radius = 2.5});
    CHECK(near.components == 2);
    CHECK(near.edges.size() == 3);
    const NeighbourGraph split = neighbour_graph(geometry::euclidean(), points, {.k = 1, .longest_edge = 1});
    CHECK(split.points.rows() == 4 + 1 + 3);
    CHECK(split.node_of == graph.node_of);
}

TEST_CASE("Dijkstra's ways are the shortest, on random graphs") {
    for (std::uint64_t trial = 0; trial < 8; ++trial) {
        const NeighbourGraph graph = neighbour_graph(by_product, random_tensor({40, 2}, trial), {.k = 3});
        const geometry::Tree tree = geometry::shortest_ways(graph, 5);
        for (Index node = 0; node < 40; ++node) {
            CHECK(tree.distance[static_cast<std::size_t>(node)] == doctest::Approx(shortest_by_trying(graph, 5, node)));
            const std::vector<Index> way = geometry::way_to(tree, node);
            CHECK(way.front() == 5);
            CHECK(way.back() == node);
            if (way.size() < 2) continue;
            const double length = geometry::length(by_product, geometry::corners_of(graph, way), 5);
            CHECK(length == doctest::Approx(tree.distance[static_cast<std::size_t>(node)]));
        }
    }
}

TEST_CASE("rows 1, 3 and 4 on 1500 points with k = 60, then refined") {
    const Tensor pool = random::uniform({1500, 2}, -0.5, 2.5, {.seed = 3, .dtype = DType::float64});
    for (const Row& r : rows) {
        const Tensor points = concat({row(r.from), row(r.to), pool});
        const NeighbourGraph graph = neighbour_graph(by_product, points, {.k = 60, .nodes = 3});
        const geometry::Tree tree = geometry::shortest_ways(graph, graph.node_of[0]);
        const Tensor corners = geometry::corners_of(graph, geometry::way_to(tree, graph.node_of[1]));
        const double exact = exact_length(r.from, r.to);
        const double length = tree.distance[static_cast<std::size_t>(graph.node_of[1])];
        CHECK(length >= exact * 0.9999);
        CHECK(length <= exact * 1.02);
        CHECK(largest_difference(shares_along(product, corners), exact_shares(r.from, r.to)) <= 0.06);
        const geometry::Geodesic fine =
            geometry::relax(by_product, row(r.from), row(r.to), {.points = 65, .start = corners});
        CHECK(std::abs(fine.length - exact) <= 0.005 * exact);
        CHECK(largest_difference(shares_along(product, fine.corners), exact_shares(r.from, r.to)) <= 0.01);
    }
}

TEST_CASE("graphs say what does not fit") {
    const Tensor points({3, 1}, {0, 1, 2}, DType::float64);
    const Metric flat = geometry::euclidean();
    tests::check_refused(
        {{[&] { neighbour_graph(flat, points, {.k = 0}); }, "neighbours: k must be at least 1 but is 0"},
         {[&] { neighbour_graph(flat, points, {.radius = 0}); }, "neighbours: radius must be positive but is 0"},
         {[&] { neighbour_graph(flat, points, {.longest_edge = -1}); },
          "neighbours: longest-edge must be positive but is -1"},
         {[&] { neighbour_graph(flat, Tensor()); }, "neighbours: points must be rows of features but have none"},
         {[&] {
              neighbour_graph(flat, ones({3, 2}));
          },
          "neighbours: needs at least two different points but got 1"},
         {[&] { geometry::shortest_ways(neighbour_graph(flat, points), 3); },
          "neighbours: root must lie in [0, 3) but is 3"},
         {[&] {
              geometry::way_to({{0}, {0}}, 1);
          },
          "neighbours: there is no way to node 1"}});
}
