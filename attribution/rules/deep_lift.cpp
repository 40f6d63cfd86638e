#include <gradpath/attribution/rules/deep_lift.hpp>

#include <array>

#include <gradpath/attribution/core/average.hpp>
#include <gradpath/attribution/core/names.hpp>
#include <gradpath/attribution/rules/deep_lift_rules.hpp>
#include <gradpath/attribution/rules/halves.hpp>
#include <gradpath/attribution/rules/reveal_cancel.hpp>
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::attribution {
namespace {

const std::array<std::string, 2> rule_names{"rescale", "reveal-cancel"};

/// Differences times multipliers, [rows · targets · features], from one draw of the baseline.
Numbers from_baseline(Evaluator& evaluator, const Tensor& start, DeepLiftRule rule) {
    const std::string& method = evaluator.method();
    const bool reveal = rule == DeepLiftRule::reveal_cancel;
    return explain_by_rules(
        evaluator,
        [&](const RuleChunk& chunk) {
            const Tensor x = chunk.input(), from = slice(start, 0, chunk.first, chunk.last), difference = x - from;
            const Graph graph = chunk.record(concat({x, from}));
            const RuleTable table = reveal ? reveal_cancel_rules(method, graph) : rescale_rules(method);
            std::vector<Tensor> multipliers = sweep_targets(graph, table, [&](const Tensor& output) {
                return reveal ? ones_like(output) : alone(ones({x.rows()}, output.dtype()));
            });
            for (Tensor& m : multipliers) m = difference * (reveal ? of_sign(m, difference) : first_half(m));
            return multipliers;
        },
        2);
}

Attribution averaged(const std::string& method, const Model& model, const Tensor& x, const DeepLift& o) {
    const Recorder recorder;
    require_raw_outputs(method, o.stage);
    Evaluator evaluator(method, model, x, o.target, o.stage, o.run);
    require(evaluator.facts()->independent, method,
            ": runs baseline and input in one batch, but rows of the model depend on each other");
    const Index samples = samples_of(o.baseline);
    Average average;
    std::vector<double> f_baseline(evaluator.f_input().size());
    Attribution result;
    for (Index sample = 0; sample < samples; ++sample) {
        const Tensor start = draw_baseline(method, o.baseline, evaluator.input(), {o.seed, sample});
        if (sample == 0) result.baseline = start;
        const std::vector<double> f = evaluator.values(start, "baseline");
        for (std::size_t k = 0; k < f.size(); ++k) f_baseline[k] += f[k] / static_cast<double>(samples);
        average.add(from_baseline(evaluator, start, o.rule));
    }
    result.values = values_like(evaluator, average.mean());
    if (samples > 1) {
        result.standard_error = values_like(evaluator, average.standard_error());
        result.samples = samples;
    }
    if (is_random(o.baseline)) result.seed = o.seed;
    result.baseline_kind = describe(o.baseline);
    recorder.finish(result, evaluator, o.target);
    report_completeness(result, average.mean(), f_baseline);
    return result;
}

}  // namespace

DeepLiftRule parse_deep_lift_rule(std::string_view name) {
    return static_cast<DeepLiftRule>(position_of("deep-lift: rule", name, rule_names));
}

std::string describe(DeepLiftRule rule) { return rule_names[static_cast<std::size_t>(rule)]; }
void parse_field(const std::string&, std::string_view text, DeepLiftRule& field) { field = parse_deep_lift_rule(text); }
std::string field_text(DeepLiftRule field) { return describe(field); }

Attribution deep_lift(const Model& model, const Tensor& x, const DeepLift& options) {
    return averaged("deep-lift", model, x, options);
}

Attribution deep_shap(const Model& model, const Tensor& x, const DeepShap& o) {
    return averaged(
        "deep-shap", model, x,
        {.target = o.target, .baseline = o.baseline, .stage = o.stage, .rule = o.rule, .seed = o.seed, .run = o.run});
}

}  // namespace gradpath::attribution
