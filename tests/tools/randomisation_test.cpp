// The sanity check of Adebayo et al. 2018, as the program makes it.
#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>

#include <nlohmann/json.hpp>

#include <tools/program.hpp>

using Json = nlohmann::json;

namespace {

double value(const Json& document, const std::string& method, const std::string& figure) {
    for (const Json& row : document["rows"])
        if (row["method"] == method && row["figure"] == figure) return row["value"];
    FAIL("no row " << method << " " << figure);
    return 0;
}

}  // namespace

TEST_CASE("reproduce randomisation: gradients notice that the network forgets, guided backprop hardly does") {
    const program::Folder folder;
    const program::Outcome outcome =
        program::run("reproduce randomisation --quick --json --quiet --out study", folder.path());
    REQUIRE_MESSAGE(outcome.exit == 0, outcome.err);
    const Json document = Json::parse(outcome.out);
    const std::string top = "values, random from dense2 up", all = "values, random from conv1 up";
    for (const char* method : {"gradient", "input-x-gradient", "integrated-gradients", "deep-lift"}) {
        CHECK_MESSAGE(value(document, "guided-backprop", top) > value(document, method, top) + 0.3, method);
        CHECK_MESSAGE(std::abs(value(document, method, all)) < 0.2, method);
    }
    for (const char* file : {"study/randomisation.csv", "study/randomisation.json", "study/randomisation.html"})
        CHECK_MESSAGE(std::filesystem::exists(folder / file), file);
    CHECK(program::read(folder / "study/randomisation.html").find("data:image/png") != std::string::npos);
}

TEST_CASE("reproduce randomisation takes a network of the user's, in its own dtype, but no formula") {
    const program::Folder folder;
    REQUIRE(
        program::run("train --model mlp --data moons --epochs 1 --dtype f64 --quiet --out run", folder.path()).exit ==
        0);
    const program::Outcome outcome =
        program::run("reproduce randomisation --json --quiet --model run/model.safetensors --input data:moons:test:0,1",
                     folder.path());
    REQUIRE_MESSAGE(outcome.exit == 0, outcome.err);
    CHECK(std::abs(value(Json::parse(outcome.out), "gradient", "values, random from dense1 up")) <= 1);
    const program::Outcome formula =
        program::run("reproduce randomisation --model expr:x1*x2 --input 1,2", folder.path());
    CHECK(formula.exit == 2);
    CHECK(formula.err ==
          "gradpath: reproduce: randomisation takes a network, not a formula: a formula has not learned anything that "
          "it could forget\n");
    if (program::run("convert run/model.safetensors net.onnx --quiet", folder.path()).exit != 0) {
        MESSAGE("skipped: this build has no ONNX");
        return;
    }
    CHECK(program::run("reproduce randomisation --model net.onnx --input data:moons:test:0", folder.path()).err ==
          "gradpath: reproduce: randomisation takes a .safetensors file: net.onnx does not say how its parameters were "
          "made before they learned\n");
}
