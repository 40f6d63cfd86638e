// Two points, and the curve between them that a metric of the model finds shortest.
#include <algorithm>
#include <set>

#include <gradpath/attribution/attribution.hpp>
#include <gradpath/attribution/method_row.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/tools/commands/commands.hpp>
#include <gradpath/tools/commands/common.hpp>
#include <gradpath/tools/commands/data_options.hpp>
#include <gradpath/tools/commands/geodesic_result.hpp>
#include <gradpath/tools/commands/output_stage.hpp>
#include <gradpath/tools/commands/progress.hpp>
#include <gradpath/tools/commands/result.hpp>
#include <gradpath/tools/commands/soften.hpp>
#include <gradpath/tools/commands/subject.hpp>

#include <nlohmann/json.hpp>

namespace gradpath::tools {
namespace {

using attribution::GeodesicIg;

struct GeodesicOptions {
    std::string model, from, to, target = "predicted", stage, pool;
    SoftenChoice soften = {};
    std::map<std::string, std::string> set = {};
    models::ReadTable table = {};
    NetworkEnds ends = {};
    Common common = {};
};

void declare(Arguments& arguments, GeodesicOptions& o) {
    arguments.positional("MODEL", o.model, "a .safetensors or .onnx file, or expr:FORMULA");
    arguments.option("--from", "X", o.from, "numbers such as 1,3, a file, or data:DATA:SPLIT:INDEX (zeros)");
    arguments.option("--to", "X", o.to, "the same");
    arguments.option("--target", "T", o.target, "N or predicted at the end (predicted)");
    arguments.option("--output", "STAGE", o.stage,
                     "logit, probability, log-probability, log-odds or margin:A,B (logit; of a network that ends in a "
                     "softmax, its probability)");
    arguments.option("--pool", "X", o.pool, "points that ways over neighbours may lead through (around the line)");
    add_soften(arguments, o.soften);
    arguments.group("Options of the solver");
    for (const attribution::OptionInfo& option : attribution::options_of<GeodesicIg>())
        if (option.name != "seed")
            arguments.value("--" + option.name, "VALUE", option.help + " (" + option.standard + ")",
                            [&o, name = option.name](const std::string& text) { o.set[name] = text; });
    add_network_ends(arguments, o.ends);
    add_table_options(arguments, o.table);
    add_common(arguments, o.common);
}

ReadRows reading_of(const GeodesicOptions& o, const std::string& what) {
    return {.what = what, .seed = o.common.seed, .table = o.table, .ends = o.ends};
}

Tensor one_point(const std::string& what, const std::string& text, const Subject& subject, const GeodesicOptions& o) {
    if (text.empty()) {
        Shape shape{1};
        return zeros(shape.joined(subject.row), subject.dtype);
    }
    const Tensor x = read_rows(text, subject.row, subject.dtype, reading_of(o, what)).x;
    require<UsageError>(x.rows() == 1, what, " must be one point but has ", x.rows(), " rows; name one of them");
    return x;
}

template <class Part>
bool is_of(const std::string& option) {
    const std::vector<attribution::OptionInfo> all = attribution::options_of<Part>();
    return std::ranges::any_of(all, [&](const attribution::OptionInfo& one) { return one.name == option; });
}

/// An option that the solver would not heed is refused; those that are not named here are heeded by all solvers.
void check_heeded(const std::string& option, const GeodesicIg& o) {
    const auto only = [&](bool heeded, const char* whose) {
        require<UsageError>(heeded, "geodesic: --", option, " is of ", whose, ", the solver is ", o.solver);
    };
    const bool neighbours = o.solver == "neighbours", relaxed = o.solver == "relax" || (neighbours && o.refine);
    if (option == "pool" || option == "refine" || is_of<attribution::geometry::Neighbours>(option) ||
        is_of<attribution::NeighbourPool>(option))
        only(neighbours, "the solver neighbours");
    else if (is_of<attribution::geometry::Variational>(option))
        only(o.solver == "variational", "the solver variational");
    else if (option == "cells") only(o.solver == "fast-marching", "the solver fast-marching");
    else if (option == "curve-tolerance" || option == "max-iterations")
        only(relaxed, "relaxed curves (relax, or neighbours with refine)");
    else if (option == "points")
        only(relaxed || o.solver == "shooting",
             "curves that are relaxed or shot (relax, shooting, or neighbours with refine)");
}

GeodesicIg options_of(const GeodesicOptions& o, const Subject& subject, const Tensor& from) {
    GeodesicIg options{.target = attribution::parse_target(o.target),
                       .baseline = from,
                       .stage = asked_stage("geodesic", o.stage, subject).run};
    auto set = o.set;
    attribution::take_options("geodesic", options, set);
    check_metric("geodesic", options.metric, subject);
    for (const auto& [option, value] : o.set) check_heeded(option, options);
    if (!o.pool.empty()) {
        check_heeded("pool", options);
        options.pool.points = read_rows(o.pool, subject.row, subject.dtype, reading_of(o, "geodesic: --pool")).x;
    }
    options.seed = o.common.seed;
    options.run.memory = o.common.memory;
    options.run.concurrent = true;
    return options;
}

std::map<std::string, std::string> options_used(const GeodesicIg& options) {
    std::map<std::string, std::string> used;
    GeodesicIg::visit(options, [&](const char* name, const auto& field, const char*) {
        used[name] = attribution::field_text(field);
    });
    return used;
}

/// The published form is no integral along a curve: who asks for it here should know that this is not what is shown.
void note_form(const GeodesicIg& options, std::vector<std::string>& notes) {
    if (options.solver != "variational" || !options.variational.plain().paper_form) return;
    notes.push_back(text(
        "the attribution is the path integral along the curve, not the published sum; for that explain by --method "
        "geodesic-ig-svi --set ",
        options.variational.paper ? "paper" : "paper-form", "=true"));
}

FoundGeodesic find(const Subject& subject, const Tensor& to, const GeodesicIg& options) {
    FoundGeodesic found{subject, options_used(options), attribution::geodesics(subject.run, to, options)[0], {}, {}};
    note_form(options, found.curve.notes);
    const Tensor corners = found.curve.corners;
    const auto path = [&](const Tensor&, const Tensor&, Index) { return attribution::geometry::path_of(corners); };
    found.attribution = attribution::along_paths(subject.run, to,
                                                 {.target = options.target,
                                                  .baseline = options.baseline,
                                                  .stage = options.stage,
                                                  .quadrature = options.quadrature,
                                                  .paths = path,
                                                  .run = options.run},
                                                 "geodesic");
    found.curve.notes.insert(found.curve.notes.end(), found.attribution.notes.begin(), found.attribution.notes.end());
    attribution::Target target = options.target;
    if (!found.attribution.target.empty()) target = found.attribution.target[0];
    const attribution::Run quiet{.memory = options.run.memory, .cancel = options.run.cancel};
    found.f = [run = subject.run, target, stage = options.stage, quiet](const Tensor& points) {
        return attribution::Evaluator("geodesic", run, points, target, stage, quiet).f_input();
    };
    return found;
}

/// Were the tolerances that were asked for met?
Exit judge(const GeodesicOptions& o, const FoundGeodesic& found) {
    const bool sum = o.set.contains("tolerance") && missed_tolerance(found.attribution),
               curve = o.set.contains("curve-tolerance") && !found.curve.converged;
    if (sum) say(o.common, "the tolerance was not met");
    if (curve) say(o.common, "the curve tolerance was not met");
    return sum || curve ? Exit::not_met : Exit::fine;
}

}  // namespace

Exit geodesic(Words words, const std::atomic<bool>& interrupted) {
    GeodesicOptions o;
    Arguments arguments(
        "geodesic", "Finds the shortest curve between two points in a metric that the model makes.",
        "gradpath geodesic 'expr:x1*x2' --from 2,0.5 --to 0.5,2 --points 65\n"
        "gradpath geodesic run/model.safetensors --to data:fashion-mnist:test:0 --soften 10 --output "
        "log-probability --out curve\n"
        "gradpath geodesic run/model.safetensors --from=-0.5,-0.5 --to 1,0.2 --solver neighbours --pool "
        "data:moons:train --json");
    declare(arguments, o);
    if (!arguments.parse(words)) return print(arguments.help()), Exit::fine;
    require_given(arguments, "MODEL", o.model);
    require_given(arguments, "--to", o.to);
    check_table_options(arguments, {o.to, o.from, o.pool}, o.table);
    apply(o.common);

    Subject subject = open_subject("geodesic", o.model, o.common.dtype, o.to, reading_of(o, "geodesic: --to"));
    if (subject.model) o.table = table_for(o.table, *subject.model);
    const Tensor to = one_point("geodesic: --to", o.to, subject, o),
                 from = one_point("geodesic: --from", o.from, subject, o);
    soften("geodesic", subject, o.soften);
    GeodesicIg options = options_of(o, subject, from);
    Progress progress(Progress::style(o.common.quiet), "steps");
    options.run.cancel = &interrupted;
    options.run.progress = [&](std::string_view stage, Index done, Index total) { progress.tell(stage, done, total); };
    FoundGeodesic found = find(subject, to, options);
    progress.end_line();

    found.attribution.stage = asked_stage("geodesic", o.stage, subject).name;
    if (const std::string note = ending_note(subject); !note.empty()) found.curve.notes.push_back(note);
    for (const std::string& note : found.curve.notes) say(o.common, "note: " + note);
    if (!o.common.out.empty()) {
        make_folder(o.common.out);
        writing([&] { write_geodesic(o.common.out, found); });
        say(o.common, "wrote " + (o.common.out / "geodesic.json").string());
    }
    if (o.common.json) print_json(geodesic_json(found, o.common.out.empty() ? "" : "geodesic.npz"));
    else if (o.common.out.empty()) print(geodesic_text(found));
    return judge(o, found);
}

}  // namespace gradpath::tools
