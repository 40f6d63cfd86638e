// Tables that are as they should be.
#include "csv_file.hpp"

#include <algorithm>
#include <cmath>

#include <gradpath/models/data/load.hpp>
#include <gradpath/models/model.hpp>

#include "support/real_data.hpp"

using namespace gradpath;
using namespace gradpath::models;

namespace {

using Names = std::vector<std::string>;

const char* const zoo =
    "\xef\xbb\xbf"
    "id,\"mass, kg\",colour,species\r\n"
    "1,4,black,cat\r\n"
    "2,NA,white,cat\r\n"
    "3,20,?,dog\r\n"
    "4,30,\"white\",dog\r\n"
    "5,6,black,cat\r\n";

}  // namespace

TEST_CASE("a table becomes numbers and one-hot columns, classes in order of name, and says what was missing") {
    const CsvFile file(zoo);
    const DataSet data = file.load({.label = "species", .ignore = {"id"}});
    CHECK(data.name == "t");
    CHECK(data.label == "species");
    CHECK(data.classes == Names{"cat", "dog"});
    CHECK(std::ranges::equal(data.labels.data(), std::vector<Index>{0, 0, 1, 1, 0}));
    CHECK(feature_names(data.columns) == Names{"mass, kg", "colour=black", "colour=white"});
    REQUIRE(data.x.shape() == Shape{5, 3});
    CHECK(data.x.at(0) == 4);
    CHECK(data.x.at(1) == 1);
    CHECK(data.x.at(2) == 0);
    CHECK(data.x.at(3) == doctest::Approx(data.columns[0].mean));  // the mass of row 2 is missing
    const std::string& usual = data.columns[1].usual;
    CHECK(data.x.at(7) == (usual == "black" ? 1 : 0));  // the colour of row 3 is missing
    CHECK(data.x.at(8) == (usual == "white" ? 1 : 0));
    REQUIRE(data.notes.size() == 2);
    CHECK(data.notes[0].starts_with("column \"mass, kg\": 1 of 5 values are missing and count as "));
    CHECK(data.notes[0].ends_with(", the mean of the training rows"));
    CHECK(data.notes[1] == "column \"colour\": 1 of 5 values are missing and count as \"" + usual +
                               "\", the most frequent of the training rows");
}

TEST_CASE("what stands in for a missing value, and the normalisation, come from the training rows alone") {
    const CsvFile file(zoo);
    const ReadTable options{.label = "4", .ignore = {"1"}};  // by number
    const DataSet train = file.load(options, Part::train), test = file.load(options, Part::test);
    REQUIRE(train.x.rows() == 4);
    REQUIRE(test.x.rows() == 1);
    const DataSet all = file.load(options);
    double sum = 0;
    Index known = 0;
    for (const double mass : {4.0, 20.0, 30.0, 6.0}) {
        if (mass == test.x.at(0)) continue;
        sum += mass;
        ++known;
    }
    CHECK(all.columns[0].mean == doctest::Approx(sum / static_cast<double>(known)));
    CHECK(train.columns == test.columns);
    const Normalisation expected = channel_statistics(train.x);
    CHECK(train.normalisation.mean[0] == doctest::Approx(expected.mean[0]));
    CHECK(train.normalisation.sd[0] == doctest::Approx(expected.sd[0]));
    CHECK(train.normalisation.mean[1] == 0);  // categories stay 0 and 1
    CHECK(train.normalisation.sd[2] == 1);
    CHECK(test.normalisation == train.normalisation);
}

TEST_CASE("whole numbers are classes in order of number, and a column of numbers may be declared to be categories") {
    const CsvFile file("zip,y\n10,10\n9,9\n10,2\n7,2.0\n9,10\n");
    const DataSet data = file.load({.label = "y", .categories = {"zip"}});
    CHECK(data.classes == Names{"2", "9", "10"});
    CHECK(data.labels[3] == 0);
    CHECK(feature_names(data.columns) == Names{"zip=10", "zip=7", "zip=9"});
    CHECK(file.load({.label = "y"}).x.shape() == Shape{5, 1});
}

TEST_CASE("a first line is a header unless a field of it is a number, and one may insist") {
    const CsvFile bare("1,2,a\n3,4,b\n"), words("u,a\nv,b\nu,b\n"), years("2019,2020,y\n1,2,a\n3,4,b\n");
    CHECK(feature_names(bare.load({.label = "x3"}).columns) == Names{"x1", "x2"});
    CHECK(bare.load({.label = "3"}).x.rows() == 2);
    CHECK(words.load({.label = "2", .header = Header::no}).x.rows() == 3);
    CHECK(feature_names(years.load({.label = "y", .header = Header::yes}).columns) == Names{"2019", "2020"});
    CHECK(years.load({.label = "1", .header = Header::yes}).label == "2019");  // a number of a column
}

