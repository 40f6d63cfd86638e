#include <gradpath/models/onnx/conformance.hpp>

#include <algorithm>
#include <cmath>

#include <gradpath/models/onnx/network.hpp>
#include <gradpath/models/onnx/operators.hpp>
#include <gradpath/models/onnx/read.hpp>

namespace gradpath::models::onnx {
namespace {

namespace fs = std::filesystem;

std::string beyond_scope(const Graph& graph) {
    for (const Node& node : graph.nodes)
        if (!node.domain.empty() || find_operator(node.type) == nullptr)
            return text("operator ", node.domain, node.domain.empty() ? "" : ".", node.type);
    for (const std::vector<Port>* ports : {&graph.inputs, &graph.outputs})
        for (const Port& port : *ports)
            if (!port.element) return text("\"", port.name, "\" is ", port.type);
    return graph.unsupported.empty() ? "" : graph.unsupported[0];
}

std::string difference(const Value& got, const Value& wanted) {
    if (got.element() != wanted.element())
        return text("the type is ", to_text(got.element()), ", not ", to_text(wanted.element()));
    if (got.shape() != wanted.shape()) return text("the shape is ", got.shape(), ", not ", wanted.shape());
    if (!got.is_real()) {
        for (Index i = 0; i < got.size(); ++i)
            if (got.whole()[i] != wanted.whole()[i])
                return text("number ", i, " is ", got.whole()[i], ", not ", wanted.whole()[i]);
        return "";
    }
    const std::vector<double> a = numbers(got.real()), b = numbers(wanted.real());
    for (std::size_t i = 0; i < a.size(); ++i) {
        const bool same = a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i]));
        if (!same && !(std::abs(a[i] - b[i]) <= 1e-7 + 1e-3 * std::abs(b[i])))
            return text("number ", i, " is ", a[i], ", not ", b[i]);
    }
    return "";
}

std::vector<Value> tensors_in(const fs::path& set, const char* kind) {
    std::vector<Value> values;
    for (int i = 0;; ++i) {
        const fs::path file = set / text(kind, "_", i, ".pb");
        if (!fs::exists(file)) return values;
        values.push_back(read_tensor(file));
    }
}

std::string fault_of(const Network& network, const fs::path& set) {
    const std::vector<Value> got = network.run(tensors_in(set, "input")), wanted = tensors_in(set, "output");
    if (got.size() != wanted.size()) return text("there are ", got.size(), " outputs, not ", wanted.size());
    for (std::size_t i = 0; i < got.size(); ++i)
        if (std::string why = difference(got[i], wanted[i]); !why.empty()) return text("output ", i, ": ", why);
    return "";
}

std::vector<fs::path> sorted_folders(const fs::path& folder) {
    std::vector<fs::path> found;
    if (fs::is_directory(folder))
        for (const fs::directory_entry& entry : fs::directory_iterator(folder))
            if (entry.is_directory()) found.push_back(entry.path());
    std::ranges::sort(found);
    return found;
}

}  // namespace

std::vector<fs::path> conformance_cases(const fs::path& folder) {
    std::vector<fs::path> cases;
    for (const fs::path& suite : sorted_folders(folder))
        for (const fs::path& one : sorted_folders(suite))
            if (fs::exists(one / "model.onnx")) cases.push_back(one);
    require<IoError>(!cases.empty(), "onnx: there are no conformance cases in ", folder.string(),
                     "; they come with Debian's libonnx-testdata");
    return cases;
}

Case run_case(const fs::path& folder) {
    Case result{Case::Verdict::passed, folder.parent_path().filename(), folder.filename(), ""};
    try {
        const Graph graph = read_graph(folder / "model.onnx");
        result.note = beyond_scope(graph);
        if (!result.note.empty()) {
            result.verdict = Case::Verdict::out_of_scope;
            return result;
        }
        const Network network(graph, {.check_rows = false}, folder.string());
        const std::vector<fs::path> sets = sorted_folders(folder);
        if (sets.empty()) result.note = "there are no inputs and outputs";
        for (const fs::path& set : sets)
            if (result.note.empty()) result.note = fault_of(network, set);
    } catch (const std::exception& error) {
        result.note = error.what();
    }
    if (!result.note.empty()) result.verdict = Case::Verdict::failed;
    return result;
}

}  // namespace gradpath::models::onnx
