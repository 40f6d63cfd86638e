// Take the kinks in the order in which the model runs them. On a stretch where the earlier ones do not bend, what the
// next one looks at (the sign of a number, the winner among several) is linear, so equal answers at both ends mean
// equal answers throughout, and different ones cross at a point that is known exactly. One run of the model at the ends
// of many stretches thus finds, for each, its first bending kink and all the places where that one bends. A sign is
// settled by its crossings; a maximum may have others in between and is asked again. Ties at an end are none.
#include <gradpath/attribution/core/linear_pieces.hpp>

#include <algorithm>
#include <map>
#include <optional>

#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/ops/op.hpp>

namespace gradpath::attribution {
namespace {

constexpr Index most_rounds = 64;    // of one maximum: rounding must not keep it busy for ever
constexpr double one_place = 1e-12;  // of an edge: bends that are nearer together are one, split by rounding

/// What a kink looks at: the sign of its first input, of the difference of two, or the winner of groups.
enum class Look : std::uint8_t { sign, difference, winner };

std::optional<Look> look_of(OpCode code) {
    switch (code) {
        case OpCode::relu:
        case OpCode::leaky_relu:
        case OpCode::abs:
        case OpCode::sign: return Look::sign;
        case OpCode::maximum:
        case OpCode::minimum:
        case OpCode::greater:
        case OpCode::greater_equal:
        case OpCode::less:
        case OpCode::less_equal: return Look::difference;
        case OpCode::max:
        case OpCode::max_pool2d: return Look::winner;
        default: return std::nullopt;
    }
}

// --- is it piecewise linear? -----------------------------------------------------------------------------------------

constexpr int curved = 2;

/// On a piece, in the input: 0 constant, 1 linear, 2 neither. `in` holds the degrees of the op's inputs.
int degree_of(const Step& step, const std::vector<int>& in) {
    const int most = *std::max_element(in.begin(), in.end());
    int sum = 0;
    for (const int degree : in) sum += degree;
    switch (step.op) {
        case OpCode::sign:
        case OpCode::greater:
        case OpCode::greater_equal:
        case OpCode::less:
        case OpCode::less_equal: return most == curved ? curved : 0;
        case OpCode::leaky_relu: return in[1] == 0 ? in[0] : curved;  // a slope that the input decides
        case OpCode::mul: return sum;
        case OpCode::div: return in[1] == 0 ? in[0] : curved;
        case OpCode::where: return in[0] == 0 ? most : curved;
        case OpCode::neg:
        case OpCode::add:
        case OpCode::sub:
        case OpCode::pad: return most;
        default: break;
    }
    if (look_of(step.op) || most == 0) return most;
    const Forward passes = op_row(step.op).tangents;
    return passes == Forward::linear ? most : passes == Forward::multilinear ? sum : curved;
}

/// Kinks are looked at row by row: of one row, a tensor must have one, too.
bool keeps_row(const Step& step) {
    const Shape& shape = step.outputs[0].shape();
    return shape.rank() > 0 && shape[0] == 1;
}

std::string find_obstacle(const Graph& graph) {
    std::map<const Node*, int> degrees;
    for (const Tensor& input : graph.inputs) degrees[input.node()] = 1;
    for (const Step& step : graph.steps) {
        std::vector<int> in;
        for (const Tensor& input : step.inputs) {
            const auto found = degrees.find(input.node());
            in.push_back(found == degrees.end() ? 0 : found->second);
        }
        const int degree = in.empty() ? 0 : degree_of(step, in);
        const std::string where = text(step.name, step.tap.empty() ? "" : " at " + step.tap);
        if (degree >= curved) return where;
        if (look_of(step.op) && std::ranges::count(in, 0) < std::ssize(in) && !keeps_row(step))
            return where + " on a tensor whose first axis is not that of the rows";
        for (const Tensor& output : step.outputs) degrees[output.node()] = degree;
    }
    return {};
}

// --- groups whose winner a maximum takes -----------------------------------------------------------------------------

/// Lists of positions within one row of a tensor.
struct Groups {
    std::vector<Index> members, ends;  ///< group g: members ends[g-1] .. ends[g]-1
    void close() { ends.push_back(static_cast<Index>(members.size())); }
};

Groups groups_of(const Shape& x, const ReduceAttributes& axes) {
    const Index outer = x.slice(1, axes.first).size(), length = x.slice(axes.first, axes.last).size(),
                inner = x.slice(axes.last, x.rank()).size();
    Groups groups;
    for (Index o = 0; o < outer; ++o)
        for (Index i = 0; i < inner; ++i) {
            for (Index l = 0; l < length; ++l) groups.members.push_back((o * length + l) * inner + i);
            groups.close();
        }
    return groups;
}

Groups groups_of(const Shape& x, const Shape& y, const Pool2d& o) {
    const Index height = x[2], width = x[3];
    Groups groups;
    for (Index plane = 0; plane < x[1]; ++plane)
        for (Index row = 0; row < y[2]; ++row)
            for (Index column = 0; column < y[3]; ++column) {
                const Index top = row * o.stride.height - o.padding.height,
                            left = column * o.stride.width - o.padding.width;
                for (Index i = std::max<Index>(0, top); i < std::min(height, top + o.kernel.height); ++i)
                    for (Index j = std::max<Index>(0, left); j < std::min(width, left + o.kernel.width); ++j)
                        groups.members.push_back((plane * height + i) * width + j);
                groups.close();
            }
    return groups;
}

Groups groups_of(OpCode code, const Shape& x, const Shape& y, const Attributes& attributes) {
    if (code == OpCode::max_pool2d) return groups_of(x, y, attributes.as<Pool2dAttributes>().options);
    return groups_of(x, attributes.as<ReduceAttributes>());
}

// --- crossings between two rows --------------------------------------------------------------------------------------

/// Fractions of the way from row a to row b at which a number changes its sign.
template <Real T>
void sign_crossings(const T* a, const T* b, Index count, std::vector<double>& at) {
    Index changes = 0;
    const auto crosses = [&](Index i) { return (a[i] < 0 && b[i] > 0) || (a[i] > 0 && b[i] < 0); };  // no underflow
    for (Index i = 0; i < count; ++i) changes += crosses(i);
    for (Index i = 0; changes > 0 && i < count; ++i)
        if (crosses(i)) {
            const double from = static_cast<double>(a[i]), to = static_cast<double>(b[i]);
            at.push_back(from / (from - to));
            --changes;
        }
}

/// .. at which the winner at a and the winner at b are equal.
template <Real T>
void winner_crossings(const T* a, const T* b, const Groups& groups, std::vector<double>& at) {
    const Index* member = groups.members.data();
    for (const Index end : groups.ends) {
        const Index* const last = groups.members.data() + end;
        Index first_winner = *member, last_winner = *member;
        for (; member < last; ++member) {
            if (a[*member] > a[first_winner]) first_winner = *member;
            if (b[*member] > b[last_winner]) last_winner = *member;
        }
        const double lead = static_cast<double>(a[first_winner]) - static_cast<double>(a[last_winner]);
        const double lag = static_cast<double>(b[last_winner]) - static_cast<double>(b[first_winner]);
        if (lead > 0 && lag > 0) at.push_back(lead / (lead + lag));
    }
}

/// The crossings of one kink in one stretch, if it is the first that bends there.
struct Bend {
    Index level = -1;
    Look look = Look::sign;
    std::vector<double> at;
};

/// Looks on while the model runs at the ends of stretches; with `all`, counts what changes at every kink.
class Watch {
public:
    Watch(std::span<const Stretch> open, const std::vector<Index>& columns, Index rows, bool all = false)
        : open_(open), columns_(columns), rows_(rows), all_(all), bends_(open.size()), changes_(open.size()) {}

