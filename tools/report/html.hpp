#pragma once
// A report as one HTML file that needs nothing else: no fonts, no pictures from anywhere, and no script but the one
// that moves the handles of a playground, where there is one. It follows the reader's light or dark theme, prints, and
// can be read aloud.
#include <filesystem>
#include <string>

#include <gradpath/tools/report/report.hpp>

namespace gradpath::tools {

/// The file's text. Throws ValueError for a table row of another length than its columns, or an ill-formed chart.
std::string html(const Report& report);
/// Written to a temporary name and renamed. Throws IoError.
void write_html(const std::filesystem::path& path, const Report& report);

}  // namespace gradpath::tools
