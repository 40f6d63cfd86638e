#include <rapidcheck.h>

#include <attribution/functions.hpp>

using namespace attribution_tests;
using attribution::Table;

namespace {

using Values = std::vector<double>;

Values random_table(Index players, std::uint64_t number) {
    return numbers(random_tensor({Index{1} << players}, number));
}
double sum_of(const Values& values) {
    double sum = 0;
    for (const double v : values) sum += v;
    return sum;
}
Values rows_of(const Values& pairs) {
    const auto n = static_cast<std::size_t>(std::lround(std::sqrt(static_cast<double>(pairs.size()))));
    Values sums(n, 0);
    for (std::size_t k = 0; k < pairs.size(); ++k) sums[k / n] += pairs[k];
    return sums;
}
Values dividends(Values v) {
    attribution::moebius(v);
    return v;
}
/// The logical and of three players.
const Values all_three{0, 0, 0, 0, 0, 0, 0, 1};

}  // namespace

TEST_CASE("dividends of x1 x2 x3 where the baseline is partly wrong (T21)") {
    const double x = 1, b1 = 0.3, b3 = 0.2;
    Values v;
    for (unsigned s = 0; s < 8; ++s) v.push_back((s & 1 ? x : b1) * (s & 2 ? x : 0) * (s & 4 ? x : b3));
    CHECK(largest_difference(dividends(v), {0, 0, 0.06, 0.14, 0, 0, 0.24, 0.56}) <= 1e-15);
}

TEST_CASE("dividends and Shapley values of a maximum (T21b)") {
    const Values v{0, 2, 5, 5};
    CHECK(dividends(v) == Values{0, 2, 5, -2});
    CHECK(attribution::shapley_values(v) == Values{1, 4});
}

TEST_CASE("an and of three is one pattern, whose order is two") {
    CHECK(dividends(all_three) == all_three);
    CHECK(largest_difference(attribution::shapley_values(all_three), {1. / 3, 1. / 3, 1. / 3}) <= 1e-15);
    CHECK(attribution::banzhaf_values(all_three) == Values{0.25, 0.25, 0.25});
    CHECK(attribution::order_shapley_values(all_three, 0) == Values{0, 0, 0});
    CHECK(attribution::order_shapley_values(all_three, 1) == Values{0, 0, 0});
    CHECK(attribution::order_shapley_values(all_three, 2) == Values{1, 1, 1});
    CHECK(attribution::owen_values(all_three, std::vector<Index>{0, 0, 1}) == Values{0.25, 0.25, 0.5});
}

TEST_CASE("laws of tables: inverse, completeness, means over orders, rows of pairs") {
    const bool law = rc::check([] {
        const Index n = *rc::gen::inRange<Index>(1, 8);
        const Values v = random_table(n, *rc::gen::inRange<std::uint64_t>(0, 1'000'000));
        Values back = dividends(v);
        const Values w = back;
        attribution::zeta(back);
        RC_ASSERT(largest_difference(back, v) <= 1e-12);
        const Values phi = attribution::shapley_values(v);
        RC_ASSERT(std::abs(sum_of(phi) - (v.back() - v[0])) <= 1e-12);
        Values shared(phi.size(), 0), mean(phi.size(), 0);
        for (std::size_t s = 1; s < w.size(); ++s)
            for (std::size_t i = 0; i < phi.size(); ++i)
                if ((s >> i & 1) != 0) shared[i] += w[s] / __builtin_popcountll(s);
        RC_ASSERT(largest_difference(shared, phi) <= 1e-11);
        for (Index m = 0; m < n; ++m)
            for (std::size_t i = 0; i < phi.size(); ++i)
                mean[i] += attribution::order_shapley_values(v, m)[i] / static_cast<double>(n);
        RC_ASSERT(largest_difference(mean, phi) <= 1e-12);
        RC_ASSERT(largest_difference(rows_of(attribution::shapley_interactions(v)), phi) <= 1e-11);
        RC_ASSERT(largest_difference(rows_of(attribution::shapley_taylor(v)), phi) <= 1e-11);
    });
    CHECK(law);
}

TEST_CASE("owen values are shapley values without unions and with one, and unions play the game among themselves") {
    const Values v = random_table(5, 3);
    const Values phi = attribution::shapley_values(v);
    CHECK(largest_difference(attribution::owen_values(v, std::vector<Index>{0, 1, 2, 3, 4}), phi) <= 1e-13);
    CHECK(largest_difference(attribution::owen_values(v, std::vector<Index>{0, 0, 0, 0, 0}), phi) <= 1e-13);
    const Values owen = attribution::owen_values(v, std::vector<Index>{0, 1, 0, 1, 1});
    const Values between{v[0], v[0b00101], v[0b11010], v[0b11111]};  // the game of the two unions
    const Values of_unions = attribution::shapley_values(between);
    CHECK(owen[0] + owen[2] == doctest::Approx(of_unions[0]).epsilon(1e-12));
    CHECK(owen[1] + owen[3] + owen[4] == doctest::Approx(of_unions[1]).epsilon(1e-12));
}

TEST_CASE("integrated gradients of the multilinear extension are the shapley values") {
    for (Index n = 1; n <= 5; ++n) {
        const Values v = random_table(n, static_cast<std::uint64_t>(40 + n));
        const Model game = attribution::multilinear_extension(v);
        CHECK(game(zeros({1, n}, DType::float64)).at(0) == v[0]);
        CHECK(game(ones({1, n}, DType::float64)).at(0) == doctest::Approx(v.back()).epsilon(1e-13));
        const Attribution ig =
            attribution::integrated_gradients(game, ones({1, n}, DType::float64), {.quadrature = {.steps = 4}});
        CHECK(largest_difference(numbers(ig.values), attribution::shapley_values(v)) <= 1e-12);
    }
}

TEST_CASE("pairs: the indices of products are known by hand") {
    // x1 x2 x3 at ones: the index of every pair is 1/2 (Shapley interaction) and 1/3 (Shapley-Taylor).
    const double s = 0.25, t = 1. / 6, own = 1. / 3 - 0.5;
    CHECK(largest_difference(attribution::shapley_interactions(all_three), {own, s, s, s, own, s, s, s, own}) <= 1e-15);
    CHECK(largest_difference(attribution::shapley_taylor(all_three), {0, t, t, t, 0, t, t, t, 0}) <= 1e-15);
}

TEST_CASE("what is not a table is refused") {
    const Values three{1, 2, 3};
    CHECK(error_of<ShapeError>([&] { attribution::shapley_values(three); }) ==
          "game: a table has 2^players numbers but this one has 3");
    CHECK(error_of<ShapeError>([] {
              attribution::owen_values(all_three, std::vector<Index>{0, 1});
          }) == "game: there must be a union for each of 3 players but there are 2");
    CHECK(error_of<ValueError>([] { attribution::order_shapley_values(all_three, 3); }) ==
          "game: the order of Shapley values of 3 players lies in [0, 3) but is 3");
    CHECK(error_of<ShapeError>([] {
              attribution::multilinear_extension(all_three)(row({1, 1}));
          }) == "multilinear extension: takes rows of 3 probabilities but the input has shape (1, 2)");
}
