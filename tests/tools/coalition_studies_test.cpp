// reproduce gridworld and image-baselines: what must hold of their figures whatever the networks learnt, and the parts
// that they are put together from.
#include <doctest/doctest.h>

#include <cmath>

#include <nlohmann/json.hpp>

#include <gradpath/tools/experiments/collected.hpp>
#include <gradpath/tools/experiments/grid_picture.hpp>
#include <gradpath/tools/report/heatmap.hpp>

#include "program.hpp"

namespace {

using namespace gradpath;
using Json = nlohmann::ordered_json;

class Rows {
public:
    Rows(const std::string& line, const program::Folder& folder) {
        const program::Outcome outcome = program::run(line + " --json --quiet", folder.path());
        REQUIRE_MESSAGE(outcome.exit == 0, outcome.err);
        document_ = Json::parse(outcome.out);
        CHECK(document_["schema"] == "gradpath.reproduce/1");
    }
    const Json& row(const std::string& method, const std::string& figure) const {
        for (const Json& row : document_["rows"])
            if (row["method"] == method && row["figure"] == figure) return row;
        FAIL("no row " << method << ", " << figure);
        return document_;
    }
    double operator()(const std::string& method, const std::string& figure) const {
        return row(method, figure)["value"].get<double>();
    }

private:
    Json document_;
};

const std::vector<std::string> lines{"IG, zero", "IG, mean", "IG, uniform", "IG, gaussian"};

}  // namespace

TEST_CASE("reproduce gridworld: rivals get the same, and what samples the truth comes to it") {
    const program::Folder folder;
    const Rows value("reproduce gridworld --quick --out study", folder);
    const std::string few = ", 570 evaluations", many = ", 4560 evaluations";
    for (const char* sampler : {"marginal", "permutation sampling"}) {
        CAPTURE(sampler);
        CHECK(value(sampler, "max error" + many) < value(sampler, "max error" + few));
        CHECK(value(sampler, "cosine" + many) > 0.99);
        CHECK(value(sampler, "gap of the sum" + few) <= 1e-12);
        CHECK(value(sampler, "spent" + many) <= 256);  // there are no more coalitions
        CHECK(value.row(sampler, "cosine" + few)["note"].get<std::string>().starts_with("agrees by construction"));
    }
    CHECK(value("IG, zero", "gap of the sum" + few) <= 1e-12);  // complete, from the truth's own baseline
    for (const std::string& line : lines) {
        CHECK(value(line, "spent" + few) == 572);  // input and baseline beside the budget
        CHECK(value(line, "max error" + many) == doctest::Approx(value(line, "max error" + few)).epsilon(1e-3));
    }
    CHECK(value("full", "spent" + few) == 572);
    CHECK(value("full, normalised", "spent" + many) == 4562);
    CHECK(value("full", "Spearman" + many) == doctest::Approx(value("full, normalised", "Spearman" + many)));
    CHECK(value("expected gradients", "spent" + few) <= 572);
    CHECK(value("exact Shapley of the network", "cosine, environment") > 0.9);
    const Json& shown = value.row("full", "cosine" + few);
    CHECK(shown["low"].get<double>() < shown["value"].get<double>());
    CHECK(shown["value"].get<double>() < shown["high"].get<double>());
    for (const char* file : {"study/gridworld.csv", "study/gridworld.json", "study/gridworld.html"})
        CHECK_MESSAGE(std::filesystem::exists(folder / file), file);
    const std::string page = program::read(folder / "study/gridworld.html");
    for (const char* words : {"By construction", "from the nearest to the farthest", "data:image/png", "<svg"})
        CHECK_MESSAGE(page.find(words) != std::string::npos, words);
}

