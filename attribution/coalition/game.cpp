// Composites of input and baseline are made chunk by chunk and evaluated in one forward pass each. The same coalition
// gives the same bits whenever it is evaluated, so what is remembered changes nothing but the work.
#include <gradpath/attribution/coalition/game.hpp>

#include <algorithm>

#include <gradpath/autodiff/ops.hpp>

namespace gradpath::attribution {
namespace {

constexpr Index always_tabled = 20;  // players whose table is made whatever the budget: 8 MB for each target
constexpr Index most_tabled = 40;    // 2^40 numbers are 8 TB
constexpr Index told_every = 1024;   // coalitions between two words of progress
constexpr Index always_listed = Index{1} << 16;  // coalitions at a time, whatever the budget

/// Row k of the result is rows[k] of the input where `member` says so, else of the baseline draws[k].
template <Real T>
class Composites {
public:
    Composites(const Tensor& input, const std::vector<Tensor>& background)
        : input_(input), background_(background), features_(static_cast<std::size_t>(input.size() / input.rows())) {}

    void add(const std::vector<char>& member, Index row, Index draw) {
        const auto first = static_cast<std::size_t>(row) * features_;
        const T* in = input_.data<T>().data() + first;
        const T* out = background_[static_cast<std::size_t>(draw)].template data<T>().data() + first;
        for (std::size_t i = 0; i < features_; ++i) numbers_.push_back(member[i] != 0 ? in[i] : out[i]);
    }
    Tensor made() const {
        const auto count = static_cast<Index>(numbers_.size() / features_);
        return Tensor(input_.shape().with(0, count), std::span<const T>(numbers_));
    }

private:
    const Tensor& input_;
    const std::vector<Tensor>& background_;
    std::size_t features_;
    std::vector<T, Pooled<T>> numbers_;
};

std::vector<char> members(const Coalition& s, const Players& players) {
    std::vector<char> member;
    for (const Index player : players.of) member.push_back(s.contains(player) ? 1 : 0);
    return member;
}

}  // namespace

Game::Game(std::string method, const Model& model, const Tensor& x, const Setup& setup)
    : setup_(setup),
      evaluator_(std::move(method), model, x, setup.target, setup.stage, setup.run),
      players_(players_of(evaluator_.method(), setup.groups, x.shape().slice(1, x.rank()))),
      v_nobody_(static_cast<std::size_t>(lanes()), 0) {
    const Index draws = samples_of(setup.baseline);
    for (Index k = 0; k < draws; ++k) {
        background_.push_back(draw_baseline(this->method(), setup.baseline, evaluator_.input(), {setup.seed, k}));
        const std::vector<double> f = evaluator_.values(background_.back(), "baseline");
        for (std::size_t lane = 0; lane < f.size(); ++lane) v_nobody_[lane] += f[lane];
    }
    for (double& v : v_nobody_) v /= static_cast<double>(draws);
    forget();
}

void Game::forget() {
    remembered_.assign(v_nobody_.begin(), v_nobody_.end());
    remembered_.insert(remembered_.end(), v_everybody().begin(), v_everybody().end());
    known_ = {{Coalition(players()), 0}, {everybody(players()), 1}};
}

Points Game::points(const Batch& batch, Index first, Index last) const {
    const auto draws = static_cast<Index>(background_.size());
    Points points;
    const auto add_all = [&](auto composites) {
        std::vector<char> member;
        Index made = -1;
        for (Index k = first; k < last; ++k) {
            const Index c = k / (batch.rows * draws), row = batch.first_row + k / draws % batch.rows;
            if (c != made) member = members(batch.at(made = c), players_);
            composites.add(member, row, k % draws);
            points.rows.push_back(row);
        }
        points.at = composites.made();
    };
    const Tensor& x = evaluator_.input();
    if (x.dtype() == DType::float32) add_all(Composites<float>(x, background_));
    else add_all(Composites<double>(x, background_));
    return points;
}

void Game::evaluate(const Batch& batch, const Take& take) {
    const auto draws = static_cast<Index>(background_.size());
    std::vector<double> sum(static_cast<std::size_t>(evaluator_.targets()));
    evaluator_.values(
        batch.coalitions * batch.rows * draws, [&](Index first, Index last) { return points(batch, first, last); },
        [&](Index k, std::span<const double> v) {
            if (k % draws == 0) std::ranges::fill(sum, 0.0);
            for (std::size_t t = 0; t < v.size(); ++t) sum[t] += v[t];
            if ((k + 1) % draws != 0) return;
            for (double& total : sum) total /= static_cast<double>(draws);
            take(k / (batch.rows * draws), batch.first_row + k / draws % batch.rows, sum);
        });
}

void Game::require_fits(Index coalitions, Index copies) const {
    constexpr std::size_t allocation = 16;  // what the heap adds to the bits
    const std::size_t each =
        static_cast<std::size_t>(copies) * (sizeof(Coalition) + allocation + static_cast<std::size_t>(players()) / 8);
    require(coalitions <= always_listed || static_cast<std::size_t>(coalitions) * each <= setup_.run.memory, method(),
            ": takes ", coalitions, " coalitions of ", players(),
            " players at a time, which do not fit the memory budget; group the features, as with groups=grid:4x4, or "
            "allow more memory");
}

Numbers Game::values(std::span<const Coalition> coalitions) {
    const auto width = static_cast<std::size_t>(lanes());
    if (remembered_.size() * sizeof(double) > setup_.run.memory / 8) forget();
    std::vector<std::size_t> places;
    std::vector<const Coalition*> fresh;
    for (const Coalition& s : coalitions) {
        const auto [found, is_new] = known_.try_emplace(s, known_.size());
        if (is_new) fresh.push_back(&s);
        places.push_back(found->second);
    }
    try {
        evaluate({static_cast<Index>(fresh.size()), [&](Index c) { return *fresh[static_cast<std::size_t>(c)]; }, 0,
                  evaluator_.rows()},
                 [&](Index, Index, std::span<const double> v) {
                     remembered_.insert(remembered_.end(), v.begin(), v.end());
                 });
    } catch (...) {
        forget();  // of what was announced, not all came
        throw;
    }
    Numbers all;
    for (const std::size_t place : places) {
        const auto first = remembered_.begin() + static_cast<std::ptrdiff_t>(place * width);
        all.insert(all.end(), first, first + static_cast<std::ptrdiff_t>(width));
    }
    return all;
}

Numbers Game::table(Index row) {
    const Index n = players(), targets = evaluator_.targets();
    const bool fits =
        n <= always_tabled ||
        (n < most_tabled && (std::size_t{8} << n) * static_cast<std::size_t>(targets) <= setup_.run.memory);
    require(fits, method(), ": takes every coalition of ", n,
            " players, which do not fit the memory budget; group the features, as with groups=grid:4x4, or sample");
    const Index all = Index{1} << n, nobody = 0, everyone = all - 1;
    Numbers table(static_cast<std::size_t>(targets * all));
    const auto put = [&](Index bits, std::span<const double> v) {
        for (Index t = 0; t < targets; ++t)
            table[static_cast<std::size_t>(t * all + bits)] = v[static_cast<std::size_t>(t)];
    };
    const auto lanes_of_row = [&](const std::vector<double>& v) {
        return std::span(v).subspan(static_cast<std::size_t>(row * targets), static_cast<std::size_t>(targets));
    };
    put(nobody, lanes_of_row(v_nobody_));
    put(everyone, lanes_of_row(v_everybody()));
    for (Index first = 1; first < everyone; first += told_every) {
        const Index count = std::min(told_every, everyone - first);
        evaluate({count, [&](Index c) { return Coalition(n, static_cast<std::uint64_t>(first + c)); }, row, 1},
                 [&](Index c, Index, std::span<const double> v) { put(first + c, v); });
        evaluator_.tell("coalitions", row * (all - 2) + first + count - 1, evaluator_.rows() * (all - 2));
    }
    return table;
}

Tensor Game::composite(const Coalition& s) const {
    std::vector<double> member;
    for (const char is : members(s, players_)) member.push_back(is);
    const Tensor& x = evaluator_.input();
    const Tensor mask = Tensor(x.shape().slice(1, x.rank()), std::span<const double>(member)).to(x.dtype());
    return where(broadcast_to(mask, x.shape()), x, background_[0]);
}

Tensor Game::composites(std::span<const Coalition> coalitions, Index row, Index draw) const {
    const auto all = [&](auto made) {
        for (const Coalition& s : coalitions) made.add(members(s, players_), row, draw);
        return made.made();
    };
    const Tensor& x = evaluator_.input();
    if (x.dtype() == DType::float32) return all(Composites<float>(x, background_));
    return all(Composites<double>(x, background_));
}

}  // namespace gradpath::attribution
