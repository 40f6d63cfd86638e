// The defects E1 to E14 of arXiv 2502.12108 (first version) and its code, and where each is tested; most are told in
// attribution/geometry/README.md.
// E1 to E7: variational_test.cpp; what E7 does to relaxed curves: relax_test.cpp. E8, E14: here; the axioms that E14
// loses also in axioms/matrix_test.cpp. E10: quality/purity_test.cpp. E12, E13: what masks must do here, the published
// ones in tools/half_moons_test.cpp, as is E9, the split of the data. E11 is a misprint.
#include <attribution/geometry/functions.hpp>
#include <gradpath/attribution/quality/masking.hpp>

using namespace geometry_tests;
using attribution::GeodesicIg;
using attribution::quality::masking_curves;

namespace {

const Model sum_of_both = of_columns([](auto& x) { return x[0] + x[1]; });
const Model difference = of_columns([](auto& x) { return x[0] - x[1]; });

double no_cancellation_gap(const std::vector<double>& shares, double change) {
    double size = 0;
    for (const double share : shares) size += std::abs(share);
    return size - std::abs(change);
}

/// From the origin to (1, 1), by ways that bend: monotone ones first, the last one leaves the box.
const std::vector<Tensor> bent_ways{Tensor({3, 2}, {0, 0, 1, 0, 1, 1}, DType::float64),
                                    Tensor({4, 2}, {0, 0, 0.2, 0.7, 0.9, 0.7, 1, 1}, DType::float64),
                                    Tensor({4, 2}, {0, 0, 2, 0, 2, 1, 1, 1}, DType::float64)};

}  // namespace

TEST_CASE("E8, first counter-example: the geodesic of x1 x2 is a level curve, whose shares cancel entirely") {
    const std::vector<double> from{2, 0.5}, to{0.5, 2};
    const Tensor level = exact_curve(from, to, 2049), straight = geometry::line(row(from), row(to), 2049);
    const Metric conformal = geometry::conformal(product), pullback = geometry::pullback([](const Tensor&x) {
                                                               return reshape(product(x), {x.rows(), 1});
                                                           });
    CHECK(geometry::length(conformal, level) == doctest::Approx(3.75).epsilon(1e-6));
    CHECK(geometry::length(conformal, straight) > 3.9);
    CHECK(geometry::length(pullback, level) <= 1e-5);  // F does not change on it: no curve is shorter
    CHECK(geometry::length(pullback, straight) == doctest::Approx(1.125).epsilon(1e-3));  // 1 to 1.5625 and back
    const std::vector<double> shares = shares_along(product, level);
    CHECK(largest_difference(shares, {-2 * std::log(2.0), 2 * std::log(2.0)}) <= 1e-5);
    CHECK(no_cancellation_gap(shares, 0) == doctest::Approx(2.772589).epsilon(1e-5));
}

TEST_CASE("E8, second counter-example: no path of x1 - x2 is free of cancellation, every monotone one of x1 + x2 is") {
    const Tensor from = row({0, 0}), to = row({1, 1});
    for (const Tensor& way : bent_ways) {
        const std::vector<double> plus = shares_along(sum_of_both, way), minus = shares_along(difference, way);
        CHECK(largest_difference(plus, {1, 1}) <= 1e-12);
        CHECK(std::abs(no_cancellation_gap(plus, 2)) <= 1e-12);
        CHECK(no_cancellation_gap(minus, 0) == doctest::Approx(2));
    }
    for (const char* solver : {"relax", "shooting", "neighbours", "fast-marching", "variational"}) {
        CAPTURE(solver);
        GeodesicIg o{.baseline = from, .solver = solver, .points = 9};
        o.variational.iterations = 20;
        CHECK(std::abs(attribution::geodesic_ig(sum_of_both, to, o).ncc_gap->at(0)) <= 1e-9);
        CHECK(attribution::geodesic_ig(difference, to, o).ncc_gap->at(0) == doctest::Approx(2));
    }
}

TEST_CASE("E12: what is kept and what is removed does not alternate with the draws of a replacement") {
    const Model f = smooth_net({6, 8, 3}, 3);
    const Tensor x = random_tensor({4, 6}, 1), ranking = random_tensor({4, 6}, 2), put = random_tensor({1, 6}, 3);
    const auto curves = [&](Index draws) {
        const attribution::baseline::Samples same{concat(std::vector<Tensor>(static_cast<std::size_t>(draws), put))};
        return masking_curves(f, x, ranking, {.areas = {0.2, 0.5, 0.7}, .replacement = same});
    };
    const auto one = curves(1);
    CHECK(largest_difference(one.sufficiency, one.comprehensiveness) > 0.01);
    for (const Index draws : {2, 3, 4}) {
        CHECK(largest_difference(curves(draws).sufficiency, one.sufficiency) <= 1e-12);
        CHECK(largest_difference(curves(draws).comprehensiveness, one.comprehensiveness) <= 1e-12);
    }
}

TEST_CASE("E13: a single output is a sigmoid's, and what is masked gets the value asked for") {
    const Model f = of_columns([](auto& x) { return reshape(x[0] * 2.0 + x[1], {-1, 1}); });
    const auto sigmoid_of = [](double z) { return 1 / (1 + std::exp(-z)); };
    const Tensor x = row({1, 1}), ranking = row({2, 1});
    for (const double grey : {0.0, 0.4}) {
        const auto curves = masking_curves(f, x, ranking, {.areas = {0.5}, .replacement = row({grey, grey})});
        CHECK(curves.comprehensiveness[0] == doctest::Approx(sigmoid_of(3) - sigmoid_of(2 * grey + 1)));
        CHECK(curves.sufficiency[0] == doctest::Approx(sigmoid_of(3) - sigmoid_of(2 + grey)));
    }
}

TEST_CASE("E14: not all axioms of Integrated Gradients are kept: linearity and the scale of a feature matter") {
    const Tensor from = row({1, 0}), x = row({1, 1});
    const auto shares = [&](const Model& f, const Tensor& start, const Tensor& end) {
        return numbers(attribution::geodesic_ig(f, end, {.baseline = start, .points = 65}).values);
    };
    const Model both = [](const Tensor& z) { return product(z) + 3.0 * sum_of_both(z); };
    const std::vector<double> one = shares(product, from, x), other = shares(sum_of_both, from, x);
    CHECK(largest_difference(shares(both, from, x), {one[0] + 3 * other[0], one[1] + 3 * other[1]}) > 0.01);
    const Model scaled = of_columns([](auto& z) { return z[0] * 5.0 * z[1]; });  // product at (5 x1, x2)
    CHECK(largest_difference(shares(scaled, row({0.2, 0}), row({0.2, 1})), one) > 0.01);
}

TEST_CASE("E14: where F only rises a share may be negative: the curve leaves the box, early up and late down in x1") {
    // From (0, 0) to (0, 1) F rises by 0.1 x2 alone; beside it the slope in x1, 10 (1 + 2 x2) / (1 + x1), is less.
    const Model f = of_columns([](auto& x) { return log(x[0] + 1.0) * (x[1] * 2.0 + 1.0) * 10.0 + x[1] * 0.1; });
    const Attribution a = attribution::geodesic_ig(f, row({0, 1}), {.baseline = row({0, 0}), .points = 65});
    CHECK(a.notes.empty());
    CHECK(a.values.at(0) < -0.1);
    CHECK(std::abs(a.delta->at(0)) <= 1e-6);
}
