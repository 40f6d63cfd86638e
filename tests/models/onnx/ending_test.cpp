// Networks that are looked at before their end, that end in a softmax, and whose one row comes without an axis of rows.
#include <doctest/doctest.h>

#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/random.hpp>
#include <gradpath/models/onnx/network.hpp>
#include <gradpath/nn/evaluate.hpp>
#include <models/onnx/wire.hpp>
#include <support/refused.hpp>

namespace gradpath {
namespace {

using namespace tests;
using models::Ending;
using models::Model;

Model opened(const wire::Graph& graph, const std::string& output = "") {
    return models::onnx::parse(wire::model(graph), "m", {.output = output});
}

// Two numbers, three logits "z", and what `last` makes of them.
wire::Graph classifier(const std::vector<wire::Node>& last) {
    wire::Graph graph{.inputs = {wire::port("x", {-1, 2})},
                      .outputs = {wire::port("y", {-1, 3})},
                      .initializers = {wire::tensor("w", {3, 2}, {1, 2, 3, 4, -5, 6})},
                      .nodes = {{"Gemm", "g", {"x", "w"}, {"z"}, wire::integer("transB", 1)}}};
    graph.nodes.insert(graph.nodes.end(), last.begin(), last.end());
    return graph;
}

const wire::Graph softmax_at_last = classifier({{"Softmax", "s", {"z"}, {"p"}}, {"Identity", "i", {"p"}, {"y"}}});
const Tensor rows({3, 2}, {1, -0.25, 0.75, 2, 0.1F, -0.3F});

}  // namespace

TEST_CASE("a network ends at any of its tensors, with what that needs") {
    const Model whole = opened(softmax_at_last), cut = opened(softmax_at_last, "z");
    CHECK(same_bits(softmax(cut(rows)), whole(rows)));
    CHECK(cut.options.at("output") == "z");
    CHECK(models::hash(cut) != models::hash(whole));
    CHECK(same_bits(opened(softmax_at_last, "y")(rows), whole(rows)));
    CHECK(models::places(cut).size() == 1);
    wire::Graph graph = classifier({{"LSTM", "l", {"z", "other"}, {"y"}}});
    graph.inputs.push_back(wire::port("other", {-1, 7}));
    CHECK(same_bits(opened(graph, "z")(rows), cut(rows)));
    check_refused(
        {{[] { opened(softmax_at_last, "zz"); },
          "onnx: there is no tensor \"zz\" that the network computes; gradpath info lists them as layers"},
         {[] { opened(softmax_at_last, "x"); },
          "onnx: there is no tensor \"x\" that the network computes; gradpath info lists them as layers"},
         {[] {
              opened(classifier({{"Relu", "r", {"z"}, {"hidden"}}, {"Identity", "i", {"hidden"}, {"y"}}}), "hiden");
          },
          "onnx: there is no tensor \"hiden\" that the network computes; did you mean \"hidden\"?"}});
}

TEST_CASE("what the outputs are is told by the last step that does not only pass numbers on") {
    const auto ending = [](const std::vector<wire::Node>& last) { return opened(classifier(last)).ending; };
    const Ending softmax = opened(softmax_at_last).ending;
    CHECK(softmax.kind == Ending::probabilities);
    CHECK(softmax.step == "Softmax");
    CHECK(softmax.before == "z");
    CHECK(ending({{"Sigmoid", "s", {"z"}, {"y"}}}).kind == Ending::probabilities);
    CHECK(ending({{"LogSoftmax", "s", {"z"}, {"y"}}}).kind == Ending::log_probabilities);
    CHECK(ending({{"Softmax", "s", {"z"}, {"p"}}, {"Neg", "n", {"p"}, {"y"}}}).kind == Ending::logits);
    CHECK(ending({{"Relu", "r", {"z"}, {"y"}}}).kind == Ending::logits);
    CHECK(opened(softmax_at_last, "z").ending.kind == Ending::logits);
    CHECK(opened(softmax_at_last, "p").ending.before == "z");
    wire::Graph labelled = softmax_at_last, bare = softmax_at_last;
    labelled.nodes.push_back({"ArgMax", "a", {"p"}, {"label"}, wire::integer("axis", 1)});
    labelled.outputs.insert(labelled.outputs.begin(), wire::port("label", {-1, 1}, 7));
    CHECK(opened(labelled).ending.before == "z");
    CHECK(same_bits(opened(labelled)(rows), opened(softmax_at_last)(rows)));
    bare.nodes = {{"Softmax", "s", {"x"}, {"y"}}};
    bare.outputs = {wire::port("y", {-1, 2})};
    bare.initializers.clear();
    CHECK(opened(bare).ending.kind == Ending::probabilities);
    CHECK(opened(bare).ending.before.empty());
}

TEST_CASE("the loss of a network of probabilities is that of its logits") {
    const models::DataSet data{"rows", rows, Indices{2, 1, 0}, {"a", "b", "c"}};
    const auto loss = [&](const Model& m) {
        const models::Task task = models::task_for(m, data);
        return nn::evaluate(m, task.examples, {.loss = task.loss}).loss;
    };
    CHECK(loss(opened(softmax_at_last)) == doctest::Approx(loss(opened(softmax_at_last, "z"))).epsilon(1e-6));
}

TEST_CASE("an input of one axis of fixed length is a row by itself") {
    const wire::Graph graph{.inputs = {wire::port("x", {4})},
                            .outputs = {wire::port("y", {2})},
                            .initializers = {wire::tensor("w", {4, 2}, {1, 2, 3, 4, 5, 6, 7, 8})},
                            .nodes = {{"MatMul", "m", {"x", "w"}, {"y"}}}};
    const Model m = opened(graph);
    CHECK(m.input == Shape{4});
    CHECK(m.classes == 2);
    const Tensor x = random::uniform({3, 4}, -1, 1, {.seed = 1}), w({4, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
    CHECK(max(abs(m(x) - matmul(x, w))).item() < 1e-6);
    CHECK(m(slice(x, 0, 0, 1)).shape() == Shape{1, 2});
    CHECK(models::onnx::parse(wire::model(graph), "m", {.check_rows = false})(x).shape() == Shape{3, 2});
    wire::Graph bomb = graph;
    bomb.inputs = {wire::port("x", {std::int64_t{1} << 40})};
    check_refused(
        {{[&] { opened(bomb); }, "onnx: a tensor must have at most 2^28 numbers: this one is (1099511627776,) (m)"}});
}

TEST_CASE("inputs that are no rows are named, with a way out") {
    wire::Graph two = softmax_at_last, free = softmax_at_last, none = softmax_at_last, whole = softmax_at_last;
    two.inputs.push_back(wire::port("mask", {-1, 2}, 7));
    free.inputs = {wire::port("x", {-1, -1})};
    none.inputs = {wire::port("x", {})};
    whole.inputs = {wire::port("x", {-1, 2}, 7)};
    const std::string several =
        "; make the others constants when it is exported, or use Network::run() in a program (m)";
    CHECK_THROWS_WITH_AS(opened(two),
                         ("onnx: rows need a network of one real input: this one has 2: \"x\" (float32), \"mask\" "
                          "(int64)" +
                          several)
                             .c_str(),
                         IoError);
    CHECK_THROWS_WITH_AS(
        opened(whole),
        "onnx: rows need a network of one real input: this one has 1: \"x\" (int64); use Network::run() in a program "
        "(m)",
        IoError);
    check_refused({{[&] { opened(free); },
                    "onnx: the input \"x\" must have fixed lengths behind the leading axis: export it with only that "
                    "one free (m)"},
                   {[&] { opened(none); },
                    "onnx: the input \"x\" must have a shape whose leading axis is that of rows: the file gives it "
                    "none (m)"}});
}

}  // namespace gradpath
