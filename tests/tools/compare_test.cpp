// gradpath compare: figures, cost, verdicts, and what a run leaves that is ended.
#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <thread>

#include <nlohmann/json.hpp>

#include <gradpath/autodiff/random.hpp>
#include <gradpath/models/saved.hpp>
#include <gradpath/tools/commands/comparison.hpp>

#include "program.hpp"

namespace {

using namespace gradpath;
using Json = nlohmann::ordered_json;

/// A network of points and one of pictures, as they are before they learn.
void save_networks(const program::Folder& folder) {
    models::save_model(folder / "points.safetensors", models::make("moons-mlp", {}, {.seed = 1}));
    models::save_model(folder / "pictures.safetensors",
                       models::make("lenet-small", {{"size", "32"}, {"classes", "2"}}, {.seed = 1}));
}

const std::string of_points = "compare points.safetensors --data moons --quiet --images 12 ";
const std::string of_pictures = "compare pictures.safetensors --data shapes --quiet --images 2 --budget 6 ";

Json json_of(const std::string& line, const program::Folder& folder) {
    const program::Outcome outcome = program::run(line + " --json", folder.path());
    REQUIRE_MESSAGE(outcome.exit == 0, line, ": ", outcome.err);
    return Json::parse(outcome.out);
}

std::vector<std::string> names_of(const Json& methods) {
    std::vector<std::string> names;
    for (const Json& method : methods) names.push_back(method["method"]);
    return names;
}

}  // namespace

TEST_CASE("methods and controls stand side by side, at the budget where they can") {
    const program::Folder folder;
    save_networks(folder);
    const Json d = json_of(of_points + "--budget 40 --methods gradient,integrated-gradients,smooth-grad", folder);
    CHECK(d["schema"] == "gradpath.compare/1");
    CHECK(d["complete"] == true);
    CHECK(d["images"] == 12);
    CHECK(names_of(d["methods"]) ==
          std::vector<std::string>{"gradient", "integrated-gradients", "smooth-grad", "random", "constant"});
    CHECK(d["methods"][0]["cost"].get<double>() <= 2);
    for (const int k : {1, 2}) CHECK(d["methods"][k]["cost"].get<double>() == doctest::Approx(40).epsilon(0.1));
    const Json& figures = d["methods"][1]["figures"];
    CHECK(figures["completeness"]["mean"].get<double>() < 0.1);
    CHECK(figures["deletion"]["per_row"].size() == 12);
    CHECK_FALSE(figures.contains("road"));  // these are points
    CHECK_FALSE(d["methods"][0]["figures"].contains("completeness"));
    CHECK(d["methods"][4]["figures"]["gini"]["mean"] == 0.0);
    for (const Json& verdict : d["verdicts"]) CHECK(verdict["best"] != "random");
}

TEST_CASE("the same seed and any number of threads give the same figures") {
    const program::Folder folder;
    save_networks(folder);
    const std::string line = of_points + "--methods smooth-grad --metrics deletion,sensitivity-max --seed 3 ";
    const Json one = json_of(line + "--threads 1", folder), two = json_of(line + "--threads 2", folder);
    for (const std::size_t k : {0, 1, 2}) CHECK(one["methods"][k]["figures"] == two["methods"][k]["figures"]);
    CHECK(one["methods"][0]["figures"].contains("sensitivity-max"));
    CHECK_FALSE(one["methods"][1]["figures"].contains("sensitivity-max"));
}

