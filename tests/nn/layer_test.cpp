#include <doctest/doctest.h>

#include <gradpath/nn/nn.hpp>

using namespace gradpath;

namespace {

struct Scale {
    Tensor factor, shift;
    Tensor operator()(const Tensor& x) const { return shift ? x * factor + shift : x * factor; }
    static void visit(auto& self, auto&& f) {
        f("factor", self.factor);
        f("shift", self.shift);
    }
};

struct Residual {
    Scale inner;
    nn::Layer outer;
    Tensor operator()(const Tensor& x) const { return x + nn::named("outer", outer, nn::named("inner", inner, x)); }
    static void visit(auto& self, auto&& f) {
        f("inner", self.inner);
        f("outer", self.outer);
    }
};

Scale times(double factor) { return {Tensor({1}, {factor}), {}}; }

std::vector<std::string> names(const auto& model) {
    std::vector<std::string> list;
    for (const nn::Parameter& p : nn::parameters(model)) list.push_back(p.name);
    return list;
}

std::vector<std::string> visits(const auto& model, const Tensor& x) {
    const Taps taps;
    (void)model(x);
    std::vector<std::string> list;
    for (const Taps::Visit& visit : taps.visits()) list.push_back(visit.name);
    return list;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("functions, lambdas and structs with parameters stand side by side in a sequential") {
    const nn::Sequential net{times(-2), nn::relu, [](const Tensor& x) { return x + 1; }};
    CHECK(same_bits(net(Tensor({2}, {3, -3})), Tensor({2}, {1, 7})));
}

TEST_CASE("a sequential without layers returns its input") {
    const Tensor x({2}, {1, 2});
    CHECK(same_bits(nn::Sequential()(x), x));
    CHECK(nn::count(nn::Sequential()) == 0);
}

TEST_CASE("a sequential of one sequential is its copy, and nests under a layer") {
    const nn::Sequential inner{times(2), times(3)};
    const nn::Sequential copy{inner};
    CHECK(copy.layers.size() == 2);
    const nn::Sequential nested{nn::Layer(inner)};
    CHECK(nested.layers.size() == 1);
    CHECK(names(nested) == Names{"0.0.factor", "0.1.factor"});
}

TEST_CASE("parameters are named by their visit path and empty ones are left out") {
    const nn::Sequential net{nn::Linear(2, 3), nn::relu, nn::Sequential{nn::Linear(3, 1, {.bias = false}), nn::relu}};
    CHECK(names(net) == Names{"0.weight", "0.bias", "2.0.weight"});
    CHECK(nn::count(net) == 2 * 3 + 3 + 3);
    CHECK(names(Residual{times(1), nn::Sequential{times(2)}}) == Names{"inner.factor", "outer.0.factor"});
}

TEST_CASE("each_parameter assigns through every wrapper") {
    Residual net{times(1), nn::Sequential{times(2)}};
    nn::each_parameter(net, nn::ParameterVisitor([](const std::string& name, Tensor& p) {
                           p = full(p.shape(), name == "inner.factor" ? 5 : 7);
                       }));
    CHECK(net(ones({1})).item() == 1 + 5 * 7);
}

TEST_CASE("a copied layer is trained by itself") {
    const nn::Layer first = times(2);
    nn::Layer second = first;
    nn::each_parameter(second, nn::ParameterVisitor([](const std::string&, Tensor& p) { p = p * 10; }));
    CHECK(first(ones({1})).item() == 2);
    CHECK(second(ones({1})).item() == 20);
    second = first;
    CHECK(second(ones({1})).item() == 2);
}

TEST_CASE("a layer that was moved from says so when called or visited, and may be copied and assigned") {
    const char* const told = "layer: it must hold something to call: it was moved from; assign one to it";
    nn::Layer first = times(2);
    const nn::Layer second = std::move(first);
    CHECK(second(ones({1})).item() == 2);
    nn::Layer copy = first;  // of nothing
    CHECK_THROWS_WITH_AS(first(ones({1})), told, ValueError);
    CHECK_THROWS_WITH_AS(copy(ones({1})), told, ValueError);
    CHECK_THROWS_WITH_AS(nn::count(copy), told, ValueError);
    CHECK_THROWS_WITH_AS(nn::each_parameter(copy, nn::ParameterVisitor([](const std::string&, Tensor&) {})), told,
                         ValueError);
    copy = second;
    CHECK(copy(ones({1})).item() == 2);
    copy = first;
    CHECK_THROWS_WITH_AS(copy(ones({1})), told, ValueError);
    first = times(3);
    CHECK(first(ones({1})).item() == 3);
    const nn::Layer& self = first;
    first = self;
    CHECK(first(ones({1})).item() == 3);
}

TEST_CASE("a sequential taps each child's output under its position") {
    const nn::Sequential net{times(2), nn::relu};
    CHECK(visits(net, ones({1})) == Names{"0", "1"});
    const Taps taps;
    net(Tensor({1}, {-1}));
    CHECK(taps.at("0").item() == -2);
    CHECK(taps.at("1").item() == 0);
}

TEST_CASE("nested children are tapped before their parent, under the joined name") {
    const nn::Sequential net{nn::Sequential{times(2), nn::relu}, nn::tanh};
    CHECK(visits(net, ones({1})) == Names{"0.0", "0.1", "0", "1"});
    CHECK(visits(Residual{times(1), nn::Sequential{times(2)}}, ones({1})) == Names{"inner", "outer.0", "outer"});
}

TEST_CASE("a layer that is called twice has a second place") {
    const auto twice = [shared = times(3)](const Tensor& x) {
        return nn::named("shared", shared, nn::named("shared", shared, x));
    };
    CHECK(visits(twice, ones({1})) == Names{"shared", "shared#2"});
}

TEST_CASE("replacing at a child's name changes what the next child sees") {
    const nn::Sequential net{times(2), times(10)};
    Taps taps;
    taps.replace("0", Tensor({1}, {7}));
    CHECK(net(ones({1})).item() == 70);
}

TEST_CASE("nothing but the value comes out of a layer that runs outside of taps") {
    const nn::Sequential net{times(2)};
    CHECK_FALSE(net(ones({1})).is_tracked());
}
