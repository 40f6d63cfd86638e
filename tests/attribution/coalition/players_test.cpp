#include <attribution/functions.hpp>

using namespace attribution_tests;
using attribution::Coalition;
using attribution::describe;
using attribution::parse_groups;
using attribution::players_of;

namespace {

using Players = std::vector<Index>;

Players players(const char* groups, const Shape& row) { return players_of("m", parse_groups(groups), row).of; }
std::string error(const char* groups, const Shape& row) {
    return error_of<Error>([&] { players(groups, row); });
}

}  // namespace

TEST_CASE("groups divide rows into players") {
    CHECK(players("features", {3}) == Players{0, 1, 2});
    CHECK(players("block:2", {5}) == Players{0, 0, 1, 1, 2});
    CHECK(players("1,0,1", {3}) == Players{1, 0, 1});
    CHECK(players("patches:2x2", {2, 3}) == Players{0, 0, 1, 0, 0, 1});
    CHECK(players("grid:2x2", {3, 3}) == Players{0, 0, 1, 0, 0, 1, 2, 2, 3});
    CHECK(players("grid:1x2", {2, 1, 2}) == Players{0, 1, 0, 1});  // both channels of a pixel
    CHECK(players_of("m", parse_groups("patches:2"), {2, 3}).sizes == Players{4, 2});
}

TEST_CASE("groups read back as they are written") {
    for (const char* groups : {"features", "block:3", "patches:7x5", "grid:4x4", "0,1,1,0"})
        CHECK(describe(parse_groups(groups)) == groups);
    CHECK(describe(parse_groups("patches:7")) == "patches:7x7");
}

TEST_CASE("groups that are wrong are refused") {
    const std::string forms =
        " There are: features patches:7x7 grid:4x4 block:K, or the player of every feature such as 0,0,1,2";
    CHECK(error("patch:7x7", {9, 9}) == "groups: 'patch:7x7' is unknown." + forms);
    CHECK(error("grid", {9, 9}) == "groups: 'grid' is unknown; did you mean 'grid'?" + forms);
    CHECK(error("grid:0x3", {9, 9}) == "groups grid: sides must be at least 1 but are 0x3");
    CHECK(error("grid:1x2x3", {9, 9}) == "groups grid: must be a length such as 7 or two such as 7x5 but is '1x2x3'");
    CHECK(error("block:2x3", {9}) == "groups block: must be one length such as block:3 but is 'block:2x3'");
    CHECK(error("grid:10x2", {9, 9}) ==
          "m: groups: a grid of 10x2 needs at least as many pixels but the input has 9x9");
    CHECK(error("patches:2x2", {9}) ==
          "m: groups patches:2x2 need rows with two axes but they have shape (9,); use block:K");
    CHECK(error("0,1", {3}) == "m: groups name the players of 2 features but the input has 3");
    CHECK(error("0,2,2", {3}) == "m: groups: players are 0 .. 2 but 1 has no feature");
}

TEST_CASE("coalitions are sets, of more than 64 players, too") {
    for (const Index n : {1, 3, 64, 65, 200}) {
        Coalition s(n);
        CHECK(s.size() == 0);
        s.add(n - 1);
        CHECK(s.contains(n - 1));
        CHECK(s.size() == 1);
        CHECK(s.rest().size() == n - 1);
        CHECK(attribution::everybody(n).size() == n);
        CHECK(s.rest().with(n - 1) == attribution::everybody(n));
        s.remove(n - 1);
        CHECK(s == Coalition(n));
    }
    CHECK(Coalition(4, 0b1010).contains(3));
    CHECK_FALSE(Coalition(4, 0b1010).contains(2));
}
