// Numbers joined, cut, stepped over, turned, repeated and moved round.
#include "../laws.hpp"
#include "support/refused.hpp"

#include <limits>

#include <xtensor/xmanipulation.hpp>

using namespace gradpath;
using namespace gradpath::tests;
using xt::xarray;

namespace {

/// Python's x[first:last:step], walked step by step.
std::vector<Index> walked(Index length, const Range& range) {
    const bool up = range.step > 0;
    const auto bound = [&](std::optional<Index> at, Index absent) {
        if (!at) return absent;
        const Index place = *at < 0 ? *at + length : *at;
        return std::clamp(place, up ? Index(0) : Index(-1), up ? length : length - 1);
    };
    const Index last = bound(range.last, up ? length : -1);
    std::vector<Index> places;
    for (Index i = bound(range.first, up ? 0 : length - 1); up ? i < last : i > last; i += range.step)
        places.push_back(i);
    return places;
}

std::optional<Index> maybe(Index low, Index high) {
    return *rc::gen::arbitrary<bool>() ? std::optional<Index>(any(low, high)) : std::nullopt;
}

}  // namespace

TEST_CASE("a slice with a step is Python's") {
    holds("first:last:step", [] {
        const auto lengths = random_lengths(1);
        const Tensor x = draw(lengths, 0);
        const Index axis = any(0, x.rank()), step = any(-4, 5);
        RC_PRE(step != 0);
        const Range range{maybe(-8, 8), maybe(-8, 8), step};
        const auto places = walked(x.shape()[axis], range);
        const Indices at(Shape{static_cast<Index>(places.size())}, places);
        RC_ASSERT(same_bits(slice(x, axis, range), gather(x, at, axis)));
    });
    const Tensor x = arange(5);
    CHECK(same_bits(slice(x, 0, {.step = -1}), Tensor({5}, {4, 3, 2, 1, 0})));
    CHECK(same_bits(slice(x, 0, {.first = -2}), Tensor({2}, {3, 4})));
    CHECK(same_bits(slice(x, 0, {9, 0, -2}), Tensor({2}, {4, 2})));
    CHECK(same_bits(slice(x, 0, {1, 99, 3}), Tensor({2}, {1, 4})));
    CHECK(slice(x, 0, {3, 1}).shape() == Shape{0});
    CHECK(slice(zeros({0}), 0, {.step = -1}).shape() == Shape{0});
    const Index far = std::numeric_limits<Index>::max();
    CHECK(same_bits(slice(x, 0, {.step = far}), Tensor({1}, {0})));
    CHECK(same_bits(slice(x, 0, {far, -far - 1, -far - 1}), Tensor({1}, {4})));
}

TEST_CASE("cutting and joining undo each other") {
    holds("split, concat, stack", [] {
        const auto lengths = random_lengths(1);
        const Tensor x = draw(lengths, 1), y = draw(lengths, 2);
        const Index axis = any(0, x.rank()), length = x.shape()[axis], a = any(0, length + 1), b = any(a, length + 1);
        const auto pieces = split(x, {a, b - a, length - b}, axis - x.rank());
        RC_ASSERT(same_bits(pieces[1], slice(x, axis, a, b)));
        RC_ASSERT(same_bits(concat(pieces, axis), x));
        const auto units = chunk(x, length, axis);
        RC_ASSERT(same_bits(units.back(), slice(x, axis, length - 1, length)));
        if (x.rank() == 4) return;
        const Index fresh = any(0, x.rank() + 1);
        const Tensor both = stack({x, y}, fresh);
        RC_ASSERT(both.shape()[fresh] == 2 && both.rank() == x.rank() + 1);
        RC_ASSERT(same_bits(reshape(slice(both, fresh, 1, 2), x.shape()), y));
    });
    CHECK(same_bits(stack({scalar(1), scalar(2)}), Tensor({2}, {1, 2})));
    CHECK(same_bits(stack({arange(2), arange(2)}, -1), Tensor({2, 2}, {0, 0, 1, 1})));
}

