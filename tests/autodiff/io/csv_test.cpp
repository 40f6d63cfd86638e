#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/io/csv.hpp>

#include "folder.hpp"

using namespace gradpath;
using namespace gradpath::io;

TEST_CASE("a table becomes lines of numbers that read back exactly") {
    const double third = 1.0 / 3, tiny = std::numeric_limits<double>::denorm_min();
    const std::string text = csv_text({{"step", "loss"}, {{1, third}, {2, tiny}}});
    CHECK(text == "step,loss\n1,0.3333333333333333\n2,5e-324\n");
    CHECK(std::stod(text.substr(text.find("0.3"), 18)) == third);
}

TEST_CASE("numbers that are none are nan, inf and -inf") {
    CHECK(csv_text({{"a", "b", "c"}, {{NAN, INFINITY, -INFINITY}}}) == "a,b,c\nnan,inf,-inf\n");
}

TEST_CASE("header fields with commas, quotes or line ends are quoted") {
    CHECK(csv_text({{"a,b", "say \"x\"", "two\nlines", "plain"}, {}}) ==
          "\"a,b\",\"say \"\"x\"\"\",\"two\nlines\",plain\n");
}

TEST_CASE("a table without rows is its header, and one without columns an empty line") {
    CHECK(csv_text({{"a"}, {}}) == "a\n");
    CHECK(csv_text({}) == "\n");
}

TEST_CASE("a row of another length than the header is refused before anything is written") {
    const TempFolder folder;
    CHECK_THROWS_WITH_AS(write_csv(folder / "x.csv", {{"a", "b"}, {{1, 2}, {3}}}),
                         "csv: a row must be as long as the header: row 1 has 1 numbers for 2 columns", ValueError);
    CHECK(folder.entries() == 0);
    write_csv(folder / "x.csv", {{"a"}, {{1}}});
    CHECK(read_file(folder / "x.csv") == "a\n1\n");
}
