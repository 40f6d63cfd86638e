// The metrics of gradpath compare, by answers that are known, and what intervals, verdicts and failures are made of.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include <gradpath/autodiff/io/npy.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/models/saved.hpp>
#include <gradpath/tools/commands/comparison_files.hpp>

#include "answers.hpp"
#include "program.hpp"

namespace {

using namespace gradpath;
using tools::Contest;
using tools::Contestant;
using Json = nlohmann::ordered_json;
using Names = std::vector<std::string>;

/// Two outputs, ±(3 x1 + x2), of rows of two: answers can be worked out by hand.
Tensor linear(const Tensor& x) {
    const Tensor odds = matmul(x, Tensor({2, 1}, {3, 1}, x.dtype()));
    return concat({neg(odds), odds}, 1);
}

struct Arena {
    tools::Subject subject{.run = linear, .name = "linear", .hash = "", .row = {2}, .dtype = DType::float64};
    Tensor x = Tensor({3, 2}, {1, 1, 2, -1, 0.5, 2}, DType::float64);
    Contest contest = {.subject = subject,
                       .x = x,
                       .target = {1, 1, 1},
                       .budget = 10,
                       .seed = 1,
                       .run = {},
                       .methods = {},
                       .measures = {}};

    /// Figures of an answer that has a baseline of zero.
    Contestant measured(const Tensor& values, const Names& names) {
        contest.measures = names;
        prepare(contest);
        Contestant c{.name = "input-x-gradient", .values = values, .f_baseline = std::vector<double>(3, 0.0)};
        for (const Index r : {0, 1, 2}) c.f_input.push_back(linear(x).at(2 * r + 1));
        measure(contest, c);
        return c;
    }
    Tensor shares() const { return x * Tensor({1, 2}, {3, 1}, DType::float64); }  // exact Shapley values
};

double log_sigmoid(double z) { return -std::log1p(std::exp(-z)); }

double mean(const Contestant& c, const std::string& name) { return mean_figure(c, name).of.mean; }

}  // namespace

TEST_CASE("agreement with exact Shapley values is full for what equals them, and tells an error") {
    Arena arena;
    const Names names{"shapley-cosine", "shapley-spearman", "shapley-kendall", "shapley-divergence", "shapley-error"};
    const Contestant same = arena.measured(arena.shares(), names);
    for (const char* name : {"shapley-cosine", "shapley-spearman", "shapley-kendall"})
        CHECK(mean(same, name) == doctest::Approx(1));
    CHECK(mean(same, "shapley-divergence") == doctest::Approx(0));
    CHECK(mean(same, "shapley-error") == doctest::Approx(0));
    const Contestant other = arena.measured(arena.shares() + Tensor({1, 2}, {0.25, 0}, DType::float64), names);
    CHECK(mean(other, "shapley-error") == doctest::Approx(0.25));
    const Contestant against = arena.measured(neg(arena.shares()), names);
    CHECK(mean(against, "shapley-cosine") == doctest::Approx(-1));
    CHECK(mean_figure(against, "shapley-cosine").of.low >= -1);
    const Contestant none = arena.measured(zeros({3, 2}, DType::float64), names);
    CHECK(mean_figure(none, "shapley-divergence").rows == 0);  // infinite
    CHECK(none.notes.back() == "without shapley-divergence: no row has it; see gradpath methods --metrics");
    const Contestant some = arena.measured(concat({slice(arena.shares(), 0, 0, 2), zeros({1, 2}, DType::float64)}, 0),
                                           {"shapley-divergence"});
    CHECK(some.notes == Names{"shapley-divergence: 2 of 3 rows have it; see gradpath methods --metrics"});
}

