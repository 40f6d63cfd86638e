// Worlds that are solved by hand, laws of random ones, and the network that is fitted to a game.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include <support/close.hpp>
#include <support/refused.hpp>

#include <gradpath/autodiff/ops.hpp>
#include <gradpath/models/grid_world_value.hpp>

using namespace gradpath;
using models::best_walk;
using models::Cell;
using models::GridWorld;
using models::Item;

namespace {

using Cells = std::vector<Cell>;
constexpr std::uint64_t everything = ~std::uint64_t{0};

/// One row of cells; S is the start, G the goal, and c t k d w # are what stands there, # a rock.
GridWorld corridor(const std::string& map) {
    GridWorld world{.height = 1, .width = static_cast<Index>(map.size())};
    for (Index k = 0; k < world.width; ++k) {
        const Cell here{0, k};
        const char sign = map[static_cast<std::size_t>(k)];
        if (sign == 'S') world.start = here;
        if (sign == 'G') world.goal = here;
        if (sign == '#') world.rocks.push_back(here);
        if (const auto item = std::string("ctkdw").find(sign); item != std::string::npos)
            world.items.push_back({static_cast<Item>(item), here});
    }
    return world;
}

/// Σ discount^k (step + rewards[k]).
double worth(const std::vector<double>& rewards) {
    double value = 0;
    for (std::size_t k = 0; k < rewards.size(); ++k)
        value += std::pow(0.9, static_cast<double>(k)) * (rewards[k] - 0.01);
    return value;
}
constexpr double standing = -0.1;  // -0.01 / (1 - 0.9): for ever against a wall

bool is(double a, double b) { return tests::close(a, b, 1e-11); }

/// What a walk earns, by the rules read once more.
double earned(const GridWorld& world, const Cells& cells) {
    std::set<Index> taken;
    std::vector<double> rewards;
    for (std::size_t k = 1; k < cells.size(); ++k) {
        rewards.push_back(cells[k] == world.goal ? world.goal_reward : 0);
        for (std::size_t i = 0; i < world.items.size(); ++i) {
            if (world.items[i].cell != cells[k] || cells[k] == cells[k - 1]) continue;
            if (world.items[i].item == Item::trap) rewards.back() += world.trap_reward;
            if (world.items[i].item == Item::coin && taken.insert(static_cast<Index>(i)).second)
                rewards.back() += world.coin_reward;
        }
    }
    return worth(rewards);
}

}  // namespace

TEST_CASE("an empty corridor is worth the goal, discounted, less its steps") {
    const models::BestWalk walk = best_walk(corridor("S...G"), 0);
    CHECK(is(walk.value, std::pow(0.9, 3) - 0.01 * (1 - std::pow(0.9, 4)) / 0.1));
    CHECK(walk.cells == Cells{{0, 0}, {0, 1}, {0, 2}, {0, 3}, {0, 4}});
    CHECK(is(best_walk(corridor("SG"), 0).value, 0.99));
    GridWorld greedy = corridor("cSG");
    greedy.discount = 0;
    CHECK(is(best_walk(greedy, 1).value, 0.99));  // nothing but the next step counts
}

TEST_CASE("a coin is worth a detour, and is there once") {
    const models::BestWalk walk = best_walk(corridor("cSG"), everything);
    CHECK(is(walk.value, worth({0.3, 0, 1})));
    CHECK(walk.cells == Cells{{0, 1}, {0, 0}, {0, 1}, {0, 2}});
    CHECK(is(best_walk(corridor("cSG"), 0).value, worth({1})));
    CHECK(is(best_walk(corridor("ScG"), 1).value, worth({0.3, 1})));
}

TEST_CASE("a trap costs each time, and one that costs too much is not entered") {
    CHECK(is(best_walk(corridor("StG"), 1).value, worth({-0.4, 1})));
    CHECK(is(best_walk(corridor("ktSdG"), everything).value, standing));  // the key lies behind a trap, twice
    GridWorld mild = corridor("ktSdG");
    mild.trap_reward = -0.05;
    CHECK(is(best_walk(mild, everything).value, worth({-0.05, 0, -0.05, 0, 0, 1})));
    GridWorld deep = corridor("StG");
    deep.trap_reward = -2;
    CHECK(is(best_walk(deep, 1).value, standing));
    CHECK(best_walk(deep, 1).cells == Cells{{0, 0}});
}

TEST_CASE("walls, rocks and doors without a key are closed") {
    CHECK(is(best_walk(corridor("SwG"), 1).value, standing));
    CHECK(is(best_walk(corridor("SwG"), 0).value, worth({0, 1})));
    CHECK(is(best_walk(corridor("S#G"), 0).value, standing));
    CHECK(is(best_walk(corridor("SdG"), 1).value, standing));
    CHECK(is(best_walk(corridor("SdG"), 0).value, worth({0, 1})));
}

TEST_CASE("a key is worth what its door is: the game of both by hand") {
    const std::vector<double> v = models::grid_world_game(corridor("kSdG"));
    const double free = worth({0, 1}), fetched = worth({0, 0, 0, 1});
    REQUIRE(v.size() == 4);
    CHECK(is(v[0], free));
    CHECK(is(v[1], free));      // a key alone is of no use
    CHECK(is(v[2], standing));  // a door alone is a wall
    CHECK(is(v[3], fetched));
    CHECK(is(v[3] - v[2] - v[1] + v[0], fetched - standing));  // what they do together
}

