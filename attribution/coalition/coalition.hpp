#pragma once
// A coalition: a set of players, as bits. The players of a game are 0, 1, ..
#include <bit>
#include <cstdint>
#include <vector>

#include <gradpath/autodiff/shape.hpp>

namespace gradpath::attribution {

class Coalition {
public:
    /// Nobody, of so many players.
    explicit Coalition(Index players) : players_(players), words_(static_cast<std::size_t>((players + 63) / 64), 0) {}
    /// Player i takes part where bit i is set; of at most 64 players.
    Coalition(Index players, std::uint64_t bits) : Coalition(players) {
        if (!words_.empty()) words_[0] = bits;
    }

    Index players() const { return players_; }
    bool contains(Index player) const { return (word(player) >> (player % 64) & 1) != 0; }
    void add(Index player) { words_[static_cast<std::size_t>(player / 64)] |= bit(player); }
    void remove(Index player) { words_[static_cast<std::size_t>(player / 64)] &= ~bit(player); }
    Coalition with(Index player) const {
        Coalition more = *this;
        more.add(player);
        return more;
    }
    /// All others.
    Coalition rest() const {
        Coalition others(players_);
        for (Index i = 0; i < players_; ++i)
            if (!contains(i)) others.add(i);
        return others;
    }
    Index size() const {
        Index count = 0;
        for (const std::uint64_t w : words_) count += std::popcount(w);
        return count;
    }
    bool operator==(const Coalition&) const = default;

    struct Hash {
        std::size_t operator()(const Coalition& s) const {
            std::uint64_t hash = 0;
            for (const std::uint64_t w : s.words_) hash = (hash ^ w) * 0x9E3779B97F4A7C15u ^ hash >> 29;
            return static_cast<std::size_t>(hash);
        }
    };

private:
    static std::uint64_t bit(Index player) { return std::uint64_t{1} << (player % 64); }
    std::uint64_t word(Index player) const { return words_[static_cast<std::size_t>(player / 64)]; }

    Index players_;
    std::vector<std::uint64_t> words_;
};

/// How many coalitions of k players there are among n.
inline double choose(Index n, Index k) {
    double ways = 1;
    for (Index i = 1; i <= k; ++i) ways = ways * static_cast<double>(n - k + i) / static_cast<double>(i);
    return ways;
}

/// Everybody.
inline Coalition everybody(Index players) { return Coalition(players).rest(); }

}  // namespace gradpath::attribution
