#pragma once
// Options of an architecture as text, as the command line and the files have them: {"widths": "2-64-64-2"}.
// An option struct lists its fields by visit, the idiom of the whole repository.
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <gradpath/autodiff/shape.hpp>

namespace gradpath::models {

using Settings = std::map<std::string, std::string>;

std::string setting_text(const std::string& value);
std::string setting_text(Index value);
std::string setting_text(const std::vector<Index>& value);  ///< 2-64-64-2
/// Parses one value. Throws ValueError naming owner and key if the text is not one.
void parse_setting(const std::string& owner, std::string_view key, const std::string& text, std::string& value);
void parse_setting(const std::string& owner, std::string_view key, const std::string& text, Index& value);
void parse_setting(const std::string& owner, std::string_view key, const std::string& text, std::vector<Index>& value);
/// Throws ValueError for a key that is not among `known`, with the nearest one.
void check_keys(const std::string& owner, const Settings& settings, std::span<const std::string_view> known);

/// Every field of an option struct, as text.
template <class Options>
Settings settings_of(const Options& options) {
    Settings settings;
    Options::visit(options,
                   [&](std::string_view key, const auto& value) { settings.emplace(key, setting_text(value)); });
    return settings;
}
/// The options with the fields named in `settings` set. Throws ValueError for unknown keys or values that do not parse.
template <class Options>
Options with_settings(const std::string& owner, Options options, const Settings& settings) {
    std::vector<std::string_view> known;
    Options::visit(options, [&](std::string_view key, const auto&) { known.push_back(key); });
    check_keys(owner, settings, known);
    Options::visit(options, [&](std::string_view key, auto& value) {
        const auto found = settings.find(std::string(key));
        if (found != settings.end()) parse_setting(owner, key, found->second, value);
    });
    return options;
}

}  // namespace gradpath::models
