#include <gradpath/tools/commands/entrants.hpp>

#include <algorithm>
#include <cmath>

#include <gradpath/autodiff/ops.hpp>
#include <gradpath/tools/commands/controls.hpp>
#include <gradpath/tools/commands/exit.hpp>
#include <gradpath/tools/commands/format.hpp>

namespace gradpath::tools {
namespace {

using attribution::Attribution;

/// The option that a method's cost grows with; empty: it has none, or the user has set what it follows from.
std::string knob_of(const attribution::Method& method, const Texts& set) {
    if (set.contains("steps") || set.contains("samples") || set.contains("tolerance")) return {};
    for (const char* name : {"steps", "samples"})
        if (std::ranges::any_of(method.options, [&](const auto& option) { return option.name == name; })) return name;
    return {};
}

Attribution run(const attribution::Method& method, const Contest& q, const Texts& set) {
    Attribution a = method.run(q.subject.run, q.x, q.settings(set));
    require<UsageError>(a.values.shape() == q.x.shape(), method.name, ": answers in the shape ", a.values.shape(),
                        ", not with a number for each of the input's");
    return a;
}

/// The knob's position that comes nearest to the budget: its cost is nearly linear, so a few looks at the first row
/// are enough.
Entrant entrant_of(const attribution::Method& method, const Contest& one, const Texts& set) {
    const std::string knob = knob_of(method, set);
    if (knob.empty()) return {method.name, set, cost_of(run(method, one, set))};
    const auto budget = static_cast<double>(one.budget);
    Entrant best{.name = method.name};
    double nearest = INFINITY;
    Index position = one.budget;
    for (int look = 0; look < 4; ++look) {
        Texts tried = set;
        tried[knob] = std::to_string(position);
        const double cost = std::max(1e-9, cost_of(run(method, one, tried)));
        const double off = std::abs(std::log(cost / budget));
        if (off < nearest) nearest = off, best.set = tried, best.cost = cost;
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

}  // namespace

std::vector<std::string> usual_methods() {
    return {"gradient",  "input-x-gradient", "smooth-grad", "var-grad", "integrated-gradients", "expected-gradients",
            "guided-ig", "blur-ig",          "idgi",        "ig2",      "guided-backprop",      "deep-lift"};
}

std::vector<std::string> controls_of(const Contest& q) {
    std::vector<std::string> names{"random", "constant"};
    if (q.of_pictures()) names.emplace_back("edges");
    return names;
}

Entrants entrants_of(const Contest& q) {
    const Contest one = q.first_row();
    Entrants all;
    for (const std::string& name : q.methods) {
        if (is_control(name)) {
            all.list.push_back({.name = name});
            continue;
        }
        const auto given = q.set.find(name);
        try {
            all.list.push_back(
                entrant_of(attribution::find_method(name), one, given == q.set.end() ? Texts{} : given->second));
        } catch (const Cancelled&) {
            throw;
        } catch (const Error& error) {
            all.refused.push_back({name, error.what()});
        }
    }
    return all;
}

double cost_of(const Attribution& a) {
    return static_cast<double>(a.evaluations.forward + a.evaluations.backward) / 2 /
           static_cast<double>(a.values.rows());
}

bool over_budget(const Contest& q, double cost) { return cost > 1.25 * static_cast<double>(q.budget); }

std::string excess(const Contest& q, double cost) {
    return text(short_number(cost, 3), " gradient evaluations a row, ",
                short_number(cost / static_cast<double>(q.budget), 3), " times the budget");
}

Contestant answer_of(const Contest& q, const Entrant& entrant) {
    if (is_control(entrant.name))
        return {.name = entrant.name, .control = true, .values = control_values(entrant.name, q.x, q.seed)};
    const Attribution a = run(attribution::find_method(entrant.name), q, entrant.set);
    Contestant c{.name = entrant.name,
                 .values = a.values,
                 .f_baseline = a.f_baseline,
                 .f_input = a.f_input,
                 .difference = difference_of(q, a),
                 .set = entrant.set,
                 .cost = cost_of(a),
                 .seconds = a.seconds,
                 .notes = a.notes};
    if (over_budget(q, c.cost)) c.notes.push_back("took " + excess(q, c.cost));
    return c;
}

}  // namespace gradpath::tools
