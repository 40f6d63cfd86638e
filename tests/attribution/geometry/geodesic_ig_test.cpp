// Geodesic IG by name: closed forms through every solver, what batches share, and what stands in for an answer.
#include <algorithm>

#include <attribution/geometry/functions.hpp>

using namespace geometry_tests;
using attribution::GeodesicIg;
using attribution::GeodesicIgKnn;

namespace {

/// On the rows of functions.hpp.
void check_closed_forms(const GeodesicIg& options, double tolerance) {
    for (const Row& known : rows) {
        GeodesicIg o = options;
        o.baseline = row(known.from);
        const Attribution a = attribution::geodesic_ig(product, row(known.to), o);
        CHECK(largest_difference(numbers(a.values), exact_shares(known.from, known.to)) <= tolerance);
        CHECK(a.relative_delta->at(0) <= 1e-6);
        CHECK(a.tolerance_met->at(0));
    }
}

Tensor plane_points(Index count) {
    return random::uniform({count, 2}, -0.5, 2.5, {.seed = 4, .dtype = DType::float64});
}

/// Several inputs, one of them its own baseline, and the baseline of all.
const Tensor inputs({4, 2}, {0.5, 2.0, 1.5, 1.0, 1.0, 0.2, 2.0, 0.5}, DType::float64);
const Tensor baseline_of_all = row({2, 0.5});

}  // namespace

TEST_CASE("the closed forms of x1 x2 by every solver that follows the metric") {
    check_closed_forms({.points = 257}, 1e-4);
    check_closed_forms({.solver = "shooting", .points = 257}, 1e-4);
    check_closed_forms({.solver = "fast-marching", .cells = 256}, 2e-3);
    const attribution::NeighbourPool pool{.points = plane_points(1500)};
    check_closed_forms({.solver = "neighbours", .points = 129, .neighbours = {.k = 30}, .pool = pool}, 1e-2);
    check_closed_forms({.solver = "neighbours", .refine = false, .neighbours = {.k = 60}, .pool = pool}, 0.06);
}

TEST_CASE("a linear F has the shares of Integrated Gradients by every metric and solver") {
    const Model f = [](const Tensor& x) { return matmul(x, Tensor({2, 2}, {2.0, 1.0, -3.0, 0.5}, DType::float64)); };
    const Tensor x = row({0.7, -0.4}), from = row({-0.2, 0.5});
    for (const char* metric : {"conformal", "pullback", "logits", "probabilities", "fisher", "euclidean"})
        for (const char* solver : {"relax", "shooting", "neighbours", "fast-marching", "variational"}) {
            const bool conformal = metric == std::string("conformal") || metric == std::string("euclidean");
            if (solver == std::string("fast-marching") && !conformal) continue;
            CAPTURE(metric);
            CAPTURE(solver);
            GeodesicIg o{.target = Index{0}, .baseline = from, .metric = metric, .solver = solver, .points = 9};
            o.variational.iterations = 20;
            const Attribution a = attribution::geodesic_ig(f, x, o);
            CHECK(largest_difference(numbers(a.values), {1.8, 2.7}) <= 1e-12);
        }
}

TEST_CASE("what cancels on a geodesic is measured, and an unchanged feature gets a share: E8, E14") {
    const Attribution level =
        attribution::geodesic_ig(product, row({0.5, 2}), {.baseline = row({2, 0.5}), .points = 257});
    CHECK(level.ncc_gap->at(0) == doctest::Approx(4 * std::log(2.0)).epsilon(1e-3));
    CHECK(std::abs(level.delta->at(0)) <= 1e-6);
    const Attribution unchanged =
        attribution::geodesic_ig(product, row({1, 1}), {.baseline = row({1, 0}), .points = 257});
    CHECK(unchanged.values.at(0) == doctest::Approx(0.069591).epsilon(2e-3));
}

TEST_CASE("a row's answer does not depend on the other rows, and an input that is its baseline gets nothing") {
    const attribution::NeighbourPool pool{.points = plane_points(200)};
    for (GeodesicIg o : {GeodesicIg{.points = 9}, GeodesicIg{.solver = "neighbours", .refine = false, .pool = pool},
                         GeodesicIg{.solver = "neighbours", .refine = false},
                         GeodesicIg{.solver = "variational", .variational = {.points = 8, .iterations = 30}}}) {
        CAPTURE(o.solver);
        o.baseline = baseline_of_all;
        const Attribution all = attribution::geodesic_ig(product, inputs, o);
        for (Index k = 0; k < inputs.rows(); ++k) {
            const Attribution one = attribution::geodesic_ig(product, slice(inputs, 0, k, k + 1), o);
            CHECK(same_bits(slice(all.values, 0, k, k + 1), one.values));
        }
        CHECK(numbers(slice(all.values, 0, 3, 4)) == std::vector<double>{0, 0});
    }
}

