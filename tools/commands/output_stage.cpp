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

/// The tensor of which the network takes a softmax (of one number: a sigmoid); nothing where there is none.
std::string logits_of(const Subject& subject) {
    const Ending ending = model_ending(subject);
    return ending.step == "Sigmoid" && subject.model->classes > 1 ? "" : ending.before;
}

/// What to do about --output, --metric .. that are made of logits.
std::string way_to(const std::string& tensor) {
    return tensor.empty() ? ", which is a softmax of no tensor inside"
                          : text(": give --output-tensor ", tensor, ", what that is taken of");
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
    const bool of_each = asked.kind == Stage::logit || asked.kind == Stage::margin;  // and not of a sum over all
    require<UsageError>(known, command, ": --output ", words, " is made of logits, and ", subject.name, " ends in ",
                        ending.step, way_to(of_each ? ending.before : logits_of(subject)));
    return {asked, asked};
}

void check_metric(const std::string& command, const std::string& metric, const Subject& subject) {
    if (metric != "fisher" && metric != "probabilities") return;
    const Ending ending = model_ending(subject);
    require<UsageError>(ending.kind == Ending::logits, command, ": --metric ", metric,
                        " takes a softmax of logits, and ", subject.name, " ends in ", ending.step,
                        way_to(logits_of(subject)));
}

Subject before_softmax(const std::string& command, const Subject& subject, const Common& common) {
    const Ending ending = model_ending(subject);
    if (ending.kind != Ending::probabilities) return subject;
    NetworkEnds ends = subject.ends;
    ends.output_tensor = logits_of(subject);
    require<UsageError>(!ends.output_tensor.empty(), command, ": it takes a softmax of logits, and ", subject.name,
                        " ends in ", ending.step, way_to(""));
    say(common, text("note: the network ends in ", ending.step, ": explained is what that is taken of, ",
                     "as by --output-tensor ", ends.output_tensor));
    return open_subject(command, subject.name, subject.dtype, "", {.ends = ends});
}

std::string ending_note(const Subject& subject) {
    const Ending ending = model_ending(subject);
    if (ending.kind == Ending::logits) return "";
    return text(
        "the network ends in ", ending.step, ": its output is a ",
        describe(attribution::OutputStage{.kind = own_stage(ending)}),
        ending.before.empty() ? "" : text("; --output-tensor ", ending.before, " looks at what that is taken of"));
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