TEST_CASE("reproduce image-baselines: costs and controls are what they must be, and explanations beat chance") {
    const program::Folder folder;
    const Rows value("reproduce image-baselines --quick --out study", folder);
    for (const char* one : {"IG, zero", "IG, mean", "IG, farthest", "IG, blur", "IG, uniform", "IG, gaussian"}) {
        CAPTURE(one);
        CHECK(value(one, "evaluations an image") == 102);  // 50 there and back, both ends
        CHECK(value(one, "insertion") > 0);
        CHECK(value(one, "insertion") <= 1);
        CHECK(value(one, "sensitivity-max") > 0);
    }
    for (const char* fixed : {"IG, zero", "IG, mean", "IG, farthest", "IG, blur"})
        CHECK(value(fixed, "run to run") == 1);
    for (const char* drawn : {"IG, uniform", "IG, training samples", "Shapley IG"})
        CHECK(value(drawn, "run to run") < 1);
    CHECK(std::abs(value("random", "run to run")) < 0.1);
    CHECK(value("random", "sensitivity-max") == 0);  // it does not look at the input
    CHECK(value("random", "evaluations an image") == 0);
    for (const char* from_zero : {"IG, zero", "Shapley IG"}) {
        CHECK(value(from_zero, "deletion") < value("random", "deletion"));
        CHECK(value(from_zero, "cosine with exact Shapley") > value("IG, uniform", "cosine with exact Shapley"));
    }
    const std::string page = program::read(folder / "study/image-baselines.html");
    for (const char* words : {"float32", "by construction", "data:image/png"})
        CHECK_MESSAGE(page.find(words) != std::string::npos, words);
}

TEST_CASE("figures are collected by method, and shown as means with their intervals") {
    tools::Collected all;
    for (const double value : {1.0, 2.0, 3.0}) all.add("a", "cosine, 8 steps", value);
    all.add("a", "cosine, 9 steps", 5);
    all.add("b c", "error, 8 steps", 7);
    CHECK(all.mean("a", "cosine, 8 steps") == 2);
    CHECK(std::isnan(all.mean("b c", "cosine, 8 steps")));
    CHECK(all.values("b c", "error, 8 steps").size() == 1);
    const tools::Table table = all.table("what", ", 8 steps");
    REQUIRE(table.columns.size() == 3);
    CHECK(table.columns[1].title == "cosine");
    CHECK(table.rows ==
          std::vector<std::vector<std::string>>{{"a", "2 ± 2.5", ""}, {"b\u00a0c", "", "7"}});  // t = 4.303
    CHECK(tools::interval_text({1622.4, 1500, 1744.8}) == "1622 ± 122");
    tools::Study study;
    const tools::Collected::Note note{"b c", "a word"};
    all.append_rows(study, std::span(&note, 1));
    REQUIRE(study.rows.size() == 3);
    CHECK(study.rows[0].value == 2);
    CHECK(*study.rows[0].high == doctest::Approx(2 + 4.303 / std::sqrt(3.0)).epsilon(1e-3));
    CHECK(study.rows[0].note.empty());
    CHECK_FALSE(study.rows[1].low.has_value());  // of one value no interval is known
    CHECK(study.rows[2].note == "a word");
}

TEST_CASE("a picture of a world shows shares in its cells, rocks and the walk") {
    const models::GridWorld world{.height = 2,
                                  .width = 3,
                                  .goal = {1, 2},
                                  .rocks = {{1, 0}},
                                  .items = {{models::Item::coin, {0, 1}}, {models::Item::trap, {1, 1}}}};
    for (const tools::Theme theme : {tools::Theme::light, tools::Theme::dark}) {
        const tools::Picture picture =
            tools::grid_picture(world, {.shares = {2, -1}, .limit = 2, .walk = {{0, 2}}, .theme = theme});
        const Index side = (picture.width - 1) / 3;
        CHECK(picture.height == 2 * side + 1);
        const auto corner = [&](Index row, Index column) {
            return tools::pixel(picture, column * side + 2, row * side + 2);
        };
        CHECK(corner(0, 1) == tools::heat_colour(1, tools::HeatKind::heat, theme));
        CHECK(corner(1, 1) == tools::heat_colour(-0.5, tools::HeatKind::heat, theme));
        CHECK(corner(1, 0) == tools::page(theme).soft);
        CHECK(corner(0, 2) == tools::page(theme).paper);
        CHECK(tools::pixel(picture, 3 * side - 4, side - 4) == tools::page(theme).soft);  // a dot of the walk
        const tools::Picture plain = tools::grid_picture(world, {.theme = theme});
        CHECK(tools::pixel(plain, side + 2, 2) == tools::page(theme).paper);
    }
}
