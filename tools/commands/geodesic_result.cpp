// What a solver does not tell is null. geodesic.json is written last: where it is, the files it names are, too.
#include <gradpath/tools/commands/geodesic_result.hpp>

#include <nlohmann/json.hpp>

#include <gradpath/autodiff/io/file.hpp>
#include <gradpath/autodiff/io/npz.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/version.hpp>
#include <gradpath/tools/commands/common.hpp>
#include <gradpath/tools/commands/format.hpp>
#include <gradpath/tools/commands/numbers.hpp>
#include <gradpath/tools/commands/result.hpp>
#include <gradpath/tools/commands/subject_json.hpp>
#include <gradpath/tools/report/png.hpp>

namespace gradpath::tools {
namespace {

using Json = nlohmann::ordered_json;

constexpr Index few_numbers = 64;  // of a point that still stands in the document
constexpr const char* form = "path integral";

/// Only curves that are relaxed or shot are judged.
bool is_judged(const FoundGeodesic& g) { return g.curve.certificate > 0 || g.curve.converged; }

/// Only relax has curves with fewer corners behind it.
bool has_coarse(const FoundGeodesic& g) { return is_judged(g) && g.curve.coarse_certificate > 0; }

Json point_json(const Tensor& point) {
    Json shape = std::vector<Index>(point.shape().begin() + 1, point.shape().end());
    Json json = {{"shape", shape}};
    if (point.size() <= few_numbers) json["data"] = nested_json(point, point.shape().slice(1, point.rank()));
    return json;
}

}  // namespace

nlohmann::ordered_json geodesic_json(const FoundGeodesic& g, const std::string& file) {
    const attribution::Attribution& a = g.attribution;
    const auto judged = [&](const Json& value) { return is_judged(g) ? value : Json(nullptr); };
    const Index last = g.curve.corners.rows() - 1;
    Json d;
    d["schema"] = "gradpath.geodesic/1";
    d["version"] = version();
    d["model"] = subject_json(g.subject);
    d["metric"] = g.options.at("metric");
    d["solver"] = g.options.at("solver");
    d["options"] = g.options;
    d["from"] = point_json(slice(g.curve.corners, 0, 0, 1));
    d["to"] = point_json(slice(g.curve.corners, 0, last, last + 1));
    d["target"] = a.target.empty() ? Json(a.target_kind) : Json(a.target);
    d["output_stage"] = describe(a.stage);
    d["points"] = last + 1;
    d["length"] = g.curve.length;
    d["straight_length"] = g.curve.straight_length;
    d["energy"] = g.curve.energy;
    d["straight_energy"] = g.curve.straight_energy;
    d["gradient_norm"] = judged(g.curve.gradient_norm);
    d["certificate"] = judged(g.curve.certificate);
    d["coarse_certificate"] = has_coarse(g) ? Json(g.curve.coarse_certificate) : Json(nullptr);
    d["converged"] = judged(g.curve.converged);
    d["smooth"] = judged(g.curve.smooth);
    d["iterations"] = judged(g.curve.iterations);
    d["f_from"] = (*a.f_baseline)[0];
    d["f_to"] = a.f_input[0];
    d["attribution_form"] = form;
    d["attribution"] = point_json(a.values);
    d["relative_delta"] = (*a.relative_delta)[0];
    d["tolerance"] = a.tolerance ? Json(*a.tolerance) : Json(nullptr);
    d["tolerance_met"] = a.tolerance_met ? Json(!missed_tolerance(a)) : Json(nullptr);
    d["ncc_gap"] = (*a.ncc_gap)[0];
    d["corners"] = {{"file", file.empty() ? Json(nullptr) : Json(file)}};
    if (g.curve.corners.size() <= few_numbers * few_numbers)
        d["corners"]["data"] = nested_json(g.curve.corners, g.curve.corners.shape());
    d["picture"] = {{"file", file.empty() ? Json(nullptr) : Json("geodesic.png")}, {"alt", geodesic_alt(g)}};
    d["notes"] = g.curve.notes;
    d["dtype"] = a.dtype == DType::float32 ? "f32" : "f64";
    return d;
}

std::string geodesic_text(const FoundGeodesic& g) {
    const attribution::Attribution& a = g.attribution;
    std::vector<std::vector<std::string>> lines{
        {"metric", g.options.at("metric")},
        {"solver", g.options.at("solver")},
        {"corners", std::to_string(g.curve.corners.rows())},
        {"length", short_number(g.curve.length)},
        {"length of the straight line", short_number(g.curve.straight_length)},
        {"energy", short_number(g.curve.energy)},
        {"energy of the straight line", short_number(g.curve.straight_energy)},
    };
    if (is_judged(g)) {
        lines.push_back({"relative gradient norm", short_number(g.curve.gradient_norm, 3)});
        lines.push_back({"certificate", short_number(g.curve.certificate, 3)});
        if (has_coarse(g)) lines.push_back({"with half the edges", short_number(g.curve.coarse_certificate, 3)});
        lines.push_back({"converged", g.curve.converged ? "yes" : "no"});
        lines.push_back({"smooth", g.curve.smooth ? "yes" : "no"});
    }
    lines.push_back({"f(from)", short_number((*a.f_baseline)[0])});
    lines.push_back({"f(to)", short_number(a.f_input[0])});
    lines.push_back({"relative delta", short_number((*a.relative_delta)[0], 3)});
    if (const std::string tolerance = tolerance_text(a, 0); !tolerance.empty())
        lines.push_back({"tolerance", tolerance});
    lines.push_back({"no-cancellation gap", short_number((*a.ncc_gap)[0], 3)});
    lines.push_back({"attribution by", form});
    for (Index i = 0; a.values.size() <= few_numbers && i < a.values.size(); ++i)
        lines.push_back({text("attribution x", i + 1), short_number(a.values.at(i))});
    if (const std::string ends = describe(g.subject.ends); !ends.empty()) lines.push_back({"prepared", ends});
    return table_text(lines);
}

void write_geodesic(const std::filesystem::path& folder, const FoundGeodesic& g) {
    const Tensor& corners = g.curve.corners;
    const std::vector<double> f_along = g.f(corners);
    const std::vector<io::NamedTensor> arrays{{"corners", corners},
                                              {"straight", straight_of(corners)},
                                              {"f", Tensor({corners.rows()}, std::span<const double>(f_along))},
                                              {"values", g.attribution.values}};
    io::write_npz(folder / "geodesic.npz", arrays);
    write_png(folder / "geodesic.png", geodesic_picture(g), geodesic_alt(g));
    io::write_file(folder / "geodesic.json", json_text(geodesic_json(g, "geodesic.npz")));
}

}  // namespace gradpath::tools
