// What a row of the registry promises is checked on functions where a violation would show.
#include <algorithm>

#include <attribution/functions.hpp>

using namespace attribution_tests;
using attribution::Claim;
using attribution::find_method;
using attribution::Method;
using attribution::methods;
using attribution::Settings;

namespace {

bool claims(const Method& method, Claim claim) {
    return std::find(method.claims.begin(), method.claims.end(), claim) != method.claims.end();
}

/// A function of one output as the method needs it: agi attacks another output, which is the function's negative.
Model for_method(const Method& method, const Model& f) {
    if (method.name != "agi") return f;
    return [f](const Tensor& x) {
        const Tensor y = reshape(f(x), {x.rows(), 1});
        return concat({y, -y}, 1);
    };
}

Settings quick() { return {.tolerance = 1e-8, .samples = 4, .seed = 3}; }

}  // namespace

TEST_CASE("methods that claim completeness are complete; the paths that are so up to their steps carry the figures") {
    for (const Method& method : methods())
        for (std::uint64_t trial = 0; trial < 6 && !method.inside; ++trial) {
            CAPTURE(method.name);
            const Model f = relu_net({4, 8, 3}, trial, true);
            const Attribution a = method.run(f, random_tensor({1, 4}, trial), {.tolerance = 1e-4, .samples = 2});
            const bool all_there = method.name == "harsanyi" || method.name == "shapley-integrated-gradients" ||
                                   method.name.starts_with("deep-");  // by default
            CHECK(a.delta.has_value() == (method.family == "path" || all_there || claims(method, Claim::completeness)));
            const bool promised = claims(method, Claim::completeness) || (a.tolerance_met && a.tolerance_met->at(0));
            if (a.delta && promised) CHECK(a.relative_delta->at(0) <= 1e-4);
            if (a.delta && !promised) CHECK_FALSE(a.notes.empty());
        }
}

TEST_CASE("methods that claim dummy give nothing to ignored features, hidden or plain") {
    // The second function is 0 everywhere, written as the difference of two graphs of one function.
    const Model plain = of_columns([](auto& x) { return square(x[0]) * x[1]; });
    const Model hidden =
        of_columns([](auto& x) { return relu(relu(x[0]) - 1.0 - relu(x[1])) - relu(relu(x[0] - 1.0) - relu(x[1])); });
    for (const Method& method : methods()) {
        if (!claims(method, Claim::dummy)) continue;
        CAPTURE(method.name);
        CHECK(std::abs(method.run(for_method(method, plain), row({2, 3, 5}), quick()).values.at(2)) == 0);
        CHECK(largest_difference(numbers(method.run(for_method(method, hidden), row({3, 1}), quick()).values),
                                 {0, 0}) <= 1e-7);
    }
}

TEST_CASE("methods that claim linearity are linear") {
    const Columns f = [](auto&x) { return square(x[0]) * x[1] + tanh(x[2]); },
                  g = [](auto&x) { return x[0] * x[2] - exp(x[1]); };
    const Model both = of_columns([&](auto& x) { return f(x) * 2.0 - g(x) * 3.0; });
    for (const Method& method : methods()) {
        if (!claims(method, Claim::linearity)) continue;
        CAPTURE(method.name);
        const Tensor x = row({0.5, -1, 2});
        const Attribution a = method.run(both, x, quick()), af = method.run(of_columns(f), x, quick()),
                          ag = method.run(of_columns(g), x, quick());
        for (Index k = 0; k < 3; ++k)
            CHECK(a.values.at(k) == doctest::Approx(2 * af.values.at(k) - 3 * ag.values.at(k)).epsilon(1e-6));
    }
}

TEST_CASE("methods that claim implementation invariance answer alike for equal functions") {
    const Model f = of_columns([](auto& x) { return relu(relu(x[0]) - 1.0 - relu(x[1])); });
    const Model g = of_columns([](auto& x) { return relu(relu(x[0] - 1.0) - relu(x[1])); });
    const Tensor x = row({3, 1.02});  // attacks by steps of 0.05 do not end on the kink
    for (const Method& method : methods()) {
        if (!claims(method, Claim::implementation_invariance)) continue;
        CAPTURE(method.name);
        CHECK(largest_difference(numbers(method.run(for_method(method, f), x, quick()).values),
                                 numbers(method.run(for_method(method, g), x, quick()).values)) <= 1e-7);
    }
}

