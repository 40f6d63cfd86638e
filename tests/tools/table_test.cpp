// Tables from the command line: trained on, evaluated and explained feature by feature.
#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <regex>

#include <gradpath/autodiff/random.hpp>
#include <gradpath/tools/commands/format.hpp>
#include <gradpath/tools/report/png.hpp>

#include "answers.hpp"
#include "support/real_data.hpp"

namespace {

using namespace gradpath;
using Json = nlohmann::ordered_json;
using program::fine;
using program::json_of;

/// As it would stand without columns.
std::string one_blank(const std::string& words) { return std::regex_replace(words, std::regex(" +"), " "); }

/// A table as people have them: a byte order mark, an id, quotes, gaps, a category that tells and numbers that do not.
void write_animals(const std::filesystem::path& file) {
    const char *kinds[] = {"cat", "dog", "\"bear, \"\"brown\"\"\""}, *colours[] = {"black", "brown", "white"};
    std::ofstream out(file, std::ios::binary);
    out << "\xef\xbb\xbf"
           "id,\"mass, kg\",colour,age,species\r\n";
    for (Index i = 0; i < 150; ++i) {
        const Index kind = i % 3;
        const double noise = random::uniform_at(1, 0, static_cast<std::uint64_t>(i));
        out << i << ',';
        if (i % 29 != 3) out << (kind == 0 ? 4 : kind == 1 ? 20 : 200) * (0.7 + noise);
        out << ',' << (i % 31 == 5 ? "NA" : colours[(kind + (i % 10 == 0 ? 1 : 0)) % 3]) << ','
            << std::floor(20 * random::uniform_at(1, 1, static_cast<std::uint64_t>(i))) << ',' << kinds[kind] << "\r\n";
    }
}

const std::string train_animals =
    "train --model mlp --data animals.csv --label species --ignore id --epochs 40 --out run";

double held_out_accuracy(const std::string& file, const std::string& epochs, const program::Folder& folder) {
    const Json trained =
        json_of("train --model mlp --data '" + file + "' --epochs " + epochs + " --out run --json --quiet", folder);
    const Json measured = json_of("eval run/model.safetensors --data '" + file + "' --json", folder);
    CHECK(measured["rows"] == trained["test"]["rows"]);
    CHECK(measured["accuracy"] == trained["test"]["accuracy"]);
    return measured["accuracy"];
}

}  // namespace

TEST_CASE("iris is learnt to 95 % on the fifth of its flowers held out, and explained by its features") {
    if (!have_real_data("tabular/iris.csv")) return;
    const std::string file = real_data("tabular/iris.csv");
    const program::Folder folder;
    CHECK(held_out_accuracy(file, "100", folder) >= 0.95);
    const std::string words =
        one_blank(fine("explain run/model.safetensors --input 5.1,3.5,1.4,0.2 --method integrated-gradients "
                       "--baseline typical",
                       folder)
                      .out);
    for (const char* line : {"\ntarget 0 (setosa)\n", "\nx1 5.1 5.8", "\nx2 3.5 3.0", "\nx3 1.4 3.7", "\nx4 0.2 1.2"})
        CHECK(words.find(line) != std::string::npos);
    const Json typed =
                   json_of("explain run/model.safetensors --input 5.1,3.5,1.4,0.2 --method gradient --json", folder),
               row = json_of("explain run/model.safetensors --input '" + file + ":0' --method gradient --json", folder);
    CHECK(typed["values"]["data"] == row["values"]["data"]);
    CHECK(typed["input"]["features"] == Json({"x1", "x2", "x3", "x4"}));
}

TEST_CASE("a file without a header is given names, and other commands know them") {
    if (!have_real_data("tabular/iris.csv")) return;
    const std::string file = real_data("tabular/iris.csv");
    const program::Folder folder;
    const std::string names = "'sepal length,sepal width,petal length,petal width'";
    fine("train --model mlp --data " + file + " --columns " + names + " --epochs 100 --out run --quiet", folder);
    CHECK(json_of("eval run/model.safetensors --data " + file + " --json", folder)["accuracy"] >= 0.95);
    const std::string explained = "explain run/model.safetensors --input data:" + file + ":test:0 --method gradient";
    CHECK(json_of(explained + " --json", folder)["input"]["features"] ==
          Json({"sepal length", "sepal width", "petal length", "petal width"}));
    CHECK(one_blank(fine(explained, folder).out).find("\npetal width ") != std::string::npos);
    fine(explained + " --out why", folder);
    CHECK(std::filesystem::exists(folder.path() / "why" / "heatmap.png"));
    const auto refused = [&](const std::string& columns) {
        const std::string line = "train --model mlp --data " + file + " --out other --columns " + columns;
        return program::run(line, folder.path()).err;
    };
    CHECK(refused("a,b") ==
          "gradpath: train: --data: every column must be named: " + file + " has 5 columns, 2 names are given\n");
    CHECK(refused("a,,c") == "gradpath: train: --columns takes names joined by commas: got \"a,,c\"\n");
    CHECK(refused("a,b,a") == "gradpath: train: --columns names \"a\" twice\n");
}

