#include <doctest/doctest.h>

#include <gradpath/autodiff/ops.hpp>
#include <gradpath/nn/nn.hpp>

using namespace gradpath;

namespace {

using Row = nn::SummaryRow;

void check_row(const Row& row, const Row& expected) {
    CAPTURE(expected.path);
    CHECK(row.path == expected.path);
    CHECK(row.output == expected.output);
    CHECK(row.parameters == expected.parameters);
    CHECK(row.multiply_adds == expected.multiply_adds);
    CHECK(row.bytes == expected.bytes);
}

/// A layer used twice, a block inside a block, and a product that no place holds.
struct Nested {
    nn::Linear twice{4, 4};
    nn::Sequential block{nn::Linear(4, 3), nn::relu};
    Tensor factor = ones({3, 2});
    Tensor operator()(const Tensor& x) const {
        const Tensor y = nn::named("twice", twice, nn::named("twice", twice, x));
        return matmul(nn::named("block", block, y), factor);
    }
    static void visit(auto& self, auto&& f) {
        f("twice", self.twice), f("block", self.block), f("factor", self.factor);
    }
};

}  // namespace

TEST_CASE("a summary has each place with its shape, its own parameters, products and bytes, and their sums") {
    const nn::Sequential net{nn::Conv2d(2, 6, {.kernel = 3, .padding = 1, .groups = 2}), nn::relu, nn::MaxPool2d(2),
                             nn::Flatten(), nn::Linear(96, 5, {.bias = false})};
    const nn::Summary summary = nn::summary(net, {2, 8, 8});
    REQUIRE(summary.rows.size() == 5);
    check_row(summary.rows[0], {"0", {6, 8, 8}, 6 * 9 + 6, 6 * 64 * 9, 6 * 64 * 4});
    check_row(summary.rows[1], {"1", {6, 8, 8}, 0, 0, 6 * 64 * 4});
    check_row(summary.rows[2], {"2", {6, 4, 4}, 0, 0, 6 * 16 * 4});
    check_row(summary.rows[3], {"3", {96}, 0, 0, 96 * 4});
    check_row(summary.rows[4], {"4", {5}, 480, 480, 20});
    CHECK(summary.parameters == nn::count(net));
    CHECK(summary.multiply_adds == 6 * 64 * 9 + 480);
    CHECK(summary.bytes == 4 * (2 * 6 * 64 + 6 * 16 + 96 + 5));
}

TEST_CASE("places are counted at each visit, parameters once, and what lies outside all places has a row") {
    const nn::Summary summary = nn::summary(Nested{}, {4});
    REQUIRE(summary.rows.size() == 6);
    check_row(summary.rows[0], {"twice", {4}, 20, 16, 16});
    check_row(summary.rows[1], {"twice#2", {4}, 0, 16, 16});
    check_row(summary.rows[2], {"block.0", {3}, 15, 12, 12});
    check_row(summary.rows[3], {"block.1", {3}, 0, 0, 12});
    check_row(summary.rows[4], {"block", {3}, 0, 0, 12});
    check_row(summary.rows[5], {"", {2}, 6, 6, 8});
    CHECK(summary.parameters == nn::count(Nested{}));
    CHECK(summary.multiply_adds == 50);
}

TEST_CASE("a summary is in the dtype of the parameters, and of a function without any in float32") {
    const nn::Linear wide(2, 3, {.init = {.dtype = DType::float64}});
    CHECK(nn::summary(nn::Sequential{wide}, {2}).bytes == 24);
    CHECK(nn::summary(nn::Sequential{nn::relu}, {2}).bytes == 8);
    CHECK(nn::summary(nn::relu, {2}).rows.empty());
}

TEST_CASE("a model that does not take rows of the shape says so itself") {
    CHECK_THROWS_AS(nn::summary(nn::Linear(2, 3), {5}), ShapeError);
}