TEST_CASE("a margin is explained as the difference of the two outputs, by every method") {
    const Model both = of_columns([](auto& z) { return stack({z[0] * z[1], square(z[0]) - z[1]}, 1); });
    const Model difference = of_columns([](auto& z) { return z[0] * z[1] - (square(z[0]) - z[1]); });
    const auto compare = [&]<class Options>(auto method, Options o) {
        o.baseline = baseline_of_all;
        const Attribution plain = method(difference, inputs, o);
        o.stage = attribution::parse_stage("margin:0,1");
        const Attribution margin = method(both, inputs, o);
        CHECK(largest_difference(numbers(margin.values), numbers(plain.values)) <= 1e-9);
        CHECK(margin.f_input == plain.f_input);
    };
    compare(attribution::geodesic_ig, GeodesicIg{.points = 9});
    compare(attribution::geodesic_ig_knn, GeodesicIgKnn{.pool = {.points = plane_points(200)}});
    compare(attribution::geodesic_ig_svi, attribution::GeodesicIgSvi{.variational = {.points = 8, .iterations = 30}});
}

TEST_CASE("edges that ways share are integrated once") {
    const Tensor pool = plane_points(150);
    const GeodesicIgKnn o{
        .baseline = baseline_of_all, .neighbours = {.k = 6}, .pool = {.points = pool}, .quadrature = {.steps = 40}};
    const Attribution a = attribution::geodesic_ig_knn(product, pool, o);
    Index steps = 0, graph = 0;
    for (const Index of_row : *a.steps) steps += of_row;
    const Attribution none = attribution::geodesic_ig_knn(product, slice(pool, 0, 0, 1), o);
    graph = none.evaluations.backward - none.steps->at(0);
    CHECK(steps > 3 * 40 * 151);
    CHECK(a.evaluations.backward <= graph + 40 * 151 + 151 * 10);
    for (const double delta : *a.relative_delta) CHECK(delta <= 1e-12);
}

TEST_CASE("ways lead through the class that is explained where that is asked for") {
    // Output 0 is the larger one from x1 = -0.2 on; its slope is small on the other side.
    const Model f = of_columns([](auto& x) {
        const Tensor y = reshape(x[0] + softplus(x[0] * 8.0) + x[1] * 0.01, {x[0].rows(), 1});
        return concat({y, -y}, 1);
    });
    const Tensor pool = random::uniform({400, 2}, -1, 1, {.seed = 9, .dtype = DType::float64});
    GeodesicIg o{.baseline = row({0.3, -1}), .solver = "neighbours", .refine = false, .pool = {.points = pool}};
    const auto leftmost = [&](bool same_class) {
        o.pool.same_class = same_class;
        return min(slice(attribution::geodesics(f, row({0.3, 1}), o)[0].corners, 1, 0, 1)).item();
    };
    CHECK(leftmost(false) < -0.3);
    CHECK(leftmost(true) > -0.22);
}

TEST_CASE("metrics by name are those of the functions, with a share of the median size added") {
    const Model f = smooth_net({2, 6, 3}, 4);
    const Tensor x = row({1, 0.5}), from = row({-1, 0});
    const auto curve = [&](const GeodesicIg& o) { return attribution::geodesics(f, x, o)[0].corners; };
    const auto own = [&](const Metric& metric) {
        return GeodesicIg{.baseline = from, .points = 9, .own_metric = [metric](const Model&) { return metric; }};
    };
    const auto named = [&](const char* name) {
        return GeodesicIg{.baseline = from, .metric = name, .epsilon = 0, .points = 9};
    };
    const auto same = [&](const char* name, Metric metric) {
        CAPTURE(name);
        GeodesicIg direct = own(metric);
        direct.epsilon = 0;
        CHECK(largest_difference(numbers(curve(named(name))), numbers(curve(direct))) <= 1e-12);
    };
    same("logits", geometry::pullback(f));
    same("probabilities", geometry::pullback(geometry::probabilities(f)));
    same("layer:hidden", geometry::pullback(geometry::layer_output(f, "hidden")));
    same("euclidean", geometry::euclidean());
    GeodesicIg added = named("logits");
    added.epsilon = 1e6;
    CHECK(largest_difference(numbers(curve(added)), numbers(geometry::line(from, x, 9))) <= 1e-4);
}

