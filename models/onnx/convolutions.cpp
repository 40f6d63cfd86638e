// Convolutions over one, two or three axes. One and two are the engine's conv2d; more are products with windows.
#include <algorithm>

#include <gradpath/autodiff/ops.hpp>
#include <gradpath/models/onnx/families.hpp>
#include <gradpath/models/onnx/windows.hpp>

namespace gradpath::models::onnx {
namespace {

// A picture of one row for one spatial axis.
Tensor as_picture(const Tensor& x) {
    return x.rank() == 4 ? x : reshape(x, Shape{x.shape()[0], x.shape()[1], 1, x.shape()[2]});
}

Size2 last_two(const std::vector<Index>& values, Index otherwise) {
    return values.size() == 1 ? Size2(otherwise, values[0]) : Size2(values[0], values[1]);
}

Tensor with_bias(const Tensor& y, const Call& call) {
    if (!call.given(2)) return y;
    std::vector<Index> lengths(static_cast<std::size_t>(y.rank()) - 1, 1);
    lengths[0] = call.real(2).size();
    return y + reshape(call.real(2), Shape(std::span(lengths)));
}

// [rows, groups, 1.., channels of a group · kernel, windows] times the weights of each group.
Tensor by_windows(const Tensor& padded, const Tensor& weight, const Window& w, Index groups) {
    const Index rows = padded.shape()[0], filters = weight.shape()[0], inner = weight.shape()[1] * w.kernel_size();
    const Tensor cut = in_windows(padded, w).real();
    const Tensor columns = reshape(cut, Shape{rows, groups, inner, cut.shape()[3]});
    const Tensor y = matmul(reshape(weight, Shape{1, groups, filters / groups, inner}), columns);
    return reshape(y, per_window(padded.shape(), filters, w));
}

Tensor convolved(const Tensor& x, const Tensor& weight, const Window& w, Index groups) {
    if (w.axes() > 2) return by_windows(around(x, w, zeros(Shape{}, x.dtype())).real(), weight, w, groups);
    Conv2d options{.stride = last_two(w.strides, 1), .dilation = last_two(w.dilations, 1), .groups = groups};
    Value padded = x;
    if (w.begins == w.ends) options.padding = last_two(w.begins, 0);
    else padded = around(x, w, zeros(Shape{}, x.dtype()));
    const Tensor y = conv2d(as_picture(padded.real()), as_picture(weight), options);
    return reshape(y, per_window(x.shape(), weight.shape()[0], w));
}

void check_channels(const Tensor& x, const Tensor& weight, Index groups, Index input_channels) {
    require(groups >= 1, "group must be at least 1: it is ", groups);
    require<ShapeError>(x.rank() == weight.rank(), "weights must have the rank of the input: ", weight.shape(), " and ",
                        x.shape());
    require<ShapeError>(x.shape()[1] == input_channels && weight.shape()[0] % groups == 0,
                        "channels must fit: the input is ", x.shape(), ", the weights ", weight.shape(), ", in ",
                        groups, " groups");
}

void check_kernel(const Call& call, const Shape& weight) {
    const std::vector<Index> kernel = list(weight.slice(2, weight.rank()));
    require<ShapeError>(call.integers("kernel_shape", kernel) == kernel,
                        "kernel_shape must be that of the weights: ", weight);
}

// x with stride - 1 zeros after each number of the spatial axes, but none after the last.
Tensor spread(const Tensor& x, const std::vector<Index>& strides) {
    Tensor y = x;
    for (std::size_t i = 0; i < strides.size(); ++i) {
        const Index axis = static_cast<Index>(i) + 2, length = y.shape()[axis];
        const Shape apart = y.shape().slice(0, axis).joined({length, 1}).joined(y.shape().slice(axis + 1, y.rank()));
        std::vector<Padding> pads(static_cast<std::size_t>(apart.rank()));
        pads[static_cast<std::size_t>(axis) + 1].after = strides[i] - 1;
        bounded(list(y.shape().with(axis, Shape{length, strides[i]}.size())));
        const Tensor wide = pad(reshape(y, apart), pads);
        y = slice(reshape(wide, y.shape().with(axis, length * strides[i])), axis, 0, (length - 1) * strides[i] + 1);
    }
    return y;
}

// The kernel as the adjoint sees it: filters and channels of each group swapped, all spatial axes back to front.
Tensor adjoint_kernel(const Tensor& weight, Index groups) {
    const Shape &s = weight.shape(), space = s.slice(2, s.rank());
    const Index each = s[0] / groups;
    std::vector<Index> axes{0, 2, 1}, flips;
    for (Index i = 3; i <= s.rank(); ++i) axes.push_back(i);
    for (Index i = 2; i < s.rank(); ++i) flips.push_back(i);
    const Tensor apart = reshape(weight, Shape{groups, each, s[1]}.joined(space));
    return flip(reshape(permute(apart, axes), Shape{groups * s[1], each}.joined(space)), flips);
}

// All that the input reaches, before pads are taken away.
Tensor full_transpose(const Tensor& x, const Tensor& weight, const Window& w, Index groups) {
    const Index filters = weight.shape()[1] * groups;
    if (w.axes() <= 2) {
        const Tensor y = conv_transpose2d(
            as_picture(x), as_picture(weight),
            {.stride = last_two(w.strides, 1), .dilation = last_two(w.dilations, 1), .groups = groups});
        return w.axes() == 2 ? y : reshape(y, Shape{x.shape()[0], filters, y.shape()[3]});
    }
    Window whole = w;
    whole.strides.assign(w.axes(), 1);
    const Tensor wide = spread(x, w.strides);
    for (std::size_t i = 0; i < w.axes(); ++i) {
        whole.begins[i] = whole.ends[i] = w.dilations[i] * (w.kernel[i] - 1);
        whole.outputs[i] = wide.shape()[static_cast<Index>(i) + 2] + whole.begins[i];
    }
    return convolved(wide, adjoint_kernel(weight, groups), whole, groups);
}

std::vector<Index> spatial(const Call& call, const char* attribute, std::size_t count, Index otherwise) {
    const std::vector<Index> values = call.integers(attribute, std::vector<Index>(count, otherwise));
    require<ShapeError>(values.size() == count, attribute, " must be one per spatial axis: there are ", values.size());
    constexpr Index far = Index{1} << 31;
    for (const Index value : values)
        require(value >= otherwise && value < far, attribute, " must be at least ", otherwise, " and not huge: got ",
                value);
    return values;
}

}  // namespace

Answer conv(const Call& call) {
    const Tensor &x = call.real(0), &weight = call.real(1);
    const Index groups = call.integer("group", 1);
    check_channels(x, weight, groups, weight.rank() > 1 ? weight.shape()[1] * groups : 0);
    check_kernel(call, weight.shape());
    const Window w = window_of(call, x.shape(), list(weight.shape().slice(2, weight.rank())));
    return {with_bias(convolved(x, weight, w, groups), call)};
}

// What the input reaches, output_padding more of it, and of that what pads (given, or so that output_shape comes out)
// leave.
Answer conv_transpose(const Call& call) {
    const Tensor &x = call.real(0), &weight = call.real(1);
    const Index groups = call.integer("group", 1);
    check_channels(x, weight, groups, weight.shape()[0]);
    check_kernel(call, weight.shape());
    require<ShapeError>(x.rank() >= 3, "spatial axes are needed: the input is ", x.shape());
    const auto count = static_cast<std::size_t>(x.rank()) - 2;
    Window w{.kernel = list(weight.shape().slice(2, weight.rank())),
             .strides = spatial(call, "strides", count, 1),
             .dilations = spatial(call, "dilations", count, 1),
             .begins = std::vector<Index>(count, 0),
             .ends = std::vector<Index>(count, 0),
             .beyond = std::vector<Index>(count, 0),
             .outputs = std::vector<Index>(count, 0)};
    const std::vector<Index> more = spatial(call, "output_padding", count, 0),
                             pads = spatial(call, "pads", 2 * count, 0);
    const std::string mode = call.word("auto_pad", "NOTSET");
    std::vector<Index> reach = list(x.shape());
    for (std::size_t i = 0; i < count; ++i)
        reach[i + 2] = (reach[i + 2] - 1) * w.strides[i] + w.dilations[i] * (w.kernel[i] - 1) + 1;
    bounded(reach);
    std::vector<Padding> trimmed(2);
    for (std::size_t i = 0; i < count; ++i) {
        Index begin = pads[i], end = pads[count + i];
        const Index length = x.shape()[static_cast<Index>(i) + 2];
        const bool same = mode == "SAME_UPPER" || mode == "SAME_LOWER";
        if (call.has("output_shape") || same) {
            const std::vector<Index> given = call.integers("output_shape", {});
            require<ShapeError>(given.empty() || given.size() >= count, "output_shape must be one per spatial axis");
            const Index wanted = given.empty() ? length * w.strides[i] : given[given.size() - count + i];
            // what is to go is shared the other way round than in Conv (operator schema of ConvTranspose)
            share_pads(mode == "SAME_UPPER" ? "SAME_UPPER" : "SAME_LOWER", reach[i + 2] + more[i] - wanted, begin, end);
        }
        trimmed.push_back({-begin, more[i] - end});
    }
    const Tensor y = full_transpose(x, weight, w, groups);
    return {with_bias(padded(y, trimmed, zeros(Shape{}, x.dtype())).real(), call)};
}

}  // namespace gradpath::models::onnx
