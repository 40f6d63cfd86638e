#pragma once
// Our functions as ONNX files (opset 13): what runs between rows and outputs is recorded and written node by node. An
// imported network goes out as it came, with the tensors it has now. Needs the onnx feature.
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <gradpath/autodiff/transforms.hpp>
#include <gradpath/models/model.hpp>

namespace gradpath::models::onnx {

struct Graph;

struct Exported {
    Function f;  ///< rows → rows
    Shape row;   ///< of one input, without the leading axis
    DType dtype = DType::float32;
    std::vector<nn::Parameter> tensors = {};  ///< names of tensors that f uses: they become initializers
    std::map<std::string, std::string> metadata = {};
};
/// The bytes of the file: input "input" [n, row..], output "output", a name for every tap. Equal functions give equal
/// bytes. Throws ValueError that lists all ops that ONNX has no words for, and where the number of rows is told by more
/// than one axis of a shape.
std::string to_bytes(const Exported& function);
/// A network that was imported (its normalisation still none) goes out as its graph(): opset, nodes, names, every input
/// and output with its shape, and metadata are those of its file; the tensors are its own of now. Names of classes
/// stand in the metadata (class_names.hpp).
std::string to_bytes(const Model& model);
/// The inverse of parse_graph().
std::string to_bytes(const Graph& graph);
/// Writes atomically.
void save(const std::filesystem::path& path, const Model& model);

}  // namespace gradpath::models::onnx
