// explain of methods that look at a layer: results of the layer's shape as document, table, arrays and picture.
#include <doctest/doctest.h>

#include <gradpath/autodiff/io/npy.hpp>
#include <gradpath/autodiff/io/npz.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/random.hpp>
#include <gradpath/models/saved.hpp>

#include "answers.hpp"

namespace {

using namespace gradpath;
using Json = nlohmann::ordered_json;
using program::fine;
using program::json_of;

/// lenet5 with random weights on 12x12 images, and two rows to explain.
struct Place {
    program::Folder folder;
    Place() {
        models::save_model(folder / "net.safetensors", models::make("lenet5", {{"size", "12"}}, 1));
        io::write_npy(folder / "images.npy", random::uniform({2, 1, 12, 12}, 0, 1, {.seed = 2}));
    }
    std::string line(const std::string& words) const {
        return "explain net.safetensors --input images.npy --dtype f64 --method " + words;
    }
};

}  // namespace

TEST_CASE("a layer's result has the layer's shape, and shows the identities it was checked by") {
    const Place place;
    const Json d = json_of(place.line("internal-neurons --layer relu2 --region box:2,6,3,9 --json"), place.folder);
    CHECK(d["layer"] == "relu2");
    CHECK(d["rule"] == "exact");
    CHECK(d["values"]["shape"] == Json({2, 16, 2, 2}));
    REQUIRE(d["identities"].size() == 3);
    for (const Json& identity : d["identities"])
        for (const double gap : identity["gap"]) CHECK(gap <= 1e-10);
    CHECK(d["options"]["region"] == "box:2,6,3,9");
    const std::string words = fine(place.line("conductance --layer dense3 --index 1"), place.folder).out;
    CHECK(words.find("layer   dense3, 10 values\n") != std::string::npos);
    CHECK(words.find("sum over neurons = integrated gradients") != std::string::npos);
    CHECK(words.find("unit of dense3") != std::string::npos);
    fine(place.line("internal-influence --layer pool1 --out why"), place.folder);
    CHECK(io::read_npz(place.folder / "why/attribution.npz", "values").shape() == Shape{2, 6, 6, 6});
    CHECK(std::filesystem::exists(place.folder / "why/heatmap.png"));
}

TEST_CASE("--layer all answers for every layer in one pass, with an array for each") {
    const Place place;
    const Json d = json_of(place.line("internal-neurons --layer all --steps 16 --out all --json"), place.folder);
    CHECK(d["schema"] == "gradpath.layers/1");
    REQUIRE(d["layers"].size() == 11);
    CHECK(d["layers"][0]["layer"] == "conv1");
    CHECK(d["layers"][0]["options"]["layer"] == "conv1");
    CHECK(d["evaluations"]["backward"] == 32);  // 2 rows, 16 points, whatever the number of layers
    CHECK(io::read_npz(place.folder / "all/attribution.npz", "values.conv2").shape() == Shape{2, 16, 2, 2});
    CHECK(io::read_npz(place.folder / "all/attribution.npz", "input").shape() == Shape{2, 1, 12, 12});
    CHECK(std::filesystem::exists(place.folder / "all/heatmap.png"));
    CHECK(json_of(place.line("layer-activation --layer all --json"), place.folder)["layers"].size() == 11);
    CHECK(fine(place.line("conductance --layer all"), place.folder).out.find("\nrow 1, target") != std::string::npos);
}

TEST_CASE("a region may be a mask in a file: a box as a mask is that box") {
    const Place place;
    std::vector<double> inside(144, 0);
    for (Index i = 2; i < 6; ++i)
        for (Index j = 3; j < 9; ++j) inside[static_cast<std::size_t>(i * 12 + j)] = 1;
    io::write_npy(place.folder / "mask.npy", Tensor({1, 12, 12}, std::span<const double>(inside)));
    const std::string line = "internal-neurons --layer dense1 --steps 8 --json --region ";
    const Json box = json_of(place.line(line + "box:2,6,3,9"), place.folder),
               mask = json_of(place.line(line + "mask:mask.npy"), place.folder);
    CHECK(box["sum"] == mask["sum"]);
    CHECK(mask["options"]["region"] == "mask:mask.npy");
}

