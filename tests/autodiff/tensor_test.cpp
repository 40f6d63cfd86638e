// Handles, shapes, dtypes, and the text of every error the ops throw at the door.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <thread>
#include <vector>

#include <gradpath/autodiff/autodiff.hpp>
#include <gradpath/autodiff/ops/op.hpp>

#include "support/refused.hpp"

using namespace gradpath;
using namespace gradpath::tests;

TEST_CASE("shapes count, compare, print and broadcast") {
    CHECK(Shape{}.size() == 1);
    CHECK(Shape{2, 0, 3}.size() == 0);
    CHECK(Shape{2, 3}[-1] == 3);
    CHECK(Shape{2, 3}.joined({4}) == Shape{2, 3, 4});
    CHECK(Shape{2, 3, 4}.slice(1, 3) == Shape{3, 4});
    CHECK(text(Shape{}, Shape{5}, Shape{2, 3}) == "()(5,)(2, 3)");
    CHECK(broadcast_shape("add", {4, 1, 3}, {2, 1}) == Shape{4, 2, 3});
    CHECK(broadcast_shape("add", {0, 3}, {1, 3}) == Shape{0, 3});
}

TEST_CASE("a tensor is made from numbers and gives them back") {
    const std::vector<float> values{1, 2, 3, 4, 5, 6};
    const Tensor x({2, 3}, values);
    CHECK(x.dtype() == DType::float32);
    CHECK(x.data<float>()[4] == 5);
    CHECK(x.rows() == 2);
    CHECK(Tensor({2}, {0.1, 0.2}, DType::float64).data<double>()[0] == 0.1);
    CHECK(scalar(2.5).item<float>() == 2.5f);
    CHECK(scalar(2.5).item() == 2.5);
    CHECK(x.to(DType::float64).at(5) == 6);
    CHECK(x.to(DType::float32).node() == x.node());
    CHECK(zeros({0, 3}).data<float>().empty());
    CHECK(arange(3).at(2) == 2);
    CHECK(identity_matrix(3).at(4) == 1);
    CHECK_FALSE(Tensor());
    const Tensor copy = x;
    CHECK(copy.data<float>().data() == x.data<float>().data());
    CHECK(reshape(x, {3, 2}).data<float>().data() == x.data<float>().data());
}

TEST_CASE("own writes in place only where nobody else looks") {
    Tensor x = zeros({3});
    const float* before = x.data<float>().data();
    CHECK(own<float>(x) == before);
    const Tensor other = x;
    own<float>(x)[0] = 1;
    CHECK(x.data<float>().data() != before);
    CHECK(other.at(0) == 0);
    Tensor seen = zeros({4});
    const Tensor view = reshape(seen, {2, 2});
    own<float>(seen)[0] = 1;
    CHECK(view.at(0) == 0);
}

TEST_CASE("handles may be shared by threads") {
    const Tensor x = tracked(random::normal({100}, {.seed = 1}));
    std::vector<std::thread> workers;
    for (int i = 0; i < 4; ++i)
        workers.emplace_back([x] {
            for (int k = 0; k < 200; ++k) (void)grad(sum(square(x) * 2.0), x);
        });
    for (std::thread& worker : workers) worker.join();
    CHECK(x.size() == 100);
}

TEST_CASE("the closed forms of the ops that move and combine numbers") {
    const Tensor x = reshape(arange(6), {2, 3});
    CHECK(same_bits(transpose(x), Tensor({3, 2}, {0, 3, 1, 4, 2, 5})));
    CHECK(same_bits(slice(x, 1, 1, 3), Tensor({2, 2}, {1, 2, 4, 5})));
    CHECK(same_bits(pad(x, {{0, 1}, {1, 0}}, 9), Tensor({3, 4}, {9, 0, 1, 2, 9, 3, 4, 5, 9, 9, 9, 9})));
    CHECK(same_bits(concat({x, x}, 0), Tensor({4, 3}, {0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5})));
    CHECK(same_bits(gather(x, Indices{2, 0}, 1), Tensor({2, 2}, {2, 0, 5, 3})));
    CHECK(same_bits(scatter_add(Tensor({3}, {1, 2, 4}), Indices{1, 1, 0}, 0, 3), Tensor({3}, {4, 3, 0})));
    CHECK(same_bits(one_hot(Indices{2, 0}, 3), Tensor({2, 3}, {0, 0, 1, 1, 0, 0})));
    CHECK(same_bits(sum(x, {.axes = {0}}), Tensor({3}, {3, 5, 7})));
    CHECK(same_bits(mean(x, {.axes = {1}, .keep = true}), Tensor({2, 1}, {1, 4})));
    CHECK(same_bits(max(x, {.axes = {1}}), Tensor({2}, {2, 5})));
    CHECK(argmax(Tensor({2, 3}, {1, 3, 3, 0, -1, 0}), 1)[0] == 1);
    CHECK(argmax(Tensor({2, 3}, {1, 3, 3, 0, -1, 0}), 0)[1] == 0);
    CHECK(logsumexp(Tensor({2}, {1000, 1000}, DType::float64)).item() == doctest::Approx(1000.6931471805599));
    CHECK(logsumexp(zeros({0})).item() == -std::numeric_limits<double>::infinity());
    CHECK(same_bits(matmul(x, x, {.transpose_b = true}), Tensor({2, 2}, {5, 14, 14, 50})));
    CHECK(same_bits(matmul(zeros({2, 0}), zeros({0, 3})), zeros({2, 3})));
    CHECK(
        same_bits(conv2d(reshape(arange(9), {1, 1, 3, 3}), ones({1, 1, 2, 2})), Tensor({1, 1, 2, 2}, {8, 12, 20, 24})));
    CHECK(same_bits(max_pool2d(reshape(arange(16), {1, 1, 4, 4})), Tensor({1, 1, 2, 2}, {5, 7, 13, 15})));
    CHECK(same_bits(avg_pool2d(reshape(arange(16), {1, 1, 4, 4})), Tensor({1, 1, 2, 2}, {2.5, 4.5, 10.5, 12.5})));
    const Tensor ties = tracked(Tensor({2, 1, 2}, {5, 5, 5, 1}));
    CHECK(same_bits(grad(sum(max(ties, {.axes = {0, 2}})), ties), Tensor({2, 1, 2}, {1, 1, 1, 0}) / 3.0));
    CHECK(max(ties, {.axes = {0, 2}, .keep = true}).shape() == Shape{1, 1, 1});
    CHECK(softmax(zeros({1, 4})).at(2) == 0.25);
    CHECK(cross_entropy(zeros({1, 4}, DType::float64), Indices{3}).at(0) == doctest::Approx(std::log(4)));
    CHECK(same_bits(where(Tensor({2, 1}, {1, 0}), x, zeros({1})), Tensor({2, 3}, {0, 1, 2, 0, 0, 0})));
}

