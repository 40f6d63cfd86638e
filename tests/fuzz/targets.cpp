#include "targets.hpp"

#include <filesystem>
#include <fstream>

#include <unistd.h>

#include <gradpath/autodiff/io/npy.hpp>
#include <gradpath/autodiff/io/npz.hpp>
#include <gradpath/autodiff/io/records.hpp>
#include <gradpath/autodiff/io/safetensors.hpp>
#include <gradpath/models/data/idx.hpp>
#include <gradpath/models/data/png.hpp>
#include <gradpath/models/expr.hpp>
#ifdef GRADPATH_ONNX
#include <gradpath/models/onnx/network.hpp>
#endif
#ifdef GRADPATH_TOOLS
#include "explained.hpp"
#endif

namespace gradpath::tests {
namespace {

/// Readers that take a path get the bytes in one file of this process.
class OneFile {
public:
    ~OneFile() {
        std::error_code ignored;
        std::filesystem::remove(path_, ignored);
    }
    const std::filesystem::path& holding(std::string_view bytes) const {
        std::ofstream(path_, std::ios::binary | std::ios::trunc)
            .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        return path_;
    }

private:
    std::filesystem::path path_ =
        std::filesystem::temp_directory_path() / ("gradpath-fuzz-" + std::to_string(::getpid()));
};
const std::filesystem::path& file_of(std::string_view bytes) {
    static const OneFile file;
    return file.holding(bytes);
}

struct Target {
    const char* name;
    void (*run)(std::string_view bytes);
};
constexpr Target targets[] = {
    {"csv", [](std::string_view bytes) { io::parse_records(bytes, "fuzz"); }},
    {"expr", [](std::string_view bytes) { models::parse_formula(bytes); }},
    {"idx", [](std::string_view bytes) { models::read_idx(file_of(bytes)); }},
    {"npy", [](std::string_view bytes) { io::parse_npy(bytes, "fuzz", {.integers = DType::float64}); }},
    {"npz",
     [](std::string_view bytes) { io::read_npz(file_of(bytes), {.integers = DType::float64, .max_bytes = 1 << 20}); }},
#ifdef GRADPATH_ONNX
    {"onnx", [](std::string_view bytes) { models::onnx::parse(bytes, "fuzz", {.check_rows = false}); }},
#endif
    {"png", [](std::string_view bytes) { models::read_png(file_of(bytes)); }},
#ifdef GRADPATH_TOOLS
    {"result", explain_and_read},
#endif
    {"safetensors", [](std::string_view bytes) { io::parse_safetensors(bytes, "fuzz"); }},
};

}  // namespace

std::vector<std::string> fuzz_targets() {
    std::vector<std::string> names;
    for (const Target& target : targets) names.emplace_back(target.name);
    return names;
}

void run_fuzz_target(const std::string& name, std::string_view bytes) {
    for (const Target& target : targets) {
        if (name != target.name) continue;
        try {
            target.run(bytes);
        } catch (const Error&) {  // the file is bad, and told so
        }
        return;
    }
    throw ValueError("fuzz: there is no target \"" + name + "\"");
}

}  // namespace gradpath::tests
