#pragma once
// Options that methods of this folder share.
#include <cstdint>
#include <optional>

#include <gradpath/attribution/coalition/players.hpp>
#include <gradpath/attribution/core/baseline.hpp>
#include <gradpath/attribution/core/model.hpp>

namespace gradpath::attribution {

inline constexpr const char* groups_help =
    "players: features, patches:7x7, grid:4x4, block:K, or the player of every feature";

inline constexpr const char* tolerance_help =
    "sample until the 95 % half-widths, divided by max(|dF|, sum |A|), are within it";
inline constexpr const char* max_samples_help = "draws, at most, to meet a tolerance";

/// The options that sampling methods share.
struct Sampling {
    std::optional<Index> samples = {};     ///< draws; left out: the method's own number, or all there are to draw
    std::optional<double> tolerance = {};  ///< of half_width; samples are then as many as it takes
    Index max_samples = 100'000;           ///< at most, to meet a tolerance
    bool antithetic = true;                ///< every draw with its opposite

    static void visit(auto& self, auto&& f) {
        f("samples", self.samples, "draws; automatic: exact for few players, else the method's own number");
        f("tolerance", self.tolerance, tolerance_help);
        f("max-samples", self.max_samples, max_samples_help);
        f("antithetic", self.antithetic, "every draw with its opposite, which takes variance away");
    }
};

/// Of a method that plays a game without drawing coalitions.
struct GameOptions {
    Target target = Predicted{};
    Baseline baseline = baseline::Zero{};
    OutputStage stage = {};
    Groups groups = {};
    std::uint64_t seed = 0;
    Run run = {};

    static void visit(auto& self, auto&& f) {
        f("groups", self.groups, groups_help);
        f("seed", self.seed, "of a random baseline");
    }
};

/// Of one that may draw some.
struct SampledGameOptions {
    Target target = Predicted{};
    Baseline baseline = baseline::Zero{};
    OutputStage stage = {};
    Groups groups = {};
    Sampling sampling = {};
    std::uint64_t seed = 0;
    Run run = {};

    static void visit(auto& self, auto&& f) {
        f("groups", self.groups, groups_help);
        Sampling::visit(self.sampling, f);
        f("seed", self.seed, "of what is drawn, and of a random baseline");
    }
};

}  // namespace gradpath::attribution
