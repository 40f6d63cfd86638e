// The conformance matrix as a table; of a single method or axiom with the counter-examples and the commands that ask
// the same.
#include <algorithm>

#include <nlohmann/json.hpp>

#include <gradpath/autodiff/io/file.hpp>
#include <gradpath/tools/commands/commands.hpp>
#include <gradpath/tools/commands/format.hpp>
#include <gradpath/tools/commands/matrix.hpp>

namespace gradpath::tools {
namespace {

using Json = nlohmann::ordered_json;
using attribution::axioms::Cell;

Json document(const std::vector<Cell>& cells, const Common& common) {
    Json list = Json::array();
    for (const Cell& cell : cells) list.push_back(cell_json(cell));
    return {{"schema", "gradpath.axioms/1"}, {"seed", common.seed}, {"cells", list}};
}

std::string details(const std::vector<Cell>& cells) {
    std::vector<std::vector<std::string>> rows{{"method", "axiom", "", "measured", "functions"}};
    for (const Cell& cell : cells)
        rows.push_back({cell.method, cell.axiom, attribution::axioms::find_axiom(cell.axiom).name, cell_text(cell),
                        std::to_string(cell.functions)});
    std::string words = table_text(rows, {0, 1, 2, 3});
    for (const Cell& cell : cells) {
        if (!cell.counterexample) continue;
        words += text("\n", cell.method, " and ", cell.axiom, ", by ", cell.counterexample->source, ":\n",
                      wrapped(cell.counterexample->words, 4));
        for (const std::string& command : cell.counterexample->commands) words += "    " + command + "\n";
    }
    return words;
}

}  // namespace

Exit axioms(Words words, const std::atomic<bool>& interrupted) {
    Common common;
    MatrixOptions options;
    Arguments arguments("axioms", "Checks which axioms each method keeps, on random functions, and shows where not.",
                        "gradpath axioms --quick\ngradpath axioms --method guided-ig --seed 7\n"
                        "gradpath axioms --method idgi --axiom A8 --json");
    arguments.option("--method", "NAME", options.method, "one row of the matrix, with counter-examples (all)");
    arguments.option("--axiom", "NAME", options.axiom, "one column: A1 .. A14 or a name (all)");
    arguments.flag("--quick", options.quick, "20 functions of each generator instead of 200");
    add_common(arguments, common);
    if (!arguments.parse(words)) return print(arguments.help()), Exit::fine;
    apply(common);

    const std::vector<Cell> cells = measure_matrix(options, common, interrupted);
    if (common.json) print_json(document(cells, common));
    else if (options.method.empty() && options.axiom.empty())
        print(table_text(matrix_rows(cells), {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14}) + "\n" + legend());
    else print(details(cells));
    if (!common.out.empty()) {
        make_folder(common.out);
        writing([&] { io::write_file(common.out / "axioms.json", json_text(document(cells, common))); });
        say(common, "wrote " + (common.out / "axioms.json").string());
    }
    for (const Cell& cell : cells)
        if (broken(cell)) say(common, cell.method + " claims " + cell.axiom + ", which does not hold");
    return std::ranges::any_of(cells, broken) ? Exit::not_met : Exit::fine;
}

}  // namespace gradpath::tools
