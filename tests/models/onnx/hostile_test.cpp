// Files that are not good: each is refused with a text that says why, and none crashes, hangs or eats the memory.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include <autodiff/io/folder.hpp>
#include <gradpath/models/onnx/network.hpp>
#include <gradpath/models/onnx/read.hpp>
#include <models/onnx/wire.hpp>
#include <models/scratch.hpp>
#include <support/refused.hpp>

namespace gradpath {
namespace {

using namespace tests;

void load(const std::string& bytes) { models::onnx::parse(bytes, "m"); }
void load(const wire::Graph& graph) { load(wire::model(graph)); }

wire::Graph of(const std::vector<wire::Node>& nodes, const std::vector<std::string>& initializers = {}) {
    return {.inputs = {wire::port("x", {-1, 2})},
            .outputs = {wire::port("y", {-1, 2})},
            .initializers = initializers,
            .nodes = nodes};
}

}  // namespace

TEST_CASE("files that are no models are refused") {
    const std::string good = wire::model(of({{"Relu", "r", {"x"}, {"y"}}}));
    CHECK_NOTHROW(load(good));
    check_refused({
        {[] { load(std::string("hello")); }, "onnx: it must hold an ONNX model: the bytes are none (m)"},
        {[] { load(std::string()); }, "onnx: it must hold an ONNX model: there is no graph (m)"},
        {[] {
             load(of({{"Relu", "r", {"z"}, {"y"}}}));
         },
         "onnx: nodes must use what was made before: node \"r\" (Relu) uses \"z\" (m)"},
        {[] {
             load(of({{"Relu", "a", {"b"}, {"y"}}, {"Relu", "b", {"y"}, {"b"}}}));
         },  // a cycle
         "onnx: nodes must use what was made before: node \"a\" (Relu) uses \"b\" (m)"},
        {[] {
             load(of({{"Relu", "a", {"x"}, {"y"}}, {"Relu", "b", {"x"}, {"y"}}}));
         },
         "onnx: a tensor must be made once: node \"b\" (Relu) makes \"y\" again (m)"},
        {[] {
             load(of({{"Relu", "a", {"x"}, {"h"}}}));
         },
         "onnx: an output must be made by a node: nothing makes \"y\" (m)"},
        {[] {
             load(of({{"Relu", "r", {"x"}, {"y"}}}, {wire::tensor("w", {2, 2}, {1, 2, 3})}));
         },
         "onnx: tensor \"w\" of the shape (2, 2) must hold 4 numbers: it has 12 bytes (m)"},
        {[] {
             load(of({{"Relu", "r", {"x"}, {"y"}}}, {wire::tensor("w", {1}, {1}), wire::tensor("w", {1}, {1})}));
         },
         "onnx: an initializer must stand once: \"w\" stands twice (m)"},
    });
}

TEST_CASE("a file cut at any byte is refused or is a model, never a crash") {
    const std::string good = wire::model(
        of({{"Gemm", "g", {"x", "w"}, {"y"}, wire::decimal("alpha", 2)}}, {wire::tensor("w", {2, 2}, {1, 2, 3, 4})}));
    int refused = 0;
    for (std::size_t length = 0; length < good.size(); ++length) {
        try {
            load(good.substr(0, length));
        } catch (const IoError&) {
            ++refused;
        }
    }
    CHECK(refused > 20);
}

TEST_CASE("a damaged file is refused or is a model: cut, or with bits turned over") {
    const wire::Graph graph = of({{"Pad", "p", {"x", "pads"}, {"wide"}},
                                  {"Slice", "s", {"wide", "first", "last"}, {"cut"}},
                                  {"Reshape", "r", {"cut", "shape"}, {"flat"}},
                                  {"Gemm", "g", {"flat", "w"}, {"h"}, wire::integer("transB", 1)},
                                  {"Softmax", "m", {"h"}, {"y"}, wire::integer("axis", 1)}},
                                 {wire::whole_tensor("pads", {0, 1, 0, 1}), wire::whole_tensor("first", {0, 1}),
                                  wire::whole_tensor("last", {9, 3}), wire::whole_tensor("shape", {-1, 2}),
                                  wire::tensor("w", {2, 2}, {1, 2, 3, 4})});
    const Outcome outcome = read_damaged(wire::model(graph), [](const std::string& bytes) { load(bytes); });
    CHECK(outcome.fine > 0);
    CHECK(outcome.refused > 1000);
}

TEST_CASE("one error lists all that is not supported, by name") {
    wire::Graph graph = of({{"Relu", "fine", {"x"}, {"a"}},
                            {"LSTM", "first", {"a"}, {"b"}},
                            {"Elu", "second", {"b"}, {"c"}, wire::decimal("slope", 1)},
                            {"Elu", "third", {"c"}, {"d"}, wire::integer("alpha", 1)},
                            {"FancyOp", "fourth", {"d"}, {"e"}, "", "com.example"},
                            {"Trilu", "fifth", {"e"}, {"y"}}});
    check_refused({{[&] { load(graph); },
                    "onnx: not all of this file is supported (m):\n"
                    "  node \"first\" (LSTM): this operator is not known\n"
                    "  node \"second\" (Elu): attribute \"slope\" is not known\n"
                    "  node \"third\" (Elu): attribute \"alpha\" is of another type\n"
                    "  node \"fourth\" (com.example.FancyOp): this operator is not known\n"
                    "  node \"fifth\" (Trilu): it is known in opsets 14 to 17, not 13"}});
    graph = of({{"Relu", "r", {"x"}, {"y"}}});
    graph.opset = 18;
    graph.inputs.push_back(wire::port("name", {1}, 8));
    check_refused({{[&] { load(graph); },
                    "onnx: not all of this file is supported (m):\n"
                    "  opset 18: opsets up to 17 are known; export it again with opset_version=17, or convert it by "
                    "onnx.version_converter\n"
                    "  input \"name\": data type 8"}});
}

TEST_CASE("shapes that would fill the memory are refused before they do") {
    const auto bomb = [](const wire::Node& node, const std::vector<std::int64_t>& numbers) {
        return [=] { load(of({node, {"Add", "add", {"x", "h"}, {"y"}}}, {wire::whole_tensor("s", numbers)})); };
    };
    check_refused({
        {bomb({"ConstantOfShape", "c", {"s"}, {"h"}}, {1 << 20, 1 << 20}),
         "onnx: node \"c\" (ConstantOfShape): onnx: a tensor must have at most 2^28 numbers: this one is (1048576, "
         "1048576) (m)"},
        {[] {
             load(of({{"ConstantOfShape", "c", {"s"}, {"one"}},
                      {"Pad", "p", {"one", "pads"}, {"h"}},
                      {"Add", "add", {"x", "h"}, {"y"}}},
                     {wire::whole_tensor("s", {1}), wire::whole_tensor("pads", {0, std::int64_t{1} << 41})}));
         },
         "onnx: node \"p\" (Pad): pads must not be huge (m)"},
    });
}

TEST_CASE("many large constants are bounded in sum, reals and whole numbers, however they are made") {
    constexpr std::int64_t side = 1 << 10;  // 2^20 numbers each, 4 or 8 MB
    const auto many = [&](const wire::Node& made, std::vector<std::string> initializers) {
        std::vector<wire::Node> nodes;
        for (int k = 0; k < 40; ++k) {
            nodes.push_back(made);
            nodes.back().name = nodes.back().outputs[0] = text("c", k);
        }
        nodes.push_back({"Relu", "r", {"x"}, {"y"}});
        initializers.push_back(wire::whole_tensor("square", {side, side}));
        initializers.push_back(wire::tensor("one", {1, 1}, {1}));
        initializers.push_back(wire::tensor("row", {1, side}, std::vector<float>(side, 1)));
        initializers.push_back(wire::whole_tensor("first", {0}));
        initializers.push_back(wire::whole_tensor("last", {side * side}));
        return [graph = of(nodes, initializers)](std::size_t memory) {
            models::onnx::parse(wire::model(graph), "m", {.memory = memory});
        };
    };
    for (const wire::Node& made : std::vector<wire::Node>{{"ConstantOfShape", "", {"square"}, {""}},
                                                          {"Expand", "", {"one", "square"}, {""}},
                                                          {"Tile", "", {"one", "square"}, {""}},
                                                          {"Range", "", {"first", "last", "step"}, {""}},
                                                          {"MatMul", "", {"column", "row"}, {""}},
                                                          {"Add", "", {"column", "row"}, {""}}}) {
        const auto load = many(
            made, {wire::tensor("column", {side, 1}, std::vector<float>(side, 1)), wire::whole_tensor("step", {1})});
        CHECK_NOTHROW(load(std::size_t{1} << 30));
        try {
            load(std::size_t{64} << 20);
            CHECK_MESSAGE(false, made.type, " is not bounded");
        } catch (const IoError& error) {
            const std::string told = error.what();
            CHECK_MESSAGE(told.find("memory: all tensors together must stay within 67108864 bytes") != told.npos, told);
            CHECK(
                told.ends_with("; it is more than a file may take when it is opened; Import::memory raises that in a "
                               "program (m)"));
        }
    }
}

TEST_CASE("external data lie in the model's folder and nowhere else") {
    const Scratch folder;
    const auto model = [](const std::string& location) {
        const auto entry = [](const std::string& key, const std::string& value) {
            return wire::bytes(13, wire::bytes(1, key) + wire::bytes(2, value));
        };
        const std::string weights = wire::number(2, 1) + wire::bytes(8, "w") + wire::number(1, 2) +
                                    wire::number(14, 1) + entry("location", location) + entry("offset", "4") +
                                    entry("length", "8");
        return wire::model(of({{"Mul", "m", {"x", "w"}, {"y"}}}, {weights}));
    };
    const auto write = [&](const std::string& name, const std::string& bytes) {
        std::ofstream(folder / name, std::ios::binary) << bytes;
    };
    write("data.bin", std::string("....") + std::string("\0\0\x80\x3f\0\0\0\x40", 8));  // 1 and 2 after four bytes
    write("good.onnx", model("data.bin"));
    CHECK(models::onnx::load(folder / "good.onnx")(Tensor({1, 2}, {3, 4})).at(1) == 8);
    for (const char* outside : {"../data.bin", "/etc/passwd", "a/../../data.bin", ""}) {
        write("bad.onnx", model(outside));
        CHECK_THROWS_AS(models::onnx::load(folder / "bad.onnx"), IoError);
    }
    std::filesystem::create_symlink("/etc/passwd", folder / "link");
    write("bad.onnx", model("link"));
    CHECK_THROWS_AS(models::onnx::load(folder / "bad.onnx"), IoError);
    CHECK_THROWS_WITH_AS(load(model("data.bin")), "onnx: external data need a folder: tensor \"w\" has some (m)",
                         IoError);
}

}  // namespace gradpath
