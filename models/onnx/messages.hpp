#pragma once
// Plain data to the messages of the format, the way back from tensors.hpp and read.cpp. Private: it names the generated
// classes.
#include <map>
#include <string>

#include <onnx.pb.h>

#include <gradpath/models/onnx/graph.hpp>

namespace gradpath::models::onnx {

void fill(::onnx::TensorProto& proto, const std::string& name, const Value& value);
void fill(::onnx::ValueInfoProto& proto, const Port& port);
void fill(::onnx::NodeProto& proto, const Node& node);
/// A model without a graph, of an opset of the default domain.
::onnx::ModelProto message_of(Index opset, const std::map<std::string, std::string>& metadata);

}  // namespace gradpath::models::onnx
