// The manual page, completion in shells and citations: all made of what the program is, so none can fall behind.
#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <regex>
#include <set>

#include <gradpath/attribution/registry.hpp>
#include <gradpath/tools/commands/bibtex.hpp>
#include <gradpath/tools/commands/commands.hpp>

#include "answers.hpp"

namespace {

using namespace gradpath;
using program::fine;

/// What a shell's command prints.
std::string said(const std::string& command, const program::Folder& folder) {
    CHECK(std::system(("cd '" + folder.path().string() + "' && " + command + " >said 2>&1").c_str()) == 0);
    return program::read(folder / "said");
}

bool installed(const std::string& name) {
    return std::system(("command -v " + name + " >/dev/null 2>&1").c_str()) == 0;
}

}  // namespace

TEST_CASE("the manual page has every command, and groff has nothing to say of it") {
    const program::Folder folder;
    const std::string page = fine("man", folder.path()).out;
    CHECK(page.starts_with(".TH GRADPATH 1 "));
    for (const tools::Command& command : tools::commands())
        CHECK_MESSAGE(page.find(".SS gradpath " + std::string(command.name) + "\n") != page.npos, command.name);
    CHECK(page.find(".TP\n\\fB\\-\\-epochs\\fR \\fIN\\fR\n") != page.npos);
    CHECK_FALSE(std::regex_search(page, std::regex("\n\\.[^A-Z]")));
    if (!installed("groff")) {
        MESSAGE("skipped: no groff");
        return;
    }
    std::ofstream(folder / "gradpath.1") << page;
    CHECK(said("(groff -man -ww -Tutf8 -k gradpath.1 >text)", folder) == "");
    CHECK(program::read(folder / "text").find("gradpath explain") != std::string::npos);
}

TEST_CASE("bash completes commands, options and methods") {
    const program::Folder folder;
    std::ofstream(folder / "complete") << fine("completion bash", folder.path()).out;
    const auto completed = [&](const std::string& words, int at) {
        return said("bash -c 'source ./complete; COMP_WORDS=(" + words + "); COMP_CWORD=" + std::to_string(at) +
                        "; _gradpath; echo \"${COMPREPLY[*]}\"'",
                    folder);
    };
    CHECK(completed("gradpath ex", 1) == "explain\n");
    CHECK(completed("gradpath train --ep", 2) == "--epochs\n");
    CHECK(completed("gradpath explain --method grad-cam", 3) == "grad-cam grad-cam-plus-plus\n");
    CHECK(completed("gradpath eval run/mod", 2) == "\n");  // files are the shell's own
}

TEST_CASE("zsh's completion has every command and balanced quotes") {
    const program::Folder folder;
    const std::string script = fine("completion zsh", folder.path()).out;
    CHECK(script.starts_with("#compdef gradpath\n"));
    for (const tools::Command& command : tools::commands())
        CHECK_MESSAGE(script.find("\n    " + std::string(command.name) + ") _arguments") != script.npos, command.name);
    CHECK(script.find("'*--method[") != script.npos);
    std::ofstream(folder / "_gradpath") << script;
    CHECK(said("(grep -v '^#' _gradpath | xargs >/dev/null)", folder) == "");
    const program::Outcome outcome = program::run("completion fish", folder.path());
    CHECK(outcome.exit == 2);
    CHECK(outcome.err == "gradpath: completion: SHELL is bash or zsh: got \"fish\"\n");
    CHECK(program::run("info --help=pdf", folder.path()).err ==
          "gradpath: info: --help takes text, man, bash or zsh: got \"pdf\"\n");
}

TEST_CASE("every paper of every method is cited once, under a key of its own") {
    const program::Folder folder;
    const std::string text = fine("methods --cite", folder.path()).out;
    const std::regex entry("@misc\\{([a-z0-9]+),");
    std::set<std::string> keys;
    std::size_t entries = 0;
    for (std::sregex_iterator it(text.begin(), text.end(), entry), end; it != end; ++it)
        keys.insert((*it)[1]), ++entries;
    std::set<std::string> titles;
    for (const attribution::Method& method : attribution::methods())
        for (const attribution::Citation& citation : method.citations) titles.insert(citation.title);
    CHECK(entries == titles.size());
    CHECK(keys.size() == entries);
    CHECK(keys.contains("sundararajan2017axiomatic"));
    CHECK(text.find("  author = {Mukund Sundararajan and Ankur Taly and Qiqi Yan},\n"
                    "  title = {{Axiomatic Attribution for Deep Networks}},\n"
                    "  howpublished = {ICML},\n  year = {2017},\n  eprint = {1703.01365},\n"
                    "  archiveprefix = {arXiv},\n}\n") != text.npos);
    CHECK(text.find(" & ") == text.npos);
}
