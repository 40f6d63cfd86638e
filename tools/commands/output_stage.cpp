#include <gradpath/tools/commands/output_stage.hpp>

#include <gradpath/tools/commands/exit.hpp>

namespace gradpath::tools {
namespace {

using attribution::Stage;
using models::Ending;

Ending model_ending(const Subject& subject) { return subject.model ? subject.model->ending : Ending{}; }

/// What the output is by itself.
Stage own_stage(const Ending& ending) {
    return ending.kind == Ending::probabilities       ? Stage::probability
           : ending.kind == Ending::log_probabilities ? Stage::log_probability
                                                      : Stage::logit;
}

}  // namespace

AskedStage asked_stage(const std::string& command, const std::string& words, const Subject& subject) {
    const Ending ending = model_ending(subject);
    const attribution::OutputStage as_it_is{}, own{.kind = own_stage(ending)};
    if (words.empty()) return {as_it_is, own};
    const attribution::OutputStage asked = attribution::parse_stage(words);
    if (asked == own) return {as_it_is, own};
    // a softmax of logarithms of probabilities gives these again; of the probabilities themselves, nothing of use
    const bool known =
        ending.kind == Ending::logits || (ending.kind == Ending::log_probabilities && asked.kind != Stage::logit);
    require<UsageError>(known, command, ": --output ", words, " is made of logits, and ", subject.name, " ends in ",
                        ending.step, ": give --output-tensor ", ending.before, ", what that is taken of");
    return {asked, asked};
}

std::string ending_note(const Subject& subject) {
    const Ending ending = model_ending(subject);
    if (ending.kind == Ending::logits) return "";
    return text("the network ends in ", ending.step, ": its output is a ",
                describe(attribution::OutputStage{.kind = own_stage(ending)}), "; --output-tensor ", ending.before,
                " looks at what that is taken of");
}

std::string output_text(const Subject& subject, Index output) {
    const auto place = static_cast<std::size_t>(output);
    return place < subject.class_names.size() ? text(output, " (", subject.class_names[place], ")") : to_text(output);
}

std::string margin_text(const Subject& subject, const attribution::OutputStage& margin) {
    return text(output_text(subject, margin.first), " against ", output_text(subject, margin.second));
}

std::string told_target(const std::string& target, const attribution::OutputStage& stage, const Subject& subject) {
    const bool chosen = stage.kind != Stage::margin && subject.outputs() > 1;
    return target == "predicted" && !chosen ? "" : target;
}

}  // namespace gradpath::tools
