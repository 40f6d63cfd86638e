// The attack is steered by the probability of the class it aims at, whatever stage is explained. A row that has arrived
// stays where it is: its further edges have no length and no share.
#include <gradpath/attribution/path/agi.hpp>

#include <algorithm>
#include <cmath>

#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/random.hpp>

namespace gradpath::attribution {
namespace {

struct Range {
    double low = 0, high = 1;
};

Range range_of(const Tensor& x, const Agi& o) {
    Range own;
    for (Index k = 0; k < x.size(); ++k) own = {std::min(own.low, x.at(k)), std::max(own.high, x.at(k))};
    const Range range{o.low.value_or(own.low), o.high.value_or(own.high)};
    require(range.low < range.high, "agi: low must be below high but they are ", range.low, " and ", range.high);
    require(own.low >= std::min(0.0, range.low) && own.high <= std::max(1.0, range.high), "agi: the input must lie in [",
            range.low, ", ", range.high, "] but spans [", own.low, ", ", own.high, "]; set low and high");
    return range;
}

/// The class that attack `sample` aims at, for each row: the others in an order by seed, the row's own left out.
std::vector<Index> aims(const std::vector<Index>& own, Index outputs, std::uint64_t seed, Index sample) {
    std::vector<Index> list;
    for (const Index answer : own) {
        const Indices order = random::permutation(outputs, seed, std::uint64_t{3} << 32);
        Index left = sample;
        for (const Index candidate : order.data())
            if (candidate != answer && left-- == 0) list.push_back(candidate);
    }
    return list;
}

}  // namespace

Attribution agi(const Model& model, const Tensor& x, const Agi& o) {
    require(std::isfinite(o.rate) && o.rate > 0, "agi: rate must be above 0 but is ", o.rate);
    require(o.classes >= 1, "agi: classes must be at least 1 but is ", o.classes);
    const Range range = range_of(x, o);
    Evaluations attacks;
    const auto make = [&](Evaluator& evaluator, Index sample) {
        const Index outputs = evaluator.objective().outputs();
        std::vector<Index> own = evaluator.objective().indices();
        require(!own.empty(), "agi: the target must be an output of the model; give an index");
        const std::vector<Index> aim = aims(own, outputs, o.seed, sample);
        Run run = o.run;
        run.facts = evaluator.facts();
        run.progress = {};
        const auto adversary = std::make_shared<Evaluator>("agi", model, evaluator.input(), aim,
                                                           OutputStage{.kind = Stage::probability}, run);
        const auto next = [&, aim, adversary](const Tensor& at, Index) {
            const NoRecording off;
            const Evaluations before = adversary->evaluations();
            const Tensor uphill = sign(gradient_at(*adversary, at));
            const Indices answers = argmax(adversary->objective().run(at), 1);
            std::vector<double> going;
            for (std::size_t row = 0; row < aim.size(); ++row)
                going.push_back(answers[static_cast<Index>(row)] == aim[row] ? 0.0 : 1.0);
            Shape column = at.shape();
            for (Index axis = 1; axis < at.rank(); ++axis) column = column.with(axis, 1);
            const Tensor moving = Tensor(column, std::span<const double>(going)).to(at.dtype());
            attacks.forward += adversary->evaluations().forward - before.forward + at.rows();
            attacks.backward += adversary->evaluations().backward - before.backward;
            return where(moving, minimum(maximum(at + uphill * o.rate, range.low), range.high), at);
        };
        return Walker{.start = evaluator.input(), .next = next, .away = true};
    };
    const Index outputs = [&] {
        const NoRecording off;
        const Tensor first = model(slice(detached(x), 0, 0, 1));
        return first.rank() == 2 ? first.shape()[1] : 1;
    }();
    require(outputs >= 2, "agi: the model must have at least two outputs to walk from one to another");
    Attribution result = along_walks("agi", model, x,
                                     {.target = o.target,
                                      .stage = o.stage,
                                      .quadrature = o.quadrature,
                                      .samples = std::min(o.classes, outputs - 1),
                                      .steps = o.steps,
                                      .run = o.run},
                                     make);
    result.evaluations.forward += attacks.forward;
    result.evaluations.backward += attacks.backward;
    result.seed = o.seed;
    return result;
}

}  // namespace gradpath::attribution