TEST_CASE("where a solver has no answer the straight line stands for it, and a note says so") {
    const Tensor x = row({1, 0.5, -1}), from = row({-0.3, 1, 0.2});
    const Model pieces = relu_net({3, 8, 2}, 3, true);
    const Attribution a = attribution::geodesic_ig(pieces, x, {.baseline = from});
    CHECK(largest_difference(numbers(a.values),
                             numbers(attribution::integrated_gradients(pieces, x, {.baseline = from}).values)) <= 1e-9);
    REQUIRE_FALSE(a.notes.empty());
    CHECK(a.notes[0].find("is constant on pieces and pulls no curve: this one is the straight line") !=
          std::string::npos);
    const Model beside = of_columns([](auto& z) { return sqrt(z[0] + 0.05) + z[1]; });  // of the line, not on it
    const Model at_zero = of_columns([](auto& z) { return z[0] * z[1]; });              // its metric vanishes there
    const std::pair<const char*, Model> lost[] = {
        {"neighbours", beside}, {"fast-marching", beside}, {"shooting", at_zero}};
    for (const auto& one : lost) {
        CAPTURE(one.first);
        const Attribution b = attribution::geodesic_ig(one.second, row({1, 2}), {.solver = one.first, .cells = 16});
        CHECK(std::ranges::any_of(b.notes, [](const std::string& note) {
            return note.find("row 0: the straight line stands for the curve") != std::string::npos;
        }));
    }
}

TEST_CASE("curves that begin, end or lead where F or its slope is not finite are refused, by every solver") {
    const Model gap = of_columns([](auto& z) { return sqrt(z[0] - 5.0) + z[1]; });
    const Model log_of = of_columns([](auto& z) { return log(z[0]) + z[1]; });
    const Model root = of_columns([](auto& z) { return sqrt(z[0]) + z[1]; });
    const auto said = [](const Model& f, const Tensor& x, const GeodesicIg& o) {
        const std::string by_name = error_of<NumericError>([&] { attribution::geodesic_ig(f, x, o); }),
                          alone = error_of<NumericError>([&] { attribution::geodesics(f, x, o); });
        CHECK(by_name == "geodesic-ig" + alone.substr(std::string("geodesics").size()));
        return by_name.substr(by_name.find("in row"));
    };
    for (const char* solver : {"relax", "shooting", "neighbours", "fast-marching", "variational"}) {
        CAPTURE(solver);
        const GeodesicIg o{.solver = solver, .cells = 16};
        CHECK(said(gap, row({1, 2}), o).starts_with("in row 0 f is "));
        CHECK(said(log_of, row({1, 2}), o) ==
              "in row 0 f is -inf at its start; choose ends between which the function is defined");
        CHECK(said(root, row({1, 2}), o) ==
              "in row 0 a slope is inf at its start; f is not differentiable there; move that end a little");
    }
    GeodesicIg down{.baseline = row({2, 1})};
    CHECK(said(log_of, concat({row({1, 2}), row({0, 2})}), down).starts_with("in row 1 f is -inf at its end"));
    const Model pole = of_columns([](auto& z) { return 1.0 / z[0]; });
    CHECK(error_of<NumericError>([&] {
              attribution::geodesic_ig(pole, row({1}), {.baseline = row({-1}), .metric = "euclidean", .points = 9});
          }) ==
          "geodesic-ig: f and its gradient must be finite along the whole curve: in row 0 f is inf at t = 0.5 of "
          "0 .. 1; choose ends between which the function is defined");
}

TEST_CASE("notes advise nothing that is in use") {
    const Tensor x = row({1, 0.5, -1});
    const Model pieces = relu_net({3, 8, 2}, 3, true);
    const auto advice = [&](const GeodesicIg& o) {
        const std::string note = attribution::geodesics(pieces, x, o)[0].notes.at(0);
        return note.substr(note.find("; ") + 2);
    };
    CHECK(advice({}) == "soften the function, explain the log-probability, or use the solver neighbours");
    CHECK(advice({.solver = "neighbours"}) == "soften the function, or explain the log-probability");
    const Model folded = of_columns([](auto& z) { return abs(z[0] - 0.25) + abs(z[0] - 0.5) * 2.0 + z[1] + z[2]; });
    CHECK(attribution::geodesics(folded, x)[0].notes.at(0).ends_with(
        "; explain the log-probability, or use the solver neighbours"));
}

