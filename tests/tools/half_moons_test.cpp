// The studies of Geodesic IG through the program, in their short forms: what they promise, and what they leave behind.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <csignal>
#include <filesystem>
#include <fstream>

#include <nlohmann/json.hpp>

#include <gradpath/autodiff/io/npy.hpp>
#include <gradpath/autodiff/random.hpp>
#include <gradpath/models/model.hpp>
#include <gradpath/models/saved.hpp>

#include "browser.hpp"
#include "program.hpp"

namespace {

using Json = nlohmann::json;
using namespace gradpath;

Json row_of(const Json& document, const std::string& method, const std::string& figure) {
    for (const Json& row : document["rows"])
        if (row["method"] == method && row["figure"] == figure) return row;
    FAIL("no row " << method << " " << figure);
    return {};
}

/// Runs an experiment with --quick in the folder; its document.
Json quick(const std::string& experiment, const program::Folder& folder) {
    const program::Outcome outcome =
        program::run("reproduce " + experiment + " --quick --out study --json --quiet", folder.path());
    REQUIRE_MESSAGE(outcome.exit == 0, outcome.err);
    for (const char* ending : {".csv", ".json", ".html"})
        CHECK(std::filesystem::exists(folder / ("study/" + experiment + ending)));
    return Json::parse(outcome.out);
}

/// Both ways share out what the function changes by, with these handles.
void check_complete(const std::string& dom) {
    for (const char* way : {"line", "curve"}) {
        CAPTURE(way);
        const auto figure = [&](const char* what) { return browser::figure(dom, way, what); };
        CHECK(figure("first") + figure("second") == doctest::Approx(figure("sum")).epsilon(1e-3));
        CHECK(std::abs(figure("delta")) <= 5e-3 * std::max(1.0, std::abs(figure("change"))));
        CHECK(figure("cancelled") >= 0);
    }
    CHECK(browser::figure(dom, "curve", "length") <= 1.02 * browser::figure(dom, "line", "length"));
}

}  // namespace

TEST_CASE("reproduce half-moons: geodesics rank better than lines, chance is a half, completeness holds everywhere") {
    const program::Folder folder;
    const Json document = quick("half-moons", folder);
    const auto purity = [&](const char* method) { return row_of(document, method, "purity")["value"].get<double>(); };
    CHECK(purity("geodesic-ig-knn") >= purity("integrated-gradients") + 0.05);
    CHECK(purity("random") == doctest::Approx(0.5).epsilon(0.1));
    CHECK(purity("occlusion") == purity("abs-delta"));  // a window of both features
    const Json row = row_of(document, "geodesic-ig-knn", "purity");
    CHECK(row["paper_auc"] == 0.531);
    CHECK(row["paper"].is_null());  // it has no purities
    CHECK(row["low"].is_null());    // one seed says nothing of others
    CHECK(document["complete"] == true);
    CHECK(document["command"] == "gradpath reproduce half-moons --quick --out study --json --quiet");
    CHECK(row["auc"].get<double>() == doctest::Approx(0.6 * row["value"].get<double>()).epsilon(0.05));
    for (const char* noise : {"0.05", "0.2", "0.35", "0.5", "0.65"})
        CHECK(row_of(document, "geodesic-ig-knn", std::string("largest relative delta, noise ") + noise)["value"] <=
              1e-3);
    CHECK(row_of(document, "geodesic-ig-svi", "purity")["paper_auc"] == 0.504);
    for (const char* change :
         {"E1: steep places are sought", "E2: |step| times the slope", "E3: slope of all outputs' sum",
          "E4: ends are free", "E5: 10 rows start where the 10 before ended", "E6: pieces of 10 nodes, each by itself"})
        CHECK(row_of(document, "geodesic-ig-svi", std::string("ablation: ") + change)["value"] >= 0);
    for (const char* change :
         {"E9: 8000 rows to train on", "E10: mean class, upper half", "E10: mean class, lower half"})
        CHECK(row_of(document, "geodesic-ig-knn", std::string("ablation: ") + change)["value"] >= 0);
    CHECK(program::read(folder / "study/half-moons.csv")
              .starts_with("method,figure,value,low,high,paper,note,auc,paper_auc\n"));
    const std::string page = program::read(folder / "study/half-moons.html");
    for (const char* words : {"gradpath reproduce half-moons --quick", "This was a short run (--quick)",
                              "explains nothing", "two moons of 5 noises and 1 seed, the rows explained, "})
        CHECK_MESSAGE(page.find(words) != std::string::npos, words);
    for (const char* claim : {"an independent run of the same", "our AUC is", "in brackets", "Bands"})
        CHECK_MESSAGE(page.find(claim) == std::string::npos, claim);
    CHECK(page.find("class=\"playground\"") != std::string::npos);
    CHECK(page.find("class=\"ellipse\"") != std::string::npos);
    if (!browser::found()) {
        MESSAGE("skipped: no chromium");
        return;
    }
    const std::string still = browser::open(page).dom;
    const std::string moved =
        browser::open(page, browser::keys("for (let k = 0; k < 3; ++k) press(x, 'ArrowLeft'); press(b, 'ArrowRight');"))
            .dom;
    check_complete(still);
    check_complete(moved);
    CHECK(browser::figure(moved, "line", "first") != browser::figure(still, "line", "first"));
}

