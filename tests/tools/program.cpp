// fork and exec, with stdout and stderr caught in files beside the working folder, so that no pipe can fill up.
#include "program.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

#include <fcntl.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

namespace program {

namespace fs = std::filesystem;

namespace {

/// What execv takes; valid as long as the words are.
std::vector<char*> pointers_to(const std::string& program, const std::vector<std::string>& words) {
    std::vector<char*> arguments{const_cast<char*>(program.c_str())};
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    return arguments;
}

pid_t launch(const std::vector<std::string>& words, const fs::path& folder, const fs::path& out, const fs::path& err) {
    const std::string program = path();
    const std::vector<char*> arguments = pointers_to(program, words);
    const pid_t process = fork();
    if (process < 0) throw std::runtime_error("fork failed");
    if (process > 0) return process;
    const int in = open("/dev/null", O_RDONLY);
    const int to_out = open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    const int to_err = open(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    const bool ready = in >= 0 && to_out >= 0 && to_err >= 0 && dup2(in, 0) == 0 && dup2(to_out, 1) == 1 &&
                       dup2(to_err, 2) == 2 && chdir(folder.c_str()) == 0;
    if (ready) execv(program.c_str(), arguments.data());
    _exit(127);
}

}  // namespace

fs::path path() { return fs::read_symlink("/proc/self/exe").parent_path().parent_path() / "tools" / "gradpath"; }

bool until(pid_t process, const std::function<bool()>& condition) {
    while (!condition()) {
        siginfo_t ended{};
        if (waitid(P_PID, static_cast<id_t>(process), &ended, WEXITED | WNOHANG | WNOWAIT) != 0 || ended.si_pid != 0)
            return condition();
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return true;
}

int finish(pid_t process) {
    int status = 0;
    waitpid(process, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

namespace {

/// `meanwhile` is called with the process while it runs.
template <class F>
Outcome caught(const std::vector<std::string>& words, const fs::path& folder, const F& meanwhile) {
    const Folder files;
    Outcome outcome;
    const pid_t process = launch(words, folder, files / "out", files / "err");
    meanwhile(process);
    outcome.exit = finish(process);
    outcome.out = read(files / "out");
    outcome.err = read(files / "err");
    return outcome;
}

}  // namespace

Outcome run(const std::vector<std::string>& words, const fs::path& folder) {
    return caught(words, folder, [](pid_t) {});
}

Outcome run_and_interrupt(const std::string& line, const fs::path& folder, std::chrono::duration<double> after) {
    return caught(words_of(line), folder, [&](pid_t process) {
        std::this_thread::sleep_for(after);
        kill(process, SIGINT);
    });
}

Outcome run(const std::string& line, const fs::path& folder) { return run(words_of(line), folder); }

bool have_terminal() {
    int terminal = -1, inside = -1;
    if (openpty(&terminal, &inside, nullptr, nullptr, nullptr) != 0) return false;
    close(inside);
    close(terminal);
    return true;
}

Outcome run_on_terminal(const std::string& line, const fs::path& folder, int columns, const std::string& variable) {
    const std::string program = path();
    const std::vector<std::string> words = words_of(line);
    const std::vector<char*> arguments = pointers_to(program, words);
    const winsize size{.ws_row = 40, .ws_col = static_cast<unsigned short>(columns), .ws_xpixel = 0, .ws_ypixel = 0};
    int terminal = -1;
    const pid_t process = forkpty(&terminal, nullptr, nullptr, &size);
    if (process < 0) throw std::runtime_error("forkpty failed");
    if (process == 0) {
        const auto equals = variable.find('=');
        const bool ready = setenv("TERM", "xterm", 1) == 0 && unsetenv("NO_COLOR") == 0 &&
                           setenv(variable.substr(0, equals).c_str(), variable.substr(equals + 1).c_str(), 1) == 0 &&
                           chdir(folder.c_str()) == 0;
        if (ready) execv(program.c_str(), arguments.data());
        _exit(127);
    }
    Outcome outcome;
    std::array<char, 4096> part{};
    for (ssize_t count; (count = ::read(terminal, part.data(), part.size())) > 0;)  // fails once the program has ended
        outcome.out.append(part.data(), static_cast<std::size_t>(count));
    close(terminal);
    outcome.exit = finish(process);
    return outcome;
}

pid_t start(const std::vector<std::string>& words, const fs::path& folder) {
    return launch(words, folder, "/dev/null", "/dev/null");
}

std::vector<std::string> words_of(const std::string& line) {
    std::vector<std::string> words;
    char quote = 0;
    bool inside = false;
    for (const char letter : line) {
        if (quote != 0 ? letter == quote : letter == '\'' || letter == '"') {
            quote = quote != 0 ? '\0' : letter;
            if (!inside) words.emplace_back();
            inside = true;
        } else if (quote == 0 && letter == ' ') {
            inside = false;
        } else {
            if (!inside) words.emplace_back();
            inside = true;
            words.back() += letter;
        }
    }
    return words;
}

std::string read(const fs::path& file) {
    std::ostringstream text;
    text << std::ifstream(file, std::ios::binary).rdbuf();
    return text.str();
}

std::vector<std::string> listing(const fs::path& folder) {
    std::vector<std::string> names;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder))
        names.push_back(fs::relative(entry.path(), folder).string() +
                        (entry.is_regular_file() ? " " + std::to_string(entry.file_size()) : "/"));
    std::sort(names.begin(), names.end());
    return names;
}

}  // namespace program
