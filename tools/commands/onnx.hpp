#pragma once
// What the program does with ONNX files. Built without the onnx feature, each says so.
#include <string>
#include <vector>

#include <gradpath/models/model.hpp>
#include <gradpath/tools/commands/checks.hpp>

namespace gradpath::tools {

/// The model of an .onnx file, as far as one of its tensors (empty: the output). Throws IoError for a bad file,
/// ValueError for a tensor that is not there.
models::Model load_onnx(const std::string& file, const std::string& tensor = "", bool fold_batch_norm = false);
/// Writes it as an ONNX file, atomically. Throws ValueError for what ONNX has no words for, IoError if it cannot be
/// written.
void save_onnx(const std::string& file, const models::Model& model);
/// The parameters, each below the place that uses it, for nn::summary_of(): an ONNX file names them as it likes.
std::vector<nn::Parameter> placed_parameters(const models::Model& model);
/// Every conformance case of the ONNX project, as Debian's libonnx-testdata brings them.
std::vector<Check> onnx_suite();

}  // namespace gradpath::tools
