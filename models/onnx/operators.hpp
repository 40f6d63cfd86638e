#pragma once
// The operators this importer knows: one row each.
#include <string>
#include <vector>

#include <gradpath/models/onnx/call.hpp>

namespace gradpath::models::onnx {

struct Operator {
    const char* name;
    Index first, last;       ///< opsets in which it stands
    const char* attributes;  ///< "i axis, f alpha": i whole number, f real, s text, t tensor, I F lists, * any
    Answer (*run)(const Call&);
};
/// By name; nullptr for one that is not known.
const Operator* find_operator(const std::string& name);
std::vector<std::string> operator_names();
/// Why a node cannot be imported; empty if it can.
std::string objection(const Node& node, Index opset);
inline constexpr Index newest_opset = 17;

}  // namespace gradpath::models::onnx
