// An .npy file is a magic string, a version, the length of a header, the header, and the numbers. The header is a
// Python dictionary literal, {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }; the small parser below
// accepts exactly the three keys, in any order, and nothing else, so no file can make us evaluate or allocate more than
// it holds. Source: NEP 1 and the docstring of numpy.lib.format.
#include <gradpath/autodiff/io/npy.hpp>

#include <array>
#include <charconv>
#include <utility>

#include <gradpath/autodiff/io/file.hpp>

namespace gradpath::io {
namespace {

constexpr std::string_view magic("\x93NUMPY", 6);
constexpr std::size_t max_header = 1 << 16;  // a header of eight axes has some 200 bytes

constexpr std::array<std::pair<std::string_view, Element>, 11> descriptions{{
    {"<f2", Element::f16},
    {"<f4", Element::f32},
    {"<f8", Element::f64},
    {"|b1", Element::boolean},
    {"|i1", Element::i8},
    {"|u1", Element::u8},
    {"<i2", Element::i16},
    {"<u2", Element::u16},
    {"<i4", Element::i32},
    {"<u4", Element::u32},
    {"<i8", Element::i64},
}};

// Reads the dictionary from left to right.
class Parser {
public:
    Parser(const Fault& fault, std::string_view header) : fault_(fault), rest_(header) {}

    NpyHeader run() {
        std::optional<std::string_view> description;
        std::optional<bool> fortran_order;
        std::optional<std::vector<Index>> lengths;
        expect('{');
        while (!accept('}')) {
            const std::string_view key = quoted();
            expect(':');
            if (key == "descr" && !description) description = quoted();
            else if (key == "fortran_order" && !fortran_order) fortran_order = boolean();
            else if (key == "shape" && !lengths) lengths = tuple();
            else fault_.unless(false, "the header must have descr, fortran_order and shape once each: '", key, "'");
            if (!accept(',')) {
                expect('}');
                break;
            }
        }
        skip_spaces();
        fault_.unless(rest_.empty(), "the header goes on after its dictionary");
        fault_.unless(description && fortran_order && lengths, "the header must have descr, fortran_order and shape");
        const Element element = element_of(*description);
        const Shape shape = checked_shape(fault_, *lengths, element);
        return {element, *fortran_order, shape, 0, static_cast<std::size_t>(shape.size()) * size_of(element)};
    }

private:
    void skip_spaces() {
        while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\n')) rest_.remove_prefix(1);
    }
    bool accept(char c) {
        skip_spaces();
        if (rest_.empty() || rest_.front() != c) return false;
        rest_.remove_prefix(1);
        return true;
    }
    void expect(char c) {
        const bool found = accept(c);
        fault_.unless(found, "the header is not the dictionary it must be: expected '", std::string_view(&c, 1),
                      "' before \"", rest_.substr(0, 12), "\"");
    }
    std::string_view quoted() {
        const char quote = accept('"') ? '"' : '\'';
        if (quote == '\'') expect('\'');
        const std::size_t end = rest_.find(quote);
        fault_.unless(end != rest_.npos, "the header has an open quote");
        const std::string_view word = rest_.substr(0, end);
        rest_.remove_prefix(end + 1);
        return word;
    }
    bool boolean() {
        skip_spaces();
        for (const auto& [word, value] : {std::pair<std::string_view, bool>{"True", true}, {"False", false}})
            if (rest_.starts_with(word)) {
                rest_.remove_prefix(word.size());
                return value;
            }
        fault_.unless(false, "fortran_order must be True or False: \"", rest_.substr(0, 12), "\"");
        return false;
    }
    std::vector<Index> tuple() {
        std::vector<Index> lengths;
        expect('(');
        while (!accept(')')) {
            skip_spaces();
            Index length = 0;
            const auto [end, failed] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), length);
            fault_.unless(failed == std::errc{}, "a length must be a whole number below 2^63: \"", rest_.substr(0, 24),
                          "\"");
            rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
            lengths.push_back(length);
            if (!accept(',')) {
                fault_.unless(lengths.size() > 1, "a shape of one axis is written (n,)");
                expect(')');
                break;
            }
        }
        return lengths;
    }
    Element element_of(std::string_view description) const {
        for (const auto& [word, element] : descriptions)
            if (description == word) return element;
        fault_.unless(!description.starts_with('>'), "big-endian numbers are not read: '", description,
                      "'; save x.astype(x.dtype.newbyteorder('<'))");
        fault_.unless(false, "the type is not supported: '", description,
                      "'; supported are <f2 <f4 <f8 |b1 |i1 |u1 <i2 <u2 <i4 <u4 <i8");
        return Element::f32;
    }

    const Fault& fault_;
    std::string_view rest_;
};

