// Values of games of known functions: the column of Shapley values of the closed forms, and what every way to them
// must agree with.
#include <attribution/functions.hpp>

using namespace attribution_tests;
using attribution::parse_groups;

namespace {

struct Known {
    const char* name;
    Columns f;
    std::vector<double> x, from, shapley;
};
const std::vector<Known> known{
    {"T2", [](auto& x) { return square(x[0]) * x[1]; }, {2, 3}, {0, 0}, {6, 6}},
    {"T3", [](auto& x) { return x[0] * x[1]; }, {3, 2}, {1, 1}, {3, 2}},
    {"T4", [](auto& x) { return x[0] * x[1] * x[2]; }, {3, 1, 2}, {1, 2, 0}, {8. / 3, -7. / 3, 17. / 3}},
    {"T5", [](auto& x) { return pow(x[0] + x[1], 3.0); }, {1, 3}, {0, 0}, {19, 45}},
    {"T6", [](auto& x) { return square(x[0]) * x[1] + pow(x[1], 3.0); }, {2, 1}, {1, -1}, {0, 7}},
    {"T11a", [](auto& x) { return minimum(x[0], x[1]); }, {2, 5}, {0, 0}, {1, 1}},
    {"T11b", [](auto& x) { return maximum(x[0], x[1]); }, {2, 5}, {0, 0}, {1, 4}},
    {"T11c", [](auto& x) { return minimum(x[0], x[1]); }, {3, 2}, {0, 1}, {1.5, 0.5}},
    {"T11d", [](auto& x) { return maximum(x[0], x[1]); }, {3, 2}, {0, 1}, {1.5, 0.5}},
    {"T12", [](auto& x) { return relu(x[0] - x[1]); }, {3, 1}, {0, 0}, {2.5, -0.5}},
    {"T12", [](auto& x) { return relu(x[0] - x[1]); }, {1, 3}, {0, 0}, {0.5, -0.5}},
    {"T13", [](auto& x) { return relu(x[0] + x[1] - 1.0); }, {1, 1}, {0, 0}, {0.5, 0.5}},
    {"T14", [](auto& x) { return 1.0 - relu(1.0 - x[0]); }, {2}, {0}, {1}},
    {"T15f", [](auto& x) { return relu(relu(x[0]) - 1.0 - relu(x[1])); }, {3, 1}, {0, 0}, {1.5, -0.5}},
    {"T15g", [](auto& x) { return relu(relu(x[0] - 1.0) - relu(x[1])); }, {3, 1}, {0, 0}, {1.5, -0.5}},
    {"T17", [](auto& x) { return square(x[0]) * 2.0 - square(x[1]); }, {3, 2}, {1, -1}, {16, -3}},
};

std::vector<double> run(const char* method, const Known& k, const std::map<std::string, std::string>& set = {}) {
    const attribution::Settings settings{.baseline = row(k.from), .set = set};
    return numbers(attribution::find_method(method).run(of_columns(k.f), row(k.x), settings).values);
}

const Model net = relu_net({6, 9, 1}, 12, true);

}  // namespace

TEST_CASE("shapley values of known functions, by every exact way") {
    for (const Known& k : known)
        for (const char* method : {"shapley", "kernel-shap", "owen", "harsanyi"}) {
            CAPTURE(k.name);
            CAPTURE(method);
            CHECK(largest_difference(run(method, k), k.shapley) <= 1e-12);
        }
}

TEST_CASE("shapley values of two players are met by one order and its reverse") {
    for (const Known& k : known)
        if (k.x.size() <= 2)
            CHECK(largest_difference(run("shapley-sampling", k, {{"samples", "2"}}), k.shapley) <= 1e-12);
}

TEST_CASE("kernel shap with every coalition is exact") {
    const Tensor x = random_tensor({2, 6}, 1);
    CHECK(largest_difference(numbers(attribution::kernel_shap(net, x).values),
                             numbers(attribution::shapley(net, x).values)) <= 1e-8);
    CHECK_FALSE(attribution::kernel_shap(net, x).standard_error.has_value());
}

TEST_CASE("an image's patches are players: their shares are spread, and their sums stay") {
    const Model f = [](const Tensor& x) { return sum(flatten(x), {.axes = {1}}) + 1.0; };
    const Tensor x = random_tensor({1, 1, 4, 4}, 2);
    const Attribution a = attribution::shapley(f, x, {.groups = parse_groups("grid:2x2")});
    REQUIRE(a.players);
    CHECK(a.players->shape() == Shape{1, 4});
    const double first = x.at(0) + x.at(1) + x.at(4) + x.at(5);
    CHECK(a.players->at(0) == doctest::Approx(first).epsilon(1e-12));
    CHECK(a.values.at(5) == doctest::Approx(first / 4).epsilon(1e-12));
    CHECK(a.relative_delta->at(0) <= 1e-12);
}

