#include <gradpath/attribution/rules/lrp.hpp>

#include <algorithm>
#include <array>
#include <cmath>

#include <gradpath/attribution/core/names.hpp>
#include <gradpath/attribution/rules/lrp_rules.hpp>
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::attribution {
namespace {

const std::array<std::string, 9> rule_names{"zero",  "epsilon", "gamma",     "alpha-beta", "z-plus",
                                            "z-box", "flat",    "w-squared", "composite"};

bool uses_box(const Lrp& o) {
    const bool by_default = o.rule == LrpRule::z_box || (o.rule == LrpRule::composite && !o.first);
    return by_default || std::ranges::any_of(std::array{o.first, o.top, o.convolution, o.dense},
                                             [](const auto& own) { return own == LrpRule::z_box; });
}

void check(const Lrp& o) {
    require_raw_outputs("lrp", o.stage);
    for (const auto& own : {o.first, o.top, o.convolution, o.dense})
        require(own != LrpRule::composite, "lrp: composite names rules for all layers; give it as rule");
    require(o.epsilon >= 0 && std::isfinite(o.epsilon), "lrp: epsilon must be at least 0 but is ", o.epsilon);
    require(o.gamma >= 0 && std::isfinite(o.gamma), "lrp: gamma must be at least 0 but is ", o.gamma);
    require(o.alpha >= 1 && std::isfinite(o.alpha), "lrp: alpha must be at least 1 but is ", o.alpha);
    require(o.low < o.high, "lrp: low must be below high but they are ", o.low, " and ", o.high);
}

/// Numbers outside of the box would turn signs that the rule counts on.
void require_within(const Tensor& x, const Lrp& o) {
    for (Index k = 0; k < x.size(); ++k)
        require(x.at(k) >= o.low && x.at(k) <= o.high, "lrp: z-box takes inputs in [", o.low, ", ", o.high,
                "] but one is ", x.at(k), "; set low and high");
}

}  // namespace

LrpRule parse_lrp_rule(std::string_view name) {
    return static_cast<LrpRule>(position_of("lrp: rule", name, rule_names));
}

std::string describe(LrpRule rule) { return rule_names[static_cast<std::size_t>(rule)]; }
void parse_field(const std::string&, std::string_view text, LrpRule& field) { field = parse_lrp_rule(text); }
std::string field_text(LrpRule field) { return describe(field); }

Attribution lrp(const Model& model, const Tensor& x, const Lrp& o) {
    const Recorder recorder;
    check(o);
    Evaluator evaluator("lrp", model, x, o.target, o.stage, o.run);
    if (uses_box(o)) require_within(evaluator.input(), o);
    Attribution result;
    result.values =
        values_like(evaluator, explain_by_rules(evaluator, [&](const RuleChunk& chunk) {
                        const Graph graph = chunk.record(chunk.input());
                        return sweep_targets(graph, lrp_rules(graph, o), [](const Tensor& output) { return output; });
                    }));
    recorder.finish(result, evaluator, o.target);
    return result;
}

}  // namespace gradpath::attribution
