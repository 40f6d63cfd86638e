// Curves of least energy from a black image to images, in log-probability of a softened LeNet-5: 784 numbers a corner.
// For each, what speaks for it: the slope of the energy, the energy beside the straight line's, the certificate of the
// geodesic equation before and after the corners double. And what becomes of it where kinks are left in.
#include <algorithm>
#include <ctime>
#include <filesystem>

#include <gradpath/attribution/core/soften.hpp>
#include <gradpath/attribution/geometry/geodesic_ig.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/models/data/fashion_mnist.hpp>
#include <gradpath/models/data/load.hpp>
#include <gradpath/tools/commands/format.hpp>
#include <gradpath/tools/commands/output_stage.hpp>
#include <gradpath/tools/commands/progress.hpp>
#include <gradpath/tools/commands/provenance.hpp>
#include <gradpath/tools/commands/subject.hpp>
#include <gradpath/tools/experiments/experiment.hpp>
#include <gradpath/tools/experiments/spread.hpp>
#include <gradpath/tools/experiments/trained.hpp>

namespace gradpath::tools {
namespace {

using attribution::Model;
using attribution::Soften;
using attribution::Stage;
using attribution::geometry::Geodesic;

constexpr double softness = 10, epsilon = 0.1, tolerance = 1e-4;
constexpr Index iterations_with_kinks = 200;  // more do not help
constexpr double share_below = 0.9;           // of the curves that must have less energy than the straight line

struct Size {
    Index images, points, epochs, training;
};
constexpr Size whole{.images = 20, .points = 32, .epochs = 1, .training = 60'000};
constexpr Size small{.images = 2, .points = 16, .epochs = 1, .training = 6'000};

/// A network in float64, with its kinks, and what it is shown.
struct Shown {
    std::string words, data;
    Model net;
    Tensor x;
    Index points;
};

Shown own_network(const ExperimentOptions& o, const Size& size) {
    const bool clothes = std::filesystem::is_directory(models::FashionMnist{}.folder);
    const std::string data = clothes ? "fashion-mnist" : "shapes";
    const models::DataSet all = models::load(data, "train", o.common.seed);
    models::Model net =
        trained(o, models::subset(all, 0, std::min(size.training, all.x.rows())), "lenet5", size.epochs);
    nn::each_tensor(net, nn::TensorVisitor([](const std::string&, Tensor& t, nn::Role) { t = t.to(DType::float64); }));
    const Tensor x = models::load(data, "test", o.common.seed).x;
    return {"LeNet-5 on " + data, data + ", test", net, slice(x, 0, 0, size.images).to(DType::float64), size.points};
}

/// The user's, as many images as there are.
Shown given_network(const ExperimentOptions& o, const Size& size) {
    const ReadRows reading{.what = "reproduce: --input", .seed = o.common.seed};
    const Subject subject =
        before_softmax("reproduce", open_subject("reproduce", o.model, DType::float64, o.input, reading), o.common);
    return {o.model, o.input, subject.run, read_rows(o.input, subject.row, subject.dtype, reading).x, size.points};
}

/// With softplus for its kinks, or as it is where it has none.
Model without_kinks(const Shown& s, const Soften& how) {
    const Model soft = attribution::softened(s.net, slice(s.x, 0, 0, 1), how);
    return soft ? soft : s.net;
}

Geodesic curve_to(const ExperimentOptions& o, const Model& f, const Tensor& image, Index points,
                  Stage stage = Stage::log_probability, Index iterations = 1000) {
    const attribution::GeodesicIg options{.stage = {.kind = stage},
                                          .epsilon = epsilon,
                                          .points = points,
                                          .max_iterations = iterations,
                                          .curve_tolerance = tolerance,
                                          .run = {.memory = o.common.memory, .cancel = &o.interrupted}};
    return attribution::geodesics(f, image, options)[0];
}

/// An image's curve, and the one with twice as many corners.
struct Found {
    Geodesic curve, fine;
    double seconds;  ///< of processors, for the first
    bool met() const { return curve.converged && curve.gradient_norm <= tolerance; }
    bool below() const { return curve.energy < curve.straight_energy; }
    bool halves() const { return fine.certificate <= curve.certificate / 2; }
};

std::string with_points(const char* figure, Index points) { return text(figure, ", ", points, " points"); }

void add_image(Study& study, Table& table, const Found& found, const Shown& s) {
    const Geodesic& g = found.curve;
    const std::string image = text("image ", table.rows.size());
    const auto add = [&](const std::string& figure, double value) {
        study.rows.push_back({.method = image, .figure = figure, .value = value});
    };
    add("gradient norm", g.gradient_norm);
    add("energy", g.energy);
    add("energy of the straight line", g.straight_energy);
    add(with_points("certificate", s.points), g.certificate);
    add(with_points("certificate", 2 * s.points), found.fine.certificate);
    add("processor seconds", found.seconds);
    table.rows.push_back({image, short_number(g.gradient_norm, 2), short_number(g.energy, 4),
                          short_number(g.straight_energy, 4), short_number(g.certificate, 3),
                          short_number(found.fine.certificate, 3), to_text(g.iterations),
                          short_number(found.seconds, 3), g.converged ? "yes" : "no"});
}

Section images_section(Study& study, const std::vector<Found>& all, const Shown& s) {
    Table table{.caption = text("From black, ", s.points, " corners; the second certificate with twice as many."),
                .columns = {{"image"},
                            {"gradient norm", true},
                            {"energy", true},
                            {"straight line", true},
                            {"certificate", true},
                            {"doubled", true},
                            {"steps", true},
                            {"processor seconds", true},
                            {"converged"}},
                .rows = {}};
    for (const Found& found : all) add_image(study, table, found, s);
    return {"Curves", {std::move(table)}};
}

void tell(const ExperimentOptions& o, Index image, const Found& found) {
    const Geodesic& g = found.curve;
    say(o.common, text("image ", image, ": gradient norm ", short_number(g.gradient_norm, 2), ", energy ",
                       short_number(g.energy, 4), " (straight ", short_number(g.straight_energy, 4), "), certificate ",
                       short_number(g.certificate, 3), " and ", short_number(found.fine.certificate, 3), ", ",
                       g.converged ? "converged" : "not converged", ", ", short_number(found.seconds, 3), " s"));
}

/// All images' curves; `begun` is the study without them, which is kept with those that there are.
std::vector<Found> find_all(const ExperimentOptions& o, const Shown& s, const Model& f, const Study& begun) {
    Progress progress(Progress::style(o.common.quiet), "images");
    std::vector<Found> all;
    for (Index k = 0; k < s.x.rows(); ++k) {
        progress.tell("curves", k, s.x.rows());
        const Tensor image = slice(s.x, 0, k, k + 1);
        const std::clock_t start = std::clock();
        Found found{curve_to(o, f, image, s.points), {}, 0};
        found.seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
        found.fine = curve_to(o, f, image, 2 * s.points);
        progress.end_line();
        tell(o, k, found);
        all.push_back(std::move(found));
        Study so_far = begun;
        so_far.report.sections.push_back(images_section(so_far, all, s));
        o.keep(so_far, text(k + 1, " of ", s.x.rows(), " images"));
    }
    return all;
}

/// Counts over all images, and whether they are what the study set out to show.
Section counts_section(Study& study, const std::vector<Found>& all) {
    std::vector<double> seconds;
    for (const Found& found : all) seconds.push_back(found.seconds);
    const auto count = [&](bool (Found::*holds)() const) { return std::ranges::count_if(all, holds); };
    const auto images = static_cast<double>(all.size());
    Facts facts;
    const auto add = [&](const std::string& figure, double value, bool is_count = true) {
        study.rows.push_back({.method = "all images", .figure = figure, .value = value});
        const std::string shown = short_number(value, 3);
        facts.facts.push_back({figure, is_count ? text(shown, " of ", all.size()) : shown});
    };
    add("converged", static_cast<double>(count(&Found::met)));
    add("less energy than the straight line", static_cast<double>(count(&Found::below)));
    add("certificate halves", static_cast<double>(count(&Found::halves)));
    add("median processor seconds", quantile(seconds, 0.5), false);
    study.met = static_cast<double>(count(&Found::met)) == images &&
                static_cast<double>(count(&Found::below)) >= share_below * images &&
                static_cast<double>(count(&Found::halves)) == images;
    return {"Counts", {std::move(facts)}};
}

/// The first image's curve, and with kinks left in, where the solver must not say that it converged.
Section kinks_section(const ExperimentOptions& o, Study& study, const Shown& s, const Geodesic& softened) {
    const Tensor image = slice(s.x, 0, 0, 1);
    const auto with_kinks = [&](const Model& f, Stage stage) {
        return curve_to(o, f, image, s.points, stage, iterations_with_kinks);
    };
    const Model with_pools = without_kinks(s, {.sharpness = softness, .pools = false});
    const std::pair<const char*, Geodesic> answers[] = {
        {"as it is, logit", with_kinks(s.net, Stage::logit)},
        {"as it is, log-probability", with_kinks(s.net, Stage::log_probability)},
        {"max-pools as they are, log-probability", with_kinks(with_pools, Stage::log_probability)},
        {"softened, log-probability", softened}};
    Table table{.caption = "What the solver says of the first image.",
                .columns = {{"network"}, {"gradient norm", true}, {"converged"}, {"note"}},
                .rows = {}};
    for (const auto& [name, g] : answers) {
        const std::string note = g.notes.empty() ? "" : g.notes[0];
        study.rows.push_back({.method = name, .figure = "converged", .value = g.converged ? 1.0 : 0.0, .note = note});
        table.rows.push_back(
            {name, g.iterations > 0 ? short_number(g.gradient_norm, 2) : "-", g.converged ? "yes" : "no", note});
    }
    return {"Kinks", {std::move(table)}};
}

}  // namespace

Study study_geodesics(const ExperimentOptions& o) {
    const Size size = o.quick ? small : whole;
    const Shown s = o.model.empty() ? own_network(o, size) : given_network(o, size);
    Study study;
    study.report = {.title = "Do geodesics of a network converge?",
                    .subtitle = text(s.words, ", ", s.x.rows(), " images, relu and max-pools softened by ", softness,
                                     ", conformal metric of the log-probability, epsilon ", epsilon, ", float64."),
                    .sections = {},
                    .provenance = {}};
    study.data = {{text(s.data, ", ", s.x.rows(), " images"), data_hash(s.x)}};
    const std::vector<Found> all = find_all(o, s, without_kinks(s, {.sharpness = softness}), study);
    study.report.sections.push_back(counts_section(study, all));
    study.report.sections.push_back(images_section(study, all, s));
    study.report.sections.push_back(kinks_section(o, study, s, all[0].curve));
    return study;
}

}  // namespace gradpath::tools
