// The page that explain leaves, read alone: what is explained, what the colours mean, how it adds up, how it was made.
#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <regex>

#include <gradpath/autodiff/io/npz.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/random.hpp>
#include <gradpath/models/saved.hpp>

#include "answers.hpp"
#include "browser.hpp"

namespace {

using namespace gradpath;
using program::fine;

/// The page of an explanation, after `words` of a line.
std::string page_of(const std::string& words, const program::Folder& folder) {
    fine("explain " + words + " --out why --quiet", folder);
    return program::read(folder / "why/explain.html");
}

void save_network(const program::Folder& folder) {
    models::Model model = models::make("lenet-small", {{"size", "16"}, {"classes", "2"}}, {.seed = 1});
    model.class_names = {"cat", "dog"};
    models::save_model(folder / "net.safetensors", model);
    io::write_npy(folder / "image.npy", random::uniform({2, 1, 16, 16}, 0, 1, {.seed = 2}));
}

void train_on_table(const program::Folder& folder) {
    std::ofstream(folder / "pets.csv") << "mass,colour,kind\n4,black,cat\n5,white,cat\n3,black,cat\n20,brown,dog\n"
                                          "30,black,dog\n25,brown,dog\n";
    fine("train --model mlp --data pets.csv --label kind --epochs 3 --out run --quiet", folder);
}

void check_words(const std::string& page, const std::vector<std::string>& words) {
    for (const std::string& part : words) CHECK_MESSAGE(page.find(part) != page.npos, part);
}

/// The numbers at the bars of the drawing with this title: where it begins, the steps, and where it ends.
std::vector<double> numbers_of(const std::string& page, const std::string& title) {
    const auto from = page.find("<h3>" + title + "</h3>");
    REQUIRE(from != page.npos);
    const std::string drawing = page.substr(from, page.find("</figure>", from) - from);
    const std::regex number("class=\"figure\">([^<]*)<");
    std::vector<double> list;
    for (std::sregex_iterator it(drawing.begin(), drawing.end(), number); it != std::sregex_iterator(); ++it)
        list.push_back(std::stod((*it)[1]));
    return list;
}

void check_adds_up(const std::string& page, const std::string& title) {
    const std::vector<double> list = numbers_of(page, title);
    REQUIRE(list.size() >= 3);
    double at = list.front(), largest = std::abs(at);
    for (std::size_t k = 1; k + 1 < list.size(); ++k) at += list[k], largest = std::max(largest, std::abs(list[k]));
    CHECK(at == doctest::Approx(list.back()).scale(largest).epsilon(2e-3));  // they are rounded to four digits
}

}  // namespace

TEST_CASE("the page of a picture shows it in all ways, adds up, and says how it was made") {
    const program::Folder folder;
    save_network(folder);
    const std::string page =
        page_of("net.safetensors --input image.npy --index 1 --method integrated-gradients", folder);
    check_words(page, {"<h1>Why ", "Row 1: predicted ", "the input image", "heat map: both signs", "heat map: positive",
                       "heat map: negative", "heat map: on the image", "heat map: absolute",
                       "tinted; read values from &#39;both signs&#39;", "<ol aria-label=\"colour bar",
                       " clipped. Red speaks for the logit of ", "blue against it", "The values add up to ",
                       "is not accounted for", "F(x\u2032), of the baseline", "shared out among patches"});
    check_adds_up(page, "How integrated-gradients adds up");
    check_words(page,
                {"gradpath explain net.safetensors --input image.npy --index 1 --method integrated-gradients --out why",
                 "<dt>seed</dt>", "<dt>output</dt>", "<dt>gradpath</dt>", "<dt>instruction set</dt>", "<dt>dtype</dt>",
                 "tolerance automatic"});
    CHECK(std::regex_search(page, std::regex("net\\.safetensors, [0-9a-f]{64}")));
    CHECK(std::regex_search(page, std::regex("image\\.npy, [0-9a-f]{64}")));
    CHECK(page == page_of("net.safetensors --input image.npy --index 1 --method integrated-gradients", folder));
}

