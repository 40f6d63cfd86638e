// convert, and .onnx files as models, by the program itself.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <gradpath/autodiff/io/npz.hpp>
#include <gradpath/autodiff/io/safetensors.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/models/saved.hpp>

#include "program.hpp"

using namespace gradpath;

namespace {

/// Writes net.safetensors and net.onnx, if this build can.
bool can_onnx(const program::Folder& folder) {
    models::save_model(folder / "net.safetensors", models::make("moons-mlp", {}, 1));
    const program::Outcome written = program::run("convert net.safetensors net.onnx", folder.path());
    if (written.exit == 2) {
        CHECK(written.err.find("this build has no ONNX") != std::string::npos);
        MESSAGE("skipped: this build has no ONNX");
        return false;
    }
    CHECK_MESSAGE(written.exit == 0, written.err);
    return true;
}

}  // namespace

TEST_CASE("tensors go from safetensors to npz and back, bit for bit") {
    const program::Folder folder;
    const Tensor a({2}, {1, 2}), b({1, 1}, {3}, DType::float64);
    io::write_safetensors(folder / "a.safetensors",
                          {.tensors = {{"a", a}, {"b", b}}, .indices = {{"c", Indices{4, 5}}}});
    CHECK(program::run("convert a.safetensors b.npz", folder.path()).err == "wrote b.npz\n");
    CHECK(same_bits(io::read_npz(folder / "b.npz", "b"), b));
    CHECK(io::read_npz_indices(folder / "b.npz", "c")[1] == 5);
    CHECK(program::run("convert b.npz d.safetensors --quiet", folder.path()).exit == 0);
    CHECK(same_bits(io::find(io::read_safetensors(folder / "d.safetensors"), "a"), a));
    CHECK(program::read(folder / "d.safetensors") == program::read(folder / "a.safetensors"));
}

TEST_CASE("a model that is converted to safetensors is the same model, and no file is converted to itself") {
    const program::Folder folder;
    models::save_model(folder / "net.safetensors", models::make("moons-mlp", {}, 1));
    const std::string bytes = program::read(folder / "net.safetensors");
    CHECK(program::run("convert net.safetensors same.safetensors", folder.path()).err == "wrote same.safetensors\n");
    CHECK(program::read(folder / "same.safetensors") == bytes);
    const program::Outcome itself = program::run("convert net.safetensors ./net.safetensors", folder.path());
    CHECK(itself.exit == 2);
    CHECK(itself.err == "gradpath: convert: OUT must be another file than IN: got \"./net.safetensors\"\n");
    CHECK(program::read(folder / "net.safetensors") == bytes);
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
    if (!can_onnx(folder)) return;
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
    CHECK(program::run("convert net.onnx alone.safetensors", folder.path()).err ==
          "wrote alone.safetensors\nnote: alone.safetensors has tensors alone and is not a model; --into gives them to "
          "one\n");
}

TEST_CASE("weights go out of an ONNX network and, changed, back into it, under its names") {
    const program::Folder folder;
    if (!can_onnx(folder)) return;
    CHECK(program::run("convert net.onnx w.npz --quiet", folder.path()).exit == 0);
    std::vector<io::NamedTensor> weights = io::read_npz(folder / "w.npz");
    for (io::NamedTensor& w : weights) w.value = (w.value * 0.5).to(DType::float64);  // the network keeps its dtype
    io::write_npz(folder / "half.npz", weights);
    const program::Outcome written = program::run("convert half.npz half.onnx --into net.onnx", folder.path());
    CHECK_MESSAGE(written.err == "wrote half.onnx\n", written.err);
    CHECK(program::run("convert half.onnx back.npz --quiet", folder.path()).exit == 0);
    for (const io::NamedTensor& w : weights)
        CHECK(same_bits(io::read_npz(folder / "back.npz", w.name), w.value.to(DType::float32)));

    const auto refused = [&](const std::vector<io::NamedTensor>& tensors, const std::string& message) {
        io::write_npz(folder / "bad.npz", tensors);
        const program::Outcome outcome = program::run("convert bad.npz bad.onnx --into net.onnx", folder.path());
        CHECK(outcome.exit == 4);
        CHECK(outcome.err == "gradpath: convert: " + message + "\n");
        CHECK_FALSE(std::filesystem::exists(folder / "bad.onnx"));
    };
    std::vector<io::NamedTensor> more = weights, fewer = weights, other = weights;
    more.push_back({"more", ones({1})});
    refused(more, "the network has no tensor \"more\", which bad.npz has");
    const io::NamedTensor last = fewer.back();
    fewer.pop_back();
    refused(fewer, text("a tensor is missing: bad.npz has no \"", last.name, "\" of the shape ", last.value.shape()));
    other.back().value = ones({7});
    refused(other, text("\"", last.name, "\" of bad.npz has the shape (7,), the network expects ", last.value.shape()));
    CHECK(program::run("convert half.npz half.npz --into net.onnx", folder.path()).err ==
          "gradpath: convert: --into makes a network, which goes into an .onnx file: got \"half.npz\"\n");
    CHECK(program::run("convert net.safetensors f.onnx --fold-batch-norm", folder.path()).err ==
          "gradpath: convert: --fold-batch-norm is of .onnx files: got \"net.safetensors\"\n");
}

TEST_CASE("info puts each parameter at the place that uses it, and batch normalisations fold on request") {
    const program::Folder folder;
    if (!can_onnx(folder)) return;
    const std::string residual = std::string(GRADPATH_SOURCE_DIR) + "/tests/models/onnx/torch/residual.onnx";
    const auto described = [&](const std::string& file) {
        return nlohmann::json::parse(program::run("info " + file + " --json", folder.path()).out);
    };
    const nlohmann::json whole = described(residual);
    CHECK(whole["normalisation"].is_null());
    Index placed = 0;
    for (const nlohmann::json& layer : whole["layers"]) {
        CHECK(layer["name"] != "");
        placed += layer["parameters"].get<Index>();
    }
    CHECK(placed == whole["parameters"]);
    CHECK(program::run("info " + residual, folder.path())
              .out.find("normalisation  not told by the file; whatever its operators do\n") != std::string::npos);
    CHECK(program::run("convert " + residual + " folded.onnx --fold-batch-norm --quiet", folder.path()).exit == 0);
    CHECK(described("folded.onnx")["options"]["operators"].get<std::string>().find("BatchNorm") == std::string::npos);
}

TEST_CASE("train says where an ONNX file is trained further") {
    const program::Folder folder;
    CHECK(program::run("train --model net.onnx --data moons --out run", folder.path()).err ==
          "gradpath: train: --model names an architecture, which net.onnx is not: an ONNX file is trained further in a "
          "program, by nn::fit (models/onnx/README.md)\n");
}
