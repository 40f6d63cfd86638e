#pragma once
// A page as a browser shows it: headless Chromium, where there is one.
#include <string>

namespace browser {

bool found();

struct Shown {
    std::string dom;      ///< after all scripts have run
    std::string console;  ///< what was said there, a line each
};
/// Opens a page; `more` is a script that runs last, for which the page's policy is widened.
Shown open(std::string page, const std::string& more = "", bool dark = false);

/// Presses keys on both handles of a playground: x is the input's, b the baseline's; press(x, 'ArrowUp') and so on.
std::string keys(const std::string& presses);
/// A number of a playground's table: "line" or "curve", "first", "delta", ..; fails where there is none.
double figure(const std::string& dom, const std::string& way, const std::string& what);

}  // namespace browser
