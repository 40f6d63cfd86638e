#include <attribution/functions.hpp>

using namespace attribution_tests;
using attribution::curve;
using attribution::Ends;
using attribution::Evaluator;
using attribution::Integral;
using attribution::integrate;
using attribution::integrated_gradients;
using attribution::Path;
using attribution::polyline;
using attribution::Quadrature;

namespace {

std::vector<double> along(const Model& f, const Path& path, const Quadrature& q) {
    const Tensor start = path.corner(0), end = path.corner(path.edges);
    Evaluator evaluator("test", f, end, attribution::Predicted{}, {}, {});
    const std::vector<double> f_start = evaluator.values(start, "start");
    const Integral made = integrate(evaluator, path, attribution::plan("test", q, end.dtype()),
                                    {.start = f_start, .end = evaluator.f_input()});
    return {made.values.begin(), made.values.end()};
}

const Model product = of_columns([](auto& x) { return x[0] * x[1]; });
const Model cubes = of_columns([](auto& x) { return pow(x[0], 3.0) - pow(x[1], 3.0); });

bool notes_contain(const Attribution& a, const std::string& text) {
    for (const std::string& note : a.notes)
        if (note.find(text) != note.npos) return true;
    return false;
}

}  // namespace

TEST_CASE("a polyline's shares add up over its edges: the detour (0,0) (2,0) (2,1) (1,1) of x1 x2 gives (-1, 2)") {
    const Path detour = polyline({row({0, 0}), row({2, 0}), row({2, 1}), row({1, 1})});
    for (const Quadrature& q :
         {Quadrature{.steps = 1}, Quadrature{.steps = 3, .rule = QuadratureRule::trapezoid}, Quadrature{}})
        CHECK(largest_difference(along(product, detour, q), {-1, 2}) <= 1e-14);
}

TEST_CASE("a curve is followed by its chords: the level line of x1 x2 gives (-2 ln 2, 2 ln 2)") {
    // (2, 1/2) → (1/2, 2) along x1 x2 = 1: A1 = ∫ x2 dx1 = -ln 4.
    const Path level = curve([](double t) { return row({std::pow(2, 1 - 2 * t), std::pow(2, 2 * t - 1)}); }, 400);
    const std::vector<double> a = along(product, level, {.steps = 2});
    CHECK(largest_difference(a, {-2 * std::log(2.0), 2 * std::log(2.0)}) <= 1e-5);
    CHECK(std::abs(a[0] + a[1]) <= 1e-13);
}

TEST_CASE("a curve that is straight gives the straight line's answer") {
    const Path line = curve([](double t) { return row({2 * t, 3 * t}); }, 7);
    CHECK(largest_difference(along(of_columns([](auto& x) { return square(x[0]) * x[1]; }), line, {.steps = 2}),
                             {8, 4}) <= 1e-13);
}

TEST_CASE("corners of a zero-length edge change nothing") {
    const Path stuttering = polyline({row({0, 0}), row({0, 0}), row({2, 3}), row({2, 3})});
    CHECK(largest_difference(along(product, stuttering, {}), {3, 3}) <= 1e-14);
}

TEST_CASE("a tolerance is not fooled by a gap of zero") {
    // One midpoint step: completeness holds to the bit, and the answer is (0.75, -0.75) instead of (1, -1).
    const Attribution one =
        integrated_gradients(cubes, row({1, 1}), {.quadrature = {.steps = 1, .rule = QuadratureRule::midpoint}});
    CHECK(numbers(one.values) == std::vector<double>{0.75, -0.75});
    CHECK(one.delta->at(0) == 0);
    const Quadrature from_one{.tolerance = 1e-3, .steps = 1, .rule = QuadratureRule::midpoint};
    const Attribution a = integrated_gradients(cubes, row({1, 1}), {.quadrature = from_one});
    CHECK(a.tolerance_met->at(0));
    CHECK(largest_difference(numbers(a.values), {1, -1}) <= 1e-3);
    CHECK(a.steps->at(0) > 16);
    Quadrature capped = from_one;
    capped.max_steps = 3;
    const Attribution b = integrated_gradients(cubes, row({1, 1}), {.quadrature = capped});
    CHECK(b.relative_delta->at(0) == 0);
    CHECK_FALSE(b.tolerance_met->at(0));
    CHECK(b.quadrature_error->at(0) > 1e-3);
    CHECK(notes_contain(b, "tolerance 0.001 was not met within max-steps 3; allow more, or ask for less"));
}