TEST_CASE("reproduce geodesics: curves between images of a softened network converge, with kinks none is said to") {
    const program::Folder folder;
    const Json document = quick("geodesics", folder);
    CHECK(row_of(document, "all images", "converged")["value"] == 2);
    for (const char* image : {"image 0", "image 1"}) {
        const auto figure = [&](const char* name) { return row_of(document, image, name)["value"].get<double>(); };
        CHECK(figure("gradient norm") <= 1e-4);
        CHECK(figure("energy") < figure("energy of the straight line"));
        CHECK(figure("certificate, 32 points") < figure("certificate, 16 points"));
    }
    const auto said = [&](const char* network) { return row_of(document, network, "converged"); };
    CHECK(said("as it is, logit")["value"] == 0);
    CHECK(said("as it is, logit")["note"].get<std::string>().find("is constant on pieces") != std::string::npos);
    CHECK(said("as it is, log-probability")["value"] == 0);
    CHECK(said("as it is, log-probability")["note"].get<std::string>().find("soften the function") !=
          std::string::npos);
    CHECK(said("softened, log-probability")["value"] == 1);
}

TEST_CASE("an interrupted study leaves the rows that it has, and says that they are not all") {
    const program::Folder folder;
    models::save_model(folder / "net.safetensors", models::make("lenet5", {{"size", "12"}}, 1));
    io::write_npy(folder / "x.npy", random::uniform({40, 1, 12, 12}, 0, 1, {.seed = 2}));
    const std::vector<std::string> words{"reproduce", "geodesics", "--quick", "--model", "net.safetensors",
                                         "--input",   "x.npy",     "--out",   "study",   "--quiet"};
    const pid_t process = program::start(words, folder.path());
    REQUIRE(program::until(process, [&] { return std::filesystem::exists(folder / "study/geodesics.json"); }));
    kill(process, SIGTERM);
    CHECK(program::finish(process) == 130);
    const Json document = Json::parse(program::read(folder / "study/geodesics.json"));
    CHECK(document["complete"] == false);
    CHECK(document["done"].get<std::string>().ends_with(" of 40 images"));
    CHECK(row_of(document, "image 0", "energy")["value"].get<double>() > 0);
    CHECK(document["data"][0]["words"] == "x.npy, 40 images");
    CHECK(document["data"][0]["hash"].get<std::string>().size() == 64);
    const std::string page = program::read(folder / "study/geodesics.html"),
                      table = program::read(folder / "study/geodesics.csv");
    CHECK(page.find("Incomplete: Do geodesics of a network converge?") != std::string::npos);
    CHECK(page.find(document["done"].get<std::string>()) != std::string::npos);
    CHECK(std::ranges::count(table, '\n') == static_cast<std::ptrdiff_t>(document["rows"].size()) + 1);
}

