// What gradpath compare says of figures that are made up here: cells, notes, and what so many rows can tell.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include <gradpath/autodiff/ops.hpp>
#include <gradpath/tools/commands/comparison_files.hpp>

namespace {

using namespace gradpath;
using tools::Contestant;
using Numbers = std::vector<double>;

/// A contest of rows of two, without a model.
struct Told {
    tools::Subject subject{.run = {}, .name = "points", .hash = "", .row = {2}, .dtype = DType::float32};
    tools::Contest contest;
    models::DataSet data;
    tools::Comparison comparison{
        .contest = contest, .data = data, .data_name = "", .data_hash = "", .command = "", .question = {"1", "logit"}};

    Told(Index rows, const std::vector<std::string>& measures)
        : contest{.subject = subject,
                  .x = zeros({rows, 2}),
                  .target = std::vector<Index>(static_cast<std::size_t>(rows), 0),
                  .budget = 10,
                  .seed = 1,
                  .run = {},
                  .methods = {},
                  .measures = measures},
          data{.name = "", .x = contest.x, .labels = Indices({rows}, contest.target), .classes = {"a"}} {}

    void add(const std::string& name, const std::string& measure, const Numbers& numbers) {
        Contestant c{.name = name, .values = contest.x};
        c.figures[measure] = numbers;
        comparison.contestants.push_back(c);
        contest.methods.push_back(name);
        ++comparison.planned;
    }
    const std::vector<tools::Block>& section(const std::string& title) {
        report = comparison_report(comparison);
        return std::ranges::find(report.sections, title, &tools::Section::title)->blocks;
    }
    /// The last cell of each row of the figures.
    std::vector<std::string> cells() {
        std::vector<std::string> list;
        for (const auto& row : std::get<tools::Table>(section("Figures")[0]).rows) list.push_back(row.back());
        return list;
    }
    tools::Report report{};
};

std::string cell_of(const char* measure, const Numbers& numbers) {
    Told told(static_cast<Index>(numbers.size()), {measure});
    told.add("gradient", measure, numbers);
    return told.cells()[0];
}

}  // namespace

TEST_CASE("a cell has the reach of its interval, or the ends where one is further") {
    CHECK(cell_of("deletion", {0, 1, 0, 1}) == "0.5 ± 0.42");
    CHECK(cell_of("deletion", {0, 0, 0, 0}) == "0 (0 to 0.717)");      // t²/n / (1 + t²/n)
    CHECK(cell_of("log-odds", {0, 0, 0, 1}) == "0.25 ± 0.8");          // t = 3.182
    CHECK(cell_of("infidelity", {0, 0, 0, 1}) == "0.25 (0 to 1.05)");  // cannot be negative
    CHECK(cell_of("gini", {0, 0, 0, 0}) == "0");                       // of the values alone
    CHECK(cell_of("gini", {0, 1, 0, 1}) == "0.5 ± 0.42");
    CHECK(cell_of("infidelity", {2}) == "2");
    CHECK(std::isnan(tools::find_measure("infidelity").mean_of(Numbers{2}).low));
    for (const tools::Measure& m : tools::measures()) CHECK(m.bounded() == std::isfinite(m.high));
}

TEST_CASE("rows that can tell nothing apart are named first, with how many it takes") {
    const std::string words = "9 rows are too few to tell 15 answers apart: take at least 10.";
    for (const Index rows : {1, 9, 10}) {
        Told told(rows, {"deletion"});
        for (int k = 0; k < 15; ++k)  // as clear as can be: each is worse than the one before in every row
            told.add(text("method-", k), "deletion", Numbers(static_cast<std::size_t>(rows), k / 20.0));
        const std::size_t behind = verdicts(told.contest, told.comparison.contestants)[0].behind.size();
        CHECK(behind == (rows < 10 ? 0 : 14));
        CHECK(comparison_text(told.comparison).starts_with(words) == (rows == 9));
        const auto* first = std::get_if<tools::Text>(&told.section("At a glance")[0]);
        CHECK((first != nullptr) == (rows < 10));
        if (rows == 1) CHECK(first->paragraphs[0].starts_with("1 row is too few to tell 15 answers apart"));
    }
    Told plain(1, {"gini"});  // of which neither more nor less is better
    for (const char* name : {"gradient", "idgi"}) plain.add(name, "gini", {0.5});
    CHECK(too_few_rows(plain.comparison).empty());
}

TEST_CASE("the page says of how many rows a figure is, where some have none") {
    Told told(4, {"sic", "deletion"});
    told.add("gradient", "sic", {0.5, NAN, 0.6, NAN});
    told.comparison.contestants[0].figures["deletion"] = {0.1, 0.2, 0.3, 0.4};
    const std::vector<std::string> words = std::get<tools::Text>(told.section("Figures")[1]).paragraphs;
    CHECK(words[0].find("probability below 0.8, or one that does not rise, are left out. Here 2 of 4 rows have it.") !=
          std::string::npos);
    CHECK(words[1].find("Here") == std::string::npos);
    CHECK(tools::find_measure("sic").upwards == std::string("rise of the probability, 1 is that of the whole picture"));
}

TEST_CASE("the page names what metrics favour by construction, and counts the answers that were measured") {
    Told told(4, {"deletion"});
    told.add("gradient", "deletion", {0.1, 0.2, 0.3, 0.4});
    told.contest.methods.emplace_back("lrp");  // which failed
    told.comparison.failed.push_back({"lrp", "lrp: no"});
    ++told.comparison.planned;
    const auto& blocks = told.section("At a glance");
    CHECK(told.report.subtitle.find(" 1 answers to that, measured on the same 4 rows in ") != std::string::npos);
    const std::string words = std::get<tools::Text>(blocks.back()).paragraphs[1];
    CHECK(words.find("infidelity suits gradient and what else has no baseline") != std::string::npos);
    CHECK(words.find("keep to zero whatever --baseline says") != std::string::npos);
}
