#pragma once
// A graph of the format in the making. Private: it names the generated classes.
#include <map>
#include <set>
#include <string>
#include <vector>

#include <onnx.pb.h>

#include <gradpath/autodiff/graph.hpp>
#include <gradpath/nn/layer.hpp>

namespace gradpath::models::onnx {

/// A tensor of the recorded function, for two numbers of rows: what differs between them is the number of rows.
struct Twin {
    Tensor two, three;
    /// The axis along which they differ; -1 for none. Throws ValueError for several.
    Index rows_axis() const;
};

class Writer {
public:
    explicit Writer(::onnx::GraphProto& graph) : graph_(graph) {}

    /// The name of a tensor: as given before, or a new initializer.
    std::string name(const Twin& tensor);
    void call(const Tensor& tensor, const std::string& name);    ///< this tensor goes by that name
    void prefer(const Tensor& tensor, const std::string& name);  ///< and this one, when it is made or kept
    void use(const Tensor& tensor) { ++uses_[key(tensor)]; }  ///< said of every input of every step, before the first
    /// A fresh name, close to `wanted`.
    std::string fresh(const std::string& wanted);
    /// A fresh name for what a step gives.
    std::string result(const Tensor& tensor);

    struct Attribute {
        const char* name;
        std::vector<Index> integers;
        bool list = true;  ///< else the one integer itself
    };
    /// A node; returns its first output, whose name is `output`, or a fresh one.
    std::string add(const char* type, const std::vector<std::string>& inputs,
                    const std::vector<Attribute>& attributes = {}, const std::vector<std::string>& outputs = {});
    /// Makes `sum` of a convolution and a shift for each of its channels one node, with the shift as its bias, if it is
    /// the last node that was added, nobody else wants its output, and the shift is a preferred tensor, reshaped.
    bool add_bias(const Tensor& sum, const Tensor& product, const Tensor& shift);
    std::string constant(const Tensor& values, const std::string& wanted = "constant");
    std::string constant(const std::vector<Index>& list);
    std::string constant(const Indices& positions);

private:
    using Key = std::pair<const gradpath::Node*, std::uint32_t>;
    static Key key(const Tensor& t) { return {t.node(), t.output()}; }
    /// The preferred tensor of one axis whose numbers, not only their values, are those of `shift`.
    const Tensor* bias_behind(const Tensor& shift) const;

    ::onnx::GraphProto& graph_;
    std::map<Key, std::string> names_, preferred_;
    std::map<Key, int> uses_;
    std::set<std::string> used_;
    std::vector<Tensor> held_;  ///< named and preferred ones, so that a node's address is not used again
};

}  // namespace gradpath::models::onnx