std::string header_text(std::string_view description, const Shape& shape) {
    std::string dictionary = text("{'descr': '", description, "', 'fortran_order': False, 'shape': (");
    for (const Index length : shape) dictionary += text(length, shape.rank() == 1 ? "," : ", ");
    if (shape.rank() > 1) dictionary.resize(dictionary.size() - 2);
    dictionary += "), }";
    dictionary.append(63 - (magic.size() + 4 + dictionary.size()) % 64, ' ');  // the numbers begin at a multiple of 64
    dictionary += '\n';
    const auto size = static_cast<std::uint16_t>(dictionary.size());
    std::string header(magic);
    header += {1, 0, static_cast<char>(size & 255), static_cast<char>(size >> 8)};
    return header + dictionary;
}

// The numbers of a parsed file in row-major order; `storage` holds them if they had to be moved.
std::string_view numbers_of(std::string_view bytes, const NpyHeader& header, std::string& storage) {
    const std::string_view numbers = bytes.substr(header.data_begin);
    if (!header.fortran_order || header.shape.rank() < 2) return numbers;
    return storage = row_major(numbers, header.shape, size_of(header.element));
}

NpyHeader parse_whole(std::string_view bytes, const Fault& fault) {
    const NpyHeader header = parse_npy_header(bytes, fault.name);
    const std::size_t present = bytes.size() - header.data_begin;
    fault.unless(present >= header.data_bytes, "the numbers end early: shape ", header.shape, " needs ",
                 header.data_bytes, " bytes, present ", present);
    fault.unless(present == header.data_bytes, "bytes follow the numbers: shape ", header.shape, " needs ",
                 header.data_bytes, " bytes, present ", present);
    return header;
}

}  // namespace

std::size_t npy_header_end(std::string_view prefix, const std::string& name) {
    const Fault fault{"npy", name};
    fault.unless(prefix.starts_with(magic), "not an npy file: it does not begin with \\x93NUMPY");
    fault.unless(prefix.size() >= npy_prefix, "the header ends early: ", prefix.size(), " bytes");
    const auto byte = [&](std::size_t i) { return std::size_t{static_cast<unsigned char>(prefix[i])}; };
    fault.unless(byte(6) >= 1 && byte(6) <= 3 && byte(7) == 0, "the version must be 1.0, 2.0 or 3.0: ", byte(6), ".",
                 byte(7));
    const std::size_t size = byte(8) | byte(9) << 8 | (byte(6) == 1 ? 0 : byte(10) << 16 | byte(11) << 24);
    fault.unless(size <= max_header, "the header is longer than ", max_header, " bytes: ", size);
    return (byte(6) == 1 ? 10 : 12) + size;
}

NpyHeader parse_npy_header(std::string_view bytes, const std::string& name) {
    const Fault fault{"npy", name};
    const std::size_t end = npy_header_end(bytes.substr(0, npy_prefix), name), begin = bytes[6] == 1 ? 10 : 12;
    fault.unless(bytes.size() >= end, "the header ends early: it needs ", end, " bytes, present ", bytes.size());
    NpyHeader header = Parser(fault, bytes.substr(begin, end - begin)).run();
    header.data_begin = end;
    return header;
}

Tensor parse_npy(std::string_view bytes, const std::string& name, const ReadNpy& options) {
    const Fault fault{"npy", name};
    const NpyHeader header = parse_whole(bytes, fault);
    fault.unless(is_float(header.element) || options.integers,
                 "the array holds integers: choose what they become with .integers, or read positions");
    const DType dtype = header.element == Element::f64 ? DType::float64
                        : is_float(header.element)     ? DType::float32
                                                       : *options.integers;
    std::string storage;
    return tensor_of(header.element, header.shape, numbers_of(bytes, header, storage), dtype);
}

Indices parse_npy_indices(std::string_view bytes, const std::string& name) {
    const Fault fault{"npy", name};
    const NpyHeader header = parse_whole(bytes, fault);
    std::string storage;
    return indices_of(fault, header.element, header.shape, numbers_of(bytes, header, storage));
}

std::string npy_header(const Tensor& t) { return header_text(t.dtype() == DType::float32 ? "<f4" : "<f8", t.shape()); }
std::string npy_header(const Indices& positions) { return header_text("<i8", positions.shape()); }

Tensor read_npy(const std::filesystem::path& path, const ReadNpy& options) {
    return parse_npy(read_file(path), path.string(), options);
}

NpyHeader read_npy_header(const std::filesystem::path& path) {
    return parse_whole(read_file(path), {"npy", path.string()});
}

Indices read_npy_indices(const std::filesystem::path& path) {
    return parse_npy_indices(read_file(path), path.string());
}

void write_npy(const std::filesystem::path& path, const Tensor& t) {
    const std::string header = npy_header(t);
    write_file(path, std::array<std::string_view, 2>{header, bytes_of(t)});
}

void write_npy(const std::filesystem::path& path, const Indices& positions) {
    const std::string header = npy_header(positions);
    write_file(path, std::array<std::string_view, 2>{header, bytes_of(positions)});
}

}  // namespace gradpath::io
