// Shapley Integrated Gradients in closed form, and what sampling keeps of it.
#include <attribution/functions.hpp>

#include <gradpath/attribution/coalition/lines.hpp>

using namespace attribution_tests;
using attribution::Cells;
using attribution::CoalitionLine;
using attribution::Rescaling;
using attribution::shapley_integrated_gradients;
using attribution::ShapleyIntegratedGradients;

namespace {

std::vector<double> shares(const Model& f, const Tensor& x, const ShapleyIntegratedGradients& o) {
    return numbers(shapley_integrated_gradients(f, x, o).values);
}

Model product_of_all() {
    return of_columns([](auto& x) {
        Tensor y = x[0];
        for (std::size_t k = 1; k < x.size(); ++k) y = y * x[k];
        return y;
    });
}

/// Polynomials of degree two: four nodes on a line are exact.
const Model pairs = of_columns([](auto& x) {
    Tensor y = x[0] * x[1] * 2.0;
    for (std::size_t k = 2; k < x.size(); ++k) y = y + x[k] * x[k - 1] * (1.0 / static_cast<double>(k)) + x[k];
    return y;
});
ShapleyIntegratedGradients sampled(Index samples, std::uint64_t seed, Rescaling normalise = Rescaling::none) {
    return {.samples = samples, .normalise = normalise, .quadrature = {.steps = 2}, .seed = seed};
}

}  // namespace

TEST_CASE(
    "T30a: full shares of x1 x2 + x3 are neither complete nor in the ratio of shapley values, marginal ones are") {
    const Model f = of_columns([](auto& x) { return x[0] * x[1] + x[2]; });
    const Tensor x = row({1, 1, 1});
    CHECK(largest_difference(shares(f, x, {.normalise = Rescaling::none}), {0.75, 0.75, 1}) <= 1e-9);
    CHECK(largest_difference(shares(f, x, {}), {0.6, 0.6, 0.8}) <= 1e-9);
    CHECK(largest_difference(shares(f, x, {.line = CoalitionLine::marginal}), {0.5, 0.5, 1}) <= 1e-15);
    const Attribution raw = shapley_integrated_gradients(f, x, {.normalise = Rescaling::none});
    CHECK(raw.delta->at(0) == doctest::Approx(0.5).epsilon(1e-9));
    CHECK(raw.tolerance_met->at(0));
    CHECK(shapley_integrated_gradients(f, x).relative_delta->at(0) <= 1e-15);
}

TEST_CASE("T30b: full shares of a product of n are H_n / n of it, and rescaled ones its n-th part") {
    for (Index n = 1; n <= 5; ++n) {
        double harmonic = 0;
        for (Index k = 1; k <= n; ++k) harmonic += 1.0 / static_cast<double>(k);
        const Tensor x = full({1, n}, 1.0, DType::float64);
        const std::vector<double> each(static_cast<std::size_t>(n), harmonic / static_cast<double>(n)),
            part(static_cast<std::size_t>(n), 1 / static_cast<double>(n));
        CHECK(largest_difference(shares(product_of_all(), x, {.normalise = Rescaling::none}), each) <= 1e-9);
        CHECK(largest_difference(shares(product_of_all(), x, {}), part) <= 1e-9);
    }
}

TEST_CASE("T30c: of sums of functions of one feature every form and every sample is exact") {
    const Model f = of_columns([](auto& x) { return square(x[0]) * 2.0 - sin(x[1]) + x[2] * 3.0 - exp(x[3]); });
    const std::vector<double> wanted{8, -std::sin(1.0), 1.5, 1 - std::exp(-1.0)};
    for (const CoalitionLine line : {CoalitionLine::full, CoalitionLine::marginal})
        for (const Rescaling normalise : {Rescaling::none, Rescaling::completeness})
            for (const std::optional<Index> samples : {std::optional<Index>{}, std::optional<Index>{1}})
                CHECK(largest_difference(
                          shares(f, row({2, 1, 0.5, -1}), {.line = line, .samples = samples, .normalise = normalise}),
                          wanted) <= 1e-9);
}

TEST_CASE("T30d: of one feature it is Integrated Gradients") {
    const Model f = of_columns([](auto& x) { return exp(x[0]); });
    const Tensor x = row({1.5}), from = row({-0.5});
    const double wanted = attribution::integrated_gradients(f, x, {.baseline = from}).values.at(0);
    CHECK(shares(f, x, {.baseline = from})[0] == doctest::Approx(wanted).epsilon(1e-9));
    CHECK(shares(f, x, {.baseline = from, .samples = 3})[0] == doctest::Approx(wanted).epsilon(1e-9));
}

