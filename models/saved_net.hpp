#pragma once
// Files of a network of one's own, any struct with a visit: its tensors, and the state of its training. How the network
// is built no file tells: the program that reads it builds it first. Needs the io feature.
#include <filesystem>
#include <vector>

#include <gradpath/nn/layer.hpp>
#include <gradpath/nn/train.hpp>

namespace gradpath::models {

/// What a network keeps, in the order of its visit.
struct NetTensors {
    std::vector<nn::Parameter> parameters, buffers;
};
template <class M>
NetTensors net_tensors(const M& net) {
    return {nn::parameters(net), nn::buffers(net)};
}

void write_tensors(const std::filesystem::path& path, const std::vector<nn::Parameter>& tensors);
/// The tensors of the file in the order of `like`, which tells names, shapes and dtypes.
std::vector<Tensor> read_tensors(const std::filesystem::path& path, const std::vector<nn::Parameter>& like);
void write_state(const std::filesystem::path& path, const NetTensors& net, const nn::TrainState& state);
nn::TrainState read_state(const std::filesystem::path& path, const NetTensors& net);

/// Writes atomically: one tensor per parameter and buffer, under its name. Throws IoError if it cannot be written,
/// ValueError for a name twice.
template <class M>
void save_tensors(const std::filesystem::path& path, const M& net) {
    write_tensors(path, nn::tensors(net));
}
/// Gives the network the tensors of a file of just these names, shapes and dtypes; of a checkpoint, those of its last
/// step. Throws IoError, naming the file, for any other; nothing is changed then.
template <class M>
void load_tensors(const std::filesystem::path& path, M& net) {
    const std::vector<Tensor> values = read_tensors(path, nn::tensors(net));
    auto value = values.begin();
    nn::each_tensor(net, nn::TensorVisitor([&](const std::string&, Tensor& slot, nn::Role) { slot = *value++; }));
}

/// Writes a state of the network's training, all that fit() needs to go on bit for bit, atomically, in one file. Throws
/// IoError if it cannot be written, ValueError for a state of another network or one that has not begun.
template <class M>
void save_state(const std::filesystem::path& path, const M& net, const nn::TrainState& state) {
    write_state(path, net_tensors(net), state);
}
/// The state in a file of save_state(), or of save_checkpoint(), for fit() to go on from. The network tells names,
/// shapes and dtypes and stays as it is. Throws IoError, naming the file, if a tensor is missing, misshaped or not the
/// network's, or if the file holds no state.
template <class M>
nn::TrainState load_state(const std::filesystem::path& path, const M& net) {
    return read_state(path, net_tensors(net));
}

}  // namespace gradpath::models
