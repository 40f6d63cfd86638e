// Functions of functions against closed forms, and against each other.
#include <doctest/doctest.h>

#include <cmath>

#include <gradpath/autodiff/autodiff.hpp>

using namespace gradpath;

namespace {
const DType f64 = DType::float64;
Tensor draw(const Shape& shape, std::uint64_t stream) {
    return random::normal(shape, {.seed = 11, .stream = stream, .dtype = f64});
}

double distance(const Tensor& a, const Tensor& b) {
    REQUIRE(a.shape() == b.shape());
    return a.size() == 0 ? 0 : max(abs(a - b)).item();
}

/// A small network with everything in it: convolution, pool, dense, softmax.
struct Net {
    Tensor kernel = draw({3, 2, 3, 3}, 1), weight = draw({27, 4}, 2), bias = draw({4}, 3);
    Tensor operator()(const Tensor& x) const {
        const Tensor hidden = max_pool2d(tanh(conv2d(x, kernel, {.padding = 1})));
        return softmax(matmul(flatten(hidden), weight) * 0.3 + bias);
    }
};
const Shape image{5, 2, 6, 6};
}  // namespace

TEST_CASE("the Jacobian of a linear map is its matrix in every row, by columns and by rows") {
    for (const auto& [in, out] : {std::pair<Index, Index>{3, 5}, {5, 3}, {4, 4}}) {
        const Tensor w = draw({in, out}, 4), x = draw({6, in}, 5);
        const Tensor j = jacobian([&](const Tensor& z) { return matmul(z, w); }, x);
        CHECK(distance(j, broadcast_to(transpose(w), {6, out, in})) < 1e-14);
    }
}

TEST_CASE("Jacobian columns and rows agree with vjp and jvp on a network") {
    const Net net;
    const Tensor x = draw(image, 6);
    const Tensor j = jacobian(net, x);
    CHECK(j.shape() == Shape{5, 4, 2, 6, 6});
    const Tensor v = draw(image, 7), g = draw({5, 4}, 8);
    const Tensor flat = reshape(j, {5, 4, 72});
    const Tensor jv = reshape(matmul(flat, reshape(v, {5, 72, 1})), {5, 4});
    const Tensor jtg = reshape(matmul(reshape(g, {5, 1, 4}), flat), image);
    const auto forward = jvp(net, x, v);
    const auto back = vjp(net, x, g);
    CHECK(distance(forward.tangent, jv) < 1e-12);
    CHECK(distance(back.cotangent, jtg) < 1e-12);
    CHECK(same_bits(forward.value, net(x)));
    CHECK(same_bits(back.value, net(x)));
    CHECK_FALSE(forward.tangent.is_tracked());
}

TEST_CASE("the Hessian of a quadratic is its matrix, and hvp multiplies by it") {
    const Tensor a = draw({4, 4}, 9), q = a + transpose(a);
    const auto f = [&](const Tensor& x) { return sum(reshape(x, {1, 4}) * matmul(reshape(x, {1, 4}), q)) * 0.5; };
    const Tensor x = draw({4}, 10), v = draw({4}, 11);
    CHECK(distance(hessian(f, x), q) < 1e-13);
    CHECK(distance(hvp(f, x, v), reshape(matmul(q, reshape(v, {4, 1})), {4})) < 1e-13);
    CHECK(distance(hessian([](const Tensor& z) { return sum(z); }, x), zeros({4, 4}, f64)) == 0);
}

TEST_CASE("hvp of a network agrees with differences of its gradient") {
    const Net net;
    const auto f = [&](const Tensor& x) { return sum(log(slice(net(x), 1, 2, 3))); };
    const Tensor x = draw(image, 12), v = draw(image, 13);
    const auto slope = [&](const Tensor& z) {
        const Tensor t = tracked(z);
        return grad(f(t), t);
    };
    const double h = 1e-5;
    const Tensor measured = (slope(x + v * h) - slope(x - v * h)) / (2 * h);
    CHECK(distance(hvp(f, x, v), measured) < 1e-7);
}

TEST_CASE("value_and_grad returns both, untracked unless asked") {
    const auto f = [](const std::vector<Tensor>& in) { return sum(in[0] * in[1]); };
    const auto [value, slopes] = value_and_grad(f, {draw({3}, 14), draw({3}, 15)});
    CHECK_FALSE(value.is_tracked());
    CHECK(same_bits(slopes[0], draw({3}, 15)));
}

