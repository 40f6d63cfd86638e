#include <doctest/doctest.h>

#include <cmath>

#include <gradpath/autodiff/autodiff.hpp>
#include <gradpath/nn/nn.hpp>

using namespace gradpath;

TEST_CASE("an embedding looks up rows of its table, for any shape of positions") {
    nn::Embedding table(3, 2);
    table.weight = Tensor({3, 2}, {1, 2, 3, 4, 5, 6});
    CHECK(same_bits(table(Indices{2, 0}), Tensor({2, 2}, {5, 6, 1, 2})));
    CHECK(same_bits(table(Tensor({1, 2}, {1, 1})), Tensor({1, 2, 2}, {3, 4, 3, 4})));
    CHECK(table(zeros({0, 4})).shape() == Shape{0, 4, 2});
}

TEST_CASE("the table learns: a row's slope is the sum over the places that name it") {
    nn::Embedding table(3, 1);
    table.weight = tracked(zeros({3, 1}));
    const Tensor slope = grad(sum(table(Indices{1, 0, 1})), table.weight);
    CHECK(same_bits(slope, Tensor({3, 1}, {1, 2, 0})));
}

TEST_CASE("an embedding stands first in a net that is trained on whole numbers") {
    nn::Sequential net{nn::Embedding(4, 8, {.init = {.seed = 1, .scheme = nn::Normal{}}}), nn::Flatten(),
                       nn::Linear(16, 2)};
    const Tensor x({4, 2}, {0, 1, 1, 0, 2, 3, 3, 2});
    const nn::Examples examples{x, Indices{0, 1, 0, 1}};  // the order of the two tells the class
    nn::fit(net, examples, {.epochs = 200, .batch = 4, .optimizer = nn::Adam{.rate = 1e-2}});
    CHECK(nn::evaluate(net, examples).accuracy == 1);
}

TEST_CASE("the table starts as numbers of the normal distribution") {
    const Tensor w = nn::Embedding(200, 50).weight;  // 10,000 draws
    CHECK(std::abs(mean(w).item()) < 6 / std::sqrt(10000.0));
    CHECK(std::abs(mean(square(w)).item() - 1) < 6 * std::sqrt(2.0 / 10000));
}

TEST_CASE("an embedding refuses what is no position") {
    const nn::Embedding table(3, 2);
    CHECK_THROWS_WITH_AS(table(Indices{0, 3}), "embedding: positions must lie in [0, 3): number 1 is 3", ValueError);
    CHECK_THROWS_WITH_AS(table(Indices{-1}), "embedding: positions must lie in [0, 3): number 0 is -1", ValueError);
    CHECK_THROWS_WITH_AS(table(Tensor({2}, {1, 0.5})), "embedding: positions must be whole numbers: number 1 is 0.5",
                         ValueError);
    CHECK_THROWS_AS(table(Tensor({1}, {std::nan("")})), ValueError);
    CHECK_THROWS_AS(table(Tensor({1}, {1e30})), ValueError);
    CHECK_THROWS_WITH_AS(nn::Embedding(0, 2), "embedding: count and width must be at least 1: they are 0 and 2",
                         ShapeError);
}
