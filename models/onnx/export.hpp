#pragma once
// Our functions as ONNX files (opset 13): what runs between rows and outputs is recorded and written node by node, so
// models of ours, imported ones, changed ones and any function of rows go the same way. Needs the onnx feature.
#include <filesystem>
#include <string>
#include <vector>

#include <gradpath/autodiff/transforms.hpp>
#include <gradpath/models/model.hpp>

namespace gradpath::models::onnx {

struct Exported {
    Function f;  ///< rows → rows
    Shape row;   ///< of one input, without the leading axis
    DType dtype = DType::float32;
    std::vector<nn::Parameter> tensors = {};  ///< names of tensors that f uses: they become initializers
};
/// The bytes of the file: input "input" [n, row..], output "output", a name for every tap. Equal functions give equal
/// bytes. Throws ValueError that lists all ops that ONNX has no words for, and where the number of rows is told by more
/// than one axis of a shape.
std::string to_bytes(const Exported& function);
std::string to_bytes(const Model& model);
/// Writes atomically.
void save(const std::filesystem::path& path, const Model& model);

}  // namespace gradpath::models::onnx