TEST_CASE("the weights of the coalitions without a player are one in all, and each size's as large as each other's") {
    const auto check = [](const Cells& cells, Index players) {
        for (Index i = 0; i < players; ++i) {
            std::vector<double> of_size(static_cast<std::size_t>(players), 0);
            for (std::size_t k = 0; k < cells.coalitions.size(); ++k)
                if (const attribution::Coalition& s = cells.coalitions[k]; !s.contains(i))
                    of_size[static_cast<std::size_t>(s.size())] += cells.weights[k];
            for (const double weight : of_size)
                CHECK(weight == doctest::Approx(1 / static_cast<double>(players)).epsilon(1e-12));
        }
    };
    for (Index n = 1; n <= 6; ++n) {
        check(attribution::every_cell(n), n);
        check(attribution::cells_on_circle(attribution::orders({}, n, 3).front()), n);
    }
    CHECK(attribution::cells_on_circle(attribution::orders({}, 9, 0).front()).coalitions.size() == 1 + 9 * 8);
}

TEST_CASE("marginal shares are stratified sampling of shapley values") {
    const Model f = relu_net({9, 8, 1}, 3, true);
    const Tensor x = random_tensor({2, 9}, 1);
    const std::vector<double> a = shares(f, x, {.line = CoalitionLine::marginal, .samples = 5, .seed = 7});
    const attribution::ShapleySampling same{
        .sampling = {.samples = 45, .antithetic = false}, .stratified = true, .seed = 7};
    CHECK(a == numbers(attribution::shapley_sampling(f, x, same).values));
    CHECK(largest_difference(shares(f, slice(x, 1, 0, 9), {.line = CoalitionLine::marginal, .samples = 2000}),
                             numbers(attribution::shapley(f, x).values)) <= 0.02);
}

TEST_CASE("sampled full shares go to the exact ones as one over the root of the samples, with honest errors") {
    const Tensor x = random_tensor({1, 7}, 4);
    for (const Rescaling normalise : {Rescaling::none, Rescaling::completeness}) {
        ShapleyIntegratedGradients all = sampled(1, 0, normalise);
        all.samples.reset();
        const std::vector<double> truth = shares(pairs, x, all);
        const auto errors = [&](Index samples, std::uint64_t runs, double& within) {
            double squares = 0;
            Index held = 0;
            for (std::uint64_t seed = 0; seed < runs; ++seed) {
                const Attribution a = shapley_integrated_gradients(pairs, x, sampled(samples, seed, normalise));
                for (Index i = 0; i < 7; ++i) {
                    const double error = std::abs(a.values.at(i) - truth[static_cast<std::size_t>(i)]);
                    squares += error * error;
                    if (error <= attribution::t_quantile(samples - 1) * a.standard_error->at(i) + 1e-14) ++held;
                }
            }
            within = static_cast<double>(held) / static_cast<double>(7 * runs);
            return std::sqrt(squares);
        };
        double few_within = 0, many_within = 0;
        const double few = errors(4, 60, few_within), many = errors(36, 60, many_within);
        CHECK(few / many > 2.2);
        CHECK(few / many < 4.2);
        CHECK(many_within >= 0.91);
        CHECK(many_within <= 0.99);
    }
}

TEST_CASE("a tolerance bounds half-widths and lines, and the cost is reported") {
    const Tensor x = random_tensor({1, 9}, 4);
    const Attribution a = shapley_integrated_gradients(pairs, x, {.quadrature = {.tolerance = 0.02}});
    CHECK(a.tolerance_met->at(0));
    CHECK(a.half_width->at(0) <= 0.02);
    CHECK(a.quadrature_error->at(0) <= 0.02);
    CHECK(*a.samples >= 30);
    CHECK(a.steps->at(0) <= a.evaluations.backward);
    const Attribution capped =
        shapley_integrated_gradients(pairs, x, {.max_samples = 31, .quadrature = {.tolerance = 1e-6}});
    CHECK_FALSE(capped.tolerance_met->at(0));
    CHECK(*capped.samples == 31);
}

