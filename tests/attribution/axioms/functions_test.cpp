// The generators: closed forms against quadrature, rewrites against what they rewrite, and text against function (the
// text is read back by the program's tests).
#include <attribution/functions.hpp>

#include <gradpath/attribution/axioms/functions.hpp>
#include <gradpath/attribution/axioms/network.hpp>

using namespace attribution_tests;
using namespace attribution::axioms;
namespace axioms = attribution::axioms;

namespace {

axioms::Expression x(Index k) { return Expression::variable(k - 1); }

}  // namespace

TEST_CASE("every closed form is what Integrated Gradients give") {
    for (const Generator& generator : generators()) {
        CAPTURE(generator.name);
        int known = 0;
        for (std::uint64_t trial = 0; trial < 40; ++trial) {
            Draws draws(1, trial);
            const Sample s = generator.make(draws);
            CAPTURE(s.f.text());
            CHECK(s.x.size() == s.baseline.size());
            if (!s.exact) continue;
            ++known;
            const Attribution a = attribution::integrated_gradients(
                s.f, row(s.x), {.baseline = row(s.baseline), .quadrature = {.tolerance = 1e-11}});
            CHECK(largest_difference(numbers(a.values), *s.exact) <= 1e-9);
        }
        CHECK((known >= 30 || generator.name.ends_with("-net")));
    }
}

TEST_CASE("smooth generators have the two derivatives they promise, and the others a kink somewhere") {
    for (const Generator& generator : generators()) {
        bool kinks = false;
        for (std::uint64_t trial = 0; trial < 10; ++trial) {
            Draws draws(2, trial);
            const std::string formula = generator.make(draws).f.text();
            kinks = kinks || formula.find("relu(") != std::string::npos || formula.find("min(") != std::string::npos ||
                    formula.find("max(") != std::string::npos;
        }
        CHECK_MESSAGE(kinks != generator.smooth, generator.name);
    }
}

TEST_CASE("a seed names a function, another seed another") {
    for (const Generator& generator : generators()) {
        Draws once(3, 1), again(3, 1), other(4, 1);
        const Sample s = generator.make(once);
        CHECK(generator.make(again).f.text() == s.f.text());
        CHECK(generator.make(other).f.text() != s.f.text());
    }
}

TEST_CASE("rewrites keep the function and change the formula") {
    for (const std::string_view kind : rewrites())
        for (std::uint64_t trial = 0; trial < 20; ++trial) {
            Draws draws(5, trial);
            const Rewritten pair = rewrite(draws, kind, 3);
            CAPTURE(kind);
            CHECK(pair.plain.text() != pair.rewritten.text());
            for (int k = 0; k < 5; ++k) {
                const axioms::Point z = random_point(draws, 3);
                CHECK(pair.plain.at(z) == doctest::Approx(pair.rewritten.at(z)).epsilon(1e-12));
            }
        }
    Draws draws(5, 0);
    CHECK(error_of<ValueError>([&] { rewrite(draws, "transpose", 2); }) ==
          "rewrite: 'transpose' is unknown; there are: permute scale duplicate split fold");
}

TEST_CASE("the hidden pair is one function in two graphs") {
    const Rewritten pair = hidden_pair(x(1), x(2), 1);
    CHECK(pair.plain.text() == "relu(relu(x1)-1-relu(x2))");
    CHECK(pair.rewritten.text() == "relu(relu(x1-1)-relu(x2))");
    for (std::uint64_t trial = 0; trial < 50; ++trial) {
        Draws draws(6, trial);
        const axioms::Point z = random_point(draws, 2);
        CHECK(pair.plain.at(z) == doctest::Approx(pair.rewritten.at(z)).epsilon(1e-13));
    }
}

TEST_CASE("formulas print with the parentheses that they need and no others") {
    CHECK((x(1) - -0.5 * x(2)).text() == "x1-(-0.5*x2)");
    CHECK((x(1) + -0.5 * x(2)).text() == "x1-0.5*x2");
    CHECK((x(1) - (x(2) + 1)).text() == "x1-(x2+1)");
    CHECK(((x(1) + 1) * (x(2) - 2)).text() == "(x1+1)*(x2-2)");
    CHECK((2 * maximum(x(1), -1)).text() == "2*max(x1, -1)");
    CHECK(power(x(1) + 1, 3).text() == "(x1+1)*(x1+1)*(x1+1)");
    CHECK(affine(std::vector<double>{0, 1, -2}, variables(3), 0.5).text() == "x2-2*x3+0.5");
    CHECK(affine(std::vector<double>{0}, variables(1), 0.5).text() == "0.5");
    CHECK(text_of({1, -0.25}) == "1,-0.25");
}

TEST_CASE("variables are replaced by functions, and rows are told apart") {
    const Expression f = x(1) * x(1) - softplus(x(2));
    const std::vector<Expression> inner{x(2) + 1, 2 * x(1)};
    CHECK(f.of(inner).text() == "(x2+1)*(x2+1)-softplus(2*x1)");
    CHECK(f.of(inner).at({0, 2}) == doctest::Approx(9 - std::log(2.0)));
    CHECK(numbers((x(1) * x(2))(Tensor({2, 2}, {1, 2, 3, 4}, DType::float64))) == std::vector<double>{2, 12});
    CHECK(numbers(Expression(3)(Tensor({2, 1}, {1, 2}, DType::float64))) == std::vector<double>{3, 3});
    CHECK(error_of<ShapeError>([] { x(3).at({1, 2}); }) == "expression: it names x3 but there are 2 features");
}
