// Reverse mode: closed forms, depth, pruning, several outputs, errors.
#include <doctest/doctest.h>

#include <cmath>
#include <thread>

#include <gradpath/autodiff/autodiff.hpp>
#include <gradpath/autodiff/node.hpp>

using namespace gradpath;

namespace {
const DType f64 = DType::float64;
Tensor numbers(std::initializer_list<double> values) {
    return Tensor({static_cast<Index>(values.size())}, values, f64);
}
}  // namespace

TEST_CASE("the slope of a product is the other factor") {
    const Tensor a = tracked(numbers({2, 3})), b = tracked(numbers({5, 7}));
    const auto [da, db] = grad(sum(a * b), {a, b});
    CHECK(same_bits(da, numbers({5, 7})));
    CHECK(same_bits(db, numbers({2, 3})));
}

TEST_CASE("a tensor used twice collects both slopes, and an unused one gets zeros") {
    const Tensor x = tracked(numbers({3})), unused = tracked(numbers({1, 2}));
    const auto [dx, du] = grad(sum(x * x + x), {x, unused});
    CHECK(dx.at(0) == 7);
    CHECK(same_bits(du, zeros({2}, f64)));
}

TEST_CASE("the slope of an intermediate result is available and stops there") {
    const Tensor x = tracked(numbers({2}));
    const Tensor middle = square(x);
    CHECK(grad(sum(middle * middle), middle).at(0) == 8);
}

TEST_CASE("the fourth derivative of x^4 is 24") {
    const Tensor x = tracked(numbers({1.5}));
    Tensor y = sum(pow(x, 4.0));
    for (int order = 1; order <= 3; ++order) y = sum(grad(y, x, {.differentiable = true}));
    CHECK(y.item() == doctest::Approx(36));
    CHECK(grad(y, x).at(0) == doctest::Approx(24));
}

TEST_CASE("a chain of a million nodes is built, differentiated and freed without stack growth") {
    const std::size_t before = memory::current_bytes();
    std::thread small_stack([] {});
    small_stack.join();
    {
        const Tensor x = tracked(numbers({1}));
        Tensor y = x;
        for (int i = 0; i < 1'000'000; ++i) y = y + 1e-6;
        CHECK(y.at(0) == doctest::Approx(2));
        CHECK(grad(sum(y), x).at(0) == 1);
        CHECK(jvp([](const Tensor& z) { return z * 2.0; }, x, ones_like(x)).tangent.at(0) == 2);
    }
    CHECK(memory::current_bytes() == before);
}

TEST_CASE("nothing is recorded for untracked inputs, nor inside NoRecording") {
    const Tensor x = numbers({1, 2});
    CHECK_FALSE((x * x).is_tracked());
    const Tensor t = tracked(x);
    {
        const NoRecording off;
        CHECK_FALSE((t * t).is_tracked());
        const Recording on;
        CHECK((t * t).is_tracked());
    }
    CHECK((t * t).is_tracked());
    CHECK_FALSE(detached(t * t).is_tracked());
}

TEST_CASE("only paths that lead to the asked-for inputs are differentiated") {
    const Tensor x = tracked(numbers({1, 2})), w = tracked(numbers({3, 4}));
    int calls = 0;
    const CustomOp costly{
        "costly", [](const std::vector<Tensor>& in) { return std::vector{in[0] * 2.0}; },
        [&calls](const std::vector<Tensor>&, const std::vector<Tensor>&, const std::vector<Tensor>& g) {
            ++calls;
            return std::vector{g[0] * 2.0};
        }};
    const Tensor y = sum(x * custom_op(costly, {w})[0]);
    CHECK(same_bits(grad(y, x), numbers({6, 8})));
    CHECK(calls == 0);
    CHECK(same_bits(grad(y, w), numbers({2, 4})));
    CHECK(calls == 1);
}

