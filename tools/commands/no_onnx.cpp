// Stands for onnx.cpp in a build without the onnx feature.
#include <gradpath/tools/commands/exit.hpp>
#include <gradpath/tools/commands/onnx.hpp>

namespace gradpath::tools {
namespace {

[[noreturn]] void refuse() {
    throw UsageError("onnx: this build has no ONNX; it needs libonnx-dev, libprotobuf-dev and protobuf-compiler");
}

}  // namespace

models::Model load_onnx(const std::string&, const std::string&) { refuse(); }
void save_onnx(const std::string&, const models::Model&) { refuse(); }
std::vector<Check> onnx_suite() { refuse(); }

}  // namespace gradpath::tools
