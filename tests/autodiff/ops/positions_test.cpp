// Numbers at positions, and numbers in order.
#include "../laws.hpp"
#include "support/refused.hpp"

#include <limits>

#include <xtensor/xsort.hpp>

using namespace gradpath;
using namespace gradpath::tests;
using xt::xarray;

namespace {

const double inf = std::numeric_limits<double>::infinity(), not_a_number = std::numeric_limits<double>::quiet_NaN();

bool same(const Indices& a, std::initializer_list<Index> b) {
    return std::equal(a.data().begin(), a.data().end(), b.begin(), b.end());
}

/// Few different numbers, so that there are ties.
Tensor with_ties(const std::vector<Index>& lengths) {
    const Tensor x = draw(lengths, 9) * 2.0;
    return sign(x - 1.0) + sign(x + 1.0);
}

}  // namespace

TEST_CASE("take_along_axis takes each number from its own place, and add_along_axis is its adjoint") {
    holds("take_along_axis", [] {
        const auto lengths = random_lengths(1);
        const Tensor x = draw(lengths, 0);
        const Index axis = any(0, x.rank()), length = x.shape()[axis], count = any(0, 5);
        const Shape part = x.shape().with(axis, count);
        const Indices at = random::integers(part, length, 3, static_cast<std::uint64_t>(any(0, 1000)));
        const Tensor y = take_along_axis(x, at, axis);
        const Index inner = part.slice(axis + 1, part.rank()).size();
        RC_ASSERT(y.shape() == part);
        for (Index i = 0; i < part.size(); ++i) {
            const Index block = i / (count * inner), column = i % inner;
            RC_ASSERT(y.at(i) == x.at((block * length + at[i]) * inner + column));
        }
        const Tensor g = tanh(y * 3.0);
        RC_ASSERT(std::abs(sum(g * y).item() - sum(add_along_axis(g, at, axis, length) * x).item()) < 1e-12);
    });
}

TEST_CASE("take is gather along an axis, and without one takes from the numbers in a row") {
    const Tensor x = reshape(arange(6), {2, 3});
    CHECK(same_bits(take(x, Indices{2, 0}, 1), gather(x, Indices{2, 0}, 1)));
    CHECK(same_bits(take(x, Indices({2, 2}, std::vector<Index>{5, 0, 3, 3})), Tensor({2, 2}, {5, 0, 3, 3})));
}

TEST_CASE("one position by itself takes its axis away, and scatter_add brings it back") {
    const Tensor x = tracked(reshape(arange(6), {2, 3}));
    const Indices one(Shape{}, std::vector<Index>{1});
    CHECK(same_bits(gather(x, one, 0), Tensor({3}, {3, 4, 5})));
    CHECK(same_bits(gather(x, one, 1), Tensor({2}, {1, 4})));
    CHECK(same_bits(take(x, one), scalar(1)));
    CHECK(same_bits(grad(sum(square(gather(x, one, 0))), x), Tensor({2, 3}, {0, 0, 0, 6, 8, 10})));
    CHECK(same_bits(grad(sum(square(gather(x, one, 1))), x), Tensor({2, 3}, {0, 2, 0, 0, 8, 0})));
    CHECK(same_bits(grad(take(x, one), x), Tensor({2, 3}, {0, 1, 0, 0, 0, 0})));
    for (const Index last : {1, -1})
        CHECK(same_bits(scatter_add(Tensor({2}, {7, 8}), one, last, 3), Tensor({2, 3}, {0, 7, 0, 0, 8, 0})));
    CHECK(same_bits(scatter_add(scalar(7), one, 0, 3), Tensor({3}, {0, 7, 0})));
}

TEST_CASE("scatter_add counts a negative axis from the end of the result, however many axes the positions have") {
    const Tensor x = reshape(arange(24), {2, 3, 4});
    const Indices positions(Shape{3, 4}, std::vector<Index>{0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1});
    CHECK(same_bits(scatter_add(x, positions, -1, 5), scatter_add(x, positions, 1, 5)));
    CHECK(scatter_add(x, positions, -1, 5).shape() == Shape{2, 5});
    CHECK(same_bits(scatter_add(x, Indices{2, 0, 1, 1}, -1, 3), scatter_add(x, Indices{2, 0, 1, 1}, 2, 3)));
}

TEST_CASE("sort is xtensor's, and argsort keeps equals in their order both ways") {
    holds("sort", [] {
        const auto lengths = random_lengths(1);
        const Tensor x = *rc::gen::arbitrary<bool>() ? draw(lengths, 1) : with_ties(lengths);
        const Index axis = any(0, x.rank()), length = x.shape()[axis];
        RC_ASSERT(distance(sort(x, axis), xarray<double>(xt::sort(copy_of(x), axis))) == 0);
        for (const bool descending : {false, true}) {
            const Indices at = argsort(x, axis, {descending});
            RC_ASSERT(same_bits(take_along_axis(x, at, axis), sort(x, axis, {descending})));
            const Index inner = x.shape().slice(axis + 1, x.rank()).size();
            for (Index i = 0; i < x.size(); ++i) {
                if (i / inner % length == 0) continue;
                const double before = sort(x, axis, {descending}).at(i - inner),
                             now = sort(x, axis, {descending}).at(i);
                RC_ASSERT((descending ? before >= now : before <= now));
                RC_ASSERT(before != now || at[i - inner] < at[i]);
            }
        }
    });
}