TEST_CASE("a split is one node, and pieces without use count as zeros") {
    const Tensor x = tracked(arange(6));
    const auto pieces = split(x, {1, 2, 3});
    CHECK(pieces[0].node() == pieces[2].node());
    CHECK(pieces[2].output() == 2);
    CHECK(same_bits(grad(sum(pieces[1] * 3.0), x), Tensor({6}, {0, 3, 3, 0, 0, 0})));
    const auto g = record([](const Tensor& z) { return sum(split(z, {4, 2})[1]); }, x);
    CHECK(g.steps.front().op == OpCode::split);
    CHECK(g.steps.front().outputs.size() == 2);
    CHECK(same_bits(sweep(g, {scalar(1)})[0], Tensor({6}, {0, 0, 0, 0, 1, 1})));
    CHECK(same_bits(replay(g, {x + 1.0})[0], scalar(11)));
}

TEST_CASE("flip, roll and tile are NumPy's") {
    holds("flip, roll, tile", [] {
        const auto lengths = random_lengths(1);
        const Tensor x = draw(lengths, 3);
        const Index axis = any(0, x.rank()), length = x.shape()[axis], shift = any(-12, 13);
        const auto same = static_cast<std::size_t>(axis);
        RC_ASSERT(distance(flip(x, {axis}), xarray<double>(xt::flip(copy_of(x), same))) == 0);
        RC_ASSERT(same_bits(flip(flip(x)), x));
        const Tensor moved = roll(x, shift, axis);
        for (Index i = 0; i < length; ++i) {
            const Index to = ((i + shift) % length + length) % length;
            RC_ASSERT(same_bits(slice(moved, axis, to, to + 1), slice(x, axis, i, i + 1)));
        }
        std::vector<Index> repeats(lengths.size(), 1);
        repeats[same] = any(0, 4);
        const std::vector<Tensor> copies(static_cast<std::size_t>(repeats[same]), x);
        RC_ASSERT(same_bits(tile(x, repeats), copies.empty() ? slice(x, axis, 0, 0) : concat(copies, axis)));
    });
    const Tensor x({2, 2}, {1, 2, 3, 4});
    CHECK(same_bits(flip(x), Tensor({2, 2}, {4, 3, 2, 1})));
    CHECK(same_bits(tile(x, {2}), Tensor({2, 4}, {1, 2, 1, 2, 3, 4, 3, 4})));
    CHECK(same_bits(tile(arange(2), {2, 1}), Tensor({2, 2}, {0, 1, 0, 1})));
    CHECK(same_bits(tile(scalar(7), {3}), full({3}, 7)));
    CHECK(tile(zeros({0}), {3}).shape() == Shape{0});
    CHECK(roll(zeros({0}), 3, 0).shape() == Shape{0});
}

TEST_CASE("what arranges numbers refuses what it cannot do, and says why") {
    const Tensor x = ones({2, 3}), wide = ones({2, 3}, DType::float64);
    check_refused({
        {[&] { (void)slice(x, 1, {.step = 0}); }, "slice: the step must not be 0"},
        {[&] { (void)slice(x, 2, {.step = 2}); }, "slice: there is no axis 2: the rank is 2"},
        {[&] { (void)stack({}); }, "stack: at least one tensor is needed"},
        {[&] {
             (void)stack({x, ones({3})});
         },
         "stack: shapes must be equal: got (2, 3) and (3,)"},
        {[&] {
             (void)stack({x, x}, 3);
         },
         "stack: there is no axis 3: the rank is 3"},
        {[&] {
             (void)stack({x, wide});
         },
         "stack: inputs must have one dtype: got float32 and float64; convert with .to()"},
        {[&] { (void)split(x, {}, 1); }, "split: at least one length is needed"},
        {[&] {
             (void)split(x, {4, -1}, 1);
         },
         "split: lengths must lie in 0 .. 3, the length of axis 1: got 4"},
        {[&] {
             (void)split(x, {1, 1}, 1);
         },
         "split: the lengths must add up to 3, axis 1 of (2, 3): they give 2"},
        {[&] { (void)chunk(x, 2, 1); },
         "chunk: 2 equal pieces of 3, axis 1 of (2, 3), do not exist; split takes lengths"},
        {[&] { (void)chunk(x, 0); }, "chunk: 0 equal pieces of 2, axis 0 of (2, 3), do not exist; split takes lengths"},
        {[&] {
             (void)flip(x, {1, -1});
         },
         "flip: an axis is named twice"},
        {[&] { (void)tile(x, {-1}); }, "tile: repeats must not be negative: got -1"},
        {[&] { (void)roll(x, 1, 2); }, "roll: there is no axis 2: the rank is 2"},
    });
}
