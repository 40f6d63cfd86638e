#include <gradpath/nn/training.hpp>

#include <algorithm>

#include <gradpath/nn/streams.hpp>

namespace gradpath::nn {

namespace {

thread_local Training* innermost = nullptr;

}  // namespace

Training::Training(std::uint64_t seed, std::uint64_t step) : seed_(seed), step_(step), before_(innermost) {
    innermost = this;
}
Training::~Training() { innermost = before_; }
Training* Training::current() { return innermost; }
std::uint64_t Training::next_stream() { return dropout_stream(step_, calls_++); }

void Training::update(const Buffer& buffer, const Tensor& reported) {
    Tensor value = detached(reported);
    const auto found = std::ranges::find(updates_, &buffer.value, &std::pair<const Tensor*, Tensor>::first);
    if (found == updates_.end()) updates_.emplace_back(&buffer.value, std::move(value));
    else found->second = std::move(value);
}

const Tensor& Training::latest(const Tensor& buffer_value) const {
    const auto found = std::ranges::find(updates_, &buffer_value, &std::pair<const Tensor*, Tensor>::first);
    return found == updates_.end() ? buffer_value : found->second;
}

}  // namespace gradpath::nn