TEST_CASE("a tangent can be differentiated again") {
    const Tensor x = tracked(Tensor({1}, {1.5}, f64)), one = ones({1}, f64);
    const Tensor slope = jvp([](const Tensor& z) { return pow(z, 3.0); }, x, one).tangent;  // 3x²
    CHECK(grad(sum(slope), x).at(0) == doctest::Approx(9));
}

TEST_CASE("per-sample gradients equal one gradient per row") {
    const Net net;
    const Tensor x = draw(image, 16), gain = draw({1, 2, 1, 1}, 17), scale = draw({1}, 18);
    const Indices labels{0, 1, 2, 3, 1};
    const auto losses_for = [&](const Indices& rows) {
        return [&, rows](const std::vector<Tensor>& p, const Tensor& z) {
            Net mine;
            mine.kernel = p[0] * p[4];  // a parameter made of parameters
            mine.weight = p[1];
            mine.bias = p[2];
            return cross_entropy(mine(z * p[3]), rows) + sum(square(p[2]));  // and a loss of parameters alone
        };
    };
    const std::vector<Tensor> parameters{net.kernel, net.weight, net.bias, gain, scale};
    const auto together = per_sample_grad(losses_for(labels), parameters, x);
    for (Index r = 0; r < 5; ++r) {
        const auto alone = value_and_grad(
            [&](const std::vector<Tensor>& p) { return sum(losses_for(Indices{labels[r]})(p, slice(x, 0, r, r + 1))); },
            parameters);
        for (std::size_t k = 0; k < parameters.size(); ++k) {
            INFO("row ", r, " parameter ", k);
            const Tensor mine = reshape(slice(together[k], 0, r, r + 1), parameters[k].shape());
            CHECK(distance(mine, alone.slopes[k]) < 1e-12);
        }
    }
}

TEST_CASE("per-sample gradients of a function that mixes rows are refused") {
    const Tensor w = draw({3, 2}, 19), x = draw({4, 3}, 20);
    const auto mixing = [](const std::vector<Tensor>& p, const Tensor& z) {
        return sum(matmul(z - mean(z, {.axes = {0}, .keep = true}), p[0]), {.axes = {1}});
    };
    CHECK_THROWS_WITH_AS(per_sample_grad(mixing, {w}, x), doctest::Contains("per_sample_grad: rows mix: "), ValueError);
    const auto neighbour = [](const std::vector<Tensor>& p, const Tensor& z) {
        const Tensor h = sum(matmul(z, p[0]), {.axes = {1}});
        return h + concat({slice(h, 0, 3, 4), slice(h, 0, 0, 3)}, 0);
    };
    CHECK_THROWS_WITH_AS(per_sample_grad(neighbour, {w}, x),
                         doctest::Contains("per_sample_grad: rows mix: the loss of row 0 is"), ValueError);
    const auto merging = [](const std::vector<Tensor>& p, const Tensor& z) {
        return sum(reshape(matmul(reshape(z, {2, 6}), p[0]), {4, -1}), {.axes = {1}});
    };
    CHECK_THROWS_WITH_AS(
        per_sample_grad(merging, {draw({6, 2}, 30)}, x),
        "per_sample_grad: rows mix: matmul makes shape (2, 2) of 4 rows; rows must stay the leading axis", ValueError);
    const auto one_number = [](const std::vector<Tensor>& p, const Tensor& z) { return sum(matmul(z, p[0])); };
    CHECK_THROWS_WITH_AS(per_sample_grad(one_number, {w}, x),
                         "per_sample_grad: the function must return one number per row, shape (4,): got ()",
                         ShapeError);
}

TEST_CASE("per-sample gradients keep middle axes, broadcast parameters and losses without rows apart") {
    const Tensor x = draw({3, 4, 5}, 31), w = draw({5, 2}, 32), p = draw({1}, 33);
    const auto dense = [](const std::vector<Tensor>& in, const Tensor& z) {
        return sum(square(matmul(z, in[0])), {.axes = {1, 2}});
    };
    const Tensor dw = per_sample_grad(dense, {w}, x)[0];
    const auto own = [](const std::vector<Tensor>& in, const Tensor& z) {
        return sum(z * (ones({3, 1, 1}, DType::float64) * in[0]), {.axes = {1, 2}});
    };
    const Tensor dp = per_sample_grad(own, {p}, x)[0];
    const auto constant = [](const std::vector<Tensor>& in, const Tensor&) { return broadcast_to(square(in[0]), {3}); };
    const Tensor dc = per_sample_grad(constant, {p}, x)[0];
    for (Index r = 0; r < 3; ++r) {
        const Tensor row = slice(x, 0, r, r + 1), t = tracked(w);
        CHECK(distance(reshape(slice(dw, 0, r, r + 1), {5, 2}), grad(sum(square(matmul(row, t))), t)) < 1e-12);
        CHECK(dp.at(r) == doctest::Approx(sum(row).item()));
        CHECK(dc.at(r) == doctest::Approx(2 * p.at(0)));
    }
}

