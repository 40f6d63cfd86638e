// The variational solver, and every departure of the published form (E1 to E7 of defects_test.cpp) as an option.
#include <attribution/geometry/functions.hpp>

using namespace geometry_tests;
using attribution::GeodesicIgSvi;
using geometry::Variational;

namespace {

/// A steep hill beside the line from (-1, 0) to (1, 0).
const Model hill =
    of_columns([](auto& x) { return 4.0 * exp((square(x[0]) + square(x[1] - 0.3)) * -4.0) + 0.1 * x[0]; });
const Tensor left = row({-1, 0}), right = row({1, 0});

const Variational quick{.points = 20, .beta = 2, .iterations = 150, .rate = 0.02};

geometry::RowFunction as_rows(const Model& f) {
    return [f](const Tensor& z, std::span<const Index>) { return reshape(f(z), {z.rows()}); };
}
Tensor curve(const Model& f, const Variational& o) {
    return geometry::variational_curves(as_rows(f), left, right, o)[0];
}

double steepness(const Model& f, const Tensor& corners) {
    return mean(sqrt(geometry::squared_slope([&](const Tensor& z) { return reshape(f(z), {z.rows()}); }, corners)))
        .item();
}

Variational with(Variational o, bool Variational::*flag, bool value = true) {
    o.*flag = value;
    return o;
}

}  // namespace

TEST_CASE("the energy avoids steep places; the published sign seeks them: E1") {
    const double on_line = steepness(hill, geometry::line(left, right, 22));
    CHECK(steepness(hill, curve(hill, quick)) < 0.9 * on_line);
    CHECK(steepness(hill, curve(hill, with(quick, &Variational::paper_sign))) > on_line);
}

TEST_CASE("the published form is not complete, gives nothing to unchanged features, and is off by the length: E2") {
    const Model f = of_columns([](auto& x) { return x[0] * 2.0 + square(x[1]) + x[0] * x[1]; });
    const Tensor from = row({0, 1}), x = row({3, 1});
    GeodesicIgSvi o{.baseline = from, .variational = {.points = 200, .iterations = 0}};
    const Attribution path = attribution::geodesic_ig_svi(f, x, o);
    CHECK(path.relative_delta->at(0) <= 1e-6);
    CHECK(largest_difference(numbers(path.values), {9, 0}) <= 1e-9);  // no iteration: the straight line
    o.variational.paper_form = true;
    const Attribution published = attribution::geodesic_ig_svi(f, x, o);
    CHECK(published.values.at(0) == doctest::Approx(3 * path.values.at(0)).epsilon(0.02));  // ‖x - x'‖ = 3
    CHECK(published.values.at(1) == 0);
    CHECK(published.relative_delta->at(0) > 0.5);
    CHECK(published.notes[0].find("this is the published form") == 0);
    o.variational.paper_form = false;
    o.variational.iterations = 100;
    o.variational.rate = 0.02;
    CHECK(std::abs(attribution::geodesic_ig_svi(f, x, o).values.at(1)) > 0);
}

TEST_CASE("the slope of the sum of all probabilities is no slope at all: E3") {
    const Model f = smooth_net({2, 8, 3}, 5);
    const auto answer = [&](bool all_outputs, double beta) {
        GeodesicIgSvi o{.target = Index{1},
                        .baseline = left,
                        .stage = attribution::parse_stage("probability"),
                        .variational = with(quick, &Variational::all_outputs, all_outputs)};
        o.variational.beta = beta;
        return numbers(attribution::geodesic_ig_svi(f, right, o).values);
    };
    CHECK(largest_difference(answer(true, 2), answer(true, 0)) <= 1e-9);
    CHECK(largest_difference(answer(false, 2), answer(false, 0)) > 1e-4);
}

TEST_CASE("ends are matched where that is asked for, and left alone where not: E4") {
    const auto lift_at_end = [&](bool match) {
        Variational o = with(quick, &Variational::match_ends, match);
        o.respace = false;
        return std::abs(curve(hill, o).at(2 * 1 + 1));
    };
    CHECK(lift_at_end(true) < 0.02);
    CHECK(lift_at_end(false) > 2 * lift_at_end(true));
}

TEST_CASE("a call does not remember the last one, and rows at once are rows alone: E5, E6") {
    const Tensor first = curve(hill, quick);
    geometry::variational_curves(as_rows(product), right, left, quick);
    CHECK(same_bits(curve(hill, quick), first));
    const Tensor from = concat({left, right}), to = concat({right, row({0.2, 1})});
    const std::vector<Tensor> both = geometry::variational_curves(as_rows(hill), from, to, quick, {.rows_at_once = 2});
    CHECK(same_bits(both[0], first));
    CHECK(same_bits(both[1], geometry::variational_curves(as_rows(hill), from, to, quick, {.rows_at_once = 1})[1]));
}

