#include <gradpath/tools/commands/pages.hpp>

#include <algorithm>

#include <gradpath/attribution/registry.hpp>
#include <gradpath/autodiff/version.hpp>

namespace gradpath::tools {
namespace {

/// With a backslash before each of some letters.
std::string guarded(const std::string& words, const char* letters) {
    std::string out;
    for (const char c : words) {
        if (std::string_view(letters).find(c) != std::string_view::npos) out += '\\';
        out += c;
    }
    return out;
}

std::vector<std::string> lines_of(const std::string& words) {
    std::vector<std::string> lines;
    for (std::size_t first = 0; first < words.size();) {
        const std::size_t last = std::min(words.find('\n', first), words.size());
        lines.push_back(words.substr(first, last - first));
        first = last + 1;
    }
    return lines;
}

/// Text of a manual page: a line must not begin with a dot or a quote, which are roff's.
std::string roff(const std::string& words) {
    std::string out;
    for (const std::string& line : lines_of(guarded(words, "\\-")))
        out += (line.starts_with(".") || line.starts_with("'") ? "\\&" : "") + line + "\n";
    return out;
}

std::string man_part(const CommandPage& page) {
    std::string out = ".SS gradpath " + page.command + "\n" + roff(page.summary);
    for (const CommandPage::Option& option : page.options) {
        out += ".TP\n\\fB" + guarded(option.name, "-") + "\\fR";
        if (!option.kind.empty()) out += " \\fI" + guarded(option.kind, "\\-") + "\\fR";
        out += "\n" + roff(option.help);
    }
    return out + ".RS\n.EX\n" + roff(page.examples) + ".EE\n.RE\n";
}

std::string bash_part(const CommandPage& page) {
    std::string names;
    for (const CommandPage::Option& option : page.options)
        if (option.name.starts_with("-")) names += " " + option.name;
    return "        " + page.command + ") words='" + names.substr(1) + "' ;;\n";
}

/// Between single quotes, in which zsh's _arguments reads [, ] and : itself.
std::string zsh_words(const std::string& words) {
    std::string out;
    for (const char c : guarded(words, "[]:")) out += c == '\'' ? "'\\''" : std::string(1, c);
    return out;
}

std::string zsh_part(const CommandPage& page) {
    std::string out = "    " + page.command + ") _arguments";
    for (const CommandPage::Option& option : page.options) {
        if (!option.name.starts_with("-")) continue;
        out += " \\\n      '*" + option.name + "[" + zsh_words(option.help) + "]";
        if (option.name == "--method") out += ":method:($methods)";
        else if (!option.kind.empty()) out += ":" + zsh_words(option.kind) + ":_files";
        out += "'";
    }
    return out + " \\\n      '*:file:_files' ;;\n";
}

std::string names_of(const std::vector<CommandName>& commands) {
    std::string names;
    for (const CommandName& command : commands) names += (names.empty() ? "" : " ") + command.name;
    return names;
}

std::string method_names() {
    std::string names;
    for (const attribution::Method& method : attribution::methods()) names += (names.empty() ? "" : " ") + method.name;
    return names;
}

Frame man_frame() {
    return {std::string(".TH GRADPATH 1 \"\" \"gradpath ") + version() +
                "\" \"User Commands\"\n.SH NAME\ngradpath \\- trains small neural networks and explains them\n"
                ".SH SYNOPSIS\n.B gradpath\n.I COMMAND\n.RI [ OPTIONS ]\n.SH COMMANDS\n",
            ".SH EXIT STATUS\n0 fine, 1 failure, 2 wrong usage, 3 a requested check was not met, 4 an input file is "
            "bad, 130 interrupted.\n"};
}

Frame bash_frame(const std::vector<CommandName>& commands) {
    return {
        "# Completion of gradpath for bash: source it, or leave it in bash's folder of completions.\n_gradpath() {\n"
        "    local words=\n    if [ \"$COMP_CWORD\" -eq 1 ]; then\n        words='" +
            names_of(commands) + "'\n    elif [ \"${COMP_WORDS[COMP_CWORD - 1]}\" = --method ]; then\n        words='" +
            method_names() + "'\n    else\n        case \"${COMP_WORDS[1]}\" in\n",
        "        esac\n    fi\n    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\")\n"
        "}\ncomplete -o default -F _gradpath gradpath\n"};
}

Frame zsh_frame(const std::vector<CommandName>& commands) {
    std::string list;
    for (const CommandName& c : commands) list += "    '" + c.name + ":" + zsh_words(c.summary) + "'\n";
    return {
        "#compdef gradpath\n# Completion of gradpath for zsh: leave it as _gradpath in a folder of $fpath.\n"
        "local methods='" +
            method_names() + "'\nif (( CURRENT == 2 )); then\n  local -a commands=(\n" + list +
            "  )\n  _describe command commands\nelse\n  case $words[2] in\n",
        "  esac\nfi\n"};
}

}  // namespace

std::string page_as(const std::string& form, const CommandPage& page) {
    return form == "man" ? man_part(page) : form == "bash" ? bash_part(page) : zsh_part(page);
}

Frame frame_of(const std::string& form, const std::vector<CommandName>& commands) {
    return form == "man" ? man_frame() : form == "bash" ? bash_frame(commands) : zsh_frame(commands);
}

}  // namespace gradpath::tools
