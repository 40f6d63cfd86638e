#include <algorithm>

#include <gradpath/tools/commands/matrix.hpp>
#include <gradpath/tools/experiments/experiment.hpp>

namespace gradpath::tools {
namespace {

using attribution::axioms::Asked;
using attribution::axioms::Cell;
using attribution::axioms::text_of;

Table matrix_table(const std::vector<Cell>& cells) {
    std::vector<std::vector<std::string>> rows = matrix_rows(cells);
    Table table{.caption = "Cells: whether the axiom holds, and the largest relative violation that was met.",
                .columns = {},
                .rows = {}};
    for (const std::string& title : rows[0]) table.columns.push_back({title});
    table.rows.assign(rows.begin() + 1, rows.end());
    for (std::vector<std::string>& row : table.rows)
        for (std::string& cell : row)
            if (const auto space = cell.find(' '); space != cell.npos) cell.replace(space, 1, "\u00a0");  // in one line
    return table;
}

/// All counter-examples of a method, the first question of each with its answer.
Table counterexamples(const std::vector<Cell>& cells, const std::string& method) {
    Table table{.caption = "Functions that the check found, and what the method says of them.",
                .columns = {{"axiom"}, {"generator"}, {"what is wrong"}, {"function"}, {"at"}, {"from"}},
                .rows = {}};
    for (const Cell& cell : cells) {
        if (cell.method != method || !cell.counterexample) continue;
        const Asked& asked = cell.counterexample->asked.front();
        table.rows.push_back({cell.axiom, cell.counterexample->source, cell.counterexample->words,
                              asked.question.f.text(), text_of(asked.question.x),
                              text_of(asked.question.baselines.front())});
    }
    return table;
}

}  // namespace

Study study_axioms(const ExperimentOptions& o) {
    const std::vector<Cell> cells =
        measure_matrix({.method = {}, .axiom = {}, .quick = o.quick}, o.common, o.interrupted);
    Study study;
    std::vector<std::string> methods;
    for (const Cell& cell : cells) {
        study.rows.push_back(
            {.method = cell.method, .figure = cell.axiom, .value = cell.figure, .note = describe(cell.holds)});
        if (cell.counterexample) study.rows.back().note += ": " + cell.counterexample->words;
        if (methods.empty() || methods.back() != cell.method) methods.push_back(cell.method);
    }
    study.met = std::ranges::none_of(cells, broken);
    study.report = {.title = "Which method keeps which axiom?",
                    .subtitle = "Measured on random functions with a fixed seed; every n has a counter-example."};
    study.report.sections.push_back({"The matrix", {matrix_table(cells), Text{{legend()}}}});
    for (const std::string& method : methods)
        if (Table table = counterexamples(cells, method); !table.rows.empty())
            study.report.sections.push_back({method, {std::move(table)}});
    return study;
}

}  // namespace gradpath::tools
