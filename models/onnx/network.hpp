#pragma once
// Networks from ONNX files (opsets 1 to 17): ordinary differentiable functions here, with weights that can be trained
// further, and every tensor of the graph tapped under its name. Needs the onnx feature.
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gradpath/models/model.hpp>
#include <gradpath/models/onnx/value.hpp>

namespace gradpath::models::onnx {

struct Program;
struct Graph;
struct Port;

struct Import {
    bool fold_constants = true;    ///< compute once what depends on no input
    bool fold_batch_norm = false;  ///< into the convolution or product before it
    bool check_rows = true;        ///< find out how rows can run together; else they are taken to
    std::string output = {};       ///< the tensor that rows are mapped to: an output (empty: the first real one) or one
                                   ///< inside, where the network then ends
    /// Bytes that finding all this out may take, with the constants that are computed once.
    std::size_t memory = std::size_t{2} << 30;
};

inline constexpr const char* import_memory =
    "it is more than a file may take when it is opened; Import::memory raises that in a program";

/// How a network that was made for one row, or for a batch, takes any number of rows.
enum class Batching {
    together,     ///< as it stands
    generalised,  ///< together, with the number of rows for the leading 1 of shapes in Reshape and Expand
    one_by_one,   ///< neither gives what single rows give
};

class Network {
public:
    /// Throws IoError: one error that lists all nodes, attributes and tensors that are not supported, by name, or what
    /// is wrong with the file. Throws ValueError where no node makes the output that was asked for.
    explicit Network(const Graph& graph, const Import& options = {}, const std::string& name = "graph");

    /// The whole graph: one value per input (in the file's order) → one per output. The dtypes are the file's. Throws
    /// ShapeError, DTypeError or ValueError, naming the node that cannot go on.
    std::vector<Value> run(const std::vector<Value>& inputs) const;
    /// Rows → rows, for a network of one real input: the output's axes behind the leading one are made one. It computes
    /// in the dtype of x. Integer results have no slopes. Throws ShapeError for a network made for just so many rows.
    Tensor operator()(const Tensor& x) const;

    std::vector<std::string> inputs() const, outputs() const;
    /// Of the one real input, without the axis of rows; an input of one axis of fixed length is a row by itself. Throws
    /// ValueError where an axis is free or there is no such input.
    Shape row() const;
    Batching batching() const { return batching_; }
    Index nodes() const;  ///< left to run after folding
    /// What a file of it would hold: the nodes that are left, with the names, ports and metadata of the file that it
    /// came from, and the tensors as they are now, in the types that they had there.
    Graph graph() const;
    /// Name of a tensor → name of the place that uses it first, which is what its node gives.
    std::map<std::string, std::string> places() const;

    // Parameters are real initializers (and what was folded from them), under their names in the file; statistics of
    // batch normalisation are buffers.
    void each(std::string& path, const nn::TensorVisitor& f);
    void each(std::string& path, const nn::ConstTensorVisitor& f) const;

private:
    struct Constant {
        std::string name;
        std::size_t slot;
        Value value;
        bool parameter = false, buffer = false;
        Element element = value.element();  ///< in the file, whatever `value` becomes
    };
    std::vector<Value> run(const std::vector<Value>& inputs, Index rows, const DType* dtype) const;
    Tensor output(const Tensor& x, Index rows) const;
    Tensor mapped(const Tensor& x, Batching how) const;
    void fold(const Import& options);
    void find_batching();
    Index rows_made_for(const Tensor& one) const;
    const Port& input() const;
    bool is_bare() const;

    std::shared_ptr<const Program> program_;
    std::vector<Constant> constants_;
    Batching batching_ = Batching::together;
    Index fixed_rows_ = 0;  ///< how many it was made for, where it makes as many of one; else 0
    std::string wanted_;
};

/// A file as a network: for several inputs or outputs, and whole numbers.
Network open(const std::filesystem::path& path, const Import& options = {});
/// A model of the architecture "onnx", for `explain` and all else that takes models. Throws IoError and ValueError as
/// Network does, IoError for a network that does not map rows to rows.
Model load(const std::filesystem::path& path, const Import& options = {});
Model parse(std::string_view bytes, const std::string& name, const Import& options = {});

}  // namespace gradpath::models::onnx
