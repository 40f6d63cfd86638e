// One graph for each order and some rows: all coalitions of the order with and without one more player, composed of row
// and baseline by a mask. Blocks of rows have a fixed size, so neither threads nor budget change a bit.
#include <gradpath/attribution/baselines/learn_baseline.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include <gradpath/attribution/baselines/contexts.hpp>
#include <gradpath/attribution/core/evaluator.hpp>
#include <gradpath/attribution/core/names.hpp>
#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/minimize/adam.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/random.hpp>

namespace gradpath::attribution {
namespace {

constexpr const char* name = "learn-baseline";
constexpr Index points_at_once = 8192;  // of one graph, where a row does not take more
constexpr double paper_reach = 0.3;     // deviations around the mean (released code, config.py)
constexpr std::uint64_t rows_stream = std::uint64_t{17} << 32, orders_stream = std::uint64_t{19} << 32;

const std::array<std::string, 2> loss_names{"shapley", "marginal"};

void check(const Tensor& data, const LearnBaseline& o) {
    require<ShapeError>(data.rank() >= 2 && data.size() > 0, name,
                        ": the data must be rows of features but have shape ", data.shape());
    require(o.orders > 0 && o.orders <= 1, name, ": orders must lie in (0, 1] but is ", o.orders);
    require(o.orders_at_once >= 0, name, ": orders-at-once must not be negative but is ", o.orders_at_once);
    require(o.contexts >= 1, name, ": contexts must be at least 1 but is ", o.contexts);
    require(o.rows >= 1, name, ": rows must be at least 1 but is ", o.rows);
    require(o.steps >= 0, name, ": steps must not be negative but is ", o.steps);
    require(std::isfinite(o.rate) && o.rate > 0, name, ": rate must be above 0 but is ", o.rate);
}

Tensor as_row(const Tensor& flat, const Tensor& data) { return reshape(flat, data.shape().with(0, 1)); }

/// Where learning begins, as [1, features].
Tensor first_value(const Tensor& data, const LearnBaseline& o) {
    const Tensor rows = flatten(data);
    if (!o.from)
        return o.start ? full({1, rows.shape()[1]}, *o.start, data.dtype()) : mean(rows, {.axes = {0}, .keep = true});
    require<DTypeError>(o.from->dtype() == data.dtype(), name, ": the data are ", data.dtype(), " but from is ",
                        o.from->dtype());
    require<ShapeError>(o.from->shape() == data.shape().with(0, 1), name, ": from must have shape ",
                        data.shape().with(0, 1), " but has ", o.from->shape());
    return flatten(detached(*o.from));
}

/// The loss of baselines on the data.
class Loss {
public:
    Loss(const Model& model, const Tensor& data, const LearnBaseline& o)
        : o_(o),
          evaluator_(name, model, data, o.target, o.stage, o.run),
          players_(players_of(name, o.groups, data.shape().slice(1, data.rank()))),
          flat_(flatten(evaluator_.input())) {}

