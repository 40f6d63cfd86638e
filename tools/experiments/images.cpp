// The paper's second experiment on what a small machine has: Fashion-MNIST (drawn shapes where it is not installed) and
// a LeNet, softened so that its geodesics bend. Pixels are masked by rank, and p of the predicted class is watched.
#include <algorithm>
#include <filesystem>
#include <limits>

#include <gradpath/attribution/coalition/kernel_shap.hpp>
#include <gradpath/attribution/coalition/removal.hpp>
#include <gradpath/attribution/core/soften.hpp>
#include <gradpath/attribution/geometry/geodesic_ig.hpp>
#include <gradpath/attribution/gradient/input_x_gradient.hpp>
#include <gradpath/attribution/gradient/smooth.hpp>
#include <gradpath/attribution/path/expected_gradients.hpp>
#include <gradpath/attribution/path/guided_ig.hpp>
#include <gradpath/attribution/path/integrated_gradients.hpp>
#include <gradpath/attribution/quality/masking.hpp>
#include <gradpath/attribution/quality/purity.hpp>
#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/random.hpp>
#include <gradpath/models/data/fashion_mnist.hpp>
#include <gradpath/models/data/load.hpp>
#include <gradpath/models/model.hpp>
#include <gradpath/nn/train.hpp>
#include <gradpath/tools/commands/format.hpp>
#include <gradpath/tools/commands/progress.hpp>
#include <gradpath/tools/experiments/experiment.hpp>
#include <gradpath/tools/experiments/masked_as_published.hpp>
#include <gradpath/tools/experiments/same_question.hpp>

