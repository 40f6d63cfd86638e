#pragma once
// A page as headless Chromium leaves it.
#include <string>

namespace browser {

/// The document after its script and `more` have run; empty where there is no browser. The page's policy lets no other
/// script in: where there is `more`, it is opened for it.
std::string dom_of(std::string page, const std::string& more = {});
/// Presses keys on both handles of a playground: x is the input's, b the baseline's; press(x, 'ArrowUp') and so on.
std::string keys(const std::string& presses);
/// A number of a playground's table: "line" or "curve", "first", "delta", ..; fails where there is none.
double figure(const std::string& dom, const std::string& way, const std::string& what);

}  // namespace browser
