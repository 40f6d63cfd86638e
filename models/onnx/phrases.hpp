#pragma once
// How each op of the engine is said in ONNX. Private: it names the generated classes.
#include <gradpath/models/onnx/writer.hpp>

namespace gradpath::models::onnx {

/// A step of the recorded function, for two numbers of rows.
struct TwinStep {
    const Step& two;
    const Step& three;
    Twin input(std::size_t i) const { return {two.inputs.at(i), three.inputs.at(i)}; }
    Twin output() const { return {two.outputs.at(0), three.outputs.at(0)}; }
};
// What phrases share.
std::vector<std::string> inputs_of(Writer& writer, const TwinStep& step);
std::vector<std::string> out(Writer& writer, const TwinStep& step);  ///< a fresh name for the first output
inline Writer::Attribute one(const char* name, Index value) { return {name, {value}, false}; }
// window_phrases.cpp: convolutions and pools
void conv_of(Writer& writer, const TwinStep& step);
void transposed_conv_of(Writer& writer, const TwinStep& step);
void max_pool_of(Writer& writer, const TwinStep& step);
void avg_pool_of(Writer& writer, const TwinStep& step);

/// Adds the nodes that a step means; false for an op that has no words.
bool write_step(Writer& writer, const TwinStep& step);

}  // namespace gradpath::models::onnx
