#pragma once
// --output: which number of the model is explained, and what that is called. A network that ends in a softmax gives
// probabilities: they are not called logits, and no second softmax is taken of them.
#include <gradpath/tools/commands/common.hpp>
#include <gradpath/tools/commands/subject.hpp>

namespace gradpath::tools {

struct AskedStage {
    attribution::OutputStage run;   ///< to ask the library for
    attribution::OutputStage name;  ///< what comes of that
};
/// Of a stage's name, or nothing: what the network gives as it is. Throws UsageError "explain: --output .." for what is
/// made of logits, where the network has them only inside, and names the tensor; ValueError for no stage.
AskedStage asked_stage(const std::string& command, const std::string& words, const Subject& subject);
/// Of --metric: throws UsageError where it takes a softmax and the network ends in one, and names the tensor.
void check_metric(const std::string& command, const std::string& metric, const Subject& subject);
/// What computes logits: the subject, or, with a note, what stands before the softmax it ends in. Throws UsageError for
/// a network of probabilities that are no softmax of one of its tensors.
Subject before_softmax(const std::string& command, const Subject& subject, const Common& common);
/// What a reader should know of a network that ends in a softmax; nothing for others.
std::string ending_note(const Subject& subject);
/// "9 (ankle boot)", or "9" where the outputs have no names.
std::string output_text(const Subject& subject, Index output);
/// "9 (ankle boot) against 2 (pullover)", of a margin.
std::string margin_text(const Subject& subject, const attribution::OutputStage& margin);
/// --target as a reader should be told of it: nothing for `predicted` where the model predicts nothing by it, as of a
/// margin, which names its outputs itself, and of a single output.
std::string told_target(const std::string& target, const attribution::OutputStage& stage, const Subject& subject);

}  // namespace gradpath::tools
