// Numbers are whole and plain: no signs, no blanks, nothing after them.
#include <gradpath/models/settings.hpp>

#include <algorithm>
#include <charconv>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/models/data/nearest.hpp>

namespace gradpath::models {

namespace {

constexpr Index most = 100'000'000;  // so that no product of a few of them leaves an Index

Index whole_number(const std::string& owner, std::string_view key, const std::string& all, std::string_view digits) {
    Index number = 0;
    const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    require(fault == std::errc() && end == digits.data() + digits.size() && number >= 1 && number <= most, owner, ": ",
            key, " takes whole numbers from 1 to ", most, ": got \"", all, "\"");
    return number;
}

}  // namespace

std::string setting_text(const std::string& value) { return value; }
std::string setting_text(Index value) { return std::to_string(value); }
std::string setting_text(const std::vector<Index>& value) {
    std::string joined;
    for (const Index number : value) joined += (joined.empty() ? "" : "-") + std::to_string(number);
    return joined;
}

void parse_setting(const std::string&, std::string_view, const std::string& text, std::string& value) { value = text; }

void parse_setting(const std::string& owner, std::string_view key, const std::string& text, Index& value) {
    value = whole_number(owner, key, text, text);
}

void parse_setting(const std::string& owner, std::string_view key, const std::string& text, std::vector<Index>& value) {
    value.clear();
    std::string_view rest = text;
    while (true) {
        const std::size_t end = std::min(rest.find_first_of("-,"), rest.size());
        value.push_back(whole_number(owner, key, text, rest.substr(0, end)));
        if (end == rest.size()) return;
        rest.remove_prefix(end + 1);
    }
}

void check_keys(const std::string& owner, const Settings& settings, std::span<const std::string_view> known) {
    for (const auto& [key, value] : settings) {
        if (std::ranges::find(known, key) != known.end()) continue;
        require(false, owner, ": there is no option \"", key, "\"", suggestion_or_names(key, known));
    }
}

}  // namespace gradpath::models
