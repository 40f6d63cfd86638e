// Taps, and the three tools on graphs: record, replay, sweep.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <thread>

#include <gradpath/autodiff/autodiff.hpp>

using namespace gradpath;

namespace {
const DType f64 = DType::float64;
Tensor draw(const Shape& shape, std::uint64_t stream) {
    return random::normal(shape, {.seed = 21, .stream = stream, .dtype = f64});
}

Tensor two_layers(const Tensor& x) {
    const TapPath path("net");
    const Tensor hidden = tap("hidden", relu(matmul(x, draw({3, 4}, 1))));
    return tap("out", matmul(tap("hidden", relu(hidden - 0.1)), draw({4, 2}, 2)));
}
}  // namespace

TEST_CASE("outside a scope a tap returns its argument, and a scope records names and counts") {
    const Tensor x = draw({5, 3}, 3);
    CHECK(tap("here", x).node() == x.node());
    Taps taps;
    const Tensor y = two_layers(x);
    REQUIRE(taps.visits().size() == 3);
    CHECK(taps.visits()[0].name == "net.hidden");
    CHECK(taps.visits()[1].name == "net.hidden#2");
    CHECK(taps.visits()[2].name == "net.out");
    CHECK(taps.at("net.out").node() == y.node());
    taps.clear();
    two_layers(x);
    CHECK(taps.visits()[0].name == "net.hidden");
    CHECK_THROWS_WITH_AS(taps.at("conv"),
                         "taps: nothing was visited at \"conv\"; visited: net.hidden, net.hidden#2, net.out",
                         ValueError);
}

TEST_CASE("a tap can be replaced by a tensor, a mask or a function, and tracked") {
    const Tensor x = draw({5, 3}, 3), plain = two_layers(x);
    Taps taps;
    taps.mask("net.hidden#2", zeros({4}, f64));
    CHECK(same_bits(two_layers(x), zeros({5, 2}, f64)));
    {
        Taps inner;  // the innermost scope is the one in force
        CHECK(same_bits(two_layers(x), plain));
        inner.replace("net.out", [](const Tensor& t) { return t * 2.0; });
        inner.clear();
        CHECK(same_bits(two_layers(x), plain * 2.0));
        inner.replace("net.out", ones({1, 1}, f64));
        inner.clear();
        CHECK_THROWS_WITH_AS(two_layers(x), doctest::Contains("taps: what replaces \"net.out\" must have shape (5, 2)"),
                             ShapeError);
    }
    Taps tracking;
    tracking.track("net.hidden#2");
    const Tensor y = two_layers(x), hidden = tracking.at("net.hidden#2");
    CHECK(same_bits(grad(sum(y), hidden), matmul(ones({5, 2}, f64), draw({4, 2}, 2), {.transpose_b = true})));
}

TEST_CASE("taps reach work on other threads through inherit, and recomputation by checkpoint") {
    const Tensor x = draw({5, 3}, 3);
    Taps taps;
    taps.mask("net.hidden#2", zeros({4}, f64));
    Tensor there;
    std::thread(inherit([&] { there = two_layers(x); })).join();
    CHECK(same_bits(there, zeros({5, 2}, f64)));
    std::thread([&] { there = two_layers(x); }).join();
    CHECK_FALSE(same_bits(there, zeros({5, 2}, f64)));
    taps.clear();

    const Tensor t = tracked(x);
    const Tensor y = sum(checkpoint([](const std::vector<Tensor>& in) { return two_layers(in[0]); }, {t}));
    const std::size_t visits = taps.visits().size();
    CHECK(same_bits(grad(y, t), zeros_like(t)));  // the mask was in force again
    CHECK(taps.visits().size() == visits);
}

TEST_CASE("record shows the graph in topological order, with fused ops as the plain ops they mean") {
    const Tensor x = draw({5, 3}, 4);
    const Graph graph = record([](const Tensor& z) { return cross_entropy(two_layers(z), Indices{0, 1, 0, 1, 1}); }, x);
    std::vector<OpCode> ops;
    for (const Step& step : graph.steps) ops.push_back(step.op);
    CHECK(std::find(ops.begin(), ops.end(), OpCode::cross_entropy) == ops.end());
    CHECK(std::find(ops.begin(), ops.end(), OpCode::log_softmax) != ops.end());
    CHECK(std::count(ops.begin(), ops.end(), OpCode::relu) == 2);
    for (std::size_t i = 1; i < graph.steps.size(); ++i) CHECK(graph.steps[i - 1].serial < graph.steps[i].serial);
    const auto tap_step =
        std::find_if(graph.steps.begin(), graph.steps.end(), [](const Step& s) { return s.op == OpCode::tap; });
    CHECK(tap_step->tap == "net.hidden");
    CHECK(graph.steps[0].name == "matmul");
    CHECK(graph.steps[0].tap == "net");
    CHECK(graph.steps[0].inputs[0].is_tracked());
    CHECK_FALSE(graph.steps[0].inputs[1].is_tracked());
    CHECK(graph.steps[0].attributes->as<Matmul>().transpose_a == false);
    const Tensor plain = cross_entropy(two_layers(x), Indices{0, 1, 0, 1, 1});
    for (Index i = 0; i < 5; ++i) CHECK(graph.outputs[0].at(i) == doctest::Approx(plain.at(i)).epsilon(1e-14));
}