TEST_CASE("every rule meets a tolerance by doubling, and its error estimate is the difference to the doubled rule") {
    const Model f = of_columns([](auto& x) { return x[0] * exp(x[1]); });
    const double first = 2 * (std::exp(1.0) - 1);
    for (const QuadratureRule rule :
         {QuadratureRule::left, QuadratureRule::right, QuadratureRule::midpoint, QuadratureRule::trapezoid,
          QuadratureRule::gauss_legendre, QuadratureRule::captum_trapezoid, QuadratureRule::pair}) {
        CAPTURE(attribution::describe(rule));
        const Attribution a = integrated_gradients(f, row({2, 1}), {.quadrature = {.tolerance = 1e-3, .rule = rule}});
        CHECK(a.tolerance_met->at(0));
        CHECK(a.quadrature_error->at(0) <= 1e-3);
        CHECK(largest_difference(numbers(a.values), {first, 2}) <= 2e-3 * (first + 2));
    }
    const Quadrature four{.steps = 4, .rule = QuadratureRule::midpoint},
        eight{.steps = 8, .rule = QuadratureRule::midpoint};
    const Attribution low = integrated_gradients(f, row({2, 1}), {.quadrature = four});
    const Attribution high = integrated_gradients(f, row({2, 1}), {.quadrature = eight});
    const Attribution both = integrated_gradients(
        f, row({2, 1}), {.quadrature = {.tolerance = 0.1, .steps = 4, .rule = QuadratureRule::midpoint}});
    CHECK(same_bits(both.values, high.values));
    CHECK(both.steps->at(0) == 12);
    double error = 0, absolute = 0;
    for (Index k = 0; k < 2; ++k) {
        error += std::abs(high.values.at(k) - low.values.at(k));
        absolute += std::abs(high.values.at(k));
    }
    const double scale = std::max(absolute, 2 * std::exp(1.0));
    CHECK(both.quadrature_error->at(0) == doctest::Approx(error / scale).epsilon(1e-12));
}

TEST_CASE("smooth functions need two pieces, kinks are found by bisection") {
    const Attribution smooth =
        integrated_gradients(of_columns([](auto& x) { return pow(x[0] + x[1], 3.0); }), row({1, 3}));
    CHECK(smooth.steps->at(0) == 30);
    const Model kinked = of_columns([](auto& x) { return relu(x[0] - 0.7); });
    const Attribution kink = integrated_gradients(kinked, row({1.9}), {.quadrature = {.tolerance = 1e-9}});
    CHECK(kink.values.at(0) == doctest::Approx(1.2).epsilon(1e-9));
    CHECK(kink.steps->at(0) < 1200);
    CHECK(kink.tolerance_met->at(0));
}

TEST_CASE("a jump of the slope next to the baseline, which no node sees, is caught by completeness") {
    const Model f = of_columns([](auto& x) { return relu(x[0] - 0.002) + x[0]; });
    const Attribution a = integrated_gradients(f, row({1}), {.quadrature = {.tolerance = 1e-6}});
    CHECK(a.tolerance_met->at(0));
    CHECK(a.values.at(0) == doctest::Approx(1.998).epsilon(1e-6));
}

