// Ten times the steps, samples or pieces take no more memory, by any method that integrates.
#include <map>

#include <attribution/functions.hpp>

using namespace attribution_tests;
using attribution::Settings;

namespace {

constexpr std::size_t budget = 400'000;  // few rows at a time, so that less effort fills a chunk, too
constexpr std::size_t crumbs = 16'384;   // lists of nodes, blocks of the pool

using Texts = std::map<std::string, std::string>;

std::size_t peak_of(const std::string& method, const Texts& options) {
    Settings settings{.seed = 1, .run = {.memory = budget}};
    settings.set = options;
    return attribution::find_method(method).run(kinky_net(1), random_tensor({2, 36}, 1), settings).peak_bytes;
}

struct Effort {
    const char* method;
    Texts few, many;
};
const std::vector<Effort> efforts{
    {"integrated-gradients", {{"steps", "60"}}, {{"steps", "600"}}},
    {"integrated-gradients",
     {{"tolerance", "1e-2"}, {"rule", "midpoint"}},
     {{"tolerance", "1e-4"}, {"rule", "midpoint"}}},
    {"integrated-gradients",
     {{"tolerance", "1e-2"}, {"rule", "gauss-kronrod"}},
     {{"tolerance", "1e-5"}, {"rule", "gauss-kronrod"}}},
    {"path-ensemble", {{"steps", "4"}, {"samples", "3"}}, {{"steps", "4"}, {"samples", "30"}}},
    {"path-ensemble", {{"steps", "4"}, {"edges", "12"}}, {{"steps", "4"}, {"edges", "120"}}},
    {"path-ensemble",
     {{"rule", "exact"}, {"edges", "8"}, {"samples", "1"}},
     {{"rule", "exact"}, {"edges", "80"}, {"samples", "1"}}},
    {"expected-gradients", {{"samples", "60"}}, {{"samples", "600"}}},
    {"guided-ig", {{"steps", "20"}}, {{"steps", "200"}}},
    {"blur-ig", {{"steps", "2"}, {"edges", "30"}}, {{"steps", "2"}, {"edges", "300"}}},
    {"idgi", {{"steps", "60"}}, {{"steps", "600"}}},
    {"agi", {{"steps", "10"}, {"low", "-9"}, {"high", "9"}}, {{"steps", "100"}, {"low", "-9"}, {"high", "9"}}},
    {"ig2", {{"steps", "10"}}, {{"steps", "100"}}},
    {"integrated-hessians", {{"steps", "8"}}, {{"steps", "80"}}},
};

/// To and fro over the same kinks, `times` times there.
std::size_t peak_of_pieces(Index times, Index& pieces) {
    const attribution::AlongPaths zigzag{.quadrature = {.rule = QuadratureRule::exact, .max_steps = 1'000'000},
                                         .paths =
                                             [=](const Tensor& from, const Tensor& to, Index) {
                                                 const auto corner = [=](Index k) { return k % 2 == 0 ? from : to; };
                                                 return attribution::Path{.edges = 2 * times - 1, .corner = corner};
                                             },
                                         .run = {.memory = budget}};
    const Attribution a = attribution::along_paths(kinky_net(1), random_tensor({1, 36}, 1), zigzag);
    pieces = a.steps->at(0);
    return a.peak_bytes;
}

}  // namespace

TEST_CASE("ten times the steps or samples take no more memory") {
    for (const Effort& effort : efforts) {
        const std::size_t few = peak_of(effort.method, effort.few), many = peak_of(effort.method, effort.many);
        CHECK_MESSAGE(many <= few + few / 20 + crumbs, std::string(effort.method), ": ", few, " and ", many);
    }
}

TEST_CASE("ten times the pieces take no more memory") {
    Index few_pieces = 0, many_pieces = 0;
    const std::size_t few = peak_of_pieces(5, few_pieces), many = peak_of_pieces(50, many_pieces);
    CHECK(many_pieces >= 10 * few_pieces);
    CHECK(many <= few + few / 20 + crumbs);
}
