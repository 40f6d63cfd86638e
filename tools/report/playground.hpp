#pragma once
// The interactive block of a page: its markup with all answers in it, and the script that shows them.
#include <string>
#include <string_view>

#include <gradpath/tools/report/report.hpp>

namespace gradpath::tools {

/// Without title and caption. Throws ValueError unless there is an answer with `corners` corners for every pair of
/// places, and grids of two by two places at least, in which the handles start.
std::string playground(const Playground& block);
/// The script of a page, which serves all of its playgrounds.
std::string_view playground_script();

}  // namespace gradpath::tools
