#pragma once
// An ONNX file as plain data: what the reader makes of the protobuf, and all that the rest of this folder knows of it.
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <gradpath/models/onnx/value.hpp>

namespace gradpath::models::onnx {

/// std::monostate: of a type that this importer does not know (graphs, sparse tensors, ..).
using Attribute = std::variant<std::monostate, Index, double, std::string, std::vector<Index>, std::vector<double>,
                               std::vector<std::string>, Value>;

struct Node {
    std::string name, type, domain;
    std::vector<std::string> inputs, outputs;  ///< names of tensors; "" is left out
    std::map<std::string, Attribute> attributes;
};

/// An input or output of the graph.
struct Port {
    std::string name;
    std::optional<Element> element;             ///< nothing: not a tensor, or of a type that is not supported
    std::string type;                           ///< as the file says: float32, string, sequence, ..
    std::optional<std::vector<Index>> lengths;  ///< -1 is free; nothing: any shape
    std::vector<std::string> axes = {};         ///< one for each of them: the name of a free one, or ""
};

struct Graph {
    Index opset = 0;                    ///< of the default domain
    std::vector<Node> nodes;            ///< in an order in which they can run
    std::vector<Port> inputs, outputs;  ///< inputs without those that are initializers
    std::map<std::string, Value> initializers;
    std::vector<std::string> unsupported;  ///< initializers and features this importer cannot take, by name
    std::map<std::string, std::string> metadata;
};

/// Node "name" (Type), for messages; a node without a name goes by its first output.
std::string described(const Node& node);

}  // namespace gradpath::models::onnx
