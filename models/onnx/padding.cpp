// More, or less, at the ends of axes: a constant, the edge again, or what a mirror there shows.
#include <algorithm>
#include <cstdlib>

#include <gradpath/autodiff/ops.hpp>
#include <gradpath/models/onnx/families.hpp>

namespace gradpath::models::onnx {
namespace {

// pads are begins of all axes, then ends.
std::vector<Padding> paddings(const std::vector<Index>& pads, Index rank) {
    require<ShapeError>(static_cast<Index>(pads.size()) == 2 * rank, "pads must be two per axis: there are ",
                        pads.size(), " for rank ", rank);
    std::vector<Padding> axes;
    const auto n = static_cast<std::size_t>(rank);
    for (std::size_t i = 0; i < n; ++i) axes.push_back({pads[i], pads[n + i]});
    return axes;
}

// Positions along an axis of length n, `before` more in front and `after` behind, mirrored or clamped at the ends.
Indices bordered(Index n, const Padding& pad, bool reflect) {
    std::vector<Index> positions;
    for (Index i = -pad.before; i < n + pad.after; ++i) {
        const Index period = std::max(2 * (n - 1), Index{1}), folded = ((i % period) + period) % period;
        positions.push_back(reflect ? std::min(folded, period - folded) : std::clamp(i, Index{0}, n - 1));
    }
    return Indices({static_cast<Index>(positions.size())}, positions);
}

}  // namespace

Value padded(const Value& x, const std::vector<Padding>& axes, const Value& filler) {
    std::vector<Index> lengths = list(x.shape());
    for (std::size_t i = 0; i < axes.size(); ++i) {
        constexpr Index far = Index{1} << 40;
        require<ShapeError>(std::abs(axes[i].before) < far && std::abs(axes[i].after) < far, "pads must not be huge");
        lengths[i] += axes[i].before + axes[i].after;
    }
    const Shape whole = bounded(lengths);
    Value cut = x;  // negative pads take away
    std::vector<Padding> more = axes;
    for (std::size_t i = 0; i < axes.size(); ++i) {
        const Index axis = static_cast<Index>(i), first = std::max(-axes[i].before, Index{0});
        const Index last = x.shape()[axis] - std::max(-axes[i].after, Index{0});
        require<ShapeError>(first <= last, "pads must not take away more than there is");
        if (last - first != x.shape()[axis])
            cut = moved(cut, [&](const Tensor& t) { return slice(t, axis, first, last); });
        more[i] = {std::max(axes[i].before, Index{0}), std::max(axes[i].after, Index{0})};
    }
    if (cut.is_real()) return pad(cut.real(), more, filler.real().item());
    const Shape one(std::vector<Index>(static_cast<std::size_t>(whole.rank()), 1));
    const Value edge = moved(filler, [&](const Tensor& t) { return reshape(t, one); });
    return moved({cut, edge}, [&](const std::vector<Tensor>& parts) {
        return pad(parts[0], more, parts[1].item());  // whole numbers: the place of the filler
    });
}

Answer pad_around(const Call& call) {
    Value y = call.input(0);
    const char* attribute = call.has("paddings") ? "paddings" : "pads";  // its name in opset 1
    const std::vector<Padding> axes = paddings(call.needed(attribute, 1), y.shape().rank());
    const std::string mode = call.word("mode", "constant");
    if (mode == "constant")
        return {padded(y, axes, call.given(2) ? call.input(2) : filled({}, call.number("value", 0), y.element()))};
    require(mode == "reflect" || mode == "edge", "mode must be constant, reflect or edge: it is ", mode);
    std::vector<Index> lengths = list(y.shape());
    for (std::size_t i = 0; i < axes.size(); ++i) {
        const Index n = lengths[i], axis = static_cast<Index>(i), most = mode == "edge" ? Index{1} << 40 : n - 1;
        require<ShapeError>(axes[i].before >= -n && axes[i].after >= -n && axes[i].before <= most &&
                                axes[i].after <= most && (n > 0 || axes[i].before + axes[i].after == 0),
                            mode, " needs pads that fit an axis of ", n);
        lengths[i] += axes[i].before + axes[i].after;
        bounded(lengths);
        const Indices positions = bordered(n, axes[i], mode == "reflect");
        y = moved(y, [&](const Tensor& t) { return gather(t, positions, axis); });
    }
    return {y};
}

}  // namespace gradpath::models::onnx