TEST_CASE("methods that claim symmetry treat equal, exchangeable features alike") {
    const Model f = of_columns([](auto& x) { return x[0] * x[1] + square(x[0] - x[1]) + x[2]; });
    for (const Method& method : methods()) {
        if (!claims(method, Claim::symmetry)) continue;
        CAPTURE(method.name);
        const Attribution a = method.run(f, row({2, 2, 1}), quick());
        CHECK(a.values.at(0) == doctest::Approx(a.values.at(1)).epsilon(1e-12));
    }
    CHECK(largest_difference(numbers(find_method("integrated-gradients").run(f, row({2, 2, 1}), quick()).values),
                             {2, 2, 1}) <= 1e-12);
}

TEST_CASE("methods that claim sensitivity, proportionality and locality keep them") {
    for (const Method& method : methods()) {
        CAPTURE(method.name);
        const auto run = [&](const Columns& f, const Tensor& x, const Tensor& from) {
            Settings settings = quick();
            settings.baseline = from;
            return numbers(method.run(of_columns(f), x, settings).values);
        };
        if (claims(method, Claim::sensitivity))
            CHECK(run([](auto& x) { return 1.0 - relu(1.0 - x[0]); }, row({2}), row({0}))[0] != 0);
        if (claims(method, Claim::proportionality))
            CHECK(largest_difference(run([](auto& x) { return pow(x[0] + x[1], 3.0); }, row({1, 3}), row({0, 0})),
                                     {16, 48}) <= 1e-9);
        if (claims(method, Claim::locality))
            CHECK(run([](auto& x) { return x[0] * exp(x[1]); }, row({2, 1}), row({0, 1}))[1] == 0);
    }
}

TEST_CASE("methods that claim affine scale invariance do not see units") {
    const Columns f = [](auto& x) { return square(x[0]) * x[1] + pow(x[1], 3.0); };
    const Columns scaled = [&](auto& z) {
        const std::vector<Tensor> x{z[0] * 2.0 + 1.0, z[1] * -3.0 + 4.0};
        return f(x);
    };
    for (const Method& method : methods()) {
        if (!claims(method, Claim::affine_scale_invariance)) continue;
        for (std::uint64_t trial = 0; trial < 10; ++trial) {
            const Tensor z = random_tensor({1, 2}, trial), from = random_tensor({1, 2}, 40 + trial);
            const auto units = [](const Tensor& t) { return row({2 * t.at(0) + 1, 4 - 3 * t.at(1)}); };
            Settings inner = quick(), outer = quick();
            inner.baseline = from;
            outer.baseline = units(from);
            const Attribution a = method.run(of_columns(scaled), z, inner),
                              b = method.run(of_columns(f), units(z), outer);
            CHECK(largest_difference(numbers(a.values), numbers(b.values)) <= 1e-7 * (1 + std::abs(a.f_input[0])));
        }
    }
}

TEST_CASE("methods that claim positivity give no negative share to functions that only rise") {
    for (const Method& method : methods()) {
        if (!claims(method, Claim::positivity)) continue;
        for (std::uint64_t trial = 0; trial < 10; ++trial) {
            const Tensor w = abs(random_tensor({4, 6}, trial)), v = abs(random_tensor({6, 1}, 70 + trial));
            const Model rising = [&](const Tensor& x) { return matmul(relu(matmul(x, w) - 1.0), v); };
            const Attribution a = method.run(rising, abs(random_tensor({1, 4}, 90 + trial)), quick());
            for (const double value : numbers(a.values)) CHECK(value >= 0);
        }
    }
}

TEST_CASE("methods that claim symmetric monotonicity give the steeper function more per unit") {
    const Columns f = [](auto&x) { return sin(x[0]) + x[1]; }, g = [](auto&x) { return x[0] * 1.5 + x[1] + exp(x[1]); };
    for (const Method& method : methods()) {
        if (!claims(method, Claim::symmetric_monotonicity)) continue;
        const Tensor x = row({1.1, 0.7});
        const Attribution a = method.run(of_columns(f), x, quick()), b = method.run(of_columns(g), x, quick());
        CHECK(a.values.at(0) / 1.1 <= b.values.at(0) / 1.1);
        CHECK(a.values.at(0) / 1.1 <= b.values.at(1) / 0.7);
    }
}
