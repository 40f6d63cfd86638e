// The program gradpath. The first Ctrl-C asks for a clean end, the second one ends it at once.
#include <atomic>
#include <csignal>
#include <string>
#include <vector>

#include <gradpath/tools/commands/commands.hpp>

namespace {

std::atomic<bool> interrupted = false;
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may set it");

void interrupt(int) { interrupted = true; }

}  // namespace

int main(int argc, char** argv) {
    struct sigaction action {};
    action.sa_handler = interrupt;
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
    std::signal(SIGPIPE, SIG_DFL);  // `| head` ends the program without a word, whatever the parent ignored
    const std::vector<std::string> words(argv + 1, argv + argc);
    return static_cast<int>(gradpath::tools::run(words, interrupted));
}
