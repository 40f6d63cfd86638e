// The relatives of conv2d: along one axis, and backwards.
#include "../laws.hpp"
#include "support/refused.hpp"

using namespace gradpath;
using namespace gradpath::tests;

TEST_CASE("conv1d is a sum of products along the length") {
    holds("conv1d", [] {
        const Index groups = any(1, 3), in = any(1, 3), out = any(1, 3), k = any(1, 4), rows = any(1, 3);
        const Conv1d o{any(1, 4), any(0, 3), any(1, 3), groups};
        const Index length = o.dilation * (k - 1) + any(1, 6);
        const Tensor x = draw({rows, groups * in, length}, 0), weight = draw({groups * out, in, k}, 1);
        const Tensor y = conv1d(x, weight, o);
        RC_ASSERT(y.shape()[2] == (length + 2 * o.padding - o.dilation * (k - 1) - 1) / o.stride + 1);
        const auto vx = copy_of(x), vw = copy_of(weight), vy = copy_of(y);
        for (Index r = 0; r < rows; ++r)
            for (Index f = 0; f < groups * out; ++f)
                for (Index i = 0; i < y.shape()[2]; ++i) {
                    double total = 0;
                    for (Index c = 0; c < in; ++c)
                        for (Index p = 0; p < k; ++p) {
                            const Index at = i * o.stride + p * o.dilation - o.padding;
                            if (at >= 0 && at < length) total += vx(r, f / out * in + c, at) * vw(f, c, p);
                        }
                    RC_ASSERT(std::abs(total - vy(r, f, i)) < 1e-13);
                }
    });
    const Tensor signal = reshape(arange(5), {1, 1, 5});
    CHECK(same_bits(conv1d(signal, Tensor({1, 1, 2}, {-1, 1})), ones({1, 1, 4})));
    CHECK(conv1d(zeros({0, 2, 5}), ones({3, 2, 2})).shape() == Shape{0, 3, 4});
}

TEST_CASE("conv_transpose2d puts the kernel wherever a pixel is, and is the adjoint of conv2d") {
    holds("conv_transpose2d", [] {
        const Index groups = any(1, 3), in = any(1, 3), out = any(1, 3), kh = any(1, 4), kw = any(1, 4);
        const Size2 stride{any(1, 4), any(1, 4)}, dilation{any(1, 3), any(1, 3)};
        const ConvTranspose2d o{
            .stride = stride,
            .padding = {any(0, dilation.height * (kh - 1) / 2 + 1), any(0, dilation.width * (kw - 1) / 2 + 1)},
            .output_padding = {any(0, stride.height), any(0, stride.width)},
            .dilation = dilation,
            .groups = groups};
        const Index rows = any(1, 3), h = any(1, 5), w = any(1, 5);
        const Tensor x = draw({rows, groups * in, h, w}, 2), weight = draw({groups * in, out, kh, kw}, 3);
        const Tensor y = conv_transpose2d(x, weight, o);
        const auto length = [](Index n, Index s, Index p, Index d, Index k) {
            return (n - 1) * s - 2 * p + d * (k - 1);
        };
        const Index height =
            length(h, stride.height, o.padding.height, dilation.height, kh) + o.output_padding.height + 1;
        const Index width = length(w, stride.width, o.padding.width, dilation.width, kw) + o.output_padding.width + 1;
        RC_ASSERT((y.shape() == Shape{rows, groups * out, height, width}));
        const auto vx = copy_of(x), vw = copy_of(weight);
        auto mine = copy_of(y);
        for (Index r = 0; r < rows; ++r)
            for (Index c = 0; c < groups * in; ++c)
                for (Index f = 0; f < out; ++f)
                    for (Index i = 0; i < h * w; ++i)
                        for (Index p = 0; p < kh * kw; ++p) {
                            const Index u = i / w * stride.height + p / kw * dilation.height - o.padding.height;
                            const Index v = i % w * stride.width + p % kw * dilation.width - o.padding.width;
                            if (u < 0 || v < 0 || u >= height || v >= width) continue;
                            mine(r, c / in * out + f, u, v) -= vx(r, c, i / w, i % w) * vw(c, f, p / kw, p % kw);
                        }
        for (const double rest : mine) RC_ASSERT(std::abs(rest) < 1e-12);
        const Conv2d back{stride, o.padding, dilation, groups};
        RC_ASSERT(std::abs(sum(conv2d(y, weight, back) * x).item() - sum(y * y).item()) < 1e-9);
    });
    const Tensor pixel = full({1, 1, 1, 1}, 2), kernel = reshape(arange(4), {1, 1, 2, 2});
    CHECK(same_bits(conv_transpose2d(pixel, kernel), kernel * 2.0));
    CHECK(conv_transpose2d(zeros({0, 1, 2, 2}), kernel, {.stride = 2}).shape() == Shape{0, 1, 4, 4});
}

