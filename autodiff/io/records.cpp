// One pass over the bytes. A quoted field may hold anything, line ends too, and a quote doubled; any other field ends
// at the next separator or line end, and a quote in it is a fault, because readers disagree about what it would mean.
#include <gradpath/autodiff/io/records.hpp>

#include <algorithm>
#include <array>

#include <gradpath/autodiff/io/fault.hpp>
#include <gradpath/autodiff/io/file.hpp>
#include <gradpath/autodiff/io/utf8.hpp>

namespace gradpath::io {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

class Parser {
public:
    Parser(std::string_view bytes, const std::string& name, char separator) : rest_(bytes), fault_{"csv", name} {
        if (rest_.starts_with(byte_order_mark)) rest_.remove_prefix(byte_order_mark.size());
        separator_ = separator != 0 ? separator : likely_separator();
    }
    Records run() {
        Records records{separator_, {}};
        while (!rest_.empty()) {
            Record record{line_, {}};
            column_ = 0;
            do record.fields.push_back(field());
            while (take(separator_));
            end_line();
            if (record.fields.size() > 1 || !record.fields[0].empty()) records.list.push_back(std::move(record));
        }
        return records;
    }

private:
    char next() const { return rest_.empty() ? '\n' : rest_[0]; }
    bool take(char c) {
        const bool there = !rest_.empty() && rest_[0] == c;
        if (there) rest_.remove_prefix(1);
        return there;
    }
    void skip_blanks() {
        while (next() == ' ' || (next() == '\t' && separator_ != '\t')) rest_.remove_prefix(1);
    }
    template <class... Parts>
    void unless(bool ok, const Parts&... rule) const {
        fault_.unless(ok, rule..., ": line ", line_, ", column ", column_);
    }

    char likely_separator() const {
        constexpr std::array<char, 3> known{',', ';', '\t'};
        std::array<Index, 3> seen{};
        bool quoted = false;
        for (const char c : rest_) {
            if (c == '"') quoted = !quoted;
            if (quoted) continue;
            if (c == '\n' && *std::ranges::max_element(seen) > 0) break;
            for (std::size_t i = 0; i < known.size(); ++i) seen[i] += c == known[i] ? 1 : 0;
        }
        return known[static_cast<std::size_t>(std::ranges::max_element(seen) - seen.begin())];
    }

    std::string field() {
        ++column_;
        skip_blanks();
        return take('"') ? quoted() : plain();
    }
    std::string plain() {
        const std::size_t size = std::min(rest_.find_first_of(std::string{separator_, '\r', '\n'}), rest_.size());
        std::string_view value = rest_.substr(0, size);
        unless(value.find('"') == value.npos, "a quote inside a field must be doubled, and the field quoted");
        check_text(value);
        rest_.remove_prefix(size);
        while (value.ends_with(' ') || value.ends_with('\t')) value.remove_suffix(1);
        return std::string(value);
    }
    std::string quoted() {
        std::string value;
        Index lines = 0;
        do {
            const std::size_t size = rest_.find('"');
            unless(size != rest_.npos, "a quote must be closed");
            const std::string_view part = rest_.substr(0, size);
            check_text(part);
            lines += std::ranges::count(part, '\n');
            value += part;
            rest_.remove_prefix(size + 1);
            if (next() == '"') value += '"';
        } while (take('"'));
        line_ += lines;
        skip_blanks();
        const char after = next();
        unless(after == separator_ || after == '\r' || after == '\n', "a closing quote must end its field");
        return value;
    }
    void end_line() {
        const bool returned = take('\r');
        unless(!returned || next() == '\n', "a carriage return must stand before a line feed");
        take('\n');
        ++line_;
    }
    void check_text(std::string_view value) const {
        while (!value.empty()) {
            const std::size_t length = letter_size(value);
            unless(length > 0, "the text must be UTF-8");
            const auto letter = static_cast<unsigned char>(value[0]);
            const bool blank = letter == '\t' || letter == '\r' || letter == '\n';
            unless((letter >= 0x20 || blank) && letter != 0x7f, "a field must not hold control characters");
            value.remove_prefix(length);
        }
    }

    std::string_view rest_;
    Fault fault_;
    char separator_ = ',';
    Index line_ = 1, column_ = 0;
};

}  // namespace

Records parse_records(std::string_view bytes, const std::string& name, const ReadRecords& options) {
    return Parser(bytes, name, options.separator).run();
}

Records read_records(const std::filesystem::path& path, const ReadRecords& options) {
    return parse_records(read_gz(path), path.string(), options);
}

}  // namespace gradpath::io
