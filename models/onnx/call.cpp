#include <gradpath/models/onnx/call.hpp>

#include <algorithm>

namespace gradpath::models::onnx {
namespace {

template <class T>
T value_or(const Call& call, std::string_view attribute, T otherwise) {
    const Attribute* found = call.find(attribute);
    return found != nullptr ? std::get<T>(*found) : otherwise;  // the importer has checked its type
}

}  // namespace

const Attribute* Call::find(std::string_view attribute) const {
    const auto found = node.attributes.find(std::string(attribute));
    return found != node.attributes.end() ? &found->second : nullptr;
}

bool Call::has(std::string_view attribute) const { return find(attribute) != nullptr; }

Index Call::integer(std::string_view attribute, Index otherwise) const { return value_or(*this, attribute, otherwise); }

double Call::number(std::string_view attribute, double otherwise) const {
    return value_or(*this, attribute, otherwise);
}

std::string Call::word(std::string_view attribute, const char* otherwise) const {
    return value_or<std::string>(*this, attribute, otherwise);
}

std::vector<Index> Call::integers(std::string_view attribute, std::vector<Index> otherwise) const {
    return value_or(*this, attribute, std::move(otherwise));
}

const Value& Call::input(std::size_t i) const {
    require(given(i), "input ", i, " must be there: it was left out");
    return inputs[i];
}

std::optional<std::vector<Index>> Call::listed(std::string_view attribute, std::size_t i) const {
    if (given(i)) return whole(i);
    if (has(attribute)) return integers(attribute);
    return std::nullopt;
}

std::vector<Index> Call::needed(std::string_view attribute, std::size_t i) const {
    const auto found = listed(attribute, i);
    require(found.has_value(), attribute, " must be given");
    return *found;
}

Index Call::axis(Index rank, Index otherwise, std::string_view attribute) const {
    return normal_axis(node.type.c_str(), integer(attribute, otherwise), rank);
}

bool Call::wants(std::size_t output) const { return output < node.outputs.size() && !node.outputs[output].empty(); }

std::vector<Index> normal_axes(const std::vector<Index>& axes, Index rank) {
    std::vector<Index> normal;
    for (const Index axis : axes) normal.push_back(normal_axis("axes", axis, rank));
    std::vector<Index> sorted = normal;
    std::ranges::sort(sorted);
    require<ShapeError>(std::ranges::adjacent_find(sorted) == sorted.end(), "axes: each may stand once");
    return normal;
}

}  // namespace gradpath::models::onnx