TEST_CASE("players are the groups, and too many are refused") {
    Arena arena;
    arena.contest.groups = attribution::parse_groups("0,0");
    const Contestant halves = arena.measured(arena.shares() * 0.5, {"shapley-error"});
    CHECK(halves.figures.at("shapley-error")[0] == doctest::Approx(2));  // the player has 4 of 1, 1
    tools::Subject wide{};
    const Contest many{.subject = wide,
                       .x = zeros({2, 17}),
                       .target = {0, 0},
                       .budget = 1,
                       .seed = 0,
                       .run = {},
                       .methods = {},
                       .measures = {}};
    CHECK(unsuited(tools::find_measure("shapley-cosine"), many) ==
          "looks at exact Shapley values, which take too long for 17 players: give --groups with at most 16");
}

TEST_CASE("log-odds, cross-entropy and accuracy are of the target, with the first feature masked from 1/2 on") {
    Arena arena;
    const Names names{"log-odds", "cross-entropy", "accuracy"};
    const Contestant c = arena.measured(arena.shares(), names);
    for (const std::string& name : names) CHECK(c.curves.contains(name));
    const auto from_half = [](double before, double after) {  // trapezoids over .01 .. .65, two features
        return (before * (0.45 - 0.01) + (before + after) / 2 * 0.05 + after * (0.65 - 0.5)) / 0.64;
    };
    const double whole = log_sigmoid(8), left = log_sigmoid(2);  // of the odds 2 (3 + 1), and 2 without the first
    CHECK(c.figures.at("log-odds")[0] == doctest::Approx(from_half(0, left - whole)));
    CHECK(c.figures.at("cross-entropy")[0] == doctest::Approx(from_half(-whole, -left)));
    CHECK(c.figures.at("accuracy")[1] == doctest::Approx(from_half(1, 0)));  // -1 is left
    CHECK(mean_figure(c, "accuracy").of.high <= 1);
    Arena other;
    other.contest.target = {0, 0, 0};
    CHECK(other.measured(other.shares(), names).figures.at("cross-entropy")[0] ==
          doctest::Approx(from_half(-log_sigmoid(-8), -log_sigmoid(-2))));
}

TEST_CASE("a linear model's gradient stands still nearby, and its shares move by its weights at most") {
    Arena arena;
    const Names names{"sensitivity-max", "local-lipschitz"};
    Contestant c{.name = "gradient", .values = zeros({3, 2}, DType::float64)};
    arena.contest.measures = names;
    measure(arena.contest, c);
    CHECK(mean(c, "local-lipschitz") == doctest::Approx(0));
    Contestant shares{.name = "input-x-gradient", .values = arena.shares()};
    measure(arena.contest, shares);
    for (const double steep : shares.figures.at("local-lipschitz")) {
        CHECK(steep <= 3 + 1e-9);  // ‖(3 e1, e2)‖ / ‖e‖
        CHECK(steep >= 1);
    }
}

TEST_CASE("purity counts rows on their side, and is not told where baselines are of several classes") {
    Arena arena;
    arena.contest.x = arena.x = Tensor({4, 2}, {5, 0, -1, 0, 4, 0, -2, 0}, DType::float64);
    arena.contest.target = {1, 0, 1, 0};
    arena.contest.measures = {"purity", "sparsity"};
    Contestant c{.name = "gradient", .values = arena.x};
    measure(arena.contest, c);
    CHECK(c.figures.at("purity") == std::vector<double>{1, 1, 1, 1});  // zero is predicted as class 0
    CHECK(mean_figure(c, "purity").of.high == 1);
    CHECK(mean_figure(c, "purity").of.low > 0);  // Wilson's: not 1
    CHECK(mean(c, "sparsity") == doctest::Approx(0.5));
    arena.contest.baseline = arena.x;
    Contestant several{.name = "gradient", .values = arena.x};
    measure(arena.contest, several);
    CHECK_FALSE(several.figures.contains("purity"));
}

TEST_CASE("a measure that cannot be had leaves a note, and the others") {
    Arena arena;
    arena.contest.inside = zeros({3, 2}, DType::float64);  // nothing is inside
    const Contestant c = arena.measured(arena.shares(), {"localisation", "gini"});
    CHECK(c.figures.contains("gini"));
    REQUIRE(c.notes.size() == 1);
    CHECK(c.notes[0] == "without localisation: localisation: a mask without a pixel inside says nothing");
}

