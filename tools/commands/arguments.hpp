#pragma once
// The options of a command: declared once, for parsing and for --help.
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <gradpath/autodiff/shape.hpp>

namespace gradpath::tools {

/// Reads a value from its text. Throws UsageError "train: --epochs takes a whole number: got "x"".
void read_value(const std::string& what, const std::string& text, std::string& field);
void read_value(const std::string& what, const std::string& text, Index& field);  ///< not negative
void read_value(const std::string& what, const std::string& text, std::uint64_t& field);
void read_value(const std::string& what, const std::string& text, double& field);  ///< finite
template <class T>
void read_value(const std::string& what, const std::string& text, std::optional<T>& field) {
    T value{};
    read_value(what, text, value);
    field = std::move(value);
}

/// "; did you mean "train"?", or nothing if no name is near.
std::string did_you_mean(std::string_view name, const std::vector<std::string>& names);

/// What a command takes, as plain data.
struct CommandPage {
    struct Option {
        std::string name, kind, help;  ///< "--epochs", "N"; a word without dashes has no kind, nor has a flag
    };
    std::string command, summary, examples;
    std::vector<Option> options = {};
};

class Arguments {
public:
    /// examples: lines of shell, shown first by --help.
    Arguments(std::string command, std::string summary, std::string examples);
    ~Arguments();
    Arguments(const Arguments&) = delete;
    Arguments& operator=(const Arguments&) = delete;

    const std::string& command() const { return command_; }
    /// The heading under which --help lists what is declared from now on.
    void group(const std::string& title);
    /// A word without dashes; may be left out.
    void positional(const std::string& name, std::string& field, const std::string& help);
    void flag(const std::string& name, bool& field, const std::string& help);
    /// `read` is called with the text, each time the option stands there if it may be repeated, else with the last one.
    void value(const std::string& name, const std::string& kind, const std::string& help,
               const std::function<void(const std::string& text)>& read, bool repeated = false);
    template <class T>
    void option(const std::string& name, const std::string& kind, T& field, const std::string& help) {
        value(name, kind, help,
              [this, name, &field](const std::string& text) { read_value(command_ + ": " + name, text, field); });
    }
    /// Declares --config, --print-config and --help.
    void add_standard();
    /// Throws UsageError for what was not declared, naming the nearest; IoError where the file of --config cannot be
    /// read. False: there is something to print instead of running, help().
    bool parse(std::span<const std::string> words);
    /// As --help, --help=man, --help=bash, --help=zsh or --print-config asked for.
    std::string help() const;
    CommandPage page() const;

private:
    bool asks_for_help(std::span<const std::string> words);
    void read(std::span<const std::string> words);

    struct Parser;
    std::string command_;
    std::unique_ptr<Parser> parser_;
};

/// Throws UsageError "eval: MODEL is missing; ..." if the text is empty.
void require_given(const Arguments& arguments, const std::string& name, const std::string& text);

}  // namespace gradpath::tools
