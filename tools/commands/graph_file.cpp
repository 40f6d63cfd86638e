// The function is run once, on zeros, and its graph recorded. Numbers do not matter: the ops depend on shapes only.
#include <gradpath/tools/commands/graph_file.hpp>

#include <gradpath/autodiff/graph.hpp>
#include <gradpath/autodiff/io/file.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/tools/commands/common.hpp>
#include <gradpath/tools/commands/exit.hpp>
#include <gradpath/tools/commands/subject.hpp>
#include <gradpath/tools/report/diagram.hpp>

namespace gradpath::tools {

void write_graph(const Subject& subject, const std::string& file) {
    const std::string ending = ending_of(file);
    require<UsageError>(ending == ".svg" || ending == ".dot",
                        "info: --graph takes the name of an .svg or .dot file: got \"", file, "\"");
    std::string title = subject.name;
    std::vector<ParameterCount> parameters;
    if (subject.model) {
        for (const nn::Parameter& p : nn::parameters(*subject.model)) parameters.push_back({p.name, p.value.size()});
        title = text(subject.model->architecture, ", ", nn::count(*subject.model), " parameters");
    }
    const Graph graph = record(subject.run, zeros(Shape{1}.joined(subject.row), subject.dtype));
    const Diagram drawn = diagram(graph, title, parameters);
    writing([&] { io::write_file(file, ending == ".svg" ? svg(drawn) : dot(drawn)); });
}

}  // namespace gradpath::tools