TEST_CASE("a curve is measured as the straight line is, and told where it is longer") {
    const Tensor x = row({0.5, 2}), from = row({2, 0.5});
    const auto found = [&](GeodesicIg o) {
        o.baseline = from;
        return attribution::geodesics(product, x, o)[0];
    };
    const geometry::Geodesic relaxed = found({.points = 65});
    CHECK(relaxed.energy == doctest::Approx(3.75 * 3.75 / 2).epsilon(1e-3));
    CHECK(relaxed.notes.empty());
    const Metric metric = geometry::conformal([](const Tensor& z) { return product(z); });
    const Tensor straight = geometry::line(from, x, 65);
    for (const char* solver : {"shooting", "fast-marching", "neighbours", "variational"}) {
        CAPTURE(solver);
        const geometry::Geodesic g =
            found({.solver = solver, .points = 65, .refine = false, .variational = {.points = 15, .iterations = 20}});
        CHECK(g.straight_length == doctest::Approx(geometry::length(metric, straight, 5)).epsilon(1e-3));
        CHECK(g.straight_energy == doctest::Approx(geometry::energy(metric, straight).item()).epsilon(1e-3));
        CHECK(g.energy >= 0.999 * g.length * g.length / 2);
        CHECK(g.energy < g.straight_energy);
    }
    // A curve that is the straight line has its energy, not the least one of that way.
    const geometry::Geodesic line = found({.solver = "neighbours", .refine = false, .pool = {.around = 0}});
    CHECK(line.energy == doctest::Approx(line.straight_energy).epsilon(1e-3));
    // Of kinks more corners see more: a way that is the straight line is not a longer one for having more of them.
    const Model kinks = of_columns([](auto& z) {
        auto sum = abs(z[0] - 0.71);
        for (const double at : {0.83, 0.97, 1.18, 1.37, 1.61, 1.82}) sum = sum * -0.9 + abs(z[0] - at) * 3.0;
        return sum + z[1];
    });
    const Tensor there = row({2, 2});
    const geometry::Geodesic along =
        attribution::geodesics(kinks, there,
                               {.baseline = row({0, 0}),
                                .solver = "neighbours",
                                .points = 3,
                                .refine = false,
                                .neighbours = {.k = 2},
                                .pool = {.points = geometry::line(row({0, 0}), there, 23)}})[0];
    CHECK(along.corners.rows() > 9);
    CHECK(along.notes.empty());
    CHECK(along.length == along.straight_length);
    // The epsilon of a way's metric is that of its pool; it is measured by that of the line, which is flat here.
    const Model step = of_columns([](auto& z) { return tanh(z[0] * 3.0) + z[1] * 0.0; });
    const Tensor bottom = row({2, -1}), top = row({2, 1});
    const Tensor pool = random::uniform({300, 2}, -1.2, 1.2, {.seed = 2, .dtype = DType::float64}) + row({0.9, 0});
    const Metric whole = geometry::pullback([&](const Tensor& z) { return reshape(step(z), {z.rows(), 1}); });
    const Metric of_line = geometry::regularised(whole, 1e-3 * whole.trace(bottom).at(0));
    const geometry::Geodesic way = attribution::geodesics(step, top,
                                                          {.baseline = bottom,
                                                           .metric = "pullback",
                                                           .solver = "neighbours",
                                                           .refine = false,
                                                           .pool = {.points = pool}})[0];
    CHECK(way.length == doctest::Approx(geometry::length(of_line, way.corners, 5)).epsilon(1e-6));
    CHECK(way.straight_length ==
          doctest::Approx(geometry::length(of_line, geometry::line(bottom, top, 33), 5)).epsilon(1e-6));
    CHECK(way.energy >= 0.999 * way.length * way.length / 2);
    const geometry::Geodesic detour = found({.solver = "neighbours",
                                             .refine = false,
                                             .neighbours = {.k = 1},
                                             .pool = {.points = concat({from, row({2, 2}), x})}});
    REQUIRE(detour.length > detour.straight_length);
    CHECK(detour.notes.back() ==
          text("the curve is longer than the straight line in the metric conformal: ", detour.length, " to ",
               detour.straight_length, "; use a larger k, more points in the pool, or refine the way"));
    const geometry::Geodesic steep = found({.solver = "variational", .variational = {.beta = 100, .paper = true}});
    CHECK(
        steep.notes.back().ends_with("; the variational energy is another than the metric's, and with the published "
                                     "sign it seeks steep places; use relax"));
}

