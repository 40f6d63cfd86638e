#include <gradpath/tools/commands/layers.hpp>

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include <gradpath/attribution/neurons/layer.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/version.hpp>
#include <gradpath/tools/commands/explanation_report.hpp>
#include <gradpath/tools/commands/format.hpp>
#include <gradpath/tools/report/html.hpp>
#include <gradpath/tools/report/png.hpp>

namespace gradpath::tools {
namespace {

using attribution::Attribution;
using Json = nlohmann::ordered_json;

std::vector<Attribution> answers(const Explained& about, const attribution::Method& method,
                                 attribution::Settings& settings) {
    settings.set.erase("layer");
    if (method.run_layers) return method.run_layers(about.subject.run, about.rows.x, settings);
    std::vector<Attribution> all;
    for (const attribution::LayerInfo& layer : attribution::layers_of(about.subject.run, about.rows.x)) {
        settings.set["layer"] = layer.name;
        all.push_back(method.run(about.subject.run, about.rows.x, settings));
    }
    require(!all.empty(), method.name, ": the model has no named layers; name its places with tap()");
    return all;
}

std::string shape_text(const Shape& shape) {
    std::string words;
    for (const Index length : shape) words += text(words.empty() ? "" : " x ", length);
    return words;
}

/// The layer, its sum, how much cancels in it, its largest unit, and the widest gap of its identities.
std::vector<std::string> line(const Explained& e, std::size_t k) {
    const Attribution& a = e.attribution;
    const Index units = value_row(e).size(), first = static_cast<Index>(k) * units;
    double sum = 0, absolute = 0, gap = 0;
    Index largest = 0;
    for (Index i = 0; i < units; ++i) {
        sum += a.values.at(first + i);
        absolute += std::abs(a.values.at(first + i));
        if (a.values.at(first + i) > a.values.at(first + largest)) largest = i;
    }
    for (const attribution::Identity& identity : a.identities) gap = std::max(gap, identity.gap[k]);
    return {a.layer,
            shape_text(value_row(e)),
            short_number(sum),
            short_number(absolute),
            text(short_number(a.values.at(first + largest)), " at ", largest),
            a.identities.empty() ? "-" : short_number(gap, 3)};
}

}  // namespace

std::vector<Explained> explain_layers(const Explained& about, const attribution::Method& method,
                                      attribution::Settings settings) {
    std::vector<Explained> all;
    for (Attribution& answer : answers(about, method, settings)) {
        all.push_back(about);
        all.back().options["layer"] = answer.layer;
        all.back().attribution = std::move(answer);
    }
    return all;
}

Json layers_json(const std::vector<Explained>& all, const std::string& values_file) {
    const Attribution& first = all.front().attribution;
    Json layers = Json::array();
    for (const Explained& e : all) layers.push_back(result_json(e, values_file));
    return {{"schema", "gradpath.layers/1"},
            {"version", version()},
            {"method", first.method},
            {"evaluations", {{"forward", first.evaluations.forward}, {"backward", first.evaluations.backward}}},
            {"seconds", first.seconds},
            {"layers", layers}};
}

std::string layers_text(const std::vector<Explained>& all) {
    const Explained& one = all.front();
    const Attribution& a = one.attribution;
    std::string words =
        table_text({{"method", text(a.method, " of the ", describe(a.stage),
                                    a.baseline_kind.empty() ? "" : ", baseline " + a.baseline_kind)},
                    {"model", one.subject.name},
                    {"input", text(one.rows.name, ", ", a.values.rows(), a.values.rows() == 1 ? " row" : " rows")},
                    {"cost", text(a.evaluations.forward, " forward and ", a.evaluations.backward, " backward rows, ",
                                  fixed(a.seconds, 3), " s")}},
                   {0, 1});
    for (std::size_t k = 0; k < a.f_input.size(); ++k) {
        words += text("\nrow ", one.rows.position(static_cast<Index>(k) / targets_of(a)), ", target ",
                      target_text(one, k), ", f(input) ", short_number(a.f_input[k]), "\n");
        std::vector<std::vector<std::string>> table{{"layer", "shape", "sum", "sum of |a|", "largest", "widest gap"}};
        for (const Explained& e : all) table.push_back(line(e, k));
        words += table_text(table, {0, 1});
    }
    return words;
}

void write_layers(const std::filesystem::path& folder, const std::vector<Explained>& all) {
    ResultFiles files;
    std::vector<Picture> pictures;
    for (const Explained& e : all) {
        for (io::NamedTensor& array : result_arrays(e)) {
            const bool of_layer = array.name == "values" || array.name == "standard_error";
            if (!of_layer && &e != &all.front()) continue;  // they are common to all
            if (of_layer) array.name += "." + e.attribution.layer;
            files.tensors.push_back(std::move(array));
        }
        pictures.push_back(result_picture(e, 1));
    }
    files.others = {{"heatmap.png", encode_png(stacked(pictures))}, {"explain.html", html(explanation_report(all))}};
    add_document(files, "result.json", layers_json(all, "attribution.npz"));
    replace_result(folder, files);
}

}  // namespace gradpath::tools
