// An arrow that spans several layers gets a place of its own, narrow and empty, in each layer it crosses; then all
// arrows join neighbours, and places that do not overlap keep arrows out of boxes. Positions follow the neighbours
// above and below in turn; the nearest ones that keep order and distance are an isotonic regression. What the graph
// ends in and what leads there without a choice is the main line: one column, whatever branches off.
#include <gradpath/tools/report/layered.hpp>

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>

namespace gradpath::tools {
namespace {

constexpr double side_gap = 28, layer_gap = 34, lane = 10, margin = 24;
constexpr int order_sweeps = 8, position_sweeps = 12;
constexpr std::size_t no_box = static_cast<std::size_t>(-1);

using Positions = std::vector<std::size_t>;

struct Item {
    std::size_t box = no_box;  ///< or a place that an arrow goes through
    std::size_t layer = 0;
    bool main = false;  ///< on the main line
    double width = lane, height = 0;
    double x = 0;                      ///< of the centre
    Positions above = {}, below = {};  ///< items of the neighbouring layers
};

class Layers {
public:
    Layers(std::span<const Extent> boxes, std::span<const Diagram::Arrow> arrows) {
        Positions layer(boxes.size(), 0);
        std::vector<Diagram::Arrow> sorted(arrows.begin(), arrows.end());
        std::ranges::stable_sort(sorted, {}, &Diagram::Arrow::from);
        for (const Diagram::Arrow& a : sorted) layer[a.to] = std::max(layer[a.to], layer[a.from] + 1);
        rows_.resize(boxes.empty() ? 0 : *std::ranges::max_element(layer) + 1);
        for (std::size_t i = 0; i < boxes.size(); ++i)
            add({.box = i, .layer = layer[i], .width = boxes[i].width, .height = boxes[i].height});
        for (const Diagram::Arrow& a : arrows) chains_.push_back(chain(a, layer));
        mark_main_line();
    }

    /// The order within layers with the fewest crossings that some sweeps of medians come by.
    void order() {
        std::vector<Positions> best = rows_;
        std::size_t fewest = crossings();
        for (int sweep = 0; sweep < order_sweeps && fewest > 0; ++sweep) {
            for (std::size_t i = 1; i < rows_.size(); ++i)
                sort_by_medians(rows_[sweep % 2 == 0 ? i : rows_.size() - 1 - i], sweep % 2 == 0);
            for (Positions& row : rows_) swap_neighbours(row);
            const std::size_t now = crossings();
            if (now < fewest) best = rows_;
            fewest = std::min(fewest, now);
        }
        rows_ = best;
    }

    void place() {
        for (Positions& row : rows_) settle(row, false);
        for (int sweep = position_sweeps; sweep > 0; --sweep)
            for (std::size_t i = 1; i < rows_.size(); ++i) {
                const bool down = sweep % 2 == 1;  // the last one goes down: what merges stands below the main line
                follow(rows_[down ? i : rows_.size() - 1 - i], down);
            }
        for (std::size_t i = rows_.size(); i-- > 0;) straighten(rows_[i]);
    }

    Layout layout(std::size_t boxes) const;

private:
    void add(Item item) {
        rows_[item.layer].push_back(items_.size());
        items_.push_back(std::move(item));
    }

    /// The items an arrow passes, both ends included.
    Positions chain(const Diagram::Arrow& a, const Positions& layer) {
        Positions passed{a.from};
        for (std::size_t between = layer[a.from] + 1; between < layer[a.to]; ++between) {
            passed.push_back(items_.size());
            add({.layer = between});
        }
        passed.push_back(a.to);
        for (std::size_t i = 1; i < passed.size(); ++i) {
            items_[passed[i - 1]].below.push_back(passed[i]);
            items_[passed[i]].above.push_back(passed[i - 1]);
        }
        return passed;
    }

    Positions boxes_among(Positions items) const {
        std::erase_if(items, [&](std::size_t i) { return items_[i].box == no_box; });
        return items;
    }

    /// From the last box up, as long as one box alone stands above it.
    void mark_main_line() {
        if (rows_.empty()) return;
        Positions next = boxes_among(rows_.back());
        while (next.size() == 1) {
            Item& item = items_[next[0]];
            item.main = true;
            next = boxes_among(item.above);
        }
    }

    Positions ranks() const {
        Positions rank(items_.size());
        for (const Positions& row : rows_)
            for (std::size_t i = 0; i < row.size(); ++i) rank[row[i]] = i;
        return rank;
    }

    std::size_t crossings() const {
        const Positions rank = ranks();
        std::size_t count = 0;
        for (const Positions& row : rows_) {
            std::vector<std::pair<std::size_t, std::size_t>> ends;
            for (const std::size_t i : row)
                for (const std::size_t j : items_[i].below) ends.emplace_back(rank[i], rank[j]);
            for (std::size_t a = 0; a < ends.size(); ++a)
                for (std::size_t b = 0; b < a; ++b)
                    count += (ends[a].first < ends[b].first && ends[a].second > ends[b].second) ||
                             (ends[a].first > ends[b].first && ends[a].second < ends[b].second);
        }
        return count;
    }

    void sort_by_medians(Positions& row, bool down) {
        const Positions rank = ranks();
        std::vector<std::pair<double, std::size_t>> keyed;
        for (const std::size_t i : row) {
            Positions near;
            for (const std::size_t j : down ? items_[i].above : items_[i].below) near.push_back(rank[j]);
            std::ranges::sort(near);
            const std::size_t half = near.size() / 2;
            const double median = near.empty()           ? static_cast<double>(rank[i])
                                  : near.size() % 2 == 1 ? static_cast<double>(near[half])
                                                         : static_cast<double>(near[half - 1] + near[half]) / 2;
            keyed.emplace_back(median, i);
        }
        std::ranges::stable_sort(keyed, {}, &std::pair<double, std::size_t>::first);
        std::ranges::transform(keyed, row.begin(), &std::pair<double, std::size_t>::second);
    }

