#include <doctest/doctest.h>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/random.hpp>
#include <gradpath/autodiff/transforms.hpp>
#include <gradpath/nn/activation.hpp>
#include <gradpath/nn/layer.hpp>
#include <gradpath/nn/rectified.hpp>

using namespace gradpath;

namespace {

struct Net {
    nn::Linear dense;
    nn::MaxPool2d pool{2};

    Tensor operator()(const Tensor& x) const {
        return nn::rectified("dense", dense, "bend", flatten(nn::pooled_relu("cut", "pool", pool, x)));
    }
    Tensor plain(const Tensor& x) const { return relu(dense(flatten(pool(relu(x))))); }
};

}  // namespace

TEST_CASE("layers with relu give the numbers of the layers and relu, with a bias and without") {
    const Tensor x = random::normal({3, 2, 6, 8}, {.seed = 1, .stream = 1});
    for (const bool bias : {true, false}) {
        const Net net{nn::Linear(24, 5, {.bias = bias, .init = {.seed = 2}})};
        CHECK(same_bits(net(x), net.plain(x)));
        const auto slope = [&](auto f) { return vjp(f, x, ones({3, 5})).cotangent; };
        CHECK(same_bits(slope(net), slope([&](const Tensor& z) { return net.plain(z); })));
    }
}

TEST_CASE("taps see a layer and its relu apart, under their names, and may change what stands between") {
    const Net net{nn::Linear(24, 5)};
    const Tensor x = random::normal({3, 2, 6, 8}, {.seed = 1, .stream = 1}), y = net(x);
    Taps taps;
    CHECK(same_bits(net(x), y));
    std::vector<std::string> names;
    for (const Taps::Visit& visit : taps.visits()) names.push_back(visit.name);
    CHECK(names == std::vector<std::string>{"cut", "pool", "dense", "bend"});
    CHECK(same_bits(taps.at("cut"), relu(x)));
    CHECK(same_bits(relu(taps.at("dense")), y));
    taps.clear();
    taps.replace("dense", -ones({3, 5}));
    CHECK(same_bits(net(x), zeros({3, 5})));
}

TEST_CASE("a layer with relu says what does not fit as the layer does") {
    CHECK_THROWS_WITH_AS(nn::rectified("dense", nn::Linear(4, 2), "relu", ones({2, 3})),
                         "linear: x must be [rows, 4]: its shape is (2, 3); flatten() joins axes", ShapeError);
}
