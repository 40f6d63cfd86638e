// The model is run once all the same: f_input, target and notes are those of any answer.
#include <gradpath/tools/commands/controls.hpp>

#include <algorithm>

#include <gradpath/attribution/core/result.hpp>
#include <gradpath/attribution/method_row.hpp>
#include <gradpath/attribution/quality/controls.hpp>
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::tools {
namespace {

using attribution::Method;

struct ControlOptions {
    attribution::Target target = attribution::Predicted{};
    attribution::OutputStage stage = {};
    std::uint64_t seed = 0;
    attribution::Run run = {};

    static void visit(auto& self, auto&& f) { f("seed", self.seed, "of the random numbers"); }
};

attribution::Attribution answer(const std::string& name, const attribution::Model& model, const Tensor& x,
                                const attribution::Settings& settings) {
    const attribution::Recorder recorder;
    const auto o = attribution::options_from<ControlOptions>(name, settings);
    const attribution::Evaluator evaluator(name, model, x, o.target, o.stage, o.run);
    attribution::Attribution result;
    result.values = control_values(name, evaluator.input(), o.seed);
    if (std::holds_alternative<attribution::AllTargets>(o.target)) {  // the same for each
        const Shape row = x.shape().slice(1, x.rank());
        result.values = broadcast_to(reshape(result.values, Shape{x.rows(), 1}.joined(row)),
                                     Shape{x.rows(), evaluator.targets()}.joined(row));
    }
    if (name == "random") result.seed = o.seed;
    recorder.finish(result, evaluator, o.target);
    return result;
}

Method control(const std::string& name, const std::string& summary) {
    return {.name = name,
            .family = "controls",
            .summary = summary,
            .options =
                name == "random" ? attribution::options_of<ControlOptions>() : std::vector<attribution::OptionInfo>{},
            .claims = {},
            .citations = {},
            .run = [name](const attribution::Model& model, const Tensor& x, const attribution::Settings& settings) {
                return answer(name, model, x, settings);
            }};
}

}  // namespace

std::span<const Method> controls() {
    static const std::vector<Method> all{control("random", "normal numbers, by the seed"),
                                         control("constant", "1 everywhere"),
                                         control("edges", "where the picture has edges, by Sobel's filters")};
    return all;
}

bool is_control(const std::string& name) { return std::ranges::count(controls(), name, &Method::name) > 0; }

Tensor control_values(const std::string& name, const Tensor& x, std::uint64_t seed) {
    if (name == "random") return attribution::quality::random_control(x, seed);
    if (name == "constant") return attribution::quality::constant_control(x);
    return attribution::quality::edge_control(x);
}

}  // namespace gradpath::tools
