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

}  // namespace browser
