#pragma once
// The commands. Each takes the words after its name, writes data to stdout and all else to stderr, and returns what the
// program ends with; what it throws becomes a message and an exit code in run().
#include <atomic>
#include <span>
#include <string>

#include <gradpath/tools/commands/exit.hpp>

namespace gradpath::tools {

using Words = std::span<const std::string>;

Exit train(Words words, const std::atomic<bool>& interrupted);    ///< trains a network on a data set
Exit convert(Words words, const std::atomic<bool>& interrupted);  ///< models and tensor files into other kinds
Exit eval(Words words, const std::atomic<bool>& interrupted);     ///< loss, accuracy, confusion; or outputs for a file
Exit explain(Words words, const std::atomic<bool>& interrupted);  ///< one method on one input, or on rows of a file
Exit compare(Words words, const std::atomic<bool>& interrupted);  ///< several methods on the same rows, with figures
Exit geodesic(Words words, const std::atomic<bool>& interrupted);   ///< the shortest curve between two points
Exit methods(Words words, const std::atomic<bool>& interrupted);  ///< the registry
Exit gradcheck(Words words, const std::atomic<bool>& interrupted);  ///< derivatives of all ops against differences
Exit selftest(Words words, const std::atomic<bool>& interrupted);   ///< attributions against closed forms
Exit axioms(Words words, const std::atomic<bool>& interrupted);     ///< which axioms a method keeps
Exit bench(Words words, const std::atomic<bool>& interrupted);      ///< how fast this build is, beside peers
Exit reproduce(Words words, const std::atomic<bool>& interrupted);  ///< an experiment: table and report
Exit info(Words words, const std::atomic<bool>& interrupted);       ///< the build; or what a file holds

Exit man(Words words, const std::atomic<bool>& interrupted);         ///< the manual page
Exit completion(Words words, const std::atomic<bool>& interrupted);  ///< of words in a shell

struct Command {
    const char* name;
    const char* summary;
    Exit (*run)(Words, const std::atomic<bool>&);
};
/// All of them, in the order of the overview.
std::span<const Command> commands();

/// The whole program: `words` are the arguments without the program's name.
Exit run(Words words, const std::atomic<bool>& interrupted);

}  // namespace gradpath::tools