TEST_CASE("pictures get all figures, and the files say the same") {
    const program::Folder folder;
    save_networks(folder);
    const Json d = json_of(of_pictures + "--methods integrated-gradients --out both", folder);
    CHECK(names_of(d["methods"]) == std::vector<std::string>{"integrated-gradients", "random", "constant", "edges"});
    for (const char* name : {"insertion", "road", "infidelity", "comprehensiveness"})
        CHECK(d["methods"][3]["figures"].contains(name));
    CHECK(Json::parse(program::read(folder / "both/compare.json")) == d);
    const std::string page = program::read(folder / "both/compare.html");
    for (const char* words : {"heat map: integrated-gradients", "heat map: positive", "heat map: absolute",
                              "How integrated-gradients adds up", "on one scale", "Image 0: predicted ",
                              "of a slope, red says that the score rises with the number",
                              "<dt>prepared</dt>\n<dd>as it is</dd>", "<table class=\"sorts\">"})
        CHECK_MESSAGE(page.find(words) != page.npos, words);
    CHECK(program::read(folder / "both/maps.png").starts_with("\x89PNG"));
    CHECK(program::read(folder / "both/waterfall.svg").find("How integrated-gradients adds up</text>") !=
          std::string::npos);
    for (const char* curve : {"deletion", "insertion", "road", "comprehensiveness", "sufficiency"})
        CHECK(program::read(folder / ("both/" + std::string(curve) + ".svg")).find("integrated-gradients</text>") !=
              std::string::npos);
    CHECK(page.find("ncomplete") == page.npos);
    CHECK(page.find("gradpath compare pictures.safetensors --data shapes") != page.npos);
    CHECK(program::read(folder / "both/compare.csv").starts_with("method,control,metric,better,mean,"));
}

TEST_CASE("a margin and a single output are no predictions, and the page does not call them so") {
    const program::Folder folder;
    save_networks(folder);
    const auto page_of = [&](const std::string& line) {
        CHECK(json_of(line + "--methods integrated-gradients --metrics gini --out page",
                      folder)["question"]["target"] == nullptr);
        std::string page = program::read(folder / "page/compare.html");
        CHECK(page.find("predicted") == page.npos);
        CHECK(page.find("<dt>question</dt>\n<dd>output ") != page.npos);
        return page;
    };
    const std::string margin = page_of(of_pictures + "--output margin:1,0 ");
    for (const char* words :
         {"asked about 1 against 0, labelled ", "the margin of 1 against 0 less that of the baseline"})
        CHECK_MESSAGE(margin.find(words) != margin.npos, words);
    const std::string one = page_of("compare expr:x1*x2 --data moons --quiet --images 3 ");
    CHECK(one.find("Row 0: asked about the only output, labelled ") != one.npos);
}

TEST_CASE("the text says who is best, and what is left of doubt") {
    const program::Folder folder;
    save_networks(folder);
    const program::Outcome outcome =
        program::run(of_points + "--methods integrated-gradients,gradient --metrics deletion", folder.path());
    CHECK(outcome.exit == 0);
    CHECK(outcome.out.find("deletion: best is ") != outcome.out.npos);
}

TEST_CASE("a control that beats the best method is named, as one that is like it") {
    const auto answers = [](const char* name, bool control, double least) {
        tools::Contestant c{.name = name, .control = control, .values = {}};
        for (int k = 0; k < 20; ++k) c.figures["deletion"].push_back(least + 0.01 * (k % 3));
        return c;
    };
    const tools::Subject subject{};
    const tools::Contest contest{.subject = subject,
                                 .x = {},
                                 .target = {},
                                 .budget = 1,
                                 .seed = 1,
                                 .run = {},
                                 .methods = {},
                                 .measures = {"deletion"}};
    const auto list = {answers("good", false, 0.4), answers("poor", false, 0.9), answers("constant", true, 0.1),
                       answers("random", true, 0.4), answers("edges", true, 0.7)};
    const std::vector<tools::Verdict> verdicts = tools::verdicts(contest, std::vector(list));
    REQUIRE(verdicts.size() == 1);
    CHECK(verdicts[0].best == "good");
    CHECK(verdicts[0].behind == std::vector<std::string>{"poor"});
    CHECK(verdicts[0].controls_alike == std::vector<std::string>{"random"});
    CHECK(verdicts[0].controls_ahead == std::vector<std::string>{"constant"});
    CHECK(verdicts[0].controls_behind == std::vector<std::string>{"edges"});
    CHECK_FALSE(verdicts[0].alone());
}