TEST_CASE("ops refuse what they cannot do, and say why") {
    const Tensor x = ones({2, 3}), wide = ones({2, 3}, DType::float64), image = ones({1, 2, 4, 4});
    constexpr Index most = std::numeric_limits<Index>::max();
    const std::vector<Refused> cases{
        {[&] { (void)(x + ones({4})); },
         "add: shapes do not broadcast: (2, 3) and (4,) differ at axis -1; lengths must be equal or 1"},
        {[&] { (void)(x * wide); }, "mul: inputs must have one dtype: got float32 and float64; convert with .to()"},
        {[&] { (void)where(x, x, wide); },
         "where: inputs must have one dtype: got float32 and float64; convert with .to()"},
        {[&] { (void)matmul(x, x); }, "matmul: inner sizes differ: (2, 3) · (2, 3) needs 3 = 2"},
        {[&] { (void)matmul(x, x, {.transpose_a = true, .transpose_b = true}); },
         "matmul: inner sizes differ: (2, 3)ᵀ · (2, 3)ᵀ needs 2 = 3"},
        {[&] { (void)matmul(x, ones({3})); }, "matmul: both factors need two axes at least: got (2, 3) and (3,)"},
        {[&] { (void)reshape(x, {4}); }, "reshape: (2, 3) holds 6 numbers and (4,) holds 4; they must be equal"},
        {[&] {
             (void)reshape(x, {-1, 4});
         },
         "reshape: 6 numbers do not divide by 4, the product of the given lengths"},
        {[&] {
             (void)reshape(x, {-1, -1});
         },
         "reshape: at most one length may be -1"},
        {[&] {
             (void)permute(x, {0, 0});
         },
         "permute: every axis of (2, 3) must be named once: got 2 axes"},
        {[&] {
             (void)broadcast_to(x, {3, 3});
         },
         "broadcast_to: shapes do not broadcast: (2, 3) and (3, 3) differ at axis -2; lengths must be equal or 1"},
        {[&] {
             (void)broadcast_to(x, {1, 3});
         },
         "broadcast_to: (2, 3) does not broadcast to (1, 3); lengths must be equal or 1"},
        {[&] {
             (void)concat({x, ones({3})}, 0);
         },
         "concat: shapes must agree except along axis 0: got (2, 3) and (3,)"},
        {[&] { (void)concat({}, 0); }, "concat: at least one tensor is needed"},
        {[&] { (void)slice(x, 1, 2, 4); }, "slice: 2 .. 4 is not within 0 .. 3, axis 1 of (2, 3)"},
        {[&] { (void)slice(x, 2, 0, 1); }, "slice: there is no axis 2: the rank is 2"},
        {[&] {
             (void)pad(x, {{1, 1}});
         },
         "pad: one padding per axis of (2, 3) is needed: got 1"},
        {[&] {
             (void)pad(x, {{-1, 0}, {0, 0}});
         },
         "pad: paddings must not be negative: got -1 and 0; use slice to cut"},
        {[] {
             (void)pad(ones({5}), {{most, most}});
         },
         "pad: paddings must be at most 2^60: got 9223372036854775807 and 9223372036854775807"},
        {[] {
             (void)pad(ones({5}), {{0, Index{1} << 60}});
         },
         "shape: too many elements to count: the axes multiply to more than 2^60"},
        {[&] {
             (void)gather(x, Indices{0, 2}, 0);
         },
         "gather: positions must lie in [0, 2): position 1 is 2"},
        {[&] { (void)one_hot(Indices{-1}, 3); }, "one_hot: positions must lie in [0, 3): position 0 is -1"},
        {[&] { (void)sum(x, {.axes = {2}}); }, "sum: there is no axis 2: the rank is 2"},
        {[&] {
             (void)sum(x, {.axes = {0, -2}});
         },
         "sum: an axis is named twice"},
        {[&] { (void)max(zeros({0})); }, "max: there must be at least one element to compare: the shape is (0,)"},
        {[&] { (void)mean(zeros({0})); }, "mean: there must be at least one element to average: the shape is (0,)"},
        {[&] {
             (void)argmax(zeros({2, 0}), 1);
         },
         "argmax: axis 1 is empty: the shape is (2, 0)"},
        {[&] { (void)conv2d(x, image); }, "conv2d: x must be [rows, channels, height, width]: its shape is (2, 3)"},
        {[&] {
             (void)conv2d(image, ones({1, 3, 2, 2}));
         },
         "conv2d: channels differ: x has 2, the weight 3 per group of 1"},
        {[&] {
             (void)conv2d(image, ones({1, 2, 5, 5}));
         },
         "conv2d: the kernel of (1, 2, 5, 5) reaches beyond the padded image of (1, 2, 4, 4)"},
        {[&] {
             (void)conv2d(image, ones({3, 1, 2, 2}), {.groups = 2});
         },
         "conv2d: groups must divide channels and filters: 2 groups, 2 channels, 3 filters"},
        {[&] {
             (void)conv2d(image, ones({1, 2, 2, 2}), {.stride = 0});
         },
         "conv2d: stride and dilation must be at least 1"},
        {[&] { (void)max_pool2d(image, {.kernel = 5}); },
         "max_pool2d: the window of 5 by 5 reaches beyond the padded image of (1, 2, 4, 4)"},
        {[&] { (void)avg_pool2d(image, {.kernel = 2, .padding = 2}); },
         "avg_pool2d: padding must lie in 0 .. half the kernel: got 2 and 2"},
        {[&] { (void)avg_pool2d(image, {.kernel = 2, .padding = most}); },
         "avg_pool2d: padding must lie in 0 .. half the kernel: got 9223372036854775807 and 9223372036854775807"},
        {[&] {
             (void)max_pool2d(image, {.kernel = {most, 2}, .padding = {most / 2, 0}});
         },
         "max_pool2d: kernel and stride must be at most 2^30: one of them is 9223372036854775807 by 2"},
        {[&] {
             (void)max_pool2d(image, {.kernel = 2, .stride = {2, most}});
         },
         "max_pool2d: kernel and stride must be at most 2^30: one of them is 2 by 9223372036854775807"},
        {[&] {
             (void)max_pool2d(ones({1, 1, 0, 4}), {.padding = 1});
         },
         "max_pool2d: there must be something to pool: the shape is (1, 1, 0, 4)"},
        {[&] { (void)mean(x, {.axes = {5}}); }, "mean: there is no axis 5: the rank is 2"},
        {[&] { (void)softmax(scalar(1)); }, "softmax: at least one axis is needed: the shape is ()"},
        {[&] { (void)cross_entropy(x, Indices{0}); },
         "cross_entropy: logits must be [rows, classes] and labels [rows]: got (2, 3) and (1,)"},
        {[&] {
             (void)cross_entropy(x, Indices{0, 3});
         },
         "cross_entropy: labels must lie in [0, 3): row 1 has 3"},
        {[&] { (void)x.data<double>(); }, "data: the tensor is float32: asked for float64; convert with .to()"},
        {[&] { (void)x.item(); }, "item: the tensor must hold one number: its shape is (2, 3)"},
        {[&] { (void)x.at(6); }, "at: position 6 is not in 0 .. 5"},
        {[&] { (void)Tensor().shape(); }, "tensor: this is no tensor; it was never given a value"},
        {[&] {
             (void)Tensor({3}, {1, 2});
         },
         "tensor: shape (3,) holds 3 numbers: got 2"},
        {[&] { (void)Shape{-1}; }, "shape: lengths must not be negative: axis 0 has -1"},
        {[&] { (void)Shape{1, 1, 1, 1, 1, 1, 1, 1, 1}; }, "shape: at most 8 axes: got 9"},
        {[&] {
             (void)Shape{Index(1) << 40, Index(1) << 40};
         },
         "shape: too many elements to count: the axes multiply to more than 2^60"},
        {[&] { (void)scalar(1).rows(); }, "rows: a tensor of shape () has no leading axis"},
        {[&] { (void)transpose(ones({3})); }, "transpose: at least two axes are needed: the shape is (3,)"},
        {[&] {
             (void)sum_to(x, {2, 2});
         },
         "sum_to: (2, 3) is not a broadcast of (2, 2)"},
    };
    check_refused(cases);
    CHECK(cases.size() >= 40);
}
