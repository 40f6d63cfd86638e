#include <gradpath/tools/commands/comparison.hpp>

#include <algorithm>
#include <cmath>

#include <gradpath/autodiff/ops.hpp>
#include <gradpath/tools/commands/arguments.hpp>
#include <gradpath/tools/commands/controls.hpp>
#include <gradpath/tools/commands/exit.hpp>

namespace gradpath::tools {
namespace {

namespace quality = attribution::quality;
using attribution::Attribution;

attribution::Settings settings_of(const Contest& q, const std::map<std::string, std::string>& set) {
    return {.target = q.target, .seed = q.seed, .run = q.run, .set = set};
}

/// The option that a method's cost grows with; empty: it has none.
std::string knob_of(const attribution::Method& method) {
    for (const char* name : {"steps", "samples"})
        if (std::ranges::any_of(method.options, [&](const auto& option) { return option.name == name; })) return name;
    return {};
}

/// One row at a time tells what a row costs.
Attribution on_first_row(const attribution::Method& method, const Contest& q,
                         const std::map<std::string, std::string>& set) {
    attribution::Settings settings = settings_of(q, set);
    settings.target = q.target.front();
    return method.run(q.subject.run, slice(q.x, 0, 0, 1), settings);
}

/// The knob's position that comes nearest to the budget: its cost is nearly linear, so a few looks are enough.
std::map<std::string, std::string> setting_for(const attribution::Method& method, const Contest& q) {
    const std::string knob = knob_of(method);
    if (knob.empty()) return {};
    const auto budget = static_cast<double>(q.budget);
    std::map<std::string, std::string> best;
    double nearest = INFINITY;
    Index position = q.budget;
    for (int look = 0; look < 4; ++look) {
        const std::map<std::string, std::string> set{{knob, std::to_string(position)}};
        const double cost = std::max(1e-9, cost_of(on_first_row(method, q, set)));
        const double off = std::abs(std::log(cost / budget));
        if (off < nearest) nearest = off, best = set;
        const auto next =
            std::max(Index{1}, static_cast<Index>(std::lround(static_cast<double>(position) * budget / cost)));
        if (off < 0.05 || next == position) break;
        position = next;
    }
    return best;
}

/// None where the baseline is a distribution.
std::optional<Tensor> difference_of(const Contest& q, const Attribution& a) {
    if (!a.baseline || a.samples.value_or(1) > 1) return {};
    return q.x - *a.baseline;
}

Contestant control(const Contest& q, const std::string& name) {
    return {.name = name, .control = true, .values = control_values(name, q.x, q.seed)};
}

/// Whether a's mean is the better one.
bool is_better(const Measure& m, const Contestant& a, const Contestant& b) {
    const double sign = m.better == Better::low ? 1 : -1;
    return sign * mean_figure(a, m.name).of.mean < sign * mean_figure(b, m.name).of.mean;
}

/// Those who have the figure, with the sign under which less is better.
struct Race {
    std::vector<const Contestant*> runners;
    const Contestant* best = nullptr;
};

Race race_of(const Measure& m, std::span<const Contestant> contestants) {
    Race race;
    const double sign = m.better == Better::low ? 1 : -1;
    double least = INFINITY;
    for (const Contestant& c : contestants) {
        const MeanFigure figure = mean_figure(c, m.name);
        if (figure.rows == 0) continue;
        race.runners.push_back(&c);
        const double mean = sign * figure.of.mean;
        if (!c.control && mean < least) least = mean, race.best = &c;
    }
    return race;
}

Verdict verdict_of(const Measure& m, const Race& race, const Contest& q) {
    Verdict verdict{.measure = m.name, .best = race.best->name, .alike = {}, .behind = {}, .controls_alike = {}, .controls_ahead = {}};
    std::vector<double> p;
    std::vector<const Contestant*> others;
    for (const Contestant* c : race.runners) {
        if (c == race.best) continue;
        others.push_back(c);
        const auto &a = c->figures.at(m.name), &b = race.best->figures.at(m.name);
        const bool both = std::ranges::any_of(a, [&](const double& number) {
            return !std::isnan(number) && !std::isnan(b[static_cast<std::size_t>(&number - a.data())]);
        });
        p.push_back(both ? quality::paired_bootstrap(a, b, {.seed = q.seed}).p : 1);
    }
    const std::vector<double> raised = quality::holm(p);
    for (std::size_t k = 0; k < others.size(); ++k) {
        const Contestant& other = *others[k];
        const bool alike = raised[k] > false_alarm;
        if (!other.control) (alike ? verdict.alike : verdict.behind).push_back(other.name);
        else if (alike) verdict.controls_alike.push_back(other.name);
        else if (is_better(m, other, *race.best)) verdict.controls_ahead.push_back(other.name);
    }
    return verdict;
}

}  // namespace

MeanFigure mean_figure(const Contestant& c, const std::string& measure) {
    std::vector<double> numbers;
    if (const auto found = c.figures.find(measure); found != c.figures.end())
        std::ranges::copy_if(found->second, std::back_inserter(numbers), [](double n) { return !std::isnan(n); });
    if (numbers.empty()) return {{NAN, NAN, NAN}, 0};
    return {quality::confidence(numbers), numbers.size()};
}

const Measure& find_measure(const std::string& name) {
    std::vector<std::string> names;
    for (const Measure& m : measures()) {
        if (name == m.name) return m;
        names.emplace_back(m.name);
    }
    std::string list;
    for (const std::string& known : names) list += (list.empty() ? "" : ", ") + known;
    throw UsageError(
        text("compare: there is no metric \"", name, "\"", did_you_mean(name, names), "; there are: ", list));
}

std::vector<std::string> usual_methods() {
    return {"gradient",  "input-x-gradient", "smooth-grad", "var-grad", "integrated-gradients", "expected-gradients",
            "guided-ig", "blur-ig",          "idgi",        "ig2",      "guided-backprop",      "deep-lift"};
}

std::vector<std::string> controls_of(const Contest& q) {
    std::vector<std::string> names{"random", "constant"};
    if (q.of_pictures()) names.emplace_back("edges");
    return names;
}

double cost_of(const Attribution& a) {
    return static_cast<double>(a.evaluations.forward + a.evaluations.backward) / 2 /
           static_cast<double>(a.values.rows());
}

Contestant answer_of(const Contest& q, const std::string& name) {
    if (is_control(name)) return control(q, name);
    const attribution::Method& method = attribution::find_method(name);
    const std::map<std::string, std::string> set = setting_for(method, q);
    const Attribution a = method.run(q.subject.run, q.x, settings_of(q, set));
    require<UsageError>(a.values.shape() == q.x.shape(), "compare: ", name, " answers in the shape ", a.values.shape(),
                        ", not with a number for each of the input's");
    return {.name = name,
            .values = a.values,
            .f_baseline = a.f_baseline,
            .f_input = a.f_input,
            .difference = difference_of(q, a),
            .set = set,
            .cost = cost_of(a),
            .seconds = a.seconds,
            .notes = a.notes};
}

void measure(const Contest& q, Contestant& c) {
    for (const std::string& name : q.measures) {
        std::vector<double> per_row = find_measure(name).of(q, c);
        if (!per_row.empty()) c.figures[name] = std::move(per_row);
    }
}

std::vector<Verdict> verdicts(const Contest& q, std::span<const Contestant> contestants) {
    std::vector<Verdict> list;
    for (const std::string& name : q.measures) {
        const Measure& m = find_measure(name);
        const Race race = race_of(m, contestants);
        if (m.better != Better::neither && race.best) list.push_back(verdict_of(m, race, q));
    }
    return list;
}

}  // namespace gradpath::tools
