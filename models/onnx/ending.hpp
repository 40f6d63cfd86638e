#pragma once
// Where a graph ends: at an output of the file's, at any tensor inside, behind a softmax or before it.
#include <string>

#include <gradpath/models/model.hpp>
#include <gradpath/models/onnx/graph.hpp>

namespace gradpath::models::onnx {

/// The graph as far as a tensor that it computes, which becomes its one output, with the inputs and nodes that it
/// needs; an output of the file's leaves the graph as it is. Throws ValueError, with the nearest name, for a
/// tensor that no node makes.
Graph ended_at(const Graph& graph, const std::string& tensor);
/// What an output of the graph is, told by the step that made it: seen through steps that leave numbers as they are, in
/// their order. An empty name stands for the first real output, to which rows are mapped.
Ending ending_of(const Graph& graph, const std::string& output);

}  // namespace gradpath::models::onnx
