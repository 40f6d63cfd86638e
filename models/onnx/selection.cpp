// Largest numbers, their positions, and running sums. Whole numbers and reals take the same loops.
#include <algorithm>
#include <cmath>
#include <numeric>

#include <gradpath/autodiff/ops.hpp>
#include <gradpath/models/onnx/families.hpp>

namespace gradpath::models::onnx {
namespace {

// f(span) with the numbers as int64 or double.
template <class F>
auto with_numbers(const Value& x, const F& f) {
    if (!x.is_real()) return f(x.whole().data());
    const std::vector<double> held = numbers(x.real());
    return f(std::span<const double>(held));
}

// The lines along an axis: number i of line l is at place(l, i).
struct Lines {
    Index length, inner, count;
    Lines(const Shape& shape, Index axis)
        : length(shape[axis]),
          inner(shape.slice(axis + 1, shape.rank()).size()),
          count(shape.slice(0, axis).size() * inner) {}
    Index place(Index line, Index i) const { return (line / inner * length + i) * inner + line % inner; }
};

// The first (or last) position in each line that no other beats.
template <class Beats>
Answer best_positions(const Call& call, const Beats& beats) {
    const Value& x = call.input(0);
    const Index axis = call.axis(x.shape().rank(), 0);
    const Lines lines(x.shape(), axis);
    require<ShapeError>(lines.length > 0, "an axis must not be empty: ", x.shape());
    const bool last = call.integer("select_last_index") != 0;
    std::vector<Index> best = with_numbers(x, [&](auto held) {
        std::vector<Index> found;
        for (Index l = 0; l < lines.count; ++l) {
            Index winner = 0;
            for (Index i = 1; i < lines.length; ++i) {
                const auto here = held[static_cast<std::size_t>(lines.place(l, i))];
                const auto there = held[static_cast<std::size_t>(lines.place(l, winner))];
                if (beats(here, there) || (last && !beats(there, here))) winner = i;
            }
            found.push_back(winner);
        }
        return found;
    });
    const Shape kept = x.shape().slice(0, axis).joined(call.integer("keepdims", 1) != 0 ? Shape{1} : Shape{});
    return {Value(kept.joined(x.shape().slice(axis + 1, x.shape().rank())), std::move(best))};
}

// Slices along an axis in the order of their numbers, equals in order of place.
template <class T>
int compared(std::span<const T> held, const Lines& lines, Index a, Index b) {
    for (Index l = 0; l < lines.count; ++l) {
        const T x = held[static_cast<std::size_t>(lines.place(l, a))],
                y = held[static_cast<std::size_t>(lines.place(l, b))];
        if (x != y) return x < y ? -1 : 1;
    }
    return 0;
}

struct Groups {
    std::vector<Index> first, counts, inverse;
};

template <class T>
Groups groups_of(std::span<const T> held, const Lines& lines, bool sorted) {
    std::vector<Index> order(static_cast<std::size_t>(lines.length));
    std::iota(order.begin(), order.end(), Index{0});
    std::ranges::stable_sort(order, [&](Index a, Index b) { return compared(held, lines, a, b) < 0; });
    Groups g;
    g.inverse.resize(order.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
        if (i == 0 || compared(held, lines, order[i - 1], order[i]) != 0)
            g.first.push_back(order[i]), g.counts.push_back(0);
        ++g.counts.back();
        g.inverse[static_cast<std::size_t>(order[i])] = static_cast<Index>(g.first.size()) - 1;
    }
    if (sorted) return g;
    std::vector<std::size_t> rank(g.first.size());  // groups in the order in which they first appear
    std::iota(rank.begin(), rank.end(), std::size_t{0});
    std::ranges::sort(rank, {}, [&](std::size_t k) { return g.first[k]; });
    Groups appearing{{}, {}, g.inverse};
    std::vector<Index> place(rank.size());
    for (std::size_t k = 0; k < rank.size(); ++k) {
        appearing.first.push_back(g.first[rank[k]]);
        appearing.counts.push_back(g.counts[rank[k]]);
        place[rank[k]] = static_cast<Index>(k);
    }
    for (Index& group : appearing.inverse) group = place[static_cast<std::size_t>(group)];
    return appearing;
}

Value as_list(const std::vector<Index>& values) { return {Shape{static_cast<Index>(values.size())}, values}; }

}  // namespace

Answer argmax_of(const Call& call) {
    return best_positions(call, [](auto a, auto b) { return a > b; });
}

Answer argmin_of(const Call& call) {
    return best_positions(call, [](auto a, auto b) { return a < b; });
}

// k was an attribute before opset 10.
Answer top_k(const Call& call) {
    const Value& x = call.input(0);
    const Index axis = call.axis(x.shape().rank(), -1);
    const Lines lines(x.shape(), axis);
    const Index k = call.opset < 10 ? call.integer("k") : call.whole(1).at(0);
    require(k >= 0 && k <= lines.length, "k must lie in 0 .. ", lines.length, ": it is ", k);
    const bool largest = call.integer("largest", 1) != 0;
    const Shape shape = x.shape().with(axis, k);
    std::vector<Index> positions(static_cast<std::size_t>(shape.size()));
    with_numbers(x, [&](auto held) {
        const Lines out(shape, axis);
        std::vector<Index> order(static_cast<std::size_t>(lines.length));
        for (Index l = 0; k > 0 && l < lines.count; ++l) {
            std::iota(order.begin(), order.end(), Index{0});
            const auto value = [&](Index i) { return held[static_cast<std::size_t>(lines.place(l, i))]; };
            std::ranges::stable_sort(
                order, [&](Index a, Index b) { return largest ? value(a) > value(b) : value(a) < value(b); });
            for (Index i = 0; i < k; ++i)
                positions[static_cast<std::size_t>(out.place(l, i))] = order[static_cast<std::size_t>(i)];
        }
        return 0;
    });
    const Indices chosen(shape, positions);
    return {moved(x, [&](const Tensor& t) { return take_along_axis(t, chosen, axis); }),
            Value(shape, std::move(positions))};
}

Answer unique(const Call& call) {
    Value x = call.input(0);
    Index axis = 0;
    if (call.has("axis")) axis = call.axis(x.shape().rank(), 0);
    else x = moved(x, [](const Tensor& t) { return reshape(t, Shape{t.size()}); });
    const Lines lines(x.shape(), axis);
    const bool sorted = call.integer("sorted", 1) != 0;
    const Groups g = with_numbers(x, [&](auto held) { return groups_of(held, lines, sorted); });
    const Indices kept({static_cast<Index>(g.first.size())}, g.first);
    return {moved(x, [&](const Tensor& t) { return gather(t, kept, axis); }), as_list(g.first), as_list(g.inverse),
            as_list(g.counts)};
}

Answer cumulative_sum(const Call& call) {
    const Value& x = call.input(0);
    const Index axis = normal_axis("CumSum", call.whole(1).at(0), x.shape().rank());
    const Cumsum options{.exclusive = call.integer("exclusive") != 0, .reverse = call.integer("reverse") != 0};
    if (x.is_real()) return {cumsum(x.real(), axis, options)};
    const Lines lines(x.shape(), axis);
    std::vector<Index> sums(static_cast<std::size_t>(x.size()));
    for (Index l = 0; l < lines.count; ++l) {
        std::uint64_t total = 0;
        for (Index step = 0; step < lines.length; ++step) {
            const Index i = lines.place(l, options.reverse ? lines.length - 1 - step : step);
            const std::uint64_t before = total;
            total += static_cast<std::uint64_t>(x.whole()[i]);
            sums[static_cast<std::size_t>(i)] = static_cast<Index>(options.exclusive ? before : total);
        }
    }
    return {Value(x.shape(), std::move(sums), x.element())};
}

}  // namespace gradpath::models::onnx
