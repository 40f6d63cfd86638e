// A file as a model, for all that takes models.
#include <algorithm>

#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/io/file.hpp>
#include <gradpath/autodiff/memory_budget.hpp>
#include <gradpath/models/onnx/class_names.hpp>
#include <gradpath/models/onnx/ending.hpp>
#include <gradpath/models/onnx/network.hpp>
#include <gradpath/models/onnx/read.hpp>
#include <gradpath/models/sha256.hpp>

namespace gradpath::models::onnx {
namespace {

// Conv 26, Relu 26, MaxPool 3: the most frequent first.
std::string operators_of(const Graph& graph) {
    std::map<std::string, int> counts;
    for (const Node& node : graph.nodes) ++counts[node.type];
    std::vector<std::pair<int, std::string>> order;
    for (const auto& [type, count] : counts) order.emplace_back(-count, type);
    std::ranges::sort(order);
    std::string list;
    for (const auto& [count, type] : order) list += text(list.empty() ? "" : ", ", type, " ", -count);
    return list;
}

// The name of the function is that of the file's bytes; parameters are told apart by models::hash itself.
Model model_of(const Graph& whole, std::string_view bytes, const std::string& name, const Import& options) {
    const Graph graph = options.output.empty() ? whole : ended_at(whole, options.output);
    try {
        const Network network(graph, options, name);
        Sha256 digest;
        digest.add(bytes);
        Model model{"onnx", {{"graph", digest.hex()}, {"operators", operators_of(graph)}}, network, network.row(), 0};
        if (!options.output.empty()) model.options["output"] = options.output;
        model.ending = ending_of(graph, options.output);
        const NoRecording plain;
        const memory::Budget budget(options.memory, import_memory);
        model.classes = model(zeros(Shape{1}.joined(model.input))).shape()[1];
        model.class_names = read_class_names(graph.metadata, static_cast<std::size_t>(model.classes));
        return model;
    } catch (const IoError&) {
        throw;
    } catch (const Error& error) {
        throw IoError(text(error.what(), " (", name, ")"));
    }
}

}  // namespace

Network open(const std::filesystem::path& path, const Import& options) {
    return Network(read_graph(path), options, path.string());
}

Model load(const std::filesystem::path& path, const Import& options) {
    const std::string bytes = io::read_file(path);
    const std::filesystem::path folder = path.parent_path();
    return model_of(parse_graph(bytes, path.string(), folder.empty() ? "." : folder), bytes, path.string(), options);
}

Model parse(std::string_view bytes, const std::string& name, const Import& options) {
    return model_of(parse_graph(bytes, name), bytes, name, options);
}

}  // namespace gradpath::models::onnx
