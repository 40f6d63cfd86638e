#include <gradpath/attribution/coalition/answer.hpp>

#include <cmath>

namespace gradpath::attribution {
namespace {

constexpr Index most_features = 2048;  // in pairs: 32 MB for each row and target

/// Numbers of players become numbers of features: each player's is divided by how many it has.
Numbers spread(const Game& game, const Numbers& of_players, bool pairs) {
    const Players& groups = game.groups();
    const Index players = groups.count(), features = static_cast<Index>(groups.of.size());
    const auto at = [](const auto& list, Index k) { return list[static_cast<std::size_t>(k)]; };
    Numbers spread;
    for (Index lane = 0; lane < game.lanes(); ++lane)
        for (Index i = 0; i < features; ++i) {
            const Index p = at(groups.of, i);
            const double size = static_cast<double>(at(groups.sizes, p));
            if (!pairs) spread.push_back(at(of_players, lane * players + p) / size);
            for (Index j = 0; pairs && j < features; ++j) {
                const Index q = at(groups.of, j);
                const double pair = at(of_players, (lane * players + p) * players + q);
                spread.push_back(pair / (size * static_cast<double>(at(groups.sizes, q))));
            }
        }
    return spread;
}

/// Numbers of features become numbers of players, their sums.
Numbers gathered(const Game& game, const Numbers& of_features) {
    const std::vector<Index>& of = game.groups().of;
    Numbers sums(static_cast<std::size_t>(game.lanes() * game.players()), 0);
    for (std::size_t k = 0; k < of_features.size(); ++k) {
        const auto lane = static_cast<Index>(k / of.size());
        sums[static_cast<std::size_t>(lane * game.players() + of[k % of.size()])] += of_features[k];
    }
    return sums;
}

Tensor by_player(const Game& game, const Numbers& values, bool pairs) {
    Shape shape{game.evaluator().rows()};
    if (game.evaluator().objective().all_targets()) shape = shape.joined(Shape{game.evaluator().targets()});
    shape = shape.joined(Shape{game.players()});
    if (pairs) shape = shape.joined(Shape{game.players()});
    return Tensor(shape, std::span<const double>(values)).to(game.evaluator().input().dtype());
}

}  // namespace

Attribution answer(const Game& game, const Recorder& recorder, const Shares& shares) {
    Attribution result;
    const Evaluator& evaluator = game.evaluator();
    const auto of_features = [&](const Numbers& all) {
        return shares.of_features ? all : spread(game, all, shares.pairs);
    };
    const Numbers values = of_features(shares.values);
    result.values = values_like(evaluator, values, shares.pairs);
    if (shares.errors) result.standard_error = values_like(evaluator, of_features(*shares.errors), shares.pairs);
    if (game.setup().groups.kind != Groups::Kind::features)
        result.players =
            by_player(game, shares.of_features ? gathered(game, shares.values) : shares.values, shares.pairs);
    recorder.finish(result, evaluator, game.setup().target);
    if (shares.complete) report_completeness(result, values, game.v_nobody());
    else result.f_baseline = game.v_nobody();
    for (std::size_t lane = 0; lane < game.v_nobody().size(); ++lane)
        if (!std::isfinite(game.v_nobody()[lane]))
            add_note(result.notes, text("the explained number is not finite at the baseline of row ",
                                        static_cast<Index>(lane) / evaluator.targets()));
    result.baseline = game.background()[0];
    result.baseline_kind = describe(game.setup().baseline);
    if (is_random(game.setup().baseline)) result.seed = game.setup().seed;
    return result;
}

Numbers of_tables(Game& game, const OfTable& f) {
    Numbers all;
    const std::size_t size = std::size_t{1} << game.players();
    for (Index row = 0; row < game.evaluator().rows(); ++row) {
        const Numbers tables = game.table(row);
        for (std::size_t first = 0; first < tables.size(); first += size) {
            const std::vector<double> part = f(std::span(tables).subspan(first, size));
            all.insert(all.end(), part.begin(), part.end());
        }
    }
    return all;
}

void require_pairs_fit(const Game& game) {
    const auto features = static_cast<Index>(game.groups().of.size());
    require<ShapeError>(features <= most_features, game.method(), ": takes at most ", most_features,
                        " features in pairs but the input has ", features, "; explain a smaller input");
}

}  // namespace gradpath::attribution
