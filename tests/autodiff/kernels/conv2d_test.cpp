#include "sets.hpp"

using namespace gradpath;
using namespace gradpath::tests;
using kernels::ConvGeometry;

namespace {

ConvGeometry geometry(Index rows, Index channels, Index filters, Index size, Index kernel, Index stride = 1,
                      Index padding = 0, Index dilation = 1, Index groups = 1) {
    ConvGeometry g{rows,   channels, size,    size + 2, filters,  kernel,   kernel + (size > kernel),
                   stride, stride,   padding, padding,  dilation, dilation, groups,
                   0,      0};
    g.out_height = (g.height + 2 * padding - dilation * (g.kernel_height - 1) - 1) / stride + 1;
    g.out_width = (g.width + 2 * padding - dilation * (g.kernel_width - 1) - 1) / stride + 1;
    return g;
}

/// Kernels of three by three and unit steps: what goes plane by plane where a group has one channel or one filter.
ConvGeometry three(Index rows, Index channels, Index filters, Index height, Index width, Index padding = 1,
                   Index groups = 1) {
    return {rows,
            channels,
            height,
            width,
            filters,
            3,
            3,
            1,
            1,
            padding,
            padding,
            1,
            1,
            groups,
            height + 2 * padding - 2,
            width + 2 * padding - 2};
}

/// Kernels of one number.
ConvGeometry one(Index rows, Index channels, Index filters, Index height, Index width, Index groups = 1) {
    return {rows, channels, height, width, filters, 1, 1, 1, 1, 0, 0, 1, 1, groups, height, width};
}

std::vector<ConvGeometry> geometries() {
    auto uneven = geometry(2, 3, 4, 11, 3, 2, 1);
    uneven.stride_width = 3;
    uneven.padding_width = 2;
    uneven.dilation_height = 2;
    uneven.out_height = (11 + 2 - 2 * 2 - 1) / 2 + 1;
    uneven.out_width = (13 + 4 - 3 - 1) / 3 + 1;
    return {geometry(3, 1, 6, 28, 5, 1, 2),
            geometry(2, 6, 16, 14, 5),
            geometry(2, 4, 15, 9, 3, 1, 1),
            geometry(2, 3, 4, 9, 3, 2, 1),
            geometry(2, 4, 6, 12, 3, 1, 2, 2),
            geometry(2, 6, 4, 10, 3, 2, 1, 1, 2),
            geometry(1, 5, 5, 8, 3, 1, 1, 1, 5),
            geometry(2, 3, 7, 6, 1),
            geometry(2, 3, 4, 7, 1, 3),
            one(5, 7, 20, 5, 9),
            one(3, 300, 17, 6, 6),
            one(2, 8, 40, 16, 16),
            one(3, 6, 4, 9, 11, 2),
            one(11, 3, 2, 1, 1),
            geometry(1, 2, 3, 5, 5),
            geometry(1, 2, 2, 3, 3, 1, 4),
            geometry(70, 2, 3, 5, 3),
            geometry(1, 1, 1, 1, 1),
            geometry(1, 40, 20, 40, 3, 1, 1),
            geometry(19, 6, 16, 14, 5),
            geometry(9, 16, 3, 7, 5, 1, 4),
            geometry(18, 12, 2, 9, 3, 2, 1, 2),
            geometry(10, 24, 4, 6, 3, 1, 1, 1, 2),
            geometry(6, 18, 26, 9, 3, 2, 1, 2, 2),
            geometry(5, 9, 40, 7, 5, 1, 2),
            three(3, 5, 5, 14, 14, 1, 5),
            three(2, 1, 6, 28, 28),
            three(2, 7, 1, 5, 37, 0),
            three(1, 4, 8, 3, 8, 2, 4),
            three(2, 4, 2, 1, 16, 4, 2),
            three(1, 2, 2, 3, 40, 0, 2),
            three(1, 1, 1, 1, 1),
            three(1, 56, 1, 4, 17),
            three(1, 57, 1, 4, 17),
            three(1, 1, 40, 160, 160),
            uneven};
}

/// f(image, filter, channel, oy, ox, i, j, x position, w position, y position) for every product of the definition.
void each_product(const ConvGeometry& g, auto&& f) {
    const Index channels = g.channels / g.groups, filters = g.filters / g.groups;
    for (Index r = 0; r < g.rows; ++r)
        for (Index o = 0; o < g.filters; ++o)
            for (Index oy = 0; oy < g.out_height; ++oy)
                for (Index ox = 0; ox < g.out_width; ++ox)
                    for (Index c = 0; c < channels; ++c)
                        for (Index i = 0; i < g.kernel_height; ++i)
                            for (Index j = 0; j < g.kernel_width; ++j) {
                                const Index y = oy * g.stride_height + i * g.dilation_height - g.padding_height;
                                const Index x = ox * g.stride_width + j * g.dilation_width - g.padding_width;
                                if (y < 0 || y >= g.height || x < 0 || x >= g.width) continue;
                                const Index channel = o / filters * channels + c;
                                f(r,
                                  static_cast<std::size_t>(((r * g.channels + channel) * g.height + y) * g.width + x),
                                  static_cast<std::size_t>(((o * channels + c) * g.kernel_height + i) * g.kernel_width +
                                                           j),
                                  static_cast<std::size_t>(((r * g.filters + o) * g.out_height + oy) * g.out_width +
                                                           ox));
                            }
}

template <class T>
struct Operands {
    std::vector<T> x, weight, dy;
    explicit Operands(const ConvGeometry& g)
        : x(uniform<T>(g.rows * g.channels * g.height * g.width, -1, 1, 1)),
          weight(uniform<T>(g.filters * g.channels / g.groups * g.kernel_height * g.kernel_width, -1, 1, 2)),
          dy(uniform<T>(g.rows * g.filters * g.out_height * g.out_width, -1, 1, 3)) {}
};

template <class T>
std::vector<T> forward(const ConvGeometry& g, const std::vector<T>& x, const std::vector<T>& weight) {
    const Guarded<T> from(x), by(weight), y(g.rows * g.filters * g.out_height * g.out_width);
    kernels::conv2d<T>(g, from.data(), by.data(), nullptr, y.data());
    return {y.begin(), y.end()};
}

template <class T>
std::vector<T> input_vjp(const ConvGeometry& g, const std::vector<T>& dy, const std::vector<T>& weight) {
    const Guarded<T> from(dy), by(weight), dx(g.rows * g.channels * g.height * g.width);
    kernels::conv2d_input_vjp(g, from.data(), by.data(), dx.data());
    return {dx.begin(), dx.end()};
}

template <class T>
std::vector<T> weight_vjp(const ConvGeometry& g, const std::vector<T>& x, const std::vector<T>& dy, bool per_row) {
    const Index size = g.filters * g.channels / g.groups * g.kernel_height * g.kernel_width;
    const Guarded<T> from(x), by(dy), dw(per_row ? g.rows * size : size);
    kernels::conv2d_weight_vjp(g, from.data(), by.data(), dw.data(), per_row);
    return {dw.begin(), dw.end()};
}

/// Every number within the tolerance of exact[i], relative to the sum of the sizes of its terms.
template <class T>
void check_sums(const std::vector<T>& actual, const std::vector<double>& exact, const std::vector<double>& sizes) {
    REQUIRE(actual.size() == exact.size());
    double worst = 0;
    for (std::size_t i = 0; i < exact.size(); ++i)
        worst = std::max(worst, std::abs(static_cast<double>(actual[i]) - exact[i]) / std::max(sizes[i], 1e-30));
    CHECK(worst <= kernel<T>);
}

}  // namespace