    std::map<OpCode, Replacement> table() {
        std::map<OpCode, Replacement> table;
        for (const Op* op : all_ops())
            if (look_of(op->code))
                table[op->code] = [this, op](const std::vector<Tensor>& inputs, const Attributes& attributes) {
                    std::vector<Tensor> outputs = apply(*op, inputs, attributes);
                    if (outputs[0].rank() > 0 && outputs[0].rows() == rows_)
                        see(op->code, inputs, outputs[0], attributes);
                    ++kink_;
                    return outputs;
                };
        return table;
    }
    const std::vector<Bend>& bends() const { return bends_; }
    const std::vector<Index>& changes() const { return changes_; }

private:
    void see(OpCode code, const std::vector<Tensor>& inputs, const Tensor& output, const Attributes& attributes) {
        const Look look = *look_of(code);
        Tensor seen = inputs[0];
        Groups groups;
        if (look == Look::difference) seen = broadcast_to(inputs[0], output.shape()) - inputs[1];
        if (look == Look::winner) {
            if (seen.rows() != rows_) return;
            groups = groups_of(code, seen.shape(), output.shape(), attributes);
        }
        const Index width = seen.size() / rows_;
        dispatch(seen.dtype(), [&]<Real T>(T) {
            const T* numbers = seen.data<T>().data();
            for (std::size_t i = 0; i < open_.size(); ++i) {
                if (!all_ && (bends_[i].level >= 0 || open_[i].level > kink_)) continue;
                const T *a = numbers + columns_[i] * width, *b = a + width;
                std::vector<double> at;
                if (look == Look::winner) winner_crossings(a, b, groups, at);
                else sign_crossings(a, b, width, at);
                changes_[i] += std::ssize(at);
                if (!at.empty() && bends_[i].level < 0) bends_[i] = {kink_, look, std::move(at)};
            }
        });
    }