TEST_CASE(
    "a method that fails in the middle leaves what the others found, and one that does not suit is known before") {
    Arena arena;
    arena.subject.run = [](const Tensor& x) {
        require(max(x).at(0) < 5, "linear: too large");
        return linear(x);
    };
    arena.contest.methods = {"gradient", "random"};
    arena.contest.measures = {"gini"};
    const Tensor harmless = arena.x;
    arena.contest.x = concat({harmless, Tensor({1, 2}, {9, 9}, DType::float64)}, 0);
    arena.contest.target = {1, 1, 1, 1};
    const tools::Entrants entrants = entrants_of(arena.contest);
    CHECK(entrants.refused.empty());  // the first row is fine
    const models::DataSet data{};
    tools::Comparison comparison{
        .contest = arena.contest, .data = data, .data_name = "", .data_hash = "", .command = "", .planned = 2};
    CHECK(comparison.missing() == "incomplete: 0 of 2 methods were done; missing: gradient, random");
    for (const tools::Entrant& entrant : entrants.list) add_answer(comparison, entrant);
    CHECK(comparison.complete());
    REQUIRE(comparison.failed.size() == 1);
    CHECK(comparison.failed[0].name == "gradient");
    CHECK(comparison.failed[0].reason == "linear: too large");
    REQUIRE(comparison.contestants.size() == 1);
    CHECK(comparison.contestants[0].figures.contains("gini"));
    CHECK(comparison_text(comparison).find("failed: gradient: linear: too large\n") != std::string::npos);
    arena.contest.x = harmless + 5.0;
    CHECK(entrants_of(arena.contest).refused.at(0).reason == "linear: too large");
}

TEST_CASE("--metrics all has every figure that suits, and says which do not") {
    const program::Folder folder;
    models::save_model(folder / "pictures.safetensors",
                       models::make("lenet-small", {{"size", "32"}, {"classes", "2"}}, {.seed = 1}));
    std::vector<double> mask(32 * 32, 0);
    std::fill_n(mask.begin(), 320, 1.0);
    io::write_npy(folder / "mask.npy", Tensor({1, 32, 32}, std::span<const double>(mask)));
    const std::string line =
        "compare pictures.safetensors --data shapes --images 2 --budget 3 --methods gradient --metrics all --json "
        "--groups grid:2x2 --target true --output log-odds --baseline constant:0.5 ";
    const Json d = json_of(line + "--locate mask:mask.npy --quiet", folder);
    const Json all = json_of("methods --metrics --json", folder)["metrics"];
    CHECK(all.size() == tools::measures().size());
    for (const Json& metric : all) {
        const std::string name = metric["name"];
        bool any = false;
        for (const Json& method : d["methods"]) any = any || method["figures"].contains(name);
        const bool has_baseline = name == "completeness" || name == "cancellation" || name == "shapley-error";
        const bool is_sure = name == "sic" || name == "aic";  // of which an unlearned network leaves all rows out
        CHECK_MESSAGE(any != (has_baseline || is_sure), name);
    }
    CHECK(d["methods"][1]["figures"]["randomisation"]["mean"].get<double>() == doctest::Approx(1));  // no model
    CHECK(d["methods"][0]["figures"]["localisation"]["interval"] == "Wilson");
    CHECK(d["methods"][0]["notes"].dump().find("without sic: no row has it") != std::string::npos);
    const double place = d["methods"][2]["figures"]["localisation"]["mean"];  // of the constant: the area
    CHECK(place == doctest::Approx(320.0 / 1024));
    CHECK(d["question"] == Json{{"target", "true"},
                                {"output", "log-odds"},
                                {"baseline", "constant:0.5"},
                                {"groups", "grid:2x2"},
                                {"locate", "mask:mask.npy"}});
    const program::Outcome without = program::run(line, folder.path());
    CHECK(without.exit == 0);
    CHECK(without.err.find("left out: localisation, localisation-rank, pointing-game, localisation-top, "
                           "localisation-roc: each asks where "
                           "the evidence is: give --locate\n") != std::string::npos);
}
