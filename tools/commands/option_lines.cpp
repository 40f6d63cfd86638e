// Quotes are looked at first, then #, so that a value may hold any letter.
#include <gradpath/tools/commands/option_lines.hpp>

#include <algorithm>
#include <charconv>

#include <gradpath/tools/commands/arguments.hpp>
#include <gradpath/tools/commands/exit.hpp>

namespace gradpath::tools {
namespace {

constexpr std::string_view blanks = " \t\r", escaped = "\"\\bfnrt", letters = "\"\\\b\f\n\r\t";

std::string trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(blanks), last = text.find_last_not_of(blanks);
    return first == text.npos ? "" : std::string(text.substr(first, last - first + 1));
}

class Reader {
public:
    Reader(std::string_view text, const std::string& what) : left_(text), what_(what) {}

    std::vector<OptionLine> lines() {
        std::vector<OptionLine> list;
        while (skip_empty(), !left_.empty()) {
            if (left_[0] == '[') section();
            else list.push_back(entry());
        }
        return list;
    }

private:
    template <class... Facts>
    void check(bool ok, const Facts&... facts) const {
        require<UsageError>(ok, what_, ": line ", line_, ": ", facts...);
    }
    char next() const { return left_.empty() ? '\n' : left_[0]; }
    void skip_blanks() { left_.remove_prefix(std::min(left_.find_first_not_of(blanks), left_.size())); }
    /// Up to one of these letters, which stays.
    std::string_view take_until(std::string_view ends) {
        const std::string_view taken = left_.substr(0, left_.find_first_of(ends));
        left_.remove_prefix(taken.size());
        return taken;
    }
    /// Blanks, comments and ends of lines.
    void skip_empty() {
        for (skip_blanks(); !left_.empty(); skip_blanks()) {
            if (left_[0] == '#' || left_[0] == ';') take_until("\n");
            else if (left_[0] == '\n') left_.remove_prefix(1), ++line_;
            else return;
        }
    }
    void section() {
        const std::string name = trimmed(take_until("\n"));
        check(name == "[default]", "there are no sections, only lines NAME = VALUE: got ", name);
    }

    OptionLine entry() {
        OptionLine entry{.name = {}, .values = {"true"}, .bare = false, .line = line_};
        entry.name = trimmed(take_until("=#\n"));
        if (entry.name.size() > 1 && (entry.name[0] == '"' || entry.name[0] == '\'') &&
            entry.name[0] == entry.name.back())
            entry.name = entry.name.substr(1, entry.name.size() - 2);
        if (next() == '=') {
            left_.remove_prefix(1);
            skip_blanks();
            entry.bare = next() != '[' && next() != '"' && next() != '\'';
            entry.values = next() == '[' ? array() : std::vector<std::string>{value("#\n")};
        }
        const std::string behind = trimmed(take_until("\n"));
        check(behind.empty() || behind[0] == '#', "there is more behind the value: ", behind);
        return entry;
    }

    std::vector<std::string> array() {
        std::vector<std::string> values;
        const Index first = line_;
        do {
            left_.remove_prefix(1);  // [ or ,
            skip_empty();
            if (next() != ']') values.push_back(value(",]#\n"));
            skip_empty();
        } while (next() == ',');
        if (next() != ']') line_ = first;
        check(next() == ']', "the list has no end: ] or a comma is missing");
        left_.remove_prefix(1);
        return values;
    }

    std::string value(std::string_view ends) {
        const char quote = next();
        if (quote != '"' && quote != '\'') return trimmed(take_until(ends));
        left_.remove_prefix(1);
        std::string text;
        while (next() != quote) {
            check(next() != '\n', "the closing ", std::string_view(&quote, 1), " is missing");
            if (next() == '\\' && quote == '"') {
                text += escape();
            } else {
                text += next();
                left_.remove_prefix(1);
            }
        }
        left_.remove_prefix(1);
        return text;
    }

    std::string escape() {
        const std::string_view two = left_.substr(0, 2), six = left_.substr(0, 6);
        const std::size_t known = two.size() < 2 ? escaped.npos : escaped.find(two[1]);
        if (known != escaped.npos) {
            left_.remove_prefix(2);
            return {letters[known]};
        }
        unsigned code = 0x80;
        const char* const end = six.data() + six.size();
        const bool read = six.starts_with("\\u") && six.size() == 6 &&
                          std::from_chars(six.data() + 2, end, code, 16).ptr == end && code < 0x80;
        check(read, "there is no escape ", read ? "" : two,
              R"( here: there are \" \\ \b \f \n \r \t and \u0000 to \u007f; other letters stand as they are)");
        left_.remove_prefix(6);
        return {static_cast<char>(code)};
    }

    std::string_view left_;
    const std::string& what_;
    Index line_ = 1;
};

bool stands_bare(const std::string& text) {
    double number = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    return text == "true" || text == "false" || (fault == std::errc() && end == text.data() + text.size());
}

std::string quoted(const std::string& text) {
    std::string quoted = "\"";
    for (const char letter : text) {
        const std::size_t known = letters.find(letter);
        const auto code = static_cast<unsigned char>(letter);
        constexpr std::string_view digits = "0123456789abcdef";
        if (known != letters.npos) quoted += {'\\', escaped[known]};
        else if (code < 0x20 || code == 0x7f) quoted += {'\\', 'u', '0', '0', digits[code / 16], digits[code % 16]};
        else quoted += letter;
    }
    return quoted + "\"";
}

}  // namespace

std::vector<OptionLine> read_option_lines(std::string_view text, const std::string& what) {
    return Reader(text, what).lines();
}

std::string option_line(const std::string& name, const std::vector<std::string>& values) {
    std::string line = name + (values.size() > 1 ? "=[" : "=");
    for (std::size_t i = 0; i < values.size(); ++i)
        line += (i > 0 ? ", " : "") + (stands_bare(values[i]) ? values[i] : quoted(values[i]));
    return line + (values.size() > 1 ? "]\n" : "\n");
}

}  // namespace gradpath::tools