TEST_CASE("replay runs other rows, with any op replaced") {
    const Graph graph = record(two_layers, draw({5, 3}, 5));
    const Tensor x = draw({8, 3}, 6);
    CHECK(same_bits(replay(graph, {x})[0], two_layers(x)));
    const Replacement smooth = [](const std::vector<Tensor>& in, const Attributes&) {
        return std::vector{softplus(in[0] * 10.0) / 10.0};
    };
    const Tensor y = replay(graph, {x}, {{OpCode::relu, smooth}})[0];
    const Tensor h1 = softplus(matmul(x, draw({3, 4}, 1)) * 10.0) / 10.0, h2 = softplus((h1 - 0.1) * 10.0) / 10.0;
    CHECK(max(abs(y - matmul(h2, draw({4, 2}, 2)))).item() < 1e-13);
}

TEST_CASE("replay does not mind the number of rows, not even where an op had nothing to do") {
    const auto f = [](const Tensor& x) {
        const Tensor t = tracked(x);
        const Tensor y = where(Tensor({1, 2}, {1, 0}, f64), t * Tensor({2}, {2, 3}, f64), x * 0.0);
        return grad(sum(square(y) * broadcast_to(sum(y, {.axes = {1}, .keep = true}), y.shape())), t);
    };
    const Graph one = record(f, draw({1, 2}, 10));
    for (const Index rows : {1, 2, 3}) {
        const Tensor x = draw({rows, 2}, 11);
        CHECK(same_bits(replay(one, {x})[0], f(x)));
    }
}

TEST_CASE("a custom op is opaque to record and replay") {
    const CustomOp clip{"clip", [](const std::vector<Tensor>& in) { return std::vector{relu(in[0])}; },
                        [](const auto& in, const auto&, const auto& g) { return std::vector{relu_vjp(in[0], g[0])}; }};
    const Graph graph = record([&](const Tensor& x) { return custom_op(clip, {x})[0]; }, draw({3}, 12));
    REQUIRE(graph.steps.size() == 1);
    CHECK(graph.steps[0].name == "clip");
    const Replacement twice = [](const std::vector<Tensor>& in, const Attributes&) { return std::vector{in[0] * 2.0}; };
    CHECK(same_bits(replay(graph, {draw({3}, 13)}, {{OpCode::relu, twice}})[0], relu(draw({3}, 13))));
}

TEST_CASE("a checkpoint inside a named layer sees its taps again in the sweep") {
    const Tensor t = tracked(draw({3}, 14));
    Taps taps;
    taps.mask("block.inner", full({3}, 0.5, f64));
    const TapPath path("block");
    const Tensor y = sum(checkpoint([](const std::vector<Tensor>& in) { return tap("inner", square(in[0])); }, {t}));
    {
        const TapPath elsewhere("other");
        CHECK(same_bits(grad(y, t), t));
    }
}

TEST_CASE("jobs that inherit taps may run at once and count for themselves") {
    const Tensor x = draw({5, 3}, 3);
    Taps taps;
    taps.replace("net.out", [](const Tensor& t) { return t * 2.0; });
    const Tensor expected = two_layers(x);
    taps.clear();
    std::vector<Tensor> results(4);
    std::vector<std::thread> workers;
    for (Tensor& result : results) workers.emplace_back(inherit([&] { result = two_layers(x); }));
    for (std::thread& worker : workers) worker.join();
    for (const Tensor& result : results) CHECK(same_bits(result, expected));
    CHECK(taps.visits().empty());
}

TEST_CASE("a function whose graph depends on its data is refused at replay") {
    const auto fickle = [](const Tensor& x) { return x.at(0) > 0 ? exp(x) : sin(x); };
    const Graph graph = record(fickle, Tensor({1}, {1}, f64));
    CHECK_NOTHROW(replay(graph, {Tensor({1}, {2}, f64)}));
    CHECK_THROWS_WITH_AS(replay(graph, {Tensor({1}, {-1}, f64)}),
                         "replay: the function ran other ops than it did when recorded: step 0 is sin, recorded was "
                         "exp; it depends on its data",
                         ValueError);
}

TEST_CASE("sweep is the gradient, and with a rule replaced it is guided backprop") {
    const Tensor x = draw({5, 3}, 7);
    const Graph graph = record(two_layers, x);
    const Tensor ones_out = ones({5, 2}, f64), t = tracked(x);
    CHECK(same_bits(sweep(graph, {ones_out})[0], grad(sum(two_layers(t)), t)));

    const Rule guided = [](const RuleCall& call) {
        std::vector<Tensor> slopes = plain_vjp(call);
        slopes[0] = relu(slopes[0]);
        return slopes;
    };
    const Tensor w1 = draw({3, 4}, 1), w2 = draw({4, 2}, 2);
    const Tensor a1 = matmul(x, w1), a2 = relu(a1) - 0.1;
    const Tensor g2 = relu(matmul(ones_out, w2, {.transpose_b = true}) * greater(a2, 0.0));
    const Tensor g1 = relu(g2 * greater(a1, 0.0));
    CHECK(same_bits(sweep(graph, {ones_out}, {{OpCode::relu, guided}})[0], matmul(g1, w1, {.transpose_b = true})));
}

TEST_CASE("step_of shows a node to anyone") {
    const Tensor x = tracked(draw({2, 1, 5, 5}, 8)), w = draw({1, 1, 3, 3}, 9);
    const Step step = step_of(conv2d(x, w, {.stride = 2}));
    CHECK(step.name == "conv2d");
    CHECK(step.op == OpCode::conv2d);
    CHECK(step.attributes->as<Conv2dAttributes>().options.stride == Size2(2));
    CHECK(step.inputs.size() == 2);
    CHECK(step_of(x).op == OpCode::leaf);
    CHECK_THROWS_WITH_AS(step.attributes->as<Matmul>(),
                         "attributes: these are not the options asked for; attributes.hpp lists what each op carries",
                         ValueError);
}
