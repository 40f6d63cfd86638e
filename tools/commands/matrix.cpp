// Cells do not depend on each other: every thread takes the next one and runs its kernels alone, since the functions
// are tiny.
#include <gradpath/tools/commands/matrix.hpp>

#include <algorithm>
#include <exception>
#include <mutex>
#include <thread>

#include <nlohmann/json.hpp>

#include <gradpath/autodiff/threads.hpp>
#include <gradpath/tools/commands/format.hpp>
#include <gradpath/tools/commands/numbers.hpp>
#include <gradpath/tools/commands/progress.hpp>

namespace gradpath::tools {
namespace {

using Json = nlohmann::ordered_json;
using attribution::axioms::Axiom;
using attribution::axioms::Cell;
using attribution::axioms::CounterExample;
using attribution::axioms::Holds;
using attribution::axioms::Subject;

struct Task {
    const Subject* subject;
    const Axiom* axiom;
};

/// Runs all tasks on several threads; what one throws is thrown when all have stopped.
class Crew {
public:
    Crew(const std::vector<Task>& tasks, const attribution::axioms::Check& check, bool quiet)
        : tasks_(tasks), check_(check), cells_(tasks.size()), progress_(Progress::style(quiet), "cells") {}

    std::vector<Cell> run(std::size_t threads) {
        std::vector<std::thread> crew;
        for (std::size_t k = 0; k < std::min(threads, tasks_.size()); ++k) crew.emplace_back([this] { work(); });
        for (std::thread& thread : crew) thread.join();
        if (fault_) std::rethrow_exception(fault_);
        return std::move(cells_);
    }

private:
    void work() {
        const Serial serial;
        for (std::size_t k = next_++; k < tasks_.size(); k = next_++) {
            try {
                cells_[k] = attribution::axioms::check(*tasks_[k].subject, *tasks_[k].axiom, check_);
            } catch (...) {
                const std::lock_guard lock(mutex_);
                if (!fault_) fault_ = std::current_exception();
                next_ = tasks_.size();
                return;
            }
            const std::lock_guard lock(mutex_);
            progress_.tell("axioms", static_cast<Index>(++done_), static_cast<Index>(tasks_.size()));
        }
    }

    const std::vector<Task>& tasks_;
    const attribution::axioms::Check& check_;
    std::vector<Cell> cells_;
    Progress progress_;
    std::atomic<std::size_t> next_ = 0;
    std::size_t done_ = 0;
    std::mutex mutex_;
    std::exception_ptr fault_;
};

Json counterexample_json(const CounterExample& example) {
    Json questions = Json::array();
    for (const auto& [question, answer] : example.asked)
        questions.push_back({{"formula", question.f.text()},
                             {"input", question.x},
                             {"baselines", question.baselines},
                             {"shares", answer.shares}});
    return {{"generator", example.source},
            {"words", example.words},
            {"questions", questions},
            {"commands", example.commands}};
}

}  // namespace

std::vector<Cell> measure_matrix(const MatrixOptions& options, const Common& common,
                                 const std::atomic<bool>& interrupted) {
    const std::vector<Subject> subjects = options.method.empty()
                                              ? attribution::axioms::registered_subjects()
                                              : std::vector{attribution::axioms::registered(options.method)};
    const Axiom* only = options.axiom.empty() ? nullptr : &attribution::axioms::find_axiom(options.axiom);
    std::vector<Task> tasks;
    for (const Subject& subject : subjects)
        for (const Axiom& axiom : attribution::axioms::axioms())
            if (only == nullptr || only == &axiom) tasks.push_back({&subject, &axiom});
    attribution::axioms::Check check{.seed = common.seed, .cancel = &interrupted};
    if (options.quick) check.functions = quick_functions;
    return Crew(tasks, check, common.quiet).run(static_cast<std::size_t>(threads()));
}

Json cell_json(const Cell& cell) {
    const Json holds = cell.holds == Holds::yes             ? Json(true)
                       : cell.holds == Holds::no            ? Json(false)
                       : cell.holds == Holds::approximately ? Json("approximate")
                                                            : Json(nullptr);
    return {{"method", cell.method},
            {"axiom", cell.axiom},
            {"name", attribution::axioms::find_axiom(cell.axiom).name},
            {"holds", holds},
            {"figure", short_json(cell.figure, DType::float64)},
            {"tolerance", cell.tolerance},
            {"functions", cell.functions},
            {"claimed", cell.claimed},
            {"counterexample", cell.counterexample ? counterexample_json(*cell.counterexample) : Json(nullptr)}};
}

std::string cell_text(const Cell& cell) {
    if (cell.functions == 0) return "";
    return describe(cell.holds) + " " + short_number(cell.figure, 1);
}

std::vector<std::vector<std::string>> matrix_rows(const std::vector<Cell>& cells) {
    std::vector<std::vector<std::string>> rows{{"method"}};
    for (const Cell& cell : cells) {
        if (rows.back()[0] != cell.method) rows.push_back({cell.method});
        if (rows.size() == 2) rows[0].push_back(cell.axiom);
        rows.back().push_back(cell_text(cell));
    }
    return rows;
}

bool broken(const Cell& cell) { return cell.claimed && cell.holds == Holds::no; }

std::string legend() {
    std::string words =
        "y holds, ~ holds in the limit of steps or samples, n has a counter-example, - measured only; "
        "the number is the largest relative violation that was met (A12: the median).\n";
    for (const Axiom& axiom : attribution::axioms::axioms())
        words += axiom.id + std::string(4 - axiom.id.size(), ' ') + axiom.name + ": " + axiom.statement + "\n";
    return words;
}

}  // namespace gradpath::tools
