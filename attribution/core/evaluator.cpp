// One chunk is one forward pass, one sweep per target over its graph, and then nothing is kept but numbers. How many
// rows fit is measured, not guessed: the first look runs 1, 2 and (where chunks would be small for want of precision)
// 16 rows and takes the slope, plus the quarter that the pool's size classes may add. The same look tells whether rows
// are independent: an engine whose sums do not depend on the number of rows gives the same bits for a row alone and in
// company, so any difference means that the model mixes rows, and then every row runs by itself. The company is the
// last row of the input, as far from the first as the caller's own data go: rows that are alike may hide what mixes
// them. Where the model may be called from several threads, each runs whole chunks by itself: threads that share the
// loops of one chunk read what others wrote, which some machines are slow at.
#include <gradpath/attribution/core/evaluator.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/kernels/parallel.hpp>
#include <gradpath/autodiff/memory.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/random.hpp>
#include <gradpath/autodiff/rectified.hpp>
#include <gradpath/autodiff/taps.hpp>
#include <gradpath/autodiff/threads.hpp>

namespace gradpath::attribution {
namespace {

constexpr std::size_t comfortable = std::size_t{8} << 20;  // larger chunks leave the caches: LeNet-5 takes twice
constexpr Index comfortable_rows = 64;                     // as long; but fewer rows leave lanes and threads idle, and
                                                           // read large weights again and again
constexpr Index whole_lanes = 16;                          // no set of instructions takes more rows at once
constexpr std::size_t worth_a_thread = std::size_t{1} << 20;  // bytes: smaller chunks are done before one has begun

struct Evaluated {
    std::vector<Tensor> scores, gradients;  // per target: [rows], [rows, input shape]
};

/// Runs the model at x; `scores` makes the explained numbers of its output.
Evaluated evaluate(const Objective& objective, const Tensor& x,
                   const std::function<std::vector<Tensor>(const Tensor&)>& scores) {
    const Recording on;  // whatever the caller's scope is
    const Tensor leaf = tracked(x);
    Evaluated result{scores(objective.run(leaf)), {}};
    for (Tensor& score : result.scores) {
        result.gradients.push_back(grad(sum(score), leaf));
        score = detached(score);
    }
    return result;
}

/// The first row of x, moved a little in every feature: down where it is positive, so that domains such as log's hold.
Tensor neighbour(const Tensor& row) {
    const Tensor u = random::uniform(row.shape(), 1.0 / 64, 1.0 / 16, {.seed = 1, .dtype = row.dtype()});
    return where(equal(row, 0.0), u, row - row * u);
}

/// The last row of x, or, where it is like the first, a neighbour of that.
Tensor companion(const Tensor& x, const Tensor& first) {
    const Tensor last = slice(x, 0, x.rows() - 1, x.rows());
    return same_bits(last, first) ? neighbour(first) : last;
}

/// Do rows first .. of `many` equal all rows of `few`, bit for bit or both NaN?
bool agree(const Tensor& many, Index first, const Tensor& few) {
    const Index offset = first * (few.size() / few.rows());
    for (Index k = 0; k < few.size(); ++k) {
        const double a = many.at(offset + k), b = few.at(k);
        if (a != b && !(std::isnan(a) && std::isnan(b))) return false;
    }
    return true;
}

bool agree(const Evaluated& many, Index first, const Evaluated& few) {
    for (std::size_t t = 0; t < few.scores.size(); ++t)
        if (!agree(many.scores[t], first, few.scores[t]) || !agree(many.gradients[t], first, few.gradients[t]))
            return false;
    return true;
}

}  // namespace

Index ModelFacts::rows_within(std::size_t budget) const {
    if (!independent) return 1;
    const auto fit = [&](std::size_t bytes) {
        return static_cast<Index>((bytes - std::min(bytes, fixed_bytes)) / std::max<std::size_t>(bytes_per_row, 1));
    };
    const Index rows = std::min(fit(budget), std::max(fit(comfortable), comfortable_rows));
    return rows > whole_lanes ? rows - rows % whole_lanes : std::max<Index>(1, rows);
}

ModelFacts examine(const Objective& objective, const Tensor& x, std::size_t memory) {
    const Serial serial;
    const Tensor a = slice(x, 0, 0, 1), b = companion(x, a), pair = concat({a, b});
    const auto measured = [&](const Tensor& points, std::size_t& bytes) {
        const std::vector<Index> rows(static_cast<std::size_t>(points.rows()), 0);
        const memory::PeakScope scope;
        Evaluated result =
            evaluate(objective, points, [&](const Tensor& output) { return objective.scores(output, rows); });
        bytes = scope.peak_bytes();
        return result;
    };
    ModelFacts facts;
    std::size_t one = 0, two = 0;
    const Evaluated alone = measured(a, one), other = measured(b, one);
    try {
        const Evaluated both = measured(pair, two);
        facts.independent = agree(both, 0, alone) && agree(both, 1, other);
    } catch (const Error&) {
        facts.independent = false;  // the model takes one row only
    }
    if (!facts.independent) {
        facts.bytes_per_row = one;
        return facts;
    }
    const std::size_t row_bytes = static_cast<std::size_t>(a.size()) * size_of(a.dtype());
    const auto conclude = [&](std::size_t slope) {
        facts.fixed_bytes = one - std::min(one, slope);
        facts.bytes_per_row = (slope + slope / 4) + 3 * row_bytes;  // the points themselves, being made and copied
    };
    if (two > std::size_t{1} << 20) {
        conclude(two - std::min(one, two));
        return facts;
    }
    conclude((two + 1) / 2);  // small blocks round up, so their difference tells little
    if (facts.rows_within(memory) < comfortable_rows && 8 * two <= memory) {  // sixteen rows tell better
        std::size_t many = 0;
        measured(concat(std::vector<Tensor>(8, pair)), many);
        conclude((many - std::min(one, many) + 14) / 15);
    }
    return facts;
}

Evaluator::Evaluator(std::string method, Model model, const Tensor& x, const Target& target, const OutputStage& stage,
                     const Run& run)
    : method_(std::move(method)),
      x_(detached(x)),
      target_(target),
      objective_([&] {
          require(static_cast<bool>(model), method_, ": the model is empty");
          require<ShapeError>(x.rank() >= 1 && x.size() > 0, method_,
                              ": the input needs at least one row and one feature but has shape ", x.shape());
          const NoRecording off;
          first_output_ = model(slice(x_, 0, 0, 1));
          return Objective(method_, std::move(model), target, stage, x.rows(), first_output_);
      }()),
      run_(run) {
    before_chunk();
    if (!run_.facts) run_.facts = std::make_shared<const ModelFacts>(examine(objective_, x_, run_.memory));
    chunk_ = run_.facts->rows_within(run_.memory);
    if (rows() == 1) take_outputs(0, reshape(first_output_, {1, objective_.outputs()}), "input", f_input_);
    else f_input_ = forward(x_, "input", true);
    first_output_ = {};
}

Target Evaluator::fixed_target() const {
    const bool open = std::holds_alternative<Predicted>(target_) && objective_.stage().kind != Stage::margin;
    return open ? Target(objective_.indices()) : target_;
}

void Evaluator::before_chunk() const {
    const bool stop = run_.cancel != nullptr && run_.cancel->load(std::memory_order_relaxed);
    require<Cancelled>(!stop, method_, ": cancelled by the caller");
}

void Evaluator::tell(std::string_view stage, Index done, Index total) const {
    if (run_.progress) run_.progress(stage, done, total);
}

std::vector<double> Evaluator::values(const Tensor& x, std::string_view stage) { return forward(x, stage, false); }

std::vector<double> Evaluator::forward(const Tensor& x, std::string_view stage, bool resolve) {
    const NoRecording off;
    std::vector<double> result;
    for (Index first = 0; first < rows(); first += chunk_) {
        before_chunk();
        const Tensor output = objective_.run(slice(x, 0, first, std::min(rows(), first + chunk_)));
        if (resolve) objective_.resolve(first, output);
        take_outputs(first, output, stage, result);
    }
    return result;
}

void Evaluator::take_outputs(Index first, const Tensor& output, std::string_view stage, std::vector<double>& numbers) {
    std::vector<Index> ids(static_cast<std::size_t>(output.rows()));
    std::iota(ids.begin(), ids.end(), first);
    const std::vector<Tensor> scores = objective_.scores(output, ids);
    for (Index row = 0; row < output.rows(); ++row)
        for (const Tensor& score : scores) numbers.push_back(score.at(row));
    evaluations_.forward += output.rows();
    tell(stage, first + output.rows(), rows());
}

void Evaluator::begin_chunk(Index forward_rows) {
    before_chunk();
    evaluations_.forward += forward_rows;
}

void Evaluator::values(Index count, const Make& make, const TakeValues& take) {
    const NoRecording off;
    std::vector<double> numbers(static_cast<std::size_t>(targets()));
    for (Index first = 0; first < count; first += chunk_) {
        const Index last = std::min(count, first + chunk_);
        begin_chunk(last - first);
        const Points points = make(first, last);
        const std::vector<Tensor> scores = objective_.scores(objective_.run(points.at), points.rows);
        for (Index k = first; k < last; ++k) {
            for (std::size_t t = 0; t < scores.size(); ++t) numbers[t] = scores[t].at(k - first);
            take(k, numbers);
        }
    }
}

void Evaluator::gradients(Index count, const Make& make, const TakeChunk& take, std::string_view stage, Index done,
                          Index total) {
    const auto scores = [&](const Tensor& output, Index, std::span<const Index> rows) {
        return objective_.scores(output, rows);
    };
    run_chunks(count, make, scores, take, {stage, done, total});
}

void Evaluator::gradients(Index count, const Make& make, const Take& take, std::string_view stage, Index done,
                          Index total) {
    gradients(count, make, point_by_point(take), stage, done, total);
}

void Evaluator::pullbacks(Index count, const Make& make, const std::vector<Tensor>& slopes, const Take& take) {
    const auto scores = [&](const Tensor& output, Index first, std::span<const Index>) {
        std::vector<Tensor> all;
        for (const Tensor& slope : slopes)
            all.push_back(sum(output * slice(slope, 0, first, first + output.rows()), {.axes = {1}}));
        return all;
    };
    run_chunks(count, make, scores, point_by_point(take), {"path", 0, 0});
}

Evaluator::TakeChunk Evaluator::point_by_point(const Take& take) const {
    const auto width = static_cast<std::size_t>(features()), lanes = static_cast<std::size_t>(targets());
    return [&take, width, lanes, numbers = std::vector<double>(lanes),
            slopes = Numbers(lanes * width)](const Chunk& chunk) mutable {
        for (Index k = chunk.first; k < chunk.last; ++k) {
            for (std::size_t t = 0; t < lanes; ++t) {
                numbers[t] = chunk.scores[t].at(k - chunk.first);
                const auto copy = [&](auto row) { std::copy(row.begin(), row.end(), slopes.data() + t * width); };
                const auto offset = static_cast<std::size_t>(k - chunk.first) * width;
                const Tensor& gradient = chunk.gradients[t];
                if (gradient.dtype() == DType::float32) copy(gradient.data<float>().subspan(offset, width));
                else copy(gradient.data<double>().subspan(offset, width));
            }
            take(k, numbers, slopes);
        }
    };
}

// All threads or none: where there are fewer chunks than threads, sharing the loops of one keeps more of them at work.
Chunks Evaluator::cut(Index count, Index most) const {
    const bool alone = !run_.concurrent || kernels::serial_flag() || is_observed() || !TapPath::current().empty();
    const auto bytes = [&](Index points) {  // of a method that takes fewer than a chunk holds, each takes more
        return run_.facts->fixed_bytes + static_cast<std::size_t>(points * (chunk_ / most)) * run_.facts->bytes_per_row;
    };
    const Index workers = alone ? 1 : threads();
    const std::size_t share = run_.memory / static_cast<std::size_t>(workers);
    Index least = std::min(whole_lanes, most), points = most;
    while (least < most && bytes(least) < worth_a_thread) least = std::min(2 * least, most);
    while (points > least && bytes(points) > share) points /= 2;
    if (workers == 1 || count / workers < least || bytes(least) < worth_a_thread || bytes(points) > share)
        return {count, 1, most};
    const Index rounds = (count - 1) / (workers * points) + 1;
    return {count, workers, (count - 1) / (rounds * workers) + 1};
}

void Evaluator::run_chunks(Index count, const Make& make, const Scores& scores, const TakeChunk& take,
                           const Telling& telling) {
    if (count == 0) return;
    const Chunks chunks = cut(count, chunk_);
    std::vector<Points> points(static_cast<std::size_t>(chunks.at_once));
    std::vector<Evaluated> results(points.size());
    const auto prepare = [&](std::size_t place, Index first, Index last) {
        before_chunk();
        points[place] = make(first, last);
    };
    const auto work = [&](std::size_t place, Index first, Index) {
        const Points& here = points[place];
        results[place] = {};
        results[place] =
            evaluate(objective_, here.at, [&](const Tensor& output) { return scores(output, first, here.rows); });
    };
    chunks.run(prepare, work, [&](std::size_t place, Index first, Index last) {
        evaluations_.forward += last - first;
        evaluations_.backward += (last - first) * targets();
        take({first, last, results[place].scores, results[place].gradients});
        points[place] = {};  // the next are made of the same blocks
        if (chunks.at_once == 1) results[place] = {};
        tell(telling.stage, telling.done + last, telling.total);
    });
    chunks.drop(results);
}

}  // namespace gradpath::attribution