TEST_CASE("carried over, a row starts where another one ended, and depends on what came before: E5") {
    const Tensor from = concat({left, left, left, right}), to = concat({right, right, right, left});
    Variational o = quick;
    o.iterations = 40;
    const std::vector<Tensor> afresh = geometry::variational_curves(as_rows(hill), from, to, o, {.rows_at_once = 4});
    o.carry_over = 2;
    const std::vector<Tensor> carried = geometry::variational_curves(as_rows(hill), from, to, o, {.rows_at_once = 4});
    for (const std::size_t row : {0u, 1u}) CHECK(same_bits(carried[row], afresh[row]));
    CHECK(steepness(hill, carried[2]) < steepness(hill, afresh[2]));
    CHECK_FALSE(same_bits(carried[3], afresh[3]));
    const std::vector<Tensor> alone = geometry::variational_curves(as_rows(hill), from, to, o);
    for (std::size_t row = 0; row < 4; ++row) CHECK(same_bits(alone[row], carried[row]));
    o.iterations = 0;
    CHECK(same_bits(geometry::variational_curves(as_rows(hill), from, to, o)[2], curve(hill, o)));
    const auto last = [&](Index carry_over) {
        const GeodesicIgSvi all{.baseline = from,
                                .variational = {.beta = 2, .iterations = 40, .rate = 0.02, .carry_over = carry_over}};
        return slice(attribution::geodesic_ig_svi(hill, to, all).values, 0, 3, 4);
    };
    CHECK_FALSE(same_bits(last(1), last(0)));
    CHECK(same_bits(last(4), last(0)));  // nothing came so long before
}

TEST_CASE("pieces are held at ends of their own, and one piece is the whole curve: E6") {
    const auto corners = [](Index piece) {
        Variational o = quick;
        o.respace = false;
        o.piece = piece;
        return curve(hill, o);
    };
    const auto lift = [](const Tensor& curve, Index node) { return std::abs(curve.at(2 * (node + 1) + 1)); };
    const Tensor whole = corners(0), pieces = corners(5);
    CHECK(same_bits(corners(20), whole));
    for (const Index node : {9, 10}) {
        CHECK(lift(pieces, node) < 0.02);
        CHECK(lift(whole, node) > 2 * lift(pieces, node));
    }
    CHECK(lift(pieces, 7) > 2 * lift(pieces, 9));
}

TEST_CASE("a piecewise-linear F pulls nothing: beta has no effect: E7") {
    const Model f = [net = relu_net({2, 8, 1}, 2, true)](const Tensor& x) { return reshape(net(x), {x.rows()}); };
    Variational some = quick, none = quick;
    some.iterations = none.iterations = 20;  // later the loss, which beta is part of, decides on the rate
    none.beta = 0;
    CHECK(same_bits(curve(f, some), curve(f, none)));
    CHECK_FALSE(same_bits(curve(hill, some), curve(hill, none)));
}

TEST_CASE("without a slope to follow deviations stay near 0, by the divergence's formula and by its sample") {
    Variational o{.points = 10, .beta = 0, .iterations = 400, .rate = 0.01, .match_ends = false};
    const auto off = [&](bool sampled) {
        return max(abs(curve(product, with(o, &Variational::sampled_kl, sampled)) -
                       curve(product, {.points = 10, .iterations = 0})))
            .item();
    };
    CHECK(off(false) < 0.1);
    CHECK(off(true) < 0.1);
    CHECK(off(false) != off(true));
}

TEST_CASE("norms over the last axis are those of an image's rows, summed; of vectors they are the norm") {
    const Tensor corners = curve(hill, with(quick, &Variational::last_axis));
    CHECK(same_bits(corners, curve(hill, quick)));
    const Model f = [](const Tensor& x) { return hill(reshape(x, {x.rows(), 2})); };
    const auto image = [&](bool last) {
        return geometry::variational_curves(as_rows(f), reshape(left, {1, 2, 1}), reshape(right, {1, 2, 1}),
                                            with(quick, &Variational::last_axis, last))[0];
    };
    CHECK(largest_difference(numbers(image(false)), numbers(corners)) <= 1e-12);
    CHECK(largest_difference(numbers(image(true)), numbers(corners)) > 1e-3);
}

TEST_CASE("corners are spaced evenly where asked, and `paper` is all that is as published") {
    const auto unevenness = [](const Tensor& corners) {
        const Tensor lengths = geometry::edge_lengths(geometry::euclidean(), corners);
        return max(lengths).item() / min(lengths).item();
    };
    CHECK(unevenness(curve(hill, quick)) < 0.5 * unevenness(curve(hill, with(quick, &Variational::respace, false))));
    const Variational all = Variational{.paper = true}.plain();
    CHECK((all.sampled_kl && all.paper_sign && all.paper_form && all.all_outputs && all.last_axis));
    CHECK_FALSE(Variational{}.plain().paper_sign);
}

TEST_CASE("the variational solver says what does not fit") {
    const auto error = [](const Variational& o) { return error_of<ValueError>([&] { curve(hill, o); }); };
    CHECK(error({.points = 1}) == "variational: nodes must be at least 2 but is 1");
    CHECK(error({.beta = NAN}) == "variational: beta must be a number but is nan");
    CHECK(error({.iterations = -1}) == "variational: iterations must not be negative but is -1");
    CHECK(error({.rate = 0}) == "variational: rate must be positive but is 0");
    CHECK(error({.carry_over = -1}) == "variational: carry-over must not be negative but is -1");
    CHECK(error({.points = 20, .piece = 8}) == "variational: piece must be 0 or divide the nodes, 20, but is 8");
    CHECK(error_of<ShapeError>([] { geometry::variational_curves(as_rows(hill), left, row({1}), quick); }) ==
          "variational: both ends need one shape but have (1, 2) and (1, 1)");
    const std::atomic<bool> cancel = true;
    CHECK(error_of<Cancelled>([&] {
              geometry::variational_curves(as_rows(hill), left, right, quick, {.cancel = &cancel});
          }) == "variational: cancelled");
    const Model gap = of_columns([](auto& x) { return sqrt(x[0] - 5.0); });
    CHECK(error_of<NumericError>([&] { curve(gap, quick); }) ==
          "variational: the curve is not finite; the function must be finite near the line");
}
