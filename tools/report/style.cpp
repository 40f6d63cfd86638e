// One column of text on a calm page; wide things scroll inside their own frame. Colours are variables, stated twice:
// light and dark; paper is light. Curves differ in dash as well as in colour. Blue and red of the bars are those of the
// heat maps.
#include <gradpath/tools/report/style.hpp>

namespace gradpath::tools {

const std::string_view theme_style = R"css(
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --paper: #ffffff; --ink: #1c2026; --soft: #5b6472; --line: #dfe3e9; --hair: #eceff3; --edge: #c9ced6;
  --accent: #1d5c9e; --negative: #1a5ba4; --positive: #b01826;
  --s1: #1d5c9e; --s2: #c2500f; --s3: #2b7a4b; --s4: #8a3f9c; --s5: #6b7280; --s6: #9a6b00;
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", Ubuntu, Cantarell, "DejaVu Sans", sans-serif;
  --mono: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #101216; --paper: #16181d; --ink: #e2e5eb; --soft: #98a1af; --line: #2c3139; --hair: #22262d;
    --edge: #3d444f;
    --accent: #7db8f0; --negative: #57b3f3; --positive: #fb8a7c;
    --s1: #6fb1f0; --s2: #f2a25c; --s3: #6fcf97; --s4: #cf97e6; --s5: #a4acb8; --s6: #e0c060;
  }
}
)css";

const std::string_view page_style = R"css(
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.55 var(--sans); }
main { max-width: 62rem; margin: 0 auto; padding: 3.5rem 1.5rem 4rem; }
header { margin-bottom: 2.5rem; padding-bottom: 1.5rem; border-bottom: 1px solid var(--line); }
h1 { margin: 0; font-size: clamp(1.7rem, 4.5vw, 2.4rem); line-height: 1.15; letter-spacing: -0.02em;
  font-weight: 650; text-wrap: balance; }
header p { margin: 0.7rem 0 0; color: var(--soft); font-size: 1.08rem; max-width: 44rem; }
section { margin: 2.75rem 0; }
h2 { margin: 0 0 0.9rem; font-size: 1.3rem; line-height: 1.3; letter-spacing: -0.01em; font-weight: 620; }
h3 { margin: 0 0 0.6rem; font-size: 0.98rem; font-weight: 600; }
p { margin: 0 0 0.9rem; max-width: 44rem; overflow-wrap: break-word; }
figure, .card { margin: 1.25rem 0; padding: 1.25rem; background: var(--paper); border: 1px solid var(--line);
  border-radius: 10px; }
figcaption, .caption { color: var(--soft); font-size: 0.875rem; line-height: 1.45; }
figcaption { margin-top: 0.9rem; }
.facts { display: flex; flex-wrap: wrap; gap: 1px; margin: 1.25rem 0; padding: 0;
  overflow: hidden; background: var(--line); border: 1px solid var(--line); border-radius: 10px; }
.facts div { flex: 1 1 10.5rem; padding: 1rem 1.25rem; background: var(--paper); }
.facts dt { color: var(--soft); font-size: 0.82rem; }
.facts dd { margin: 0.1rem 0 0; font-size: 1.55rem; line-height: 1.25; font-weight: 620; letter-spacing: -0.01em;
  font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.facts dd + dd { color: var(--soft); font-size: 0.82rem; font-weight: 400; letter-spacing: 0; }
.scroll { overflow-x: auto; background: linear-gradient(to right, var(--paper) 2rem, transparent 3rem) local,
  linear-gradient(to left, var(--paper) 2rem, transparent 3rem) local,
  linear-gradient(to right, var(--edge), transparent 0.9rem), linear-gradient(to left, var(--edge), transparent 0.9rem),
  var(--paper); }
.scroll th:first-child { position: sticky; left: 0; background: var(--paper); }
@media (min-width: 75rem) {
  .wide { width: max-content; min-width: 100%; max-width: calc(100vw - 3rem); margin-left: 50%;
    transform: translateX(-50%); }
}
table { width: 100%; border-collapse: collapse; font-size: 0.925rem; }
.caption { margin: 0 0 0.6rem; max-width: none; }
th, td { padding: 0.5rem 0.75rem; text-align: left; vertical-align: baseline; border-bottom: 1px solid var(--hair); }
th:first-child, td:first-child { padding-left: 0; }
th:last-child, td:last-child { padding-right: 0; }
thead th { color: var(--soft); font-size: 0.82rem; font-weight: 500; border-bottom-color: var(--line); }
tbody th { font-weight: 500; }
tbody tr:last-child > * { border-bottom: 0; }
.sorts button { padding: 0; border: 0; background: none; color: inherit; font: inherit; cursor: pointer; }
.sorts button::after { content: "\a0\25B2"; visibility: hidden; font-size: 0.6rem; }
.sorts button:hover::after, .sorts [aria-sort] button::after { visibility: visible; }
.sorts [aria-sort=descending] button::after { content: "\a0\25BC"; }
button:focus-visible, [tabindex]:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
th.n, .two { white-space: normal; }
.two span { white-space: nowrap; }
.panels { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(8.25rem, 44%), 1fr)); gap: 1.1rem;
  margin: 0; padding: 0; list-style: none; }
.panels li { max-width: 13.5rem; }
.panels h3, .panels h4 { margin: 0 0 0.4rem; font-size: 0.85rem; line-height: 1.35; font-weight: 550;
  overflow-wrap: anywhere; }
.panels img { display: block; width: 100%; height: auto; image-rendering: pixelated; border: 1px solid var(--line);
  border-radius: 3px; }
