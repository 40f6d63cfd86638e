// The shape of the repository, checked by reading its files: who may include whom, which library may be used where,
// what is listed for the build, how long a file may be. The tables are the rules; a failure names file and line.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

const fs::path root = GRADPATH_SOURCE_DIR;

// autodiff <- nn <- models <- tools and autodiff <- attribution <- tools: attribution explains functions, not modules.
const std::map<std::string, Names> may_include = {
    {"autodiff", {"autodiff"}},
    {"nn", {"autodiff", "nn"}},
    {"models", {"autodiff", "nn", "models"}},
    {"attribution", {"autodiff", "attribution"}},
    {"tools", {"autodiff", "nn", "models", "attribution", "tools"}},
};

// What a line must contain, and the folders (or files) in which it may.
struct ThirdParty {
    const char* pattern;
    Names rooms;
};
const std::vector<ThirdParty> third_parties = {
    {R"(#include [<"](xtensor|xtl)/)", {"autodiff/", "tests/"}},
    {R"(#include [<"]xsimd/)", {"autodiff/kernels/"}},
    {R"(#include <omp\.h>|#pragma omp)", {"autodiff/kernels/"}},
    {R"(#include [<"](doctest/|rapidcheck))", {"tests/"}},
    {R"(#include [<"]nlohmann/)", {"autodiff/io/", "models/onnx/class_names", "models/saved", "tools/", "tests/"}},
    {R"(#include <(zlib|zip)\.h>)", {"autodiff/io/", "models/data/", "tests/"}},
    {R"(#include <png\.h>)", {"models/data/", "tools/report/", "tests/"}},
    {R"(#include [<"]CLI/)", {"tools/"}},
    {R"(#include [<"](google/protobuf/|onnx/|onnx\.pb))", {"models/onnx/"}},
    {R"(#include [<"](benchmark|torch|dnnl|oneapi|cblas|openblas))", {"tools/bench/"}},
};

// Headers that users never see: how the engine is built, what neighbours share, what only the program uses.
// clang-format off
const Names private_headers = {
    "autodiff/check/", "autodiff/counter.hpp", "autodiff/kernels/", "autodiff/node.hpp", "autodiff/reach.hpp",
    "autodiff/ops/binary.hpp", "autodiff/ops/conv2d.hpp", "autodiff/ops/formula.hpp", "autodiff/ops/index.hpp",
    "autodiff/ops/matrices.hpp", "autodiff/ops/rectified.hpp", "autodiff/ops/reduce.hpp", "autodiff/ops/rows.hpp",
    "autodiff/ops/strided.hpp", "autodiff/ops/trace.hpp", "autodiff/ops/unary.hpp", "autodiff/minimize/check.hpp",
    "autodiff/minimize/flat.hpp", "autodiff/minimize/walk.hpp", "nn/channels.hpp", "nn/conv_sizes.hpp",
    "nn/streams.hpp", "models/sha256.hpp",
    "models/onnx/call.hpp", "models/onnx/class_names.hpp", "models/onnx/conformance.hpp",
    "models/onnx/elementwise.hpp", "models/onnx/ending.hpp", "models/onnx/families.hpp", "models/onnx/messages.hpp",
    "models/onnx/operators.hpp", "models/onnx/phrases.hpp", "models/onnx/program.hpp", "models/onnx/read.hpp",
    "models/onnx/tensors.hpp", "models/onnx/windows.hpp", "models/onnx/writer.hpp",
    "models/saved_columns.hpp", "models/saved_parts.hpp", "models/staged.hpp", "models/data/coding.hpp",
    "models/data/plane_points.hpp", "attribution/axioms/rooms.hpp", "attribution/baselines/contexts.hpp",
    "attribution/coalition/blocks.hpp", "attribution/coalition/fits.hpp", "attribution/coalition/lines.hpp",
    "attribution/coalition/regression.hpp", "attribution/neurons/joint.hpp", "attribution/core/adaptive.hpp",
    "attribution/core/doubling.hpp", "attribution/core/exact.hpp", "attribution/core/linear_pieces.hpp",
    "attribution/core/measure.hpp", "attribution/core/names.hpp", "attribution/core/stage_mean.hpp",
    "attribution/core/target.hpp", "attribution/core/walk.hpp", "attribution/geometry/along_curves.hpp",
    "attribution/geometry/block_tridiagonal.hpp", "attribution/geometry/chain.hpp", "attribution/geometry/cloud.hpp",
    "attribution/geometry/explained.hpp", "attribution/geometry/finite.hpp", "attribution/geometry/measured.hpp",
    "attribution/geometry/remedies.hpp", "attribution/geometry/row_notes.hpp",
    "attribution/geometry/runge_kutta.hpp", "attribution/geometry/solve.hpp", "attribution/geometry/ways.hpp",
    "attribution/method_row.hpp", "attribution/neurons/identities.hpp",
    "attribution/neurons/path_nodes.hpp", "attribution/neurons/slopes.hpp", "attribution/path/draws.hpp",
    "attribution/path/each_target.hpp", "attribution/quality/class_probability.hpp", "attribution/quality/pixels.hpp",
    "attribution/rules/deep_lift_rules.hpp", "attribution/rules/halves.hpp",
    "attribution/rules/linear_block.hpp", "attribution/rules/lrp_layers.hpp", "attribution/rules/lrp_rules.hpp",
    "attribution/rules/reveal_cancel.hpp", "tools/",
};
// clang-format on

