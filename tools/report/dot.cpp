// A diagram in the language of Graphviz. Text is quoted: a quote or a backslash in it must not end or change it.
#include <gradpath/tools/report/diagram.hpp>

namespace gradpath::tools {
namespace {

std::string quoted(const std::string& words) {
    std::string out = "\"";
    for (const char letter : words) {
        if (letter == '"' || letter == '\\') out += '\\';
        if (letter == '\n') out += "\\n";
        else out += letter;
    }
    return out + "\"";
}

std::string label(const Diagram::Box& box) {
    std::string words = box.title;
    for (const std::string& line : box.lines) words += (words.empty() ? "" : "\n") + line;
    return quoted(words);
}

const char* look(Diagram::Kind kind) {
    switch (kind) {
        case Diagram::Kind::input:
        case Diagram::Kind::output: return ", style=\"rounded,bold\"";
        case Diagram::Kind::parameters: return ", style=\"rounded,filled\", fillcolor=\"#e8f0f9\"";
        default: return "";
    }
}

}  // namespace

std::string dot(const Diagram& diagram) {
    require_ordered(diagram);
    std::string out = "digraph " + quoted(diagram.title) + " {\n  label=" + quoted(diagram.title) +
                      ";\n  labelloc=t;\n  node [shape=box, style=rounded, fontname=\"sans-serif\", fontsize=11];\n";
    for (std::size_t i = 0; i < diagram.boxes.size(); ++i)
        out += text("  b", i, " [label=", label(diagram.boxes[i]), look(diagram.boxes[i].kind), "];\n");
    for (const Diagram::Arrow& arrow : diagram.arrows) out += text("  b", arrow.from, " -> b", arrow.to, ";\n");
    return out + "}\n";
}

}  // namespace gradpath::tools