TEST_CASE("killed at random moments it leaves nothing, or files that say how far it came") {
    const program::Folder folder;
    save_networks(folder);
    const std::string line = of_pictures + "--methods gradient,smooth-grad,idgi --metrics deletion,gini --out left";
    const auto start = std::chrono::steady_clock::now();
    REQUIRE(program::run(line, folder.path()).exit == 0);
    const std::chrono::duration<double> whole = std::chrono::steady_clock::now() - start;
    for (std::uint64_t k = 0; k < 20; ++k) {
        std::filesystem::remove_all(folder / "left");
        const pid_t process = program::start(program::words_of(line), folder.path());
        std::this_thread::sleep_for(whole * random::uniform_at(5, 0, k));
        kill(process, k % 2 ? SIGKILL : SIGINT);
        program::finish(process);
        if (!std::filesystem::exists(folder / "left/compare.json")) continue;
        const Json d = Json::parse(program::read(folder / "left/compare.json"));
        CHECK(d["methods"].size() >= 1);
        CHECK(d["complete"] == (d["methods"].size() == d["planned"]));
        CHECK(d["missing"].size() + d["methods"].size() == d["planned"]);
        const std::string page = program::read(folder / "left/compare.html");
        CHECK(page.find("</html>") != page.npos);
        if (k % 2 == 0) CHECK((page.find("Incomplete: ") != page.npos) == (d["complete"] == false));
    }
}

TEST_CASE("compare says what does not fit") {
    const program::Folder folder;
    save_networks(folder);
    const std::vector<std::pair<std::string, std::string>> cases{
        {"--methods gradien", "compare: there is no method \"gradien\"; did you mean \"gradient\"?"},
        {"--methods conductance", "compare: conductance looks at a layer, not at the input"},
        {"--metrics deletio", "compare: there is no metric \"deletio\"; did you mean \"deletion\"?"},
        {"--metrics road", "compare: road is of pictures: rows have the shape (2,)"},
        {"--metrics localisation", "compare: localisation asks where the evidence is: give --locate"},
        {"--metrics purity --images 1", "compare: purity ranks rows: there must be two at least"},
        {"--methods gradien,conductance --metrics road --set samples",
         "compare: there is no method \"gradien\"; did you mean \"gradient\"?; and conductance looks at a layer, not "
         "at "
         "the input; and --set takes METHOD.OPTION=VALUE or OPTION=VALUE: got \"samples\"; and road is of pictures"},
        {"--methods idgi --set idgi.stepps=3",
         "compare: --set idgi.stepps=3: idgi has no option \"stepps\"; did you mean \"steps\"?"},
        {"--methods idgi --set sigma=3", "compare: --set sigma=3: no method has the option \"sigma\""},
        {"--methods idgi --set smooth-grad.samples=3",
         "compare: --set smooth-grad.samples=3: smooth-grad is not among the methods"},
        {"--target all", "compare: --target all: methods are compared on one target at a time"},
        {"--target 2", "compare: --target 2: the model has 2 outputs"},
        {"--target 0,1", "compare: --target names 2 classes for 12 rows"},
        {"--target nobody", "compare: --target: "},
        {"--output margin:0,1 --target 1", "compare: --output margin takes no --target"},
        {"--output sure", "compare: --output: "},
        {"--baseline all", "compare: --baseline all: methods are compared under one baseline"},
        {"--baseline nothing", "compare: --baseline: "},
        {"--locate box:0,1,0,1", "compare: --locate is of pictures: rows have the shape (2,)"},
        {"--groups nobody", "compare: --groups: "},
        {"--methods blur-ig,gradient,guided-ig,integrated-gradients --set steps=many",
         "compare: not every method suits points.safetensors, so none was run: blur-ig: "},
        {"--budget 0", "compare: --budget must be at least 1"},
        {"--data shapes", "compare: shapes has rows of the shape (1, 32, 32), points.safetensors takes (2,)"}};
    for (const auto& [words, message] : cases) {
        const program::Outcome outcome = program::run(of_points + words, folder.path());
        CHECK(outcome.exit == 2);
        CHECK_MESSAGE(outcome.err.find(message) != outcome.err.npos, outcome.err);
    }
}
