// Files through the plain POSIX calls, because a safe write needs them: the bytes go to a name of their own in the same
// folder (rename works only within a file system), fsync makes them durable before the rename makes them visible, and
// syncing the folder makes the rename durable. gzip is unpacked by zlib, growing the buffer only as bytes arrive, so a
// small file that claims to be large costs nothing.
#include <gradpath/autodiff/io/file.hpp>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <gradpath/autodiff/error.hpp>

namespace gradpath::io {
namespace {

namespace fs = std::filesystem;

std::string reason() { return std::generic_category().message(errno); }

class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    int get() const { return number_; }

private:
    int number_;
};

// A file under a name of its own beside the target; removed again unless it was renamed into place.
class Temporary {
public:
    explicit Temporary(const fs::path& target) : descriptor_(-1), target_(target) {
        for (int attempt = 0; descriptor_ < 0; ++attempt) {
            const std::string name = text(".", target.filename().string(), ".", ::getpid(), ".", attempt, ".part");
            name_ = target.parent_path() / name;
            descriptor_ = ::open(name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
            require<IoError>(descriptor_ >= 0 || errno == EEXIST, "write: cannot create a file beside ",
                             target_.string(), ": ", reason());
        }
    }
    Temporary(const Temporary&) = delete;
    Temporary& operator=(const Temporary&) = delete;
    ~Temporary() {
        if (descriptor_ >= 0) ::close(descriptor_);
        if (!name_.empty()) ::unlink(name_.c_str());
    }

    void keep_mode() {
        struct stat facts {};
        if (::stat(target_.c_str(), &facts) == 0) check(::fchmod(descriptor_, facts.st_mode & 07777) == 0);
    }
    void append(std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
            if (written < 0 && errno == EINTR) continue;
            check(written >= 0);
            bytes.remove_prefix(static_cast<std::size_t>(written));
        }
    }
    void become_target() {
        check(::fsync(descriptor_) == 0);
        check(::close(std::exchange(descriptor_, -1)) == 0);
        check(::rename(name_.c_str(), target_.c_str()) == 0);
        name_.clear();
        const fs::path folder = target_.has_parent_path() ? target_.parent_path() : fs::path(".");
        const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (opened.get() >= 0) ::fsync(opened.get());  // some file systems cannot; the file itself is safe already
    }

private:
    void check(bool ok) const { require<IoError>(ok, "write: cannot write ", target_.string(), ": ", reason()); }

    int descriptor_;
    fs::path target_, name_;
};

class Inflater {
public:
    Inflater() {
        constexpr int largest_window = 15, gzip_only = 16;
        require<IoError>(::inflateInit2(&stream, largest_window + gzip_only) == Z_OK, "gzip: zlib has no memory");
    }
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;
    ~Inflater() { ::inflateEnd(&stream); }
    z_stream stream{};
};

// One gzip member from the front of `packed`, appended to `result`.
void inflate_member(std::string_view& packed, std::string& result, std::uint64_t max_bytes, const std::string& name) {
    Inflater inflater;
    z_stream& z = inflater.stream;
    std::string chunk(std::size_t{1} << 18, '\0');
    for (int state = Z_OK; state != Z_STREAM_END;) {
        const std::size_t offered = std::min(packed.size(), std::size_t{1} << 30);
        z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
        z.avail_in = static_cast<uInt>(offered);
        z.next_out = reinterpret_cast<Bytef*>(chunk.data());
        z.avail_out = static_cast<uInt>(chunk.size());
        state = ::inflate(&z, Z_NO_FLUSH);
        packed.remove_prefix(offered - z.avail_in);
        const std::size_t unpacked = chunk.size() - z.avail_out;
        require<IoError>(state != Z_BUF_ERROR, "gzip: the file ends early: ", name);
        require<IoError>(state == Z_OK || state == Z_STREAM_END,
                         "gzip: the data are damaged: ", z.msg != nullptr ? z.msg : "no reason given", ": ", name);
        require<IoError>(unpacked <= max_bytes - result.size(), "gzip: unpacks to more than ", max_bytes,
                         " bytes: ", name);
        result.append(chunk, 0, unpacked);
    }
}

}  // namespace

std::string read_file(const fs::path& path, const ReadFile& options) {
    // Not waiting for a writer, in case the name is a pipe's.
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    require<IoError>(file.get() >= 0, "read: cannot open ", path.string(), ": ", reason());
    struct stat facts {};
    const bool known = ::fstat(file.get(), &facts) == 0;  // on its own: reason() must come after it
    require<IoError>(known, "read: cannot examine ", path.string(), ": ", reason());
    require<IoError>(S_ISREG(facts.st_mode), "read: not a regular file: ", path.string());
    const auto size = static_cast<std::uint64_t>(facts.st_size);
    require<IoError>(size <= options.max_bytes, "read: the file is larger than ", options.max_bytes, " bytes: ", size,
                     ": ", path.string());
    std::string bytes(size, '\0');
    for (std::size_t done = 0; done < bytes.size();) {
        const ssize_t got = ::read(file.get(), bytes.data() + done, bytes.size() - done);
        if (got < 0 && errno == EINTR) continue;
        require<IoError>(got >= 0, "read: cannot read ", path.string(), ": ", reason());
        require<IoError>(got > 0, "read: the file became shorter while it was read: ", path.string());
        done += static_cast<std::size_t>(got);
    }
    return bytes;
}

std::string read_gz(const fs::path& path, const ReadFile& options) {
    std::string bytes = read_file(path, options);
    if (!bytes.starts_with("\x1f\x8b")) return bytes;
    std::string result;
    for (std::string_view packed = bytes; !packed.empty();)  // gzip files may be concatenated
        inflate_member(packed, result, options.max_bytes, path.string());
    return result;
}

void write_file(const fs::path& path, std::span<const std::string_view> parts) {
    std::error_code failed;
    const fs::path target = fs::is_symlink(path, failed) ? fs::weakly_canonical(path, failed) : path;
    const fs::file_status status = fs::status(target, failed);
    require<IoError>(!fs::exists(status) || fs::is_regular_file(status), "write: not a regular file: ", path.string());
    Temporary file(target);
    file.keep_mode();
    for (const std::string_view part : parts) file.append(part);
    file.become_target();
}

void write_file(const fs::path& path, std::string_view bytes) { write_file(path, std::span(&bytes, 1)); }

}  // namespace gradpath::io