    /// Swaps items that stand side by side wherever that undoes crossings.
    void swap_neighbours(Positions& row) {
        const Positions rank = ranks();
        const auto crossed = [&](const Positions& left, const Positions& right) {
            std::size_t count = 0;
            for (const std::size_t a : left)
                for (const std::size_t b : right) count += rank[a] > rank[b];
            return count;
        };
        for (std::size_t i = 1; i < row.size(); ++i) {
            const Item &a = items_[row[i - 1]], &b = items_[row[i]];
            if (crossed(a.above, b.above) + crossed(a.below, b.below) >
                crossed(b.above, a.above) + crossed(b.below, a.below))
                std::swap(row[i - 1], row[i]);
        }
    }

    /// Wishes each item of a row under (or over) the middle of its neighbours, on the main line under (or over) the one
    /// on it; boxes before arrows passing by, so that lines are straight and what skips a layer bends around them.
    void follow(const Positions& row, bool down) {
        for (const std::size_t i : row) {
            const Positions& near = down ? items_[i].above : items_[i].below;
            const auto line = std::ranges::find_if(near, [&](std::size_t j) { return items_[j].main; });
            if (items_[i].main && line != near.end()) {
                items_[i].x = items_[*line].x;
                continue;
            }
            double boxes = 0, lanes = 0, box_sum = 0, lane_sum = 0;
            for (const std::size_t j : near) {
                const bool is_box = items_[j].box != no_box;
                (is_box ? boxes : lanes) += 1;
                (is_box ? box_sum : lane_sum) += items_[j].x;
            }
            if (boxes > 0) items_[i].x = box_sum / boxes;
            else if (lanes > 0) items_[i].x = lane_sum / lanes;
        }
        settle(row, true);
    }

    /// What passes by goes straight up from where it passes the layer below, if there is room.
    void straighten(const Positions& row) {
        for (const std::size_t i : row) {
            if (items_[i].box != no_box) continue;
            const Item& next = items_[items_[i].below[0]];
            if (next.box == no_box) items_[i].x = next.x;
        }
        settle(row, true);
    }

    /// Moves the items of a row, as little as possible in the sense of least squares, until they stand in order and
    /// apart: pooling of adjacent violators (Ayer et al. 1955). A box weighs more than an arrow passing by, and the
    /// main line most.
    void settle(const Positions& row, bool weighted) {
        struct Pool {
            double weight, mean;
            std::size_t count;
        };
        std::vector<double> offset;
        std::vector<Pool> pools;
        for (const std::size_t i : row) {
            const Item& item = items_[i];
            const double before =
                offset.empty() ? 0 : offset.back() + (items_[row[offset.size() - 1]].width + item.width) / 2 + side_gap;
            offset.push_back(before);
            const double weight = item.main ? 1e6 : item.box == no_box ? 1e-4 : 1;
            pools.push_back({weighted ? weight : 1, item.x - before, 1});
            while (pools.size() > 1 && pools[pools.size() - 2].mean >= pools.back().mean) {
                const Pool last = pools.back();
                pools.pop_back();
                Pool& pool = pools.back();
                const double both = pool.weight + last.weight;
                pool = {both, (pool.weight * pool.mean + last.weight * last.mean) / both, pool.count + last.count};
            }
        }
        std::size_t next = 0;
        for (const Pool& pool : pools)
            for (std::size_t i = 0; i < pool.count; ++i, ++next) items_[row[next]].x = pool.mean + offset[next];
    }

    std::vector<Item> items_;      // the boxes first
    std::vector<Positions> rows_;  // of each layer, from left to right
    std::vector<Positions> chains_;
};

Layout Layers::layout(std::size_t boxes) const {
    Layout out;
    double left = items_.empty() ? 0 : items_[0].x, right = left;
    for (const Item& item : items_) {
        left = std::min(left, item.x - item.width / 2);
        right = std::max(right, item.x + item.width / 2);
    }
    std::vector<double> top, bottom;
    for (const Positions& row : rows_) {
        double height = 0;
        for (const std::size_t i : row) height = std::max(height, items_[i].height);
        top.push_back(bottom.empty() ? margin : bottom.back() + layer_gap);
        bottom.push_back(top.back() + height);
    }
    const auto centre = [&](const Item& item) { return item.x - left + margin; };
    const auto upper = [&](const Item& item) {
        return item.box == no_box ? top[item.layer] : (top[item.layer] + bottom[item.layer] - item.height) / 2;
    };
    for (std::size_t i = 0; i < boxes; ++i)
        out.boxes.push_back({centre(items_[i]) - items_[i].width / 2, upper(items_[i])});
    for (const Positions& chain : chains_) {
        std::vector<Spot>& route = out.routes.emplace_back();
        for (std::size_t k = 0; k < chain.size(); ++k) {
            const Item& item = items_[chain[k]];
            const double x = centre(item);
            if (k > 0) route.push_back({x, top[item.layer]});
            if (k == 0 || k + 1 == chain.size()) route.push_back({x, upper(item) + (k == 0 ? item.height : 0)});
            if (k + 1 < chain.size()) route.push_back({x, bottom[item.layer]});
        }
    }
    out.whole = {right - left + 2 * margin, (bottom.empty() ? margin : bottom.back()) + margin};
    return out;
}

}  // namespace

Layout layered(std::span<const Extent> boxes, std::span<const Diagram::Arrow> arrows) {
    Layers layers(boxes, arrows);
    layers.order();
    layers.place();
    return layers.layout(boxes.size());
}

}  // namespace gradpath::tools
