// Layers as blocks of a graph: whatever is folded into one, relevance passes it as a layer with the folded weights.
#include <attribution/rules/lrp.hpp>

using namespace attribution_tests;

namespace {

/// A convolution with a bias and two more layers; how the first one is written is `first`'s.
using First = std::function<Tensor(const Tensor& x)>;
Model behind(const First& first, const Tensor& dense) {
    return [=](const Tensor& x) { return matmul(relu(flatten(first(x))), dense); };
}

}  // namespace

TEST_CASE("a batch norm behind a layer is folded into it: relevances are those of the folded weights") {
    const Tensor filters = random_tensor({3, 1, 3, 3}, 1), bias = random_tensor({3, 1, 1}, 2),
                 scale = random_tensor({3, 1, 1}, 3), shift = random_tensor({3, 1, 1}, 4),
                 dense = random_tensor({48, 2}, 5);
    const Tensor folded = filters * reshape(scale, {3, 1, 1, 1}), moved = bias * scale + shift;
    const Model plain = behind(
        [=](const Tensor& x) {
            const Tensor z = tap("conv", conv2d(x, filters, {.padding = 1}) + bias);
            return tap("norm", z * scale + shift);
        },
        dense);
    const Model other = behind(
        [=](const Tensor& x) { return shift - (-(conv2d(x, filters, {.padding = 1}) + bias)) / (1.0 / scale); }, dense);
    const Model one = behind([=](const Tensor& x) { return conv2d(x, folded, {.padding = 1}) + moved; }, dense);
    const Tensor x = random_tensor({2, 1, 4, 4}, 6);
    for (const LrpRule rule : every_rule) {
        CAPTURE(describe(rule));
        const Lrp o{.target = Index{0}, .rule = LrpRule::epsilon, .first = rule, .low = -9, .high = 9};
        CHECK(largest_difference(lrp_of(plain, x, o), lrp_of(one, x, o)) <= 1e-10);
        CHECK(largest_difference(lrp_of(other, x, o), lrp_of(one, x, o)) <= 1e-10);
    }
}

TEST_CASE("a reshape between a layer and its bias hides nothing: conv1d is conv2d of height 1 to every rule") {
    const Tensor filters = random_tensor({3, 1, 3}, 21), bias = random_tensor({3, 1}, 22),
                 scale = random_tensor({3, 1}, 23), dense = random_tensor({18, 2}, 24);
    const auto high = [](const Tensor& t, Index rows) { return reshape(t, {rows, -1, 1, t.shape()[-1]}); };
    const Model signal =
        behind([=](const Tensor& z) { return (conv1d(z, filters, {.padding = 1}) + bias) * scale; }, dense);
    const Model picture = behind(
        [=](const Tensor& z) {
            const Tensor y = conv2d(high(z, z.rows()), high(filters, 3), {.padding = {0, 1}});
            return (y + reshape(bias, {3, 1, 1})) * reshape(scale, {3, 1, 1});
        },
        dense);
    const Tensor x = random_tensor({2, 1, 6}, 25);
    for (const LrpRule rule : every_rule) {
        CAPTURE(describe(rule));
        const Lrp o{.target = Index{0}, .first = rule, .low = -9, .high = 9};
        CHECK(largest_difference(lrp_of(signal, x, o), lrp_of(picture, x, o)) <= 1e-12);
    }
}

TEST_CASE("a convolution is the dense layer with its weights unrolled, to every rule that sees weights") {
    const Tensor filters = random_tensor({3, 1, 3, 3}, 11), bias = random_tensor({3, 1, 1}, 12),
                 dense = random_tensor({48, 2}, 13), x = random_tensor({2, 1, 4, 4}, 14);
    const auto convolve = [=](const Tensor& z) { return conv2d(z, filters, {.padding = 1}); };
    const Tensor unrolled = reshape(jacobian(convolve, zeros({1, 1, 4, 4}, DType::float64)), {48, 16});
    const Tensor spread = flatten(broadcast_to(bias, {1, 3, 4, 4}));
    const Model conv = behind([=](const Tensor& z) { return convolve(z) + bias; }, dense);
    const Model flat =
        behind([=](const Tensor& z) { return matmul(flatten(z), unrolled, {.transpose_b = true}) + spread; }, dense);
    for (const LrpRule rule : every_rule) {
        if (rule == LrpRule::flat) continue;  // counts inputs
        CAPTURE(describe(rule));
        const Lrp o{.target = Index{1}, .first = rule, .top = LrpRule::zero, .low = -9, .high = 9};
        CHECK(largest_difference(lrp_of(conv, x, o), lrp_of(flat, x, o)) <= 1e-10);
    }
    // The corner of the picture is seen by 4 positions of a filter, each of which sees 4 to 9 inputs.
    const Model counting = [=](const Tensor& z) {
        return sum(flatten(conv2d(z, ones_like(filters), {.padding = 1})), {.axes = {1}});
    };
    const Tensor one = ones({1, 1, 4, 4}, DType::float64);
    const std::vector<double> shares = lrp_of(counting, one, {.rule = LrpRule::flat});
    CHECK(std::abs(shares[0] - 3 * 4) <= 1e-8);  // every position hands out its value, 1 to each input that it sees
    CHECK(std::abs(shares[5] - 3 * 9) <= 1e-8);
}
