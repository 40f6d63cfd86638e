// The matrix and the experiments through the program: their documents, and that a printed counter-example is one.
#include <doctest/doctest.h>

#include <cmath>
#include <numeric>
#include <set>

#include <nlohmann/json.hpp>

#include <gradpath/attribution/axioms/functions.hpp>
#include <gradpath/attribution/axioms/subject.hpp>
#include <gradpath/models/expr.hpp>

#include "program.hpp"

namespace {

using namespace gradpath;
using namespace gradpath::attribution::axioms;
using Json = nlohmann::ordered_json;

Json cells_of(const std::string& line, const program::Folder& folder) {
    const program::Outcome outcome = program::run(line, folder.path());
    CHECK_MESSAGE(outcome.exit == 0, outcome.err);
    const Json document = Json::parse(outcome.out);
    CHECK(document["schema"] == "gradpath.axioms/1");
    return document["cells"];
}

/// The shares that a printed command gives.
std::vector<double> asked_again(const std::string& command, const program::Folder& folder) {
    std::vector<std::string> words = program::words_of(command);
    REQUIRE(words[0] == "gradpath");
    words.erase(words.begin());
    words.emplace_back("--json");
    const program::Outcome outcome = program::run(words, folder.path());
    CHECK_MESSAGE(outcome.exit == 0, command, ": ", outcome.err);
    return Json::parse(outcome.out)["values"]["data"][0].get<std::vector<double>>();
}

}  // namespace

TEST_CASE("printed formulas are read back as the functions that they print") {
    for (const Generator& generator : generators())
        for (std::uint64_t trial = 0; trial < 30; ++trial) {
            Draws draws(11, trial);
            const Sample s = generator.make(draws);
            CAPTURE(s.f.text());
            const models::Formula read = models::parse_formula(s.f.text(), static_cast<Index>(s.x.size()));
            for (const Point& z : {s.x, s.baseline})
                CHECK(read(row_of(z)).at(0) == doctest::Approx(s.f.at(z)).epsilon(1e-12));
        }
}

TEST_CASE("a row of the matrix as a document: true, false, approximate and null, with figures") {
    const program::Folder folder;
    const Json cells = cells_of("axioms --method blur-ig --quick --json --quiet", folder);
    REQUIRE(cells.size() == 14);
    const std::vector<Json> wanted{"approximate", nullptr, true,  true,  true,    false,   false,
                                   nullptr,       false,   false, false, nullptr, nullptr, nullptr};
    for (std::size_t k = 0; k < 14; ++k) {
        CAPTURE(k);
        CHECK(cells[k]["method"] == "blur-ig");
        CHECK(cells[k]["axiom"] == "A" + std::to_string(k + 1));
        CHECK(cells[k]["holds"] == wanted[k]);
        CHECK(cells[k]["figure"].is_number());
        CHECK(cells[k]["tolerance"] == 1e-9);
        CHECK(cells[k]["counterexample"].is_null() == (wanted[k] != false));
    }
}

TEST_CASE("explain reproduces the printed counter-examples") {
    const program::Folder folder;
    for (const char* line :
         {"--method idgi --axiom A8", "--method guided-ig --axiom A10", "--method blur-ig --axiom A6",
          "--method input-x-gradient --axiom completeness", "--method gradient --axiom A7"}) {
        CAPTURE(line);
        const Json cells = cells_of(std::string("axioms --quick --json --quiet --seed 3 ") + line, folder);
        REQUIRE(cells.size() == 1);
        CHECK(cells[0]["holds"] == false);
        const Json& example = cells[0]["counterexample"];
        REQUIRE(example["commands"].size() == example["questions"].size());
        for (std::size_t k = 0; k < example["commands"].size(); ++k) {
            const std::vector<double> again = asked_again(example["commands"][k], folder);
            const auto shares = example["questions"][k]["shares"].get<std::vector<double>>();
            REQUIRE(again.size() == shares.size());
            for (std::size_t i = 0; i < again.size(); ++i) CHECK(again[i] == doctest::Approx(shares[i]).epsilon(1e-9));
        }
    }
}

