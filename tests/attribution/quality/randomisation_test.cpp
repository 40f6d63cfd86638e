// Cascades of linear functions, whose gradients are their weights.
#include <attribution/functions.hpp>

using namespace attribution_tests;
namespace quality = attribution::quality;

namespace {

Model linear(const Tensor& weights) {
    return [weights](const Tensor& x) { return sum(x * weights, {.axes = {1}}); };
}

const quality::ExplainModel by_gradient = [](const Model& model, const Tensor& x) {
    return attribution::gradient(model, x).values;
};

}  // namespace

TEST_CASE("reversed weights: correlation -1; turned signs: -1, but sizes as before; other sizes in the same order: 1") {
    const std::vector<quality::RandomisedModel> cascade{{"last", linear(row({4, 3, 2, 1}))},
                                                        {"middle", linear(row({-1, -2, -3, -4}))},
                                                        {"first", linear(row({2, 4, 8, 9}))}};
    const auto steps =
        quality::cascading_randomisation(by_gradient, linear(row({1, 2, 3, 4})), random_tensor({2, 4}, 1), cascade);
    REQUIRE(steps.size() == 4);
    const char* layers[] = {"", "last", "middle", "first"};
    const double values[] = {1, -1, -1, 1}, sizes[] = {1, -1, 1, 1};
    for (std::size_t k = 0; k < 4; ++k) {
        CHECK(steps[k].layer == layers[k]);
        CHECK(steps[k].values.shape() == Shape{2, 4});
        REQUIRE(steps[k].correlation.size() == 2);
        for (std::size_t r = 0; r < 2; ++r) {
            CHECK(steps[k].correlation[r] == doctest::Approx(values[k]));
            CHECK(steps[k].size_correlation[r] == doctest::Approx(sizes[k]));
        }
    }
}

TEST_CASE("what looks at the input alone passes for unchanged: that is what the check finds") {
    const quality::ExplainModel edges = [](const Model&, const Tensor& x) { return square(x); };
    const std::vector<quality::RandomisedModel> cascade{{"all", linear(row({-1, 5, 0, 2}))}};
    const auto steps =
        quality::cascading_randomisation(edges, linear(row({1, 2, 3, 4})), random_tensor({3, 4}, 2), cascade);
    for (const double correlation : steps[1].correlation) CHECK(correlation == doctest::Approx(1));
}

TEST_CASE("rows are compared each with itself, in either dtype; other shapes are refused") {
    const Model product = [](const Tensor& x) { return feature(x, 0) * feature(x, 1) * feature(x, 2); };
    const std::vector<quality::RandomisedModel> cascade{{"all", linear(Tensor({1, 3}, {1, 2, 3}))}};
    const Tensor x({2, 3}, {1, 2, 3, 3, 2, 1});  // gradients (6, 3, 2) and (2, 3, 6)
    const auto steps = quality::cascading_randomisation(by_gradient, product, x, cascade);
    CHECK(steps[1].correlation[0] == doctest::Approx(-1));
    CHECK(steps[1].correlation[1] == doctest::Approx(1));
    Index calls = 0;
    const quality::ExplainModel growing = [&](const Model&, const Tensor&) { return zeros({1, ++calls}); };
    CHECK(error_of<ShapeError>([&] { quality::cascading_randomisation(growing, product, x, cascade); }) ==
          "cascading_randomisation: values of one model have shape (1, 1), of another (1, 2)");
}
