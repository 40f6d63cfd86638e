// Laws on random shapes: what the ops compute is what xtensor, or five nested loops, compute.
#include "laws.hpp"

#include <numeric>

#include <xtensor/xmanipulation.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xsort.hpp>

using namespace gradpath;
using namespace gradpath::tests;
using xt::xarray;

namespace {

/// Drops leading axes and shrinks others to 1, so that the result broadcasts against the original.
std::vector<Index> shrunk(const std::vector<Index>& lengths) {
    std::vector<Index> out(
        lengths.begin() + *rc::gen::inRange<std::ptrdiff_t>(0, static_cast<std::ptrdiff_t>(lengths.size()) + 1),
        lengths.end());
    for (Index& length : out)
        if (*rc::gen::arbitrary<bool>()) length = 1;
    return out;
}

}  // namespace

TEST_CASE("broadcasting is NumPy's on random shapes, and sum_to is its adjoint") {
    holds("a - b", [] {
        const auto la = random_lengths();
        std::vector<Index> lb = shrunk(la), lc = la;
        for (Index& length : lc)
            if (*rc::gen::arbitrary<bool>()) length = 1;
        const Tensor a = draw(lc, 0), b = draw(lb, 1);
        RC_ASSERT(distance(a - b, copy_of(a) - copy_of(b)) == 0);
        RC_ASSERT(distance(maximum(a, b), xt::maximum(copy_of(a), copy_of(b))) == 0);

        const Tensor ta = tracked(a), tb = tracked(b), y = ta * tb;
        const auto [da, db] = grad(sum(y), {ta, tb});
        RC_ASSERT(da.shape() == a.shape() && db.shape() == b.shape());
        // Σ y is linear in a, so ⟨dy/da, a⟩ = Σ y; the same for b.
        RC_ASSERT(std::abs(sum(da * a).item() - sum(y).item()) < 1e-12);
        RC_ASSERT(std::abs(sum(db * b).item() - sum(y).item()) < 1e-12);
    });
}

TEST_CASE("reductions over random axes are xtensor's") {
    holds("sum, max, logsumexp", [] {
        const auto lengths = random_lengths(1);
        const Tensor x = draw(lengths, 2);
        std::vector<Index> axes;
        std::vector<std::size_t> same;
        for (std::size_t i = 0; i < lengths.size(); ++i)
            if (*rc::gen::arbitrary<bool>()) {
                axes.push_back(*rc::gen::arbitrary<bool>() ? static_cast<Index>(i) : static_cast<Index>(i) - x.rank());
                same.push_back(i);
            }
        if (axes.empty()) {
            axes.push_back(0);
            same.push_back(0);
        }
        const xarray<double> oracle = copy_of(x);
        RC_ASSERT(distance(sum(x, {.axes = axes}), xarray<double>(xt::sum(oracle, same))) < 1e-13);
        RC_ASSERT(distance(mean(x, {.axes = axes}), xarray<double>(xt::mean(oracle, same))) < 1e-14);
        RC_ASSERT(distance(max(x, {.axes = axes}), xarray<double>(xt::amax(oracle, same))) == 0);
        RC_ASSERT(distance(logsumexp(x, {.axes = axes}), xarray<double>(xt::log(xt::sum(xt::exp(oracle), same)))) <
                  1e-13);
        RC_ASSERT(sum(x, {.axes = axes, .keep = true}).rank() == x.rank());
    });
}

TEST_CASE("moving numbers about is xtensor's, and moving them back changes nothing") {
    holds("permute, slice, pad, concat", [] {
        const auto lengths = random_lengths(1);
        const Tensor x = draw(lengths, 3);
        std::vector<Index> order(lengths.size());
        std::iota(order.begin(), order.end(), Index(0));
        for (std::size_t i = order.size(); i > 1; --i)
            std::swap(order[i - 1], order[*rc::gen::inRange<std::size_t>(0, i)]);
        RC_ASSERT(distance(permute(x, order), xarray<double>(xt::transpose(copy_of(x), order))) == 0);

        const auto axis = *rc::gen::inRange<Index>(0, x.rank());
        const Index cut = *rc::gen::inRange<Index>(0, x.shape()[axis] + 1);
        RC_ASSERT(same_bits(concat({slice(x, axis, 0, cut), slice(x, axis, cut, x.shape()[axis])}, axis), x));

        std::vector<Padding> padding;
        for (std::size_t i = 0; i < lengths.size(); ++i)
            padding.push_back({*rc::gen::inRange<Index>(0, 3), *rc::gen::inRange<Index>(0, 3)});
        Tensor inside = pad(x, padding, 7);
        for (std::size_t i = 0; i < lengths.size(); ++i)
            inside = slice(inside, static_cast<Index>(i), padding[i].before, padding[i].before + lengths[i]);
        RC_ASSERT(same_bits(inside, x));
    });
}

TEST_CASE("gather takes what the positions say, and scatter_add is its adjoint") {
    holds("gather", [] {
        const auto lengths = random_lengths(1);
        const Tensor x = draw(lengths, 4);
        const auto axis = *rc::gen::inRange<Index>(0, x.rank());
        const Index length = x.shape()[axis];
        const auto count = *rc::gen::inRange<std::size_t>(0, 7);
        const auto at = *rc::gen::container<std::vector<Index>>(count, rc::gen::inRange<Index>(0, length));
        const Indices positions(Shape{static_cast<Index>(count)}, at);
        const Tensor y = gather(x, positions, axis);
        for (std::size_t i = 0; i < count; ++i)
            RC_ASSERT(same_bits(slice(y, axis, static_cast<Index>(i), static_cast<Index>(i) + 1),
                                slice(x, axis, at[i], at[i] + 1)));
        const Tensor g = y.size() > 0 ? tanh(y * 3.0) : y;
        RC_ASSERT(std::abs(sum(g * y).item() - sum(scatter_add(g, positions, axis, length) * x).item()) < 1e-12);
    });
}

