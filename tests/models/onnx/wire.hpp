#pragma once
// ONNX files written byte by byte, as the protobuf wire format has them: no generated class stands between a test and
// what it says. Field numbers are those of onnx.proto.
#include <bit>
#include <cstdint>
#include <string>
#include <vector>

namespace gradpath::tests::wire {

inline std::string varint(std::uint64_t value) {
    std::string bytes;
    for (; value >= 128; value >>= 7) bytes += static_cast<char>(value % 128 + 128);
    return bytes + static_cast<char>(value);
}
inline std::string number(int field, std::int64_t value) {
    return varint(static_cast<std::uint64_t>(field) * 8) + varint(static_cast<std::uint64_t>(value));
}
inline std::string bytes(int field, const std::string& value) {
    return varint(static_cast<std::uint64_t>(field) * 8 + 2) + varint(value.size()) + value;
}
inline std::string real(int field, float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    std::string text = varint(static_cast<std::uint64_t>(field) * 8 + 5);
    for (int i = 0; i < 4; ++i) text += static_cast<char>(bits >> (8 * i) & 255);
    return text;
}

// --- AttributeProto -----------------------------------------------------------------------------------------------
inline std::string integer(const std::string& name, std::int64_t value) {
    return bytes(5, bytes(1, name) + number(3, value) + number(20, 2));
}
inline std::string decimal(const std::string& name, float value) {
    return bytes(5, bytes(1, name) + real(2, value) + number(20, 1));
}
inline std::string word(const std::string& name, const std::string& value) {
    return bytes(5, bytes(1, name) + bytes(4, value) + number(20, 3));
}
inline std::string integers(const std::string& name, const std::vector<std::int64_t>& values) {
    std::string body = bytes(1, name) + number(20, 7);
    for (const std::int64_t value : values) body += number(8, value);
    return bytes(5, body);
}

// --- TensorProto, ValueInfoProto, NodeProto, ModelProto -----------------------------------------------------------
inline std::string tensor(const std::string& name, const std::vector<std::int64_t>& dims,
                          const std::vector<float>& data) {
    std::string body = number(2, 1) + bytes(8, name), raw;
    for (const std::int64_t dim : dims) body += number(1, dim);
    for (const float value : data) {
        const auto bits = std::bit_cast<std::uint32_t>(value);
        for (int i = 0; i < 4; ++i) raw += static_cast<char>(bits >> (8 * i) & 255);
    }
    return body + bytes(9, raw);
}
inline std::string whole_tensor(const std::string& name, const std::vector<std::int64_t>& data) {
    std::string body = number(2, 7) + bytes(8, name) + number(1, static_cast<std::int64_t>(data.size()));
    for (const std::int64_t value : data) body += number(7, value);
    return body;
}
/// An input or output; a length of -1 is free.
inline std::string port(const std::string& name, const std::vector<std::int64_t>& dims, int data_type = 1) {
    std::string shape;
    for (const std::int64_t dim : dims) shape += bytes(1, dim < 0 ? bytes(2, "n") : number(1, dim));
    return bytes(1, name) + bytes(2, bytes(1, number(1, data_type) + bytes(2, shape)));
}
struct Node {
    std::string type, name;
    std::vector<std::string> inputs, outputs;
    std::string attributes = {}, domain = {};
};
inline std::string node(const Node& n) {
    std::string body;
    for (const std::string& input : n.inputs) body += bytes(1, input);
    for (const std::string& output : n.outputs) body += bytes(2, output);
    return body + bytes(3, n.name) + bytes(4, n.type) + n.attributes + bytes(7, n.domain);
}
struct Graph {
    std::vector<std::string> inputs, outputs, initializers;
    std::vector<Node> nodes;
    std::int64_t opset = 13;
};
inline std::string model(const Graph& g) {
    std::string graph;
    for (const Node& n : g.nodes) graph += bytes(1, node(n));
    for (const std::string& initializer : g.initializers) graph += bytes(5, initializer);
    for (const std::string& input : g.inputs) graph += bytes(11, input);
    for (const std::string& output : g.outputs) graph += bytes(12, output);
    return number(1, 8) + bytes(7, graph) + bytes(8, bytes(1, "") + number(2, g.opset));
}

}  // namespace gradpath::tests::wire
