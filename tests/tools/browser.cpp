#include "browser.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include <doctest/doctest.h>

#include "program.hpp"

namespace browser {
namespace {

/// Lets any script of the page run, not only those that its policy names.
void widen_policy(std::string& page) {
    const std::string scripts = "; script-src";
    const auto policy = page.find("default-src 'none'");
    REQUIRE(policy != page.npos);
    const auto end = page.find('"', policy), first = std::min(page.find(scripts, policy), end);
    page.replace(first, end - first, scripts + " 'unsafe-inline'");
}

/// The lines that come from the page; a browser says much else.
std::string console_of(const std::string& log) {
    std::string said, line;
    for (std::istringstream in(log); std::getline(in, line);)
        if (line.find(":CONSOLE") != line.npos) said += line + "\n";
    return said;
}

}  // namespace

bool found() { return std::system("command -v chromium >/dev/null 2>&1") == 0; }

Shown open(std::string page, const std::string& more, bool dark) {
    const program::Folder folder;
    if (!more.empty()) {
        widen_policy(page);
        page.insert(page.rfind("</body>"), "<script>" + more + "</script>\n");
    }
    std::ofstream(folder / "page.html") << page;
    const std::string command =
        "cd '" + folder.path().string() +
        "' && timeout 120 chromium --headless --no-sandbox --disable-gpu --enable-logging=stderr "
        "--user-data-dir=profile --virtual-time-budget=10000 " +
        (dark ? "--blink-settings=preferredColorScheme=0 " : "") + "--dump-dom page.html >dom.html 2>log";
    REQUIRE(std::system(command.c_str()) == 0);
    return {program::read(folder / "dom.html"), console_of(program::read(folder / "log"))};
}

std::string keys(const std::string& presses) {
    return "const [x, b] = document.querySelectorAll('.handle');"
           "const press = (h, key) => h.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true}));" +
           presses;
}

double figure(const std::string& dom, const std::string& way, const std::string& what) {
    const std::string cell = "data-" + way + "=\"" + what + "\">";
    const std::size_t at = dom.find(cell);
    REQUIRE_MESSAGE(at != std::string::npos, "no cell " << cell);
    std::string number = dom.substr(at + cell.size(), 20);
    if (const std::string minus = "\u2212"; number.starts_with(minus)) number = "-" + number.substr(minus.size());
    return std::strtod(number.c_str(), nullptr);
}

}  // namespace browser
