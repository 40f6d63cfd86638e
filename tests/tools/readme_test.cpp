// The shell blocks of every README are run, one folder for each document, in their order; where a text block follows,
// it is what they print. Numbers are not compared: a trained network's depend on the instruction set. A block "csv
// NAME" is a file. Of "sh minutes", which would take these, and "sh elsewhere" or "console", which need what a test may
// lack (a build, a network, a peer, a pager), the lines of ours are read by the program and not carried out: it says
// what they ask for.
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

/// The commands of a block, a line each, without comments.
std::vector<std::string> commands_of(const std::string& block) {
    std::vector<std::string> commands;
    std::istringstream in(block);
    for (std::string line; std::getline(in, line);) {
        while (line.ends_with("\\")) {
            std::string more;
            std::getline(in, more);
            line = line.substr(0, line.size() - 1) + more;
        }
        commands.push_back(line.substr(0, line.find(" #")));
    }
    return commands;
}

/// Runs the commands of a block; what they print, together.
std::string run_block(const std::string& block, const fs::path& folder) {
    std::string printed;
    for (const std::string& line : commands_of(block)) {
        CAPTURE(line);
        REQUIRE(line.starts_with("gradpath "));
        const program::Outcome outcome = program::run(line.substr(9), folder);
        CHECK_MESSAGE(outcome.exit == 0, outcome.err);
        printed += outcome.out;
    }
    return printed;
}

/// Reads those of our program; how many.
int read_block(const std::string& block, const fs::path& folder) {
    int read = 0;
    for (const std::string& line : commands_of(block)) {
        CAPTURE(line);
        const std::smatch found = [&] {
            std::smatch match;
            std::regex_match(line, match, std::regex(R"((?:\S+=\S+ )?(?:build/tools/)?gradpath (.*?)(?: \| .*)?)"));
            return match;
        }();
        if (found.empty()) continue;
        const program::Outcome outcome = program::run(found[1].str() + " --print-config", folder);
        CHECK_MESSAGE(outcome.exit == 0, outcome.err);
        ++read;
    }
    return read;
}

struct Counts {
    int run = 0;   ///< blocks
    int read = 0;  ///< lines
};

Counts run_document(const fs::path& document) {
    const program::Folder folder;
    const std::vector<Block> blocks = blocks_of(document);
    Counts counts;
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        const std::string &language = blocks[i].language, &text = blocks[i].text;
        CAPTURE(text);
        for (const char* other : {"bash", "shell"}) CHECK_FALSE(language.starts_with(other));
        if (language.starts_with("csv ")) std::ofstream(folder / language.substr(4)) << text;
        if (language == "sh minutes" || language == "sh elsewhere" || language == "console")
            counts.read += read_block(text, folder.path());
        if (language != "sh") {
            CHECK((!language.starts_with("sh ") || language == "sh minutes" || language == "sh elsewhere"));
            continue;
        }
        const std::string printed = run_block(text, folder.path());
        if (i + 1 < blocks.size() && blocks[i + 1].language == "text")
            CHECK(without_numbers(printed) == without_numbers(blocks[i + 1].text));
        ++counts.run;
    }
    return counts;
}

/// Every README of the source tree, but for those that are built or installed.
std::vector<fs::path> documents() {
    std::vector<fs::path> list{fs::path(GRADPATH_SOURCE_DIR) / "README.md"};
    for (const char* folder : {"attribution", "autodiff", "models", "nn", "tests", "tools"})
        for (const auto& entry : fs::recursive_directory_iterator(fs::path(GRADPATH_SOURCE_DIR) / folder))
            if (entry.path().filename() == "README.md") list.push_back(entry.path());
    return list;
}

}  // namespace

TEST_CASE("the examples of tools/README.md run and print what stands there") {
    const Counts counts = run_document(fs::path(GRADPATH_SOURCE_DIR) / "tools/README.md");
    CHECK(counts.run >= 30);
    CHECK(counts.read >= 8);
}

TEST_CASE("the examples of all other READMEs run, or are read") {
    Counts counts;
    for (const fs::path& document : documents()) {
        if (document.parent_path().filename() == "tools") continue;
        CAPTURE(document);
        const auto [run, read] = run_document(document);
        counts.run += run, counts.read += read;
    }
    CHECK(counts.run >= 1);
    CHECK(counts.read >= 8);
}
