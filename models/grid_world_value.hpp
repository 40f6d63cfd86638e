#pragma once
// A network that knows what a grid world is worth: a function of how far each item is there, from 0 to 1.
#include <atomic>
#include <cstdint>
#include <vector>

#include <gradpath/models/grid_world.hpp>
#include <gradpath/models/model.hpp>

namespace gradpath::models {

struct GridWorldValue {
    std::vector<Index> hidden = {32, 32};
    Index mixtures = 128;     ///< examples between the corners
    Index iterations = 1000;  ///< of L-BFGS, at most
    std::uint64_t seed = 0;
    const std::atomic<bool>* cancel = nullptr;  ///< throws Cancelled when set
};
struct FittedValue {
    Model net;         ///< float64 [rows, items] → [rows, 1]
    double error = 0;  ///< root mean square over the 2^items corners
};
/// An mlp with softplus between, fitted by L-BFGS to the world's game: all 2^items corners x_S with v(S), and mixtures
/// λ x_S + (1 - λ) x_T of two random corners with λ v(S) + (1 - λ) v(T), so that between the corners it is told to be
/// gentle. `game` is grid_world_game(world). Throws ShapeError unless game has 2^n numbers with n from 1 to 16,
/// ValueError for negative mixtures or iterations below 1.
FittedValue fit_grid_world_value(const std::vector<double>& game, const GridWorldValue& options = {});

}  // namespace gradpath::models
