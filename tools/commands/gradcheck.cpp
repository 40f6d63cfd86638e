// Walks the op list of the engine's own tests: each differentiable op against central differences, first its
// derivative, then the derivative of that. Ops without a derivative of use (comparisons, sign) are shown as such.
#include <limits>

#include <gradpath/autodiff/check/op_cases.hpp>
#include <gradpath/autodiff/transforms.hpp>
#include <gradpath/tools/commands/checks.hpp>
#include <gradpath/tools/commands/commands.hpp>
#include <gradpath/tools/commands/progress.hpp>

namespace gradpath::tools {
namespace {

constexpr double nothing_measured = std::numeric_limits<double>::quiet_NaN();

Check check_case(const OpCase& op) {
    Check check{.suite = "gradient", .name = op.name, .figure = nothing_measured};
    if (!op.differentiable) {
        check.verdict = Check::Verdict::out_of_scope;
        check.note = "not differentiable";
        return check;
    }
    for (const int order : {1, 2}) {
        try {
            check_grads(op.f, op.inputs, {.order = order, .step = op.step, .tolerance = op.tolerance});
            check.note += order == 1 ? "first" : " and second order";
        } catch (const NumericError& error) {
            check.verdict = Check::Verdict::failed;
            check.note = error.what();
            return check;
        }
    }
    return check;
}

}  // namespace

Exit gradcheck(Words words, const std::atomic<bool>& interrupted) {
    Common common;
    Arguments arguments("gradcheck",
                        "Checks the first and second derivatives of all ops in float64 against central differences.",
                        "gradpath gradcheck\ngradpath gradcheck --seed 7 --json");
    add_common(arguments, common);
    if (!arguments.parse(words)) return print(arguments.help()), Exit::fine;
    apply(common);

    const std::vector<OpCase> cases = op_cases(common.seed);
    Progress progress(Progress::style(common.quiet), "cases");
    std::vector<Check> checks;
    for (const OpCase& op : cases) {
        require<Cancelled>(!interrupted, "gradcheck: cancelled");
        checks.push_back(check_case(op));
        progress.tell("checking", static_cast<Index>(checks.size()), static_cast<Index>(cases.size()), op.name);
    }
    progress.end_line();
    return report(checks, common, "gradpath.gradcheck/1");
}

}  // namespace gradpath::tools
