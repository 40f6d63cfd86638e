#pragma once
// Other programs: run to their end, or talked to line by line.
#include <filesystem>
#include <string>
#include <vector>

#include <sys/types.h>

namespace gradpath::bench {

using Command = std::vector<std::string>;  ///< the program, then its arguments
using Variables = std::vector<std::string>;  ///< NAME=VALUE, beside those of this process

std::string own_path();  ///< of this program
/// Runs it without output; throws std::runtime_error unless it ends with 0.
void run_silently(const Command& command);

/// A program that answers each line with a line. It is ended with this object.
class Dialogue {
public:
    Dialogue(const Command& command, const Variables& variables);
    ~Dialogue();
    Dialogue(const Dialogue&) = delete;
    Dialogue& operator=(const Dialogue&) = delete;

    void say(const std::string& line);
    /// Without the line end. Throws std::runtime_error if the program has ended.
    std::string listen();

private:
    [[noreturn]] void gone() const;

    std::string name_, received_ = {};
    pid_t process_ = -1;
    int socket_ = -1;
};

/// An empty folder that goes when this object does.
class TemporaryFolder {
public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

}  // namespace gradpath::bench