TEST_CASE("breast cancer is learnt to 95 % on the fifth held out, and explained by its thirty features") {
    if (!have_real_data("tabular/breast_cancer.csv")) return;
    const std::string file = real_data("tabular/breast_cancer.csv");
    const program::Folder folder;
    CHECK(held_out_accuracy(file, "20", folder) >= 0.95);
    fine("explain run/model.safetensors --input 'data:" + file +
             ":test:0,1' --method integrated-gradients --baseline typical --target true --out why --quiet",
         folder);
    const Json d = Json::parse(program::read(folder / "why/result.json"));
    CHECK(d["input"]["features"].size() == 30);
    REQUIRE(d["columns"].size() == 30);
    double sum = 0;
    for (const Json& column : d["columns"]) sum += column["attribution"][1].get<double>();
    CHECK(sum == doctest::Approx(d["f_input"][1].get<double>() - d["f_baseline"][1].get<double>()).epsilon(0.01));
    const tools::Picture picture = tools::read_png(folder / "why/heatmap.png");
    CHECK(picture.height > 2 * 30 * 24);  // two charts of thirty bars
}

TEST_CASE("a table with names, quotes, gaps and categories is trained on, told of, and remembered by the model") {
    const program::Folder folder;
    write_animals(folder / "animals.csv");
    const program::Outcome trained = fine(train_animals, folder);
    CHECK(trained.err.find("note: column \"mass, kg\": 6 of 150 values are missing and count as ") == 0);
    CHECK(trained.err.find("\nnote: column \"colour\": 5 of 150 values are missing and count as \"") !=
          std::string::npos);
    const Json measured = json_of("eval run/model.safetensors --data animals.csv --json --quiet", folder);
    CHECK(measured["rows"] == 30);
    CHECK(measured["classes"] == Json({"bear, \"brown\"", "cat", "dog"}));
    CHECK(measured["accuracy"].get<double>() >= 0.9);
    const Json info = json_of("info run/model.safetensors --json", folder);
    CHECK(info["label"] == "species");
    CHECK(info["features"] == Json({"mass, kg", "colour=black", "colour=brown", "colour=white", "age"}));
    CHECK(info["normalisation"]["sd"][1] == 1.0);
}

TEST_CASE("a row of categories is explained by feature and by column, in the table, the document and the picture") {
    const program::Folder folder;
    write_animals(folder / "animals.csv");
    fine(train_animals + " --quiet", folder);
    const std::string line =
        "explain run/model.safetensors --input '4.2, black, ?' --method integrated-gradients --baseline typical ";
    const program::Outcome told = fine(line, folder);
    CHECK(told.err.starts_with("note: column \"age\": 1 of 1 values are missing and count as "));
    const std::string words = one_blank(told.out);
    CHECK(words.find("\ncolour=black 1 ") != std::string::npos);
    CHECK(words.find("\n\ncolumn input attribution\ncolour black ") != std::string::npos);
    const Json d = json_of(line + "--target all --json --quiet --out why", folder);
    CHECK(d["columns"][1]["name"] == "colour");
    CHECK(d["columns"][1]["input"] == Json({"black"}));
    for (std::size_t k = 0; k < 3; ++k) {
        double sum = 0;
        for (std::size_t i = 1; i <= 3; ++i) sum += d["values"]["data"][0][k][i].get<double>();
        CHECK(d["columns"][1]["attribution"][0][k].get<double>() == doctest::Approx(sum));
    }
    CHECK(tools::read_png(folder / "why/heatmap.png").height > 3 * 3 * 24);  // a chart for each class
    const Json rows = json_of(
        "explain run/model.safetensors --input animals.csv:2,0 --target true --method gradient --json --quiet", folder);
    CHECK(rows["target"] == Json({0, 1}));
    const Json named = json_of(
        "explain run/model.safetensors --input animals.csv:2,0 --target dog --method gradient --json --quiet", folder);
    CHECK(named["target"] == Json({2, 2}));
}