    std::span<const Stretch> open_;
    const std::vector<Index>& columns_;  ///< per stretch: the row of its first end; the next one is its second
    Index rows_, kink_ = 0;
    bool all_;
    std::vector<Bend> bends_;
    std::vector<Index> changes_;
};

/// A stretch with its bends cut out, appended to `cut`.
void divide(const Stretch& stretch, Bend bend, double least, std::vector<Stretch>& cut) {
    Stretch part = stretch;
    part.settled = bend.level < 0;
    if (part.settled) return cut.push_back(part);
    least = std::max(least, one_place / (stretch.to - stretch.from));
    std::erase_if(bend.at, [&](double fraction) { return fraction < least || fraction > 1 - least; });
    std::sort(bend.at.begin(), bend.at.end());
    const bool again =
        bend.look == Look::winner && !bend.at.empty() && (bend.level > stretch.level || stretch.rounds < most_rounds);
    part.rounds = again && bend.level == stretch.level ? stretch.rounds + 1 : 0;
    part.level = again ? bend.level : bend.level + 1;
    for (double before = 0; const double fraction : bend.at) {
        if (fraction < before + least) continue;
        part.to = stretch.from + fraction * (stretch.to - stretch.from);
        cut.push_back(part);
        part.from = part.to;
        before = fraction;
    }
    part.to = stretch.to;
    cut.push_back(part);
}

}  // namespace

StretchEnds::StretchEnds(std::span<const Stretch> stretches) {
    const Stretch* before = nullptr;
    for (const Stretch& next : stretches) {
        const bool shared =
            before != nullptr && before->row == next.row && before->edge == next.edge && before->to == next.from;
        if (!shared) places.push_back(next.at(next.from));
        first.push_back(static_cast<Index>(places.size()) - 1);
        places.push_back(next.at(next.to));
        before = &next;
    }
}

LinearPieces::LinearPieces(const Model& model, const Tensor& row)
    : graph_(record(model, row)), obstacle_(find_obstacle(graph_)) {}

std::vector<Index> LinearPieces::changes(std::span<const Stretch> list, const PointsAt& points) const {
    const NoRecording off;
    const StretchEnds ends(list);
    Watch watch(list, ends.first, std::ssize(ends.places), true);
    replay(graph_, {points(ends.places)}, watch.table());
    return watch.changes();
}

std::vector<Stretch> LinearPieces::cut(std::span<const Stretch> list, std::size_t most, const PointsAt& points) const {
    const NoRecording off;
    std::vector<Stretch> open;
    for (const Stretch& stretch : list)
        if (!stretch.settled && open.size() < most) open.push_back(stretch);
    const StretchEnds ends(open);
    const Tensor rows = points(ends.places);
    Watch watch(open, ends.first, rows.rows());
    replay(graph_, {rows}, watch.table());
    const double least = rows.dtype() == DType::float32 ? 1e-6 : 1e-12;  // nearer to an end is rounding
    std::vector<Stretch> result;
    auto bend = watch.bends().begin();
    for (const Stretch& stretch : list)
        if (stretch.settled || bend == watch.bends().end()) result.push_back(stretch);
        else divide(stretch, *bend++, least, result);
    return result;
}

}  // namespace gradpath::attribution
