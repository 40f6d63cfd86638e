// The paper's second experiment on what a small machine has: Fashion-MNIST (drawn shapes where it is not installed) and
// a LeNet, softened so that its geodesics bend. Pixels are masked by rank, and p of the predicted class is watched.
#include <algorithm>
#include <filesystem>

#include <gradpath/attribution/core/soften.hpp>
#include <gradpath/attribution/quality/masking.hpp>
#include <gradpath/attribution/quality/purity.hpp>
#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/models/data/fashion_mnist.hpp>
#include <gradpath/models/data/load.hpp>
#include <gradpath/models/model.hpp>
#include <gradpath/nn/train.hpp>
#include <gradpath/tools/commands/format.hpp>
#include <gradpath/tools/commands/progress.hpp>
#include <gradpath/tools/commands/provenance.hpp>
#include <gradpath/tools/experiments/collected.hpp>
#include <gradpath/tools/experiments/experiment.hpp>
#include <gradpath/tools/experiments/image_methods.hpp>
#include <gradpath/tools/experiments/masked_as_published.hpp>

namespace gradpath::tools {
namespace {

using namespace masked_images;
using attribution::quality::area_under;
using attribution::quality::MaskingCurves;

constexpr double softness = 10;
constexpr Index images = 50, quick_images = 8;

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

using Numbers = std::vector<double>;
using Figure = Numbers MaskingCurves::*;

struct Answer {
    const Method* method;
    Tensor values;
    std::vector<MaskingCurves> curves;  ///< of each image

    /// Of each image; log-odds turned round, so that more is better.
    Numbers areas(Figure figure) const {
        Numbers all;
        for (const MaskingCurves& image : curves)
            all.push_back((figure == &MaskingCurves::log_odds ? -1 : 1) * area_under(image.areas, image.*figure));
        return all;
    }
    /// Over all images.
    Numbers mean(Figure figure) const {
        Numbers sums(curves[0].areas.size());
        for (const MaskingCurves& image : curves)
            for (std::size_t k = 0; k < sums.size(); ++k)
                sums[k] += (image.*figure)[k] / static_cast<double>(curves.size());
        return sums;
    }
};

const Answer& answer_of(const std::vector<Answer>& answers, const std::string& name) {
    return *std::ranges::find_if(answers, [&](const Answer& a) { return name == a.method->name; });
}

constexpr const char* yardstick = "integrated-gradients";

/// What the images differ by between two methods: those that are easy for one are so for the other.
Numbers lead(const Answer& a, const Answer& b, Figure figure) {
    Numbers less = a.areas(figure);
    const Numbers other = b.areas(figure);
    for (std::size_t k = 0; k < less.size(); ++k) less[k] -= other[k];
    return less;
}

void add_rows(Study& study, const Answer& a) {
    const auto add = [&](const char* figure, Figure curve, double paper = not_there) {
        study.rows.push_back(mean_row(a.method->name, figure, a.areas(curve)));
        study.rows.back().note = a.method->note;
        if (paper == paper) study.rows.back().paper = paper;
    };
    add("comprehensiveness", &MaskingCurves::comprehensiveness, a.method->comprehensiveness);
    add("log-odds", &MaskingCurves::log_odds, a.method->log_odds);
    add("sufficiency", &MaskingCurves::sufficiency);
    add("cross-entropy", &MaskingCurves::cross_entropy);
    add("accuracy", &MaskingCurves::accuracy);
}

std::vector<Answer> answer_all(const Subject& s, const ExperimentOptions& o, const Study& begun) {
    Progress progress(Progress::style(o.common.quiet), "methods");
    std::vector<Answer> answers;
    Study so_far = begun;
    const std::span<const Method> all = methods();
    for (const Method& method : all) {
        progress.tell("images", static_cast<Index>(answers.size()), static_cast<Index>(all.size()), method.name);
        const Tensor values = method.run(s);
        answers.push_back(
            {&method, values,
             attribution::quality::masking_curves_of_rows(s.f, s.x, values, {.run = {.cancel = &o.interrupted}})});
        add_rows(so_far, answers.back());
        o.keep(so_far, text(answers.size(), " of ", all.size(), " methods"));
    }
    return answers;
}

std::vector<std::string> cells(const Answer& a, const Answer& straight) {
    const auto paper = [](double value) { return value == value ? fixed(value, 2) : std::string(); };
    const bool same = a.method == straight.method;
    return {a.method->name,
            mean_text(a.areas(&MaskingCurves::comprehensiveness)),
            paper(a.method->comprehensiveness),
            mean_text(a.areas(&MaskingCurves::log_odds)),
            paper(a.method->log_odds),
            same ? "" : mean_text(lead(a, straight, &MaskingCurves::log_odds)),
            mean_text(a.areas(&MaskingCurves::sufficiency)),
            mean_text(a.areas(&MaskingCurves::accuracy)),
            a.method->note};
}

Table table_of(const std::vector<Answer>& answers) {
    Table table{
        .caption =
            "Areas over shares 0.01 to 0.65 of the pixels, which are set to black: means over the images, with "
            "95 % intervals (Student's t). Lead: -log-odds less that of integrated-gradients on the same image. "
            "The paper's are of Pascal VOC and a ConvNeXt: not comparable in size, only in order.",
        .columns = {{"method"},
                    {"comprehensiveness", true},
                    {"the paper's", true},
                    {"-log-odds", true},
                    {"the paper's", true},
                    {"lead", true},
                    {"sufficiency (low)", true},
                    {"accuracy (low)", true},
                    {"note"}},
        .rows = {}};
    for (const Answer& a : answers) table.rows.push_back(cells(a, answer_of(answers, yardstick)));
    return table;
}

Chart chart_of(const std::vector<Answer>& answers, Figure curve) {
    Chart chart;
    for (const Answer& a : answers)
        for (const std::string name :
             {"geodesic-ig-svi", "integrated-gradients", "occlusion", "guided-ig", "kernel-shap", "random"})
            if (name == a.method->name) chart.curves.push_back({name, a.curves[0].areas, a.mean(curve)});
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
    Study study;
    study.report = {.title = "What happens when the important pixels go",
                    .subtitle = text(s.x.rows(), " images of ", s.test.name, ", a LeNet that is right on ",
                                     percent(s.accuracy), " of the test images, its kinks softened by softplus(",
                                     softness, "); arXiv 2502.12108, section 4.2.")};
    study.dtype = s.x.dtype();
    study.data = {{text(s.test.name, ", ", s.x.rows(), " test images"), data_hash(s.x)}};
    const std::vector<Answer> answers = answer_all(s, o, study);
    for (const Answer& a : answers) add_rows(study, a);
    for (const Answer& a : answers)
        if (a.method->name != std::string(yardstick))
            study.rows.push_back(mean_row(a.method->name, text("log-odds, lead over ", yardstick),
                                          lead(a, answer_of(answers, yardstick), &MaskingCurves::log_odds)));
    Text reading{
        {"The published sum of the variational method is (x - x') times something: where the input is black, as the "
         "baseline is, it gives nothing, and no mask is spent on pixels that black cannot change. The path integral "
         "along the same curve gives shares to such pixels, too: it is complete, which these masks cannot reward."}};
    study.report.sections.push_back({"All methods", {table_of(answers), std::move(reading)}});
    study.report.sections.push_back(curves_section(answers));
    study.report.sections.push_back(picture_section(s, answers));
    study.report.sections.push_back(defects_section(study, s, answers));
    return study;
}

}  // namespace gradpath::tools
