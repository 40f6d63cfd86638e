// The studies of Geodesic IG through the program, in their short forms: what they promise, and what they leave behind.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include <nlohmann/json.hpp>

#include "browser.hpp"
#include "program.hpp"

namespace {

using Json = nlohmann::json;

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
        CHECK(figure("cancelled") >= -0.01);
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
    CHECK(row["paper"] == 0.531);
    CHECK(row["auc"].get<double>() == doctest::Approx(0.6 * row["value"].get<double>()).epsilon(0.05));
    for (const char* noise : {"0.05", "0.2", "0.35", "0.5", "0.65"})
        CHECK(row_of(document, "geodesic-ig-knn", std::string("largest relative delta, noise ") + noise)["value"] <=
              1e-3);
    CHECK(row_of(document, "geodesic-ig-svi", "purity")["paper"] == 0.504);
    for (const char* change :
         {"E1: steep places are sought", "E2: |step| times the slope", "E3: slope of all outputs' sum",
          "E4: ends are free", "E5: 10 rows start where the 10 before ended", "E6: pieces of 10 nodes, each by itself"})
        CHECK(row_of(document, "geodesic-ig-svi", std::string("ablation: ") + change)["value"] >= 0);
    for (const char* change :
         {"E9: 8000 rows to train on", "E10: mean class, upper half", "E10: mean class, lower half"})
        CHECK(row_of(document, "geodesic-ig-knn", std::string("ablation: ") + change)["value"] >= 0);
    CHECK(program::read(folder / "study/half-moons.csv").starts_with("method,figure,value,low,high,paper,note,auc\n"));
    const std::string page = program::read(folder / "study/half-moons.html");
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

TEST_CASE("reproduce images: every method has its curves, and those that look beat chance") {
    const program::Folder folder;
    const Json document = quick("images", folder);
    const auto area = [&](const char* method) {
        return row_of(document, method, "comprehensiveness")["value"].get<double>();
    };
    CHECK(area("integrated-gradients") > area("random"));
    CHECK(area("geodesic-ig-svi") > area("random"));
    CHECK(row_of(document, "geodesic-ig-svi", "log-odds")["paper"] == 1.44);
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
