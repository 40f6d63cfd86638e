// A socket rather than two pipes: writing to a program that has ended is then an error, not a signal.
#include <gradpath/tools/bench/process.hpp>

#include <array>
#include <csignal>
#include <stdexcept>
#include <system_error>

#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace gradpath::bench {
namespace {

std::vector<char*> pointers_to(const std::vector<std::string>& words) {
    std::vector<char*> pointers;
    for (const std::string& word : words) pointers.push_back(const_cast<char*>(word.c_str()));
    pointers.push_back(nullptr);
    return pointers;
}

class FileActions {
public:
    FileActions() { posix_spawn_file_actions_init(&actions_); }
    ~FileActions() { posix_spawn_file_actions_destroy(&actions_); }
    FileActions(const FileActions&) = delete;
    FileActions& operator=(const FileActions&) = delete;
    posix_spawn_file_actions_t* get() { return &actions_; }
    void attach(int file, int as) { posix_spawn_file_actions_adddup2(get(), file, as); }
    void silence(int file) { posix_spawn_file_actions_addopen(get(), file, "/dev/null", O_RDWR, 0); }

private:
    posix_spawn_file_actions_t actions_;
};

pid_t spawn(const Command& command, FileActions& files, const Variables& variables) {
    Variables all = variables;  // the first of a name counts
    for (char** variable = environ; *variable != nullptr; ++variable) all.emplace_back(*variable);
    pid_t process = -1;
    const int fault = posix_spawnp(&process, command[0].c_str(), files.get(), nullptr, pointers_to(command).data(),
                                   pointers_to(all).data());
    if (fault != 0) throw std::system_error(fault, std::generic_category(), "bench: cannot start " + command[0]);
    return process;
}

int wait_for(pid_t process) {
    int status = 0;
    waitpid(process, &status, 0);
    return status;
}

}  // namespace

std::string own_path() { return std::filesystem::read_symlink("/proc/self/exe"); }

void run_silently(const Command& command) {
    FileActions files;
    for (const int file : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) files.silence(file);
    if (wait_for(spawn(command, files, {})) != 0) throw std::runtime_error("bench: " + command[0] + " failed");
}

Dialogue::Dialogue(const Command& command, const Variables& variables) : name_(command[0]) {
    std::array<int, 2> ends{};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
        throw std::system_error(errno, std::generic_category(), "bench: no socket");
    FileActions files;
    for (const int file : {STDIN_FILENO, STDOUT_FILENO}) files.attach(ends[1], file);
    socket_ = ends[0];
    try {
        process_ = spawn(command, files, variables);
    } catch (...) {
        close(ends[0]);
        close(ends[1]);
        throw;
    }
    close(ends[1]);
}

Dialogue::~Dialogue() {
    close(socket_);
    kill(process_, SIGTERM);
    wait_for(process_);
}

void Dialogue::gone() const { throw std::runtime_error("bench: " + name_ + " ended before it had answered"); }

void Dialogue::say(const std::string& line) {
    const std::string sent = line + "\n";
    if (send(socket_, sent.data(), sent.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(sent.size())) gone();
}

std::string Dialogue::listen() {
    std::array<char, 4096> part{};
    while (received_.find('\n') == std::string::npos) {
        const ssize_t count = recv(socket_, part.data(), part.size(), 0);
        if (count <= 0) gone();
        received_.append(part.data(), static_cast<std::size_t>(count));
    }
    const std::size_t end = received_.find('\n');
    const std::string line = received_.substr(0, end);
    received_.erase(0, end + 1);
    return line;
}

TemporaryFolder::TemporaryFolder() {
    std::string name = std::filesystem::temp_directory_path() / "gradpath-bench-XXXXXX";
    if (mkdtemp(name.data()) == nullptr)
        throw std::system_error(errno, std::generic_category(), "bench: no temporary folder");
    path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

}  // namespace gradpath::bench
