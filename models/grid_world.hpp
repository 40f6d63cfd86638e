#pragma once
// GridWorld: a small world with known dynamics, in which things are there or not; each thing is a player of the game
// whose value is what the best walk from the start is worth.
#include <cstdint>
#include <string>
#include <vector>

#include <gradpath/autodiff/shape.hpp>

namespace gradpath::models {

struct Cell {
    Index row = 0, column = 0;
    bool operator==(const Cell&) const = default;
};

enum class Item : std::uint8_t {
    coin,  ///< earns its reward once
    trap,  ///< costs each time it is entered
    key,   ///< opens every door, once it is taken
    door,  ///< entered only with a key
    wall,  ///< never entered
};
std::string describe(Item item);

/// In each step the walker moves up, right, down or left; against an edge, a rock, a wall or a closed door it stays
/// where it is. Each step earns step_reward, entering the goal goal_reward and an end. Rewards k steps away count
/// discount^k.
struct GridWorld {
    struct Placed {
        Item item;
        Cell cell;
    };
    Index height = 5, width = 5;
    Cell start = {0, 0}, goal = {4, 4};
    std::vector<Cell> rocks = {};    ///< never entered, always there
    std::vector<Placed> items = {};  ///< the players
    double goal_reward = 1, coin_reward = 0.3, trap_reward = -0.4, step_reward = -0.01, discount = 0.9;
};

/// What the walker can do best.
struct BestWalk {
    double value = 0;         ///< of the start: Σ discount^k · reward k steps away
    std::vector<Cell> cells;  ///< from the start to the goal, or until the walk repeats itself
};
/// By value iteration over all states (where the walker is, what it has taken) to 1e-13, and the walk that takes in
/// each state the first of the best moves. Item i is there where bit i of `present` is set. Throws ValueError for a
/// world without cells, things outside of it or two in one cell, more than 16 coins and keys, more than 24 items, a
/// discount outside [0, 1), or rewards that are not finite.
BestWalk best_walk(const GridWorld& world, std::uint64_t present);

/// The value of the start at the bits of the items that are there, 2^items numbers. Throws as best_walk.
std::vector<double> grid_world_game(const GridWorld& world);

/// World `number` of a seed: 5 by 5, divided by a line of rocks, across or down, with two gaps: one may hold a door,
/// the other a wall. The key lies on the start's side; three coins and two traps lie anywhere. The players are, in this
/// order, the coins, the traps, key, door and wall.
GridWorld random_grid_world(std::uint64_t seed, std::uint64_t number = 0);

}  // namespace gradpath::models
