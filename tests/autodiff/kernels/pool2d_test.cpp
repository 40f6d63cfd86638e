#include "sets.hpp"

using namespace gradpath;
using namespace gradpath::tests;
using kernels::PoolGeometry;

namespace {

PoolGeometry pool(Index planes, Index height, Index width, Index kernel, Index stride, Index padding) {
    return {planes,
            height,
            width,
            kernel,
            kernel,
            stride,
            stride,
            padding,
            padding,
            (height + 2 * padding - kernel) / stride + 1,
            (width + 2 * padding - kernel) / stride + 1};
}
const PoolGeometry pools[] = {pool(3, 6, 6, 2, 2, 0),  pool(2, 28, 28, 2, 2, 0), pool(2, 7, 9, 2, 2, 0),
                              pool(2, 7, 35, 3, 2, 1), pool(1, 5, 5, 5, 1, 0),   pool(4, 1, 1, 1, 1, 0),
                              pool(0, 4, 4, 2, 2, 0),  pool(2, 6, 40, 3, 1, 1),  pool(300, 9, 9, 2, 3, 1),
                              pool(2, 4, 32, 2, 2, 0), pool(1, 6, 70, 2, 2, 0),  pool(3, 2, 10, 2, 2, 0)};

/// f(plane, output, inputs that the window holds) for every window.
void each_window(const PoolGeometry& g, auto&& f) {
    for (Index plane = 0; plane < g.planes; ++plane)
        for (Index oy = 0; oy < g.out_height; ++oy)
            for (Index ox = 0; ox < g.out_width; ++ox) {
                std::vector<Index> inputs;
                for (Index i = 0; i < g.kernel_height; ++i)
                    for (Index j = 0; j < g.kernel_width; ++j) {
                        const Index y = oy * g.stride_height + i - g.padding_height,
                                    x = ox * g.stride_width + j - g.padding_width;
                        if (y >= 0 && y < g.height && x >= 0 && x < g.width) inputs.push_back(y * g.width + x);
                    }
                f(plane, (plane * g.out_height + oy) * g.out_width + ox, inputs);
            }
}

}  // namespace

TEST_CASE_TEMPLATE("max pooling takes the first largest of each window, and its adjoints go by the winners", T, float,
                   double) {
    for (const PoolGeometry& g : pools) {
        const Index plane = g.height * g.width, outputs = g.planes * g.out_height * g.out_width;
        auto x = uniform<T>(g.planes * plane, -9, 9, 1);
        for (T& value : x) value = std::round(value);  // many ties
        const auto dy = uniform<T>(outputs, -1, 1, 2);
        std::vector<T> y(static_cast<std::size_t>(outputs)), dx(x.size(), T(0)), gathered(y);
        std::vector<std::int32_t> winners(y.size());
        each_window(g, [&](Index p, Index out, const std::vector<Index>& inputs) {
            Index best = inputs[0];
            const auto at = [&](Index i) { return static_cast<std::size_t>(p * plane + i); };
            for (const Index i : inputs)
                if (x[at(i)] > x[at(best)]) best = i;
            const auto to = static_cast<std::size_t>(out);
            y[to] = x[at(best)];
            winners[to] = static_cast<std::int32_t>(best);
            dx[at(best)] += dy[to];
        });
        each_set([&](const std::string&) {
            const Guarded<T> from(x), slope(dy), to(outputs), back(g.planes * plane), again(outputs);
            const Guarded<std::int32_t> won(outputs);
            kernels::max_pool2d(g, from.data(), to.data(), won.data());
            CHECK(std::equal(to.begin(), to.end(), y.begin()));
            CHECK(std::equal(won.begin(), won.end(), winners.begin()));
            kernels::max_pool2d_scatter(g, slope.data(), won.data(), back.data());
            CHECK(std::equal(back.begin(), back.end(), dx.begin()));
            kernels::max_pool2d_gather(g, from.data(), won.data(), again.data());
            CHECK(std::equal(again.begin(), again.end(), y.begin()));
        });
    }
}

