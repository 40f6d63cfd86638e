#include <gradpath/attribution/coalition/exact.hpp>

#include <algorithm>
#include <bit>
#include <cmath>

#include <gradpath/attribution/coalition/answer.hpp>
#include <gradpath/attribution/coalition/patterns.hpp>

namespace gradpath::attribution {
namespace {

/// Every dividend above the bound, shared evenly among its players.
std::vector<double> shared(Table dividends, double bound) {
    std::vector<double> shares(static_cast<std::size_t>(players_of(dividends)), 0);
    for (std::size_t s = 1; s < dividends.size(); ++s) {
        if (std::abs(dividends[s]) <= bound) continue;
        for (std::size_t i = 0; i < shares.size(); ++i)
            if ((s >> i & 1) != 0) shares[i] += dividends[s] / std::popcount(s);
    }
    return shares;
}

std::string lane_name(const Game& game, std::size_t lane) {
    const auto targets = static_cast<std::size_t>(game.evaluator().targets());
    return targets == 1
               ? text("row ", static_cast<Index>(lane))
               : text("row ", static_cast<Index>(lane / targets), ", target ", static_cast<Index>(lane % targets));
}

}  // namespace

Attribution shapley(const Model& model, const Tensor& x, const Shapley& o) {
    const Recorder recorder;
    Game game("shapley", model, x, setup_of(o));
    return answer(game, recorder, {.values = of_tables(game, shapley_values)});
}

Attribution harsanyi(const Model& model, const Tensor& x, const Harsanyi& o) {
    const Recorder recorder;
    require(std::isfinite(o.salient) && o.salient >= 0 && o.salient < 1, "harsanyi: salient must lie in [0, 1) but is ",
            o.salient);
    Game game("harsanyi", model, x, setup_of(o));
    Numbers dividends;
    std::vector<std::string> notes;
    const Numbers values = of_tables(game, [&](Table v) {
        std::vector<double> w(v.begin(), v.end());
        moebius(w);
        const double bound = salient_bound(w, o.salient > 0 ? o.salient : usual_salient);
        const auto above = std::count_if(w.begin() + 1, w.end(), [&](double d) { return std::abs(d) > bound; });
        notes.push_back(text(static_cast<Index>(above), " of ", static_cast<Index>(w.size()) - 1,
                             " coalitions are salient in ", lane_name(game, dividends.size() / w.size())));
        dividends.insert(dividends.end(), w.begin(), w.end());
        return shared(w, o.salient > 0 ? bound : 0);
    });
    Attribution result = answer(game, recorder, {.values = values, .complete = o.salient == 0});
    Shape shape{game.evaluator().rows()};
    if (result.all_targets) shape = shape.joined(Shape{game.evaluator().targets()});
    result.dividends =
        Tensor(shape.joined(Shape{Index{1} << game.players()}), std::span<const double>(dividends)).to(x.dtype());
    for (const std::string& note : notes) add_note(result.notes, note);
    return result;
}

}  // namespace gradpath::attribution
