// Vectors of an attribution have an entry per row, or per row and target; here they become arrays of rows. What a
// method does not claim or measure is null. result.json is written last: where it is, the files it names are, too.
#include <gradpath/tools/commands/result.hpp>

#include <algorithm>
#include <cmath>

#include <gradpath/autodiff/io/file.hpp>
#include <gradpath/autodiff/io/npz.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/version.hpp>
#include <gradpath/tools/commands/common.hpp>
#include <gradpath/tools/commands/explanation_report.hpp>
#include <gradpath/tools/commands/numbers.hpp>
#include <gradpath/tools/commands/subject_json.hpp>
#include <gradpath/tools/report/chart.hpp>
#include <gradpath/tools/report/html.hpp>
#include <gradpath/tools/report/png.hpp>

namespace gradpath::tools {
namespace {

using attribution::Attribution;
using Json = nlohmann::ordered_json;

constexpr Index small_row = 64;  // numbers of a row that still stand in the document

Json shape_json(const Shape& shape) { return std::vector<Index>(shape.begin(), shape.end()); }

template <class T>
Json per_row(const std::optional<std::vector<T>>& values, const Attribution& a) {
    if (!values) return nullptr;
    return per_row_json(std::vector<double>(values->begin(), values->end()), targets_of(a), a.all_targets);
}

/// One figure per [row, target] from its numbers of a tensor shaped like the values.
template <class F>
std::vector<double> reduced(const Tensor& t, const Attribution& a, const F& f) {
    const Index count = static_cast<Index>(a.f_input.size()), inner = t.size() / count;
    std::vector<double> figures(static_cast<std::size_t>(count));
    for (Index k = 0; k < count; ++k) {
        double figure = 0;
        for (Index i = 0; i < inner; ++i) figure = f(figure, t.at(k * inner + i));
        figures[static_cast<std::size_t>(k)] = figure;
    }
    return figures;
}

/// Per row, all targets together.
Json met_json(const Attribution& a) {
    if (!a.tolerance_met) return nullptr;
    return std::vector<bool>(*a.tolerance_met);
}

/// A number, true or false where the text is one.
Json option_json(const std::string& text) {
    const Json value = Json::parse(text, nullptr, false);
    return value.is_number() || value.is_boolean() ? value : Json(text);
}

/// The shape, and the numbers where they are few; `file`: where they are.
Json tensor_json(const Tensor& t, const std::string& file) {
    Json values = {{"file", file.empty() ? Json(nullptr) : Json(file)}, {"shape", shape_json(t.shape())}};
    if (t.size() / t.rows() <= small_row) values["data"] = nested_json(t, t.shape());
    return values;
}

/// `target` as integers, so that --target can read it.
std::vector<io::NamedIndices> index_arrays(const Attribution& a) {
    if (a.target.empty()) return {};
    return {{"target", Indices({static_cast<Index>(a.target.size())}, a.target)}};
}

/// The attributions of the table's columns: of a column of categories, the sum over its features.
Json columns_json(const Explained& e) {
    const Attribution& a = e.attribution;
    const auto targets = static_cast<std::size_t>(targets_of(a));
    std::vector<std::vector<ColumnShare>> shares;
    for (std::size_t k = 0; k < a.f_input.size(); ++k) shares.push_back(column_shares(e, k));
    Json columns = Json::array();
    for (std::size_t i = 0; i < e.subject.model->columns.size(); ++i) {
        std::vector<double> values;
        Json inputs = Json::array();
        for (std::size_t k = 0; k < shares.size(); ++k) {
            values.push_back(shares[k][i].attribution);
            if (k % targets == 0) inputs.push_back(shares[k][i].input);
        }
        columns.push_back({{"name", e.subject.model->columns[i].name},
                           {"input", inputs},
                           {"attribution", per_row_json(values, targets_of(a), a.all_targets)}});
    }
    return columns;
}

}  // namespace

Index targets_of(const Attribution& a) { return static_cast<Index>(a.f_input.size()) / a.values.rows(); }

bool of_features(const Explained& e) { return e.attribution.layer.empty(); }

Shape value_row(const Explained& e) {
    const Shape shape = feature_values(e).shape();
    return shape.slice(e.attribution.all_targets ? 2 : 1, shape.rank());
}

std::vector<io::NamedTensor> result_arrays(const Explained& e) {
    const Attribution& a = e.attribution;
    const Shape shape = a.all_targets ? Shape{a.values.rows(), targets_of(a)} : Shape{a.values.rows()};
    const auto column = [&](const std::vector<double>& values) {
        return Tensor(shape, std::span<const double>(values));
    };
    std::vector<io::NamedTensor> list{{"values", a.values}, {"input", e.rows.x}, {"f_input", column(a.f_input)}};
    if (a.baseline) list.push_back({"baseline", *a.baseline});
    if (a.standard_error) list.push_back({"standard_error", *a.standard_error});
    if (a.players) list.push_back({"players", *a.players});
    if (a.dividends) list.push_back({"dividends", *a.dividends});
    if (a.f_baseline) list.push_back({"f_baseline", column(*a.f_baseline)});
    if (a.delta) list.push_back({"delta", column(*a.delta)});
    if (a.relative_delta) list.push_back({"relative_delta", column(*a.relative_delta)});
    if (a.quadrature_error) list.push_back({"quadrature_error", column(*a.quadrature_error)});
    if (a.half_width) list.push_back({"half_width", column(*a.half_width)});
    return list;
}

Tensor feature_values(const Explained& e) {
    const Tensor& values = e.attribution.values;
    if (!of_features(e)) return values;
    const Index features = e.subject.row.size(), lanes = static_cast<Index>(e.attribution.f_input.size());
    if (values.size() == lanes * features) return values;
    const Shape shape = values.shape().slice(0, values.rank() - e.subject.row.rank());
    return reshape(sum(reshape(values, {lanes, features, features}), {.axes = {2}}), shape);
}

bool is_image(const Shape& row) {
    const bool grid = row.rank() == 2 || (row.rank() == 3 && (row[0] == 1 || row[0] == 3));
    return grid && row[-1] > 1 && row[-2] > 1;
}

namespace {

Json located_json(const Located& l) {
    return {{"region", l.region}, {"positive", l.positive}, {"area", l.area}, {"edges", l.edges}, {"random", l.random}};
}

}  // namespace

Json result_json(const Explained& e, const std::string& values_file) {
    const Attribution& a = e.attribution;
    const auto sum = [](double total, double v) { return total + v; };
    const auto largest = [](double most, double v) { return std::max(most, v); };
    Json options = Json::object();
    for (const auto& [name, value] : e.options) options[name] = option_json(value);
    Json d;
    d["schema"] = "gradpath.result/1";
    d["version"] = version();
    d["method"] = a.method;
    d["options"] = options;
    d["model"] = subject_json(e.subject);
    d["input"] = {{"shape", shape_json(e.rows.x.shape())}};
    if (!e.subject.feature_names.empty()) d["input"]["features"] = e.subject.feature_names;
    if (!e.rows.notes.empty()) d["input"]["notes"] = e.rows.notes;
    d["target"] = a.target.empty() ? Json(a.target_kind) : Json(a.target);
    d["output_stage"] = describe(a.stage);
    d["baseline"] = a.baseline_kind.empty() ? Json(nullptr) : Json(a.baseline_kind);
    d["layer"] = a.layer.empty() ? Json(nullptr) : Json(a.layer);
    d["values"] = tensor_json(a.values, values_file);
    if (a.players) d["players"] = tensor_json(*a.players, values_file);
    if (a.dividends) d["dividends"] = tensor_json(*a.dividends, values_file);
    if (!e.subject.feature_names.empty() && of_features(e)) d["columns"] = columns_json(e);
    d["sum"] = per_row_json(reduced(a.values, a, sum), targets_of(a), a.all_targets);
    d["f_input"] = per_row_json(a.f_input, targets_of(a), a.all_targets);
    d["f_baseline"] = per_row(a.f_baseline, a);
    d["delta"] = per_row(a.delta, a);
    d["relative_delta"] = per_row(a.relative_delta, a);
    d["quadrature_error"] = per_row(a.quadrature_error, a);
    d["ncc_gap"] = per_row(a.ncc_gap, a);
    d["identities"] = Json::array();
    for (const attribution::Identity& identity : a.identities)
        d["identities"].push_back(
            {{"name", identity.name}, {"gap", per_row_json(identity.gap, targets_of(a), a.all_targets)}});
    if (e.located) d["located"] = located_json(*e.located);
    d["stderr"] = a.standard_error ? per_row_json(reduced(*a.standard_error, a, largest), targets_of(a), a.all_targets)
                                   : Json(nullptr);
    if (a.half_width) d["half_width"] = per_row(a.half_width, a);
    d["steps"] = a.steps ? Json(*a.steps) : Json(nullptr);
    d["rule"] = a.rule.empty() ? Json(nullptr) : Json(a.rule);
    d["tolerance"] = a.tolerance ? Json(*a.tolerance) : Json(nullptr);
    d["tolerance_met"] = met_json(a);
    d["samples"] = a.samples ? Json(*a.samples) : Json(nullptr);
    d["evaluations"] = {{"forward", a.evaluations.forward}, {"backward", a.evaluations.backward}};
    d["seconds"] = a.seconds;
    d["peak_bytes"] = a.peak_bytes;
    d["seed"] = a.seed ? Json(*a.seed) : Json(nullptr);
    d["dtype"] = to_text(a.dtype);
    d["isa"] = a.isa;
    d["threads"] = a.threads;
    d["notes"] = a.notes;
    return d;
}

std::vector<std::string> result_files(const Explained& e) {
    std::vector<std::string> names{"attribution.npz"};
    if (feature_bars(e, 0)) names.emplace_back("bars.svg");
    const bool table = !e.subject.feature_names.empty();
    if (table || !of_features(e) || is_image(e.subject.row)) names.emplace_back("heatmap.png");
    names.emplace_back("explain.html");
    names.emplace_back("result.json");
    return names;
}

void add_document(ResultFiles& files, const std::string& name, const Json& document) {
    files.others.emplace_back(name, json_text(document));
}

void replace_result(const std::filesystem::path& folder, const ResultFiles& files) {
    for (const char* old :
         {"result.json", "baselines.json", "attribution.npz", "heatmap.png", "bars.svg", "explain.html"})
        remove_file(folder / old);
    io::write_npz(folder / "attribution.npz", files.tensors, files.indices);
    for (const auto& [name, bytes] : files.others) io::write_file(folder / name, bytes);
}

void write_result(const std::filesystem::path& folder, const Explained& e) {
    ResultFiles files{result_arrays(e), index_arrays(e.attribution)};
    for (const std::string& name : result_files(e)) {
        if (name == "heatmap.png") files.others.emplace_back(name, encode_png(result_picture(e)));
        if (name == "explain.html") files.others.emplace_back(name, html(explanation_report(std::span(&e, 1))));
        if (name == "bars.svg") files.others.emplace_back(name, svg_file(drawing_of(*feature_bars(e, 0))));
    }
    add_document(files, "result.json", result_json(e, "attribution.npz"));
    replace_result(folder, files);
}

}  // namespace gradpath::tools
