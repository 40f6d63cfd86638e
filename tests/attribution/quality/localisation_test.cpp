// Where values lie, and controls that know nothing of a model: by hand.
#include <gradpath/attribution/quality/localisation.hpp>

#include <gradpath/attribution/quality/controls.hpp>

#include <attribution/functions.hpp>
#include <support/refused.hpp>

using namespace attribution_tests;
namespace quality = attribution::quality;

TEST_CASE("values against a mask, by hand") {
    const quality::Localisation found = quality::localisation(row({4, 3, 2, -1}), row({1, 0, 1, 0}), 3)[0];
    CHECK(found.mass == doctest::Approx(6.0 / 9));
    CHECK(found.rank == 0.5);
    CHECK(found.pointing == 1);
    CHECK(found.top == doctest::Approx(2.0 / 3));
    CHECK(found.area == 0.75);
}

TEST_CASE("equal values: the first come first, the ROC curve is chance; a mask of all has none") {
    const quality::Localisation alike = quality::localisation(row({1, 1, 1, 1}), row({0, 1, 1, 0}), 99)[0];
    CHECK(alike.area == 0.5);
    CHECK(alike.pointing == 0);
    CHECK(alike.rank == 0.5);
    CHECK(alike.top == 0.5);
    CHECK(std::isnan(quality::localisation(row({1, 2}), row({1, 1}))[0].area));
    CHECK(quality::localisation(row({-1, -2}), row({1, 0}))[0].mass == 0);
}

TEST_CASE("a pixel has the sum of its channels, and each row its own mask") {
    const Tensor values({2, 2, 1, 2}, {5, 1, -9, 1, 1, 2, 1, 2}, DType::float64);  // -4, 2 and 2, 4
    const Tensor mask({2, 1, 1, 2}, {0, 1, 1, 0}, DType::float64);
    const auto found = quality::localisation(values, mask, 1);
    CHECK(found[0].pointing == 1);
    CHECK(found[0].mass == 1);
    CHECK(found[1].pointing == 0);
    CHECK(found[1].mass == doctest::Approx(2.0 / 6));
}

TEST_CASE("edges are where a picture changes, by Sobel's filters") {
    Tensor step = Tensor({1, 1, 1, 4}, {0, 0, 1, 1}, DType::float64);
    step = concat({step, step, step}, 2);
    const Tensor edges = quality::edge_control(step);
    CHECK(numbers(edges) == std::vector<double>{0, 4, 4, 0, 0, 4, 4, 0, 0, 4, 4, 0});
    CHECK(numbers(quality::edge_control(transpose(step))) == numbers(transpose(edges)));
    CHECK(numbers(quality::edge_control(ones({1, 2, 1, 1}))) == std::vector<double>{0, 0});
}

TEST_CASE("controls are like the input, and chance has a seed") {
    const Tensor x = random_tensor({2, 1, 3, 3}, 1);
    CHECK(numbers(quality::constant_control(x)) == numbers(ones_like(x)));
    CHECK(same_bits(quality::random_control(x, 1), quality::random_control(x, 1)));
    CHECK_FALSE(same_bits(quality::random_control(x, 1), quality::random_control(x, 2)));
    CHECK(quality::random_control(x).dtype() == x.dtype());
}

TEST_CASE("masks and controls say what does not fit") {
    tests::check_refused({{[] {
                               quality::localisation(row({1, 2}), row({1}));
                           },
                           "localisation: values of shape (1, 2) have 2 pixels, the mask of shape (1, 1) has 1"},
                          {[] {
                               quality::localisation(row({1, 2}), row({1, 0}), 0);
                           },
                           "localisation: top must be at least 1 but is 0"},
                          {[] {
                               quality::localisation(row({1, 2}), row({0, 0}));
                           },
                           "localisation: a mask without a pixel inside says nothing"},
                          {[] {
                               quality::localisation(row({1, NAN}), row({0, 1}));
                           },
                           "localisation: a value is NaN"},
                          {[] {
                               quality::edge_control(row({1, 2}));
                           },
                           "edge_control: needs rows with two axes but the shape is (1, 2)"}});
}