TEST_CASE("--index picks of the masks that a file has for every row") {
    const Place place;
    const Tensor upper = concat({ones({1, 1, 6, 12}), zeros({1, 1, 6, 12})}, 2), lower = 1.0 - upper;
    io::write_npy(place.folder / "masks.npy", concat({upper, lower}));
    const std::string line = "internal-neurons --layer dense1 --steps 8 --json --region ";
    const auto sum = [&](const std::string& words) { return json_of(place.line(line + words), place.folder)["sum"]; };
    CHECK(sum("mask:masks.npy --index 1") == sum("box:6,12,0,12 --index 1"));
    CHECK(sum("mask:masks.npy --index 0") == sum("box:0,6,0,12 --index 0"));
    CHECK(sum("mask:masks.npy")[1] == sum("mask:masks.npy --index 1")[0]);
    io::write_npy(place.folder / "masks.npy", concat({upper, lower, upper}));
    const program::Outcome outcome = program::run(place.line(line + "mask:masks.npy --index 1"), place.folder.path());
    CHECK(outcome.exit == 2);
    CHECK(outcome.err ==
          "gradpath: explain: --region must have one row, or one per row of the input: it has 3 for 1 rows\n");
}

TEST_CASE("layer maps have the size of the image, of the last layer with rows and columns or of one that is named") {
    const Place place;
    const Json d = json_of(place.line("grad-cam --json"), place.folder);
    CHECK(d["layer"] == "relu2");  // pool2 is a single pixel
    CHECK(d["values"]["shape"] == Json({2, 1, 12, 12}));
    const Json all = json_of(place.line("layer-cam --layer all --upsampling nearest --out maps --json"), place.folder);
    REQUIRE(all["layers"].size() == 5);
    CHECK(all["layers"][4]["layer"] == "relu2");
    CHECK(io::read_npz(place.folder / "maps/attribution.npz", "values.conv1").shape() == Shape{2, 1, 12, 12});
    CHECK(std::filesystem::exists(place.folder / "maps/heatmap.png"));
    const Json guided = json_of(place.line("guided-grad-cam --layer conv1 --json"), place.folder);
    CHECK(guided["layer"] == nullptr);
    CHECK(guided["notes"] == Json({"the map is that of conv1"}));
}

TEST_CASE("a layer map of a tiny picture is a list of its pixels, a layer of it one of units") {
    const program::Folder folder;
    models::save_model(folder / "net.safetensors", models::make("residual-cnn", {{"size", "8"}}, 1));
    io::write_npy(folder / "image.npy", random::uniform({1, 1, 8, 8}, 0, 1, {.seed = 2}));
    const std::string line = "explain net.safetensors --input image.npy --method ";
    const std::string map = fine(line + "grad-cam", folder).out,
                      name = json_of(line + "grad-cam --json", folder)["layer"];
    CHECK_MESSAGE(map.find("\npixel, by " + name + "  ") != std::string::npos, map);
    CHECK(fine(line + "layer-activation --layer dense", folder).out.find("\nunit of dense  ") != std::string::npos);
}

TEST_CASE("relevance by the words of its options: every layer by one rule, or each by its own") {
    const Place place;
    const Json one = json_of(place.line("lrp --rule composite --json"), place.folder);
    CHECK(one["values"]["shape"] == Json({2, 1, 12, 12}));
    const Json spelled =
        json_of(place.line("lrp --rule epsilon --first z-box --convolution gamma --dense epsilon --top zero --json"),
                place.folder);
    CHECK(one["sum"] == spelled["sum"]);
    const program::Outcome outcome = program::run(place.line("lrp --rule gama"), place.folder.path());
    CHECK(outcome.exit == 2);
    CHECK(outcome.err.find("did you mean 'gamma'?") != std::string::npos);
    CHECK(json_of(place.line("deep-lift --rule reveal-cancel --json"), place.folder)["relative_delta"][0] <= 1e-12);
}

TEST_CASE("one neuron is explained like an output, and wrong layers are refused with the nearest name") {
    const Place place;
    const Json d = json_of(place.line("neuron-ig --layer dense2 --neuron 5 --json"), place.folder);
    CHECK(d["target"] == "neuron 5 of dense2");
    CHECK(d["layer"] == nullptr);
    CHECK(d["values"]["shape"] == Json({2, 1, 12, 12}));
    const auto fails = [&](const std::string& words) {
        const program::Outcome outcome = program::run(place.line(words), place.folder.path());
        CHECK(outcome.exit == 2);
        return outcome.err;
    };
    CHECK(fails("conductance --layer dence1").find("did you mean 'dense1'?") != std::string::npos);
    CHECK(fails("conductance").find("a layer must be named; there are: conv1 relu1") != std::string::npos);
    const std::string unit = ": what it explains is the unit that --layer and --neuron name\n";
    CHECK(fails("neuron-ig --layer dense2 --target 3") == "gradpath: explain: neuron-ig takes no --target" + unit);
    CHECK(fails("neuron-gradient --layer dense2 --output probability") ==
          "gradpath: explain: neuron-gradient takes no --output" + unit);
    CHECK(fails("neuron-ig --layer dense2 --neuron 84").find("must lie in [0, 84)") != std::string::npos);
}
