#include <algorithm>

#include <attribution/functions.hpp>

using namespace attribution_tests;
using attribution::Coalition;
using attribution::Game;

namespace {

const Model product = of_columns([](auto& x) { return x[0] * x[1] + x[2]; });

}  // namespace

TEST_CASE("the value of a coalition is the model where the others are as in the baseline") {
    Game game("m", product, row({2, 3, 5}), {.baseline = row({1, 1, 0})});
    const std::vector<Coalition> asked{Coalition(3), Coalition(3, 1), Coalition(3, 0b110), Coalition(3, 0b111)};
    const attribution::Numbers v = game.values(asked);
    CHECK(std::vector<double>(v.begin(), v.end()) == std::vector<double>{1, 2, 8, 11});
    CHECK(numbers(game.composite(Coalition(3, 0b101))) == std::vector<double>{2, 1, 5});
}

TEST_CASE("over a background the value is the mean, and the table holds every coalition") {
    const Tensor pool({2, 3}, {1, 1, 0, 3, -1, 4}, DType::float64);
    Game game("m", product, row({2, 3, 5}), {.baseline = attribution::baseline::Samples{pool}});
    const attribution::Numbers table = game.table(0);
    for (std::uint64_t bits = 0; bits < 8; ++bits) {
        double mean = 0;
        for (Index k = 0; k < 2; ++k) {
            const auto at = [&](Index i) { return (bits >> i & 1) != 0 ? row({2, 3, 5}).at(i) : pool.at(3 * k + i); };
            mean += (at(0) * at(1) + at(2)) / 2;
        }
        CHECK(table[bits] == mean);
    }
}

TEST_CASE("what was asked for before is not evaluated again, unless there is no memory for it") {
    const std::vector<Coalition> asked{Coalition(3, 1), Coalition(3, 2), Coalition(3, 1), Coalition(3, 7)};
    const auto evaluations = [&](std::size_t memory) {
        Game game("m", product, row({2, 3, 5}), {.run = {.memory = memory}});
        const Index before = game.evaluator().evaluations().forward;
        game.values(asked);
        game.values(asked);
        return game.evaluator().evaluations().forward - before;
    };
    CHECK(evaluations(std::size_t{1} << 20) == 2);
    CHECK(evaluations(1) == 4);
}

TEST_CASE("rows and targets are lanes of their own") {
    const Model f = relu_net({3, 5, 2}, 4, true);
    const Tensor x = random_tensor({2, 3}, 5);
    Game both("m", f, x, {.target = attribution::AllTargets{}});
    const std::vector<Coalition> asked{Coalition(3, 0b011)};
    const attribution::Numbers v = both.values(asked);
    REQUIRE(v.size() == 4);
    for (Index r = 0; r < 2; ++r)
        for (Index target = 0; target < 2; ++target) {
            Game one("m", f, slice(x, 0, r, r + 1), {.target = target});
            CHECK(v[static_cast<std::size_t>(2 * r + target)] == one.values(asked)[0]);
            CHECK(both.table(r)[static_cast<std::size_t>(target * 8 + 0b011)] == one.table(0)[0b011]);
        }
}

TEST_CASE("a game that is cancelled goes on afterwards as if nothing had been asked") {
    std::atomic<bool> cancel = false;
    Game game("m", product, row({2, 3, 5}), {.run = {.cancel = &cancel}});
    const std::vector<Coalition> asked{Coalition(3, 3)};
    cancel = true;
    CHECK(error_of<Cancelled>([&] { game.values(asked); }) == "m: cancelled by the caller");
    cancel = false;
    CHECK(game.values(asked)[0] == 6);
}

TEST_CASE("more players than fit are refused with a way out") {
    const Model f = [](const Tensor& x) { return sum(x, {.axes = {1}}); };
    CHECK(error_of<ValueError>([&] {
              attribution::shapley(f, random_tensor({1, 30}, 1));
          }) ==
          "shapley: takes every coalition of 30 players, which do not fit the memory budget; group the features, as "
          "with groups=grid:4x4, or sample");
}

TEST_CASE(
    "coalitions that are listed at a time are refused where the list would not fit, and progress is told of long "
    "ones") {
    const Model f = [](const Tensor& x) { return sum(x, {.axes = {1}}); };
    const Tensor x = random_tensor({1, 300}, 1);
    const std::string way_out =
        "players at a time, which do not fit the memory budget; group the features, as with groups=grid:4x4, or allow "
        "more memory";
    CHECK(error_of<ValueError>([&] {
              attribution::shapley_sampling(f, x,
                                            {.sampling = {.samples = 1}, .stratified = true, .run = {.memory = 1}});
          }) == "shapley-sampling: takes 180600 coalitions of 300 " + way_out);
    CHECK(error_of<ValueError>([&] {
              attribution::shapley_taylor(f, random_tensor({1, 600}, 1),
                                          {.sampling = {.samples = 1}, .run = {.memory = 1}});
          }) == "shapley-taylor: takes 360602 coalitions of 600 " + way_out);
    CHECK(error_of<ValueError>([&] { attribution::shapley_integrated_gradients(f, x, {.run = {.memory = 1}}); }) ==
          "shapley-integrated-gradients: takes 89701 coalitions of 300 " + way_out);
    std::vector<std::string> told;
    attribution::shapley_integrated_gradients(
        f, random_tensor({1, 120}, 1),
        {.samples = 1, .quadrature = {.steps = 1}, .run = {.progress = [&](std::string_view stage, Index, Index) {
                                                       told.emplace_back(stage);
                                                   }}});
    CHECK(std::ranges::count(told, "lines") > 20);
}