TEST_CASE("kinks that three passes overlook are found by a fourth, and where passes do not help a note says so") {
    const Tensor w = random_tensor({4, 8}, 1) * 2.0, b = random_tensor({1, 8}, 2), v = random_tensor({8, 3}, 3) * 3.0;
    const Model net = [&](const Tensor& x) { return matmul(relu(matmul(x, w) + b), v); };
    const Attribution a = integrated_gradients(
        net, random_tensor({40, 4}, 4),
        {.target = Index{0},
         .baseline = random_tensor({40, 4}, 5),
         .quadrature = {.tolerance = 1e-9, .rule = QuadratureRule::gauss_kronrod, .max_steps = 1'000'000}});
    for (std::size_t k = 0; k < 40; ++k) CHECK(a.tolerance_met->at(k));
    CHECK(a.notes.empty());
    const Model jump =
        of_columns([](auto& x) { return x[0] + where(greater(x[0], 0.3), x[0] * 0.0 + 1.0, x[0] * 0.0); });
    const Attribution missed = integrated_gradients(
        jump, row({1}), {.quadrature = {.tolerance = 1e-3, .rule = QuadratureRule::gauss_kronrod}});
    CHECK_FALSE(missed.tolerance_met->at(0));
    CHECK(missed.notes ==
          std::vector<std::string>{
              "tolerance 0.001 was missed in row 0 by all passes of gauss-kronrod: F jumps, or its slope "
              "is too sharp for any node; exact sees every bend of a piecewise-linear model"});
}

TEST_CASE("a slope that vanishes at all nodes of one piece is seen by two") {
    // On the path x1 = x2 = t, where F = t; the gradient is (1 + g, -g) with g = c Π (t - tₖ)², 0 at every node tₖ.
    const Model f = of_columns([](auto& x) {
        Tensor g = full({1}, 10.0, DType::float64);
        for (const double node : attribution::kronrod_nodes().at) g = g * square((x[0] - node) * 4.0);
        return x[0] + g * (x[0] - x[1]);
    });
    const Attribution fine =
        integrated_gradients(f, row({1, 1}), {.quadrature = {.steps = 64, .rule = QuadratureRule::gauss_legendre}});
    CHECK(fine.values.at(0) > 1.001);
    const Attribution a = integrated_gradients(f, row({1, 1}), {.quadrature = {.tolerance = 1e-6}});
    CHECK(a.tolerance_met->at(0));
    CHECK(largest_difference(numbers(a.values), numbers(fine.values)) <= 1e-6 * (1 + 2 * fine.values.at(0)));
}

TEST_CASE("max-steps is never exceeded: below the first look of a rule it is refused") {
    const auto run = [](QuadratureRule rule, Index most) {
        return integrated_gradients(of_columns([](auto& x) { return sin(x[0] * 40.0); }), row({3}),
                                    {.quadrature = {.tolerance = 1e-9, .rule = rule, .max_steps = most}});
    };
    for (const Index most : {30, 31, 59, 100}) CHECK(run(QuadratureRule::gauss_kronrod, most).steps->at(0) <= most);
    CHECK(error_of<ValueError>([&] { run(QuadratureRule::gauss_kronrod, 5); }) ==
          "integrated-gradients: max-steps must be at least 30, which gauss-kronrod takes before it can judge its "
          "error, but is 5");
    CHECK(run(QuadratureRule::midpoint, 8).steps->at(0) == 8);
    CHECK(error_of<ValueError>([&] { run(QuadratureRule::midpoint, 7); }) ==
          "integrated-gradients: max-steps must be at least 8, which midpoint takes before it can judge its error, "
          "but is 7");
    const Path two = polyline({row({0, 0}), row({1, 0}), row({1, 1})});
    CHECK(error_of<ValueError>([&] { along(product, two, {.max_steps = 59}); }) ==
          "test: max-steps must be at least 60, which gauss-kronrod takes before it can judge its error, but is 59");
    CHECK(largest_difference(along(product, two, {.max_steps = 60}), {0, 1}) <= 1e-14);
}