TEST_CASE_TEMPLATE("average pooling counts padding as zeros, and its adjoint spreads evenly", T, float, double) {
    for (const PoolGeometry& g : pools) {
        const Index plane = g.height * g.width, outputs = g.planes * g.out_height * g.out_width;
        const auto x = uniform<T>(g.planes * plane, -1, 1, 3), dy = uniform<T>(outputs, -1, 1, 4);
        std::vector<T> y(static_cast<std::size_t>(outputs), T(0)), dx(x.size(), T(0));
        const double share = 1.0 / static_cast<double>(g.kernel_height * g.kernel_width);
        each_window(g, [&](Index p, Index out, const std::vector<Index>& inputs) {
            double total = 0;
            for (const Index i : inputs) {
                total += static_cast<double>(x[static_cast<std::size_t>(p * plane + i)]);
                dx[static_cast<std::size_t>(p * plane + i)] +=
                    dy[static_cast<std::size_t>(out)] * static_cast<T>(share);
            }
            y[static_cast<std::size_t>(out)] = static_cast<T>(total * share);
        });
        each_set([&](const std::string&) {
            const Guarded<T> from(x), slope(dy), to(outputs), back(g.planes * plane);
            kernels::avg_pool2d(g, from.data(), to.data());
            check_close<T>(y, {to.begin(), to.end()}, kernel<T>, 1);
            kernels::avg_pool2d_vjp(g, slope.data(), back.data());
            check_close<T>(dx, {back.begin(), back.end()}, kernel<T>, 1);
        });
    }
}

TEST_CASE("a NaN wins its windows, the first of two, and a window of minus infinities has a winner") {
    const float nan = std::numeric_limits<float>::quiet_NaN(), low = -std::numeric_limits<float>::infinity();
    const std::vector<float> x{1, nan, low, low, nan, 2, low, low};
    std::vector<float> y(2);
    std::vector<std::int32_t> winners(2);
    kernels::max_pool2d(pool(1, 2, 4, 2, 2, 0), x.data(), y.data(), winners.data());
    CHECK(std::isnan(y[0]));
    CHECK(y[1] == low);
    CHECK(winners == std::vector<std::int32_t>{1, 2});
}

TEST_CASE_TEMPLATE("every set gives the bits of the plain loops: signed zeros, infinities, NaN", T, float, double) {
    const PoolGeometry g = pool(2, 6, 38, 2, 2, 0);
    const auto inputs = static_cast<std::size_t>(g.planes * g.height * g.width), outputs = inputs / 4;
    const auto edges = nasty<T>();
    std::vector<T> x(inputs);
    for (std::size_t i = 0; i < inputs; ++i) x[i] = edges[(i * i + 3 * i / 7) % edges.size()];
    const auto all = [&] {
        std::vector<T> numbers(2 * inputs + 2 * outputs);
        std::vector<std::int32_t> winners(outputs);
        T* const y = numbers.data() + 2 * inputs;
        kernels::max_pool2d(g, x.data(), y, winners.data());
        kernels::max_pool2d_scatter(g, x.data(), winners.data(), numbers.data());
        kernels::avg_pool2d(g, x.data(), y + outputs);
        kernels::avg_pool2d_vjp(g, x.data(), numbers.data() + inputs);
        for (T& number : numbers)
            if (std::isnan(number)) number = std::numeric_limits<T>::quiet_NaN();  // which of several is left open
        return numbers;
    };
    against_reference(all, [](const std::vector<T>& expected, const std::vector<T>& actual) {
        CHECK(std::memcmp(expected.data(), actual.data(), actual.size() * sizeof(T)) == 0);
    });
}

TEST_CASE("pooling gives the same bits on any number of threads") {
    const auto g = pool(300, 20, 20, 3, 2, 1);
    const auto x = uniform<float>(300 * 400, -1, 1, 5);
    CHECK(same_on_any_threads([&] {
        std::vector<float> y(static_cast<std::size_t>(300 * g.out_height * g.out_width)), dx(x.size());
        std::vector<std::int32_t> winners(y.size());
        kernels::max_pool2d(g, x.data(), y.data(), winners.data());
        kernels::max_pool2d_scatter(g, y.data(), winners.data(), dx.data());
        return dx;
    }));
}
