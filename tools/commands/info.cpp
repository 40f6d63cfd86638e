// Without a file: what this program is and runs on. With one: what it holds; for a model also the places that can be
// tapped.
#include <algorithm>
#include <filesystem>
#include <span>

#include <nlohmann/json.hpp>

#include <gradpath/autodiff/io/npz.hpp>
#include <gradpath/autodiff/io/safetensors.hpp>
#include <gradpath/autodiff/kernels/kernels.hpp>
#include <gradpath/autodiff/memory.hpp>
#include <gradpath/autodiff/threads.hpp>
#include <gradpath/autodiff/version.hpp>
#include <gradpath/models/saved.hpp>
#include <gradpath/nn/summary.hpp>
#include <gradpath/tools/commands/commands.hpp>
#include <gradpath/tools/commands/common.hpp>
#include <gradpath/tools/commands/format.hpp>
#include <gradpath/tools/commands/graph_file.hpp>
#include <gradpath/tools/commands/onnx.hpp>
#include <gradpath/tools/commands/subject.hpp>
#include <gradpath/tools/report/png.hpp>

namespace gradpath::tools {
namespace {

using Json = nlohmann::ordered_json;
using Lines = std::vector<std::vector<std::string>>;

Json list(const Shape& shape) { return std::vector<Index>(shape.begin(), shape.end()); }

std::string compiler() {
#if defined(__clang__)
    return text("clang ", __clang_major__, ".", __clang_minor__, ".", __clang_patchlevel__);
#else
    return text("g++ ", __GNUC__, ".", __GNUC_MINOR__, ".", __GNUC_PATCHLEVEL__);
#endif
}

Json build_json() {
    Json isas = Json::array();
    for (const char* isa : kernels::available_isas()) isas.push_back(isa);
    return {{"schema", "gradpath.info/1"},
            {"kind", "build"},
            {"version", version()},
            {"compiler", compiler()},
            {"isa", isa()},
            {"isas", isas},
            {"threads", threads()},
            {"allocator", {{"current_bytes", memory::current_bytes()}, {"peak_bytes", memory::peak_bytes()}}}};
}

Json entry_json(const std::string& name, const std::string& dtype, const Shape& shape) {
    return {{"name", name}, {"dtype", dtype}, {"shape", list(shape)}};
}
Json tensor_json(const std::string& name, const Tensor& t) { return entry_json(name, to_text(t.dtype()), t.shape()); }
Json array_json(const std::string& name, const io::NpyHeader& header) {
    return entry_json(name, to_text(header.element), header.shape);
}

Json model_json(const std::string& file, const models::Model& model) {
    Json tensors = Json::array(), layers = Json::array();
    for (const nn::Parameter& t : nn::tensors(model)) tensors.push_back(tensor_json(t.name, t.value));
    const nn::Summary summary = nn::summary_of(model, placed_parameters(model), model.input);
    for (const nn::SummaryRow& row : summary.rows)
        layers.push_back({{"name", row.path},
                          {"shape", list(row.output)},
                          {"parameters", row.parameters},
                          {"multiply_adds", row.multiply_adds},
                          {"bytes", row.bytes}});
    Json document = {{"schema", "gradpath.info/1"},
                     {"kind", "model"},
                     {"file", file},
                     {"architecture", model.architecture},
                     {"options", model.options},
                     {"hash", models::hash(model)},
                     {"input", list(model.input)},
                     {"outputs", model.classes},
                     {"classes", model.class_names},
                     {"normalisation", {{"mean", model.normalisation.mean}, {"sd", model.normalisation.sd}}},
                     {"parameters", nn::count(model)},
                     {"per_row", {{"multiply_adds", summary.multiply_adds}, {"bytes", summary.bytes}}},
                     {"tensors", tensors},
                     {"layers", layers}};
    if (model.ending.kind != models::Ending::logits)
        document["ending"] = {{"step", model.ending.step}, {"of", model.ending.before}};
    if (!model.columns.empty()) {
        document["label"] = model.label;
        document["features"] = models::feature_names(model.columns);
    }
    return document;
}

Json tensors_json(const std::string& file, const std::string& kind, const Json& entries) {
    return {{"schema", "gradpath.info/1"}, {"kind", kind}, {"file", file}, {"tensors", entries}};
}

Json safetensors_json(const std::string& file) {
    const io::SafeTensors held = io::read_safetensors(file);
    if (held.metadata.contains("gradpath.training")) {
        const models::Checkpoint checkpoint = models::load_checkpoint(file);
        Json document = model_json(file, checkpoint.model);
        document["kind"] = "checkpoint";
        document["training"] = {{"epoch", checkpoint.state.epoch},
                                {"batch", checkpoint.state.batch},
                                {"steps", checkpoint.state.steps},
                                {"settings", checkpoint.run}};
        return document;
    }
    if (held.metadata.contains("gradpath")) return model_json(file, models::load_model(file));
    Json entries = Json::array();
    for (const io::NamedTensor& t : held.tensors) entries.push_back(tensor_json(t.name, t.value));
    for (const io::NamedIndices& entry : held.indices)
        entries.push_back(entry_json(entry.name, "int64", entry.value.shape()));
    return tensors_json(file, "safetensors", entries);
}

Json npz_json(const std::string& file) {
    Json entries = Json::array();
    for (const io::NamedHeader& array : io::npz_headers(file)) entries.push_back(array_json(array.name, array.header));
    return tensors_json(file, "npz", entries);
}

/// What is done to the input a file does not tell: whatever it is stands among its nodes.
Json onnx_json(const std::string& file, const models::Model& model) {
    Json document = model_json(file, model);
    document["normalisation"] = nullptr;
    return document;
}

Json file_json(const std::string& file) {
    require<IoError>(std::filesystem::exists(file) && !std::filesystem::is_directory(file),
                     "info: no such file: ", file);
    const std::string ending = ending_of(file);
    if (ending == ".safetensors") return safetensors_json(file);
    if (ending == ".onnx") return onnx_json(file, load_onnx(file));
    if (ending == ".npz") return npz_json(file);
    if (ending == ".npy") return tensors_json(file, "npy", Json::array({array_json("", io::read_npy_header(file))}));
    if (ending == ".png") {
        const Picture picture = read_png(file);
        return {{"schema", "gradpath.info/1"},
                {"kind", "png"},
                {"file", file},
                {"width", picture.width},
                {"height", picture.height},
                {"channels", picture.channels}};
    }
    throw UsageError("info: it reads .safetensors, .onnx, .npz, .npy and .png files: got \"" + file + "\"");
}

Json formula_json(const Subject& subject) {
    const Tensor row = zeros(Shape{1}.joined(subject.row), subject.dtype);
    return {{"schema", "gradpath.info/1"}, {"kind", "formula"},          {"formula", subject.name},
            {"hash", subject.hash},        {"input", list(subject.row)}, {"outputs", subject.run(row).shape()[1]}};
}

/// A value of a document in a line: (1, 28, 28), a text without its quotes.
std::string in_line(const Json& value) {
    if (value.is_string()) return value.get<std::string>();
    if (value.is_number_float()) return short_number(value.get<double>());
    if (!value.is_array() && !value.is_object()) return value.dump();
    std::string words;
    for (const auto& [key, item] : value.items())
        words += (words.empty()       ? ""
                  : value.is_object() ? "  "
                                      : ", ") +
                 (value.is_object() ? key + "=" : "") + in_line(item);
    return value.is_object() ? words : "(" + words + ")";
}

std::string tensors_text(const Json& tensors) {
    Lines rows{{"tensors", "dtype", "shape"}};
    for (const Json& entry : tensors)
        rows.push_back({in_line(entry["name"]), in_line(entry["dtype"]), in_line(entry["shape"])});
    return table_text(rows, {0, 1, 2});
}

std::string layers_text(const Json& layers) {
    Lines rows{{"layers", "shape", "parameters", "multiply-adds", "output"}};
    for (const Json& entry : layers) {
        const std::string name = in_line(entry["name"]);
        rows.push_back({name.empty() ? "(elsewhere)" : name, in_line(entry["shape"]), in_line(entry["parameters"]),
                        in_line(entry["multiply_adds"]), bytes_text(entry["bytes"].get<std::size_t>())});
    }
    return table_text(rows, {0, 1});
}

std::string cost_text(const Json& cost) {
    return in_line(cost["multiply_adds"]) + " multiply-adds, " + bytes_text(cost["bytes"].get<std::size_t>()) +
           " of outputs";
}

std::string document_text(const Json& document) {
    Lines facts;
    std::string tables;
    for (const auto& [key, value] : document.items()) {
        if (key == "schema") continue;
        if (key == "normalisation" && (value.is_null() || value["mean"].empty())) {
            facts.push_back({key, value.is_null() ? "not told by the file; whatever its operators do" : "none"});
            continue;
        }
        if (key == "training") {
            for (const auto& [name, item] : value.items())
                if (name != "settings") facts.push_back({name, in_line(item)});
            Lines rows{{"setting", "value"}};
            for (const auto& [name, item] : value["settings"].items()) rows.push_back({name, in_line(item)});
            tables += "\n" + table_text(rows, {0, 1});
            continue;
        }
        if (key == "tensors") tables += "\n" + tensors_text(value);
        else if (key == "layers") tables += "\n" + layers_text(value);
        else if (key == "per_row") facts.push_back({"one row", cost_text(value)});
        else facts.push_back({key, in_line(value)});
    }
    return table_text(facts, {0, 1}) + tables;
}

Exit report(const Common& common, const Json& document) {
    if (common.json) print_json(document);
    else print(document_text(document));
    return Exit::fine;
}

}  // namespace

Exit info(Words words, const std::atomic<bool>&) {
    Common common;
    std::string file;
    std::optional<std::string> graph;
    Arguments arguments("info",
                        "Shows the build, what a model, tensor or picture file holds, or draws the graph of a model.",
                        "gradpath info\ngradpath info run/model.safetensors --graph model.svg\ngradpath info "
                        "'expr:x1*x2' --graph g.dot");
    arguments.positional("FILE", file, "a .safetensors, .onnx, .npz, .npy or .png file, or expr:FORMULA");
    arguments.option("--graph", "FILE", graph, "draw the model's graph there: .svg, or .dot for Graphviz");
    add_common(arguments, common);
    if (!arguments.parse(words)) return print(arguments.help()), Exit::fine;
    apply(common);
    require<UsageError>(common.out.empty(), "info: it leaves no files but that of --graph: leave out --out");
    require<UsageError>(!graph || !file.empty(),
                        "info: --graph draws a model: name a .safetensors file of gradpath, an .onnx file or "
                        "expr:FORMULA");
    const bool is_formula = file.starts_with("expr:");
    if (is_formula || graph) {
        const Subject subject = open_subject("info", file, common.dtype, "", {});
        if (graph) write_graph(subject, *graph);
        if (is_formula) return report(common, formula_json(subject));
    }
    return report(common, file.empty() ? build_json() : file_json(file));
}

}  // namespace gradpath::tools
