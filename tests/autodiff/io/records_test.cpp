#include <doctest/doctest.h>

#include <zlib.h>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/io/records.hpp>

#include "folder.hpp"

using namespace gradpath;
using namespace gradpath::io;

namespace {

using Rows = std::vector<std::vector<std::string>>;

Rows rows(const std::string& bytes, char separator = 0) {
    Rows list;
    for (const Record& record : parse_records(bytes, "t", {.separator = separator}).list) list.push_back(record.fields);
    return list;
}

void refused(const std::string& bytes, const std::string& message) {
    CHECK_THROWS_WITH_AS(parse_records(bytes, "t.csv"), ("csv: " + message + " (t.csv)").c_str(), IoError);
}

}  // namespace

TEST_CASE("fields are told apart by RFC 4180: quotes, doubled quotes, line ends within quotes") {
    CHECK(rows("a,b\n1,2\n") == Rows{{"a", "b"}, {"1", "2"}});
    CHECK(rows("a,b\r\n1,2") == Rows{{"a", "b"}, {"1", "2"}});
    CHECK(rows("\"a,1\",\"say \"\"x\"\"\",\"two\r\nlines\"\n") == Rows{{"a,1", "say \"x\"", "two\r\nlines"}});
    CHECK(rows("\"\"\"\"\"\",\"\"") == Rows{{"\"\"", ""}});
    CHECK(rows("a,,\n,b,") == Rows{{"a", "", ""}, {"", "b", ""}});
    CHECK(rows("\xef\xbb\xbf"
               "a,b") == Rows{{"a", "b"}});
    CHECK(rows(" a b , \"c\" \t, d") == Rows{{"a b", "c", "d"}});
    CHECK(rows("\n\r\na,b\n\n1,2\n\n") == Rows{{"a", "b"}, {"1", "2"}});
    CHECK(rows("") == Rows{});
    CHECK(rows("grün,日本,🙂") == Rows{{"grün", "日本", "🙂"}});
}

TEST_CASE("a record knows the line it begins on, with line ends in quotes and blank lines counted") {
    const Records records = parse_records("a,\"x\ny\"\n\nb,c\n", "t");
    REQUIRE(records.list.size() == 2);
    CHECK(records.list[0].line == 1);
    CHECK(records.list[1].line == 4);
}

TEST_CASE("the separator is the one that stands most often in the first record, outside of quotes") {
    CHECK(parse_records("a;b;c\n1,5;2;3", "t").separator == ';');
    CHECK(parse_records("a\tb\n1\t2", "t").separator == '\t');
    CHECK(parse_records("\"a;b;c\",d\n", "t").separator == ',');
    CHECK(parse_records("only\n", "t").separator == ',');
    CHECK(rows("a;b,c", ',') == Rows{{"a;b", "c"}});
    CHECK(rows("a\t b \t\tc", '\t') == Rows{{"a", "b", "", "c"}});
}

TEST_CASE("what a reader could take in two ways is refused, with line and column") {
    refused("a,b\n1,x\"y\n", "a quote inside a field must be doubled, and the field quoted: line 2, column 2");
    refused("a\n\"b", "a quote must be closed: line 2, column 1");
    refused("a,\"b\nc\n", "a quote must be closed: line 1, column 2");
    refused("\"a\"b,c\n", "a closing quote must end its field: line 1, column 1");
    refused("a,b\rc,d\r", "a carriage return must stand before a line feed: line 1, column 2");
    refused(std::string("a,b\n1,\0\n", 8), "a field must not hold control characters: line 2, column 2");
    refused("a\x7f,b\n", "a field must not hold control characters: line 1, column 1");
}

TEST_CASE("text that is not UTF-8 is refused: Latin-1, UTF-16, overlong forms, surrogates, beyond the last letter") {
    const std::string rule = "the text must be UTF-8: line 1, column 1";
    for (const char* bytes : {"gr\xfcn",
                              "\xff\xfe"
                              "a",
                              "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf0\x80\x80\x80", "\xf4\x90\x80\x80",
                              "\xf5\x80\x80\x80", "\x80", "\xe2\x82", "\"\xe2\x82\""})
        refused(bytes, rule);
    refused("a,b\n1,2\n3,\xe9\n", "the text must be UTF-8: line 3, column 2");
}

TEST_CASE("a file is read plain or inside gzip, and damage never does more than be refused") {
    const TempFolder folder;
    const std::string bytes = "a,\"b, c\"\n1,2\n\"x\"\"y\",grün\n";
    put(folder / "t.csv", bytes);
    gzFile packed = gzopen((folder / "t.csv.gz").c_str(), "wb");
    gzwrite(packed, bytes.data(), static_cast<unsigned>(bytes.size()));
    gzclose(packed);
    for (const char* name : {"t.csv", "t.csv.gz"}) {
        const Records records = read_records(folder / name);
        REQUIRE(records.list.size() == 3);
        CHECK(records.list[2].fields == std::vector<std::string>{"x\"y", "grün"});
    }
    const Outcome outcome = read_damaged(bytes, [](const std::string& damaged) { parse_records(damaged, "t"); });
    CHECK(outcome.fine > 0);
    CHECK(outcome.refused > 0);
}