TEST_CASE("a name with a line break in it takes one line of a table") {
    CHECK(tools::table_text({{"feature", "input"}, {"city=New\nYork", "1"}, {"a\tb", "2"}}) ==
          "feature        input\ncity=New York      1\na b                2\n");
}

TEST_CASE("a run on a table is resumed with the same reading of the table, or refused") {
    const program::Folder folder;
    write_animals(folder / "animals.csv");
    fine(train_animals + " --quiet", folder);
    CHECK(fine(train_animals + " --resume", folder).err.find("this run is finished: 40 epochs are done\n") !=
          std::string::npos);
    const program::Outcome other = program::run(train_animals + " --category age --resume --quiet", folder.path());
    CHECK(other.exit == 2);
    CHECK(other.err.find("--category was none and is age") != std::string::npos);
}

TEST_CASE("formulas take rows of tables, and models of pictures folders and records") {
    const program::Folder folder;
    std::ofstream(folder / "t.csv") << "a;b\n1;2\n3;4\n";
    CHECK(json_of("explain expr:x1*x2 --input t.csv:1 --method gradient --json", folder)["values"]["data"] ==
          Json::parse("[[4.0, 3.0]]"));
    CHECK(fine("eval expr:x1-x2 --input t.csv", folder).out == "row  f1\n0    -1\n1    -1\n");
    std::ofstream(folder / "images.bin", std::ios::binary)
        << std::string(1, '\0') << std::string(3072, '\x10') << '\1' << std::string(3072, '\x60');
    fine("train --model lenet5 --set classes=10 --data images.bin --epochs 1 --out run --quiet", folder);
}

TEST_CASE("what is wrong with a table or its options is said in a line, with the exit code of whose fault it is") {
    const program::Folder folder;
    write_animals(folder / "animals.csv");
    fine(train_animals + " --quiet", folder);
    std::ofstream(folder / "ragged.csv") << "a,b\n1,x\n2\n";
    const auto before = program::listing(folder.path());
    const auto told = [&](const std::string& line, int exit, const std::string& message) {
        CAPTURE(line);
        const program::Outcome outcome = program::run(line, folder.path());
        CHECK(outcome.exit == exit);
        CHECK(outcome.err == "gradpath: " + message + "\n");
        CHECK(program::listing(folder.path()) == before);
    };
    told("train --model mlp --data moon --out o", 2,
         "train: --data: there is no data set \"moon\": there are circles, fashion-mnist, moons, shapes, spirals, and "
         "files and folders; did you mean \"moons\"?");
    const std::string columns = "animals.csv has id, \"mass, kg\", colour, age, species";
    told("train --model mlp --data animals.csv --out o", 2,
         "train: --data: the column of the labels must be named: " + columns + "; give --label COLUMN");
    told("train --model mlp --data animals.csv --label specis --out o", 2,
         "train: --data: there is no column \"specis\": " + columns + "; did you mean \"species\"?");
    told("train --model mlp --data ragged.csv --label b --out o", 4,
         "csv: rows must be equally long: line 3 has 1 fields, there are 2 columns (ragged.csv)");
    told("train --model mlp --data animals.csv --label species --header maybe --out o", 2,
         "train: --header takes auto, yes or no: got \"maybe\"");
    told("train --model mlp --data animals.csv --label species --separator comme --out o", 2,
         "train: --separator takes auto, comma, semicolon or tab: got \"comme\"; did you mean \"comma\"?");
    const std::string explain = "explain run/model.safetensors --method gradient --input ";
    told(explain + "animals.csv:150", 2, "explain: --input: there is no row 150: animals.csv has 150 rows");
    told(explain + "4,5", 2, "explain: --input: the model takes 3 values a row, \"mass, kg\", colour, age: got 2");
    told(explain + "red,5", 2, "explain: --input: the model takes 3 values a row, \"mass, kg\", colour, age: got 2");
    told(explain + "4,red,5", 2,
         "explain: --input: column \"colour\" has the categories black, brown, white: \"red\" at line 1, column 2 "
         "(4,red,5)");
    told(explain + "ragged.csv", 4,
         "csv: rows must be equally long: line 3 has 1 fields, there are 2 columns (ragged.csv)");
    told("explain expr:x1 --input 1 --method integrated-gradients --baseline typical", 2,
         "explain: --baseline typical is a row of a table's means: expr:x1 was not trained on a table");
}
