#pragma once
// A model by name: a network with all it takes to use it again on raw inputs.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <gradpath/models/data/data_set.hpp>
#include <gradpath/models/settings.hpp>
#include <gradpath/nn/evaluate.hpp>
#include <gradpath/nn/init.hpp>
#include <gradpath/nn/layer.hpp>

namespace gradpath::models {

/// What the outputs of a network are, where its last step says so: of what is a probability, no softmax must be taken.
struct Ending {
    enum Kind : std::uint8_t { logits, probabilities, log_probabilities } kind = logits;
    std::string step = {};    ///< the last: Softmax, Sigmoid or LogSoftmax
    std::string before = {};  ///< the name of what it was taken of, unless that is an input
};

struct Model {
    std::string architecture;  ///< its name in architectures()
    Settings options;          ///< all of them, as text
    nn::Layer net;
    Shape input;                                ///< of one row
    Index classes;                              ///< outputs per row
    bool reconstructs = false;                  ///< the outputs are to be the row itself, normalised and flattened
    Normalisation normalisation = {};           ///< applied to x before the network
    std::vector<std::string> class_names = {};  ///< one per class, or none
    std::vector<Column> columns = {};           ///< of the table it was trained on, if it was
    std::string label = {};                     ///< that table's column of labels
    Ending ending = {};                         ///< what its outputs are

    /// Raw rows [rows, input..] → outputs [rows, classes]. A net on vectors takes rows of any shape with as many
    /// numbers. Throws ShapeError for rows of another shape.
    Tensor operator()(const Tensor& x) const;
    // Parameters and buffers are named as the net names them.
    void each(std::string& path, const nn::TensorVisitor& f) { net.each(path, f); }
    void each(std::string& path, const nn::ConstTensorVisitor& f) const { net.each(path, f); }
};

/// The names make() knows: mlp, moons-mlp, lenet5, lenet-small, small-cnn, residual-cnn, depthwise-cnn, autoencoder.
std::vector<std::string> architectures();
/// A network with first weights drawn from the seed. Options left out have the architecture's defaults. Throws
/// ValueError for an unknown name or option (with the nearest one) or a value out of range.
Model make(std::string_view architecture, const Settings& options, const nn::Init& init);
inline Model make(std::string_view architecture, const Settings& options = {}, std::uint64_t seed = 0) {
    return make(architecture, options, nn::Init{.seed = seed});
}
/// The same for a data set: sizes and classes come from it unless given, so do normalisation, class names and columns.
/// Throws ValueError if the architecture cannot take its rows or has not as many outputs as it has classes.
Model make_for(const DataSet& data, std::string_view architecture, const Settings& options = {},
               std::uint64_t seed = 0);

/// What fit() and evaluate() need to know.
struct Task {
    nn::Examples examples;
    nn::Loss loss;
};
/// Classes to tell, by cross-entropy (of a network that ends in probabilities, of these); for a model that reconstructs
/// the rows themselves, by mean squared error, without labels, so that there is no accuracy.
Task task_for(const Model& model, const DataSet& data);

/// A place inside a model that can be tapped: tap("conv1"), and the shape of one row there.
struct Place {
    std::string name;
    Shape shape;
};
/// All of them in the order they are reached, by running the model once on zeros.
std::vector<Place> places(const Model& model);
/// Names this function: SHA-256 of architecture, options, normalisation, and every parameter's and buffer's name,
/// dtype, shape and bytes; names of classes and columns do not count. 64 hexadecimal digits.
std::string hash(const Model& model);

}  // namespace gradpath::models