TEST_CASE("the estimated error of the lines is rescaled with the shares, and the tolerance bounds it, too") {
    const Model f =
        of_columns([](auto& x) { return x[0] * x[1] * 4.0 - (x[0] + x[1]) * 3.0 + cos(x[0] * x[1] * 20.0) * 0.1; });
    const auto with = [&](Rescaling normalise) {
        return shapley_integrated_gradients(f, row({1, 1}), {.normalise = normalise, .quadrature = {.tolerance = 0.1}});
    };
    const Attribution raw = with(Rescaling::none), rescaled = with(Rescaling::completeness);
    const double c = rescaled.values.at(0) / raw.values.at(0),
                 change = std::abs(raw.f_input[0] - raw.f_baseline->at(0));
    REQUIRE(c > 20);
    // Divided by max(|dF|, Σ|A|): dF beside shares that cancel, and after rescaling the same.
    CHECK(rescaled.quadrature_error->at(0) == doctest::Approx(c * raw.quadrature_error->at(0)).epsilon(1e-9));
    CHECK(rescaled.quadrature_error->at(0) > 0.1);
    CHECK(raw.tolerance_met->at(0));
    CHECK_FALSE(rescaled.tolerance_met->at(0));
    CHECK(rescaled.notes == std::vector<std::string>{"the lines of row 0 cancel: each met the tolerance 0.05, but not "
                                                     "the estimated error of their mean"});
    REQUIRE(change > std::abs(raw.values.at(0) + raw.values.at(1)));
}

TEST_CASE("patches are players whose features keep shares of their own") {
    const Model f = [](const Tensor& x) { return sum(square(flatten(x)), {.axes = {1}}); };
    const Tensor x = random_tensor({1, 1, 4, 4}, 2);
    const Attribution a = shapley_integrated_gradients(f, x, {.groups = attribution::parse_groups("grid:2x2")});
    REQUIRE(a.players);
    CHECK(largest_difference(numbers(a.values), numbers(square(x))) <= 1e-9);
    CHECK(a.players->at(0) ==
          doctest::Approx(a.values.at(0) + a.values.at(1) + a.values.at(4) + a.values.at(5)).epsilon(1e-12));
}

TEST_CASE("over a background the shares are the mean, and of rows with targets of their own those of each row") {
    const Model f = relu_net({4, 7, 3}, 11, true);
    const Tensor x = random_tensor({2, 4}, 3), pool = random_tensor({2, 4}, 5);
    const ShapleyIntegratedGradients raw{.target = std::vector<Index>{2, 0}, .normalise = Rescaling::none};
    ShapleyIntegratedGradients over = raw;
    over.baseline = attribution::baseline::Samples{pool};
    Tensor mean = zeros_like(x);
    for (Index k = 0; k < 2; ++k) {
        ShapleyIntegratedGradients one = raw;
        one.baseline = slice(pool, 0, k, k + 1);
        mean = mean + shapley_integrated_gradients(f, x, one).values / 2.0;
    }
    CHECK(largest_difference(shares(f, x, over), numbers(mean)) <= 1e-12);
    const attribution::Weights weights{Tensor({2, 3}, {0, 0, 1, 1, 0, 0}, DType::float64)};
    CHECK(largest_difference(shares(f, x, {.target = weights, .normalise = Rescaling::none}), shares(f, x, raw)) <=
          1e-12);
}

TEST_CASE("shares that cancel are left as they are, and the result says so") {
    const Attribution none =
        shapley_integrated_gradients(of_columns([](auto& x) { return x[0] * (x[1] - 1.0); }), row({1, 1}));
    CHECK(none.f_input[0] == none.f_baseline->at(0));
    CHECK(none.values.at(1) == doctest::Approx(0.75).epsilon(1e-9));
    CHECK_FALSE(none.tolerance_met->at(0));
    CHECK(none.notes == std::vector<std::string>{"the shares of row 0 cancel too much to be rescaled to F(x) - F(x')"});
}

TEST_CASE("options are told by name and refused by name") {
    const Tensor x = row({1, 2});
    const auto error = [&](const char* option, const char* value) {
        return error_of<ValueError>([&] {
            attribution::find_method("shapley-integrated-gradients").run(pairs, x, {.set = {{option, value}}});
        });
    };
    CHECK(error("line", "ful") ==
          "shapley-integrated-gradients: line: 'ful' is unknown; did you mean 'full'? There are: full marginal");
    CHECK(error("normalise", "completenes") ==
          "shapley-integrated-gradients: normalise: 'completenes' is unknown; did you mean 'completeness'? There are: "
          "none completeness");
    CHECK(error("samples", "0") == "shapley-integrated-gradients: samples must be at least 1 but is 0");
    CHECK(error("tolerance", "0") == "shapley-integrated-gradients: tolerance must be above 0 but is 0");
}