    /// m = 0 .. below this.
    Index orders() const {
        return std::max<Index>(1, static_cast<Index>(o_.orders * static_cast<double>(players_.count())));
    }
    /// Of the baseline on some rows, per row, and its slopes where `slopes` is given. One step, one draw of contexts.
    double operator()(const Tensor& baseline, const std::vector<Index>& rows, std::uint64_t step, Tensor* slopes) {
        double total = 0;
        const std::vector<Index> some_orders = orders_of(step);
        for (const Index m : some_orders) {
            const Contexts contexts = drawn(m, static_cast<Index>(rows.size()), step);
            const Index points = contexts.without.rows() + contexts.with.rows();
            const auto block = static_cast<std::size_t>(std::max<Index>(1, points_at_once / points));
            for (std::size_t first = 0; first < rows.size(); first += block) {
                const std::size_t last = std::min(rows.size(), first + block);
                const std::vector<Index> some(rows.begin() + static_cast<std::ptrdiff_t>(first),
                                              rows.begin() + static_cast<std::ptrdiff_t>(last));
                total += of_block(baseline, some, of_rows(contexts, first, last), slopes);
            }
        }
        const double drawn = static_cast<double>(some_orders.size()) / static_cast<double>(orders()),
                     share = 1 / (static_cast<double>(rows.size()) * drawn);
        if (slopes != nullptr) *slopes = *slopes * share;
        return total * share;
    }
    const Evaluator& evaluator() const { return evaluator_; }

private:
    std::vector<Index> orders_of(std::uint64_t step) const {
        std::vector<Index> list(static_cast<std::size_t>(orders()));
        std::iota(list.begin(), list.end(), Index{0});
        if (o_.orders_at_once == 0 || o_.orders_at_once >= orders()) return list;
        const Indices drawn = random::integers({o_.orders_at_once}, orders(), o_.seed, orders_stream + step);
        return {drawn.data().begin(), drawn.data().end()};
    }
    Contexts drawn(Index m, Index rows, std::uint64_t step) const {
        const auto all = static_cast<std::uint64_t>(orders());
        const bool by_chance = o_.rule == LearningRule::paper;
        const std::uint64_t stream = by_chance ? step : step * all + static_cast<std::uint64_t>(m);
        const ContextDraws draws{players_, o_.contexts, rows, o_.seed, stream, flat_.dtype()};
        return by_chance ? contexts_by_chance(draws, m) : contexts_on_circles(draws, m);
    }
    static Contexts of_rows(Contexts contexts, std::size_t first, std::size_t last) {
        if (contexts.with.shape()[1] == 1) return contexts;
        for (Tensor* masks : {&contexts.without, &contexts.with})
            *masks = slice(*masks, 1, static_cast<Index>(first), static_cast<Index>(last));
        return contexts;
    }
    /// The explained numbers of composites under masks, [masks, rows] for each target.
    std::vector<Tensor> composed(const Tensor& masks, const Tensor& baseline, const std::vector<Index>& rows) {
        const auto count = static_cast<Index>(rows.size());
        const Index features = flat_.shape()[1], points = masks.rows() * count;
        const Tensor x = reshape(gather(flat_, Indices({count}, rows)), {1, count, features});
        const Tensor at = where(masks, x, reshape(baseline, {1, 1, features}));
        evaluator_.begin_chunk(points);
        const Tensor output = evaluator_.objective().run(reshape(at, evaluator_.input().shape().with(0, points)));
        std::vector<Index> ids;
        for (Index k = 0; k < points; ++k) ids.push_back(rows[static_cast<std::size_t>(k % count)]);
        std::vector<Tensor> scores = evaluator_.objective().scores(output, ids);
        for (Tensor& score : scores) score = reshape(score, {masks.rows(), count});
        return scores;
    }
    double of_block(const Tensor& baseline, const std::vector<Index>& rows, const Contexts& contexts, Tensor* slopes) {
        const NoRecording off;
        std::optional<Recording> on;
        if (slopes != nullptr) on.emplace();
        const Tensor leaf = slopes != nullptr ? tracked(baseline) : baseline;
        const auto count = static_cast<Index>(rows.size());
        const std::vector<Tensor> without = composed(contexts.without, leaf, rows),
                                  with = composed(contexts.with, leaf, rows);
        Tensor loss;
        for (std::size_t t = 0; t < with.size(); ++t) {
            const Tensor added =
                reshape(with[t] - gather(without[t], contexts.of_without), {players_.count(), contexts.each, count});
            const Tensor size =
                o_.loss == PatternLoss::shapley ? abs(mean(added, {.axes = {1}})) : mean(abs(added), {.axes = {1}});
            loss = loss ? loss + sum(size) : sum(size);
        }
        if (slopes != nullptr) {
            evaluator_.count_backward((contexts.with.rows() + contexts.without.rows()) * count);
            *slopes = *slopes + grad(loss, leaf);
        }
        return loss.item();
    }

