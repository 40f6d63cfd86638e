// The kernels alone: raw pointers, no allocation, no graph.
#include <gradpath/autodiff/kernels/kernels.hpp>
#include <gradpath/autodiff/random.hpp>
#include <gradpath/autodiff/tensor.hpp>
#include <gradpath/tools/bench/shapes.hpp>
#include <gradpath/tools/bench/workload.hpp>

namespace gradpath::bench {
namespace {

/// Numbers in -1 .. 1, shared so that a run can hold them.
std::shared_ptr<std::vector<float>> numbers(Index count, const Setting& setting, std::uint64_t stream) {
    const Tensor drawn = random::uniform({count}, -1, 1, {.seed = setting.seed, .stream = stream});
    const auto data = drawn.data<float>();
    return std::make_shared<std::vector<float>>(data.begin(), data.end());
}

Prepared product(int n, const Setting& setting) {
    const Index size = Index{n} * n;
    const auto a = numbers(size, setting, 1), b = numbers(size, setting, 2), c = numbers(size, setting, 3);
    return {.run =
                [=] {
                    kernels::gemm<float>({false, false, n, n, n, a->data(), b->data(), c->data()});
                },
            .flops = 2.0 * n * n * n,
            .bytes = 3.0 * sizeof(float) * n * n};
}

kernels::ConvGeometry geometry(const Convolution& c) {
    return {.rows = c.rows,
            .channels = c.channels,
            .height = c.size,
            .width = c.size,
            .filters = c.filters,
            .kernel_height = c.kernel,
            .kernel_width = c.kernel,
            .stride_height = 1,
            .stride_width = 1,
            .padding_height = c.padding,
            .padding_width = c.padding,
            .dilation_height = 1,
            .dilation_width = 1,
            .groups = c.groups,
            .out_height = c.out(),
            .out_width = c.out()};
}

Prepared convolution(const Convolution& c, Pass pass, const Setting& setting) {
    const auto x = numbers(c.inputs(), setting, 1), w = numbers(c.weights(), setting, 2);
    const auto y = numbers(c.outputs(), setting, 3);
    const kernels::ConvGeometry g = geometry(c);
    const auto run = [=] {
        if (pass == Pass::forward) kernels::conv2d<float>(g, x->data(), w->data(), nullptr, y->data());
        else if (pass == Pass::input_adjoint) kernels::conv2d_input_vjp(g, y->data(), w->data(), x->data());
        else kernels::conv2d_weight_vjp(g, x->data(), y->data(), w->data(), false);
    };
    return {.run = run,
            .flops = 2 * c.multiply_adds(),
            .bytes = static_cast<double>(sizeof(float)) * (c.inputs() + c.weights() + c.outputs())};
}

/// A loop over a million numbers in and as many out; the formula counts as one operation.
Prepared elementwise(OpCode code, const Setting& setting) {
    constexpr Index size = Index{1} << 20;
    const auto x = numbers(size, setting, 1), y = numbers(size, setting, 2);
    return {.run = [=] { kernels::unary(code, x->data(), y->data(), size); },
            .flops = static_cast<double>(size),
            .bytes = 2.0 * sizeof(float) * size};
}

}  // namespace

std::vector<Workload> kernel_workloads() {
    std::vector<Workload> list;
    for (const int n : products) list.push_back({product_name(n), [n](const Setting& s) { return product(n, s); }});
    for (const Convolution& c : convolutions)
        for (const Pass pass : passes)
            list.push_back(
                {convolution_name(c, pass), [&c, pass](const Setting& s) { return convolution(c, pass, s); }});
    for (const auto& [name, code] :
         {std::pair{"relu-1m", OpCode::relu}, {"exp-1m", OpCode::exp}, {"tanh-1m", OpCode::tanh}})
        list.push_back({name, [code = code](const Setting& s) { return elementwise(code, s); }});
    return list;
}

}  // namespace gradpath::bench
