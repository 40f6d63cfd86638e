// Value iteration (Bellman 1957) over states = cell × what has been taken, V ← max over moves of reward + discount ·
// V', in place. It begins at what bumping for ever is worth, so that most states are right after as many sweeps as the
// walk to the goal has steps.
#include <gradpath/models/grid_world.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <set>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/random.hpp>

namespace gradpath::models {
namespace {

constexpr double exact = 1e-13;
constexpr Index most_taken = 16, most_items = 24;
constexpr std::array<Cell, 4> moves{{{-1, 0}, {0, 1}, {1, 0}, {0, -1}}};

bool inside(const GridWorld& world, const Cell& c) {
    return c.row >= 0 && c.row < world.height && c.column >= 0 && c.column < world.width;
}

bool is_taken_along(Item item) { return item == Item::coin || item == Item::key; }

std::string place(const Cell& c) { return text("(", c.row, ", ", c.column, ")"); }

void check(const GridWorld& world) {
    require(world.height >= 1 && world.width >= 1, "grid_world: a world of ", world.height, "x", world.width,
            " has no cells");
    require(world.discount >= 0 && world.discount < 1, "grid_world: discount must lie in [0, 1) but is ",
            world.discount);
    for (const double reward : {world.goal_reward, world.coin_reward, world.trap_reward, world.step_reward})
        require(std::isfinite(reward), "grid_world: rewards must be finite but one is ", reward);
    std::vector<Cell> taken{world.start, world.goal};
    taken.insert(taken.end(), world.rocks.begin(), world.rocks.end());
    for (const GridWorld::Placed& placed : world.items) taken.push_back(placed.cell);
    for (std::size_t k = 0; k < taken.size(); ++k) {
        require(inside(world, taken[k]), "grid_world: ", place(taken[k]), " is outside of ", world.height, "x",
                world.width);
        require(std::count(taken.begin(), taken.end(), taken[k]) == 1, "grid_world: two things are at ",
                place(taken[k]));
    }
    const auto along = std::ranges::count_if(world.items, is_taken_along, &GridWorld::Placed::item);
    require(along <= most_taken, "grid_world: at most ", most_taken, " coins and keys but there are ",
            static_cast<Index>(along));
    require(static_cast<Index>(world.items.size()) <= most_items, "grid_world: at most ", most_items,
            " items but there are ", static_cast<Index>(world.items.size()));
}

/// The world with some of its items, as states and what the moves in them do.
class Dynamics {
public:
    Dynamics(const GridWorld& world, std::uint64_t present)
        : world_(world), what_(static_cast<std::size_t>(world.height * world.width)) {
        for (const Cell& rock : world.rocks) at(rock).closed = true;
        at(world.goal).reward = world.goal_reward;
        for (std::size_t i = 0; i < world.items.size(); ++i)
            if ((present >> i & 1) != 0) put(world.items[i]);
    }

    struct Step {
        Index to;
        double reward;
    };
    Index states() const { return cells() << bits_; }
    Index start() const { return number(world_.start); }  ///< with nothing taken
    Cell cell(Index state) const { return {state % cells() / world_.width, state % cells() % world_.width}; }
    bool is_end(Index state) const { return cell(state) == world_.goal; }

    Step step(Index state, const Cell& move) const {
        const Cell from = cell(state), to{from.row + move.row, from.column + move.column};
        const Index taken = state / cells();
        if (!inside(world_, to) || at(to).closed || (at(to).door && (taken & keys_) == 0))
            return {state, world_.step_reward};
        const What& there = at(to);
        const bool earns = there.bit == 0 || (taken & there.bit) == 0;
        return {number(to) + (taken | there.bit) * cells(), world_.step_reward + (earns ? there.reward : 0)};
    }

private:
    struct What {
        bool closed = false, door = false;
        double reward = 0;  ///< for entering
        Index bit = 0;      ///< of what can be taken: of the number that tells what has been
    };
    Index cells() const { return world_.height * world_.width; }
    Index number(const Cell& c) const { return c.row * world_.width + c.column; }
    const What& at(const Cell& c) const { return what_[static_cast<std::size_t>(number(c))]; }
    What& at(const Cell& c) { return what_[static_cast<std::size_t>(number(c))]; }

    void put(const GridWorld::Placed& placed) {
        What& what = at(placed.cell);
        if (is_taken_along(placed.item)) what.bit = Index{1} << bits_++;
        switch (placed.item) {
            case Item::coin: what.reward = world_.coin_reward; break;
            case Item::trap: what.reward = world_.trap_reward; break;
            case Item::key: keys_ |= what.bit; break;
            case Item::door: what.door = true; break;
            case Item::wall: what.closed = true; break;
        }
    }

