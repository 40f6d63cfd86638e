#pragma once
// Scripts that a page may have, and how its content security policy names them.
#include <string>
#include <string_view>

namespace gradpath::tools {

/// sha256-BASE64.
std::string script_hash(std::string_view script);
/// Makes the headings of tables of the class "sorts" into buttons, by which the rows are sorted. Without scripts, a
/// page shows the rows as they were written.
std::string_view sorting_script();

}  // namespace gradpath::tools
