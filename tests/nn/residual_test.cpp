#include <doctest/doctest.h>

#include <gradpath/autodiff/autodiff.hpp>
#include <gradpath/nn/nn.hpp>

using namespace gradpath;

TEST_CASE("a residual layer adds its input, or what the shortcut makes of it") {
    const Tensor x({2, 2}, {1, -2, 3, -4});
    CHECK(same_bits(nn::Residual(nn::relu)(x), Tensor({2, 2}, {2, -2, 6, -4})));
    nn::Linear wide(2, 3), around(2, 3, {.bias = false});
    const nn::Residual projected(wide, around);
    CHECK(same_bits(projected(x), wide(x) + around(x)));
}

TEST_CASE("body and shortcut are named, and trained together") {
    const nn::Residual layer(nn::Linear(2, 3), nn::Linear(2, 3, {.bias = false}));
    std::vector<std::string> names;
    for (const nn::Parameter& p : nn::parameters(layer)) names.push_back(p.name);
    CHECK(names == std::vector<std::string>{"body.weight", "body.bias", "shortcut.weight"});
    const Taps taps;
    layer(zeros({1, 2}));
    REQUIRE(taps.visits().size() == 2);
    CHECK(taps.visits()[0].name == "body");
    CHECK(taps.visits()[1].name == "shortcut");
}

TEST_CASE("a body that changes the shape needs a shortcut that does so too: nothing is broadcast") {
    CHECK_THROWS_WITH_AS(
        nn::Residual(nn::Linear(2, 1))(zeros({4, 2})),
        "residual: both sides must have one shape: the body gives (4, 1), around it comes (4, 2); give "
        "a shortcut that projects the input",
        ShapeError);
    CHECK_THROWS_WITH_AS(nn::Residual(nn::Linear(2, 3), nn::Linear(2, 1))(zeros({4, 2})),
                         "residual: both sides must have one shape: the body gives (4, 3), around it comes (4, 1)",
                         ShapeError);
}
