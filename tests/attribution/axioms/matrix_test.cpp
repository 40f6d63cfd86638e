// The conformance matrix of the literature (attribution/axioms/README.md), cell by cell, on fewer functions than the
// program takes. A cell that was measured otherwise stands in `differences` with the reason.
#include <attribution/functions.hpp>

#include <map>

#include <gradpath/attribution/axioms/check.hpp>
#include <gradpath/attribution/axioms/controls.hpp>

using namespace attribution_tests;
using namespace attribution::axioms;

namespace {

constexpr Check few{.functions = 20, .seed = 5};

/// A1 .. A11 of each method that 3.1 names: y, ~, n, or - for "measured, not asserted".
const std::map<std::string, std::string> expected{
    {"integrated-gradients", "yyyyyyyyyyy"},
    {"path-ensemble", "yyyyy---y-y"},
    {"guided-ig", "~yynyyn~yny"},
    {"blur-ig", "~-yyynn-nnn"},
    {"geodesic-ig", "~-ynyynnnnn"},  // not in 3.1: as over neighbours, but a relaxed line keeps symmetries
    {"geodesic-ig-knn", "~-ynynnnnnn"},
    {"geodesic-ig-svi", "~-ynynnnnnn"},
    {"idgi", "y-ynyynnynn"},
    {"input-x-gradient", "nnyyyynn--n"},
    {"shapley", "yyyyyyynyny"},
    {"shapley-integrated-gradients", "nyynyyynyny"},  // complete by rescaling, unless shares cancel
    {"feature-ablation", "nyyyyyynyny"},
    {"deep-lift", "yynynny---y"},
    {"lrp", "n-n-n-n---n"},
};

/// Guided IG: near a kink the walk goes to and fro across it, and the gradient where a step begins belongs to one side
/// only, so the gap stays however many steps there are. It closes on smooth functions, and with a tolerance, which
/// integrates every edge.
/// Geodesic IG: its edges are integrated to a tolerance, so nothing is left of the quadrature of edges. A relaxed curve
/// seldom gives a rising F a negative share: not among so few functions, but see E14 in geometry/defects_test.cpp.
const std::map<std::string, std::map<std::string, char>> differences{{"geodesic-ig", {{"A1", 'y'}, {"A9", 'y'}}},
                                                                     {"geodesic-ig-knn", {{"A1", 'y'}}},
                                                                     {"geodesic-ig-svi", {{"A1", 'y'}}},
                                                                     {"guided-ig", {{"A1", 'n'}}}};

/// The signs of A1 .. A11.
std::string row_of_cells(const Subject& subject, const Check& options) {
    std::string row;
    for (const Axiom& axiom : axioms().first(11)) row += describe(check(subject, axiom, options).holds);
    return row;
}

Cell cell(const char* method, const char* axiom, const Check& options = few) {
    return check(registered(method), find_axiom(axiom), options);
}

}  // namespace

TEST_CASE("the measured matrix is the expected one") {
    for (const auto& entry : expected) {
        const std::string& method = entry.first;
        std::string wanted = entry.second;
        if (const auto found = differences.find(method); found != differences.end())
            for (const auto& [axiom, sign] : found->second) wanted[std::stoul(axiom.substr(1)) - 1] = sign;
        CHECK_MESSAGE(row_of_cells(registered(method), few) == wanted, method);
    }
}

TEST_CASE("guided-ig is complete in the limit on smooth functions, and with a tolerance on all") {
    Subject smooth = registered("guided-ig");
    smooth.smooth_only = true;
    CHECK(check(smooth, find_axiom("A1"), few).holds == Holds::approximately);
    const Subject exact = subject("guided-ig", [](const Model& f, const Tensor& x, const Tensor& baseline) {
        const attribution::GuidedIg options{
            .baseline = baseline,
            .steps = 24,
            .quadrature = {.tolerance = 1e-10, .rule = QuadratureRule::gauss_kronrod, .max_steps = 1'000'000}};
        return attribution::guided_ig(f, x, options).values;
    });
    CHECK(check(exact, find_axiom("A1"), {.functions = 5, .seed = 5, .tolerance = 1e-8}).holds == Holds::yes);
}

TEST_CASE("whatever a method of the registry claims holds") {
    constexpr Check fewer{.functions = 10, .seed = 6};
    for (const Subject& subject : registered_subjects())
        for (const Axiom& axiom : axioms().first(11)) {
            if (!axiom.claim || std::ranges::count(subject.claims, *axiom.claim) == 0) continue;
            const Cell measured = check(subject, axiom, fewer);
            CHECK(measured.claimed);
            CHECK_MESSAGE(measured.holds != Holds::no, subject.name, " ", axiom.id, ": ",
                          measured.counterexample ? measured.counterexample->words : "");
        }
}

TEST_CASE("each control drops the axioms that it is made to drop, and no other") {
    for (const Control& control : controls()) {
        CAPTURE(control.subject.name);
        for (const Axiom& axiom : axioms().first(11)) {
            const Holds wanted = std::ranges::count(control.drops, axiom.id) > 0 ? Holds::no : Holds::yes;
            const Cell measured = check(control.subject, axiom, {.functions = 12, .seed = 7});
            CHECK_MESSAGE(measured.holds == wanted, axiom.id, " ", measured.figure);
        }
    }
}

TEST_CASE("another seed finds another counter-example, the same seed the same") {
    const auto found = [](std::uint64_t seed) {
        return cell("input-x-gradient", "A1", {.functions = 10, .seed = seed}).counterexample->commands;
    };
    CHECK(found(1) == found(1));
    CHECK(found(1) != found(2));
}

TEST_CASE("a counter-example carries the question, the answer and the command that asks it") {
    const Cell measured = cell("idgi", "A8");
    REQUIRE(measured.counterexample);
    REQUIRE(measured.counterexample->asked.size() == 1);
    const auto& [question, answer] = measured.counterexample->asked[0];
    const Attribution again =
        attribution::idgi(question.f, row(question.x), {.baseline = row(question.baselines[0]), .steps = 1599});
    CHECK(largest_difference(numbers(again.values), answer.shares) <= 1e-12);
    REQUIRE(measured.counterexample->commands.size() == 1);
    CHECK(measured.counterexample->commands[0] ==
          "gradpath explain 'expr:" + question.f.text() + "' --input=" + text_of(question.x) + " --baseline=" +
              text_of(question.baselines[0]) + " --method idgi --set steps=1599 --output logit --dtype f64");
    CHECK(measured.counterexample->words.find("its part of the sum is") != std::string::npos);
}

TEST_CASE("axioms are found by id and by name") {
    CHECK(axioms().size() == 14);
    CHECK(&find_axiom("A9") == &find_axiom("positivity"));
    CHECK(error_of<ValueError>([] { find_axiom("positivty"); }) ==
          "axiom: 'positivty' is unknown; did you mean 'positivity'? There are: A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 "
          "A13 A14");
}

TEST_CASE("cancelling stops a check, and a check needs a function") {
    const std::atomic<bool> cancel = true;
    CHECK(error_of<Cancelled>([&] { check(registered("gradient"), find_axiom("A1"), {.cancel = &cancel}); }) ==
          "axioms: cancelled by the caller");
    CHECK(error_of<ValueError>([] { check(registered("gradient"), find_axiom("A1"), {.functions = 0}); }) ==
          "axioms: functions must be at least 1 but is 0");
}