TEST_CASE("an op with two outputs is one node, and an absent cotangent is an empty tensor") {
    const CustomOp both{"both",
                        [](const std::vector<Tensor>& in) {
                            return std::vector{in[0] * 2.0, square(in[0])};
                        },
                        [](const std::vector<Tensor>& in, const std::vector<Tensor>&, const std::vector<Tensor>& g) {
                            Tensor slope = g[0] ? g[0] * 2.0 : zeros_like(in[0]);
                            if (g[1]) slope = slope + g[1] * in[0] * 2.0;
                            return std::vector{slope};
                        }};
    const Tensor x = tracked(numbers({3}));
    const auto out = custom_op(both, {x});
    CHECK(out[0].node() == out[1].node());
    CHECK(grad(sum(out[0]), x).at(0) == 2);
    CHECK(grad(sum(out[1]), x).at(0) == 6);
    CHECK(grad(sum(out[0] * out[1]), x).at(0) == 54);  // 2x · x² = 2x³
    CHECK(grad(sum(grad(sum(out[1]), x, {.differentiable = true})), x).at(0) == 2);
}

TEST_CASE("two sweeps over one graph may run at once") {
    const Tensor x = tracked(random::normal({50}, {.seed = 1, .dtype = f64}));
    const Tensor y = sum(tanh(square(x)));
    const Tensor alone = grad(y, x);
    std::vector<Tensor> slopes(4);
    std::vector<std::thread> workers;
    for (Tensor& slope : slopes) workers.emplace_back([&] { slope = grad(y, x); });
    for (std::thread& worker : workers) worker.join();
    for (const Tensor& slope : slopes) CHECK(same_bits(slope, alone));
}

TEST_CASE("errors of the sweep say the rule, the facts and the way out") {
    const Tensor x = tracked(numbers({1, 2})), plain = numbers({1, 2});
    CHECK_THROWS_WITH_AS(
        grad(x, x), "grad: the output must be one number but has shape (2,); sum it, or use jacobian()", ShapeError);
    CHECK_THROWS_WITH_AS(grad(sum(plain * x), plain),
                         "grad: input 0 is not tracked; make it a leaf with tracked() before computing with it",
                         ValueError);
    const Tensor y = x * 2.0, g = ones({3}, f64), narrow = ones({2});
    CHECK_THROWS_WITH_AS(pullback(std::span(&y, 1), std::span(&g, 1), std::span(&x, 1)),
                         "pullback: a cotangent must be shaped like its output: (3,) for (2,)", ShapeError);
    CHECK_THROWS_WITH_AS(pullback(std::span(&y, 1), std::span(&narrow, 1), std::span(&x, 1)),
                         "pullback: a cotangent must have its output's dtype: float32 for float64", DTypeError);
    const CustomOp wrong{"wrong", [](const std::vector<Tensor>& in) { return in; },
                         [](const auto&, const auto&, const auto&) { return std::vector{ones({3}, f64)}; }};
    CHECK_THROWS_WITH_AS(grad(sum(custom_op(wrong, {x})[0]), x),
                         "while differentiating wrong: wrong: the vjp of input 0 must have shape (2,): got (3,)",
                         ShapeError);
}

TEST_CASE("anomaly mode names the op, the place and the row of the first bad number") {
    const Anomaly on;
    const Tensor x = tracked(Tensor({2, 2}, {1, 2, 3, -1}, f64));
    CHECK_THROWS_WITH_AS(log(x), "anomaly: the first nan is in the output of log, row 1, element 3 of shape (2, 2)",
                         NumericError);
    const TapPath outer("block1"), inner("norm");
    CHECK_THROWS_WITH_AS(
        x / (x - 3.0),
        "anomaly: the first inf is in the output of div at block1.norm, row 1, element 2 of shape (2, 2)",
        NumericError);
    const Tensor zero = tracked(zeros({1}, f64));
    CHECK_THROWS_WITH_AS(
        grad(sum(sqrt(zero)), zero),
        "anomaly: the first inf is in a cotangent of sqrt at block1.norm, row 0, element 0 of shape (1,)",
        NumericError);
}

TEST_CASE("in anomaly mode a custom rule's bad cotangent is named, too") {
    const Anomaly on;
    const Tensor x = tracked(numbers({1}));
    const CustomOp bad{
        "bad", [](const std::vector<Tensor>& in) { return std::vector{in[0] * 2.0}; },
        [](const auto&, const auto&, const auto&) { return std::vector{full({1}, std::nan(""), DType::float64)}; }};
    CHECK_THROWS_WITH_AS(grad(sum(custom_op(bad, {x})[0]), x),
                         "anomaly: the first nan is in a cotangent of bad, row 0, element 0 of shape (1,)",
                         NumericError);
}