TEST_CASE("below the rounding floor of the dtype the tolerance is not met, and float64 is suggested") {
    const Model f = [](const Tensor& x) { return sum(exp(x), {.axes = {1}}); };
    const Tensor x = random_tensor({1, 40}, 3, DType::float32);
    const Attribution a = integrated_gradients(f, x, {.quadrature = {.tolerance = 1e-9}});
    CHECK_FALSE(a.tolerance_met->at(0));
    CHECK(a.steps->at(0) < 20'000);
    CHECK(notes_contain(a, "lies below the rounding floor of float32 here; use --dtype f64"));
    const Attribution b = integrated_gradients(f, x.to(DType::float64), {.quadrature = {.tolerance = 1e-9}});
    CHECK(b.tolerance_met->at(0));
    CHECK(b.notes.empty());
}

TEST_CASE("rules that touch an end say where the gradient does not exist; the others do not touch it") {
    const Model root = of_columns([](auto& x) { return sqrt(x[0]); });
    const Attribution left =
        integrated_gradients(root, row({4}), {.quadrature = {.steps = 8, .rule = QuadratureRule::left}});
    CHECK_FALSE(std::isfinite(left.values.at(0)));
    CHECK(notes_contain(left, "left takes the gradient at the baseline, where it does not exist in row 0"));
    const Attribution gauss = integrated_gradients(root, row({4}), {.quadrature = {.tolerance = 1e-6}});
    CHECK(gauss.values.at(0) == doctest::Approx(2).epsilon(2e-6));
    CHECK(gauss.notes.empty());
}

TEST_CASE("where F or its gradient is not finite the tolerance is not met, the work ends, and a note says so") {
    const auto explained = [](const Columns& f, const Quadrature& q) {
        return integrated_gradients(of_columns(f), row({4}), {.quadrature = q});
    };
    for (const auto rule : {QuadratureRule::gauss_kronrod, QuadratureRule::midpoint}) {
        const Quadrature q{.tolerance = 1e-3, .rule = rule, .max_steps = 200};
        const Attribution a = explained([](auto& x) { return log(x[0] - 10.0); }, q);
        CHECK_FALSE(a.tolerance_met->at(0));
        CHECK(a.steps->at(0) <= 30);
        CHECK(notes_contain(a, "the explained number is not finite at the baseline of row 0"));
        const Attribution b = explained([](auto& x) { return where(greater(x[0], 3.0), x[0], x[0] * x[0] / 0.0); }, q);
        CHECK_FALSE(b.tolerance_met->at(0));
        CHECK(b.steps->at(0) <= 200);
        CHECK(notes_contain(b, "the gradient is not finite on the path of row 0"));
    }
}

TEST_CASE("quadrature options out of range are refused") {
    const auto error = [](const Quadrature& q) {
        return error_of<ValueError>([&] { integrated_gradients(product, row({1, 2}), {.quadrature = q}); });
    };
    CHECK(error({.tolerance = 0}) == "integrated-gradients: tolerance must be above 0 but is 0");
    CHECK(error({.tolerance = std::nan("")}) == "integrated-gradients: tolerance must be above 0 but is nan");
    CHECK(error({.steps = 0}) == "integrated-gradients: steps must be at least 1 but is 0");
    CHECK(error({.steps = 5, .rule = QuadratureRule::gauss_kronrod}) ==
          "integrated-gradients: gauss-kronrod is adaptive: give it a tolerance (and max-steps), not steps");
    CHECK(error({.steps = 1, .rule = QuadratureRule::trapezoid}) ==
          "trapezoid: steps must lie in [2, 1000000] but is 1");
    CHECK(error({.max_steps = 0}) == "integrated-gradients: max-steps must be at least 1 but is 0");
}

TEST_CASE("paths that do not fit are refused") {
    CHECK(error_of([] { polyline({row({1})}); }) == "polyline: a path needs at least two corners but got 1");
    CHECK(error_of([] {
              attribution::straight(row({1}), row({1, 2}));
          }) == "polyline: corners must have one shape but have (1, 1) and (1, 2)");
    CHECK(error_of([] { curve([](double t) { return row({t}); }, 0); }) == "curve: edges must be at least 1 but is 0");
    const Path widening = curve([](double t) { return t < 0.5 ? row({t, t, t}) : row({t, t}); }, 4);
    CHECK(error_of([&] {
              along(product,
                    {.edges = 4,
                     .corner =
                         [&](Index k) {
                             return k == 0 ? row({0, 0}) : widening.corner(k);
                         }},
                    {.steps = 2});
          }) == "test: corners of the path must have shape (1, 2) but one has (1, 3)");
}
