// Elementwise ops draw from the domain of their formula; the others stand here, one line each. Shapes are small, odd
// and ragged on purpose: 5 and 7 are no multiple of any vector length, and axes of length 1 broadcast.
#include <gradpath/autodiff/check/op_cases.hpp>

#include <cmath>

#include <gradpath/autodiff/ops/binary.hpp>
#include <gradpath/autodiff/ops/conv2d.hpp>
#include <gradpath/autodiff/ops/rows.hpp>
#include <gradpath/autodiff/ops/unary.hpp>
#include <gradpath/autodiff/random.hpp>

namespace gradpath {
namespace {

using Inputs = std::vector<Tensor>;

class Draw {
public:
    explicit Draw(std::uint64_t seed) : seed_(seed) {}
    Tensor operator()(const Shape& shape, double low = -2, double high = 2) {
        return random::uniform(shape, low, high, {.seed = seed_, .stream = stream_++, .dtype = DType::float64});
    }
    /// Numbers whose pairwise distances are at least 1e-2: no ties, no near-ties.
    Tensor apart(const Shape& shape) {
        std::vector<double> numbers;
        const Indices order = random::permutation(shape.size(), seed_, stream_++);
        for (const Index place : order.data()) numbers.push_back(0.07 * static_cast<double>(place) - 1);
        return Tensor(shape, numbers);
    }

private:
    std::uint64_t seed_, stream_ = 0;
};

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
        const bool kink_in_a = info.code == OpCode::relu_vjp;
        const Shape out = broadcast_shape(info.name, sa, sb);
        Tensor a = draw(sa, info.low, info.high), b = draw(sb, info.low, info.high);
        if (kink_in_a) a = away_from(info.kink, a);
        else if (sa == out) a = away_from(info.kink, a, broadcast_to(b, out));
        else if (sb == out) b = away_from(info.kink, b, broadcast_to(a, out));
        cases.push_back({info.code,
                         text(info.name, " ", sa, " ", sb),
                         {a, b},
                         [](const Inputs& in) { return elementwise(Formula::info.code, in[0], in[1]); },
                         info.differentiable});
    }
}

Tensor apply_pool(const Op& row, const Tensor& x, const Tensor& like, const Pool2d& o) {
    const Recording on;  // the pool whose adjoint this is must have a graph
    const Tensor leaf = tracked(like);
    const Tensor y = row.code == OpCode::max_pool2d_vjp || row.code == OpCode::max_pool2d_gather ? max_pool2d(leaf, o)
                                                                                                 : avg_pool2d(leaf, o);
    const GradOptions graph{.differentiable = true};
    if (row.code == OpCode::max_pool2d_gather)
        return pushforward(std::span(&y, 1), std::span(&leaf, 1), std::span(&x, 1))[0];
    return pullback(std::span(&y, 1), std::span(&x, 1), std::span(&leaf, 1), graph)[0];
}