bool in_room(const std::string& file, const Names& rooms) {
    return std::any_of(rooms.begin(), rooms.end(), [&](const std::string& room) { return file.starts_with(room); });
}

Names lines_of(const fs::path& file) {
    Names lines;
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

std::string read(const fs::path& file) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
}

// Our C++ files with one of these endings, as paths from the root, in order.
Names files(const Names& endings, const Names& among) {
    Names found;
    for (const std::string& folder : among) {
        for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root / folder)) {
            const std::string ending = entry.path().extension();
            if (entry.is_regular_file() && std::find(endings.begin(), endings.end(), ending) != endings.end())
                found.push_back(fs::relative(entry.path(), root));
        }
    }
    std::sort(found.begin(), found.end());
    return found;
}

const Names sources = {".cpp", ".hpp", ".ipp"};
const Names folders = {"autodiff", "nn", "models", "attribution", "tools"};
const Names folders_and_tests = {"autodiff", "nn", "models", "attribution", "tools", "tests"};

// f(file, line number, line, the included name) for each #include.
template <class F>
void each_include(const Names& within, F&& f) {
    static const std::regex include(R"(^\s*#\s*include\s+[<"]([^>"]+)[>"])");
    for (const std::string& file : within) {
        int number = 0;
        for (const std::string& line : lines_of(root / file)) {
            ++number;
            if (std::smatch match; std::regex_search(line, match, include)) f(file, number, line, match[1].str());
        }
    }
}

// The installed headers: the quoted names of the dictionaries `headers` and `io_headers` in the top meson.build.
std::set<std::string> public_headers() {
    static const std::regex quoted(R"('([^']+)'(:?))");
    const std::string text = read(root / "meson.build");
    std::set<std::string> found;
    for (std::size_t first = 0; (first = text.find("headers = {", first)) != std::string::npos;) {
        const std::size_t last = text.find("\n}", first);
        const std::string table = text.substr(first, last - first);
        std::string folder;
        for (std::sregex_iterator it(table.begin(), table.end(), quoted), end; it != end; ++it) {
            if ((*it)[2].length() > 0) folder = (*it)[1];
            else found.insert(folder + "/" + (*it)[1].str());
        }
        first = last;
    }
    return found;
}

// Is the file named in the meson.build of its folder or of one above: 'name.cpp', or 'name' and a loop adds the ending?
bool is_listed(const std::string& file) {
    for (fs::path folder = fs::path(file).parent_path();; folder = folder.parent_path()) {
        const fs::path name = fs::path(file).lexically_relative(folder.empty() ? "." : folder);
        const std::string text = read(root / folder / "meson.build");  // empty where there is none
        for (const fs::path& spelling : {name, name.parent_path() / name.stem()})
            if (text.find("'" + spelling.string() + "'") != std::string::npos) return true;
        if (folder.empty()) return false;
    }
}

}  // namespace

TEST_CASE("includes between the folders point down the map only") {
    int seen = 0;
    const auto check = [&](const std::string& file, int number, const std::string&, const std::string& name) {
        if (!name.starts_with("gradpath/")) return;
        const std::string folder = file.substr(0, file.find('/')), target = name.substr(9, name.find('/', 9) - 9);
        const Names& allowed = may_include.at(folder);
        CHECK_MESSAGE(std::find(allowed.begin(), allowed.end(), target) != allowed.end(), file, ":", number, ": ",
                      folder, " may not include ", name);
        ++seen;
    };
    each_include(files(sources, folders), check);
    CHECK(seen > 0);
}

