// Single axioms where theory tells the number, and methods of a user's own.
#include <attribution/functions.hpp>

#include <gradpath/attribution/axioms/check.hpp>

using namespace attribution_tests;
using namespace attribution::axioms;

namespace {

constexpr Check few{.functions = 20, .seed = 8};

Subject taylor() {
    return subject("taylor", [](const Model& f, const Tensor& x, const Tensor& baseline) {
        return attribution::gradient(f, x).values * (x - baseline);
    });
}

}  // namespace

TEST_CASE("a user's own method is checked in ten lines") {
    std::string kept;
    for (const Cell& cell : check(taylor(), few)) {
        if (cell.holds == Holds::yes && find_axiom(cell.axiom).claim) kept += cell.axiom + " ";
        CHECK(cell.counterexample.has_value() == (cell.holds == Holds::no));
        CHECK((!cell.counterexample || cell.counterexample->commands.empty()));
    }
    CHECK(kept == "A3 A4 A5 A6 A7 A9 A10 A11 ");  // the slope at the end alone knows neither sums nor plateaus
}

TEST_CASE("Integrated Gradients keep all of them, also from distributions; cancellation is only measured") {
    for (const Cell& cell : check(registered("integrated-gradients"), few)) {
        CHECK_MESSAGE((cell.holds == Holds::yes) == (cell.axiom != "A12"), cell.axiom, " ", cell.figure);
        if (cell.axiom != "A12") CHECK(cell.figure <= cell.tolerance);
        CHECK(cell.functions >= 5);
    }
}

TEST_CASE("from a distribution, the mean of Integrated Gradients is complete, and that of one baseline is not") {
    const auto ig = [](const Model& f, const Tensor& x, const Tensor& baseline) {
        return attribution::integrated_gradients(f, x, {.baseline = baseline, .quadrature = {.tolerance = 1e-11}})
            .values;
    };
    const Axiom& distribution = find_axiom("A14");
    CHECK(check(subject("mine", ig), distribution, few).holds == Holds::yes);
    Subject first = subject("mine", ig);
    first.run = [&ig](const Question& q, Index) {  // forgets all baselines but the first
        return Answer{numbers(ig(q.f, attribution::axioms::row_of(q.x), attribution::axioms::row_of(q.baselines[0])))};
    };
    const Cell measured = check(first, distribution, few);
    CHECK(measured.holds == Holds::no);
    CHECK(measured.counterexample->source.starts_with("A1 "));
}

TEST_CASE("distributions have the closed form of T18: uniform baselines of x1 x2") {
    const auto f = of_columns([](auto& x) { return x[0] * x[1]; });
    std::vector<double> grid;  // the midpoints of 20 by 20 squares have the mean and the products of the uniform law
    for (int i = 0; i < 20; ++i)
        for (int j = 0; j < 20; ++j) grid.insert(grid.end(), {(i + 0.5) / 20, (j + 0.5) / 20});
    const Attribution a = attribution::integrated_gradients(
        f, row({0.8, 0.3}),
        {.baseline = attribution::baseline::Samples{Tensor({400, 2}, std::span<const double>(grid))}});
    CHECK(largest_difference(numbers(a.values), {0.12, -0.13}) <= 1e-12);
    CHECK(a.f_input[0] - (*a.f_baseline)[0] == doctest::Approx(-0.01).epsilon(1e-10));
}

TEST_CASE("shares of smooth functions move no faster than the bound, shares of kinked ones jump") {
    const Cell bound = check(registered("integrated-gradients"), find_axiom("continuity"), few);
    CHECK(bound.holds == Holds::yes);
    CHECK(bound.figure == 0);
    CHECK(check(registered("gradient"), find_axiom("continuity"), {.seed = 8}).holds == Holds::no);
    const auto f = of_columns([](auto& x) { return relu(x[0] - x[1]); });
    const auto shares = [&](double second) {
        return numbers(attribution::integrated_gradients(f, row({1, second})).values);
    };
    constexpr double e = 1e-6;
    CHECK(largest_difference(shares(1 - e), {1, -(1 - e)}) <= 1e-12);
    CHECK(largest_difference(shares(1 + e), {0, 0}) <= 1e-12);
    const std::vector<double> before = shares(1 - e), after = shares(1 + e);
    CHECK(std::hypot(before[0] - after[0], before[1] - after[1]) == doctest::Approx(std::sqrt(2.0)).epsilon(1e-5));
}

TEST_CASE("no path method keeps shares from cancelling") {
    const auto f = of_columns([](auto& x) { return x[0] - x[1]; });
    for (const char* method : {"integrated-gradients", "path-ensemble", "guided-ig"}) {
        const Attribution a = attribution::find_method(method).run(f, row({1, 1}), {});
        CHECK(largest_difference(numbers(a.values), {1, -1}) <= 1e-9);
        CHECK((*a.ncc_gap)[0] == doctest::Approx(2));
    }
    const Cell cell = check(registered("integrated-gradients"), find_axiom("no-cancellation"), few);
    CHECK(cell.holds == Holds::open);
    CHECK(cell.figure >= 0);
    CHECK(cell.figure < 1);
}

TEST_CASE("answers that are not numbers break an axiom") {
    const Subject broken = subject("broken", [](const Model&, const Tensor& x, const Tensor&) {
        return x * std::numeric_limits<double>::quiet_NaN();
    });
    for (const char* axiom : {"A1", "A4", "A6", "A11"}) {
        const Cell cell = check(broken, find_axiom(axiom), few);
        CHECK_MESSAGE(cell.holds == Holds::no, axiom);
    }
}

TEST_CASE("a method must be there and give a share for each feature") {
    CHECK(error_of<ValueError>([] { subject("mine", {}); }) ==
          "axioms: the method mine is empty; give a function of f, x and baseline");
    const Subject lazy = subject("lazy", [](const Model&, const Tensor&, const Tensor&) {
        return zeros({1, 1}, DType::float64);
    });
    const std::string error = error_of<ShapeError>([&] { check(lazy, find_axiom("A1"), few); });
    CHECK(error.starts_with("axioms: lazy: one share for each feature: needs "));
    CHECK(error.ends_with(" but gave 1"));
}