TEST_CASE("an interrupted study does not take the place of a whole one, and its data are those of what is done") {
    const program::Folder folder;
    const std::vector<std::string> words{"reproduce", "half-moons", "--quick",   "--threads", "1",
                                         "--out",     "study",      "--quiet"};
    const auto begun = std::chrono::steady_clock::now();
    const std::filesystem::path file = folder / "study/half-moons.json";
    const pid_t process = program::start(words, folder.path());
    REQUIRE(program::until(process, [&] { return std::filesystem::exists(file); }));
    kill(process, SIGTERM);
    REQUIRE(program::finish(process) == 130);
    const std::chrono::duration<double> first = std::chrono::steady_clock::now() - begun;
    Json document = Json::parse(program::read(file));
    CHECK(document["complete"] == false);
    const std::string done = document["done"], data = document["data"].at(0)["words"];
    CHECK(data.ends_with("the rows explained by " + done.substr(0, done.find(' ')) + " networks"));
    CHECK(document["data"][0]["hash"].get<std::string>().size() == 64);

    document["complete"] = true;  // as if it had come to its end
    std::ofstream(file) << document;
    const std::vector<std::string> before = program::listing(folder.path());
    program::Outcome outcome{.exit = 130};
    // When it has rows that it might write depends on what else the machine does: later each time, until it has.
    for (int halves = 1; outcome.exit == 130 && outcome.err.find("networks were done") == std::string::npos; ++halves)
        outcome = program::run_and_interrupt("reproduce half-moons --quick --threads 1 --out study", folder.path(),
                                             halves * first / 2);
    CHECK(outcome.exit == 130);
    CHECK(outcome.err.find("half-moons.html is whole: it stays until this study is") != std::string::npos);
    CHECK(program::listing(folder.path()) == before);
}

TEST_CASE("reproduce images: every method has its curves, and those that look beat chance") {
    const program::Folder folder;
    const Json document = quick("images", folder);
    const auto area = [&](const char* method) {
        return row_of(document, method, "comprehensiveness")["value"].get<double>();
    };
    CHECK(area("integrated-gradients") > area("random"));
    CHECK(area("geodesic-ig-svi") > area("random"));
    CHECK(row_of(document, "geodesic-ig-svi", "log-odds")["paper"] == 1.44);
    for (const char* figure : {"comprehensiveness", "log-odds", "E13: log-odds, mean colour"}) {
        const Json of = row_of(document, "integrated-gradients", figure);
        CHECK(of["low"].get<double>() < of["value"].get<double>());
        CHECK(of["value"].get<double>() < of["high"].get<double>());
    }
    const auto odds = [&](const char* method) { return row_of(document, method, "log-odds")["value"].get<double>(); };
    CHECK(row_of(document, "occlusion", "log-odds, lead over integrated-gradients")["value"].get<double>() ==
          doctest::Approx(odds("occlusion") - odds("integrated-gradients")).epsilon(1e-6));
    CHECK(row_of(document, "geodesic-ig-svi, as published", "sufficiency")["value"].is_number());
    const auto gap = [&](const char* figure) {  // to chance
        return row_of(document, "geodesic-ig-svi", figure)["value"].get<double>() -
               row_of(document, "random", figure)["value"].get<double>();
    };
    CHECK(gap("E13: comprehensiveness, mean colour") > 0);
    CHECK(gap("sufficiency, other images") < 0);
    CHECK(row_of(document, "random", "E12: sufficiency, every other draw turned")["value"] !=
          row_of(document, "random", "sufficiency, other images")["value"]);
}
