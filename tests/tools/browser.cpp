#include "browser.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <regex>
#include <sstream>

#include <doctest/doctest.h>

#include "program.hpp"

namespace browser {
namespace {

const std::string axe_core = "axe-core@4.14.1";  // a newer one may know faults that these pages were never held against

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

/// Opens page.html of a folder with these words; what is said goes to the files said and log.
void show(const program::Folder& folder, const std::string& page, bool dark, const std::string& words) {
    std::ofstream(folder / "page.html") << page;
    const std::string command =
        "cd '" + folder.path().string() +
        "' && timeout 120 chromium --headless --no-sandbox --disable-gpu --enable-logging=stderr "
        "--user-data-dir=profile " +
        (dark ? "--blink-settings=preferredColorScheme=0 " : "") + words + " page.html >said 2>log";
    REQUIRE(std::system(command.c_str()) == 0);
}

/// Leaves what is wider than the page in an element of its own. A frame is as narrow as one likes, which a window is
/// not; on paper the rules for print hold.
const char* const look_for_cuts = R"js(
const frame = document.createElement("iframe");
frame.style.cssText = `position: absolute; left: 0; top: 0; border: 0; width: ${width}px; height: 9000px`;
const page = document.documentElement.outerHTML.replace(/<script[^]*?<\/script>/g, "");
document.body.append(frame);
const inner = frame.contentDocument;
inner.open();
inner.write(paper ? page.replaceAll("@media print", "@media all") : page);
inner.close();
const parts = [...inner.querySelectorAll("main *")], faults = parts.filter(part => {
  const scroller = part.closest(".scroll"), scrolls = !paper && scroller && scroller !== part;
  return part.getBoundingClientRect().right > width + 1 && !scrolls;
});
const told = document.createElement("pre");
told.textContent = `faults: ${faults.length} of ${parts.length} ${faults.map(part => part.outerHTML.slice(0, 80))}`;
frame.remove();
document.body.append(told);
)js";

/// Leaves the faults of the page that matter most in an element of their own.
const char* const look_for_faults = R"js(
axe.run(document, {resultTypes: ["violations"]}).then(found => {
  const faults = found.violations.filter(v => v.impact === "serious" || v.impact === "critical");
  const told = document.createElement("pre");
  const nodes = faults.map(v => v.id + " " + v.nodes.map(n => n.html).join(" "));
  told.textContent = `faults: ${faults.length} of ${found.passes.length} ${nodes}`;
  document.body.append(told);
});
)js";

/// What such a script left.
std::string told_by(const Shown& shown) {
    const std::string mark = "<pre>faults: ";
    const auto told = shown.dom.rfind(mark);
    REQUIRE_MESSAGE(told != shown.dom.npos, shown.console);
    const std::string words = shown.dom.substr(told + mark.size());
    return words.substr(0, words.find("</pre>"));
}

}  // namespace

bool found() { return std::system("command -v chromium >/dev/null 2>&1") == 0; }

Shown open(std::string page, const std::string& more, bool dark) {
    const program::Folder folder;
    if (!more.empty()) {
        widen_policy(page);
        page.insert(page.rfind("</body>"), "<script>" + more + "</script>\n");
    }
    show(folder, page, dark, "--virtual-time-budget=10000 --dump-dom");
    return {program::read(folder / "said"), console_of(program::read(folder / "log"))};
}

std::string print(const std::string& page, bool dark) {
    const program::Folder folder;
    // Tags number the nodes of a page as its accessibility tree is built, which is not the same every time.
    show(folder, page, dark, "--disable-pdf-tagging --no-pdf-header-footer --print-to-pdf=page.pdf");
    return std::regex_replace(program::read(folder / "page.pdf"), std::regex(R"(\(D:[^)]*\))"), "");
}

std::string cuts(const std::string& page, int width, bool paper) {
    const std::string asked = "const paper = " + std::string(paper ? "true" : "false") +
                              ", width = " + std::to_string(width) + ";" + look_for_cuts;
    return told_by(open(page, asked));
}

std::string axe() {
    const program::Folder folder;
    const std::string command = "cd '" + folder.path().string() +
                                "' && command -v npm >/dev/null 2>&1 && timeout 120 npm install --prefer-offline "
                                "--no-audit --no-fund " +
                                axe_core + " >log 2>&1";
    return std::system(command.c_str()) == 0 ? program::read(folder / "node_modules/axe-core/axe.min.js") : "";
}

std::string faults(const std::string& page, const std::string& axe, bool dark) {
    return told_by(open(page, axe + "\n" + look_for_faults, dark));
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
