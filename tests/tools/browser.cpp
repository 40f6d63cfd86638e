#include "browser.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>

#include <gradpath/tools/report/playground.hpp>
#include <tools/program.hpp>

namespace browser {

std::string dom_of(std::string page, const std::string& more) {
    if (std::system("command -v chromium >/dev/null 2>&1") != 0) return "";
    const program::Folder folder;
    if (!more.empty()) {
        const std::string own = "'" + gradpath::tools::playground_script_hash() + "'";
        page.replace(page.find(own), own.size(), "'unsafe-inline'");
        page.insert(page.find("</body>"), "<script>" + more + "</script>\n");
    }
    std::ofstream(folder / "page.html") << page;
    const std::string command =
        "cd '" + folder.path().string() +
        "' && timeout 120 chromium --headless --no-sandbox --disable-gpu "
        "--user-data-dir=profile --virtual-time-budget=2000 --dump-dom page.html >dom.html 2>log";
    REQUIRE(std::system(command.c_str()) == 0);
    return program::read(folder / "dom.html");
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
