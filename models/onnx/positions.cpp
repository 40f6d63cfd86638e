// Numbers by their positions. Negative positions count from the end; all are checked here.
#include <algorithm>
#include <map>

#include <gradpath/models/onnx/elementwise.hpp>
#include <gradpath/models/onnx/families.hpp>

namespace gradpath::models::onnx {
namespace {

Index position_in(Index position, Index length) {
    const Index place = position < 0 ? position + length : position;
    require(place >= 0 && place < length, "a position must lie within its axis: ", position, " of ", length);
    return place;
}

Indices positions_of(const Value& positions, Index length) {
    std::vector<Index> places = list(positions.whole());
    for (Index& place : places) place = position_in(place, length);
    return {positions.shape(), places};
}

std::vector<Index> strides_of(const Shape& shape) {
    std::vector<Index> strides(static_cast<std::size_t>(shape.rank()));
    Index stride = 1;
    for (Index i = shape.rank(); i-- > 0; stride *= shape[i]) strides[static_cast<std::size_t>(i)] = stride;
    return strides;
}

// Places of x that GatherElements and its adjoint mean: those of the positions, with `axis` exchanged for what stands
// there.
std::vector<Index> element_places(const Shape& x, const Value& positions, Index axis) {
    const Shape& shape = positions.shape();
    require<ShapeError>(shape.rank() == x.rank(), "positions must have the rank of the data: ", shape, " and ", x);
    for (Index i = 0; i < x.rank(); ++i)
        require<ShapeError>(i == axis || shape[i] <= x[i], "positions must not be longer than the data: ", shape,
                            " and ", x);
    const std::vector<Index> strides = strides_of(x), own = strides_of(shape);
    std::vector<Index> places;
    for (Index i = 0; i < shape.size(); ++i) {
        Index place = 0;
        for (std::size_t k = 0; k < strides.size(); ++k) {
            const Index here = i / own[k] % shape[static_cast<Index>(k)];
            place += strides[k] * (static_cast<Index>(k) == axis ? position_in(positions.whole()[i], x[axis]) : here);
        }
        places.push_back(place);
    }
    return places;
}

// Places of the first number of each slice that the last axis of `positions` names, after `batch` shared axes.
std::vector<Index> slice_places(const Shape& x, const Value& positions, Index batch) {
    const Shape& shape = positions.shape();
    require<ShapeError>(shape.rank() >= 1 && batch >= 0 && batch < shape.rank() && batch + shape[-1] <= x.rank() &&
                            shape.slice(0, batch) == x.slice(0, batch),
                        "positions must name axes of the data: ", shape, " for ", x, ", batch_dims ", batch);
    const std::vector<Index> strides = strides_of(x);
    const Index depth = shape[-1], count = shape.slice(0, shape.rank() - 1).size();
    const Index rows = shape.slice(0, batch).size(), row = x.slice(batch, x.rank()).size();
    std::vector<Index> places;
    for (Index i = 0; i < count; ++i) {
        Index place = i / (count / std::max(rows, Index{1})) * row;
        for (Index k = 0; k < depth; ++k)
            place += strides[static_cast<std::size_t>(batch + k)] *
                     position_in(positions.whole()[i * depth + k], x[batch + k]);
        places.push_back(place);
    }
    return places;
}

Value flat(const Value& x) {
    return moved(x, [](const Tensor& t) { return reshape(t, Shape{t.size()}); });
}

Value taken(const Value& x, const std::vector<Index>& places, const Shape& shape) {
    const Indices where(shape, places);
    return moved(flat(x), [&](const Tensor& t) { return gather(t, where); });
}

// One update per place and round: what comes twice to a place waits for the next round, so that order is kept.
std::vector<std::map<Index, Index>> rounds_of(const std::vector<Index>& places) {
    std::vector<std::map<Index, Index>> rounds;
    std::map<Index, std::size_t> visits;
    for (std::size_t i = 0; i < places.size(); ++i) {
        const std::size_t visit = visits[places[i]]++;
        if (visit == rounds.size()) rounds.emplace_back();
        rounds[visit].emplace(places[i], static_cast<Index>(i));
    }
    return rounds;
}

// The updates at their places, `rest` elsewhere: a gather from both, so differentiable in both.
Value placed(const Value& rest, const Value& updates, const std::map<Index, Index>& from) {
    std::vector<Index> sources;
    for (Index i = 0; i < rest.size(); ++i) {
        const auto update = from.find(i);
        sources.push_back(update == from.end() ? i : rest.size() + update->second);
    }
    const Indices where(rest.shape(), sources);
    return moved({flat(rest), flat(updates)},
                 [&](const std::vector<Tensor>& parts) { return gather(concat(parts), where); });
}

Value scattered(const Value& data, const Value& updates, const std::vector<Index>& places,
                const std::string& reduction) {
    require<ShapeError>(updates.size() == static_cast<Index>(places.size()),
                        "there must be one update per position: ", updates.shape(), " for ", places.size());
    if (reduction == "none") {
        std::map<Index, Index> last;
        for (std::size_t i = 0; i < places.size(); ++i) last[places[i]] = static_cast<Index>(i);
        return placed(data, updates, last);
    }
    require(reduction == "add" || reduction == "mul", "reduction must be none, add or mul: it is ", reduction);
    const bool adds = reduction == "add";
    if (adds && data.is_real()) {
        const Tensor sums = scatter_add(flat(updates).real(), Indices(Shape{updates.size()}, places), 0, data.size());
        return data.real() + reshape(sums, data.shape());
    }
    const auto rounds = rounds_of(places);
    require(rounds.size() <= 4096, "at most 4096 updates may meet at one place: there are ", rounds.size());
    Value y = data;
    for (const auto& round : rounds) {
        const Value neutral = filled(data.shape(), adds ? 0 : 1, data.element());
        y = (adds ? add : mul)(y, placed(neutral, updates, round));
    }
    return y;
}

}  // namespace

Answer gather_along(const Call& call) {
    const Index axis = call.axis(call.input(0).shape().rank(), 0);
    const Indices positions = positions_of(call.input(1), call.input(0).shape()[axis]);
    return {moved(call.input(0), [&](const Tensor& x) { return gather(x, positions, axis); })};
}

Answer gather_elements(const Call& call) {
    const Shape& shape = call.input(0).shape();
    return {
        taken(call.input(0), element_places(shape, call.input(1), call.axis(shape.rank(), 0)), call.input(1).shape())};
}

Answer gather_nd(const Call& call) {
    const Value &x = call.input(0), &positions = call.input(1);
    const Index batch = call.integer("batch_dims");
    const std::vector<Index> firsts = slice_places(x.shape(), positions, batch);
    const Shape inner = x.shape().slice(batch + positions.shape()[-1], x.shape().rank());
    bounded({static_cast<Index>(firsts.size()), inner.size()});
    std::vector<Index> places;
    for (const Index first : firsts)
        for (Index i = 0; i < inner.size(); ++i) places.push_back(first + i);
    return {taken(x, places, positions.shape().slice(0, positions.shape().rank() - 1).joined(inner))};
}

Answer scatter_elements(const Call& call) {
    const Shape& shape = call.input(0).shape();
    const std::vector<Index> places = element_places(shape, call.input(1), call.axis(shape.rank(), 0));
    return {scattered(call.input(0), call.input(2), places, call.word("reduction", "none"))};
}

Answer scatter_nd(const Call& call) {
    const Value &x = call.input(0), &positions = call.input(1);
    const std::vector<Index> firsts = slice_places(x.shape(), positions, 0);
    const Shape inner = x.shape().slice(positions.shape()[-1], x.shape().rank());
    bounded({static_cast<Index>(firsts.size()), inner.size()});
    std::vector<Index> places;
    for (const Index first : firsts)
        for (Index i = 0; i < inner.size(); ++i) places.push_back(first + i);
    return {scattered(x, call.input(2), places, call.word("reduction", "none"))};
}

// values are (off, on); depth and positions may be of any type.
Answer one_hot_of(const Call& call) {
    const Value positions = cast(call.input(0), Element::int64);
    const Index depth = list(cast(call.input(1), Element::int64).whole()).at(0), rank = positions.shape().rank();
    require<ShapeError>(call.input(2).size() == 2, "values must be two: off and on");
    const Index named = call.integer("axis", -1), axis = named < 0 ? named + rank + 1 : named;
    require<ShapeError>(axis >= 0 && axis <= rank && depth >= 1, "axis and depth must fit: ", named, " and ", depth);
    const Shape outer = positions.shape().slice(0, axis), inner = positions.shape().slice(axis, rank);
    const Shape shape = bounded(list(outer.joined(Shape{depth}).joined(inner)));
    std::vector<Index> on(static_cast<std::size_t>(shape.size()), 0);
    for (Index i = 0; i < positions.size(); ++i) {
        const Index position = positions.whole()[i], place = position < 0 ? position + depth : position;
        if (place < 0 || place >= depth) continue;
        on[static_cast<std::size_t>((i / inner.size() * depth + place) * inner.size() + i % inner.size())] = 1;
    }
    return {taken(call.input(2), on, shape)};
}

}  // namespace gradpath::models::onnx
