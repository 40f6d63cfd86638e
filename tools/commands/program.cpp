// Finds the command, runs it, and turns what it throws into one line on stderr and an exit code.
#include <algorithm>
#include <array>
#include <iostream>
#include <new>

#include <gradpath/autodiff/out_of_memory.hpp>
#include <gradpath/autodiff/version.hpp>
#include <gradpath/tools/commands/commands.hpp>
#include <gradpath/tools/commands/common.hpp>
#include <gradpath/tools/commands/progress.hpp>

namespace gradpath::tools {
namespace {

constexpr std::array<Command, 15> command_list{{
    {"train", "train a network on a data set", train},
    {"eval", "loss, accuracy and confusion of a model; or its outputs for a file", eval},
    {"explain", "attribute a model's output to its input", explain},
    {"compare", "measure several methods on the same rows at equal cost", compare},
    {"geodesic", "find the shortest curve between two points", geodesic},
    {"methods", "list the attribution methods, their options, claims and papers", methods},
    {"gradcheck", "check the derivatives of all ops", gradcheck},
    {"selftest", "check attributions against closed forms", selftest},
    {"axioms", "check which axioms the methods keep", axioms},
    {"bench", "measure how fast this build is, beside peers", bench},
    {"reproduce", "run an experiment and write its report", reproduce},
    {"convert", "turn a model or tensor file into another kind: safetensors, npz, ONNX", convert},
    {"info", "show the build; or what a model or tensor file holds", info},
    {"man", "print the manual page", man},
    {"completion", "print the completion of bash or zsh", completion},
}};

std::string overview() {
    std::string text =
        "gradpath trains small neural networks and explains them.\n\nExamples:\n"
        "  gradpath train --model moons-mlp --data moons --out run\n"
        "  gradpath explain run/model.safetensors --input 0.5,0.2 --method integrated-gradients\n"
        "  gradpath explain 'expr:(x1+x2)^3' --input 1,3 --method integrated-gradients\n"
        "\nUsage: gradpath COMMAND [OPTIONS]\n\nCommands:\n";
    for (const Command& command : command_list)
        text += "  " + std::string(command.name) + std::string(12 - std::string_view(command.name).size(), ' ') +
                command.summary + "\n";
    return text +
           "\ngradpath COMMAND --help shows the options of a command; gradpath --version the version.\n"
           "Exit codes: 0 fine, 1 failure, 2 wrong usage, 3 a requested check was not met, 4 an input file is bad,\n"
           "130 interrupted.\n";
}

const Command& find_command(const std::string& name) {
    const auto found = std::ranges::find(command_list, name, [](const Command& c) { return std::string(c.name); });
    if (found != command_list.end()) return *found;
    std::vector<std::string> names;
    for (const Command& command : command_list) names.emplace_back(command.name);
    const bool option = name.starts_with("-");
    throw UsageError(text("there is no ", option ? "option" : "command", " \"", name, "\"",
                          option ? "; see gradpath --help" : did_you_mean(name, names)));
}

Exit dispatch(Words words, const std::atomic<bool>& interrupted) {
    if (words.empty()) {
        std::cerr << overview();
        return Exit::usage;
    }
    if (words[0] == "--help" || words[0] == "-h" || words[0] == "help") {
        print(overview());
        return Exit::fine;
    }
    if (words[0] == "--version") {
        print(text("gradpath ", version(), "\n"));
        return Exit::fine;
    }
    return find_command(words[0]).run(words.subspan(1), interrupted);
}

Exit complain(std::string_view message, Exit exit) {
    std::cerr << (stderr_takes_colour() ? "\x1b[31mgradpath:\x1b[0m " : "gradpath: ") << message << '\n';
    return exit;
}

}  // namespace

std::span<const Command> commands() { return command_list; }

Exit run(Words words, const std::atomic<bool>& interrupted) {
    try {
        return dispatch(words, interrupted);
    } catch (const UsageError& error) {
        return complain(error.what(), Exit::usage);
    } catch (const WriteError& error) {
        return complain(error.what(), Exit::failure);
    } catch (const IoError& error) {
        return complain(error.what(), Exit::bad_file);
    } catch (const Cancelled&) {
        return complain("interrupted; nothing was written", Exit::interrupted);
    } catch (const NumericError& error) {
        return complain(error.what(), Exit::failure);
    } catch (const Error& error) {  // a shape, a dtype, a value: of something the user named
        return complain(error.what(), Exit::usage);
    } catch (const OutOfMemory& error) {
        return complain(text(error.what(), ": ", bytes_text(error.bytes()),
                             " were asked for at once; a smaller model or fewer rows at one time need less"),
                        Exit::failure);
    } catch (const std::bad_alloc&) {
        return complain("there is not enough memory", Exit::failure);
    } catch (const std::exception& error) {
        return complain(error.what(), Exit::failure);
    }
}

}  // namespace gradpath::tools
