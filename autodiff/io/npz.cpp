// The zip layer is libzip's, which also verifies each entry's CRC-32. Three sizes must agree before memory is taken for
// an entry: what its npy header says, what the archive's directory says, and what deflate can at most make of the
// packed bytes (a factor of 1032). The archive is built in memory and written like any file, atomically; entries are
// dated 1980-01-01, the first day a zip file can name, as NumPy does.
#include <gradpath/autodiff/io/npz.hpp>

#include <algorithm>
#include <map>
#include <memory>

#include <zip.h>

#include <gradpath/autodiff/io/file.hpp>

namespace gradpath::io {
namespace {

struct Discard {
    void operator()(zip_t* archive) const { ::zip_discard(archive); }
    void operator()(zip_file_t* file) const { ::zip_fclose(file); }
    void operator()(zip_source_t* source) const { ::zip_source_free(source); }
};
using Archive = std::unique_ptr<zip_t, Discard>;
using EntryFile = std::unique_ptr<zip_file_t, Discard>;
using Source = std::unique_ptr<zip_source_t, Discard>;

// The end record of a zip directory that lists nothing; libzip does not write such a file.
constexpr std::string_view empty_archive("PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 22);

struct Entry {
    std::string name;  // without .npy
    zip_uint64_t position;
    std::uint64_t size, packed_size;
};

// An archive opened for reading, its directory checked.
class Reader {
public:
    Reader(const std::filesystem::path& path, const ReadNpz& options)
        : fault_{"npz", path.string()}, options_(options) {
        bytes_ = read_file(path);
        fault_.unless(!bytes_.empty(), "not a sound zip archive: the file is empty");  // libzip would take it for one
        zip_error_t error;
        ::zip_error_init(&error);
        Source source(::zip_source_buffer_create(bytes_.data(), bytes_.size(), 0, &error));
        // This also refuses a name that occurs twice, and headers that contradict the directory.
        archive_.reset(source ? ::zip_open_from_source(source.get(), ZIP_RDONLY | ZIP_CHECKCONS, &error) : nullptr);
        const std::string reason = ::zip_error_strerror(&error);
        ::zip_error_fini(&error);
        fault_.unless(archive_ != nullptr, "not a sound zip archive: ", reason);
        static_cast<void>(source.release());  // the archive owns it now
        read_directory();
    }

    const std::vector<Entry>& entries() const { return entries_; }
    const Entry& find(const std::string& name) const {
        std::string names;
        for (const Entry& entry : entries_) {
            if (entry.name == name) return entry;
            names += text(names.empty() ? "" : ", ", entry.name);
        }
        fault_.unless(false, "no array named '", name, "'; there are: ", names);
        return entries_.front();
    }
    std::string label(const Entry& entry) const { return text(fault_.name, ": ", entry.name); }

    // The entry's npy file, unpacked.
    std::string read(const Entry& entry) const {
        const Fault fault{"npz", label(entry)};
        const EntryFile file(::zip_fopen_index(archive_.get(), entry.position, 0));
        fault.unless(file != nullptr, "the entry cannot be opened: ", ::zip_strerror(archive_.get()));
        std::string bytes;
        append(bytes, *file, std::min<std::size_t>(entry.size, npy_prefix), fault);
        const std::size_t header_end = npy_header_end(bytes, label(entry));
        fault.unless(header_end <= entry.size, "the npy header ends early: it needs ", header_end, " bytes, present ",
                     entry.size);
        append(bytes, *file, header_end - bytes.size(), fault);
        const NpyHeader header = parse_npy_header(bytes, label(entry));
        fault.unless(entry.size == header_end + header.data_bytes,
                     "the entry's size is not what its npy header says: ", entry.size, " and ",
                     header_end + header.data_bytes);
        append(bytes, *file, header.data_bytes, fault);
        char none = 0;  // reading past the end makes libzip compare length and CRC
        const bool sound = ::zip_fread(file.get(), &none, 1) == 0;
        fault.unless(sound, "the entry's bytes are damaged: ", ::zip_file_strerror(file.get()));
        return bytes;
    }

private:
    void read_directory() {
        std::uint64_t total = 0;
        const zip_int64_t count = ::zip_get_num_entries(archive_.get(), 0);
        for (zip_uint64_t i = 0; i < static_cast<zip_uint64_t>(count); ++i) {
            zip_stat_t facts;
            const bool known = ::zip_stat_index(archive_.get(), i, ZIP_FL_ENC_GUESS, &facts) == 0;
            fault_.unless(known, "the directory is damaged: ", ::zip_strerror(archive_.get()));
            std::string name = facts.name;
            fault_.unless(name.ends_with(".npy") && name.size() > 4, "every entry must be an .npy file: '", name, "'");
            name.resize(name.size() - 4);
            fault_.unless(facts.encryption_method == ZIP_EM_NONE, "the entry is encrypted: ", name);
            fault_.unless(facts.comp_method == ZIP_CM_STORE || facts.comp_method == ZIP_CM_DEFLATE,
                          "entries must be stored or deflated: ", name, " has zip method ", facts.comp_method);
            fault_.unless(facts.size / 1032 <= facts.comp_size, "the entry's size is a lie: ", name, " claims ",
                          facts.size, " bytes from ", facts.comp_size, " packed ones");
            fault_.unless(facts.size <= options_.max_bytes - total, "the arrays unpack to more than ",
                          options_.max_bytes, " bytes");
            total += facts.size;
            entries_.push_back({std::move(name), i, facts.size, facts.comp_size});
        }
    }
    static void append(std::string& bytes, zip_file_t& file, std::size_t count, const Fault& fault) {
        const std::size_t before = bytes.size();
        bytes.resize(before + count);
        const zip_int64_t got = ::zip_fread(&file, bytes.data() + before, count);
        fault.unless(got >= 0, "the entry's bytes are damaged: ", ::zip_file_strerror(&file));
        fault.unless(static_cast<std::size_t>(got) == count, "the entry ends early: it needs ", count,
                     " more bytes, present ", got);
    }

    Fault fault_;
    ReadNpz options_;
    std::string bytes_;  // outlives the archive, which reads from it
    Archive archive_;
    std::vector<Entry> entries_;
};

void add_entry(zip_t& archive, const std::string& name, const std::string& bytes, const WriteNpz& options) {
    const auto check = [&](bool ok) {
        require<IoError>(ok, "npz: cannot add an array: ", ::zip_strerror(&archive), " (", name, ")");
    };
    Source source(::zip_source_buffer(&archive, bytes.data(), bytes.size(), 0));
    check(source != nullptr);
    const zip_int64_t added = ::zip_file_add(&archive, (name + ".npy").c_str(), source.get(), ZIP_FL_ENC_UTF_8);
    check(added >= 0);
    static_cast<void>(source.release());
    const auto position = static_cast<zip_uint64_t>(added);
    check(::zip_set_file_compression(&archive, position, options.compress ? ZIP_CM_DEFLATE : ZIP_CM_STORE, 6) == 0);
    constexpr zip_uint16_t midnight = 0, first_day = 1 << 5 | 1;
    check(::zip_file_set_dostime(&archive, position, midnight, first_day, 0) == 0);
}

// The bytes of a finished in-memory archive.
std::string contents(zip_source_t& source) {
    zip_stat_t facts;
    require<IoError>(::zip_source_stat(&source, &facts) == 0 && ::zip_source_open(&source) == 0,
                     "npz: libzip lost the archive");
    std::string bytes(facts.size, '\0');
    const zip_int64_t got = ::zip_source_read(&source, bytes.data(), bytes.size());
    ::zip_source_close(&source);
    require<IoError>(got >= 0 && static_cast<std::size_t>(got) == bytes.size(), "npz: libzip lost part of the archive");
    return bytes;
}

// The bytes of an archive with these files in this order.
std::string packed(const std::vector<std::string>& order, const std::map<std::string, std::string>& files,
                   const WriteNpz& options) {
    zip_error_t error;
    ::zip_error_init(&error);
    const Source target(::zip_source_buffer_create(nullptr, 0, 0, &error));
    Archive archive(target ? ::zip_open_from_source(target.get(), ZIP_CREATE | ZIP_TRUNCATE, &error) : nullptr);
    const std::string reason = ::zip_error_strerror(&error);
    ::zip_error_fini(&error);
    require<IoError>(archive != nullptr, "npz: cannot begin an archive: ", reason);
    ::zip_source_keep(target.get());  // the archive takes one reference, we keep ours to read the result
    for (const std::string& name : order) add_entry(*archive, name, files.at(name), options);
    const bool closed = ::zip_close(archive.get()) == 0;
    // Closing frees the archive, so only a failure leaves one to ask.
    require<IoError>(closed, "npz: cannot pack the archive: ", closed ? "" : ::zip_strerror(archive.get()));
    static_cast<void>(archive.release());
    return contents(*target);
}

}  // namespace

std::vector<NamedTensor> read_npz(const std::filesystem::path& path, const ReadNpz& options) {
    const Reader reader(path, options);
    std::vector<NamedTensor> tensors;
    for (const Entry& entry : reader.entries())
        tensors.push_back({entry.name, parse_npy(reader.read(entry), reader.label(entry), {options.integers})});
    return tensors;
}

Tensor read_npz(const std::filesystem::path& path, const std::string& name, const ReadNpz& options) {
    const Reader reader(path, options);
    const Entry& entry = reader.find(name);
    return parse_npy(reader.read(entry), reader.label(entry), {options.integers});
}

Indices read_npz_indices(const std::filesystem::path& path, const std::string& name, const ReadNpz& options) {
    const Reader reader(path, options);
    const Entry& entry = reader.find(name);
    return parse_npy_indices(reader.read(entry), reader.label(entry));
}

NpzArrays read_npz_arrays(const std::filesystem::path& path, const ReadNpz& options) {
    const Reader reader(path, options);
    NpzArrays arrays;
    for (const Entry& entry : reader.entries()) {
        const std::string bytes = reader.read(entry), label = reader.label(entry);
        if (is_float(parse_npy_header(bytes, label).element))
            arrays.tensors.push_back({entry.name, parse_npy(bytes, label)});
        else arrays.indices.push_back({entry.name, parse_npy_indices(bytes, label)});
    }
    return arrays;
}

std::vector<std::string> npz_names(const std::filesystem::path& path) {
    const Reader reader(path, {});
    std::vector<std::string> names;
    for (const Entry& entry : reader.entries()) names.push_back(entry.name);
    return names;
}

void write_npz(const std::filesystem::path& path, std::span<const NamedTensor> tensors, const WriteNpz& options) {
    write_npz(path, tensors, {}, options);
}

void write_npz(const std::filesystem::path& path, std::span<const NamedTensor> tensors,
               std::span<const NamedIndices> indices, const WriteNpz& options) {
    std::map<std::string, std::string> files;  // bytes by name; must live until the archive is closed
    std::vector<std::string> order;
    const auto add = [&](const std::string& name, std::string bytes) {
        require(!name.empty() && name.find('\0') == name.npos, "npz: a name must not be empty or hold a zero byte");
        require(files.emplace(name, std::move(bytes)).second, "npz: a name occurs twice: ", name);
        order.push_back(name);
    };
    for (const auto& [name, value] : tensors) {
        require(static_cast<bool>(value), "npz: the tensor is empty: ", name);
        add(name, npy_header(value).append(bytes_of(value)));
    }
    for (const auto& [name, value] : indices) add(name, npy_header(value).append(bytes_of(value)));
    write_file(path, order.empty() ? std::string(empty_archive) : packed(order, files, options));
}

}  // namespace gradpath::io
