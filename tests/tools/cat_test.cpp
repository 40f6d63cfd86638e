// SqueezeNet looks at the photograph of a cat, by command: where do Integrated Gradients lie, beside what knows no
// network? The command is that of models/onnx/README.md.
#include <doctest/doctest.h>

#include <cmath>

#include <gradpath/tools/report/png.hpp>
#include <support/real_data.hpp>

#include "answers.hpp"

using namespace gradpath;

TEST_CASE("Integrated Gradients of a cat lie in its face, more than edges and random numbers do") {
    const std::string network = "models/squeezenet1_0_dc_imagenet.onnx",
                      photograph = "golden/squeezenet1_0_dc_imagenet.input.npy";
    if (!have_real_data(network) || !have_real_data(photograph)) return;
    const program::Folder folder;
    const nlohmann::ordered_json d =
        program::json_of("explain " + real_data(network).string() + " --input " + real_data(photograph).string() +
                             " --channels bgr --target 285 --method integrated-gradients --rule gauss-legendre --steps "
                             "20 --locate box:60,206,44,204 --out cat --json --quiet",
                         folder);
    const auto share = [&](const char* of) { return d["located"][of][0].get<double>(); };
    MESSAGE("inside the face: ", share("positive"), " of the positive Integrated Gradients, ", share("edges"),
            " of the edges, ", share("random"), " of random numbers, ", share("area"), " of the area");
    CHECK(share("area") == doctest::Approx(146.0 * 160 / (227 * 227)));
    CHECK(share("positive") > share("edges"));
    CHECK(share("positive") > share("area") + 0.1);
    CHECK(std::abs(share("random") - share("area")) < 0.02);
    CHECK(tools::read_png(folder / "cat/heatmap.png").width > 2 * 227);
}

TEST_CASE("the photograph itself, cut and turned as the network wants it, is an Egyptian cat, too") {
    const std::string network = "models/squeezenet1_0_dc_imagenet.onnx", photograph = "images/chelsea.png";
    if (!have_real_data(network) || !have_real_data(photograph)) return;
    const program::Folder folder;
    const nlohmann::ordered_json d = program::json_of(
        "explain " + real_data(network).string() + " --input " + real_data(photograph).string() +
            " --fit crop --channels bgr --scale 255 --mean 104,117,123 --method constant --locate box:60,206,44,204 "
            "--out cat --json --quiet",
        folder);
    CHECK(d["target"] == nlohmann::ordered_json({285}));
    CHECK(d["located"]["edges"][0].get<double>() > d["located"]["area"][0].get<double>());
    CHECK(d["input"]["notes"][0].get<std::string>().ends_with(
        "451 by 300 pixels, the 300 by 300 in the middle resized to 227 by 227"));
}
