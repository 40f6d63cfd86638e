// Options from a file, and the file that says what was asked.
#include <doctest/doctest.h>

#include <fstream>

#include <gradpath/tools/commands/option_lines.hpp>

#include "answers.hpp"

namespace {

using namespace gradpath;
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
    write(folder / "section.toml", "# of a run\n[train]\nepochs = 3\n");
    write(folder / "flag.toml", "resume = maybe\n");
    write(folder / "twice.toml", "epochs = 3\n\nepochs = 4\n");
    write(folder / "open.toml", "out = \"a\nb\"\n");
    write(folder / "behind.toml", "out = \"a\" d\n");
    write(folder / "list.toml", "out = [\"a\",\nseed = 3\n");
    write(folder / "escape.toml", "out = \"a\\x\"\n");
    write(folder / "model.toml", "model = \"expr:x1\"\n");
    const std::vector<std::tuple<std::string, int, std::string>> cases{
        {"train --config wrong.toml", 2, "train: --config: there is no option \"epoch\"; did you mean \"epochs\"?"},
        {"train --config number.toml", 2, "train: --epochs takes a whole number: got \"many\""},
        {"train --config section.toml", 2,
         "train: --config: line 2: there are no sections, only lines NAME = VALUE: got [train]"},
        {"train --config flag.toml", 2, "train: --config: line 1: resume takes true or false: got maybe"},
        {"train --config twice.toml", 2, "train: --config: line 3: epochs is given a second time"},
        {"train --config open.toml", 2, "train: --config: line 1: the closing \" is missing"},
        {"train --config behind.toml", 2, "train: --config: line 1: there is more behind the value: d"},
        {"train --config list.toml", 2, "train: --config: line 1: the list has no end: ] or a comma is missing"},
        {"train --config escape.toml", 2,
         R"(train: --config: line 1: there is no escape \x here: there are \" \\ \b \f \n \r \t and \u0000 to \u007f; )"
         "other letters stand as they are"},
        {"explain --config model.toml", 2, "explain: --config: there is no option \"model\"; did you mean \"MODEL\"?"},
        {"train --config none.toml", 4, "train: --config: none.toml cannot be read; give the name of a file"},
        {"train --config", 2, "train: --config needs a value; see gradpath train --help"}};
    for (const auto& [words, exit, message] : cases) {
        const program::Outcome outcome = program::run(words, folder.path());
        CHECK(outcome.exit == exit);
        CHECK_MESSAGE(outcome.err.find(message) != outcome.err.npos, outcome.err);
    }
}

TEST_CASE("any text is printed so that it is read back as it was") {
    const program::Folder folder;
    const std::vector<std::string> texts{
        "run #3", "it's \"q\"", "a\\b", "two\nlines\t", " blank ", "\x01\x7f", "größe", "x=y", "'", "\"", ";", "1,3",
        "nan"};
    std::vector<std::string> words{"train", "--model", "mlp"};
    for (const std::string& name : texts) words.insert(words.end(), {"--ignore", name});
    for (const std::string& name : texts) {
        std::vector<std::string> asked = words;
        asked.insert(asked.end(), {"--out", name, "--print-config"});
        const program::Outcome printed = program::run(asked, folder.path());
        REQUIRE(printed.exit == 0);
        write(folder / "asked.toml", printed.out);
        CHECK(fine("train --config asked.toml --print-config", folder.path()).out == printed.out);
        const std::vector<tools::OptionLine> lines = tools::read_option_lines(printed.out, "train: --config");
        REQUIRE(lines.size() == 3);
        for (const tools::OptionLine& line : lines) {
            if (line.name == "out") CHECK(line.values == std::vector{name});
            if (line.name == "ignore") CHECK(line.values == texts);
        }
    }
}

TEST_CASE("a hash in quotes is a letter, and a list may take lines") {
    const program::Folder folder;
    write(folder / "asked.toml",
          "out = \"run # 3\"  # where\nignore = ['age', \"#x\",  # both\n  \"a, b\"]\nclass-weights = [1, 2.5]\n"
          "\"data\" = table.csv # bare\nresume\njson = yes\nset = [\"a=1\"]\nset = b=2, c=3\n");
    CHECK(fine("train --config asked.toml --print-config", folder.path()).out ==
          "data=\"table.csv\"\nset=[\"a=1\", \"b=2\", \"c=3\"]\nresume=true\nclass-weights=\"1,2.5\"\n"
          "ignore=[\"age\", \"#x\", \"a, b\"]\nout=\"run # 3\"\njson=true\n");
}
