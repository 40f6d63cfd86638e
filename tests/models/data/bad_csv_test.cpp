// Each rule of a table broken once, with the exact words.
#include "csv_file.hpp"

#include <gradpath/autodiff/tensor.hpp>

#include "autodiff/io/folder.hpp"

using namespace gradpath;
using namespace gradpath::models;

namespace {

void refused(const std::string& bytes, const std::string& message, const ReadTable& options = {.label = "y"}) {
    CAPTURE(bytes);
    CHECK(CsvFile(bytes).refusal(options) == "csv: " + message);
}

}  // namespace

TEST_CASE("a table needs rows, names and equal lengths") {
    refused("", "there must be rows: the file is empty");
    refused("\n\n", "there must be rows: the file is empty");
    refused("a,y\n", "there must be rows: there is only a header");
    refused("a,,y\n1,2,b\n", "a column must have a name: line 1, column 2");
    refused("a,y,a\n1,b,2\n", "a name must occur once: \"a\", line 1, column 3");
    refused("a,y\n1,b\n1,b,2\n", "rows must be equally long: line 3 has 3 fields, there are 2 columns");
    refused("a,y\n1,b\n\n1\n", "rows must be equally long: line 4 has 1 fields, there are 2 columns");
    refused("1,2\n3\n", "rows must be equally long: line 2 has 1 fields, there are 2 columns", {.label = "2"});
    refused("y\nb\nc\n", "there must be a column besides the label");
}

TEST_CASE("a column must be numbers or text, finite and there") {
    refused("a,y\n1,b\nx,c\n",
            "column \"a\" mixes numbers and text: \"1\" at line 2, column 1, \"x\" at line 3, column 1; mend it, or "
            "give --category or --ignore COLUMN");
    refused("a,y\n1,b\n1e999,c\n", "a number must be finite and fit float32: \"1e999\" at line 3, column 1");
    refused("a,y\n1,b\n4e38,c\n", "a number must be finite and fit float32: \"4e38\" at line 3, column 1");
    refused("a,y\n-inf,b\n1,c\n", "a number must be finite and fit float32: \"-inf\" at line 2, column 1");
    refused("a;y\n1,5;b\n2,5;c\n", "numbers take a decimal point: \"1,5\" at line 2, column 1");
    refused("a,k,y\n1,,b\n2,NA,c\n", "a column must have values: \"k\" has none; ignore it");
    refused("a,y\n\"1\"2,b\n", "a closing quote must end its field: line 2, column 1");
    refused("a,y\n\xe9t\xe9,b\n", "the text must be UTF-8: line 2, column 1");
    std::string names = "a,y\n";
    for (int i = 0; i < 257; ++i) names += "name" + std::to_string(i) + (i % 2 == 0 ? ",b\n" : ",c\n");
    refused(names, "a column may have 256 categories: \"a\" has 257; ignore it");
}

TEST_CASE("labels must be there and be classes") {
    refused("a,y\n1,b\n2,\n", "a row must have a label: \"\" at line 3, column 2");
    refused("a,y\n1,?\n2,b\n", "a row must have a label: \"?\" at line 2, column 2");
    refused("a,y\n1,b\n2,b\n", "there must be two classes at least: column \"y\" has only \"b\"");
    refused(
        "a,y\n1,0.5\n2,1\n",
        "labels must be classes, text or whole numbers: \"0.5\" at line 2, column 2; regression is not supported, so "
        "cut the numbers into classes");
    refused("a,y\n1,1e20\n2,1\n",
            "labels must be classes, text or whole numbers: \"1e20\" at line 2, column 2; regression is not supported, "
            "so cut the numbers into classes");
    std::string numbers = "a,y\n";
    for (int i = 0; i < 60; ++i) numbers += "1," + std::to_string(i % 30) + "\n";
    refused(numbers,
            "labels must be classes, few enough to be learnt: column \"y\" has 30 values in 60 rows; regression is not "
            "supported, so cut numbers into classes");
    refused("3,1,b,c\n1,0\n2,1\n3,2\n",
            "a label must be a position among the 2 classes of the first line: \"2\" at line 4, column 2", {});
}

TEST_CASE("a table must have what a model learnt: its columns, their kinds, its classes") {
    const ReadTable known{.label = "y",
                          .columns = {{.name = "a"}, {.name = "k", .categories = {"u", "v"}, .usual = "u"}},
                          .classes = {"b", "c"}};
    CHECK(CsvFile("a,k,y\n1,u,b\n").refusal(known) == "read");
    refused("a,y\n1,b\n", "the model's column \"k\" must be there: the columns are a, y", known);
    refused("a,k,y\none,u,b\n", "column \"a\" must hold numbers: \"one\" at line 2, column 1", known);
    refused("a,k,y\n1,w,b\n", "column \"k\" has the categories u, v: \"w\" at line 2, column 2", known);
    refused("a,k,y\n1,u,d\n", "the model has no such class: \"d\" at line 2, column 3", known);
}

TEST_CASE("damage to a table never does more than be refused") {
    const TempFolder folder;
    const std::string good =
        "\xef\xbb\xbf"
        "id,\"mass, kg\",colour,y\r\n1,4.5,black,b\r\n2,NA,\"white\",b\n3,20,?,c\n4,3e1,black,c\n";
    const auto read = [&](const std::string& bytes) {
        put(folder / "t.csv", bytes);
        try {
            csv_data_set(folder / "t.csv", Part::train, {.label = "y", .ignore = {"1"}});
        } catch (const ValueError&) {  // the label's name is damaged
        }
    };
    const Outcome outcome = read_damaged(good, read);
    CHECK(outcome.fine > 0);
    CHECK(outcome.refused > 0);
}

TEST_CASE("a column that is not there is the caller's mistake, with the nearest name") {
    const CsvFile file("sepal,petal,species\n1,2,a\n3,4,b\n");
    const std::string has = file.path() + " has sepal, petal, species";
    CHECK_THROWS_WITH_AS(file.load({.label = "specis"}),
                         ("csv: there is no column \"specis\": " + has + "; did you mean \"species\"?").c_str(),
                         ValueError);
    for (const char* label : {"0", "4", "-1", "3x"})
        CHECK_THROWS_WITH_AS(file.load({.label = label}),
                             ("csv: there is no column \"" + std::string(label) + "\": " + has).c_str(), ValueError);
    CHECK_THROWS_WITH_AS(file.load({.label = "species", .ignore = {"petals"}}),
                         ("csv: there is no column \"petals\": " + has + "; did you mean \"petal\"?").c_str(),
                         ValueError);
    CHECK_THROWS_WITH_AS(file.load({}),
                         ("csv: the column of the labels must be named: " + has + "; give --label COLUMN").c_str(),
                         ValueError);
    CHECK_THROWS_WITH_AS(read_csv_rows(file.path(), {}, {2}),
                         ("csv: there is no row 2: " + file.path() + " has 2 rows").c_str(), ValueError);
    CHECK_THROWS_WITH_AS(parse_csv_row("1,2", std::vector<Column>{{.name = "a"}}),
                         "csv: a row must have one value per column: 2 for 1 (1,2)", IoError);
}
