#include <gradpath/tools/commands/baselines.hpp>

#include <algorithm>
#include <numeric>

#include <nlohmann/json.hpp>

#include <gradpath/attribution/quality/agreement.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/version.hpp>
#include <gradpath/tools/commands/format.hpp>
#include <gradpath/tools/commands/numbers.hpp>
#include <gradpath/tools/commands/subject_json.hpp>
#include <gradpath/tools/report/heatmap.hpp>
#include <gradpath/tools/report/png.hpp>

namespace gradpath::tools {
namespace {

using attribution::Attribution;
using attribution::quality::rank_agreement;
using Json = nlohmann::ordered_json;

/// Of every answer with every answer.
std::vector<std::vector<double>> agreements(const UnderBaselines& all) {
    std::vector<std::vector<double>> table(all.answers.size(), std::vector<double>(all.answers.size(), 1));
    for (std::size_t a = 0; a < table.size(); ++a)
        for (std::size_t b = 0; b < a; ++b) table[a][b] = table[b][a] = rank_agreement(all.answers[a], all.answers[b]);
    return table;
}

double mean_of(const std::vector<double>& list) {
    return std::accumulate(list.begin(), list.end(), 0.0) / static_cast<double>(list.size());
}

Json per_row(const std::optional<std::vector<double>>& values, const Attribution& a) {
    const Index targets = static_cast<Index>(a.f_input.size()) / a.values.rows();
    return values ? per_row_json(*values, targets, a.all_targets) : Json(nullptr);
}

}  // namespace

const std::vector<std::string>& all_baselines() {
    static const std::vector<std::string> names{"zero",          "constant:1",   "mean",
                                                "blur",          "farthest",     "black+white",
                                                "uniform:0,1,8", "gaussian:1,8", "coalition:0,8"};
    return names;
}

const std::string& baselines_left_out() {
    static const std::string words =
        "training samples (samples:FILE), learned ones (learned:DATA) and typical, which need data; numbers and files "
        "of your own";
    return words;
}

UnderBaselines explain_under_all(const Subject& subject, const Rows& rows,
                                 const std::function<Attribution(const std::string& baseline)>& run) {
    UnderBaselines all{subject, rows, {}, {}};
    for (const std::string& name : all_baselines()) {
        all.answers.push_back(run(name));
        all.names.push_back(all.answers.back().baseline_kind);
    }
    return all;
}

Json baselines_json(const UnderBaselines& all) {
    Json list = Json::array();
    for (std::size_t k = 0; k < all.answers.size(); ++k) {
        const Attribution& a = all.answers[k];
        list.push_back({{"baseline", all.names[k]},
                        {"f_baseline", per_row(a.f_baseline, a)},
                        {"delta", per_row(a.delta, a)},
                        {"relative_delta", per_row(a.relative_delta, a)},
                        {"ncc_gap", per_row(a.ncc_gap, a)},
                        {"notes", a.notes}});
    }
    const Attribution& first = all.answers.front();
    return {{"schema", "gradpath.baselines/1"},
            {"version", version()},
            {"method", first.method},
            {"model", subject_json(all.subject)},
            {"target", first.target.empty() ? Json(first.target_kind) : Json(first.target)},
            {"output_stage", describe(first.stage)},
            {"f_input", per_row(first.f_input, first)},
            {"baselines", list},
            {"agreement", agreements(all)},
            {"left_out", baselines_left_out()}};
}

std::string baselines_text(const UnderBaselines& all) {
    const std::vector<std::vector<double>> agreement = agreements(all);
    std::vector<std::vector<std::string>> figures{{"baseline", "f(baseline)", "sum of |a| - |dF|", "relative delta"}},
        table{{"rank agreement"}};
    for (std::size_t k = 0; k < all.answers.size(); ++k) {
        const Attribution& a = all.answers[k];
        const auto cell = [](const auto& list) { return list ? short_number(mean_of(*list), 3) : std::string("-"); };
        figures.push_back({all.names[k], cell(a.f_baseline), cell(a.ncc_gap), cell(a.relative_delta)});
        table[0].push_back(std::to_string(k + 1));
        table.push_back({std::to_string(k + 1) + " " + all.names[k]});
        for (const double rho : agreement[k]) table.back().push_back(fixed(rho, 2));
    }
    const Attribution& first = all.answers.front();
    const std::string rows = std::to_string(first.values.rows()) + (first.values.rows() == 1 ? " row" : " rows");
    return table_text({{"method", first.method + " of the " + describe(first.stage)},
                       {"model", all.subject.name},
                       {"input", all.rows.name + ", " + rows}},
                      {0, 1}) +
           "\n" + table_text(figures) + "\n" + table_text(table) + "\n" +
           wrapped("Left out: " + baselines_left_out() + ".", 0);
}

void write_baselines(const std::filesystem::path& folder, const UnderBaselines& all) {
    std::vector<Tensor> values;
    std::vector<HeatColumn> columns;
    for (std::size_t k = 0; k < all.answers.size(); ++k) {
        const Tensor& v = all.answers[k].values;
        values.push_back(reshape(v, Shape{1}.joined(v.shape())));
        const Explained one{.subject = all.subject, .rows = all.rows, .options = {}, .attribution = all.answers[k]};
        if (of_features(one)) columns.push_back({all.names[k], map_of(one, 0)});
    }
    ResultFiles files{{{"values", concat(values)}, {"input", all.rows.x}}};
    if (is_image(all.subject.row) && !columns.empty()) {
        const Tensor first = reshape(slice(all.rows.x, 0, 0, 1), all.subject.row);
        files.others.emplace_back("heatmap.png", encode_png(heat_grid(red_first(all.subject.ends, first), columns)));
    }
    add_document(files, "baselines.json", baselines_json(all));
    replace_result(folder, files);
}

}  // namespace gradpath::tools
