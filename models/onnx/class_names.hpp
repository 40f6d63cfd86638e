#pragma once
// Names of classes in a file's metadata: a JSON list of texts under "class_names". ONNX itself has no word for them.
#include <map>
#include <string>
#include <vector>

namespace gradpath::models::onnx {

using Metadata = std::map<std::string, std::string>;

/// None takes those away that stand there.
void write_class_names(const std::vector<std::string>& names, Metadata& metadata);
/// Those of `classes` classes; none where there are none, or another number, or something else under that key.
std::vector<std::string> read_class_names(const Metadata& metadata, std::size_t classes);

}  // namespace gradpath::models::onnx
