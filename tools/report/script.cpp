#include <gradpath/tools/report/script.hpp>

#include <gradpath/models/sha256.hpp>
#include <gradpath/tools/report/markup.hpp>

namespace gradpath::tools {

std::string script_hash(std::string_view script) {
    models::Sha256 sha;
    sha.add(script);
    return "sha256-" + base64(sha.digest());
}

std::string_view sorting_script() {
    return R"js("use strict";
for (const table of document.querySelectorAll("table.sorts")) {
  const heads = [...table.tHead.rows[0].cells], body = table.tBodies[0];
  // Numbers by size, and what is none (a dash) last both ways; words by the alphabet.
  const compare = (a, b, way) => {
    const x = parseFloat(a), y = parseFloat(b);
    if (isNaN(x) && isNaN(y)) return way * a.localeCompare(b);
    return isNaN(x) - isNaN(y) || way * (x - y);
  };
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const way = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", way > 0 ? "ascending" : "descending");
      const words = row => row.cells[column].textContent;
      body.append(...[...body.rows].sort((a, b) => compare(words(a), words(b), way)));
    });
  });
}
)js";
}

}  // namespace gradpath::tools
