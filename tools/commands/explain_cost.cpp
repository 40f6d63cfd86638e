// A fixed rule costs a constant and so much for each step: two short runs tell both.
#include <gradpath/tools/commands/explain_cost.hpp>

#include <algorithm>

#include <gradpath/tools/commands/arguments.hpp>

namespace gradpath::tools {
namespace {

constexpr Index few = 4, more = 8;  // steps of the two runs
constexpr Index usual = 1000;       // told where a tolerance decides on the way

bool knows(const attribution::Method& method, const std::string& option) {
    return std::ranges::count(method.options, option, &attribution::OptionInfo::name) > 0;
}

attribution::Attribution with_steps(const ExplainOptions& o, const attribution::Method& method, Index steps,
                                    const std::function<attribution::Attribution(const ExplainOptions&)>& run) {
    ExplainOptions probe = o;
    probe.set["steps"] = std::to_string(steps);
    const bool may_choose = !o.set.contains("steps") && knows(method, "rule");
    if (may_choose) probe.set["rule"] = "gauss-legendre";  // others may take no steps
    probe.set.erase("tolerance");
    return run(probe);
}

}  // namespace

RowCost row_cost(const ExplainOptions& o, const attribution::Method& method,
                 const std::function<attribution::Attribution(const ExplainOptions&)>& run) {
    const auto cost = [](const attribution::Attribution& a) {
        return RowCost{static_cast<double>(a.evaluations.forward),
                       static_cast<double>(a.evaluations.backward),
                       a.seconds,
                       static_cast<double>(a.peak_bytes),
                       "",
                       a};
    };
    const bool told = o.set.contains("steps") && !o.set.contains("tolerance");
    Index steps = usual;
    if (told) read_value("explain: --steps", o.set.at("steps"), steps);
    if (!knows(method, "steps") || !knows(method, "max-steps") || steps <= more) return cost(run(o));
    const RowCost at_few = cost(with_steps(o, method, few, run)), at_more = cost(with_steps(o, method, more, run));
    const auto at_steps = [&](double RowCost::*figure) {
        const double each = std::max((at_more.*figure - at_few.*figure) / (more - few), 0.0);
        return at_more.*figure + each * static_cast<double>(steps - more);
    };
    RowCost row = at_more;
    for (double RowCost::*figure : {&RowCost::forward, &RowCost::backward, &RowCost::bytes})
        row.*figure = at_steps(figure);
    row.seconds = at_more.seconds / at_more.backward * row.backward;  // the difference of two short times is noise
    if (!told) row.steps = text("as many as the tolerance takes; told for ", usual);
    return row;
}

}  // namespace gradpath::tools
