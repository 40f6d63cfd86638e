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

/// The file that it prints a page to, without its dates and tags.
std::string print(const std::string& page, bool dark = false);
/// What is cut off, or wider than the page, at so many pixels: "0 of 123", or a number above 0 and what they are. On
/// paper nothing scrolls.
std::string cuts(const std::string& page, int width, bool paper);

/// The text of axe-core (https://github.com/dequelabs/axe-core); empty where npm cannot get it.
std::string axe();
/// The faults of a page that axe finds most serious, as "0 of 45" rules passed.
std::string faults(const std::string& page, const std::string& axe, bool dark = false);

/// Presses keys on both handles of a playground: x is the input's, b the baseline's; press(x, 'ArrowUp') and so on.
std::string keys(const std::string& presses);
/// A number of a playground's table: "line" or "curve", "first", "delta", ..; fails where there is none.
double figure(const std::string& dom, const std::string& way, const std::string& what);

}  // namespace browser
