// gradpath compare as it is run: options of methods, the budget, notes, what is left of a run that is ended.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <thread>

#include <nlohmann/json.hpp>

#include <gradpath/autodiff/threads.hpp>
#include <gradpath/models/saved.hpp>

#include "answers.hpp"
#include "program.hpp"
#include "support/close.hpp"

namespace {

using namespace gradpath;
using Json = nlohmann::ordered_json;

const std::string of_points = "compare points.safetensors --data moons --images 6 ";

struct Place {
    program::Folder folder;
    Place() { models::save_model(folder / "points.safetensors", models::make("moons-mlp", {}, {.seed = 1})); }
    program::Outcome run(const std::string& words) const { return program::run(of_points + words, folder.path()); }
};

bool has(const std::string& text, const std::string& words) { return text.find(words) != std::string::npos; }

}  // namespace

TEST_CASE("options go to the method that is named, or to all that have them, and switch the search for a cost off") {
    const Place place;
    const Json d = json_of(of_points +
                               "--quiet --metrics gini --methods \" smooth-grad,  integrated-gradients,idgi \" "
                               "--set smooth-grad.sigma=0.5 --set steps=7 --seed 2 --json",
                           place.folder);
    CHECK(d["methods"].size() == 5);
    CHECK(d["methods"][0]["method"] == "smooth-grad");
    CHECK(d["methods"][0]["set"]["sigma"] == "0.5");
    CHECK(d["methods"][0]["set"].contains("samples"));
    CHECK(d["methods"][1]["set"] == Json{{"steps", "7"}});
    CHECK(d["methods"][2]["set"] == Json{{"steps", "7"}});
    CHECK(d["isa"].get<std::string>().size() > 0);
    CHECK(d["threads"].get<int>() == threads());
    CHECK(d["dtype"] == "float32");
    CHECK(d["data_hash"].get<std::string>().size() == 64);
    CHECK(has(d["command"], "--set smooth-grad.sigma=0.5 --set steps=7"));
}

TEST_CASE("target, output and baseline are those that explain takes") {
    const Place place;
    const std::string asked = "--target 0 --output probability --baseline constant:0.3 ";
    const Json d = json_of(of_points + asked +
                               "--quiet --json --methods integrated-gradients --metrics "
                               "completeness,cancellation --set steps=20",
                           place.folder);
    const Json e = json_of(
        "explain points.safetensors --input data:moons:test:0,1,2,3,4,5 --method integrated-gradients "
        "--steps 20 --json --quiet " +
            asked,
        place.folder);
    CHECK(d["target"] == Json{0, 0, 0, 0, 0, 0});
    for (const std::size_t row : {0U, 5U})
        CHECK(tests::close(d["methods"][0]["figures"]["completeness"]["per_row"][row].get<double>(),
                           e["relative_delta"][row].get<double>(), 1e-3));
}

TEST_CASE("what cannot keep to the budget is warned about before it runs, marked and noted") {
    const Place place;
    const program::Outcome text =
        place.run("--budget 4 --images 2 --methods gradient,geodesic-ig --metrics gini --out left");
    CHECK(text.exit == 0);
    CHECK(has(text.err, "warning: geodesic-ig does not keep to the budget: about "));
    CHECK(has(text.out, " !  "));
    CHECK(has(text.out, "\n! above the budget of 4 gradient evaluations a row\n"));
    CHECK(has(text.out, "note: geodesic-ig: took "));
    const Json d = Json::parse(program::read(place.folder / "left/compare.json"));
    CHECK(d["methods"][0]["over_budget"] == false);
    CHECK(d["methods"][1]["over_budget"] == true);
    CHECK(has(program::read(place.folder / "left/compare.csv"), ",yes,yes\n"));
    CHECK(has(program::read(place.folder / "left/compare.html"), " !</td>"));
}

TEST_CASE("usual methods that do not suit are left out with their reason") {
    const Place place;
    const std::string line = "--output probability --images 3 --metrics gini --budget 6 ";  // rules take raw outputs
    const program::Outcome usual = place.run(line);
    CHECK(usual.exit == 0);
    CHECK(has(usual.err, "left out: deep-lift: "));
    CHECK(has(usual.out, "left out: deep-lift: "));
    CHECK_FALSE(has(usual.out, "\ndeep-lift "));
    const program::Outcome named = place.run(line + "--methods gradient,lrp,deep-lift");
    CHECK(named.exit == 2);
    CHECK(has(named.err, "compare: not every method suits points.safetensors, so none was run: lrp: "));
    CHECK(has(named.err, "; and deep-lift: "));
}

TEST_CASE("of one method there is nothing to win") {
    const Place place;
    const program::Outcome one = place.run("--methods gradient --metrics deletion");
    CHECK(has(one.out, "deletion: gradient is the only method that has it, so nothing is compared but controls"));
    CHECK_FALSE(has(one.out, "best is"));
    CHECK(place.run("--methods gradient --metrics deletion --out alone").exit == 0);
    CHECK(has(program::read(place.folder / "alone/compare.html"), "gradient (the only one)"));
}

TEST_CASE("interrupted without --out it prints what it has, and names what is missing") {
    const Place place;
    const std::string line = of_points +
                             "--images 200 --budget 60 --methods gradient,smooth-grad,var-grad,idgi,ig2,guided-ig "
                             "--metrics deletion,sensitivity-max";
    const auto start = std::chrono::steady_clock::now();
    REQUIRE(program::run(line, place.folder.path()).exit == 0);
    const std::chrono::duration<double> whole = std::chrono::steady_clock::now() - start;
    bool seen = false;
    for (int k = 1; k < 10 && !seen; ++k) {
        const program::Outcome ended = program::run_and_interrupt(line, place.folder.path(), whole * (k / 10.0));
        if (ended.exit != 130 || ended.out.empty()) continue;
        seen = true;
        CHECK(ended.out.starts_with("incomplete: "));
        CHECK(has(ended.out, "; missing: "));
        CHECK(has(ended.out, "gradient "));
        CHECK(has(ended.err, "interrupted; incomplete: "));
    }
    CHECK(seen);
}
