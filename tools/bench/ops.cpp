// Ops with their graph: what recording costs, and single passes over rows with their slopes.
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/random.hpp>
#include <gradpath/autodiff/transforms.hpp>
#include <gradpath/tools/bench/shapes.hpp>
#include <gradpath/tools/bench/workload.hpp>

namespace gradpath::bench {
namespace {

Prepared small_op(const Setting& setting) {
    const Tensor a = tracked(random::normal({16}, {.seed = setting.seed, .stream = 1}));
    const Tensor b = tracked(random::normal({16}, {.seed = setting.seed, .stream = 2}));
    return {.run = [=] { mul(a, b); }};
}

/// f and its gradient at x.
Prepared with_gradient(const Function& f, const Tensor& x) {
    const Tensor leaf = tracked(x);
    return {.run = [=] { grad(sum(f(leaf)), leaf); }};
}

Prepared pool(const Setting& setting) {
    return with_gradient([](const Tensor& x) { return max_pool2d(x); },
                         random::normal({image_batch, 32, 28, 28}, {.seed = setting.seed}));
}

Prepared normalise(const Setting& setting) {
    return with_gradient([](const Tensor& x) { return square(standardize(x).y); },
                         random::normal({image_batch, 32, 14, 14}, {.seed = setting.seed}));
}

Prepared classify(const Setting& setting) {
    const Indices labels = random::integers({1024}, 100, setting.seed, 2);
    return with_gradient([=](const Tensor& x) { return cross_entropy(x, labels); },
                         random::normal({1024, 100}, {.seed = setting.seed, .stream = 1}));
}

}  // namespace

std::vector<Workload> op_workloads() {
    return {{"op-16-numbers", small_op},
            {"max-pool-2x2", pool},
            {"batch-norm-32", normalise},
            {"cross-entropy-100", classify}};
}

}  // namespace gradpath::bench