.panels .by-night { display: none; }
@media screen and (prefers-color-scheme: dark) {
  .panels .by-day { display: none; }
  .panels .by-night { display: block; }
}
.panels p { margin: 0.4rem 0 0; color: var(--soft); font-size: 0.8rem; line-height: 1.4;
  font-variant-numeric: tabular-nums; }
.panels.large { grid-template-columns: repeat(auto-fit, minmax(min(18rem, 100%), 1fr)); }
.panels.large li { max-width: 30rem; }
.panels.large img { image-rendering: auto; }
.bar { max-width: 24rem; margin: 1.2rem 0 0; }
.bar i { display: block; height: 0.7rem; border: 1px solid var(--line); border-radius: 3px; background: var(--light);
  -webkit-print-color-adjust: exact; print-color-adjust: exact; }
.bar ol { display: flex; justify-content: space-between; margin: 0.3rem 0 0; padding: 0; list-style: none;
  color: var(--soft);
  font-size: 0.8rem; font-variant-numeric: tabular-nums; }
.bar li { flex: 1 1 0; text-align: center; }
.bar li:first-child { text-align: left; }
.bar li:last-child { text-align: right; }
@media screen and (prefers-color-scheme: dark) { .bar i { background: var(--dark); } }
.drawing .scroll > svg { display: block; width: 100%; min-width: 32rem; height: auto; font: 12px var(--sans); }
.legend { display: flex; flex-wrap: wrap; gap: 0.3rem 1.4rem; margin: 0 0 0.8rem; padding: 0; list-style: none;
  color: var(--soft); font-size: 0.875rem; }
.legend svg { display: inline-block; width: 28px; height: 8px; margin-right: 0.5rem; vertical-align: middle; }
footer { margin-top: 3.5rem; padding-top: 1.5rem; border-top: 1px solid var(--line); }
footer dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); gap: 0.35rem 2rem;
  margin: 0; font-size: 0.85rem; }
footer dl .wide { grid-column: 1 / -1; }
footer dl div { display: flex; gap: 0.75rem; min-width: 0; }
footer dt { flex: 0 0 7rem; color: var(--soft); }
footer dd { margin: 0; min-width: 0; font-family: var(--mono); font-size: 0.8rem; line-height: 1.75;
  overflow-wrap: anywhere; }
@media (max-width: 40rem) { main { padding: 2rem 1rem 3rem; } figure, .card { padding: 1rem; }
  th, td { padding: 0.4rem 0.5rem; } }
@media print {
  :root { color-scheme: light; --page: #ffffff; }
  body { font-size: 10.5pt; }
  main { max-width: none; padding: 0; }
  figure, .card, .facts, tr { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  .scroll { overflow: visible; }
  .scroll th { position: static; }
  .sorts { font-size: 6.5pt; }
  .sorts .n, .two span { white-space: normal; }
  .sorts th, .sorts td { padding: 0.2rem 0.25rem; overflow-wrap: anywhere; }
  .sorts button::after { content: none; }
}
)css";

const std::string_view drawing_style = R"css(
.drawing text { fill: var(--soft); font-variant-numeric: tabular-nums; }
.drawing .name, .drawing .figure { fill: var(--ink); }
.grid { stroke: var(--hair); }
.axis { stroke: var(--soft); stroke-opacity: 0.6; }
.error { stroke: var(--ink); stroke-width: 1.5; }
.curve { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
.band { stroke: none; opacity: 0.16; }
.negative { fill: var(--negative); }
.positive { fill: var(--positive); }
.s1 { stroke: var(--s1); } .s2 { stroke: var(--s2); stroke-dasharray: 7 4; } .s3 { stroke: var(--s3);
  stroke-dasharray: 2 4; }
.s4 { stroke: var(--s4); stroke-dasharray: 10 3 2 3; } .s5 { stroke: var(--s5); stroke-dasharray: 4 3; }
.s6 { stroke: var(--s6); stroke-dasharray: 12 4; }
.dot { stroke: none; }
.band.s1, .dot.s1 { fill: var(--s1); } .band.s2, .dot.s2 { fill: var(--s2); } .band.s3, .dot.s3 { fill: var(--s3); }
.band.s4, .dot.s4 { fill: var(--s4); } .band.s5, .dot.s5 { fill: var(--s5); } .band.s6, .dot.s6 { fill: var(--s6); }
)css";

const std::string_view scene_style = R"css(
.by-night { display: none; }
@media screen and (prefers-color-scheme: dark) { .by-day { display: none; } .by-night { display: inline; } }
.spot { fill: var(--light); }
@media screen and (prefers-color-scheme: dark) { .spot { fill: var(--dark); } }
.ellipse { fill: none; stroke: var(--ink); stroke-width: 1; stroke-opacity: 0.75; }
.halo { fill: none; stroke: var(--paper); stroke-width: 4.5; stroke-linecap: round; stroke-linejoin: round; }
.playground { display: grid; grid-template-columns: minmax(0, 1fr) 17rem; gap: 1.5rem; align-items: start; }
@media (max-width: 52rem) { .playground { grid-template-columns: minmax(0, 1fr); } }
.playground > svg { display: block; width: 100%; height: auto; touch-action: none; border: 1px solid var(--line);
  font: 14px var(--sans); }
.handle { cursor: grab; }
.handle:focus { outline: none; }
.handle circle { fill: var(--paper); stroke: var(--ink); stroke-width: 2.5; }
.handle:focus-visible circle { stroke: var(--accent); stroke-width: 5; }
.handle text { fill: var(--ink); font-weight: 600; text-anchor: middle; pointer-events: none; }
.playground td, .playground thead th { text-align: right; font-variant-numeric: tabular-nums; }
.playground table { font-size: 0.85rem; }
.playground thead svg { display: inline-block; width: 28px; height: 8px; margin-right: 0.3rem; }
)css";

}  // namespace gradpath::tools
