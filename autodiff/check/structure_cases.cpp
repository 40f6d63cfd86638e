// Cases of the ops that reduce, move and pick numbers; sentences stand under an op they are made of.
#include <limits>

#include <gradpath/autodiff/check/draw.hpp>

namespace gradpath {
namespace {

void add_reductions(std::vector<OpCase>& cases, Draw& d) {
    const AddCase add{cases};
    for (const Reduce& o :
         {Reduce{}, Reduce{{0}, false}, Reduce{{-1}, true}, Reduce{{0, 2}, false}, Reduce{{1}, true}}) {
        const std::string axes = o.axes.empty() ? " all" : text(" axis ", o.axes[0], o.axes.size() > 1 ? " and 2" : "");
        add(OpCode::sum, "sum" + axes, {d({3, 5, 7})}, [o](const Inputs& in) { return sum(in[0], o); });
        add(OpCode::sum, "mean" + axes, {d({3, 5, 7})}, [o](const Inputs& in) { return mean(in[0], o); });
        add(OpCode::max, "max" + axes, {d.apart({3, 5, 7})}, [o](const Inputs& in) { return max(in[0], o); });
        add(OpCode::logsumexp, "logsumexp" + axes, {d({3, 5, 7})},
            [o](const Inputs& in) { return logsumexp(in[0], o); });
    }
    add(OpCode::sum, "sum of nothing", {d({0, 3})}, [](const Inputs& in) { return sum(in[0], {.axes = {0}}); });
}

void add_statistics(std::vector<OpCase>& cases, Draw& d) {
    const AddCase add{cases};
    const Tensor zeros_in = d({3, 4, 2}) * greater(d({3, 4, 2}), -0.5);
    for (const Reduce& o : {Reduce{}, Reduce{{1}, true}, Reduce{{0, 2}, false}}) {
        const std::string axes = o.axes.empty() ? "" : text(" axis ", o.axes[0]);
        add(OpCode::max, "min" + axes, {d.apart({3, 5, 2})}, [o](const Inputs& in) { return min(in[0], o); });
        add(OpCode::mul, "prod" + axes, {d({3, 4, 2})}, [o](const Inputs& in) { return prod(in[0], o); });
        add(OpCode::mul, "prod with zeros" + axes, {zeros_in}, [o](const Inputs& in) { return prod(in[0], o); });
        add(OpCode::sum, "variance" + axes, {d({3, 5, 2})}, [o](const Inputs& in) { return variance(in[0], o, 1); });
        add(OpCode::sum, "standard_deviation" + axes, {d({3, 5, 2})},
            [o](const Inputs& in) { return standard_deviation(in[0], o); });
    }
    for (const double p : {1.0, 1.5, 2.0, 3.0, std::numeric_limits<double>::infinity()})
        add(OpCode::sum, text("norm ", p), {d({3, 5}, 0.5, 2) * sign(d({3, 5}))},
            [p](const Inputs& in) { return norm(in[0], p, {.axes = {1}}); });
    for (const Cumsum& o : {Cumsum{}, Cumsum{.exclusive = true}, Cumsum{.reverse = true}})
        add(OpCode::cumsum, text("cumsum", o.exclusive ? ", exclusive" : "", o.reverse ? ", reverse" : ""),
            {d({2, 5, 3})}, [o](const Inputs& in) { return square(cumsum(in[0], 1, o)); });
}

void add_shapes(std::vector<OpCase>& cases, Draw& d) {
    const AddCase add{cases};
    add(OpCode::sum_to, "sum_to", {d({2, 3, 5, 4})}, [](const Inputs& in) { return square(sum_to(in[0], {3, 1, 4})); });
    add(OpCode::reshape, "reshape", {d({3, 4})}, [](const Inputs& in) {
        return reshape(in[0], {2, -1}) * reshape(in[0], {2, 6});
    });
    add(OpCode::permute, "permute", {d({2, 3, 5})}, [](const Inputs& in) { return square(permute(in[0], {2, 0, 1})); });
    add(OpCode::broadcast_to, "broadcast_to", {d({3, 1})}, [](const Inputs& in) {
        return square(broadcast_to(in[0], {2, 3, 4}));
    });
    add(OpCode::concat, "concat", {d({2, 3}), d({2, 1}), d({2, 0})}, [](const Inputs& in) {
        return square(concat({in[0], in[1], in[2], in[0]}, 1));
    });
    add(OpCode::slice, "slice", {d({4, 5})}, [](const Inputs& in) { return square(slice(in[0], 1, 1, 4)); });
    add(OpCode::pad, "pad", {d({2, 3})}, [](const Inputs& in) { return square(pad(in[0], {{1, 0}, {2, 1}}, 0.5)); });
    add(OpCode::concat, "stack", {d({2, 3}), d({2, 3})}, [](const Inputs& in) {
        return square(stack({in[0], in[1], in[0]}, 1));
    });
    add(OpCode::split, "split", {d({2, 6})}, [](const Inputs& in) {
        const auto parts = split(in[0], {2, 1, 2, 0, 1}, 1);  // one is used twice, one not at all
        return parts[0] * parts[2] + square(parts[2]) * parts[1];
    });
    for (const Range& range : {Range{1, {}, 2}, Range{{}, {}, -1}, Range{-1, 0, -3}, Range{3, 1, 1}, Range{5, 2, -2}})
        add(OpCode::slice, text("slice, step ", range.step), {d({2, 7, 3})},
            [range](const Inputs& in) { return square(slice(in[0], 1, range)); });
    add(OpCode::slice, "flip", {d({2, 3, 2})}, [](const Inputs& in) { return in[0] * flip(in[0], {0, 2}); });
    add(OpCode::gather, "tile", {d({2, 3})}, [](const Inputs& in) { return square(tile(in[0], {2, 1, 3})); });
    add(OpCode::concat, "roll", {d({2, 5})}, [](const Inputs& in) { return in[0] * roll(in[0], 7, 1); });
}

void add_positions(std::vector<OpCase>& cases, Draw& d) {
    const AddCase add{cases};
    const Indices twice({2, 2}, std::vector<Index>{3, 0, 3, 1});
    add(OpCode::gather, "gather", {d({4, 3})}, [twice](const Inputs& in) { return square(gather(in[0], twice, 0)); });
    add(OpCode::scatter_add, "scatter_add", {d({5, 2, 2})},
        [twice](const Inputs& in) { return square(scatter_add(in[0], twice, 1, 4)); });
    const Indices along({2, 2, 2}, std::vector<Index>{3, 0, 3, 1, 0, 0, 2, 3});
    add(OpCode::take_along_axis, "take_along_axis", {d({2, 4, 2})},
        [along](const Inputs& in) { return square(take_along_axis(in[0], along, 1)); });
    add(OpCode::add_along_axis, "add_along_axis", {d({2, 2, 2})},
        [along](const Inputs& in) { return square(add_along_axis(in[0], along, 1, 4)); });
    const Indices one(Shape{}, std::vector<Index>{1});  // by itself it takes an axis away, or brings one
    for (const Index axis : {0, 1, 2}) {
        add(OpCode::gather, text("gather, one position on axis ", axis), {d({2, 4, 3})},
            [one, axis](const Inputs& in) { return square(gather(in[0], one, axis)); });
        add(OpCode::scatter_add, text("scatter_add, one position on axis ", axis), {d({2, 3})},
            [one, axis](const Inputs& in) { return square(scatter_add(in[0], one, axis, 4)); });
    }
    add(OpCode::gather, "take, one position", {d({2, 3})},
        [one](const Inputs& in) { return square(take(in[0], one)); });
    add(OpCode::take_along_axis, "sort", {d.apart({3, 4})},
        [](const Inputs& in) { return sort(in[0], 1) * sort(in[0], 1, {.descending = true}); });
    add(OpCode::take_along_axis, "topk", {d.apart({4, 3})},
        [](const Inputs& in) { return square(topk(in[0], 2, 0).values); });
}

}  // namespace

void add_structure_cases(std::vector<OpCase>& cases, Draw& draw) {
    add_reductions(cases, draw);
    add_statistics(cases, draw);
    add_shapes(cases, draw);
    add_positions(cases, draw);
}

}  // namespace gradpath
