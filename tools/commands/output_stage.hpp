#pragma once
// --output: which number of the model is explained, and what that is called. A network that ends in a softmax gives
// probabilities: they are not called logits, and no second softmax is taken of them.
#include <gradpath/tools/commands/subject.hpp>

namespace gradpath::tools {

struct AskedStage {
    attribution::OutputStage run;   ///< to ask the library for
    attribution::OutputStage name;  ///< what comes of that
};
/// Of a stage's name, or nothing: what the network gives as it is. Throws UsageError "explain: --output .." for what is
/// made of logits, where the network has them only inside, and names the tensor; ValueError for no stage.
AskedStage asked_stage(const std::string& command, const std::string& words, const Subject& subject);
/// What a reader should know of a network that ends in a softmax; nothing for others.
std::string ending_note(const Subject& subject);

}  // namespace gradpath::tools
