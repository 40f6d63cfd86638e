// --dry-run: what would be done and what it costs, and not a file is left.
#include <doctest/doctest.h>

#include <gradpath/models/saved.hpp>

#include "answers.hpp"

namespace {

using namespace gradpath;
using Json = nlohmann::ordered_json;
using program::json_of;

void save_network(const program::Folder& folder) {
    models::save_model(folder / "points.safetensors", models::make("moons-mlp", {}, {.seed = 1}));
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("explain tells what all rows will cost from the first") {
    const program::Folder folder;
    save_network(folder);
    const std::string line =
        "explain points.safetensors --input data:moons:test:0,1,2,3,4 --method integrated-gradients --steps 30 ";
    const Json d = json_of(line + "--out why --dry-run --json", folder);
    CHECK(d["schema"] == "gradpath.dry-run/1");
    CHECK(d["files"] == Names{"why/attribution.npz", "why/bars.svg", "why/explain.html", "why/result.json"});
    CHECK(program::listing(folder.path()).size() == 1);
    const Json run = json_of(line + "--out why --json", folder);
    for (const std::string file : d["files"]) CHECK_MESSAGE(std::filesystem::exists(folder / file), file);
    CHECK(program::read(folder / "why/bars.svg").find(">x2</text>") != std::string::npos);
    CHECK(program::listing(folder / "why").size() == d["files"].size());
    CHECK(d["evaluations"]["backward"] == run["evaluations"]["backward"]);
    CHECK(d["evaluations"]["forward"] == run["evaluations"]["forward"]);
    CHECK(d["bytes"].get<double>() > 0);
    const std::string text = program::fine(line + "--target true --dry-run", folder).out;
    CHECK(text.find("input            data:moons:test:0,1,2,3,4, 5 rows\n") != text.npos);
    CHECK(text.find("and 150 back") != text.npos);
    CHECK(text.find("none without --out\n") != text.npos);
    CHECK(program::run(line + "--baseline all --dry-run", folder.path()).err ==
          "gradpath: explain: --dry-run looks at one baseline and one layer: name one instead of all\n");
}

TEST_CASE("a path that a tolerance decides about is not walked: a few steps tell what a thousand cost") {
    const program::Folder folder;
    save_network(folder);
    const std::string line = "explain points.safetensors --input data:moons:test:0,1 --method integrated-gradients ";
    for (const std::string more : {"", "--rule exact", "--rule gauss-kronrod", "--steps 4 --tolerance 1e-9"}) {
        CAPTURE(more);
        const Json d = json_of(line + more + " --dry-run --json", folder);
        CHECK(d["steps"] == "as many as the tolerance takes; told for 1000");
        CHECK(d["evaluations"]["backward"] == 2000);
        CHECK(d["evaluations"]["forward"].get<double>() < 2020);
        CHECK(d["seconds"].get<double>() > 0);
    }
    const std::string of = "explain points.safetensors --input data:moons:test:0,1 --dry-run --json --method ";
    for (const std::string without_rule : {"idgi", "integrated-hessians"})
        CHECK(json_of(of + without_rule, folder)["steps"] == "as many as the tolerance takes; told for 1000");
    const Json few = json_of(line + "--steps 5 --dry-run --json", folder);
    CHECK(few["evaluations"]["backward"] == 10);
    CHECK_FALSE(few.contains("steps"));
}

TEST_CASE("of a thousand million samples a few are drawn, and tell what all cost") {
    const program::Folder folder;
    const std::string line = "explain expr:abs(x1-x2)*x3 --input 1,3,2 --json --method ";
    const auto evaluations = [&](const std::string& more) { return json_of(line + more, folder)["evaluations"]; };
    for (const std::string method : {"smooth-grad", "var-grad", "expected-gradients",
                                     "path-ensemble --steps 20", "integrated-gradients --steps 20 --baseline uniform",
                                     "rise"}) {
        CAPTURE(method);
        CHECK(evaluations(method + " --samples 50 --dry-run") == evaluations(method + " --samples 50"));
        const Json many = json_of(line + method + " --samples 1000000000 --dry-run", folder);
        CHECK(many["evaluations"]["forward"].get<double>() > 9e8);
        CHECK(many["seconds"].get<double>() > 0);
    }
    CHECK(evaluations("rise --samples 5000 --dry-run") == evaluations("rise --samples 5000"));
    CHECK(evaluations("shapley-sampling --samples 1000000000 --dry-run") == evaluations("shapley"));
    CHECK(program::run(line + "smooth-grad --samples many --dry-run", folder.path()).err ==
          "gradpath: explain: --samples takes a whole number: got \"many\"\n");
}

TEST_CASE("compare tells of the methods, the controls and the files, whose names come true") {
    const program::Folder folder;
    save_network(folder);
    const std::string line =
        "compare points.safetensors --data moons --images 6 --budget 20 --methods gradient,integrated-gradients "
        "--metrics deletion,gini --out c --quiet ";
    const Json d = json_of(line + "--dry-run --json", folder);
    CHECK(d["methods"] == "gradient, integrated-gradients, random, constant");
    CHECK_FALSE(std::filesystem::exists(folder / "c"));
    const Json run = json_of(line + "--json", folder);
    double gradients = 0;
    for (const Json& method : run["methods"]) gradients += 6 * method["cost"].get<double>();
    CHECK(d["evaluations"]["backward"].get<double>() == doctest::Approx(gradients).epsilon(0.05));
    for (const std::string file : d["files"]) CHECK_MESSAGE(std::filesystem::exists(folder / file), file);
    CHECK(program::listing(folder / "c").size() == d["files"].size());
}

TEST_CASE("compare tells of maps only where a method shares out a difference") {
    const program::Folder folder;
    models::save_model(folder / "net.safetensors",
                       models::make("lenet-small", {{"size", "32"}, {"classes", "2"}}, {.seed = 1}));
    const std::string line = "compare net.safetensors --data shapes --images 2 --budget 4 --metrics gini --out c ";
    const auto files = [&](const std::string& method) -> Names {
        return json_of(line + "--quiet --dry-run --json --methods " + method, folder)["files"];
    };
    const Names slopes{"c/compare.csv", "c/compare.html", "c/compare.json"};
    CHECK(files("gradient") == slopes);
    Names shares = slopes;
    shares.insert(shares.end(), {"c/maps.png", "c/waterfall.svg"});
    CHECK(files("integrated-gradients") == shares);
    program::fine(line + "--methods gradient", folder);
    CHECK(program::listing(folder / "c").size() == slopes.size());
}

TEST_CASE("train counts its steps and leaves nothing") {
    const program::Folder folder;
    const Json d = json_of(
        "train --model moons-mlp --data moons --validation 0.2 --epochs 3 --batch 100 --out run --dry-run --json",
        folder);
    CHECK(program::listing(folder.path()).empty());
    CHECK(d["model"] == "moons-mlp, 4482 parameters");
    const std::string steps = d["steps"];
    CHECK(steps.ends_with(" of 100 rows in each of 3 epochs"));
    CHECK(d["evaluations"]["forward"].get<double>() / 300 == doctest::Approx(std::stod(steps)).epsilon(0.02));
    CHECK(d["seconds"].is_null());
    CHECK(d["files"] == Names{"run/checkpoint.safetensors", "run/history.csv", "run/model.safetensors"});
}
