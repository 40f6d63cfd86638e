// Cases of the ops on pictures [rows, channels, height, width].
#include <gradpath/autodiff/check/draw.hpp>
#include <gradpath/autodiff/ops/conv2d.hpp>
#include <gradpath/autodiff/ops/rows.hpp>

namespace gradpath {
namespace {

Tensor apply_pool(const Op& row, const Tensor& x, const Tensor& like, const Pool2d& o) {
    const Recording on;  // the pool whose adjoint this is must have a graph
    const Tensor leaf = tracked(like);
    const Tensor y = row.code == OpCode::max_pool2d_vjp || row.code == OpCode::max_pool2d_gather ? max_pool2d(leaf, o)
                                                                                                 : avg_pool2d(leaf, o);
    const GradOptions graph{.differentiable = true};
    if (row.code == OpCode::max_pool2d_gather)
        return pushforward(std::span(&y, 1), std::span(&leaf, 1), std::span(&x, 1))[0];
    return pullback(std::span(&y, 1), std::span(&x, 1), std::span(&leaf, 1), graph)[0];
}

void add_convolutions(std::vector<OpCase>& cases, Draw& d) {
    const AddCase add{cases};
    const std::pair<const char*, Conv2d> convs[] = {{"", {}},
                                                    {", padded", {.padding = {1, 2}}},
                                                    {", strided", {.stride = {2, 3}, .padding = 1}},
                                                    {", dilated", {.padding = 2, .dilation = {2, 1}}},
                                                    {", groups", {.padding = 1, .groups = 2}}};
    for (const auto& [special, o] : convs) {
        const Shape x{2, 4, 7, 6}, w{6, 4 / o.groups, 3, 2};
        const Tensor image = d(x), weight = d(w), dy = d(conv2d(image, weight, o).shape());
        add(OpCode::conv2d, text("conv2d", special), {image, weight},
            [o = o](const Inputs& in) { return conv2d(in[0], in[1], o); });
        add(OpCode::conv2d_bias, text("conv2d_bias", special), {image, weight, d({6})},
            [o = o](const Inputs& in) { return conv2d(in[0], in[1], in[2], o); });
        add(OpCode::conv2d_input_vjp, text("conv2d_input_vjp", special), {dy, weight},
            [o = o, x](const Inputs& in) { return conv2d_input_vjp(in[0], in[1], x, o); });
        add(OpCode::conv2d_weight_vjp, text("conv2d_weight_vjp", special), {image, dy},
            [o = o, w](const Inputs& in) { return conv2d_weight_vjp(in[0], in[1], w, o); });
        add(OpCode::conv2d_weight_vjp, text("conv2d_weight_vjp, per row", special), {image, dy},
            [o = o, w](const Inputs& in) { return conv2d_weight_vjp(in[0], in[1], w, o, true); });
    }
}

void add_relatives(std::vector<OpCase>& cases, Draw& d) {
    const AddCase add{cases};
    for (const Conv1d& o : {Conv1d{}, Conv1d{.stride = 2, .padding = 1, .dilation = 2, .groups = 2}})
        add(OpCode::conv2d, text("conv1d, stride ", o.stride), {d({2, 4, 7}), d({6, 4 / o.groups, 3})},
            [o](const Inputs& in) { return conv1d(in[0], in[1], o); });
    const ConvTranspose2d plain,
        rich{.stride = {2, 3}, .padding = {1, 0}, .output_padding = {1, 2}, .dilation = {1, 2}, .groups = 2};
    for (const ConvTranspose2d& o : {plain, rich})
        add(OpCode::conv2d_input_vjp, text("conv_transpose2d, groups ", o.groups), {d({2, 4, 3, 2}), d({4, 3, 3, 2})},
            [o](const Inputs& in) { return conv_transpose2d(in[0], in[1], o); });
}

void add_pools(std::vector<OpCase>& cases, Draw& d) {
    const AddCase add{cases};
    const std::pair<const char*, Pool2d> pools[] = {{"", {}},
                                                    {", overlapping", {.kernel = 3, .stride = 1, .padding = 1}},
                                                    {", oblong", {.kernel = {1, 3}, .stride = {2, 2}}}};
    for (const auto& [special, o] : pools) {
        const Tensor x = d.apart({2, 2, 6, 5}), like = d.apart({2, 2, 6, 5}), y = d(max_pool2d(x, o).shape());
        add(OpCode::max_pool2d, text("max_pool2d", special), {x},
            [o = o](const Inputs& in) { return square(max_pool2d(in[0], o)); });
        add(OpCode::max_pool2d_vjp, text("max_pool2d_vjp", special), {y},
            [o = o, like](const Inputs& in) { return square(apply_pool(max_pool2d_vjp_row, in[0], like, o)); });
        add(OpCode::max_pool2d_gather, text("max_pool2d_gather", special), {x},
            [o = o, like](const Inputs& in) { return square(apply_pool(max_pool2d_gather_row, in[0], like, o)); });
        add(OpCode::avg_pool2d, text("avg_pool2d", special), {x},
            [o = o](const Inputs& in) { return square(avg_pool2d(in[0], o)); });
        add(OpCode::avg_pool2d_vjp, text("avg_pool2d_vjp", special), {y},
            [o = o, like](const Inputs& in) { return square(apply_pool(avg_pool2d_vjp_row, in[0], like, o)); });
    }
}

void add_sizes(std::vector<OpCase>& cases, Draw& d) {
    const AddCase add{cases};
    for (const Size2 out : {Size2(3, 2), Size2(4, 7), Size2(1)})
        add(OpCode::avg_pool2d, text("adaptive_avg_pool2d, ", out.height), {d({2, 2, 6, 4})},
            [out](const Inputs& in) { return square(adaptive_avg_pool2d(in[0], out)); });
    add(OpCode::sum, "global_avg_pool2d", {d({2, 3, 4, 5})},
        [](const Inputs& in) { return square(global_avg_pool2d(in[0])); });
    const Interpolate ways[] = {{}, {Interpolation::bilinear, false}, {Interpolation::bilinear, true}};
    for (const Interpolate& o : ways)
        for (const Size2 out : {Size2(7, 2), Size2(3, 9)})
            add(OpCode::gather, text("interpolate, ", out.height, o.align_corners ? ", corners" : ""),
                {d({2, 2, 5, 4})}, [o, out](const Inputs& in) { return square(interpolate(in[0], out, o)); });
}

}  // namespace

void add_image_cases(std::vector<OpCase>& cases, Draw& draw) {
    add_convolutions(cases, draw);
    add_relatives(cases, draw);
    add_pools(cases, draw);
    add_sizes(cases, draw);
}

}  // namespace gradpath
