// Options from a file, and the file that says what was asked.
#include <doctest/doctest.h>

#include <fstream>

#include "answers.hpp"

namespace {

using program::fine;

const std::string explained =
    "explain 'expr:(x1+x2)^3' --input 1,3 --method integrated-gradients --steps 30 --dtype f64";

void write(const std::filesystem::path& file, const std::string& text) { std::ofstream(file) << text; }

/// Durations differ from run to run.
std::string result_of(const std::string& words, const program::Folder& folder) {
    const std::string out = fine(words, folder.path()).out;
    return out.substr(out.find("target"));
}

}  // namespace

TEST_CASE("what --print-config prints, --config reads, to the same end") {
    const program::Folder folder;
    const std::string printed = fine(explained + " --set rule=midpoint --print-config", folder.path()).out;
    CHECK(printed.find("input=\"1,3\"\n") != printed.npos);
    CHECK(printed.find("steps=30\n") != printed.npos);
    CHECK(printed.find("config") == printed.npos);
    write(folder / "asked.toml", printed);
    CHECK(result_of("explain --config asked.toml", folder) == result_of(explained + " --set rule=midpoint", folder));
    CHECK(fine("explain --config asked.toml --print-config", folder.path()).out == printed);
}

TEST_CASE("words on the line win over the file, and the file may be INI with comments") {
    const program::Folder folder;
    write(folder / "asked.ini",
          "# a comment\nMODEL = \"expr:x1*x2\"\ninput = \"2,5\"\nmethod = gradient\njson = true\nset = [\"seed=3\"]\n");
    const auto printed =
        fine("explain --config asked.ini --method integrated-gradients --print-config", folder.path()).out;
    CHECK(printed.find("method=\"integrated-gradients\"") != printed.npos);
    CHECK(printed.find("json=true") != printed.npos);
    write(folder / "plain.ini", "MODEL=expr:x1*x2\ninput=2,5\nmethod=gradient\njson=true\n");
    CHECK(program::json_of("explain --config plain.ini", folder.path())["values"]["data"][0][0] == 5.0);
}

TEST_CASE("a file of options that does not fit is told of") {
    const program::Folder folder;
    write(folder / "wrong.toml", "epoch = 3\n");
    write(folder / "number.toml", "epochs = \"many\"\n");
    const std::vector<std::tuple<std::string, int, std::string>> cases{
        {"train --config wrong.toml", 2, "train: --config: there is no option \"epoch\"; did you mean \"epochs\"?"},
        {"train --config number.toml", 2, "train: --epochs takes a whole number: got \"many\""},
        {"train --config none.toml", 4, "train: --config: none.toml cannot be read; give the name of a file"},
        {"train --config", 2, "train: --config needs a value; see gradpath train --help"}};
    for (const auto& [words, exit, message] : cases) {
        const program::Outcome outcome = program::run(words, folder.path());
        CHECK(outcome.exit == exit);
        CHECK_MESSAGE(outcome.err.find(message) != outcome.err.npos, outcome.err);
    }
}