TEST_CASE("a transform differentiates its argument alone, even where that very tensor is captured") {
    for (const bool is_tracked : {false, true}) {
        const Tensor x = is_tracked ? tracked(full({1}, 3, f64)) : full({1}, 3, f64), one = ones({1}, f64);
        const auto f = [&](const Tensor& z) { return z * x; };
        CHECK(vjp(f, x, one).cotangent.at(0) == 3);
        CHECK(jvp(f, x, one).tangent.at(0) == 3);
        CHECK(jacobian(f, reshape(x, {1, 1})).at(0) == 3);
        CHECK(hessian([&](const Tensor& z) { return sum(z * z * x); }, x).at(0) == 6);
        const auto product = [](const std::vector<Tensor>& in) { return sum(in[0] * in[1]); };
        const auto slopes = value_and_grad(product, {x, x}).slopes;
        CHECK(slopes[0].at(0) == 3);
        CHECK(slopes[1].at(0) == 3);
    }
}

TEST_CASE("a checkpoint is the same function at every order, however its inputs hang together") {
    const Tensor x = tracked(full({1}, 3, f64));
    const auto product = [](const std::vector<Tensor>& in) { return in[0] * in[1]; };
    for (const bool differentiable : {false, true}) {
        CHECK(grad(sum(checkpoint(product, {x, x})), x, {.differentiable = differentiable}).at(0) == 6);
        CHECK(grad(sum(checkpoint(product, {x, x * 2.0})), x, {.differentiable = differentiable}).at(0) == 12);
    }
    CHECK(jvp(
              [&](const Tensor& z) {
                  return checkpoint(product, {z, z * 2.0});
              },
              x, ones({1}, f64))
              .tangent.at(0) == 12);
    const Tensor w = tracked(full({1}, 2, f64));
    const Tensor y = sum(checkpoint([&](const std::vector<Tensor>& in) { return in[0] * w; }, {x}));
    CHECK_THROWS_WITH_AS(
        grad(y, x),
        doctest::Contains("checkpoint: the function uses a tracked tensor of shape (1,) that is not among its inputs"),
        ValueError);
}

TEST_CASE("tangents, cotangents and rules of the wrong kind are refused before a kernel sees them") {
    const Tensor x = draw({1, 1, 4, 4}, 34).to(DType::float32), w = ones({1, 1, 2, 2});
    const auto f = [&](const Tensor& z) { return conv2d(z, w); };
    CHECK_THROWS_WITH_AS(jvp(f, x, ones({1, 1, 4, 4}, f64)), "pushforward: tangent 0 must be float32: got float64",
                         DTypeError);
    CHECK_THROWS_WITH_AS(jvp(f, x, ones({1, 1, 4})),
                         "pushforward: tangent 0 must have shape (1, 1, 4, 4): got (1, 1, 4)", ShapeError);
    const Graph graph = record(f, x);
    CHECK_THROWS_WITH_AS(sweep(graph, {ones({1, 1, 3, 3}, f64)}), "sweep: cotangent 0 must be float32: got float64",
                         DTypeError);
    const Rule narrow = [](const RuleCall&) { return std::vector{ones({1}), Tensor()}; };
    CHECK_THROWS_WITH_AS(sweep(graph, {ones({1, 1, 3, 3})}, {{OpCode::conv2d, narrow}}),
                         "sweep: what the rule of conv2d gives input 0 must have shape (1, 1, 4, 4): got (1,)",
                         ShapeError);
    const CustomOp wrong{"mine", [](const std::vector<Tensor>& in) { return in; },
                         [](const auto& in, const auto&, const auto&) { return std::vector{in[0].to(f64)}; },
                         [](const auto&, const auto&, const auto&) { return std::vector{ones({7})}; }};
    const auto custom = [&](const Tensor& z) { return custom_op(wrong, {z})[0]; };
    const Tensor t = tracked(x);
    CHECK_THROWS_WITH_AS(grad(sum(custom(t)), t),
                         "while differentiating mine: mine: the vjp of input 0 must be float32: got float64",
                         DTypeError);
    CHECK_THROWS_WITH_AS(jvp(custom, x, x), "mine: the jvp of output 0 must have shape (1, 1, 4, 4): got (7,)",
                         ShapeError);
    const CustomOp silent{"silent", [](const std::vector<Tensor>& in) { return in; }, {}};
    CHECK_THROWS_WITH_AS(grad(sum(custom_op(silent, {t})[0]), t),
                         doctest::Contains("silent: this custom op has no vjp"), ValueError);
}

