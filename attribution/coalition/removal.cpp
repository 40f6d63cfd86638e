#include <gradpath/attribution/coalition/removal.hpp>

#include <algorithm>

#include <gradpath/attribution/coalition/answer.hpp>

namespace gradpath::attribution {
namespace {

/// Where windows begin: each stride further, the last so that it ends at the edge.
std::vector<Index> starts(Index length, Index window, Index stride) {
    std::vector<Index> list;
    for (Index first = 0; first + window < length; first += stride) list.push_back(first);
    list.push_back(length - window);
    return list;
}

struct Plane {
    Index height, width;
};
Plane plane_of(const Shape& row) { return {row.rank() >= 2 ? row[-2] : 1, row[-1]}; }

Extent chosen_window(const Occlusion& o, const Plane& plane) {
    Extent window = o.window;
    if (window == Extent{} && plane.height > 1) window = {(plane.height + 3) / 4, (plane.width + 3) / 4};
    if (window == Extent{}) window = {1, 1};
    if (plane.height == 1) window.height = 1;  // "3" along the only axis
    require<ShapeError>(window.height <= plane.height && window.width <= plane.width, "occlusion: the window ",
                        field_text(window), " is larger than the input's ", plane.height, "x", plane.width);
    return window;
}

/// The pixels, numbered row by row, of every window.
std::vector<std::vector<Index>> windows_of(const Plane& plane, const Extent& window, const Extent& given) {
    const Extent stride = given == Extent{} ? Extent{(window.height + 1) / 2, (window.width + 1) / 2} : given;
    std::vector<std::vector<Index>> windows;
    for (const Index top : starts(plane.height, window.height, stride.height))
        for (const Index left : starts(plane.width, window.width, stride.width)) {
            std::vector<Index> pixels;
            for (Index y = top; y < top + window.height; ++y)
                for (Index x = left; x < left + window.width; ++x) pixels.push_back(y * plane.width + x);
            windows.push_back(std::move(pixels));
        }
    return windows;
}

/// v(everybody) - v(all but these): [lists · lanes].
Numbers losses(Game& game, const std::vector<std::vector<Index>>& lists) {
    constexpr std::size_t at_once = 1024;
    Numbers all;
    const auto lanes = static_cast<std::size_t>(game.lanes());
    for (std::size_t first = 0; first < lists.size(); first += at_once) {
        const std::size_t last = std::min(lists.size(), first + at_once);
        std::vector<Coalition> left(last - first, everybody(game.players()));
        for (std::size_t k = first; k < last; ++k)
            for (const Index player : lists[k]) left[k - first].remove(player);
        const Numbers v = game.values(left);
        for (std::size_t k = 0; k < v.size(); ++k) all.push_back(game.v_everybody()[k % lanes] - v[k]);
        game.evaluator().tell("occlusion", static_cast<Index>(last), static_cast<Index>(lists.size()));
    }
    return all;
}

}  // namespace

Attribution feature_ablation(const Model& model, const Tensor& x, const FeatureAblation& o) {
    const Recorder recorder;
    Game game("feature-ablation", model, x, setup_of(o));
    std::vector<std::vector<Index>> each;
    for (Index i = 0; i < game.players(); ++i) each.push_back({i});
    const Numbers lost = losses(game, each);
    Shares shares{.values = Numbers(lost.size()), .complete = false};
    const auto lanes = static_cast<std::size_t>(game.lanes());
    for (std::size_t k = 0; k < lost.size(); ++k) shares.values[k % lanes * each.size() + k / lanes] = lost[k];
    return answer(game, recorder, shares);
}

Attribution occlusion(const Model& model, const Tensor& x, const Occlusion& o) {
    const Recorder recorder;
    const Shape row = x.rank() >= 2 ? x.shape().slice(1, x.rank()) : Shape{1};
    const Plane plane = plane_of(row);
    Game game("occlusion", model, x,
              {.target = o.target,
               .baseline = o.baseline,
               .stage = o.stage,
               .groups = x.size() > 0 ? pixels_of(row) : Groups{},
               .seed = o.seed,
               .run = o.run});
    const std::vector<std::vector<Index>> windows = windows_of(plane, chosen_window(o, plane), o.stride);
    const Numbers lost = losses(game, windows);
    const auto lanes = static_cast<std::size_t>(game.lanes()), players = static_cast<std::size_t>(game.players());
    Numbers sums(lanes * players, 0), holding(players, 0);
    for (std::size_t w = 0; w < windows.size(); ++w)
        for (const Index pixel : windows[w]) {
            const auto p = static_cast<std::size_t>(pixel);
            ++holding[p];
            for (std::size_t lane = 0; lane < lanes; ++lane) sums[lane * players + p] += lost[w * lanes + lane];
        }
    for (std::size_t k = 0; k < sums.size(); ++k)  // a pixel's channels share what it got when the answer is spread
        if (holding[k % players] > 0) sums[k] /= holding[k % players];
    Attribution result = answer(game, recorder, {.values = sums, .complete = false});
    result.players.reset();
    return result;
}

}  // namespace gradpath::attribution
