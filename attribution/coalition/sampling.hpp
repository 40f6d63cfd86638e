#pragma once
// Sampling until it is exact enough: blocks of draws, each of them unbiased by itself, their mean, its standard error
// and half-width.
#include <functional>
#include <optional>
#include <vector>

#include <gradpath/attribution/coalition/answer.hpp>
#include <gradpath/attribution/coalition/game.hpp>
#include <gradpath/attribution/coalition/options.hpp>
#include <gradpath/attribution/core/average.hpp>

namespace gradpath::attribution {

/// How long a method samples.
struct Effort {
    Index samples;                         ///< draws, where there is no tolerance
    std::optional<double> tolerance = {};  ///< of the relative half-width: as many draws as it takes
    Index max_samples = 0;                 ///< then, at most
    Index block = 1;                       ///< draws that depend on each other
};

/// Of options: `standard` draws where they say nothing.
inline Effort effort_of(const Sampling& o, Index standard, Index block) {
    return {o.samples.value_or(standard), o.tolerance, o.max_samples, block};
}

/// Draws that may depend on each other.
struct Block {
    std::vector<Coalition> coalitions;
    /// What the block comes to, [lanes · width], from v of its coalitions, [coalitions · lanes].
    std::function<Numbers(const Numbers& v)> answer;
};

/// The numbers of a lane and their standard errors; none of those below two blocks.
struct Lane {
    std::vector<double> values, errors = {};
};
/// What the means of a lane's blocks stand for; by default for themselves.
using Reading = std::function<Lane(Lane means, std::size_t lane)>;

/// What sampling came to.
struct Sampled {
    Shares shares;
    Index samples = 0;
    std::vector<double> half_width = {};  ///< per lane: the largest of 95 %, relative; empty below two blocks
    std::vector<bool> met = {};           ///< per row, where there is a tolerance
};

/// The two ways to the values of a game.
struct Ways {
    OfTable exact;  ///< from the table of a lane
    std::function<Block(Index k)> block;
    Effort effort;
    bool pairs = false, complete = true;
};
/// Exactly for up to 16 players where samples and tolerance are left out, else by sampling.
Attribution exact_or_sampled(Game& game, const Recorder& recorder, const Sampling& options, const Ways& ways);

/// The mean of blocks 0, 1, .. . A row stops when it is exact enough, so its answer does not depend on other rows.
/// A tolerance is looked at from 30 blocks on, each time there are a quarter more. `width`: numbers per lane. Throws
/// ValueError (naming the game's method) for an effort out of range.
Sampled sample(Game& game, const Effort& effort, Index width, const std::function<Block(Index k)>& block);

/// The same for methods that ask for something else than values of coalitions: what blocks first .. last-1 come to,
/// each [lanes · width].
using Answers = std::function<std::vector<Numbers>(Index first, Index last)>;
Sampled sample_answers(Game& game, const Effort& effort, Index width, const Answers& answers,
                       const Reading& reading = {});

/// Fills in samples, seed, half-width and what became of the tolerance.
Attribution answer(const Game& game, const Recorder& recorder, const Sampled& sampled, const Effort& effort);

/// The same into a result that is there already.
void tell_effort(Attribution& result, const Sampled& sampled, const Effort& effort);

/// How many draws to have before a half-width is looked at for the first time, and when to look again.
inline constexpr Index first_look = 30;
inline Index next_look(Index look) { return look + (look + 3) / 4; }

/// t with P(|T| < t) = 0.95 for so many degrees of freedom, from 1 on.
double t_quantile(Index freedom);

/// The largest half-width of a lane's numbers, t times the standard error, divided by max(|dF|, Σ|A|, 1e-12).
double relative_half_width(std::span<const double> values, std::span<const double> errors, double difference,
                           Index freedom);

/// Throws ValueError (naming `method`) for samples below 1, a tolerance not above 0, or max-samples below 1.
void require_effort(const std::string& method, const Effort& effort);

}  // namespace gradpath::attribution
