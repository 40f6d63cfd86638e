// One list of ops drives these tests: derivatives of two orders, forward mode, dtypes, instruction sets, kinks.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include <gradpath/autodiff/autodiff.hpp>
#include <gradpath/autodiff/check/op_cases.hpp>
#include <gradpath/autodiff/kernels/kernels.hpp>
#include <gradpath/autodiff/ops/op.hpp>

using namespace gradpath;

namespace {

double largest(const Tensor& t) {
    double most = 0;
    for (Index i = 0; i < t.size(); ++i) most = std::max(most, std::abs(t.at(i)));
    return most;
}

/// Largest |a - b| relative to max(1, |b|).
double distance(const Tensor& a, const Tensor& b) {
    REQUIRE(a.shape() == b.shape());
    double most = 0;
    for (Index i = 0; i < a.size(); ++i) {
        if (std::isnan(a.at(i)) && std::isnan(b.at(i))) continue;
        most = std::max(most, std::abs(a.at(i) - b.at(i)) / std::max(1.0, std::abs(b.at(i))));
    }
    return most;
}

std::vector<Tensor> converted(const std::vector<Tensor>& xs, DType dtype) {
    std::vector<Tensor> out;
    for (const Tensor& x : xs) out.push_back(x.to(dtype));
    return out;
}

std::vector<Tensor> leaves(const std::vector<Tensor>& xs) {
    std::vector<Tensor> out;
    for (const Tensor& x : xs) out.push_back(tracked(x));
    return out;
}

/// J v as d/du ⟨Jᵀ u, v⟩: two reverse sweeps.
Tensor two_reverse_sweeps(const OpCase& c, const std::vector<Tensor>& vs) {
    const auto xs = leaves(c.inputs);
    const Tensor y = c.f(xs);
    const Tensor u = tracked(ones_like(y));
    const auto slopes = pullback(std::span(&y, 1), std::span(&u, 1), xs, {.differentiable = true});
    Tensor total = scalar(0, DType::float64);
    for (std::size_t i = 0; i < slopes.size(); ++i) total = total + sum(slopes[i] * vs[i]);
    return total.is_tracked() ? grad(total, u) : zeros_like(y);
}

}  // namespace

TEST_CASE("every op of the list has a case, and the list is in the order of its enumeration") {
    std::set<OpCode> covered;
    for (const OpCase& c : op_cases(1)) covered.insert(c.op);
    for (std::size_t i = 0; i < all_ops().size(); ++i) {
        CHECK(static_cast<std::size_t>(all_ops()[i]->code) == i);
        if (all_ops()[i]->code == OpCode::leaf) continue;
        INFO(all_ops()[i]->name);
        CHECK(covered.count(all_ops()[i]->code) == 1);
    }
    CHECK(all_ops().size() == static_cast<std::size_t>(OpCode::custom) + 1);
}

TEST_CASE("first and second derivatives agree with differences in float64") {
    for (const std::uint64_t seed : {1u, 2u})
        for (const OpCase& c : op_cases(seed)) {
            if (!c.differentiable) continue;
            INFO(c.name);
            CHECK_NOTHROW(
                check_grads(c.f, c.inputs, {.order = 2, .step = c.step, .tolerance = c.tolerance, .seed = seed}));
        }
}

TEST_CASE("ops that are not differentiable give no slope") {
    for (const OpCase& c : op_cases(1))
        if (!c.differentiable) {
            INFO(c.name);
            CHECK_FALSE(c.f(leaves(c.inputs)).is_tracked());
        }
}

TEST_CASE("a forward sweep equals two reverse sweeps") {
    for (const OpCase& c : op_cases(3)) {
        if (!c.differentiable) continue;
        INFO(c.name);
        std::vector<Tensor> vs;
        for (std::size_t i = 0; i < c.inputs.size(); ++i)
            vs.push_back(
                random::uniform(c.inputs[i].shape(), -1, 1, {.seed = 5, .stream = i, .dtype = DType::float64}));
        const Tensor forward = jvp(c.f, c.inputs, vs).tangent;
        const Tensor reverse = two_reverse_sweeps(c, vs);
        CHECK(distance(forward, reverse) < 1e-11);
    }
}

TEST_CASE("float32 agrees with float64 to rounding") {
    for (const OpCase& c : op_cases(4)) {
        if (c.op == OpCode::cast) continue;
        INFO(c.name);
        const auto captured_constants = c.op == OpCode::where || c.op == OpCode::max_pool2d_vjp ||
                                        c.op == OpCode::max_pool2d_gather || c.op == OpCode::avg_pool2d_vjp;
        if (captured_constants) continue;  // their constants are float64; other cases cover the kernels
        const Tensor narrow = c.f(converted(c.inputs, DType::float32)), wide = c.f(c.inputs);
        CHECK(narrow.dtype() == DType::float32);
        CHECK(distance(narrow.to(DType::float64), wide) < 3e-5 * std::max(1.0, largest(wide)));
    }
}

TEST_CASE("every instruction set agrees with the reference, values and slopes") {
    const std::string before = kernels::active_isa();
    for (const OpCase& c : op_cases(6)) {
        INFO(c.name);
        kernels::force_isa("reference");
        const auto xs = leaves(c.inputs);
        const Tensor value = c.f(xs);
        const Tensor slope = value.is_tracked() ? grad(sum(square(value)), xs[0]) : zeros_like(xs[0]);
        for (const char* isa : kernels::available_isas()) {
            INFO(isa);
            kernels::force_isa(isa);
            const auto again = leaves(c.inputs);
            const Tensor y = c.f(again);
            CHECK(distance(y, value) < 1e-12);
            if (y.is_tracked()) CHECK(distance(grad(sum(square(y)), again[0]), slope) < 1e-11);
        }
    }
    kernels::force_isa(before.c_str());
}

