// The shell blocks of the documentation are run, one folder for each document, in their order; where a text block
// follows, it is what they print. Numbers are not compared: a trained network's depend on the instruction set. A block
// "csv NAME" is a file.
#include <doctest/doctest.h>

#include <fstream>
#include <regex>

#include "program.hpp"

namespace {

namespace fs = std::filesystem;

struct Block {
    std::string language, text;
};

/// The fenced blocks of a document.
std::vector<Block> blocks_of(const fs::path& document) {
    std::vector<Block> blocks;
    std::ifstream in(document);
    bool inside = false;
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with("```")) {
            if (!inside) blocks.push_back({line.substr(3), ""});
            inside = !inside;
        } else if (inside) {
            blocks.back().text += line + "\n";
        }
    }
    CHECK_FALSE(inside);
    return blocks;
}

std::string without_numbers(const std::string& text) {
    const std::string hidden = std::regex_replace(text, std::regex(R"([0-9a-f]{64}|-?\d+(\.\d+)?(e[-+]?\d+)?)"), "#");
    return std::regex_replace(hidden, std::regex(" +"), " ");
}

/// Runs the commands of a block; what they print, together.
std::string run_block(const std::string& block, const fs::path& folder) {
    std::string printed, line;
    std::istringstream in(block);
    while (std::getline(in, line)) {
        CAPTURE(line);
        while (line.ends_with("\\")) {
            std::string more;
            std::getline(in, more);
            line = line.substr(0, line.size() - 1) + more;
        }
        REQUIRE(line.starts_with("gradpath "));
        const program::Outcome outcome = program::run(line.substr(9), folder);
        CHECK_MESSAGE(outcome.exit == 0, outcome.err);
        printed += outcome.out;
    }
    return printed;
}

/// How many blocks were run.
int run_document(const fs::path& document) {
    const program::Folder folder;
    const std::vector<Block> blocks = blocks_of(document);
    int run = 0;
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        if (blocks[i].language.starts_with("csv "))
            std::ofstream(folder / blocks[i].language.substr(4)) << blocks[i].text;
        if (blocks[i].language != "sh" || !blocks[i].text.starts_with("gradpath ")) continue;
        CAPTURE(blocks[i].text);
        const std::string printed = run_block(blocks[i].text, folder.path());
        if (i + 1 < blocks.size() && blocks[i + 1].language == "text")
            CHECK(without_numbers(printed) == without_numbers(blocks[i + 1].text));
        ++run;
    }
    return run;
}

}  // namespace

TEST_CASE("the examples of tools/README.md run and print what stands there") {
    CHECK(run_document(fs::path(GRADPATH_SOURCE_DIR) / "tools/README.md") >= 7);
}

TEST_CASE("the command line examples of README.md run and print what stands there") {
    CHECK(run_document(fs::path(GRADPATH_SOURCE_DIR) / "README.md") >= 1);
}
