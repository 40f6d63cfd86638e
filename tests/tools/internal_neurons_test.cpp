// The study of internal neurons: what it counts with, and its story on a quick run.
#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>

#include <nlohmann/json.hpp>

#include <gradpath/models/data/fashion_mnist.hpp>
#include <gradpath/tools/experiments/internal_neurons/findings.hpp>
#include <gradpath/tools/experiments/spread.hpp>
#include <tools/program.hpp>

using namespace gradpath;
using namespace gradpath::tools;
using Json = nlohmann::json;

TEST_CASE("quantiles are linear between ranks, whatever the order") {
    CHECK(quantile({3, 1, 2}, 0.5) == 2);
    CHECK(quantile({4, 1, 3, 2}, 0.5) == 2.5);
    CHECK(quantile({1, 2}, 0) == 1);
    CHECK(quantile({1, 2}, 1) == 2);
    CHECK(quantile({7}, 0.05) == 7);
    CHECK(mean_of({1, 2, 6}) == 3);
}

TEST_CASE("the half width of a sum is 1.96 standard deviations of a sum of independent draws") {
    CHECK(half_width_of_sum({0, 2}) == doctest::Approx(1.96 * 2));  // variance 2, two draws
    CHECK(half_width_of_sum({5, 5, 5}) == 0);
    CHECK(half_width_of_sum({5}) == 0);
}

TEST_CASE("a frame goes around the region, not over it") {
    Picture picture = blank(8, 6, {});
    internal_neurons::frame(picture, {2, 4, 3, 6});
    for (Index y = 0; y < 6; ++y)
        for (Index x = 0; x < 8; ++x) {
            const bool within = y >= 1 && y <= 4 && x >= 2 && x <= 6, inside = y >= 2 && y < 4 && x >= 3 && x < 6;
            CHECK((pixel(picture, x, y) == Colour{}) == (!within || inside));
        }
}

TEST_CASE("reproduce internal-neurons: the units it finds carry the region, and the map moves to the other disk") {
    const program::Folder folder;
    const program::Outcome outcome =
        program::run("reproduce internal-neurons --quick --json --quiet --out study", folder.path());
    REQUIRE_MESSAGE(outcome.exit == 0, outcome.err);
    const Json document = Json::parse(outcome.out);
    const auto row = [&](const std::string& method, const std::string& figure) {
        for (const Json& found : document["rows"])
            if (found["method"] == method && found["figure"] == figure) return found;
        FAIL("no row " << method << " " << figure);
        return Json();
    };
    CHECK(row("internal-neurons", "share of images on which the left disk rises, 1 % silent")["value"] >= 0.8);
    const auto disk = [&](const char* figure) { return row("internal-neurons", figure)["value"].get<double>(); };
    CHECK(disk("left disk: change of IG, 1 % silent") > 0);
    CHECK(disk("right disk: change of IG, 1 % silent") < 0);
    CHECK(disk("right disk: IG, 10 % silent") < disk("right disk: IG, 0 % silent"));
    for (const char* file :
         {"study/internal-neurons.csv", "study/internal-neurons.json", "study/internal-neurons.html"})
        CHECK_MESSAGE(std::filesystem::exists(folder / file), file);
    CHECK(program::read(folder / "study/internal-neurons.html").find("data:image/png") != std::string::npos);
    if (!std::filesystem::is_directory(models::FashionMnist{}.folder)) {
        MESSAGE("skipped: no Fashion-MNIST");
        return;
    }
    CHECK(row("whole network", "test accuracy")["value"] > 0.8);
    const Json found = row("internal-neurons", "IG inside, 6 silent"), random = row("random", "IG inside, 6 silent");
    CHECK(found["value"] < random["low"]);
    CHECK(row("conductance", "IG inside, 0 silent")["value"] == row("random", "IG inside, 0 silent")["value"]);
    CHECK(row("internal-neurons", "IG inside, 16 silent")["paper"] == -13.52);
    CHECK(row("conductance", "accuracy on sneakers, 16 silent")["paper"] == 0.544);
}
