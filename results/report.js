// Sorts tables, opens linked cases, and reads charts; the page is complete without it.
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const sort = () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      const value = (row) => row.cells[column].textContent.replace(/^\[/, "");
      const unknown = (text) => text === "–" || text === "";
      const order = (a, b) => {
        const [x, y] = [value(a), value(b)];
        if (unknown(x) || unknown(y)) return unknown(x) - unknown(y);
        const difference = parseFloat(x) - parseFloat(y);
        return (down ? -1 : 1) * (isNaN(difference) ? x.localeCompare(y) : difference);
      };
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      for (const body of table.tBodies) body.append(...[...body.rows].sort(order));
    };
    head.tabIndex = 0;
    head.onclick = sort;
    head.onkeydown = (event) => event.key === "Enter" && sort();
  });
}

// A link to a case opens its <details> and all that enclose it.
const open = () => {
  let at = document.getElementById(location.hash.slice(1));
  const target = at;
  for (; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
  if (target) target.scrollIntoView();
};
addEventListener("hashchange", open);
open();

// On paper, all parts are open, except for the cases one by one and the terms.
let opened = [];
addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("details.part:not([open])")].filter((part) =>
    part.id !== "terms" && !part.querySelector(":scope > details[id^=case-]"));
  for (const part of opened) part.open = true;
});
addEventListener("afterprint", () => opened.forEach((part) => { part.open = false; }));

// ---- charts: data-axes says where the axes stand in the picture, and what they show; data-plots which of its plots belong
// to the series of data-series (scripts/charts/axes.gnuplot)

const axis_of = ([from, to, low, high, base]) => {
  const [put, take] = base ? [Math.log, Math.exp] : [(v) => v, (v) => v];
  return {
    low, high,
    place: (value) => from + ((put(value) - put(low)) / (put(high) - put(low))) * (to - from),
    value: (place) => take(put(low) + ((place - from) / (to - from)) * (put(high) - put(low))),
  };
};
const pair = /(-?[\d.]+),(-?[\d.]+)/g;
const pairs = (text) => [...text.matchAll(pair)].map(([, x, y]) => [+x, +y]);
const digits = (value) => String(Number(value.toPrecision(3)));

const charts = [...document.querySelectorAll(".chart svg[data-plots]")].map((svg) => {
  const numbers = svg.dataset.axes.split(" ").map(Number), y_numbers = numbers.slice(5);
  const [rounds, values, values_x, linear] = svg.dataset.plots.split(" ").map(Number);
  const y = axis_of(y_numbers);
  return {
    svg, rounds, values, values_x, linear, y, drawn: y, x: axis_of(numbers.slice(0, 5)), top: y_numbers[1],
    straight: axis_of([...y_numbers.slice(0, 4), 0]),
    names: svg.dataset.series.split("\n"), plots: [...svg.querySelectorAll("g[id*='gnuplot_plot_']")],
  };
}).filter((chart) => chart.rounds);

// The names in the key hide their series.
const set_up_key = ({ svg, names, plots, rounds }) => {
  svg.setAttribute("role", "group");
  names.forEach((name, i) => {
    const text = [...svg.querySelectorAll("text")].filter((t) => t.textContent.trim() === name.trim()).pop();
    if (!text) return;
    const toggle = () => {
      const off = text.classList.toggle("off");
      text.setAttribute("aria-pressed", !off);
      for (let round = 0; round < rounds; round++) plots[round * names.length + i].style.display = off ? "none" : "";
    };
    for (const [attribute, value] of Object.entries({ class: "toggle", role: "button", tabindex: 0, "aria-pressed": true }))
      text.setAttribute(attribute, value);
    text.onclick = toggle;
    text.onkeydown = (event) => ["Enter", " "].includes(event.key) && (event.preventDefault(), toggle());
  });
};

// Of each series, the place across and the value of its points; lines that leave the chart end at its top.
const points_of = (chart) => (chart.points ??= chart.names.map((_, i) =>
  [...chart.plots[(chart.values - 1) * chart.names.length + i].querySelectorAll("path, use")]
    .flatMap((part) => pairs(part.getAttribute("d") ?? part.getAttribute("transform")))
    .filter(([, y]) => y > chart.top + 0.5).map(([x, y]) => [x, chart.y.value(y)])));