    const GridWorld& world_;
    std::vector<What> what_;
    Index bits_ = 0, keys_ = 0;
};

struct Plan {
    std::vector<double> value;           ///< of each state
    std::vector<Dynamics::Step> choice;  ///< the first of the best moves
};

/// The best move of each state under the values so far; returns the largest change of a value.
double sweep(const std::vector<std::array<Dynamics::Step, moves.size()>>& steps, double discount, Plan& plan) {
    double change = 0;
    for (std::size_t s = 0; s < steps.size(); ++s) {
        if (steps[s][0].to < 0) continue;  // an end
        double best = -std::numeric_limits<double>::infinity();
        for (const Dynamics::Step& step : steps[s]) {
            const double worth = step.reward + discount * plan.value[static_cast<std::size_t>(step.to)];
            if (worth <= best) continue;
            best = worth;
            plan.choice[s] = step;
        }
        change = std::max(change, std::abs(best - plan.value[s]));
        plan.value[s] = best;
    }
    return change;
}

Plan iterate(const GridWorld& world, const Dynamics& dynamics) {
    const auto states = static_cast<std::size_t>(dynamics.states());
    std::vector<std::array<Dynamics::Step, moves.size()>> steps(states);
    Plan plan{std::vector<double>(states, world.step_reward / (1 - world.discount)),
              std::vector<Dynamics::Step>(states, {-1, 0})};
    for (std::size_t s = 0; s < states; ++s) {
        const auto state = static_cast<Index>(s);
        const bool end = dynamics.is_end(state);
        if (end) plan.value[s] = 0;
        for (std::size_t m = 0; m < moves.size(); ++m)
            steps[s][m] = end ? Dynamics::Step{-1, 0} : dynamics.step(state, moves[m]);
    }
    while (sweep(steps, world.discount, plan) > exact) continue;
    return plan;
}

}  // namespace

std::string describe(Item item) {
    constexpr std::array names{"coin", "trap", "key", "door", "wall"};
    return names[static_cast<std::size_t>(item)];
}

BestWalk best_walk(const GridWorld& world, std::uint64_t present) {
    check(world);
    const Dynamics dynamics(world, present);
    const Plan plan = iterate(world, dynamics);
    Index state = dynamics.start();
    BestWalk walk{.value = plan.value[static_cast<std::size_t>(state)], .cells = {}};
    for (std::set<Index> seen; state >= 0 && seen.insert(state).second;
         state = plan.choice[static_cast<std::size_t>(state)].to)
        walk.cells.push_back(dynamics.cell(state));
    return walk;
}

std::vector<double> grid_world_game(const GridWorld& world) {
    check(world);
    std::vector<double> values;
    for (std::uint64_t present = 0; present < std::uint64_t{1} << world.items.size(); ++present) {
        const Dynamics dynamics(world, present);
        values.push_back(iterate(world, dynamics).value[static_cast<std::size_t>(dynamics.start())]);
    }
    return values;
}

GridWorld random_grid_world(std::uint64_t seed, std::uint64_t number) {
    GridWorld world;
    const auto shuffled = [&](Index count, std::uint64_t k) {
        return random::permutation(count, seed, 4 * number + k);
    };
    const Indices layout = shuffled(6, 0), gaps = shuffled(5, 1);
    const bool across = layout[0] % 2 == 0;
    const Index line = 1 + layout[0] / 2;  // 1, 2 or 3: start and goal stay clear
    const auto cell = [&](Index along, Index over) { return across ? Cell{along, over} : Cell{over, along}; };
    for (Index k = 2; k < 5; ++k) world.rocks.push_back(cell(line, gaps[k]));
    std::vector<Cell> near, free;
    for (Index along = 0; along < 5; ++along)
        for (Index over = 0; over < 5; ++over) {
            const Cell c = cell(along, over);
            if (along == line || c == world.start || c == world.goal) continue;
            free.push_back(c);
            if (along < line) near.push_back(c);
        }
    const Cell key = near[static_cast<std::size_t>(shuffled(static_cast<Index>(near.size()), 2)[0])];
    std::erase(free, key);
    const Indices order = shuffled(static_cast<Index>(free.size()), 3);
    for (Index k = 0; k < 5; ++k)
        world.items.push_back({k < 3 ? Item::coin : Item::trap, free[static_cast<std::size_t>(order[k])]});
    world.items.push_back({Item::key, key});
    world.items.push_back({Item::door, cell(line, gaps[0])});
    world.items.push_back({Item::wall, cell(line, gaps[1])});
    return world;
}

}  // namespace gradpath::models