TEST_CASE("checkpoint gives the same bits, and keeps nothing in between") {
    const Tensor w = tracked(draw({64, 64}, 21)), x = draw({256, 64}, 22);
    const auto layer = [](const std::vector<Tensor>& in) {
        Tensor y = in[0];
        for (int i = 0; i < 8; ++i) y = tanh(matmul(y, in[1]));
        return y;
    };
    const auto run = [&](bool sparing, std::size_t& peak) {
        const memory::PeakScope scope;
        const Tensor y = sum(square(sparing ? checkpoint(layer, {x, w}) : layer({x, w})));
        peak = scope.peak_bytes();
        return grad(y, w);
    };
    std::size_t full_peak = 0, sparing_peak = 0;
    CHECK(same_bits(run(false, full_peak), run(true, sparing_peak)));
    CHECK(sparing_peak < full_peak / 2);
    const Tensor t = tracked(draw({3}, 23));
    const Tensor slope =
        grad(sum(checkpoint([](const auto& in) { return pow(in[0], 3.0); }, {t})), t, {.differentiable = true});
    CHECK(distance(grad(sum(slope), t), t * 6.0) < 1e-12);
}

TEST_CASE("a checkpoint whose function changes its mind is found out") {
    double factor = 1;
    const Tensor x = tracked(draw({3}, 24));
    const Tensor y = sum(checkpoint([&](const std::vector<Tensor>& in) { return in[0] * factor; }, {x}));
    factor = 2;
    CHECK_THROWS_WITH_AS(grad(y, x), doctest::Contains("checkpoint: the function gave another value when it ran again"),
                         ValueError);
}

TEST_CASE("check_grads finds a wrong rule and refuses float32") {
    const CustomOp wrong{"wrong", [](const std::vector<Tensor>& in) { return std::vector{square(in[0])}; },
                         [](const auto& in, const auto&, const auto& g) { return std::vector{g[0] * in[0] * 1.99}; }};
    const auto f = [&](const std::vector<Tensor>& in) { return custom_op(wrong, in)[0]; };
    CHECK_THROWS_WITH_AS(check_grads(f, {draw({3}, 25)}),
                         doctest::Contains("check_grads: order 1: the derivative by sweep is"), NumericError);
    const CustomOp flat{
        "flat", [](const std::vector<Tensor>& in) { return std::vector{square(in[0])}; },
        [](const auto& in, const auto&, const auto& g) { return std::vector{g[0] * detached(in[0]) * 2.0}; }};
    const auto second = [&](const std::vector<Tensor>& in) { return custom_op(flat, in)[0]; };
    CHECK_NOTHROW(check_grads(second, {draw({3}, 26)}, {.order = 1}));
    CHECK_THROWS_WITH_AS(check_grads(second, {draw({3}, 26)}, {.order = 2}), doctest::Contains("check_grads: order 2:"),
                         NumericError);
    CHECK_THROWS_WITH_AS(check_grads(f, {ones({3})}),
                         "check_grads: inputs must be float64, or rounding hides the derivative; convert with .to()",
                         DTypeError);
}

TEST_CASE("transforms of no rows and of one row work") {
    for (const Index rows : {0, 1}) {
        const Tensor x = draw({rows, 3}, 27), w = draw({3, 2}, 28);
        CHECK(jacobian([&](const Tensor& z) { return matmul(z, w); }, x).shape() == Shape{rows, 2, 3});
        CHECK(jvp([&](const Tensor& z) { return matmul(z, w); }, x, x).tangent.shape() == Shape{rows, 2});
    }
    CHECK_THROWS_WITH_AS(jacobian([](const Tensor& z) { return sum(z); }, draw({2, 3}, 29)),
                         "jacobian: f must map rows to rows: (2, 3) became (); rows are the leading axis", ShapeError);
}
