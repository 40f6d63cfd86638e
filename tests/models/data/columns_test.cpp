#include <doctest/doctest.h>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/models/data/columns.hpp>

using namespace gradpath;
using namespace gradpath::models;

TEST_CASE("a column of numbers is a feature, a column of categories one for each") {
    const std::vector<Column> columns{{.name = "age", .mean = 30},
                                      {.name = "colour", .categories = {"blue", "red"}, .usual = "red"}};
    CHECK(feature_count(columns) == 3);
    CHECK(feature_names(columns) == std::vector<std::string>{"age", "colour=blue", "colour=red"});
    CHECK(feature_names({}).empty());
    CHECK_NOTHROW(check(columns, 3));
    CHECK_NOTHROW(check({}, 7));
    CHECK_THROWS_WITH_AS(check(columns, 2), "columns: features must be as many as inputs: 3 for 2", ValueError);
}

TEST_CASE("columns that contradict themselves are refused with the rule") {
    const auto refused = [](const std::vector<Column>& columns, const char* message) {
        CHECK_THROWS_WITH_AS(check(columns, feature_count(columns)), message, ValueError);
    };
    refused({{.name = ""}}, "columns: a column must have a name");
    refused({{.name = "a"}, {.name = "a"}}, "columns: a name must occur once: \"a\"");
    refused({{.name = "a", .mean = 1 / 0.0}}, "columns: the mean of \"a\" must be finite: inf");
    refused({{.name = "a", .categories = {"x", "x"}, .usual = "x"}}, "columns: the categories of \"a\" must differ");
    refused({{.name = "a", .categories = {"x", "y"}, .usual = "z"}},
            "columns: the usual category of \"a\" must be one of its categories: \"z\"");
}