TEST_CASE("at a kink the slope is the one stated") {
    CHECK(kink_cases().size() >= 6);
    for (const KinkCase& c : kink_cases()) {
        INFO(c.name);
        const auto xs = leaves(c.inputs);
        const Tensor y = c.f(xs);
        CHECK((y.is_tracked() ? grad(sum(y), xs[0]).at(0) : 0.0) == c.slope);
    }
}

TEST_CASE("NaN and infinity pass through as IEEE says") {
    const double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
    for (const DType dtype : {DType::float32, DType::float64}) {
        const Tensor x = Tensor({5}, {nan, inf, -inf, 0, 1}, dtype);
        CHECK(std::isnan(relu(x).at(0)));
        CHECK(relu(x).at(1) == inf);
        CHECK(relu(x).at(2) == 0);
        CHECK(exp(x).at(2) == 0);
        CHECK(exp(x).at(1) == inf);
        CHECK(sigmoid(x).at(2) == 0);
        CHECK(sigmoid(x).at(1) == 1);
        CHECK(softplus(x).at(1) == inf);
        CHECK(softplus(x).at(2) == 0);
        CHECK(tanh(x).at(1) == 1);
        CHECK(log(x).at(3) == -inf);
        CHECK(std::isnan(max(x).item()));
        CHECK(std::isnan(maximum(x, 0.0).at(0)));
        CHECK(where(greater(x, 0.5), x, zeros_like(x)).at(0) == 0);
        for (const auto& f : {exp(x), tanh(x), sigmoid(x), softplus(x), sin(x), log(x), erf(x), gelu(x), sqrt(x)})
            CHECK(std::isnan(f.at(0)));
    }
}

TEST_CASE("a gradient kept differentiable is the same gradient") {
    for (const OpCase& c : op_cases(7)) {
        if (!c.differentiable) continue;
        INFO(c.name);
        const auto xs = leaves(c.inputs);
        const Tensor y = sum(square(c.f(xs)));
        CHECK(distance(grad(y, xs[0], {.differentiable = true}), grad(y, xs[0])) == 0);
    }
}

TEST_CASE("fused ops equal the plain ops they stand for, at infinite logits, too") {
    const double inf = std::numeric_limits<double>::infinity();
    const Tensor logits = Tensor({2, 2}, {0, -inf, 1, 2}, DType::float64);
    const auto f = [](const Tensor& x) { return cross_entropy(x, Indices{0, 1}); };
    CHECK(distance(record(f, logits).outputs[0], f(logits)) < 1e-15);
}

TEST_CASE("integer powers of negative numbers are exact") {
    const Tensor x = tracked(Tensor({4}, {-2, -3, 0, 1.5}, DType::float64));
    const Tensor y = pow(x, 3.0);
    CHECK(y.at(0) == -8);
    CHECK(y.at(1) == -27);
    CHECK(grad(sum(y), x).at(0) == 12);
    CHECK(grad(sum(pow(x, 0.0)), x).at(2) == 0);
    CHECK(grad(sum(pow(x, 1.0)), x).at(2) == 1);
    CHECK(std::isnan(pow(x, 0.5).at(0)));
    const Tensor base = Tensor({2}, {0, 2}, DType::float64), b = tracked(Tensor({2}, {-1, 3}, DType::float64));
    const Tensor slope = grad(sum(pow(base, b)), b);
    CHECK(slope.at(0) == 0);
    CHECK(slope.at(1) == doctest::Approx(8 * std::log(2)));
}

TEST_CASE("powers have the derivatives of polynomials at 0, and of exponentials at exponent 0") {
    const Tensor exponents({4}, {0, 1, 2, 3}, DType::float64);
    const Tensor x = tracked(zeros({4}, DType::float64));
    Tensor slope = pow(x, exponents);
    for (const std::vector<double>& expected :
         std::vector<std::vector<double>>{{0, 1, 0, 0}, {0, 0, 2, 0}, {0, 0, 0, 6}, {0, 0, 0, 0}}) {
        slope = grad(sum(slope), x, {.differentiable = true});
        CHECK(same_bits(abs(slope), Tensor({4}, expected)));
    }
    const auto power = [](const Tensor& ab) { return sum(pow(slice(ab, 0, 0, 1), slice(ab, 0, 1, 2))); };
    const auto second = [&](double a) { return hessian(power, Tensor({2}, {a, 0}, DType::float64)); };
    const double logarithm = std::log(2), huge = std::numeric_limits<double>::infinity();
    CHECK(distance(second(2), Tensor({2, 2}, {0, 0.5, 0.5, logarithm * logarithm}, DType::float64)) < 1e-15);
    {
        const Anomaly no_infinity_on_the_way;
        CHECK(same_bits(abs(second(0)), zeros({2, 2}, DType::float64)));
    }
    const double least = std::numeric_limits<double>::denorm_min();  // 1 / least is more than the largest number
    CHECK(second(least).at(0) == 0);
    CHECK(second(least).at(1) == huge);
    CHECK(second(least).at(2) == huge);
    const Tensor nothing({1}, {std::nan("")}, DType::float64), one = tracked(zeros({1}, DType::float64));
    for (const Tensor& exponent : {one, detached(one)}) {  // what is 1 for any base has no slope in it
        const Tensor base = tracked(nothing);
        CHECK(grad(sum(pow(base, exponent)), base).item() == 0);
    }
}
