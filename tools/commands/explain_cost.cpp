// A fixed rule costs a constant and so much for each step, as for each sample: two short runs tell both.
#include <gradpath/tools/commands/explain_cost.hpp>

#include <algorithm>

#include <gradpath/tools/commands/arguments.hpp>

namespace gradpath::tools {
namespace {

using Cost = std::function<RowCost(const ExplainOptions&)>;

/// An option that the cost grows with evenly, and what it is in the two runs.
struct Dial {
    std::string name;
    Index few = 4, more = 8;
};
constexpr Index usual = 1000;  // steps that are told of where a tolerance decides on the way

bool knows(const attribution::Method& method, const std::string& option) {
    return std::ranges::count(method.options, option, &attribution::OptionInfo::name) > 0;
}

RowCost along(const Dial& dial, Index count, const ExplainOptions& o, const Cost& cost) {
    const auto at = [&](Index position) {
        ExplainOptions probe = o;
        probe.set[dial.name] = std::to_string(position);
        return cost(probe);
    };
    const RowCost at_few = at(dial.few), at_more = at(dial.more);
    RowCost row = at_more;
    for (double RowCost::*figure : {&RowCost::forward, &RowCost::backward, &RowCost::bytes}) {
        const double slope = (at_more.*figure - at_few.*figure) / static_cast<double>(dial.more - dial.few);
        row.*figure += std::max(slope, 0.0) * static_cast<double>(count - dial.more);
    }
    const auto rows = [](const RowCost& c) { return c.forward + c.backward; };
    row.seconds *= rows(row) / rows(at_more);  // the difference of two short times is noise
    return row;
}

/// Coalitions are looked at once, however often they are drawn: a few draws say nothing of many.
Dial dial_of_samples(const attribution::Method& method) {
    return knows(method, "max-samples") ? Dial{"samples", 2048, 4096} : Dial{"samples"};
}

/// How many samples were asked for, or are usual; 0 where that is decided on the way.
Index samples_of(const ExplainOptions& o, const attribution::Method& method) {
    if (knows(method, "max-samples") && o.set.contains("tolerance")) return 0;
    const auto standard = std::ranges::find(method.options, "samples", &attribution::OptionInfo::name);
    std::string told = standard == method.options.end() ? "0" : standard->standard;
    if (o.set.contains("samples")) told = o.set.at("samples");
    Index samples = 0;
    if (told != "automatic") read_value("explain: --samples", told, samples);
    return samples;
}

}  // namespace

RowCost row_cost(const ExplainOptions& o, const attribution::Method& method,
                 const std::function<attribution::Attribution(const ExplainOptions&)>& run) {
    const Cost whole = [&](const ExplainOptions& asked) {
        const attribution::Attribution a = run(asked);
        return RowCost{static_cast<double>(a.evaluations.forward),
                       static_cast<double>(a.evaluations.backward),
                       a.seconds,
                       static_cast<double>(a.peak_bytes),
                       "",
                       a};
    };
    const Cost of_samples = [&](const ExplainOptions& asked) {
        const Dial dial = dial_of_samples(method);
        const Index samples = samples_of(asked, method);
        return samples > dial.more ? along(dial, samples, asked, whole) : whole(asked);
    };
    const Dial dial{"steps"};
    const bool told = o.set.contains("steps") && !o.set.contains("tolerance");
    Index steps = usual;
    if (told) read_value("explain: --steps", o.set.at("steps"), steps);
    if (!knows(method, "steps") || !knows(method, "max-steps") || steps <= dial.more) return of_samples(o);
    ExplainOptions fixed = o;
    const bool may_choose = !o.set.contains("steps") && knows(method, "rule");
    if (may_choose) fixed.set["rule"] = "gauss-legendre";  // others may take no steps
    fixed.set.erase("tolerance");
    RowCost row = along(dial, steps, fixed, of_samples);
    if (!told) row.steps = text("as many as the tolerance takes; told for ", usual);
    return row;
}

}  // namespace gradpath::tools