TEST_CASE("matmul is the sum of products, for any flags and any batch") {
    holds("matmul", [] {
        const auto m = *rc::gen::inRange<Index>(0, 20), k = *rc::gen::inRange<Index>(0, 40),
                   n = *rc::gen::inRange<Index>(0, 20);
        const bool ta = *rc::gen::arbitrary<bool>(), tb = *rc::gen::arbitrary<bool>(),
                   shared = *rc::gen::arbitrary<bool>();
        const Index batch = *rc::gen::inRange<Index>(1, 4);
        const Tensor a = draw(ta ? std::vector<Index>{batch, k, m} : std::vector<Index>{batch, m, k}, 5);
        const Index other = shared ? 1 : batch;
        const Tensor b = draw(tb ? std::vector<Index>{other, n, k} : std::vector<Index>{other, k, n}, 6);
        const Tensor y = matmul(a, b, {ta, tb});
        RC_ASSERT((y.shape() == Shape{batch, m, n}));
        const auto xa = copy_of(a), xb = copy_of(b), xy = copy_of(y);
        for (Index r = 0; r < batch; ++r)
            for (Index i = 0; i < m; ++i)
                for (Index j = 0; j < n; ++j) {
                    double total = 0;
                    for (Index p = 0; p < k; ++p)
                        total += (ta ? xa(r, p, i) : xa(r, i, p)) *
                                 (tb ? xb(shared ? 0 : r, j, p) : xb(shared ? 0 : r, p, j));
                    RC_ASSERT(std::abs(total - xy(r, i, j)) < 1e-12);
                }
    });
}

TEST_CASE("conv2d is seven loops, and its adjoints are adjoint") {
    holds("conv2d", [] {
        const auto small = [](Index low, Index high) { return *rc::gen::inRange<Index>(low, high); };
        const Index groups = small(1, 4), channels = groups * small(1, 4), filters = groups * small(1, 4);
        const Index kh = small(1, 4), kw = small(1, 4);
        const Conv2d o{.stride = {small(1, 4), small(1, 4)},
                       .padding = {small(0, 3), small(0, 3)},
                       .dilation = {small(1, 3), small(1, 3)},
                       .groups = groups};
        const Index h = o.dilation.height * (kh - 1) + small(1, 9), w = o.dilation.width * (kw - 1) + small(1, 9),
                    rows = small(1, 4);
        const Tensor x = draw({rows, channels, h, w}, 7), weight = draw({filters, channels / groups, kh, kw}, 8);
        const Tensor tx = tracked(x), tw = tracked(weight), y = conv2d(tx, tw, o);
        const auto vx = copy_of(x), vw = copy_of(weight), vy = copy_of(y);
        const Index per_group = channels / groups, filters_per_group = filters / groups;
        for (Index r = 0; r < rows; ++r)
            for (Index f = 0; f < filters; ++f)
                for (Index i = 0; i < y.shape()[2]; ++i)
                    for (Index j = 0; j < y.shape()[3]; ++j) {
                        double total = 0;
                        for (Index c = 0; c < per_group; ++c)
                            for (Index p = 0; p < kh; ++p)
                                for (Index q = 0; q < kw; ++q) {
                                    const Index u = i * o.stride.height + p * o.dilation.height - o.padding.height;
                                    const Index v = j * o.stride.width + q * o.dilation.width - o.padding.width;
                                    if (u < 0 || v < 0 || u >= h || v >= w) continue;
                                    total += vx(r, f / filters_per_group * per_group + c, u, v) * vw(f, c, p, q);
                                }
                        RC_ASSERT(std::abs(total - vy(r, f, i, j)) < 1e-12);
                    }
        const Tensor g = tanh(detached(y) * 2.0);
        const auto slopes = pullback(std::span(&y, 1), std::span(&g, 1), std::vector{tx, tw});
        const double whole = sum(g * y).item();  // y is linear in x and in the weight
        RC_ASSERT(std::abs(sum(slopes[0] * x).item() - whole) < 1e-10);
        RC_ASSERT(std::abs(sum(slopes[1] * weight).item() - whole) < 1e-10);
    });
}

TEST_CASE("results have the same bits for any number of threads, and rows do not know their company") {
    const int before = threads();
    const Tensor x = random::normal({37, 3, 20, 20}, {.seed = 3}),
                 w = tracked(random::normal({8, 3, 5, 5}, {.seed = 4}));
    const Tensor dense = random::normal({8 * 64, 50}, {.seed = 5});
    const auto net = [&](const Tensor& z) { return softmax(matmul(flatten(max_pool2d(relu(conv2d(z, w)))), dense)); };
    const auto everything = [&] {
        const Tensor t = tracked(x), y = sum(square(net(t)));
        std::vector<Tensor> all = grad(y, std::vector{t, w});
        all.push_back(y);
        return all;
    };
    set_threads(1);
    const auto one = everything();
    for (const int count : {2, 3, 7}) {
        set_threads(count);
        const auto many = everything();
        for (std::size_t i = 0; i < one.size(); ++i) CHECK(same_bits(one[i], many[i]));
    }
    set_threads(before);
    const Tensor all = net(x);
    for (const Index row : {0, 1, 18, 36})
        CHECK(same_bits(net(slice(x, 0, row, row + 1)), slice(all, 0, row, row + 1)));
    CHECK(same_bits(net(slice(x, 0, 5, 16)), slice(all, 0, 5, 16)));
}
