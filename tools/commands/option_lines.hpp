#pragma once
// The text of --config and --print-config: lines NAME = VALUE, as TOML and INI have them.
#include <string>
#include <string_view>
#include <vector>

#include <gradpath/autodiff/shape.hpp>

namespace gradpath::tools {

struct OptionLine {
    std::string name;
    std::vector<std::string> values;  ///< several where they stand in [brackets]; "true" where a name stands alone
    bool bare = false;                ///< one value without quotes or brackets
    Index line = 0;                   ///< where it begins, from 1
};
/// Lines NAME = VALUE. A value is "quoted" with the escapes of TOML, 'quoted' without any, a bare word that ends at a
/// #, or [values, with commas], which may take several lines. Lines that are empty or begin with # or ; say nothing.
/// Throws UsageError that begins with `what`, such as explain: --config, and the number of the line.
std::vector<OptionLine> read_option_lines(std::string_view text, const std::string& what);
/// One such line, which is read back as it was.
std::string option_line(const std::string& name, const std::vector<std::string>& values);

}  // namespace gradpath::tools
