// convert, and .onnx files as models, by the program itself.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <gradpath/autodiff/io/npz.hpp>
#include <gradpath/autodiff/io/safetensors.hpp>
#include <gradpath/models/saved.hpp>

#include "program.hpp"

using namespace gradpath;

TEST_CASE("tensors go from safetensors to npz and back, bit for bit") {
    const program::Folder folder;
    const Tensor a({2}, {1, 2}), b({1, 1}, {3}, DType::float64);
    io::write_safetensors(folder / "a.safetensors",
                          {.tensors = {{"a", a}, {"b", b}}, .indices = {{"c", Indices{4, 5}}}});
    CHECK(program::run("convert a.safetensors b.npz", folder.path()).err == "wrote b.npz\n");
    CHECK(same_bits(io::read_npz(folder / "b.npz", "b"), b));
    CHECK(io::read_npz_indices(folder / "b.npz", "c")[1] == 5);
    io::write_npz(folder / "c.npz", std::vector<io::NamedTensor>{{"a", a}});
    CHECK(program::run("convert c.npz d.safetensors --quiet", folder.path()).exit == 0);
    CHECK(same_bits(io::find(io::read_safetensors(folder / "d.safetensors"), "a"), a));
}

TEST_CASE("convert says what it cannot do") {
    const program::Folder folder;
    io::write_npz(folder / "a.npz", std::vector<io::NamedTensor>{{"a", ones({1})}});
    const auto refused = [&](const std::string& words, int exit, const std::string& message) {
        const program::Outcome outcome = program::run("convert " + words, folder.path());
        CHECK(outcome.exit == exit);
        CHECK(outcome.err == "gradpath: " + message + "\n");
    };
    refused("a.npz", 2, "convert: name two files: IN and OUT");
    refused("a.npz a.txt", 2, "convert: it writes .safetensors, .npz and .onnx files: got \"a.txt\"");
    refused("a.txt b.npz", 2, "convert: it reads .safetensors, .npz and .onnx files: got \"a.txt\"");
    refused(
        "a.npz b.onnx", 2,
        "convert: an ONNX file is made of a model: a .safetensors file of gradpath or an .onnx file: got \"a.npz\"");
}

TEST_CASE("a model goes out as ONNX, is described, explained, and comes back as its tensors") {
    const program::Folder folder;
    models::save_model(folder / "net.safetensors", models::make("moons-mlp", {}, 1));
    const program::Outcome written = program::run("convert net.safetensors net.onnx", folder.path());
    if (written.exit == 2) {
        CHECK(written.err.find("this build has no ONNX") != std::string::npos);
        MESSAGE("skipped: this build has no ONNX");
        return;
    }
    CHECK_MESSAGE(written.exit == 0, written.err);
    const auto described = nlohmann::json::parse(program::run("info net.onnx --json", folder.path()).out);
    CHECK(described["architecture"] == "onnx");
    CHECK(described["parameters"] == 4482);
    CHECK(described["options"]["operators"] == "Add 3, Gemm 3, Relu 2, Identity 1");
    const auto sum = [&](const std::string& model) {
        const program::Outcome outcome =
            program::run("explain " + model + " --input 0.5,0.2 --method gradient --json", folder.path());
        CHECK_MESSAGE(outcome.exit == 0, outcome.err);
        return nlohmann::json::parse(outcome.out)["values"]["data"];
    };
    CHECK(sum("net.onnx") == sum("net.safetensors"));
    CHECK(program::run("convert net.onnx back.npz --quiet", folder.path()).exit == 0);
    CHECK(io::npz_names(folder / "back.npz").size() == 6);
}
