// Stands for onnx.cpp in a build without the onnx feature.
#include <gradpath/tools/commands/exit.hpp>
#include <gradpath/tools/commands/onnx.hpp>

namespace gradpath::tools {
namespace {

[[noreturn]] void refuse() {
    throw UsageError("onnx: this build has no ONNX; it needs libonnx-dev, libprotobuf-dev and protobuf-compiler");
}

}  // namespace

models::Model load_onnx(const std::string&, const std::string&, bool) { refuse(); }
void save_onnx(const std::string&, const models::Model&) { refuse(); }
std::vector<nn::Parameter> placed_parameters(const models::Model& model) { return nn::parameters(model); }
std::vector<Check> onnx_suite() { refuse(); }

}  // namespace gradpath::tools
