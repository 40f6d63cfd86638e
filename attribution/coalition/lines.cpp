// Every line is a row of an evaluator of its own, whose input is the explained row as often as there are lines; the
// integral of a row does not depend on the others, so batches are free to be what the memory allows.
#include <gradpath/attribution/coalition/lines.hpp>

#include <algorithm>

#include <gradpath/attribution/core/result.hpp>
#include <gradpath/attribution/core/target.hpp>
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::attribution {
namespace {

constexpr Index lines_at_once = 512;
constexpr Index worth_telling = 10'000;  // lines of a sum that takes long enough for progress of its own
constexpr double of_each_line =
    0.05;                  // where nothing is asked for and kinks are costly: in a mean of lines errors cancel
constexpr Index many = 2;  // lines whose mean is taken: plan_for_many asks only whether it is one

}  // namespace

Cells every_cell(Index players) {
    Cells cells;
    const std::uint64_t everyone = (std::uint64_t{1} << players) - 1;
    for (std::uint64_t bits = 0; bits < everyone; ++bits) {
        cells.coalitions.emplace_back(players, bits);
        const double alike = choose(players - 1, cells.coalitions.back().size());
        cells.weights.push_back(1 / (static_cast<double>(players) * alike));
    }
    return cells;
}

Cells cells_on_circle(const Order& order) {
    const auto players = static_cast<Index>(order.size());
    Cells cells{{Coalition(players)}, {1 / static_cast<double>(players)}};
    for (Index size = 1; size < players; ++size)
        for (Index first = 0; first < players; ++first) {
            Coalition s(players);
            for (Index k = first; k < first + size; ++k) s.add(order[static_cast<std::size_t>(k % players)]);
            cells.coalitions.push_back(std::move(s));
            cells.weights.push_back(1 / static_cast<double>(players * (players - size)));
        }
    return cells;
}

Lines::Lines(Model model, Game& game, const Quadrature& quadrature)
    : model_(std::move(model)),
      game_(game),
      plan_(plan_for_many(game.evaluator(),
                          attribution::plan(game.method(), quadrature, game.evaluator().input().dtype()), many)),
      error_(static_cast<std::size_t>(game.lanes()), 0),
      steps_(static_cast<std::size_t>(game.evaluator().rows()), 0),
      met_(steps_.size(), true),
      rule_(plan_.rule) {
    const bool chosen = plan_.rule == QuadratureRule::gauss_legendre && !quadrature.rule && !quadrature.steps;
    if (chosen && !quadrature.tolerance) plan_.tolerance = of_each_line;
}

Numbers Lines::sum(const Cells& cells) {
    const Evaluator& evaluator = game_.evaluator();
    const auto line_bytes = static_cast<std::size_t>(evaluator.targets() * evaluator.features()) * sizeof(double);
    const std::size_t fit = game_.setup().run.memory / 8 / line_bytes;
    const auto at_once = std::clamp<std::size_t>(fit, 1, static_cast<std::size_t>(lines_at_once));
    Numbers sums(static_cast<std::size_t>(game_.lanes() * evaluator.features()), 0);
    const auto draws = static_cast<Index>(game_.background().size());
    const Index all = evaluator.rows() * draws * static_cast<Index>(cells.coalitions.size());
    Index done = 0;
    for (Index row = 0; row < evaluator.rows(); ++row)
        for (Index draw = 0; draw < draws; ++draw)
            for (std::size_t first = 0; first < cells.coalitions.size(); first += at_once) {
                const std::size_t count = std::min(at_once, cells.coalitions.size() - first);
                add({std::span(cells.coalitions).subspan(first, count), std::span(cells.weights).subspan(first, count),
                     row, draw},
                    sums);
                done += static_cast<Index>(count);
                if (all >= worth_telling) evaluator.tell("lines", done, all);
            }
    ++sums_;
    return sums;
}

void Lines::add(const Batch& batch, Numbers& sums) {
    Evaluator& evaluator = game_.evaluator();
    const Tensor start = game_.composites(batch.coalitions, batch.row, batch.draw);
    const Tensor end = broadcast_to(slice(evaluator.input(), 0, batch.row, batch.row + 1), start.shape());
    Run run = game_.setup().run;
    run.progress = {};
    run.facts = evaluator.facts();
    const std::vector<Index> owners(batch.coalitions.size(), batch.row);
    Evaluator lines(game_.method(), model_, end, target_of_rows(evaluator.fixed_target(), owners),
                    evaluator.objective().stage(), run);
    const std::vector<double> f_start = lines.values(start, "coalitions");
    const Integral integral = integrate(lines, straight(start, end), plan_, {f_start, lines.f_input()});
    const auto draws = static_cast<double>(game_.background().size());
    const auto width = static_cast<std::size_t>(evaluator.targets() * evaluator.features());
    double* const row = sums.data() + static_cast<std::size_t>(batch.row) * width;
    for (std::size_t line = 0; line < batch.coalitions.size(); ++line)
        for (std::size_t k = 0; k < width; ++k)
            row[k] += batch.weights[line] / draws * integral.values[line * width + k];
    evaluator.begin_chunk(lines.evaluations().forward);
    evaluator.count_backward(lines.evaluations().backward);
    take_figures(batch, integral);
}

void Lines::take_figures(const Batch& batch, const Integral& integral) {
    const auto row = static_cast<std::size_t>(batch.row);
    const auto targets = static_cast<std::size_t>(game_.evaluator().targets());
    const auto draws = static_cast<double>(game_.background().size());
    for (std::size_t line = 0; line < batch.coalitions.size(); ++line) {
        for (std::size_t t = 0; t < targets && integral.error; ++t)
            error_[row * targets + t] += batch.weights[line] / draws * (*integral.error)[line * targets + t];
        steps_[row] += integral.steps[line];
        if (!integral.met.empty() && !integral.met[line]) met_[row] = false;
    }
    rule_ = integral.rule;
    for (const std::string& note : integral.notes) add_note(notes_, note);
}

std::vector<double> Lines::error() const {
    if (!plan_.tolerance || sums_ == 0) return {};
    std::vector<double> mean = error_;
    for (double& e : mean) e /= static_cast<double>(sums_);
    return mean;
}

}  // namespace gradpath::attribution