TEST_CASE_TEMPLATE("convolution and its adjoints are the sums of their definition on every set", T, float, double) {
    int number = 0;
    for (const ConvGeometry& g : geometries()) {
        CAPTURE(++number);
        const Operands<T> o(g);
        const std::size_t size = o.weight.size();
        std::vector<double> y(o.dy.size()), y_size(y), dx(o.x.size()), dx_size(dx), dw(size), dw_size(size);
        std::vector<double> rows(size * static_cast<std::size_t>(g.rows)), rows_size(rows);
        const auto add = [](double& sum, double& terms, T a, T b) {
            const double term = static_cast<double>(a) * static_cast<double>(b);
            sum += term;
            terms += std::abs(term);
        };
        each_product(g, [&](Index row, std::size_t at_x, std::size_t at_w, std::size_t at_y) {
            const std::size_t at_row = static_cast<std::size_t>(row) * size + at_w;
            add(y[at_y], y_size[at_y], o.x[at_x], o.weight[at_w]);
            add(dx[at_x], dx_size[at_x], o.dy[at_y], o.weight[at_w]);
            add(dw[at_w], dw_size[at_w], o.x[at_x], o.dy[at_y]);
            add(rows[at_row], rows_size[at_row], o.x[at_x], o.dy[at_y]);
        });
        each_set([&](const std::string&) {
            check_sums(forward(g, o.x, o.weight), y, y_size);
            check_sums(input_vjp(g, o.dy, o.weight), dx, dx_size);
            check_sums(weight_vjp(g, o.x, o.dy, false), dw, dw_size);
            check_sums(weight_vjp(g, o.x, o.dy, true), rows, rows_size);
        });
    }
}

TEST_CASE_TEMPLATE("convolution gives the same bits on any number of threads", T, float, double) {
    for (const ConvGeometry& g :
         {geometry(67, 3, 8, 14, 3, 1, 1), geometry(40, 6, 16, 14, 5), geometry(1, 32, 64, 40, 3, 1, 1),
          geometry(9, 4, 6, 15, 3, 2), three(1, 1, 40, 160, 160), three(37, 24, 24, 14, 14, 1, 24),
          one(30, 24, 30, 14, 14), geometry(37, 9, 13, 9, 3, 1, 1)}) {
        const Operands<T> o(g);
        each_set([&](const std::string&) {
            CHECK(same_on_any_threads([&] { return forward(g, o.x, o.weight); }));
            CHECK(same_on_any_threads([&] { return input_vjp(g, o.dy, o.weight); }));
            CHECK(same_on_any_threads([&] { return weight_vjp(g, o.x, o.dy, false); }));
            CHECK(same_on_any_threads([&] { return weight_vjp(g, o.x, o.dy, true); }));
        });
    }
}

