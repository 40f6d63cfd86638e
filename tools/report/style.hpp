#pragma once
// The style sheet of reports.
#include <string_view>

namespace gradpath::tools {

extern const std::string_view style_sheet;

}  // namespace gradpath::tools