TEST_CASE("our own headers are included from the root, as <gradpath/...>") {
    each_include(files(sources, folders),
                 [](const std::string& file, int number, const std::string& line, const std::string& name) {
                     if (file.starts_with("tools/examples/micro/")) return;  // copied out of the tree, it must build
                     const bool relative = line.find('"') != std::string::npos;
                     const bool bare = may_include.contains(name.substr(0, name.find('/')));
                     CHECK_MESSAGE((!relative && !bare), file, ":", number, ": write <gradpath/...>: ", line);
                 });
}

TEST_CASE("a third-party library is used only in its rooms") {
    std::vector<std::regex> patterns;
    for (const ThirdParty& library : third_parties) patterns.emplace_back(library.pattern);
    for (const std::string& file : files(sources, folders_and_tests)) {
        if (file == "tests/layout_test.cpp") continue;  // it names them all
        const std::string text = read(root / file);
        for (std::size_t i = 0; i < patterns.size(); ++i) {
            if (std::regex_search(text, patterns[i])) {
                CHECK_MESSAGE(in_room(file, third_parties[i].rooms), file, " matches ", third_parties[i].pattern);
            }
        }
    }
}

TEST_CASE("public headers include only the standard library and public headers of ours") {
    const std::set<std::string> headers = public_headers();
    CHECK(headers.contains("autodiff/autodiff.hpp"));
    each_include({headers.begin(), headers.end()}, [&](const std::string& file, int number, const std::string&,
                                                       const std::string& name) {
        if (name.starts_with("gradpath/")) {
            CHECK_MESSAGE(headers.contains(name.substr(9)), file, ":", number, ": ", name, " is not installed");
        } else if (file != "autodiff/xtensor.hpp") {  // the one optional bridge
            CHECK_MESSAGE(name.find_first_of("./") == std::string::npos, file, ":", number, ": ", name);
        }
    });
}

TEST_CASE("every header is either installed or private by name") {
    const std::set<std::string> headers = public_headers();
    for (const std::string& file : files({".hpp"}, folders)) {
        CHECK_MESSAGE(headers.contains(file) != in_room(file, private_headers), file,
                      ": list it under `headers` in meson.build or as private in tests/layout_test.cpp, not both");
    }
    for (const std::string& file : headers) CHECK_MESSAGE(fs::exists(root / file), file, " is listed but missing");
}

TEST_CASE("every source and every test is listed in a meson.build") {
    for (const std::string& file : files({".cpp"}, folders_and_tests)) {
        if (file.starts_with("tests/consumers/")) continue;  // built by the consumers' own build files
        CHECK_MESSAGE(is_listed(file), file, ": add it to the list of its folder's meson.build");
    }
}

// Two types of one name in one namespace are one to the linker, which keeps the functions of either: nobody is told,
// and memory breaks.
TEST_CASE("no two headers define a type of one name in one namespace") {
    static const std::regex room(R"(^namespace ([\w:]+) \{)"), type(R"(^(struct|class|enum class) (\w+)[^;]*\{)");
    std::map<std::string, std::string> seen;
    for (const std::string& file : files({".hpp"}, folders)) {
        Names rooms;
        for (const std::string& line : lines_of(root / file)) {
            std::smatch match;
            if (std::regex_search(line, match, room)) rooms.push_back(match[1]);
            else if (line.starts_with("}  // namespace") && !rooms.empty()) rooms.pop_back();
            else if (std::regex_search(line, match, type)) {
                std::string name;
                for (const std::string& outer : rooms) name += outer + "::";
                const auto entry = seen.emplace(name + match[2].str(), file);
                CHECK_MESSAGE(entry.second, file, ": ", entry.first->first, " is also in ", entry.first->second);
            }
        }
    }
    CHECK(seen.contains("gradpath::tools::Spot"));
}

TEST_CASE("no file is longer than 500 lines") {
    for (const std::string& file : files(sources, folders_and_tests)) {
        const std::size_t lines = lines_of(root / file).size();
        CHECK_MESSAGE(lines <= 500, file, ": ", lines, " lines; divide it");
        if (lines > 300 && lines <= 500) MESSAGE(file, ": ", lines, " lines; 300 is the aim");
    }
}

TEST_CASE("no default build asks for the instructions of the machine it runs on") {
    Names builds = files({".build"}, folders_and_tests);
    builds.push_back("meson.build");
    for (const std::string& file : builds)
        CHECK_MESSAGE(read(root / file).find("march=native") == std::string::npos, file);
}