TEST_CASE("the page of a table's row names its columns and what they hold, and speaks of no picture") {
    const program::Folder folder;
    train_on_table(folder);
    const std::string page =
        page_of("run/model.safetensors --input pets.csv:3 --method integrated-gradients --baseline typical", folder);
    check_words(page, {"mass = 20", "colour = brown", "labelled 1 (dog)", "The row, value by value.",
                       "<th scope=\"row\">colour=brown</th><td class=\"n\">1</td>", "against the baseline typical"});
    check_adds_up(page, "How integrated-gradients adds up");
    for (const char* word : {"image", "pixel", "picture", "<img"})
        CHECK_MESSAGE(page.find(word, page.find("</style>")) == page.npos, word);
}

TEST_CASE("a method that shares out no difference has no bars that add up, and the page says so") {
    const program::Folder folder;
    const std::string page = page_of("'expr:x1*x2' --input 2,3 --method gradient", folder);
    CHECK(page.find("predicted") == page.npos);  // of one output there is nothing to predict
    check_words(page, {"Why output 0?", "<h2>output 0</h2>", "promises no sum",
                       "gradpath explain &#39;expr:x1*x2&#39; --input 2,3"});
    CHECK(page.find("adds up</h3>") == page.npos);
    check_adds_up(page_of("'expr:x1*x2+x1' --input 2,3 --method integrated-gradients", folder),
                  "How integrated-gradients adds up");
}

TEST_CASE("a margin is explained as one output against another, and is no prediction") {
    const program::Folder folder;
    save_network(folder);
    const std::string page = page_of(
        "net.safetensors --input image.npy --index 1 --method integrated-gradients --output margin:1,0", folder);
    check_words(page, {"<h1>Why 1 (dog) against 0 (cat)?", "<h2>Row 1: 1 (dog) against 0 (cat)</h2>",
                       "and the margin of 1 (dog) against 0 (cat) changes by ",
                       "<dt>target</dt>\n<dd>1 (dog) against 0 (cat)</dd>", "<dt>output</dt>\n<dd>margin:1,0</dd>"});
    CHECK(page.find("predicted") == page.npos);
}

TEST_CASE("of many answers the first ten stand on the page, and of all layers each") {
    const program::Folder folder;
    io::write_npy(folder / "rows.npy", ones({12, 2}));
    const std::string many = page_of("expr:x1*x2 --input rows.npy --method gradient", folder);
    check_words(many, {"Why? 12 answers explained", "Row 9: ", "the first 10 of 12 answers"});
    CHECK(many.find("Row 10: ") == many.npos);
    save_network(folder);
    const std::string layers = page_of("net.safetensors --input image.npy --method conductance --layer all", folder);
    check_words(layers, {"These are the answers of the first row and target; result.json holds all 2."});
    CHECK(layers.find("Row 1: ") == layers.npos);
    const std::string one =
        page_of("net.safetensors --input image.npy --index 0 --method conductance --layer all", folder);
    CHECK(one.find("result.json holds all") == one.npos);
    std::size_t maps = 0;
    for (auto at = layers.find("class=\"by-day\""); at != layers.npos; at = layers.find("class=\"by-day\"", at + 1))
        ++maps;
    CHECK(maps == program::json_of("explain net.safetensors --input image.npy --method conductance --layer all --json",
                                   folder)["layers"]
                      .size());
}

TEST_CASE("numbers that are not finite leave a page all the same") {
    const program::Folder folder;
    const std::string page = page_of("'expr:log(x1)' --input -1 --method input-x-gradient", folder);
    check_words(page, {"</html>", "Why output 0?"});
}

TEST_CASE("a browser has nothing to say of the page, axe finds no serious fault, and nothing is cut off") {
    if (!browser::found()) {
        MESSAGE("skipped: no chromium");
        return;
    }
    const program::Folder folder;
    save_network(folder);
    train_on_table(folder);
    const std::string rules = browser::axe();
    for (const std::string words : {"net.safetensors --input image.npy --index 0 --method integrated-gradients",
                                    "run/model.safetensors --input pets.csv:3 --method integrated-gradients"}) {
        CAPTURE(words);
        const std::string page = page_of(words, folder);
        CHECK(browser::open(page).console == "");
        CHECK(browser::cuts(page, 400, false).starts_with("0 of "));
        CHECK(browser::cuts(page, 718, true).starts_with("0 of "));
        if (rules.empty()) continue;
        const std::string faults = browser::faults(page, rules);
        CHECK_MESSAGE(faults.starts_with("0 of "), faults);
    }
}
