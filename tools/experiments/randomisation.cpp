// Cascading parameter randomisation (Adebayo et al. 2018): a network forgets layer by layer, from the output down, and
// is explained after each step. What a method then still says, it did not learn from the network.
#include <algorithm>
#include <filesystem>

#include <gradpath/attribution/quality/randomisation.hpp>
#include <gradpath/attribution/registry.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/models/data/fashion_mnist.hpp>
#include <gradpath/models/data/load.hpp>
#include <gradpath/models/randomised.hpp>
#include <gradpath/tools/commands/exit.hpp>
#include <gradpath/tools/commands/format.hpp>
#include <gradpath/tools/commands/progress.hpp>
#include <gradpath/tools/commands/subject.hpp>
#include <gradpath/tools/experiments/experiment.hpp>
#include <gradpath/tools/experiments/spread.hpp>
#include <gradpath/tools/experiments/trained.hpp>

namespace gradpath::tools {
namespace {

using attribution::quality::RandomisationStep;

struct Asked {
    const char* name;
    bool drawn;  ///< a chart holds six curves
};
/// Of these the ones that the registry has: whatever explains an image by a picture of its size.
constexpr Asked asked[] = {
    {"gradient", true},        {"input-x-gradient", false}, {"smooth-grad", false}, {"integrated-gradients", true},
    {"guided-backprop", true}, {"deconvnet", true},         {"deep-lift", false},   {"lrp", true},
    {"grad-cam", true},        {"guided-grad-cam", false}};

struct Setup {
    std::string name;
    models::Model net;
    Tensor x;
    std::vector<models::Randomised> cascade = {};
    attribution::Target target = {};  ///< what the trained network predicts
};

Setup own_network(const ExperimentOptions& o) {
    const bool clothes = std::filesystem::is_directory(models::FashionMnist{}.folder);
    const std::string data = clothes ? "fashion-mnist" : "shapes";
    const models::DataSet test = models::load(data, "test", o.common.seed);
    return {.name = "lenet-small on " + data,
            .net = trained(o, models::load(data, "train", o.common.seed), "lenet-small", o.quick ? 2 : 10),
            .x = slice(test.x, 0, 0, o.quick ? 10 : 100)};
}

/// A network and images of the user's.
Setup given_network(const ExperimentOptions& o) {
    const ReadRows reading{.what = "reproduce: --input", .seed = o.common.seed};
    const Subject subject = open_subject("reproduce", o.model, std::nullopt, o.input, reading);
    require<UsageError>(!subject.is_formula(),
                        "reproduce: randomisation takes a network, not a formula: a formula has ",
                        "not learned anything that it could forget");
    require<UsageError>(subject.model->architecture != "onnx",
                        "reproduce: randomisation takes a .safetensors file: ", o.model,
                        " does not say how its parameters were made before they learned");
    return {.name = o.model, .net = *subject.model, .x = read_rows(o.input, subject.row, subject.dtype, reading).x};
}

Setup prepare(const ExperimentOptions& o) {
    Setup s = o.model.empty() ? own_network(o) : given_network(o);
    s.cascade = models::randomised_from_the_top(s.net, o.common.seed + 1);
    const Indices classes = argmax(s.net(s.x), 1);
    s.target = std::vector<Index>(classes.data().begin(), classes.data().end());
    return s;
}

struct Answer {
    std::string method;
    bool drawn;
    std::vector<RandomisationStep> steps;
};

std::vector<RandomisationStep> examine(const attribution::Method& method, const Setup& s, const ExperimentOptions& o) {
    attribution::Settings settings{.target = s.target};
    settings.run = {.memory = o.common.memory, .cancel = &o.interrupted};
    std::vector<attribution::quality::RandomisedModel> cascade;
    for (const models::Randomised& step : s.cascade) cascade.push_back({step.layer, step.model});
    const auto explain = [&](const attribution::Model& model, const Tensor& x) {
        return method.run(model, x, settings).values;
    };
    return attribution::quality::cascading_randomisation(explain, s.net, s.x, cascade);
}

struct Answers {
    std::vector<Answer> list;
    std::vector<std::string> left_out;  ///< methods that do not take this network, and why
};

Answers examine_all(const Setup& s, const ExperimentOptions& o) {
    Progress progress(Progress::style(o.common.quiet), "methods");
    Answers answers;
    Index done = 0;
    for (const auto& [name, drawn] : asked) {
        progress.tell("randomising", done++, std::size(asked), name);
        for (const attribution::Method& method : attribution::methods()) {
            if (method.name != name) continue;
            try {
                answers.list.push_back({method.name, drawn, examine(method, s, o)});
            } catch (const ValueError& error) {
                answers.left_out.push_back(text("Left out: ", error.what(), "."));
            }
        }
    }
    return answers;
}

std::string name_of(const RandomisationStep& step) { return step.layer.empty() ? "as trained" : step.layer; }

using Correlations = std::vector<double> RandomisationStep::*;

void add_rows(const Answer& answer, std::vector<StudyRow>& rows) {
    const auto add = [&](const RandomisationStep& step, const char* what, const std::vector<double>& list) {
        rows.push_back({.method = answer.method,
                        .figure = text(what, ", random from ", step.layer, " up"),
                        .value = mean_of(list),
                        .low = quantile(list, 0.25),
                        .high = quantile(list, 0.75),
                        .note = "mean and quartiles over the images of Spearman's rank correlation"});
    };
    for (const RandomisationStep& step : answer.steps) {
        if (step.layer.empty()) continue;
        add(step, "values", step.correlation);
        add(step, "sizes", step.size_correlation);
    }
}

Chart chart_of(const std::vector<Answer>& answers, const char* title, Correlations what) {
    Chart chart{.title = title,
                .x_label = "layers that have forgotten, from the output",
                .y_label = "rank correlation",
                .alt = "rank correlations of all methods as layer after layer forgets",
                .curves = {},
                .caption = "Means over the images; the table has the other methods, too."};
    for (const Answer& answer : answers) {
        if (!answer.drawn) continue;
        Chart::Curve curve{.name = answer.method, .x = {}, .y = {}};
        for (const RandomisationStep& step : answer.steps) {
            curve.x.push_back(static_cast<double>(curve.x.size()));
            curve.y.push_back(mean_of(step.*what));
        }
        chart.curves.push_back(std::move(curve));
    }
    return chart;
}

Table table_of(const std::vector<Answer>& answers) {
    Table table{.caption =
                    "Mean rank correlation with the trained network's answer, of values / of their sizes, once a "
                    "layer and all above it have forgotten.",
                .columns = {{"method"}},
                .rows = {}};
    for (const RandomisationStep& step : answers.front().steps)
        if (!step.layer.empty()) table.columns.push_back({step.layer, true});
    for (const Answer& answer : answers) {
        std::vector<std::string> row{answer.method};
        for (const RandomisationStep& step : answer.steps)
            if (!step.layer.empty())
                row.push_back(
                    text(fixed(mean_of(step.correlation), 2), " / ", fixed(mean_of(step.size_correlation), 2)));
        table.rows.push_back(std::move(row));
    }
    return table;
}

/// Divided by its largest size, so that maps of networks with small slopes can be seen beside the others.
Tensor to_one(const Tensor& map) {
    const double largest = max(abs(map)).at(0);
    return largest > 0 ? map / largest : map;
}

/// The first image: a row of pictures per method. Not for rows that are no images.
Section pictures(const Setup& s, const std::vector<Answer>& answers) {
    Section section{"The first image, as the network forgets", {}};
    const auto first = [&](const Tensor& t) { return reshape(slice(t, 0, 0, 1), s.net.input); };
    for (const Answer& answer : answers) {
        std::vector<HeatColumn> columns;
        for (const RandomisationStep& step : answer.steps)
            columns.push_back({name_of(step), to_one(first(step.values))});
        Panels panels = heat_panels(first(s.x), columns);
        panels.caption = text(answer.method, ": each map divided by its largest size; ", panels.caption);
        section.blocks.push_back(std::move(panels));
    }
    return section;
}

const char* const reading =
    "A method that explains the network must say something else of a network that knows nothing: its curve falls. One "
    "that stays near 1 shows the image, as an edge detector would. Methods that multiply by the input give 0 to black "
    "pixels whatever the network, so the sizes of their values stay alike in part by right; their signs should not.";

/// What changes least when the output layer alone has forgotten?
std::string verdict(const std::vector<Answer>& answers) {
    const auto after = [](const Answer& answer) { return mean_of(answer.steps[1].correlation); };
    const Answer& least = *std::ranges::max_element(answers, {}, after);
    return text("Once ", least.steps[1].layer, " alone has forgotten, the ranks of ", least.method,
                " have changed least: they correlate with those of before at ", fixed(after(least), 2), ", those of ",
                answers[0].method, " at ", fixed(after(answers[0]), 2), ".");
}

}  // namespace

Study study_randomisation(const ExperimentOptions& o) {
    const Setup s = prepare(o);
    const Answers all = examine_all(s, o);
    const std::vector<Answer>& answers = all.list;
    Study study;
    study.dtype = s.x.dtype();
    study.report = {.title = "Does the explanation depend on what the network has learned?",
                    .subtitle = text(s.name, ": layer by layer, from the output down, it forgets; ", s.x.rows(),
                                     s.x.rows() == 1 ? " image" : " images", " are explained after each step."),
                    .sections = {},
                    .provenance = {}};
    for (const Answer& answer : answers) add_rows(answer, study.rows);
    Text words{{verdict(answers), reading}};
    words.paragraphs.insert(words.paragraphs.end(), all.left_out.begin(), all.left_out.end());
    study.report.sections = {
        {"The figures",
         {std::move(words), table_of(answers), chart_of(answers, "Values", &RandomisationStep::correlation),
          chart_of(answers, "Sizes of values", &RandomisationStep::size_correlation)}}};
    if (s.net.input.rank() == 3) study.report.sections.push_back(pictures(s, answers));
    return study;
}

}  // namespace gradpath::tools