TEST_CASE("the table of one method shows its counter-examples, and wrong names are answered") {
    const program::Folder folder;
    const program::Outcome shown = program::run("axioms --method gradient --axiom A2 --quick --quiet", folder.path());
    CHECK(shown.exit == 0);
    CHECK(shown.out.find("gradient and A2, by saturated:") != std::string::npos);
    CHECK(shown.out.find("    gradpath explain 'expr:") != std::string::npos);
    const program::Outcome axiom = program::run("axioms --axiom A15", folder.path());
    CHECK(axiom.exit == 2);
    CHECK(axiom.err.find("'A15' is unknown") != std::string::npos);
    const program::Outcome experiment = program::run("reproduce quadratur", folder.path());
    CHECK(experiment.exit == 2);
    CHECK(experiment.err ==
          "gradpath: reproduce: there is no experiment \"quadratur\"; did you mean \"quadrature\"?; "
          "there are: axioms, geodesics, gridworld, half-moons, image-baselines, images, internal-neurons, "
          "masked-states, quadrature, randomisation\n");
}

TEST_CASE("reproduce quadrature measures on a network of the user's") {
    const program::Folder folder;
    REQUIRE(program::run("train --model mlp --data moons --epochs 1 --seed 1 --out run", folder.path()).exit == 0);
    const program::Outcome outcome = program::run(
        "reproduce quadrature --quick --json --quiet --model run/model.safetensors --input 1,-2", folder.path());
    REQUIRE_MESSAGE(outcome.exit == 0, outcome.err);
    double worst = 0;
    const Json document = Json::parse(outcome.out);
    for (const Json& row : document["rows"])
        if (row["method"] == "midpoint" && row["figure"].get<std::string>().ends_with("N = 256"))
            worst = std::max(worst, row["value"].get<double>());
    CHECK(worst > 0);
    CHECK(worst <= 0.02);
    const auto refused = [&](const char* line) { return program::run(line, folder.path()).err; };
    CHECK(refused("reproduce axioms --model run/model.safetensors --input 1,2") ==
          "gradpath: reproduce: axioms takes no --model\n");
    CHECK(refused("reproduce quadrature --model run/model.safetensors") ==
          "gradpath: reproduce: --model and --input go together\n");
}

TEST_CASE("reproduce quadrature writes its table and its report, and the rules fall as theory says") {
    const program::Folder folder;
    const program::Outcome outcome =
        program::run("reproduce quadrature --quick --out study --json --quiet", folder.path());
    CHECK_MESSAGE(outcome.exit == 0, outcome.err);
    const Json document = Json::parse(outcome.out);
    CHECK(document["schema"] == "gradpath.reproduce/1");
    CHECK(document["experiment"] == "quadrature");
    CHECK(document["quick"] == true);
    const auto value = [&](const std::string& rule, const std::string& figure) {
        for (const Json& row : document["rows"])
            if (row["method"] == rule && row["figure"] == figure) return row["value"].get<double>();
        FAIL("no row " << rule << " " << figure);
        return 0.0;
    };
    const std::string smooth = "smooth network, logit, N = ", kinks = "ReLU network, logit, N = ";
    CHECK(value("left", smooth + "8") / value("left", smooth + "64") == doctest::Approx(8).epsilon(0.3));
    CHECK(value("midpoint", smooth + "8") / value("midpoint", smooth + "64") == doctest::Approx(64).epsilon(0.3));
    CHECK(value("gauss-legendre", smooth + "64") <= 1e-9);
    CHECK(value("gauss-legendre", kinks + "64") >= 1e-6);
    for (const char* file : {"study/quadrature.csv", "study/quadrature.json", "study/quadrature.html"})
        CHECK_MESSAGE(std::filesystem::exists(folder / file), file);
    const std::string table = program::read(folder / "study/quadrature.csv");
    CHECK(table.starts_with("method,figure,value,low,high,paper,note\n\"left\",\"smooth network, logit, N = 2\","));
    CHECK(program::read(folder / "study/quadrature.html").find("<svg") != std::string::npos);
}