TEST_CASE("tabs, semicolons and gzip are read alike, and the name loses its endings") {
    const CsvFile tabs("a\ty\n1\tb\n2\tc\n", "t.tsv"), semicolons("a;y\n+1.0;b\n2e0;c\n");
    CHECK(same_bits(tabs.load({.label = "y"}).x, semicolons.load({.label = "y"}).x));
    CHECK(is_csv("a.csv"));
    CHECK(is_csv("a.tsv.gz"));
    CHECK_FALSE(is_csv("a.csv.npz"));
}

TEST_CASE("a model remembers the columns, and rows are coded its way whatever else a file holds") {
    const CsvFile file(zoo);
    const DataSet data = file.load({.label = "species", .ignore = {"id"}}, Part::train);
    const Model model = make_for(data, "mlp");
    CHECK(model.columns == data.columns);
    CHECK(model.label == "species");
    const CsvFile other("colour,note,\"mass, kg\"\nwhite,new,7\n,old,\n");
    const TableRows rows = read_csv_rows(other.path(), {.label = model.label, .columns = model.columns});
    CHECK(rows.x.shape() == Shape{2, 3});
    CHECK(rows.x.at(0) == 7);
    CHECK(rows.x.at(2) == 1);
    CHECK(rows.x.at(3) == doctest::Approx(model.columns[0].mean));
    CHECK_FALSE(rows.labels);
    CHECK(rows.notes.size() == 2);
    const TableRows picked = read_csv_rows(
        file.path(), {.label = "species", .columns = model.columns, .classes = model.class_names}, {3, 0});
    CHECK(picked.x.at(0) == 30);
    REQUIRE(picked.labels);
    CHECK((*picked.labels)[0] == 1);
    CHECK((*picked.labels)[1] == 0);
    const TableRows typed = parse_csv_row("12.5, \"white\"", model.columns);
    CHECK(typed.x.at(0) == 12.5);
    CHECK(typed.x.at(2) == 1);
    CHECK(parse_csv_row("?,?", model.columns).notes.size() == 2);
}

TEST_CASE("a class learnt as text is found in rows whose labels all happen to be numbers") {
    const Names classes{"007", "1.5", "7", "B2"};
    const auto label_of = [&](const std::string& field) {
        const TableRows rows = read_csv_rows(CsvFile("a,y\n1," + field + "\n").path(),
                                             {.label = "y", .columns = {{.name = "a"}}, .classes = classes});
        return rows.labels.value()[0];
    };
    CHECK(label_of("007") == 0);
    CHECK(label_of("1.5") == 1);
    CHECK(label_of("7") == 2);
    CHECK(label_of("7.0") == 2);  // as before: 7 by another spelling
    CHECK(label_of("B2") == 3);
}

TEST_CASE("without a model every column but the label is learnt from the file itself") {
    const CsvFile file("a,b\n1,2\n3,4\n");
    CHECK(read_csv_rows(file.path(), {}).x.shape() == Shape{2, 2});
    CHECK(read_csv_rows(file.path(), {.label = "b"}, {1}).x.at(0) == 3);
}

TEST_CASE("scikit-learn's files are recognised by their first line: names of classes, the last column their position") {
    if (!have_real_data("tabular/iris.csv")) return;
    const DataSet iris = load(real_data("tabular/iris.csv").string(), "all");
    CHECK(iris.x.shape() == Shape{150, 4});
    CHECK(iris.classes == Names{"setosa", "versicolor", "virginica"});
    CHECK(iris.label == "x5");
    CHECK(feature_names(iris.columns) == Names{"x1", "x2", "x3", "x4"});
    for (Index k = 0; k < 3; ++k) CHECK(std::ranges::count(iris.labels.data(), k) == 50);
    const DataSet test = load(real_data("tabular/iris.csv").string(), "test");
    for (Index k = 0; k < 3; ++k) CHECK(std::ranges::count(test.labels.data(), k) == 10);
    const DataSet cancer = load(real_data("tabular/breast_cancer.csv").string(), "all");
    CHECK(cancer.x.shape() == Shape{569, 30});
    CHECK(cancer.classes == Names{"malignant", "benign"});
    CHECK(load(real_data("tabular/wine_data.csv").string()).x.shape() == Shape{142, 13});
    const DataSet digits = load(real_data("tabular/digits.csv.gz").string(), "all", 0, {.label = "65"});
    CHECK(digits.name == "digits");
    CHECK(digits.x.shape() == Shape{1797, 64});
    CHECK(digits.classes.size() == 10);
}