TEST_CASE("topk is the beginning of the order from above") {
    holds("topk", [] {
        const auto lengths = random_lengths(1);
        const Tensor x = with_ties(lengths);
        const Index axis = any(0, x.rank()), k = any(0, x.shape()[axis] + 1);
        const auto [values, positions] = topk(x, k, axis);
        RC_ASSERT(same_bits(values, slice(sort(x, axis, {.descending = true}), axis, 0, k)));
        RC_ASSERT(same_bits(values, take_along_axis(x, positions, axis)));
        const Indices all = argsort(x, axis, {.descending = true});
        const Index length = x.shape()[axis], inner = x.shape().slice(axis + 1, x.rank()).size();
        for (Index i = 0; i < positions.size(); ++i)
            RC_ASSERT(positions[i] == all[i / (k * inner) * length * inner + i % (k * inner)]);
    });
}

TEST_CASE("NaN counts as the largest number, and infinities have their place") {
    const Tensor x({5}, {1, not_a_number, -inf, inf, not_a_number});
    CHECK(same(argsort(x), {2, 0, 3, 1, 4}));
    CHECK(same(argsort(x, 0, {.descending = true}), {1, 4, 3, 0, 2}));
    CHECK(same(topk(x, 3).positions, {1, 4, 3}));
    CHECK(topk(x, 3).values.at(2) == inf);
    CHECK(
        same(argsort(Tensor({4}, {0, -0.0, -1, 1e-45})), {2, 0, 1, 3}));  // zeros are equal, the smallest number is not
}

TEST_CASE("slopes go back to where the numbers came from") {
    const Tensor x = tracked(Tensor({4}, {3, 1, 4, 1}));
    CHECK(same_bits(grad(sum(sort(x) * arange(4)), x), Tensor({4}, {2, 0, 3, 1})));
    CHECK(same_bits(grad(sum(topk(x, 2).values), x), Tensor({4}, {1, 0, 1, 0})));
    CHECK(sort(zeros({2, 0})).shape() == Shape{2, 0});
    CHECK(topk(x, 0).values.shape() == Shape{0});
    CHECK(sort(zeros({0, 3}), 1).shape() == Shape{0, 3});
}

TEST_CASE("order and positions are the same for any number of threads") {
    const int before = threads();
    const Tensor x = random::normal({300, 70}, {.seed = 1});
    const auto everything = [&] {
        const Tensor t = tracked(x), y = concat({flatten(sort(t, 0)), cumsum(sort(t, 1), 0)});
        return std::vector{y, grad(sum(square(y)), t)};
    };
    set_threads(1);
    const auto one = everything();
    set_threads(3);
    const auto three = everything();
    set_threads(before);
    for (std::size_t i = 0; i < one.size(); ++i) CHECK(same_bits(one[i], three[i]));
}

TEST_CASE("positions that cannot be are refused, and the reason given") {
    const Tensor x = ones({2, 3});
    check_refused({
        {[&] { (void)take(x, Indices{6}); }, "gather: positions must lie in [0, 6): position 0 is 6"},
        {[&] {
             (void)take_along_axis(x, Indices{0, 1}, 1);
         },
         "take_along_axis: shapes must agree except along axis 1: x has (2, 3), the positions (2,)"},
        {[&] {
             (void)take_along_axis(x, Indices({2, 1}, std::vector<Index>{0, 3}), 1);
         },
         "take_along_axis: positions must lie in [0, 3): position 1 is 3"},
        {[&] {
             (void)add_along_axis(x, Indices({2, 1}, std::vector<Index>{0, 3}), 1, 4);
         },
         "add_along_axis: one position per number is needed: x has (2, 3), the positions (2, 1)"},
        {[&] { (void)add_along_axis(ones({1}), Indices{-1}, 0, 4); },
         "add_along_axis: positions must lie in [0, 4): position 0 is -1"},
        {[&] { (void)scatter_add(x, Indices(Shape{}, std::vector<Index>{1}), 3, 4); },
         "scatter_add: there is no axis 3: the rank is 3"},
        {[&] { (void)scatter_add(x, Indices{1}, 2, 4); }, "scatter_add: there is no axis 2: the rank is 2"},
        {[] { (void)sort(scalar(1)); }, "sort: there is no axis -1: the rank is 0"},
        {[] { (void)argsort(scalar(1)); }, "argsort: there is no axis -1: the rank is 0"},
        {[&] { (void)topk(x, 4, 1); }, "topk: k must lie in 0 .. 3, the length of axis 1: got 4"},
    });
}
