#pragma once
// What an operator sees of the node it computes: its inputs and attributes, with the ONNX defaults given by the reader.
#include <span>
#include <string_view>

#include <gradpath/models/onnx/graph.hpp>

namespace gradpath::models::onnx {

using Answer = std::vector<Value>;  ///< one value per output

struct Call {
    const Node& node;
    std::vector<Value> inputs;  ///< absent ones are empty
    Index opset;

    bool has(std::string_view attribute) const;
    Index integer(std::string_view attribute, Index otherwise = 0) const;
    double number(std::string_view attribute, double otherwise) const;
    std::string word(std::string_view attribute, const char* otherwise) const;
    std::vector<Index> integers(std::string_view attribute, std::vector<Index> otherwise = {}) const;
    const Attribute* find(std::string_view attribute) const;

    bool given(std::size_t i) const { return i < inputs.size() && static_cast<bool>(inputs[i]); }
    const Value& input(std::size_t i) const;  ///< throws ValueError if it was left out
    const Tensor& real(std::size_t i) const { return input(i).real(); }
    std::vector<Index> whole(std::size_t i) const { return list(input(i).whole()); }
    /// A list that later opsets take as input i, earlier ones as an attribute; nothing if it is not there.
    std::optional<std::vector<Index>> listed(std::string_view attribute, std::size_t i) const;
    std::vector<Index> needed(std::string_view attribute, std::size_t i) const;  ///< throws ValueError without it
    /// An axis attribute, counted from the front.
    Index axis(Index rank, Index otherwise, std::string_view attribute = "axis") const;
    bool wants(std::size_t output) const;  ///< does anyone use it?
};

/// Axes counted from the front. Throws ShapeError for one that is not there or stands twice.
std::vector<Index> normal_axes(const std::vector<Index>& axes, Index rank);

}  // namespace gradpath::models::onnx
