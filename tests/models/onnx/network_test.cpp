// Imported networks against what their formulas say: values, derivatives, taps, parameters, rows.
#include <doctest/doctest.h>

#include <gradpath/attribution/attribution.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/random.hpp>
#include <gradpath/autodiff/taps.hpp>
#include <gradpath/autodiff/transforms.hpp>
#include <gradpath/models/onnx/network.hpp>
#include <gradpath/models/onnx/read.hpp>
#include <gradpath/nn/summary.hpp>
#include <models/onnx/wire.hpp>

namespace gradpath {
namespace {

using namespace tests;
using models::onnx::Batching;
using models::onnx::Import;
using models::onnx::Network;
using models::onnx::Value;

Network network(const wire::Graph& graph, const Import& options = {}) {
    return Network(models::onnx::parse_graph(wire::model(graph), "test"), options);
}

// y = relu(x wᵀ + b) for rows of two numbers.
wire::Graph dense() {
    return {.inputs = {wire::port("x", {-1, 2})},
            .outputs = {wire::port("y", {-1, 3})},
            .initializers = {wire::tensor("layer.weight", {3, 2}, {1, 2, 3, 4, -5, 6}),
                             wire::tensor("layer.bias", {3}, {0.5F, -1, 2})},
            .nodes = {{"Gemm", "g", {"x", "layer.weight", "layer.bias"}, {"h"}, wire::integer("transB", 1)},
                      {"Relu", "r", {"h"}, {"y"}}}};
}

}  // namespace

TEST_CASE("a dense layer gives the values and slopes of its formula, in both dtypes") {
    const Network net = network(dense());
    const Tensor w({3, 2}, {1, 2, 3, 4, -5, 6}, DType::float64), b({3}, {0.5, -1, 2}, DType::float64);
    const Tensor x({2, 2}, {1, -0.25, 0.75, 2}, DType::float64), t = tracked(x), u = tracked(x);
    const Tensor expected = relu(matmul(t, w, {.transpose_b = true}) + b), got = net(u);
    CHECK(same_bits(detached(got), detached(expected)));
    CHECK(same_bits(grad(sum(square(got)), u), grad(sum(square(expected)), t)));
    CHECK(net(x.to(DType::float32)).dtype() == DType::float32);
    check_grads([&](const std::vector<Tensor>& xs) { return net(xs[0]); }, {x}, {.order = 2});
}

TEST_CASE("every tensor is a tap under its name, and parameters can be named and changed") {
    Network net = network(dense());
    Taps taps;
    net(ones({1, 2}));
    REQUIRE(taps.visits().size() == 2);
    CHECK(taps.visits()[0].name == "h");
    CHECK(taps.at("h").at(0) == 3.5);
    std::vector<std::string> names;
    nn::each_tensor(net, nn::TensorVisitor([&](const std::string& name, Tensor& value, nn::Role role) {
                        CHECK(role == nn::Role::parameter);
                        names.push_back(name);
                        value = zeros_like(value);
                    }));
    CHECK(names == std::vector<std::string>{"layer.bias", "layer.weight"});
    CHECK(sum(net(ones({1, 2}))).item() == 0);
}

TEST_CASE("what depends on no input is computed once, and stays a parameter") {
    const wire::Graph graph{
        .inputs = {wire::port("x", {-1, 4})},
        .outputs = {wire::port("y", {-1, 2})},
        .initializers = {wire::tensor("w", {2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8}), wire::whole_tensor("shape", {4, 2})},
        .nodes = {{"Reshape", "r", {"w", "shape"}, {"flat"}}, {"MatMul", "m", {"x", "flat"}, {"y"}}}};
    const Network folded = network(graph), plain = network(graph, {.fold_constants = false});
    CHECK(folded.nodes() == 1);
    CHECK(plain.nodes() == 2);
    const Tensor x({1, 4}, {1, 0, -1, 2});
    CHECK(same_bits(folded(x), plain(x)));
    CHECK(folded(x).at(0) == 1 - 5 + 14);
    std::vector<std::string> names;
    nn::each_tensor(folded, nn::ConstTensorVisitor(
                                [&](const std::string& name, const Tensor&, nn::Role) { names.push_back(name); }));
    CHECK(names == std::vector<std::string>{"flat"});
}

TEST_CASE("batch normalisation is folded into the product before it on request") {
    wire::Graph graph = dense();
    for (const char* name : {"gamma", "beta", "mean", "variance"})
        graph.initializers.push_back(wire::tensor(name, {3}, {0.5F, 2, 1.5F}));
    graph.nodes = {graph.nodes[0], {"BatchNormalization", "b", {"h", "gamma", "beta", "mean", "variance"}, {"y"}}};
    const Network plain = network(graph), folded = network(graph, {.fold_batch_norm = true});
    CHECK(plain.nodes() == 2);
    CHECK(folded.nodes() == 1);
    const Tensor x({2, 2}, {1, -0.25, 0.75, 2});
    CHECK(max(abs(plain(x) - folded(x))).item() < 1e-5);
    graph.outputs.push_back(wire::port("h", {-1, 3}));  // what others use stays
    CHECK(network(graph, {.fold_batch_norm = true}).nodes() == 2);
}

TEST_CASE("a network made for one row takes any number of them") {
    wire::Graph graph{.inputs = {wire::port("x", {1, 2, 2})},
                      .outputs = {wire::port("y", {1, 4})},
                      .initializers = {wire::whole_tensor("shape", {1, 4})},
                      .nodes = {{"Reshape", "r", {"x", "shape"}, {"y"}}}};
    const Tensor x({3, 2, 2}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
    SUBCASE("by the number of rows in the place of a leading 1") {
        const Network net = network(graph);
        CHECK(net.batching() == Batching::generalised);
        CHECK(same_bits(net(x), reshape(x, {3, 4})));
    }
    SUBCASE("as it stands, where nothing names the rows") {
        graph.initializers = {wire::whole_tensor("shape", {-1, 4})};
        CHECK(network(graph).batching() == Batching::together);
    }
    SUBCASE("one by one, where rows would mix") {
        graph.nodes.push_back({"Softmax", "s", {"y"}, {"z"}, wire::integer("axis", 0)});
        graph.outputs = {wire::port("z", {1, 4})};
        const Network net = network(graph);
        CHECK(net.batching() == Batching::one_by_one);
        CHECK(same_bits(net(x), ones({3, 4})));
    }
    SUBCASE("one by one, where they mix only if one of them is large") {
        graph.initializers.push_back(wire::tensor("one", {}, {1}));
        graph.nodes.push_back({"ReduceMax", "m", {"y"}, {"most"}, wire::integer("keepdims", 0)});
        graph.nodes.push_back({"Max", "c", {"most", "one"}, {"scale"}, ""});
        graph.nodes.push_back({"Div", "d", {"y", "scale"}, {"z"}, ""});
        graph.outputs = {wire::port("z", {1, 4})};
        const Network net = network(graph);
        CHECK(net.batching() == Batching::one_by_one);
        CHECK(net(x).at(3) == 1);
        CHECK(net(x).at(11) == 1);
    }
}

TEST_CASE("a file that holds how many rows it was exported with is no function of rows, but runs") {
    for (const Index rows : {2, 3}) {
        CAPTURE(rows);
        wire::Graph graph{.inputs = {wire::port("x", {-1, 4})},
                          .outputs = {wire::port("y", {-1, 4})},
                          .initializers = {wire::whole_tensor("shape", {rows, 4})},
                          .nodes = {{"Expand", "e", {"x", "shape"}, {"y"}}}};
        const Tensor x = reshape(arange(4 * rows), {rows, 4});
        const Network net = network(graph);
        CHECK(same_bits(net.run({Value(x)})[0].real(), x));
        const std::string told =
            text("onnx: rows must be mapped to rows: the file is made for ", rows,
                 " at once, and gives as much for one; export it with a free batch axis throughout");
        CHECK_THROWS_WITH_AS(net(x), told.c_str(), ShapeError);
        CHECK_THROWS_WITH_AS(models::onnx::parse(wire::model(graph), "m"), (told + " (m)").c_str(), IoError);
        graph.inputs = {wire::port("x", {1, 4})};  // of one row, many outputs
        CHECK(models::onnx::parse(wire::model(graph), "m").classes == 4 * rows);
    }
}

TEST_CASE("an equation may leave axes to one operand only") {
    const Network net =
        network({.inputs = {wire::port("x", {-1, 2, 2})},
                 .outputs = {wire::port("y", {-1, 2, 3})},
                 .initializers = {wire::tensor("w", {2, 3}, {1, 2, 3, 4, 5, 6})},
                 .nodes = {{"Einsum", "e", {"x", "w"}, {"y"}, wire::word("equation", "...i,ij->...j")}}});
    const Tensor x({1, 2, 2}, {1, 0, 1, 1});
    CHECK(same_bits(net(x), Tensor({1, 6}, {1, 2, 3, 5, 7, 9})));
}

TEST_CASE("a number picked by a single position passes its slope on, from the last axis, too") {
    for (const std::int64_t axis : {1, 2, -1}) {
        const Network net = network({.inputs = {wire::port("x", {-1, 3, 3})},
                                     .outputs = {wire::port("y", {-1, 3})},
                                     .nodes = {{"Constant", "c", {}, {"two"}, wire::integer("value_int", 2)},
                                               {"Gather", "g", {"x", "two"}, {"y"}, wire::integer("axis", axis)}}});
        const Tensor x = reshape(arange(18), {2, 3, 3}), t = tracked(x);
        CHECK(same_bits(net(x), reshape(slice(x, axis, 2, 3), {2, 3})));
        const Tensor slopes = grad(sum(net(t)), t);
        CHECK(sum(slopes).item() == 6);
        CHECK(sum(slice(slopes, axis, 2, 3)).item() == 6);
    }
}

TEST_CASE("pools of one, three and dilated axes are choices to whoever asks the graph, as those of two are") {
    const auto pool = [](const std::vector<std::int64_t>& lengths, const std::vector<std::int64_t>& kernel,
                         const std::string& more) {
        return network({.inputs = {wire::port("x", lengths)},
                        .outputs = {wire::port("y", std::vector<std::int64_t>(lengths.size(), -1))},
                        .nodes = {{"MaxPool", "p", {"x"}, {"y"}, wire::integers("kernel_shape", kernel) + more}}});
    };
    const auto complete = [](const Network& net, const Shape& shape) {
        const Tensor x = random::uniform(shape, -1, 1, {.seed = 1, .dtype = DType::float64});
        const Tensor baseline = random::uniform(shape, -1, 1, {.seed = 2, .dtype = DType::float64});
        const auto f = [&](const Tensor& z) {
            return sum(reshape(net(z), {z.rows(), -1}), {.axes = {1}, .keep = true});
        };
        const double change = (f(x) - f(baseline)).item();
        CHECK(sum(attribution::deep_lift(f, x, {.baseline = baseline}).values).item() ==
              doctest::Approx(change).epsilon(1e-12));
        const auto exact = attribution::integrated_gradients(
            f, x, {.baseline = baseline, .quadrature = {.rule = attribution::QuadratureRule::exact}});
        CHECK(sum(exact.values).item() == doctest::Approx(change).epsilon(1e-12));
    };
    complete(pool({-1, 1, 6}, {3}, ""), {1, 1, 6});
    complete(pool({-1, 1, 6}, {3}, wire::integers("pads", {1, 1})), {1, 1, 6});
    complete(pool({-1, 1, 4, 4, 4}, {2, 2, 2}, ""), {1, 1, 4, 4, 4});
    complete(pool({-1, 1, 5, 5}, {2, 2}, wire::integers("dilations", {2, 2})), {1, 1, 5, 5});
}

TEST_CASE("whole numbers are computed as such") {
    const wire::Graph graph{.inputs = {wire::port("x", {-1}, 7), wire::port("z", {-1}, 7)},
                            .outputs = {wire::port("y", {-1}, 7)},
                            .nodes = {{"Add", "a", {"x", "z"}, {"y"}}}};
    constexpr Index big = (Index{1} << 62) + 1;  // no double is this number
    const std::vector<Value> sum = network(graph).run({Value(Shape{2}, {big, -1}), Value(Shape{1}, {1})});
    CHECK(sum.at(0).whole()[0] == big + 1);
    CHECK(sum.at(0).whole()[1] == 0);
}

TEST_CASE("weights of an imported network are trained like any others") {
    Network net = network(dense());
    const Tensor x({1, 2}, {1, 1});
    const double before = sum(square(net(x))).item();
    nn::each_tensor(net, nn::TensorVisitor([](const std::string&, Tensor& p, nn::Role) { p = tracked(p); }));
    std::vector<Tensor> leaves;
    nn::each_tensor(std::as_const(net), nn::ConstTensorVisitor([&](const std::string&, const Tensor& p, nn::Role) {
                        leaves.push_back(p);
                    }));
    const std::vector<Tensor> slopes = grad(sum(square(net(x))), leaves);
    std::size_t i = 0;
    nn::each_tensor(net, nn::TensorVisitor(
                             [&](const std::string&, Tensor& p, nn::Role) { p = detached(p) - slopes[i++] * 0.001; }));
    CHECK(sum(square(net(x))).item() < before);
}

TEST_CASE("an imported file is a model: its row, its outputs, a hash that follows its weights") {
    models::Model model = models::onnx::parse(wire::model(dense()), "test");
    CHECK(model.architecture == "onnx");
    CHECK(model.input == Shape{2});
    CHECK(model.classes == 3);
    const nn::Summary costs = nn::summary(model, model.input);
    CHECK(costs.multiply_adds == 6);
    CHECK(costs.rows.at(0).path == "h");
    CHECK(costs.rows.at(0).multiply_adds == 6);
    REQUIRE(models::places(model).size() == 2);
    CHECK(models::places(model)[0].shape == Shape{3});
    const std::string before = models::hash(model);
    CHECK(before == models::hash(models::onnx::parse(wire::model(dense()), "elsewhere")));
    nn::each_tensor(model, nn::TensorVisitor([](const std::string&, Tensor& p, nn::Role) { p = p * 2.0; }));
    CHECK(before != models::hash(model));
}

}  // namespace gradpath
