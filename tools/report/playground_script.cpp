// Moves handles over their grids and shows what was computed for the places they are at; computes no answers itself.
#include <gradpath/tools/report/playground.hpp>

namespace gradpath::tools {

std::string_view playground_script() {
    return R"js("use strict";
for (const root of document.querySelectorAll(".playground")) {
  const svg = root.querySelector("svg"), data = root.dataset, box = svg.viewBox.baseVal;
  const bytes = text => Uint8Array.from(atob(text), letter => letter.charCodeAt(0)).buffer;
  const ways = new Uint16Array(bytes(data.ways)), figures = new Float32Array(bytes(data.figures));
  const corners = Number(data.corners), full = 65535;
  const [input, baseline] = [...root.querySelectorAll(".handle")].map(node => ({
    node, columns: Number(node.dataset.columns), rows: Number(node.dataset.rows), at: Number(node.dataset.at)}));

  // Places as shares (u, v) of the ground, v upwards.
  const place = h => [h.at % h.columns / (h.columns - 1), Math.floor(h.at / h.columns) / (h.rows - 1)];
  const spot = ([u, v]) => (u * box.width).toFixed(1) + " " + ((1 - v) * box.height).toFixed(1);
  const span = (low, high, share) => Number(low) + share * (high - low);
  const words = ([u, v]) =>
    "x1 = " + span(data.left, data.right, u).toFixed(2) + ", x2 = " + span(data.bottom, data.top, v).toFixed(2);
  const nearest = (share, count) => Math.round(Math.min(1, Math.max(0, share)) * (count - 1));
  const trace = (name, points) => root.querySelectorAll("path." + name).forEach(
    path => path.setAttribute("d", "M" + points.map(spot).join("L")));
  const number = value => (Math.abs(value) < 5e-5 ? 0 : value).toFixed(4).replace("-", "\u2212");

  function tell(column, first, second, change, length) {
    const shown = {first, second, sum: first + second, change, delta: first + second - change,
                   cancelled: Math.abs(first) + Math.abs(second) - Math.abs(first + second), length};
    for (const [name, value] of Object.entries(shown))
      root.querySelector("td[data-" + column + "=" + name + "]").textContent = number(value);
  }

  function draw() {
    const pair = baseline.at * input.columns * input.rows + input.at;
    const way = Array.from({length: corners}, (_, k) => {
      const at = 2 * (pair * corners + k);
      return [ways[at] / full, ways[at + 1] / full];
    });
    trace("line", [place(baseline), place(input)]);
    trace("way", way);
    for (const h of [input, baseline]) {
      h.node.setAttribute("transform", "translate(" + spot(place(h)) + ")");
      h.node.setAttribute("aria-valuenow", h.at);
      h.node.setAttribute("aria-valuetext", words(place(h)));
    }
    const [l1, l2, c1, c2, change, line, curve] = figures.subarray(7 * pair, 7 * pair + 7);
    tell("line", l1, l2, change, line);
    tell("curve", c1, c2, change, curve);
    root.querySelector(".said").textContent = "Input " + words(place(input)) + "; baseline " + words(place(baseline)) +
      ". F changes by " + number(change) + ": " + number(l1) + " and " + number(l2) + " along the line, " +
      number(c1) + " and " + number(c2) + " along the geodesic.";
  }

  function move(h, column, row) {
    h.at = Math.min(h.rows - 1, Math.max(0, row)) * h.columns + Math.min(h.columns - 1, Math.max(0, column));
    draw();
  }

  const under = event => {
    const frame = svg.getBoundingClientRect();
    return [(event.clientX - frame.left) / frame.width, 1 - (event.clientY - frame.top) / frame.height];
  };
  const distance = (h, [u, v]) => Math.hypot((place(h)[0] - u) * box.width, (place(h)[1] - v) * box.height);
  let held = null;
  const follow = event => {
    const [u, v] = under(event);
    move(held, nearest(u, held.columns), nearest(v, held.rows));
  };
  svg.addEventListener("pointerdown", event => {
    held = distance(input, under(event)) <= distance(baseline, under(event)) ? input : baseline;
    held.node.focus({preventScroll: true});
    svg.setPointerCapture(event.pointerId);
    follow(event);
    event.preventDefault();
  });
  svg.addEventListener("pointermove", event => held && follow(event));
  for (const end of ["pointerup", "pointercancel"]) svg.addEventListener(end, () => held = null);

  const steps = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1]};
  for (const h of [input, baseline])
    h.node.addEventListener("keydown", event => {
      if (!(event.key in steps)) return;
      const [right, up] = steps[event.key];
      move(h, h.at % h.columns + right, Math.floor(h.at / h.columns) + up);
      event.preventDefault();
    });
  draw();
}
)js";
}

}  // namespace gradpath::tools
