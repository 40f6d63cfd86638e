#pragma once
// The small languages of `train`: "cosine:final=0.1", "ema:0.999", "flip,shift:2", "balanced". Each is read into plain
// data, and written back in one way however it was typed, so that a resumed run can be compared with the one before.
#include <string>
#include <string_view>
#include <vector>

#include <gradpath/models/data/data_set.hpp>
#include <gradpath/nn/train.hpp>

namespace gradpath::tools {

/// "a, b or c"
std::string either(const std::vector<std::string>& names);
/// Throws UsageError "train: --optimizer takes adam or sgd: got "sdg"; did you mean "sgd"?" unless the name is one.
void require_one_of(const std::string& what, const std::string& name, const std::vector<std::string>& names);

/// All read functions throw UsageError that begins with `what`. step, cosine, one-cycle or plateau; after a colon its
/// fields: step:every=5,factor=0.5.
decltype(nn::Schedule::shape) read_schedule(const std::string& what, const std::string& text);
std::string schedule_text(const nn::Schedule& schedule);  ///< of the shape, with all fields

/// ema:DECAY or last:EPOCHS.
nn::Averaging read_average(const std::string& what, const std::string& text);
std::string average_text(const nn::Averaging& average);

/// Any of flip, shift:PIXELS, rotate:DEGREES, noise:DEVIATION, joined by commas.
nn::Augment read_augment(const std::string& what, const std::string& text);
std::string augment_text(const nn::Augment& augment);

struct ClassWeights {
    bool balanced = false;             ///< rows / (classes · rows of the class), so that each class counts as much
    std::vector<double> numbers = {};  ///< one per class
    bool given() const { return balanced || !numbers.empty(); }
};
/// balanced, or numbers joined by commas.
ClassWeights read_class_weights(const std::string& what, const std::string& text);
std::string class_weights_text(const ClassWeights& weights);
/// One per class of the data, or none. Throws UsageError if there are not as many numbers as classes.
std::vector<double> weights_for(const std::string& what, const ClassWeights& weights, const models::DataSet& data);

}  // namespace gradpath::tools
