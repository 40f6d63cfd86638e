// Convolutions and pools in ONNX.
#include <gradpath/models/onnx/phrases.hpp>

namespace gradpath::models::onnx {
namespace {

std::vector<Index> both(Size2 size) { return {size.height, size.width}; }
std::vector<Index> sides(Size2 size) { return {size.height, size.width, size.height, size.width}; }

std::vector<Writer::Attribute> window(const Conv2d& o) {
    return {{"dilations", both(o.dilation)},
            one("group", o.groups),
            {"pads", sides(o.padding)},
            {"strides", both(o.stride)}};
}

std::vector<Writer::Attribute> pool(const Pool2d& o) {
    const Size2 stride = o.stride == Size2(0) ? o.kernel : o.stride;
    return {{"kernel_shape", both(o.kernel)}, {"pads", sides(o.padding)}, {"strides", both(stride)}};
}

}  // namespace

void conv_of(Writer& w, const TwinStep& s) {
    w.add("Conv", inputs_of(w, s), window(s.two.attributes->as<Conv2dAttributes>().options), out(w, s));
}

// The adjoint of a convolution in its input is ConvTranspose; what a stride forgets is said by output_padding.
void transposed_conv_of(Writer& w, const TwinStep& s) {
    const auto& a = s.two.attributes->as<Conv2dAttributes>();
    const Conv2d& o = a.options;
    const Shape& from = s.two.inputs[0].shape();
    const auto missing = [&](Index axis, Index stride, Index padding, Index dilation) {
        return a.x[axis] - ((from[axis] - 1) * stride - 2 * padding + dilation * (a.weight[axis] - 1) + 1);
    };
    std::vector<Writer::Attribute> attributes = window(o);
    attributes.push_back({"output_padding",
                          {missing(2, o.stride.height, o.padding.height, o.dilation.height),
                           missing(3, o.stride.width, o.padding.width, o.dilation.width)}});
    w.add("ConvTranspose", inputs_of(w, s), attributes, out(w, s));
}

void max_pool_of(Writer& w, const TwinStep& s) {
    w.add("MaxPool", inputs_of(w, s), pool(s.two.attributes->as<Pool2dAttributes>().options), out(w, s));
}

void avg_pool_of(Writer& w, const TwinStep& s) {
    std::vector<Writer::Attribute> attributes = pool(s.two.attributes->as<Pool2dAttributes>().options);
    attributes.push_back(one("count_include_pad", 1));
    w.add("AveragePool", inputs_of(w, s), attributes, out(w, s));
}

}  // namespace gradpath::models::onnx