TEST_CASE_TEMPLATE("an image is convolved to the same bits alone and among others", T, float, double) {
    for (const auto& many : {geometry(9, 3, 8, 14, 3, 1, 1), geometry(9, 3, 8, 14, 3, 2, 1),
                             geometry(9, 16, 2, 7, 5, 1, 4), geometry(33, 6, 16, 14, 5),
                             geometry(17, 12, 2, 9, 3, 2, 1, 2), three(9, 6, 6, 9, 20, 1, 6), one(9, 300, 20, 7, 9)}) {
        ConvGeometry single = many;
        single.rows = 1;
        const Operands<T> o(many), alone(single);
        const std::vector<T> x(o.x.begin(), o.x.begin() + static_cast<std::ptrdiff_t>(alone.x.size()));
        const std::vector<T> dy(o.dy.begin(), o.dy.begin() + static_cast<std::ptrdiff_t>(alone.dy.size()));
        const auto begins = [](const std::vector<T>& all, const std::vector<T>& first) {
            return std::equal(first.begin(), first.end(), all.begin());
        };
        each_set([&](const std::string&) {
            CHECK(begins(forward(many, o.x, o.weight), forward(single, x, o.weight)));
            CHECK(begins(input_vjp(many, o.dy, o.weight), input_vjp(single, dy, o.weight)));
            CHECK(begins(weight_vjp(many, o.x, o.dy, true), weight_vjp(single, x, dy, true)));
        });
    }
}

TEST_CASE("a bad pixel reaches only the outputs whose window holds it") {
    for (const ConvGeometry& g : {geometry(2, 1, 1, 6, 3, 1, 1), three(2, 1, 1, 6, 20)}) {
        Operands<float> o(g);
        o.x[0] = std::numeric_limits<float>::infinity();
        each_set([&](const std::string&) {
            const auto y = forward(g, o.x, o.weight);
            for (std::size_t i = 0; i < y.size(); ++i) {
                const std::size_t row = i / static_cast<std::size_t>(g.out_width),
                                  column = i % static_cast<std::size_t>(g.out_width);
                CHECK(std::isfinite(y[i]) == !(row < 2 && column < 2));
            }
        });
    }
}

TEST_CASE("a bad pixel reaches only the weights' slopes whose taps meet it") {
    const auto g = three(1, 1, 1, 7, 20, 0);
    Operands<float> o(g);
    o.x[0] = std::numeric_limits<float>::infinity();
    each_set([&](const std::string&) {
        const auto dw = weight_vjp(g, o.x, o.dy, false);
        for (std::size_t i = 0; i < dw.size(); ++i) CHECK(std::isfinite(dw[i]) == (i > 0));
    });
}

TEST_CASE("convolutions of no images and with no channels give zeros of the right size") {
    auto none = geometry(0, 2, 3, 5, 3);
    CHECK(forward<float>(none, {}, std::vector<float>(72)).empty());
    CHECK(weight_vjp<float>(none, {}, {}, false) == std::vector<float>(72, 0.0F));
    auto blind = geometry(2, 0, 3, 5, 3);
    CHECK(forward<float>(blind, {}, {}) ==
          std::vector<float>(static_cast<std::size_t>(6 * blind.out_height * blind.out_width), 0.0F));
}

TEST_CASE_TEMPLATE("no convolution touches what lies before its arrays", T, float, double) {
    const auto guarded = [](const std::vector<T>& values) {
        return Guarded<T>(std::span<const T>(values), Guard::before);
    };
    for (const ConvGeometry& g : geometries()) {
        const Operands<T> o(g);
        const auto x = guarded(o.x), weight = guarded(o.weight), dy = guarded(o.dy);
        const Guarded<T> y(static_cast<Index>(dy.size()), Guard::before),
            dx(static_cast<Index>(x.size()), Guard::before);
        const Guarded<T> dw(static_cast<Index>(weight.size()), Guard::before);
        each_set([&](const std::string&) {
            kernels::conv2d<T>(g, x.data(), weight.data(), nullptr, y.data());
            kernels::conv2d_input_vjp(g, dy.data(), weight.data(), dx.data());
            kernels::conv2d_weight_vjp(g, x.data(), dy.data(), dw.data(), false);
            CHECK(std::equal(y.begin(), y.end(), forward(g, o.x, o.weight).begin()));
            CHECK(std::equal(dx.begin(), dx.end(), input_vjp(g, o.dy, o.weight).begin()));
            CHECK(std::equal(dw.begin(), dw.end(), weight_vjp(g, o.x, o.dy, false).begin()));
        });
    }
}
