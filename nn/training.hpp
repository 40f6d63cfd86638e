#pragma once
// The scope that tells layers they are being trained. Layers are called const, so what they learn in passing (running
// means) is reported to the scope, and whoever opened it decides: fit assigns it after the step.
#include <cstdint>
#include <utility>
#include <vector>

#include <gradpath/nn/layer.hpp>

namespace gradpath::nn {

/// While it lives, dropout and batch normalisation on this thread are active. Masks depend on seed, step and the number
/// of the call inside the scope only, so a step that is run again draws the same ones. Scopes nest: the innermost
/// counts. In a training loop of one's own:
///     const nn::Training training(seed, step);
///     loss = ..; gradients = grad(..);
///     nn::keep_updates(model, training);
class Training {
public:
    explicit Training(std::uint64_t seed, std::uint64_t step = 0);
    ~Training();
    Training(const Training&) = delete;
    Training& operator=(const Training&) = delete;

    /// The innermost scope of this thread, or none.
    static Training* current();
    std::uint64_t seed() const { return seed_; }
    std::uint64_t next_stream();  ///< another one at each call

    /// For layers: the numbers that the buffer is to hold after this step, without their history. A later report
    /// replaces an earlier one.
    void update(const Buffer& buffer, const Tensor& reported);
    /// What was last reported for the tensor of a buffer (found by its place in memory), else the tensor itself.
    const Tensor& latest(const Tensor& buffer_value) const;

private:
    std::uint64_t seed_, step_, calls_ = 0;
    std::vector<std::pair<const Tensor*, Tensor>> updates_ = {};  ///< few: in the order of the calls
    Training* before_;
};

/// Gives the buffers of a model what its layers reported in the scope. It must be the object that was called.
template <class M>
void keep_updates(M& model, const Training& training) {
    each_tensor(model, TensorVisitor([&](const std::string&, Tensor& value, Role role) {
                    if (role == Role::buffer) value = Tensor(training.latest(value));
                }));
}

}  // namespace gradpath::nn
