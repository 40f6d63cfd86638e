#pragma once
// The real program, run as a user runs it: words in, what it printed and its exit code out.
#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "support/folder.hpp"

namespace program {

/// Of the build that this test belongs to.
std::filesystem::path path();

struct Outcome {
    int exit = -1;  ///< the exit code; 128 + signal where one ended it
    std::string out, err;
};
/// Runs it in a folder until it ends, without a terminal.
Outcome run(const std::vector<std::string>& words, const std::filesystem::path& folder);
/// The same, words separated by blanks.
Outcome run(const std::string& line, const std::filesystem::path& folder);
/// The same, sent SIGINT after so long.
Outcome run_and_interrupt(const std::string& line, const std::filesystem::path& folder,
                          std::chrono::duration<double> after);
/// Can pseudo-terminals be had here? Not where /dev/pts is missing, as in a bare chroot.
bool have_terminal();
/// Runs it on a terminal of so many columns (40 lines); what the terminal was sent. `variable` such as NO_COLOR=1 is
/// put into its environment.
Outcome run_on_terminal(const std::string& line, const std::filesystem::path& folder, int columns,
                        const std::string& variable = "GRADPATH_TEST=1");
/// Starts it, silent, and returns at once; end it with finish().
pid_t start(const std::vector<std::string>& words, const std::filesystem::path& folder);
/// Waits until a condition holds; does it? It may never, where the process ends without having brought it about.
bool until(pid_t process, const std::function<bool()>& condition);
/// Waits for its end: the exit code, or 128 + signal.
int finish(pid_t process);

/// Words as a shell splits them: blanks, 'single' and "double" quotes.
std::vector<std::string> words_of(const std::string& line);
std::string read(const std::filesystem::path& file);
/// The names of all files below a folder, with their sizes.
std::vector<std::string> listing(const std::filesystem::path& folder);

/// An empty folder that goes when this object does.
class Folder {
public:
    std::filesystem::path operator/(const std::string& name) const { return folder_ / name; }
    const std::filesystem::path& path() const { return folder_.path; }

private:
    gradpath::tests::TempFolder folder_;
};

}  // namespace program
