// Elementwise ops draw from the domain of their formula; the others have one line each, here or in the files beside
// this one. Shapes are small, odd and ragged on purpose: 5 and 7 are no multiple of any vector length, and axes of
// length 1 broadcast.
#include <gradpath/autodiff/check/draw.hpp>

#include <cmath>
#include <tuple>

#include <gradpath/autodiff/ops/binary.hpp>
#include <gradpath/autodiff/ops/rows.hpp>
#include <gradpath/autodiff/ops/unary.hpp>

namespace gradpath {
namespace {

/// Moves numbers that lie within 1e-3 of a kink (of x, or of x - other) to a distance of 1e-2.
Tensor away_from(double kink, const Tensor& x, const Tensor& other = {}) {
    if (std::isnan(kink)) return x;
    const Tensor centre = other ? other + kink : full(x.shape(), kink, x.dtype());
    const Tensor near = 1.0 - greater(abs(x - centre), 1e-3);
    return where(near, centre + 1e-2, x);
}

template <class Formula>
void add_unary(std::vector<OpCase>& cases, Draw& draw) {
    constexpr auto info = Formula::info;
    for (const Shape& shape : {Shape{}, Shape{0}, Shape{1}, Shape{5, 7}, Shape{131}}) {
        const Tensor x = away_from(info.kink, draw(shape, info.low, info.high));
        cases.push_back({info.code,
                         text(info.name, " ", shape),
                         {x},
                         [](const Inputs& in) { return elementwise(Formula::info.code, in[0]); },
                         info.differentiable});
    }
}

template <class Formula>
void add_binary(std::vector<OpCase>& cases, Draw& draw) {
    constexpr auto info = Formula::info;
    const std::pair<Shape, Shape> shapes[] = {{{5, 7}, {5, 7}}, {{5, 7}, {7}},    {{4, 1, 3}, {2, 1}},
                                              {{}, {3, 5}},     {{5, 1}, {1, 7}}, {{2, 3, 5}, {2, 1, 1}},
                                              {{0, 3}, {3}}};
    for (const auto& [sa, sb] : shapes) {
        const Shape out = broadcast_shape(info.name, sa, sb);
        Tensor a = draw(sa, info.low, info.high), b = draw(sb, info.low, info.high);
        if (info.kink_of_a) a = away_from(info.kink, a);
        else if (sa == out) a = away_from(info.kink, a, broadcast_to(b, out));
        else if (sb == out) b = away_from(info.kink, b, broadcast_to(a, out));
        cases.push_back({info.code,
                         text(info.name, " ", sa, " ", sb),
                         {a, b},
                         [](const Inputs& in) { return elementwise(Formula::info.code, in[0], in[1]); },
                         info.differentiable});
    }
}

void add_groups(std::vector<OpCase>& cases, Draw& d) {
    const std::tuple<const char*, Shape, Standardize> kinds[] = {
        {"", {5, 3}, {}},  // rows and channels, then with pixels, then a row at a time
        {", pixels", {2, 3, 2, 3}, {}},
        {", layers", {3, 7}, {.first = 0, .last = 1}},
        {", groups of channels", {2, 2, 6}, {.first = 0, .last = 2, .epsilon = 0.1}}};
    for (const auto& [special, shape, o] : kinds) {
        const Tensor x = d(shape);
        const auto all = [o = o](const Inputs& in) {
            const auto [y, mean, variance] = standardize(in[0], o);
            return flatten(concat({reshape(y, {1, -1}), reshape(mean, {1, -1}), reshape(variance, {1, -1})}, 1));
        };
        cases.push_back({OpCode::standardize, text("standardize", special), {x}, all});
        cases.push_back({OpCode::standardize_vjp,
                         text("standardize_vjp", special),
                         {d(shape), standardize(x, o).variance + 0.5, d(shape)},
                         [o = o](const Inputs& in) { return apply_one(standardize_vjp_row, in, Attributes::of(o)); }});
    }
}

void add_where(std::vector<OpCase>& cases, Draw& d) {
    const AddCase add{cases};
    const Tensor mask = greater(d({5, 7}), 0.0);
    add(OpCode::where, "where", {d({5, 7}), d({7})}, [mask](const Inputs& in) { return where(mask, in[0], in[1]); });
}

void add_products(std::vector<OpCase>& cases, Draw& d) {
    const AddCase add{cases};
    for (const bool ta : {false, true})
        for (const bool tb : {false, true}) {
            const Matmul o{ta, tb};
            const std::string name = text("matmul", ta ? ", a transposed" : "", tb ? ", b transposed" : "");
            add(OpCode::matmul, name, {d(ta ? Shape{5, 3} : Shape{3, 5}), d(tb ? Shape{7, 5} : Shape{5, 7})},
                [o](const Inputs& in) { return matmul(in[0], in[1], o); });
            add(OpCode::matmul, name + ", batched",
                {d(ta ? Shape{2, 1, 5, 3} : Shape{2, 1, 3, 5}), d(tb ? Shape{4, 7, 5} : Shape{4, 5, 7})},
                [o](const Inputs& in) { return matmul(in[0], in[1], o); });
        }
    for (const Shape& x : {Shape{3, 5}, Shape{2, 3, 5}})
        add(OpCode::linear, text("linear, x of rank ", x.rank()), {d(x), d({7, 5}), d({7})},
            [](const Inputs& in) { return linear(in[0], in[1], in[2]); });
}

void add_softmax(std::vector<OpCase>& cases, Draw& d) {
    const AddCase add{cases};
    add(OpCode::softmax, "softmax", {d({3, 5})}, [](const Inputs& in) { return softmax(in[0]); });
    add(OpCode::softmax_vjp, "softmax_vjp", {d({3, 5}), d({3, 5})}, [](const Inputs& in) {
        return apply_one(softmax_vjp_row, {in[0], in[1]});
    });
    add(OpCode::log_softmax, "log_softmax", {d({3, 5})}, [](const Inputs& in) { return log_softmax(in[0]); });
    add(OpCode::cross_entropy, "cross_entropy", {d({3, 5})}, [](const Inputs& in) {
        return cross_entropy(in[0], Indices{4, 0, 2});
    });
    add(OpCode::cross_entropy_vjp, "cross_entropy_vjp", {d({3, 5}), d({3})}, [](const Inputs& in) {
        const auto labels = Attributes::of(CrossEntropyAttributes{Indices{4, 0, 2}});
        return apply_one(cross_entropy_vjp_row, {in[0], in[1]}, labels);
    });
}

void add_steps(std::vector<OpCase>& cases, Draw& d) {
    const AddCase add{cases};
    add(OpCode::cast, "cast", {d({3})}, [](const Inputs& in) { return in[0].to(DType::float32).to(DType::float64); });
    cases.back().step = 0.5;  // linear, but rounded to float32: a wide difference shows the slope, to seven digits
    cases.back().tolerance = 1e-6;
    add(OpCode::tap, "tap", {d({3})},
        [](const Inputs& in) { return square(apply_one(tap_row, {in[0]}, Attributes::of(std::string("here")))); });
    add(OpCode::checkpoint, "checkpoint", {d({3, 4}), d({4, 2})}, [](const Inputs& in) {
        return checkpoint([](const Inputs& inside) { return tanh(matmul(inside[0], inside[1])); }, in);
    });
    add(OpCode::custom, "custom", {d({3, 4}), d({4})}, [](const Inputs& in) {
        const CustomOp product{"product",
                               [](const Inputs& x) {
                                   return Inputs{x[0] * x[1], x[0] + x[1]};
                               },
                               [](const Inputs& x, const Inputs&, const Inputs& g) {
                                   Tensor a, b;
                                   if (g[0]) a = g[0] * x[1], b = sum_to(g[0] * x[0], x[1].shape());
                                   if (g[1])
                                       a = a ? a + g[1] : g[1],
                                       b = b ? b + sum_to(g[1], x[1].shape()) : sum_to(g[1], x[1].shape());
                                   return Inputs{a, b};
                               }};
        const Inputs out = custom_op(product, in);
        return out[0] * out[1];
    });
}

/// Ops that are sentences of others; those about shapes are in structure_cases.cpp.
void add_sentences(std::vector<OpCase>& cases, Draw& d) {
    const AddCase add{cases};
    const auto between = [&](double low, double high) { return away_from(low, away_from(high, d({5, 7}))); };
    add(OpCode::elu, "selu", {away_from(0, d({5, 7}))}, [](const Inputs& in) { return selu(in[0]); });
    add(OpCode::minimum, "clamp", {between(-0.5, 1)}, [](const Inputs& in) { return square(clamp(in[0], -0.5, 1)); });
    add(OpCode::minimum, "hardtanh", {between(-1, 1)}, [](const Inputs& in) { return square(hardtanh(in[0])); });
    add(OpCode::gather, "take", {d({2, 3})}, [](const Inputs& in) { return square(take(in[0], {5, 0, 5})); });
    add(OpCode::split, "chunk", {d({2, 6})}, [](const Inputs& in) {
        const std::vector<Tensor> parts = chunk(in[0], 3, 1);
        return parts[0] * parts[2];
    });
    const Tensor exponents({7}, {0, 1, 2, 0, -1, 0.5, 0}, DType::float64);
    add(OpCode::pow, "pow, exponent 0", {d({5, 7}, 0.5, 2), exponents},
        [](const Inputs& in) { return pow(in[0], in[1]); });
}

}  // namespace

Tensor Draw::apart(const Shape& shape) {
    std::vector<double> numbers;
    const Indices order = random::permutation(shape.size(), seed_, stream_++);
    for (const Index place : order.data()) numbers.push_back(0.07 * static_cast<double>(place) - 1);
    return Tensor(shape, numbers);
}

std::vector<OpCase> op_cases(std::uint64_t seed) {
    Draw draw(seed);
    std::vector<OpCase> cases;
    formula::UnaryOps::each([&]<class Formula>() { add_unary<Formula>(cases, draw); });
    formula::BinaryOps::each([&]<class Formula>() { add_binary<Formula>(cases, draw); });
    add_where(cases, draw);
    add_structure_cases(cases, draw);
    add_products(cases, draw);
    add_linalg_cases(cases, draw);
    add_image_cases(cases, draw);
    add_softmax(cases, draw);
    add_groups(cases, draw);
    add_steps(cases, draw);
    add_sentences(cases, draw);
    return cases;
}

std::vector<KinkCase> kink_cases() {
    std::vector<KinkCase> cases;
    const auto at = [](double x) { return Tensor({1}, {x}, DType::float64); };
    const auto add = [&](const formula::Info& info, Inputs inputs, ListFunction f) {
        cases.push_back({info.code, info.name, std::move(inputs), std::move(f), info.slope_at_kink});
    };
    formula::UnaryOps::each([&]<class Formula>() {
        constexpr auto info = Formula::info;
        if (!std::isnan(info.kink))
            add(info, {at(info.kink)}, [](const Inputs& in) { return elementwise(Formula::info.code, in[0]); });
    });
    formula::BinaryOps::each([&]<class Formula>() {
        constexpr auto info = Formula::info;
        if (!std::isnan(info.kink))
            add(info, {at(info.kink_of_a ? info.kink : info.kink + 0.5), at(0.5)},
                [](const Inputs& in) { return elementwise(Formula::info.code, in[0], in[1]); });
    });
    return cases;
}

}  // namespace gradpath