    const LearnBaseline& o_;
    Evaluator evaluator_;
    Players players_;
    Tensor flat_;  ///< the data as [rows, features]
};

/// The rows of a step: the data in random order, over and over.
std::vector<Index> rows_of_step(Index all, const LearnBaseline& o, Index step) {
    if (o.rule == LearningRule::paper || o.rows >= all) {
        std::vector<Index> rows(static_cast<std::size_t>(all));
        std::iota(rows.begin(), rows.end(), Index{0});
        return rows;
    }
    std::vector<Index> rows;
    Index round = -1;
    Indices order;
    for (Index k = step * o.rows; k < (step + 1) * o.rows; ++k) {
        if (k / all != round)
            order = random::permutation(all, o.seed, rows_stream + static_cast<std::uint64_t>(round = k / all));
        rows.push_back(order[k % all]);
    }
    return rows;
}

struct Bounds {
    Tensor low, high;
    Tensor operator()(const Tensor& value) const { return minimum(maximum(value, low), high); }
};

/// What values are kept within, [1, features].
Bounds bounds_of(const Tensor& data, LearningRule rule) {
    const Tensor rows = flatten(data);
    const Reduce over{.axes = {0}, .keep = true};
    if (rule == LearningRule::adam) return {min(rows, over), max(rows, over)};
    const Tensor centre = mean(rows, over), reach = sqrt(mean(square(rows - centre), over)) * paper_reach;
    return {centre - reach, centre + reach};
}

}  // namespace

PatternLoss parse_pattern_loss(std::string_view text) {
    const auto found = std::find(loss_names.begin(), loss_names.end(), text);
    require(found != loss_names.end(), "pattern loss: ", unknown(text, loss_names, joined(loss_names, " ")));
    return static_cast<PatternLoss>(found - loss_names.begin());
}

std::string describe(PatternLoss loss) { return loss_names[static_cast<std::size_t>(loss)]; }

LearnBaseline learning_for(Index players) {
    constexpr Index few = 20;
    if (players <= few) return {};
    return {.orders = 0.2, .orders_at_once = 1, .contexts = 1, .rows = 4};
}

LearnedBaseline learn_baseline(const Model& model, const Tensor& data, const LearnBaseline& o) {
    check(data, o);
    const NoRecording off;
    Loss loss(model, data, o);
    const Bounds bounds = bounds_of(loss.evaluator().input(), o.rule);
    const bool adam = o.rule == LearningRule::adam;
    std::vector<Tensor> value{first_value(loss.evaluator().input(), o)};
    if (adam) value[0] = bounds(value[0]);
    LearnedBaseline learned;
    minimize::AdamState state;
    for (Index step = 0; step < o.steps; ++step) {
        Tensor slopes = zeros_like(value[0]);
        learned.losses.push_back(
            loss(value[0], rows_of_step(data.rows(), o, step), static_cast<std::uint64_t>(step), &slopes));
        if (adam) minimize::step(value, {slopes}, state, {.rate = o.rate});
        value[0] = adam ? bounds(value[0]) : value[0] - slopes * o.rate;
        if (o.run.progress) o.run.progress("learning", step + 1, o.steps);
    }
    learned.value = as_row(adam ? value[0] : bounds(value[0]), data);
    learned.evaluations = loss.evaluator().evaluations();
    return learned;
}

double pattern_loss(const Model& model, const Tensor& data, const Tensor& baseline, const LearnBaseline& o) {
    check(data, o);
    const NoRecording off;
    Loss loss(model, data, o);
    LearnBaseline there = o;
    there.from = baseline;
    const Tensor value = first_value(loss.evaluator().input(), there);
    std::vector<Index> rows(static_cast<std::size_t>(data.rows()));
    std::iota(rows.begin(), rows.end(), Index{0});
    return loss(value, rows, 0, nullptr);
}

}  // namespace gradpath::attribution