void add_structure(std::vector<OpCase>& cases, Draw& d) {
    const auto add = [&](OpCode op, std::string name, Inputs inputs, ListFunction f) {
        cases.push_back({op, std::move(name), std::move(inputs), std::move(f), true});
    };
    const Tensor mask = greater(d({5, 7}), 0.0);
    add(OpCode::where, "where", {d({5, 7}), d({7})}, [mask](const Inputs& in) { return where(mask, in[0], in[1]); });

    for (const Reduce& o :
         {Reduce{}, Reduce{{0}, false}, Reduce{{-1}, true}, Reduce{{0, 2}, false}, Reduce{{1}, true}}) {
        const std::string axes = o.axes.empty() ? " all" : text(" axis ", o.axes[0], o.axes.size() > 1 ? " and 2" : "");
        add(OpCode::sum, "sum" + axes, {d({3, 5, 7})}, [o](const Inputs& in) { return sum(in[0], o); });
        add(OpCode::sum, "mean" + axes, {d({3, 5, 7})}, [o](const Inputs& in) { return mean(in[0], o); });
        add(OpCode::max, "max" + axes, {d.apart({3, 5, 7})}, [o](const Inputs& in) { return max(in[0], o); });
        add(OpCode::logsumexp, "logsumexp" + axes, {d({3, 5, 7})},
            [o](const Inputs& in) { return logsumexp(in[0], o); });
    }
    add(OpCode::sum, "sum of nothing", {d({0, 3})}, [](const Inputs& in) { return sum(in[0], {.axes = {0}}); });
    add(OpCode::sum_to, "sum_to", {d({2, 3, 5, 4})}, [](const Inputs& in) { return square(sum_to(in[0], {3, 1, 4})); });
    add(OpCode::reshape, "reshape", {d({3, 4})}, [](const Inputs& in) {
        return reshape(in[0], {2, -1}) * reshape(in[0], {2, 6});
    });
    add(OpCode::permute, "permute", {d({2, 3, 5})}, [](const Inputs& in) { return square(permute(in[0], {2, 0, 1})); });
    add(OpCode::broadcast_to, "broadcast_to", {d({3, 1})}, [](const Inputs& in) {
        return square(broadcast_to(in[0], {2, 3, 4}));
    });
    add(OpCode::concat, "concat", {d({2, 3}), d({2, 1}), d({2, 0})}, [](const Inputs& in) {
        return square(concat({in[0], in[1], in[2], in[0]}, 1));
    });
    add(OpCode::slice, "slice", {d({4, 5})}, [](const Inputs& in) { return square(slice(in[0], 1, 1, 4)); });
    add(OpCode::pad, "pad", {d({2, 3})}, [](const Inputs& in) { return square(pad(in[0], {{1, 0}, {2, 1}}, 0.5)); });
    const Indices twice({2, 2}, std::vector<Index>{3, 0, 3, 1});
    add(OpCode::gather, "gather", {d({4, 3})}, [twice](const Inputs& in) { return square(gather(in[0], twice, 0)); });
    add(OpCode::scatter_add, "scatter_add", {d({5, 2, 2})},
        [twice](const Inputs& in) { return square(scatter_add(in[0], twice, 1, 4)); });

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

    const std::pair<const char*, Conv2d> convs[] = {{"", {}},
                                                    {", padded", {.padding = {1, 2}}},
                                                    {", strided", {.stride = {2, 3}, .padding = 1}},
                                                    {", dilated", {.padding = 2, .dilation = {2, 1}}},
                                                    {", groups", {.padding = 1, .groups = 2}}};
    for (const auto& [special, o] : convs) {
        const Shape x{2, 4, 7, 6}, w{6, 4 / o.groups, 3, 2};
        const Tensor image = d(x), weight = d(w), dy = d(conv2d(image, weight, o).shape());
        add(OpCode::conv2d, text("conv2d", special), {image, weight},
            [o = o](const Inputs& in) { return conv2d(in[0], in[1], o); });
        add(OpCode::conv2d_input_vjp, text("conv2d_input_vjp", special), {dy, weight},
            [o = o, x](const Inputs& in) { return conv2d_input_vjp(in[0], in[1], x, o); });
        add(OpCode::conv2d_weight_vjp, text("conv2d_weight_vjp", special), {image, dy},
            [o = o, w](const Inputs& in) { return conv2d_weight_vjp(in[0], in[1], w, o); });
        add(OpCode::conv2d_weight_vjp, text("conv2d_weight_vjp, per row", special), {image, dy},
            [o = o, w](const Inputs& in) { return conv2d_weight_vjp(in[0], in[1], w, o, true); });
    }

    const std::pair<const char*, Pool2d> pools[] = {{"", {}},
                                                    {", overlapping", {.kernel = 3, .stride = 1, .padding = 1}},
                                                    {", oblong", {.kernel = {1, 3}, .stride = {2, 2}}}};
    for (const auto& [special, o] : pools) {
        const Tensor x = d.apart({2, 2, 6, 5}), like = d.apart({2, 2, 6, 5}), y = d(max_pool2d(x, o).shape());
        add(OpCode::max_pool2d, text("max_pool2d", special), {x},
            [o = o](const Inputs& in) { return square(max_pool2d(in[0], o)); });
        add(OpCode::max_pool2d_vjp, text("max_pool2d_vjp", special), {y},
            [o = o, like](const Inputs& in) { return square(apply_pool(max_pool2d_vjp_row, in[0], like, o)); });
        add(OpCode::max_pool2d_gather, text("max_pool2d_gather", special), {x},
            [o = o, like](const Inputs& in) { return square(apply_pool(max_pool2d_gather_row, in[0], like, o)); });
        add(OpCode::avg_pool2d, text("avg_pool2d", special), {x},
            [o = o](const Inputs& in) { return square(avg_pool2d(in[0], o)); });
        add(OpCode::avg_pool2d_vjp, text("avg_pool2d_vjp", special), {y},
            [o = o, like](const Inputs& in) { return square(apply_pool(avg_pool2d_vjp_row, in[0], like, o)); });
    }

    add(OpCode::softmax, "softmax", {d({3, 5})}, [](const Inputs& in) { return softmax(in[0]); });
    add(OpCode::softmax_vjp, "softmax_vjp", {d({3, 5}), d({3, 5})}, [](const Inputs& in) {
        return apply_one(softmax_vjp_row, {in[0], in[1]});
    });
    add(OpCode::log_softmax, "log_softmax", {d({3, 5})}, [](const Inputs& in) { return log_softmax(in[0]); });
    add(OpCode::cross_entropy, "cross_entropy", {d({3, 5})}, [](const Inputs& in) {
        return cross_entropy(in[0], Indices{4, 0, 2});
    });
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

}  // namespace

std::vector<OpCase> op_cases(std::uint64_t seed) {
    Draw draw(seed);
    std::vector<OpCase> cases;
    formula::UnaryOps::each([&]<class Formula>() { add_unary<Formula>(cases, draw); });
    formula::BinaryOps::each([&]<class Formula>() { add_binary<Formula>(cases, draw); });
    add_structure(cases, draw);
    for (OpCase& c : linalg_cases(seed)) cases.push_back(std::move(c));
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
            add(info, {at(info.kink + 1), at(1)}, [](const Inputs& in) {
                constexpr OpCode code = Formula::info.code;
                return elementwise(code, code == OpCode::relu_vjp ? in[0] - 1.0 : in[0], in[1]);
            });
    });
    return cases;
}

}  // namespace gradpath