TEST_CASE("gradients of each row pass through a transposed convolution, and through conv1d") {
    const Tensor x = random::normal({3, 2, 4, 3}, {.seed = 1, .dtype = DType::float64});
    const Tensor weight = random::normal({2, 2, 3, 2}, {.seed = 2, .dtype = DType::float64});
    const Tensor narrow = random::normal({2, 2, 2}, {.seed = 3, .dtype = DType::float64});
    const auto losses = [](const std::vector<Tensor>& p, const Tensor& z) {
        const Tensor y = conv_transpose2d(z, p[0], {.stride = 2});
        return sum(square(conv1d(mean(y, {.axes = {2}}), p[1])), {.axes = {1, 2}});
    };
    const auto slopes = per_sample_grad(losses, {weight, narrow}, x);
    for (Index row = 0; row < 3; ++row) {
        const std::vector<Tensor> ps{tracked(weight), tracked(narrow)};
        const auto alone = grad(sum(losses(ps, slice(x, 0, row, row + 1))), ps);
        for (std::size_t i = 0; i < 2; ++i) {
            const Tensor mine = reshape(slice(slopes[i], 0, row, row + 1), alone[i].shape());
            CHECK(max(abs(mine - alone[i])).item() < 1e-12);
        }
    }
}

TEST_CASE("convolutions refuse what they cannot do, and say why") {
    const Tensor x = ones({1, 4, 3, 3}), weight = ones({4, 2, 3, 3}), signal = ones({1, 2, 7});
    const Tensor wide = ones({4, 2, 3, 3}, DType::float64);
    check_refused({
        {[&] { (void)conv1d(x, weight); }, "conv1d: x must be [rows, channels, length]: its shape is (1, 4, 3, 3)"},
        {[&] { (void)conv1d(signal, weight); },
         "conv1d: the weight must be [filters, channels/groups, length]: its shape is (4, 2, 3, 3)"},
        {[&] {
             (void)conv1d(signal, ones({6, 2, 9}));
         },
         "conv1d: the kernel of (6, 2, 9) reaches beyond the padded signal of (1, 2, 7)"},
        {[&] {
             (void)conv1d(signal, ones({6, 3, 2}));
         },
         "conv1d: channels differ: x has 2, the weight 3 per group of 1"},
        {[&] {
             (void)conv1d(signal, ones({6, 2, 0}));
         },
         "conv1d: the kernel is empty: the weight's shape is (6, 2, 0)"},
        {[&] {
             (void)conv1d(signal, ones({3, 1, 2}), {.groups = 2});
         },
         "conv1d: groups must divide channels and filters: 2 groups, 2 channels, 3 filters"},
        {[&] {
             (void)conv1d(signal, ones({1, 2, 2}), {.dilation = 0});
         },
         "conv1d: stride and dilation must be at least 1"},
        {[&] {
             (void)conv1d(signal, ones({1, 2, 2}), {.padding = -1});
         },
         "conv1d: padding must not be negative; use slice to cut"},
        {[&] { (void)conv_transpose2d(signal, weight); },
         "conv_transpose2d: x must be [rows, channels, height, width]: its shape is (1, 2, 7)"},
        {[&] { (void)conv_transpose2d(x, signal); },
         "conv_transpose2d: the weight must be [channels, filters/groups, height, width]: its shape is (1, 2, 7)"},
        {[&] { (void)conv_transpose2d(x, wide); },
         "conv_transpose2d: inputs must have one dtype: got float32 and float64; convert with .to()"},
        {[&] {
             (void)conv_transpose2d(x, ones({3, 2, 3, 3}));
         },
         "conv_transpose2d: channels differ: x has 4, the weight 3"},
        {[&] { (void)conv_transpose2d(x, weight, {.groups = 3}); },
         "conv_transpose2d: groups must divide channels: 3 groups, 4 channels"},
        {[&] {
             (void)conv_transpose2d(ones({1, 4, 0, 3}), weight);
         },
         "conv_transpose2d: picture and kernel must not be empty: the shapes are (1, 4, 0, 3) and (4, 2, 3, 3)"},
        {[&] { (void)conv_transpose2d(x, weight, {.stride = 2, .output_padding = 2}); },
         "conv_transpose2d: output_padding must lie in 0 .. stride - 1: got 2 and 2"},
        {[&] { (void)conv_transpose2d(x, weight, {.stride = 0}); },
         "conv_transpose2d: stride and dilation must be at least 1"},
        {[&] { (void)conv_transpose2d(x, weight, {.stride = Index{1} << 62}); },
         "conv_transpose2d: stride, padding and dilation must be at most 2^30: one of them is 4611686018427387904 by "
         "4611686018427387904"},
        {[&] { (void)conv1d(signal, ones({1, 2, 5}), {.dilation = Index{1} << 62}); },
         "conv1d: stride, padding and dilation must be at most 2^30: one of them is 1 by 4611686018427387904"},
        {[&] { (void)conv_transpose2d(x, weight, {.padding = 3}); },
         "conv_transpose2d: the padding leaves nothing: the result would be -1 by -1"},
    });
}