TEST_CASE("harsanyi carries every dividend and counts the salient") {
    const Model f = of_columns([](auto& x) { return x[0] * x[1] * x[2]; });
    const Attribution a = attribution::harsanyi(f, row({1, 1, 1}), {.baseline = row({0.3, 0, 0.2})});
    REQUIRE(a.dividends);
    CHECK(a.dividends->shape() == Shape{1, 8});
    CHECK(largest_difference(numbers(*a.dividends), {0, 0, 0.06, 0.14, 0, 0, 0.24, 0.56}) <= 1e-15);
    CHECK(a.notes == std::vector<std::string>{"4 of 7 coalitions are salient in row 0"});
    const Attribution few = attribution::harsanyi(f, row({1, 1, 1}), {.baseline = row({0.3, 0, 0.2}), .salient = 0.3});
    CHECK(largest_difference(numbers(few.values), {0.56 / 3, 0.12 + 0.56 / 3, 0.12 + 0.56 / 3}) <= 1e-15);
    CHECK_FALSE(few.delta.has_value());
}

TEST_CASE("interactions of known functions: products on the pairs, the rest on the diagonal") {
    const Model f = of_columns([](auto& x) { return x[0] * x[1] + x[2]; });
    for (const char* method : {"shapley-interactions", "shapley-taylor"}) {
        const Attribution a = attribution::find_method(method).run(f, row({2, 3, 5}), {});
        CHECK(a.values.shape() == Shape{1, 3, 3});
        CHECK(largest_difference(numbers(a.values), {0, 3, 0, 3, 0, 0, 0, 0, 5}) <= 1e-13);
        CHECK(a.relative_delta->at(0) <= 1e-13);
    }
}

TEST_CASE("owen values by unions of features: the union of x1 and x2 plays x3") {
    const Model f = of_columns([](auto& x) { return x[0] * x[1] * x[2]; });
    const attribution::Owen unions{.unions = parse_groups("0,0,1")};
    CHECK(largest_difference(numbers(attribution::owen(f, row({1, 1, 1}), unions).values), {0.25, 0.25, 0.5}) <= 1e-15);
    CHECK(error_of<ValueError>([&] {
              attribution::owen(f, row({1, 1, 1}), {.groups = parse_groups("0,0,1"), .unions = parse_groups("0,1,1")});
          }) == "owen: a union holds whole players but player 0 lies in unions 0 and 1");
}

TEST_CASE("banzhaf values are means over coalitions") {
    const Model f = of_columns([](auto& x) { return x[0] * x[1] * x[2] + x[0]; });
    CHECK(largest_difference(numbers(attribution::banzhaf(f, row({1, 1, 1})).values), {1.25, 0.25, 0.25}) <= 1e-15);
    CHECK_FALSE(attribution::banzhaf(f, row({1, 1, 1})).delta.has_value());
}

TEST_CASE("a game over a background is the mean of the games") {
    const Tensor x = random_tensor({1, 6}, 3), pool = random_tensor({3, 6}, 4);
    const Attribution all = attribution::shapley(net, x, {.baseline = attribution::baseline::Samples{pool}});
    Tensor mean = zeros_like(x);
    for (Index k = 0; k < 3; ++k)
        mean = mean + attribution::shapley(net, x, {.baseline = slice(pool, 0, k, k + 1)}).values / 3.0;
    CHECK(largest_difference(numbers(all.values), numbers(mean)) <= 1e-12);
    CHECK(all.relative_delta->at(0) <= 1e-12);
}

TEST_CASE("options out of range are refused") {
    const Tensor x = row({1, 2});
    const Model f = of_columns([](auto& z) { return z[0] * z[1]; });
    CHECK(error_of<ValueError>([&] { attribution::harsanyi(f, x, {.salient = 1}); }) ==
          "harsanyi: salient must lie in [0, 1) but is 1");
    CHECK(error_of<ValueError>([&] { attribution::shapley_sampling(f, x, {.sampling = {.samples = 0}}); }) ==
          "shapley-sampling: samples must be at least 1 but is 0");
    CHECK(error_of<ValueError>([&] { attribution::kernel_shap(f, x, {.sampling = {.tolerance = 0}}); }) ==
          "kernel-shap: tolerance must be above 0 but is 0");
    CHECK(error_of<ValueError>([&] { attribution::owen(f, x, {.sampling = {.tolerance = 1, .max_samples = 0}}); }) ==
          "owen: max-samples must be at least 1 but is 0");
    CHECK(error_of<ShapeError>([&] {
              attribution::shapley_taylor(f, random_tensor({1, 3000}, 1), {.groups = parse_groups("block:1500")});
          }) == "shapley-taylor: takes at most 2048 features in pairs but the input has 3000; explain a smaller input");
}
