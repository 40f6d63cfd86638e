#pragma once
// The style sheet of reports, in parts.
#include <string_view>

namespace gradpath::tools {

extern const std::string_view theme_style;    ///< colours and fonts, light and dark
extern const std::string_view page_style;     ///< all but what charts draw
extern const std::string_view drawing_style;  ///< what charts draw
extern const std::string_view scene_style;    ///< what scenes and playgrounds draw

}  // namespace gradpath::tools
