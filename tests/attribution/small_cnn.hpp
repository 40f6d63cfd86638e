#pragma once
#include <attribution/functions.hpp>

namespace attribution_tests {

/// A convolutional network on [rows, 1, 16, 16] with ten outputs, random.
inline Model small_cnn(DType dtype) {
    const Tensor filters = random_tensor({8, 1, 3, 3}, 1, dtype) * 0.5,
                 dense = random_tensor({8 * 64, 10}, 2, dtype) * 0.1;
    return
        [=](const Tensor& x) { return matmul(flatten(max_pool2d(relu(conv2d(x, filters, {.padding = 1})))), dense); };
}

/// Everything that must not depend on how the work was cut.
inline bool same_answer(const Attribution& a, const Attribution& b) {
    return same_bits(a.values, b.values) && a.f_input == b.f_input && a.f_baseline == b.f_baseline &&
           a.delta == b.delta && a.steps == b.steps && a.evaluations.forward == b.evaluations.forward &&
           a.evaluations.backward == b.evaluations.backward;
}

}  // namespace attribution_tests
