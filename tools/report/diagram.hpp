#pragma once
// Graphs as people draw them: boxes joined by arrows. Plain data in, DOT or SVG text out.
#include <span>
#include <string>
#include <vector>

#include <gradpath/autodiff/graph.hpp>

namespace gradpath::tools {

struct Diagram {
    enum class Kind { input, step, parameters, output };
    struct Box {
        std::string title = {};               ///< may be empty
        std::vector<std::string> lines = {};  ///< below it
        Kind kind = Kind::step;
    };
    struct Arrow {
        std::size_t from, to;  ///< positions in `boxes`
        bool operator==(const Arrow&) const = default;
    };
    std::string title;
    std::vector<Box> boxes;  ///< in topological order: every arrow has from < to
    std::vector<Arrow> arrows;
};

/// How many numbers a parameter holds: "conv1.weight", 150. It is counted in the box at "conv1".
struct ParameterCount {
    std::string name;
    Index count;
};
/// A recorded graph. Steps that run on end at one tap path (a layer) share a box, which is named after the path and
/// says what runs in it, what comes out (the shape of one row), and how many parameters it holds.
Diagram diagram(const Graph& graph, const std::string& title, std::span<const ParameterCount> parameters = {});

/// For Graphviz.
std::string dot(const Diagram& diagram);
/// A picture on its own: laid out from top to bottom, light and dark as the reader prefers, nothing from the network.
/// Both throw ValueError for an arrow that does not lead from an earlier box to a later one.
std::string svg(const Diagram& diagram);
/// What all writers ask of a diagram; throws that ValueError.
void require_ordered(const Diagram& diagram);

}  // namespace gradpath::tools
