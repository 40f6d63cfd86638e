// explain --locate and --channels: where an answer lies in a picture; controls as methods, whose answers are known.
#include <doctest/doctest.h>

#include <gradpath/autodiff/io/npy.hpp>
#include <gradpath/autodiff/io/npz.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/random.hpp>
#include <gradpath/models/saved.hpp>
#include <gradpath/tools/commands/located.hpp>

#include "answers.hpp"

namespace {

using namespace gradpath;
using Json = nlohmann::ordered_json;
using program::fine;
using program::json_of;

/// A network with random weights on 12x12 pictures in colour, two of them, and a box as a mask.
struct Place {
    program::Folder folder;
    Place() {
        models::save_model(folder / "net.safetensors", models::make("lenet5", {{"size", "12"}, {"channels", "3"}}, 1));
        const Tensor images = random::uniform({2, 3, 12, 12}, 0, 1, {.seed = 2});
        io::write_npy(folder / "images.npy", images);
        io::write_npy(folder / "turned.npy",
                      concat({slice(images, 1, 2, 3), slice(images, 1, 1, 2), slice(images, 1, 0, 1)}, 1));
        std::vector<double> inside(3 * 144, 0);
        for (Index k = 0; k < 3 * 144; ++k)
            if (const Index i = k / 12 % 12, j = k % 12; 2 <= i && i < 6 && 3 <= j && j < 9)
                inside[static_cast<std::size_t>(k)] = 1;
        io::write_npy(folder / "mask.npy", Tensor({3, 12, 12}, std::span<const double>(inside)));
    }
    std::string line(const std::string& words) const {
        return "explain net.safetensors --input images.npy --method " + words;
    }
    std::string refusal(const std::string& words) const {
        const program::Outcome outcome = program::run(line(words), folder.path());
        CHECK(outcome.exit == 2);
        return outcome.err;
    }
};

}  // namespace

TEST_CASE("--locate measures controls by themselves, a mask like a box, and says it in the text") {
    const Place place;
    const std::string box = " --locate box:2,6,3,9 --seed 4 --json";
    for (const std::string method : {"constant", "edges", "random"}) {
        const std::string like = method == "constant" ? "area" : method;
        const Json located = json_of(place.line(method + box), place.folder)["located"];
        CHECK(located["region"] == "box:2,6,3,9");
        CHECK_MESSAGE(located["positive"] == located[like], method);
        for (const Json& area : located["area"]) CHECK(area.get<double>() == doctest::Approx(24.0 / 144));
    }
    const Json boxed = json_of(place.line("gradient" + box), place.folder)["located"],
               masked = json_of(place.line("gradient --locate mask:mask.npy --seed 4 --json"), place.folder)["located"];
    CHECK(masked["region"] == "mask");
    CHECK(boxed["positive"] == masked["positive"]);
    CHECK(boxed["positive"].size() == 2);
    CHECK(boxed["positive"][0] != boxed["area"][0]);
    CHECK(json_of(place.line("grad-cam" + box), place.folder)["located"]["edges"] == boxed["edges"]);
    const std::string words = fine(place.line("constant --locate box:0,12,0,6"), place.folder).out;
    CHECK(words.find("inside box:0,12,0,6  50.00 % of the positive values\n") != std::string::npos);
    CHECK(words.find("beside it            50.00 % of the area, ") != std::string::npos);
    CHECK_FALSE(json_of(place.line("gradient --json"), place.folder).contains("located"));
}

TEST_CASE("the picture says which part it is that holds so much, and draws a box around it") {
    const Tensor x = random::uniform({2, 1, 4, 4}, 0, 1, {.seed = 3});
    const auto words = [&](const attribution::Region& region) {
        return tools::located_words(tools::locate(x, ones({2, 1, 4, 4}), region, 0), 1);
    };
    CHECK(words(attribution::region::Box{1, 3, 0, 2})
              .starts_with("the box (rows 1 to 2, columns 0 to 1 from the upper left corner), 25.00 % of the picture, "
                           "holds 25.00 % of the positive values and "));
    const Tensor half = greater(x, 0.5);
    CHECK(words(attribution::region::Mask{half}).starts_with("the region, "));
    const Place place;
    const auto picture = [&](const std::string& where) {
        fine(place.line("constant --quiet --out out") + where, place.folder);
        return program::read(place.folder / "out/heatmap.png");
    };
    CHECK(picture(" --locate box:2,6,3,9") != picture(" --locate box:2,6,3,8"));
}

TEST_CASE("--locate asks about pictures, and one answer at a time") {
    const Place place;
    CHECK(place.refusal("gradient --locate whole") ==
          "gradpath: explain: --locate takes box:TOP,BOTTOM,LEFT,RIGHT or mask:FILE\n");
    CHECK(
        place.refusal("gradient --locate box:0,13,0,6").find("explain: --locate: the box must lie within 0,12,0,12") !=
        std::string::npos);
    const std::string elsewhere = "explain: --locate asks where in a picture an answer lies: the input has shape ";
    CHECK(place.refusal("gradient --target all --locate box:0,2,0,2") ==
          "gradpath: " + elsewhere + "(2, 3, 12, 12), the answer (2, 10, 3, 12, 12)\n");
    CHECK(place.refusal("conductance --layer dense1 --locate box:0,2,0,2").find(elsewhere) != std::string::npos);
    for (const char* several : {"conductance --layer all", "integrated-gradients --baseline all"})
        CHECK(place.refusal(std::string(several) + " --locate box:0,2,0,2") ==
              "gradpath: explain: --locate takes one answer at a time, not all layers or baselines\n");
}

TEST_CASE("controls are methods of explain: the same for every target, by the seed, without other options") {
    const Place place;
    fine(place.line("random --target all --seed 5 --out all"), place.folder);
    fine(place.line("random --seed 5 --out one"), place.folder);
    const Tensor all = io::read_npz(place.folder / "all/attribution.npz", "values"),
                 one = io::read_npz(place.folder / "one/attribution.npz", "values");
    CHECK(all.shape() == Shape{2, 10, 3, 12, 12});
    CHECK(same_bits(reshape(slice(all, 1, 7, 8), one.shape()), one));
    CHECK(same_bits(one, random::normal({2, 3, 12, 12}, {.seed = 5})));
    CHECK(place.refusal("edges --samples 3").find("option 'samples' is unknown") != std::string::npos);
    CHECK(place.refusal("edge").find("did you mean \"edges\"?") != std::string::npos);
}

TEST_CASE("--channels bgr paints the picture with its colours turned, and is of pictures in colour") {
    const Place place;
    const std::string run = " --method constant --quiet --out ";
    const auto picture = [&](const std::string& input) {
        fine("explain net.safetensors --input " + input + run + "out", place.folder);
        return program::read(place.folder / "out/heatmap.png");
    };
    const std::string turned = picture("images.npy --channels bgr");
    CHECK(turned == picture("turned.npy"));
    CHECK(turned != picture("images.npy"));
    CHECK(place.refusal("constant --channels red") == "gradpath: explain: --channels takes rgb or bgr: got \"red\"\n");
    const program::Outcome grey =
        program::run("explain expr:x1 --input 1 --method gradient --channels bgr", place.folder.path());
    CHECK(grey.err == "gradpath: explain: a formula says by itself what it does with its numbers: got channels bgr\n");
}
