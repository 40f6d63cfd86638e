// Cells do not depend on each other, and the functions are tiny: a task for each.
#include <gradpath/tools/commands/matrix.hpp>

#include <algorithm>

#include <nlohmann/json.hpp>

#include <gradpath/tools/commands/crew.hpp>
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
    std::vector<Cell> cells(tasks.size());
    Progress progress(Progress::style(common.quiet), "cells");
    const auto measure = [&](std::size_t k) {
        cells[k] = attribution::axioms::check(*tasks[k].subject, *tasks[k].axiom, check);
    };
    run_tasks(tasks.size(), measure, progress, "axioms");
    return cells;
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