// The point nearest to the pointer, with its value.
const set_up_tip = (chart) => {
  const tip = document.createElement("p"), ring = document.createElementNS(chart.svg.namespaceURI, "circle");
  const box = chart.svg.parentElement;
  tip.className = "tip";
  ring.setAttribute("class", "ring");
  ring.setAttribute("r", 6);
  const hide = () => { tip.remove(); ring.remove(); };
  const show = (event) => {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(chart.svg.getScreenCTM().inverse());
    let best = { distance: 40 };
    points_of(chart).forEach((points, i) => {
      if (chart.plots[i].style.display === "none") return;
      for (const [x, value] of points) {
        const y = chart.drawn.place(value), distance = Math.hypot(x - at.x, y - at.y);
        if (distance < best.distance) best = { distance, x, y, value, name: chart.names[i] };
      }
    });
    if (best.value === undefined) return hide();
    const across = chart.values_x ? `${digits(chart.x.value(best.x))}, ` : "";
    tip.textContent = `${best.name}${best.name ? ": " : ""}${across}${digits(best.value)}`;
    ring.setAttribute("cx", best.x);
    ring.setAttribute("cy", best.y);
    chart.svg.append(ring);
    box.append(tip);
    const frame = box.getBoundingClientRect(), spot = ring.getBoundingClientRect();
    tip.style.top = `${spot.bottom - frame.top + 4}px`;
    tip.style.left = `${Math.max(0, Math.min(spot.left - frame.left, frame.width - tip.offsetWidth - 4))}px`;
  };
  chart.svg.onpointermove = chart.svg.onpointerdown = show;
  chart.svg.onpointerleave = hide;
};

// The ticks of the vertical axis and their lines, in the order in which they are drawn.
const ticks_of = (chart) => [...chart.svg.querySelectorAll(".gridline, g[text-anchor=end]")].map((part) => part.parentElement)
  .filter((part) => part.querySelector("path") && !chart.plots.some((plot) => plot.contains(part)))
  .filter((part) => { const [[, a], [, b]] = pairs(part.querySelector("path").getAttribute("d")); return a === b; });

// Round values from low to high.
const steps_of = ({ low, high }) => {
  const rough = (high - low) / 5, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((m) => m * power >= rough) * power, first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, i) => (first + i) * step);
};

// Draws the vertical axis as a linear one: ticks at other places, and all plots with other heights; or as it was.
const set_scale = (chart, linear) => {
  points_of(chart);
  chart.ticks ??= ticks_of(chart);
  chart.parts ??= chart.plots.flatMap((plot) => [...plot.querySelectorAll("path, [transform]")])
    .map((part) => [part, part.hasAttribute("d") ? "d" : "transform"]).map(([part, name]) => [part, name, part.getAttribute(name)]);
  chart.drawn = linear ? chart.straight : chart.y;
  const move = (text) => text.replace(pair, (_, x, y) => `${x},${chart.straight.place(chart.y.value(+y)).toFixed(2)}`);
  for (const [part, name, text] of chart.parts) part.setAttribute(name, linear ? move(text) : text);
  for (const tick of chart.ticks) tick.style.display = linear ? "none" : "";
  for (const tick of chart.made ?? []) tick.remove();
  const models = [".gridline", "text"].map((kind) => chart.ticks.find((tick) => tick.querySelector(kind)));
  chart.made = (linear ? steps_of(chart.straight) : []).flatMap((value) => models.map((model) => {
    const tick = model.cloneNode(true), [[, y]] = pairs(model.querySelector("path").getAttribute("d"));
    tick.style.display = "";
    tick.setAttribute("transform", `translate(0,${(chart.straight.place(value) - y).toFixed(2)})`);
    for (const text of tick.querySelectorAll("text")) text.textContent = digits(value);
    model.before(tick);
    return tick;
  }));
};

for (const figure of new Set(charts.map((chart) => chart.svg.closest("figure")))) {
  const here = charts.filter((chart) => figure.contains(chart.svg)), tools = document.createElement("p");
  const with_key = here[0].names.length > 1, with_scale = here[0].linear && here.every((chart) => ticks_of(chart).length > 1);
  tools.className = "tools";
  here.forEach(set_up_tip);
  if (with_key) here.forEach(set_up_key);
  if (with_scale) {
    const button = document.createElement("button");
    let linear = false;
    const set = (to) => {
      linear = to;
      button.textContent = linear ? "logarithmic axis" : "linear axis";
    };
    button.type = "button";
    button.onclick = () => { set(!linear); here.forEach((chart) => set_scale(chart, linear)); };
    set(false);
    tools.append(button);
  }
  if (with_key) tools.append(`${with_scale ? " " : ""}Click a name in the key to hide it.`);
  if (tools.hasChildNodes()) [...figure.querySelectorAll(".chart")].pop().after(tools);
}