namespace gradpath::tools {
namespace {

using attribution::geometry::Variational;
using attribution::quality::area_under;
using attribution::quality::MaskingCurves;

constexpr double softness = 10;
constexpr Index steps = 50;  // on a path, as in the paper's code
constexpr double beta = 0.1, rate = 0.01;
constexpr Index images = 50, quick_images = 8, iterations = 200, quick_iterations = 10;
constexpr double not_there = std::numeric_limits<double>::quiet_NaN();
constexpr std::uint64_t drawn = 78;  // stream of what is random here

/// A network and the images that it explains.
struct Subject {
    models::DataSet test;
    attribution::Model f;
    Tensor x;
    Question question;
    double accuracy;
    bool quick;
};

models::DataSet data_of(const char* split, std::uint64_t seed) {
    const bool there = std::filesystem::exists(models::FashionMnist{}.folder);
    return models::load(there ? "fashion-mnist" : "shapes", split, seed);
}

Subject prepare(const ExperimentOptions& o) {
    models::DataSet data = data_of("train", o.common.seed);
    if (o.quick) data = models::subset(data, 0, std::min<Index>(data.x.rows(), 10'000));
    models::Model net = models::make_for(data, "lenet5", {}, o.common.seed);
    nn::fit(net, {data.x, data.labels},
            {.epochs = o.quick ? 2 : 5, .batch = 64, .seed = o.common.seed, .cancel = &o.interrupted});
    Subject s{data_of("test", o.common.seed), {}, {}, {}, 0, o.quick};
    s.accuracy = nn::evaluate(net, {s.test.x, s.test.labels}).accuracy;
    s.x = slice(s.test.x, 0, 0, o.quick ? quick_images : images);
    s.f =
        attribution::softened([net](const Tensor& x) { return net(x); }, slice(s.x, 0, 0, 1), {.sharpness = softness});
    const NoRecording plain;
    const Indices found = argmax(s.f(s.x), 1);
    s.question = {
        {found.data().begin(), found.data().end()}, zeros_like(slice(s.x, 0, 0, 1)), o.common.seed, &o.interrupted};
    return s;
}

template <class Options>
Options ask(const Subject& s) {
    return options_for<Options>(s.question);
}

Tensor integrated(const Subject& s, const Tensor& x) {
    auto o = ask<attribution::IntegratedGradients>(s);
    o.quadrature = {.steps = steps};
    return attribution::integrated_gradients(s.f, x, o).values;
}
Tensor product(const Subject& s) {
    return attribution::input_x_gradient(s.f, s.x, ask<attribution::InputXGradient>(s)).values;
}
Tensor gradient_shap(const Subject& s) {
    auto o = ask<attribution::ExpectedGradients>(s);
    o.samples = steps;
    return attribution::expected_gradients(s.f, s.x, o).values;
}
Tensor straight(const Subject& s) { return integrated(s, s.x); }
Tensor smooth(const Subject& s) {
    auto o = ask<attribution::IntegratedGradients>(s);
    o.quadrature = {.steps = 20};
    const auto method = [&](const Tensor& x) { return attribution::integrated_gradients(s.f, x, o); };
    return attribution::smooth_squared(method, s.x, {.samples = 10, .seed = o.seed}).values;
}
Tensor random_numbers(const Subject& s) { return random::normal(s.x.shape(), {s.question.seed, drawn, s.x.dtype()}); }
Tensor kernel_shap(const Subject& s) {
    auto o = ask<attribution::KernelShap>(s);
    o.groups = attribution::parse_groups("patches:4x4");
    o.sampling.samples = 256;
    return attribution::kernel_shap(s.f, s.x, o).values;
}
Tensor occlusion(const Subject& s) {
    auto o = ask<attribution::Occlusion>(s);
    o.window = {5, 5}, o.stride = {2, 2};
    return attribution::occlusion(s.f, s.x, o).values;
}
Tensor other_images(const Subject& s) {
    return gather(s.test.x, random::integers({10}, s.test.x.rows(), s.question.seed, drawn));
}
Tensor augmented_occlusion(const Subject& s) {
    auto o = ask<attribution::Occlusion>(s);
    o.window = {5, 5}, o.stride = {2, 2};
    o.baseline = attribution::baseline::Samples{other_images(s)};
    return attribution::occlusion(s.f, s.x, o).values;
}
Tensor guided(const Subject& s) {
    auto o = ask<attribution::GuidedIg>(s);
    o.stage = {.kind = attribution::Stage::probability};
    o.steps = steps, o.fraction = 0.5, o.distance = 1.0;
    return attribution::guided_ig(s.f, s.x, o).values;
}
Tensor variational(const Subject& s, Variational v) {
    auto o = ask<attribution::GeodesicIgSvi>(s);
    v.points = s.quick ? 12 : steps;
    v.beta = beta, v.rate = rate, v.respace = false;
    v.iterations = s.quick ? quick_iterations : iterations;
    o.variational = v;
    o.quadrature = {.steps = 1};
    return attribution::geodesic_ig_svi(s.f, s.x, o).values;
}

struct Method {
    const char* name;
    double comprehensiveness, log_odds;  ///< the paper's areas, on Pascal VOC
    Tensor (*run)(const Subject&);
    const char* note = "";
};
const Method methods[] = {
    {"input-x-gradient", 0.21, 1.28, product},
    {"gradient-shap", 0.18, 1.15, gradient_shap},
    {"integrated-gradients", 0.21, 1.25, straight},
    {"smooth-grad-squared", not_there, not_there, smooth, "of integrated-gradients"},
    {"random", 0.16, 0.86, random_numbers},
    {"kernel-shap", 0.16, 0.94, kernel_shap, "patches of 4x4"},
    {"occlusion", 0.19, 1.16, occlusion, "window 5x5"},
    {"augmented-occlusion", 0.19, 1.15, augmented_occlusion, "by 10 other images"},
    {"guided-ig", 0.20, 1.18, guided, "of the probability, unbounded"},
    {"geodesic-ig-svi", 0.27, 1.44, [](const Subject& s) { return variational(s, {}); }},
    {"geodesic-ig-svi, paper's sign", not_there, not_there,
     [](const Subject& s) { return variational(s, {.paper_sign = true}); }, "E1: steep places are sought"},
    {"geodesic-ig-svi, paper's sum", not_there, not_there,
     [](const Subject& s) { return variational(s, {.paper_form = true}); }, "E2: no path integral"},
    {"geodesic-ig-svi, carried over", not_there, not_there,
     [](const Subject& s) { return variational(s, {.carry_over = 1}); },
     "E5: an image starts where the last one ended"},
    {"geodesic-ig-svi, as published", not_there, not_there,
     [](const Subject& s) { return variational(s, {.paper = true}); }, "E1, E2, E3, norms over rows of pixels"},
};

struct Answer {
    const Method* method;
    Tensor values;
    MaskingCurves curves;
};

std::vector<Answer> answer_all(const Subject& s, const ExperimentOptions& o) {
    Progress progress(Progress::style(o.common.quiet), "methods");
    std::vector<Answer> answers;
    for (const Method& method : methods) {
        progress.tell("images", static_cast<Index>(answers.size()), static_cast<Index>(std::size(methods)),
                      method.name);
        const Tensor values = method.run(s);
        answers.push_back(
            {&method, values,
             attribution::quality::masking_curves(s.f, s.x, values, {.run = {.cancel = &o.interrupted}})});
    }
    return answers;
}

void add_rows(Study& study, Table& table, const Answer& a) {
    const auto area = [&](const std::vector<double>& curve) { return area_under(a.curves.areas, curve); };
    const auto add = [&](const char* figure, double value, double paper) {
        study.rows.push_back({.method = a.method->name, .figure = figure, .value = value, .note = a.method->note});
        if (paper == paper) study.rows.back().paper = paper;
    };
    const double comprehensiveness = area(a.curves.comprehensiveness), log_odds = -area(a.curves.log_odds),
                 sufficiency = area(a.curves.sufficiency), entropy = area(a.curves.cross_entropy),
                 accuracy = area(a.curves.accuracy);
    add("comprehensiveness", comprehensiveness, a.method->comprehensiveness);
    add("log-odds", log_odds, a.method->log_odds);
    add("sufficiency", sufficiency, not_there);
    add("cross-entropy", entropy, not_there);
    add("accuracy", accuracy, not_there);
    const auto paper = [](double value) { return value == value ? fixed(value, 2) : std::string(); };
    table.rows.push_back({a.method->name, fixed(comprehensiveness, 3), paper(a.method->comprehensiveness),
                          fixed(log_odds, 3), paper(a.method->log_odds), fixed(sufficiency, 3), fixed(accuracy, 3),
                          a.method->note});
}

Chart chart_of(const std::vector<Answer>& answers, std::vector<double> MaskingCurves::*curve) {
    Chart chart;
    for (const Answer& a : answers)
        for (const std::string name :
             {"geodesic-ig-svi", "integrated-gradients", "occlusion", "guided-ig", "kernel-shap", "random"})
            if (name == a.method->name) chart.curves.push_back({name, a.curves.areas, a.curves.*curve});
    chart.x_label = "share of the pixels that are masked";
    return chart;
}

Section curves_section(const std::vector<Answer>& answers) {
    Chart gone = chart_of(answers, &MaskingCurves::comprehensiveness),
          left = chart_of(answers, &MaskingCurves::sufficiency);
    gone.title = "The top pixels masked", gone.y_label = "p before - p after";
    gone.alt = "the probability lost when the top pixels are masked, by six methods";
    left.title = "Only the top pixels left", left.y_label = "p before - p after",
    left.x_label = "share of the pixels left";
    left.alt = "the probability lost when only the top pixels are left, by six methods";
    return {"Curves", {std::move(gone), std::move(left)}};
}

/// The first image and what every method says of it, each on a scale of its own.
Section picture_section(const Subject& s, const std::vector<Answer>& answers) {
    const auto first = [](const Tensor& t) { return reshape(slice(t, 0, 0, 1), t.shape().slice(1, t.rank())); };
    Panels all{.caption =
                   "Red speaks for the class, blue against it; every map on a scale of its own, to the 99th "
                   "percentile of |A|.",
               .panels = {}};
    for (const Answer& a : answers) {
        const HeatColumn column{a.method->name, first(a.values)};
        for (Panels::Panel& panel :
             heat_panels(all.panels.empty() ? first(s.x) : Tensor(), std::span(&column, 1)).panels)
            all.panels.push_back(std::move(panel));
    }
    return {"One image", {std::move(all)}};
}

Section defects_section(Study& study, const Subject& s, const std::vector<Answer>& answers) {
    std::vector<Ranking> rankings;
    for (const Answer& a : answers)
        for (const std::string name : {"integrated-gradients", "random", "geodesic-ig-svi"})
            if (name == a.method->name) rankings.push_back({name, a.values});
    return masked_as_published(study, {s.f, s.x, other_images(s), mean(s.test.x).item(), s.question.cancel}, rankings);
}

}  // namespace

Study study_images(const ExperimentOptions& o) {
    const Subject s = prepare(o);
    const std::vector<Answer> answers = answer_all(s, o);
    Study study;
    Table table{.caption =
                    "Areas over shares 0.01 to 0.65 of the pixels, which are set to black. The paper's are of "
                    "Pascal VOC and a ConvNeXt: not comparable in size, only in order.",
                .columns = {{"method"},
                            {"comprehensiveness", true},
                            {"the paper's", true},
                            {"-log-odds", true},
                            {"the paper's", true},
                            {"sufficiency (low)", true},
                            {"accuracy (low)", true},
                            {"note"}},
                .rows = {}};
    for (const Answer& a : answers) add_rows(study, table, a);
    study.report = {.title = "What happens when the important pixels go",
                    .subtitle = text(s.x.rows(), " images of ", s.test.name, ", a LeNet that is right on ",
                                     percent(s.accuracy), " of the test images, its kinks softened by softplus(",
                                     softness, "); arXiv 2502.12108, section 4.2.")};
    study.dtype = s.x.dtype();
    Text reading{
        {"The published sum of the variational method is (x - x') times something: where the input is black, as the "
         "baseline is, it gives nothing, and no mask is spent on pixels that black cannot change. The path integral "
         "along the same curve gives shares to such pixels, too: it is complete, which these masks cannot reward."}};
    study.report.sections.push_back({"All methods", {std::move(table), std::move(reading)}});
    study.report.sections.push_back(curves_section(answers));
    study.report.sections.push_back(picture_section(s, answers));
    study.report.sections.push_back(defects_section(study, s, answers));
    return study;
}

}  // namespace gradpath::tools