TEST_CASE("in the plane a wall is walked around") {
    GridWorld world{.height = 2, .width = 3, .start = {0, 0}, .goal = {0, 2}, .items = {{Item::wall, {0, 1}}}};
    CHECK(is(best_walk(world, 0).value, worth({0, 1})));
    const models::BestWalk around = best_walk(world, 1);
    CHECK(is(around.value, worth({0, 0, 0, 1})));
    CHECK(around.cells == Cells{{0, 0}, {1, 0}, {1, 1}, {1, 2}, {0, 2}});
}

TEST_CASE("random worlds: a walk earns what it is worth, and no thing does the opposite of what it is for") {
    for (std::uint64_t number = 0; number < 6; ++number) {
        CAPTURE(number);
        const GridWorld world = models::random_grid_world(3, number);
        const std::vector<double> v = models::grid_world_game(world);
        REQUIRE(v.size() == 256);
        const models::BestWalk walk = best_walk(world, everything);
        CHECK(is(walk.value, v[255]));
        if (walk.cells.back() == world.goal) CHECK(is(earned(world, walk.cells), walk.value));
        for (std::size_t i = 0; i < 8; ++i) {
            const Item item = world.items[i].item;
            const double sign = item == Item::coin || item == Item::key ? 1 : -1;
            for (std::size_t s = 0; s < 256; ++s)
                if ((s >> i & 1) == 0) CHECK(sign * (v[s | std::size_t{1} << i] - v[s]) >= -1e-11);
        }
        CHECK(v[0b11000000] < v[0]);           // both gaps closed and no key: the goal is out of reach
        CHECK(v[0b11100000] > v[0b11000000]);  // until there is one
    }
}

TEST_CASE("a random world has its things in their places, and its number and seed say which") {
    std::set<std::vector<Index>> seen;
    for (std::uint64_t number = 0; number < 20; ++number) {
        const GridWorld world = models::random_grid_world(1, number);
        std::vector<Index> places;
        std::vector<Item> kinds;
        for (const GridWorld::Placed& placed : world.items) {
            places.push_back(placed.cell.row * 5 + placed.cell.column);
            kinds.push_back(placed.item);
        }
        CHECK(kinds == std::vector{Item::coin, Item::coin, Item::coin, Item::trap, Item::trap, Item::key, Item::door,
                                   Item::wall});
        CHECK(world.rocks.size() == 3);
        CHECK(seen.insert(places).second);
    }
    CHECK(models::random_grid_world(1, 3).items[0].cell == models::random_grid_world(1, 3).items[0].cell);
}

TEST_CASE("a network is fitted to the game, and is gentle between its corners") {
    const std::vector<double> v = models::grid_world_game(models::random_grid_world(1));
    const models::FittedValue fitted = models::fit_grid_world_value(v, {.iterations = 300});
    double squares = 0, mean = 0, spread = 0;
    std::vector<double> corner(8);
    for (std::size_t s = 0; s < 256; ++s) {
        for (std::size_t i = 0; i < 8; ++i) corner[i] = static_cast<double>(s >> i & 1);
        squares += std::pow(fitted.net(Tensor({1, 8}, std::span<const double>(corner))).item() - v[s], 2) / 256;
        mean += v[s] / 256;
    }
    for (const double value : v) spread += std::pow(value - mean, 2) / 256;
    CHECK(tests::close(std::sqrt(squares), fitted.error, 1e-9));
    CHECK(fitted.error < 0.2 * std::sqrt(spread));
    const models::FittedValue again = models::fit_grid_world_value(v, {.iterations = 300});
    CHECK(models::hash(again.net) == models::hash(fitted.net));
}

TEST_CASE("worlds and games that cannot be are refused") {
    GridWorld outside, twice, empty, endless, lost, crowd, hoard;
    outside.rocks = {{5, 0}};
    twice.rocks = {{0, 0}};
    empty.height = 0;
    endless.discount = 1;
    lost.coin_reward = std::nan("");
    crowd.height = hoard.height = 30;
    for (Index k = 5; k < 30; ++k) crowd.items.push_back({Item::wall, {k, 0}});
    for (Index k = 5; k < 22; ++k) hoard.items.push_back({Item::coin, {k, 0}});
    tests::check_refused(
        {{[&] { best_walk(outside, 0); }, "grid_world: (5, 0) is outside of 5x5"},
         {[&] { best_walk(twice, 0); }, "grid_world: two things are at (0, 0)"},
         {[&] { best_walk(empty, 0); }, "grid_world: a world of 0x5 has no cells"},
         {[&] { models::grid_world_game(endless); }, "grid_world: discount must lie in [0, 1) but is 1"},
         {[&] { best_walk(lost, 0); }, "grid_world: rewards must be finite but one is nan"},
         {[&] { best_walk(crowd, 0); }, "grid_world: at most 24 items but there are 25"},
         {[&] { best_walk(hoard, 0); }, "grid_world: at most 16 coins and keys but there are 17"},
         {[&] {
              models::fit_grid_world_value({1, 2, 3});
          },
          "fit_grid_world_value: a game has 2^items numbers, 1 to 16 items, but this has 3"},
         {[&] {
              models::fit_grid_world_value({1, 2}, {.mixtures = -1});
          },
          "fit_grid_world_value: mixtures must not be below 0 but are -1"},
         {[&] {
              models::fit_grid_world_value({1, 2}, {.iterations = 0});
          },
          "fit_grid_world_value: iterations must be at least 1 but are 0"}});
}
