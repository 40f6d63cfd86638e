// What came as ONNX goes out as it came: names, ports, outputs, metadata; with the tensors it has now.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include <gradpath/autodiff/io/file.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/random.hpp>
#include <gradpath/models/onnx/conformance.hpp>
#include <gradpath/models/onnx/export.hpp>
#include <gradpath/models/onnx/read.hpp>
#include <gradpath/nn/train.hpp>
#include <models/onnx/agreement.hpp>
#include <models/onnx/wire.hpp>
#include <models/scratch.hpp>
#include <support/real_data.hpp>

namespace gradpath {
namespace {

using namespace tests;
using models::onnx::Network;

/// All that a file says of a tensor that goes in or out.
std::string described(const std::vector<models::onnx::Port>& ports) {
    std::string all;
    for (const models::onnx::Port& port : ports) {
        all += port.name + " " + port.type + " (";
        for (std::size_t i = 0; port.lengths && i < port.lengths->size(); ++i)
            all += text(" ", port.lengths->at(i), port.axes.at(i));
        all += " )\n";
    }
    return all;
}

std::vector<std::string> tensor_names(const Network& network) {
    std::vector<std::string> names;
    for (const nn::Parameter& t : nn::tensors(network)) names.push_back(t.name);
    return names;
}

const Network& network_of(const models::Model& model) { return *model.net.get_if<Network>(); }

/// Changes every parameter, names the classes, and writes and reads it.
void check_changed(const std::string& file) {
    CAPTURE(file);
    models::Model model = models::onnx::load(file);
    nn::each_parameter(model, nn::ParameterVisitor([](const std::string&, Tensor& p) { p = 0.75 * p + 0.001; }));
    for (Index k = 0; k < model.classes; ++k) model.class_names.push_back(text("class \"", k, "\""));
    const models::Model back = models::onnx::parse(models::onnx::to_bytes(model), "again");
    const models::onnx::Graph before = network_of(model).graph(), after = network_of(back).graph();
    CHECK(back.class_names == model.class_names);
    CHECK(described(after.inputs) == described(before.inputs));
    CHECK(described(after.outputs) == described(before.outputs));
    CHECK(tensor_names(network_of(back)) == tensor_names(network_of(model)));
    CHECK(network_of(back).batching() == network_of(model).batching());
    const Tensor x = random::uniform(Shape{2}.joined(model.input), -1, 1, {.seed = 7});
    CHECK(same_bits(back(x), model(x)));
    CHECK(models::onnx::to_bytes(back) == models::onnx::to_bytes(model));
}

/// Two rows of what a dense layer gives, beside how many rows there are.
wire::Graph two_outputs() {
    return {.inputs = {wire::port("x", {-1, 2})},
            .outputs = {wire::port("shape", {2}, 7), wire::port("y", {-1, 3}), wire::port("h", {-1, 3})},
            .initializers = {wire::tensor("layer.weight", {3, 2}, {1, 2, 3, 4, -5, 6}),
                             wire::tensor("layer.bias", {3}, {0.5F, -1, 2})},
            .nodes = {{"Gemm", "g", {"x", "layer.weight", "layer.bias"}, {"h"}, wire::integer("transB", 1)},
                      {"Shape", "s", {"h"}, {"shape"}},
                      {"LeakyRelu", "r", {"h"}, {"y"}, wire::decimal("alpha", 0.1F)}}};
}

}  // namespace

TEST_CASE("real networks that were changed go out under their own names, and come back bit for bit") {
    for (const char* name : {"captum_cifar10", "mnist-8", "opt-mnist", "resnet20_cifar10"})
        if (have_real_data(text("models/", name, ".onnx")))
            check_changed(real_data(text("models/", name, ".onnx")).string());
    for (const char* name : {"mlp", "residual", "separable"})
        check_changed(std::string(GRADPATH_SOURCE_DIR) + "/tests/models/onnx/torch/" + name + ".onnx");
}

TEST_CASE("every output goes out, whole numbers too, and so do initializers in the types they had") {
    const models::Model model = load_as(DType::float64, [&] {
        static const Scratch folder;
        std::ofstream(folder / "two.onnx", std::ios::binary) << wire::model(two_outputs());
        return folder / "two.onnx";
    }());
    const models::onnx::Graph graph = models::onnx::parse_graph(models::onnx::to_bytes(model), "again");
    CHECK(described(graph.inputs) == "x float32 ( -1n 2 )\n");
    CHECK(described(graph.outputs) == "shape int64 ( 2 )\ny float32 ( -1n 3 )\nh float32 ( -1n 3 )\n");
    CHECK(graph.initializers.at("layer.bias").element() == models::onnx::Element::float32);
    CHECK(graph.nodes.at(2).name == "r");
    CHECK(std::get<double>(graph.nodes.at(2).attributes.at("alpha")) == static_cast<double>(0.1F));
    const std::vector<models::onnx::Value> y = Network(graph).run({Tensor({1, 2}, {1, -1})});
    CHECK(y.at(0).whole()[1] == 3);
    CHECK(same_bits(y.at(2).real(), Tensor({1, 3}, {-0.5, -2, -9})));
}

TEST_CASE("what was folded goes out folded") {
    const models::Model model = models::onnx::load(
        std::string(GRADPATH_SOURCE_DIR) + "/tests/models/onnx/torch/residual.onnx", {.fold_batch_norm = true});
    const models::Model back = models::onnx::parse(models::onnx::to_bytes(model), "again");
    CHECK(network_of(back).nodes() == network_of(model).nodes());
    const Tensor x = random::uniform(Shape{2}.joined(model.input), -1, 1, {.seed = 7});
    CHECK(same_bits(back(x), model(x)));
}

TEST_CASE("names of classes go out with models of ours, too; others' metadata are no names") {
    models::Model model = models::make("moons-mlp");
    model.class_names = {"upper", "lower"};
    CHECK(models::onnx::parse(models::onnx::to_bytes(model), "m").class_names == model.class_names);
    for (const char* other : {"[\"one\"]", "[1,2]", "upper,lower", "{\"a\":\"b\",\"c\":\"d\"}"}) {
        models::onnx::Graph graph = models::onnx::parse_graph(models::onnx::to_bytes(model), "m");
        graph.metadata["class_names"] = other;
        CHECK(models::onnx::parse(models::onnx::to_bytes(graph), "m").class_names.empty());
    }
}

TEST_CASE("a tensor's place is what the first node gives that uses it") {
    const Network network(models::onnx::parse_graph(wire::model(two_outputs()), "m"));
    CHECK(network.places() == std::map<std::string, std::string>{{"layer.weight", "h"}, {"layer.bias", "h"}});
}

TEST_CASE("an imported network is trained further, and goes out as it came with the new weights") {
    models::Model model = models::onnx::parse(wire::model(two_outputs()), "m", {.output = "y"});
    const Tensor x = random::uniform({64, 2}, -1, 1, {.seed = 1});
    const nn::Examples examples{x, argmax(concat({x, zeros({64, 1})}, 1), 1)};
    const double before = nn::evaluate(model, examples).loss;
    nn::fit(model, examples, {.epochs = 20, .batch = 16, .optimizer = nn::Adam{.rate = 0.05}});
    const double after = nn::evaluate(model, examples).loss;
    CHECK(after < 0.5 * before);
    const models::Model back = models::onnx::parse(models::onnx::to_bytes(model), "again", {.output = "y"});
    CHECK(nn::evaluate(back, examples).loss == after);
    CHECK(tensor_names(network_of(back)) == tensor_names(network_of(model)));
}

TEST_CASE("the conformance cases pass again, written and read once more") {
    if (!std::filesystem::exists(models::onnx::conformance_folder)) {
        MESSAGE("skipped: no ", models::onnx::conformance_folder, "; install libonnx-testdata");
        return;
    }
    int passed = 0;
    for (const std::filesystem::path& folder : models::onnx::conformance_cases()) {
        if (models::onnx::run_case(folder).verdict != models::onnx::Case::Verdict::passed) continue;
        const Scratch copy;
        for (const auto& entry : std::filesystem::directory_iterator(folder))
            if (entry.is_directory())
                std::filesystem::create_directory_symlink(entry.path(), copy / entry.path().filename());
        const Network network(models::onnx::read_graph(folder / "model.onnx"), {.check_rows = false});
        io::write_file(copy / "model.onnx", models::onnx::to_bytes(network.graph()));
        const models::onnx::Case again = models::onnx::run_case((copy / "").parent_path());
        CHECK_MESSAGE(again.verdict == models::onnx::Case::Verdict::passed, folder.string(), ": ", again.note);
        ++passed;
    }
    CHECK(passed >= 893);
}

}  // namespace gradpath
