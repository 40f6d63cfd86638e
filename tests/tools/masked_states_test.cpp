// reproduce masked-states: a small run, whose figures are what they say.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <gradpath/autodiff/ops.hpp>
#include <gradpath/tools/experiments/masked_states.hpp>

#include "program.hpp"

using namespace gradpath;
using Json = nlohmann::ordered_json;

TEST_CASE("reproduce masked-states compares learned baselines with faithful ones and writes its report") {
    const program::Folder folder;
    const program::Outcome outcome =
        program::run("reproduce masked-states --quick --out study --json --quiet", folder.path());
    CHECK_MESSAGE((outcome.exit == 0 || outcome.exit == 3), outcome.err);
    const Json document = Json::parse(outcome.out);
    CHECK(document["experiment"] == "masked-states");
    const auto value = [&](const std::string& method, const std::string& figure) {
        for (const Json& row : document["rows"])
            if (row["method"] == method && row["figure"] == figure) return row["value"].get<double>();
        FAIL("no row " << method << " " << figure);
        return 0.0;
    };
    for (const std::string loss : {"shapley", "marginal"}) {
        const std::string from_one = loss + " loss from 1", from_half = loss + " loss from 0.5";
        CHECK(value(from_half, "nothing learned: within 0.5") == 0);
        CHECK(value(from_half, "within 0.5") > 0.8);
        CHECK(value(from_one, "within 0.5") > value(from_one, "nothing learned: within 0.5"));
        CHECK(value(from_half, "salient patterns after (median)") <
              value(from_half, "salient patterns before (median)"));
    }
    CHECK(value("table: zero", "salient patterns") > 0);
    for (const Json& row : document["rows"])
        if (!row["low"].is_null()) {
            CHECK(row["low"].get<double>() <= row["value"].get<double>() + 1e-9);
            CHECK(row["high"].get<double>() >= row["value"].get<double>() - 1e-9);
        }
    const std::string page = program::read(folder / "study/masked-states.html");
    for (const char* words :
         {"Functions with known answers", "A network on a table", "Clean images out of adversarial"})
        CHECK(page.find(words) != std::string::npos);
    CHECK(std::filesystem::exists(folder / "study/masked-states.csv"));
}

TEST_CASE("Wilson's interval is that of the tables") {
    const tools::Interval half = tools::wilson(5, 10), all = tools::wilson(10, 10);
    CHECK(half.low == doctest::Approx(0.2366).epsilon(1e-3));
    CHECK(half.high == doctest::Approx(0.7634).epsilon(1e-3));
    CHECK(all.low == doctest::Approx(0.7225).epsilon(1e-3));
    CHECK(all.high == doctest::Approx(1).epsilon(1e-9));
}

TEST_CASE("patterns are counted at every row and averaged") {
    const attribution::Model product = [](const Tensor& x) {
        return reshape(slice(x, 1, 0, 1) * slice(x, 1, 1, 2), {x.rows()});
    };
    const Tensor rows({2, 2}, {1, 1, 0, 1}, DType::float64), zero = zeros({1, 2}, DType::float64);
    const tools::PatternCounts counts = tools::count_patterns(product, rows, zero);
    CHECK(counts.salient == 0.5);
    CHECK(counts.shares == std::vector<double>{0, 0.5});
}
