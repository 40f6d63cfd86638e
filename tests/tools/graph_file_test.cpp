// info --graph and info expr:FORMULA, by the program itself.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <gradpath/models/saved.hpp>

#include "program.hpp"

using namespace gradpath;

TEST_CASE("info --graph draws a model or a formula, as SVG or for Graphviz, and prints what it always does") {
    const program::Folder folder;
    models::save_model(folder / "net.safetensors", models::make("lenet5", {}, 1));
    const auto plain = program::run("info net.safetensors", folder.path());
    const auto drawn = program::run("info net.safetensors --graph net.svg", folder.path());
    CHECK_MESSAGE(drawn.exit == 0, drawn.err);
    CHECK(drawn.out == plain.out);
    const std::string picture = program::read(folder / "net.svg");
    CHECK(picture.starts_with("<svg xmlns="));
    for (const char* words : {">lenet5, 61706 parameters<", ">conv1<", ">156 parameters<", ">relu4<", ">dense3<"})
        CHECK_MESSAGE(picture.find(words) != std::string::npos, words);
    CHECK(program::run("info net.safetensors --graph net.svg --dtype f64", folder.path()).exit == 0);
    CHECK(program::read(folder / "net.svg") == picture);

    const auto formula = program::run("info 'expr:x1*x2 + 1' --graph g.dot --json", folder.path());
    CHECK_MESSAGE(formula.exit == 0, formula.err);
    const auto document = nlohmann::ordered_json::parse(formula.out);
    CHECK(document["schema"] == "gradpath.info/1");
    CHECK(document["kind"] == "formula");
    CHECK(document["formula"] == "expr:x1*x2 + 1");
    CHECK(document["input"] == nlohmann::ordered_json({2}));
    CHECK(document["outputs"] == 1);
    const std::string graph = program::read(folder / "g.dot");
    CHECK(graph.starts_with("digraph \"expr:x1*x2 + 1\" {\n"));
    CHECK(graph.find("[label=\"mul\"]") != std::string::npos);
    CHECK(graph.find("[label=\"add(·, 1)\"]") != std::string::npos);
}

TEST_CASE("info says what cannot be drawn, and where, and writes nothing") {
    const program::Folder folder;
    const auto check = [&](const std::string& line, int exit, const std::string& message) {
        CAPTURE(line);
        const program::Outcome outcome = program::run(line, folder.path());
        CHECK(outcome.exit == exit);
        CHECK(outcome.err == "gradpath: " + message + "\n");
        CHECK(outcome.out.empty());
        CHECK(program::listing(folder.path()).empty());
    };
    check("info --graph g.svg", 2,
          "info: --graph draws a model: name a .safetensors file of gradpath, an .onnx file or expr:FORMULA");
    check("info expr:x1 --graph g.png", 2, "info: --graph takes the name of an .svg or .dot file: got \"g.png\"");
    check("info expr:x1 --graph ''", 2, "info: --graph takes the name of an .svg or .dot file: got \"\"");
    check("info x.npy --graph g.svg", 2,
          "info: MODEL is a .safetensors file of gradpath, an .onnx file or expr:FORMULA: got \"x.npy\"");
    check("info x.safetensors --graph g.svg", 4, "read: cannot open x.safetensors: No such file or directory");
    check("info expr:2x1", 2,
          "expr: expected an operator: got \"x1\" at character 2 of \"2x1\"; a product is written 2*x1");
    const program::Outcome outcome = program::run("info expr:x1 --graph no/where.svg", folder.path());
    CHECK(outcome.exit == 1);
    CHECK(outcome.err.find("no/where.svg") != std::string::npos);
    CHECK(program::listing(folder.path()).empty());
}