TEST_CASE("curves for their own sake") {
    const std::vector<geometry::Geodesic> all =
        attribution::geodesics(product, inputs, {.baseline = baseline_of_all, .points = 65});
    REQUIRE(all.size() == 4);
    for (Index k = 0; k < 3; ++k) {
        const geometry::Geodesic& g = all[static_cast<std::size_t>(k)];
        const std::vector<double> to = numbers(slice(inputs, 0, k, k + 1));
        CHECK(same_bits(slice(g.corners, 0, 0, 1), baseline_of_all));
        CHECK(same_bits(slice(g.corners, 0, 64, 65), slice(inputs, 0, k, k + 1)));
        CHECK(g.length == doctest::Approx(exact_length({2, 0.5}, to)).epsilon(1e-3));
        CHECK(g.converged);
    }
}

TEST_CASE("geodesic-ig says what does not fit") {
    const auto error = [&](const GeodesicIg& o, const Model& f = product) {
        return error_of<ValueError>([&] { attribution::geodesic_ig(f, row({1, 2}), o); });
    };
    CHECK(error({.metric = "conformol"}) ==
          "geodesic-ig: metric 'conformol' is unknown; did you mean 'conformal'? There are: conformal pullback logits "
          "probabilities fisher euclidean");
    CHECK(error({.solver = "relaxx"}) ==
          "geodesic-ig: solver 'relaxx' is unknown; did you mean 'relax'? There are: relax shooting neighbours "
          "fast-marching variational");
    CHECK(error({.epsilon = -1}) == "geodesic-ig: epsilon must not be negative but is -1");
    CHECK(error({.points = 2}) == "geodesic-ig: points must be at least 3 but is 2");
    CHECK(error({.max_iterations = -1}) == "geodesic-ig: max-iterations must not be negative but is -1");
    CHECK(error({.cells = 7}) == "geodesic-ig: cells must be at least 8 but is 7");
    CHECK(error({.pool = {.around = -1}}) == "geodesic-ig: around must not be negative but is -1");
    CHECK(error({.pool = {.spread = 0}}) == "geodesic-ig: spread must be positive but is 0");
    CHECK(error({.target = attribution::OutputFunction([](const Tensor& y) { return sum(y, {.axes = {1}}); }),
                 .solver = "neighbours",
                 .pool = {.points = plane_points(20), .same_class = true}}) ==
          "geodesic-ig: same-class needs a target that is a class but it is function");
    CHECK(error_of<ValueError>([] {
              attribution::geodesic_ig(product, random_tensor({2, 3}, 1), {.solver = "fast-marching"});
          }) == "geodesic-ig: fast-marching is for two features but there are 3; use relax or neighbours");
    CHECK(error_of<ValueError>([] {
              attribution::geodesics(product, row({1, 2}), {.target = attribution::AllTargets{}});
          }) == "geodesics: each target has a curve of its own; ask for one target at a time");
    const Model mixing = [](const Tensor& x) { return sum(x, {.axes = {1}}) + sum(x); };
    CHECK(
        error_of<ValueError>([&] {
            attribution::geodesic_ig(mixing, random_tensor({2, 2}, 1), {});
        }) ==
        "geodesic-ig: rows of the model depend on each other, so the points of a curve cannot be run together; explain "
        "a model whose rows are independent");
    CHECK(error_of<ValueError>([] {
              attribution::geodesic_ig_knn(product, row({1, 2}), {.neighbours = {.k = 0}});
          }) == "neighbours: k must be at least 1 but is 0");
}

TEST_CASE("a tolerance that edges miss is told of the row and the tolerance that were asked for") {
    const Model jump =
        of_columns([](auto& x) { return x[0] + where(greater(x[0], 0.5123), x[0] * 0.0 + 1.0, x[0] * 0.0); });
    const Tensor x({2, 1}, {0.2, 1.0}, DType::float64);
    const auto asked = [&](Index max_steps) {
        return attribution::geodesic_ig(
            jump, x, {.metric = "euclidean", .quadrature = {.tolerance = 1e-6, .max_steps = max_steps}});
    };
    const Attribution missed = asked(1'000'000);
    CHECK(missed.tolerance_met == std::vector<bool>{true, false});
    CHECK(missed.notes ==
          std::vector<std::string>{
              "tolerance 1e-06 was missed in row 1 by all passes of gauss-kronrod: F jumps, or its slope "
              "is too sharp for any node; exact sees every bend of a piecewise-linear model"});
    const Attribution capped = asked(100'000);
    REQUIRE(capped.notes.size() == 1);
    const std::string said = "tolerance 1e-06 was not met within max-steps 100000; about ";
    REQUIRE(capped.notes[0].starts_with(said));
    const double needed = std::stod(capped.notes[0].substr(said.size()));
    CHECK(needed > 100'000);
    CHECK(asked(static_cast<Index>(needed)).notes == missed.notes);
}
