// Put at the end of a report by test_report.py: uses the page as a reader would, and tells the page around it what
// it found.
(async () => {
  const found = { faults: window.faults, requests: performance.getEntriesByType("resource").map((entry) => entry.name) };
  // The page as it is on paper or in the dark, whatever this browser shows: rules for others do not apply.
  const rules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]).filter((rule) => rule.media);
  for (const rule of rules) {
    const text = rule.media.mediaText;
    if (window.mode === "print") rule.media.mediaText = text.includes("print") ? "all" : text.includes("screen") ? "not all" : text;
    if (window.mode === "dark" && text.includes("dark")) rule.media.mediaText = "all";
  }
  if (window.mode === "print") dispatchEvent(new Event("beforeprint"));

  // What is seen first, before anything is unfolded.
  found.width = innerWidth;
  found.answer = document.querySelector("#fastest + * + *").getBoundingClientRect().top;
  found.height = document.querySelector("main").getBoundingClientRect().bottom;
  if (window.mode !== "print") for (const fold of document.querySelectorAll("details")) fold.open = true;
  found.overflow = document.documentElement.scrollWidth - innerWidth;

  const say = (element) => `${element.tagName} ${element.className} ${element.textContent.trim().slice(0, 60)}`;
  const visible = (element) => element.checkVisibility() && element.getBoundingClientRect().width > 0;
  const all = [...document.querySelectorAll("main *")].filter(visible);
  found.cut = all.filter((e) => !e.closest("svg") && getComputedStyle(e).display !== "inline" && e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0)
    .map((e) => `${say(e)}: ${e.scrollWidth} in ${e.clientWidth}`);
  found.outside = all.filter((e) => !e.closest("svg") && e.getBoundingClientRect().right > innerWidth + 1).map(say);

  // Texts of charts: within their chart, and not over each other.
  found.texts = [];
  for (const svg of [...document.querySelectorAll(".chart svg")].filter(visible)) {
    const frame = svg.getBoundingClientRect();
    const texts = [...svg.querySelectorAll("text")].filter((t) => t.textContent.trim()).map((t) => ({ text: t.textContent.trim(), box: t.getBoundingClientRect() }));
    const name = svg.getAttribute("aria-label");
    for (const { text, box } of texts)
      if (box.left < frame.left - 2 || box.right > frame.right + 2 || box.top < frame.top - 2 || box.bottom > frame.bottom + 2)
        found.texts.push(`${name}: "${text}" leaves its chart`);
    texts.forEach((a, i) => texts.slice(i + 1).forEach((b) => {
      const wide = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
      const high = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
      if (wide > 2 && high > 0.35 * Math.min(a.box.height, b.box.height)) found.texts.push(`${name}: "${a.text}" over "${b.text}"`);
    }));
  }

  // Contrast of all text, after WCAG 2; colours of the page are opaque or mixed of opaque ones.
  const pixel = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const known = new Map();
  const luminance = (colour) => {
    if (!known.has(colour)) {
      pixel.clearRect(0, 0, 1, 1);
      pixel.fillStyle = colour;
      pixel.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = pixel.getImageData(0, 0, 1, 1).data;
      const linear = (v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
      known.set(colour, a < 128 ? null : 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b));
    }
    return known.get(colour);
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const light = luminance(getComputedStyle(at).backgroundColor);
      if (light !== null) return light;
    }
    return 1;
  };
  const contrast = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  found.pale = [];
  found.contrasts = 0;
  for (const element of all.filter((e) => !e.closest("svg") && [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()))) {
    found.contrasts++;
    const ratio = contrast(luminance(getComputedStyle(element).color), behind(element));
    if (ratio < 4.5) found.pale.push(`${say(element)}: ${ratio.toFixed(2)}`);
  }
  for (const text of window.mode === "dark" ? [] : [...document.querySelectorAll(".chart svg text")].filter(visible)) {
    const ratio = contrast(luminance(getComputedStyle(text).fill === "none" ? getComputedStyle(text.parentElement).fill : getComputedStyle(text).fill), 1);
    if (ratio < 4.5) found.pale.push(`${say(text)}: ${ratio.toFixed(2)}`);
  }

  const share_drawn = (svg) => new Promise((done) => {
    const image = new Image();
    image.onerror = () => done(0);
    image.onload = () => {
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [390, 210];
      const context = canvas.getContext("2d");
      context.drawImage(image, 0, 0, canvas.width, canvas.height);
      const pixels = context.getImageData(0, 0, canvas.width, canvas.height).data;
      let drawn = 0;
      for (let i = 0; i < pixels.length; i += 4) drawn += pixels[i + 3] > 0 && pixels[i] + pixels[i + 1] + pixels[i + 2] < 720;
      done(drawn / (pixels.length / 4));
    };
    image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(new XMLSerializer().serializeToString(svg));
  });
  found.charts = [];
  found.nameless = [...document.querySelectorAll(".chart svg")].filter((svg) => !svg.getAttribute("aria-label")).length;
  for (const svg of [...document.querySelectorAll(".chart svg")].filter(visible)) {
    const box = svg.getBoundingClientRect();
    found.charts.push({ name: svg.getAttribute("aria-label"), left: box.left, width: box.width, height: box.height,
                        visible: svg.checkVisibility(), drawn: await share_drawn(svg) });
  }

  // Charts with a key: a click on a name hides its plots, a second one shows them; the pointer at a point is told the same value
  // on a logarithmic and on a linear axis, that between the ticks of the linear one.
  found.read = 0;
  found.misread = [];
  const tip_at = (svg, point) => {
    const { x: clientX, y: clientY } = new DOMPoint(point.x, point.y).matrixTransform(svg.getScreenCTM());
    svg.dispatchEvent(new PointerEvent("pointermove", { clientX, clientY }));
    return svg.parentElement.querySelector(".tip")?.textContent;
  };
  const plots_of = (svg) => [...svg.querySelectorAll("[id*='gnuplot_plot_']")];
  const point_of = (svg) => {
    const [, values] = svg.dataset.plots.split(" ").map(Number), n = svg.dataset.series.split("\n").length;
    const line = plots_of(svg)[(values - 1) * n].querySelector("path").getAttribute("d"), top = +svg.dataset.axes.split(" ")[6];
    return [...line.matchAll(/([\d.]+),([\d.]+)/g)].map(([, x, y]) => ({ x: +x, y: +y })).filter(({ y }) => y > top + 1).pop();
  };
  const between_ticks = (svg, y) => {
    const ticks = [...svg.querySelectorAll("g[text-anchor=end] text")].filter(visible).map((text) => {
      const line = text.closest("g[text-anchor=end]").parentElement.querySelector("path").getBoundingClientRect();
      return { value: parseFloat(text.textContent), at: line.top + line.height / 2 };
    });
    const [a, b] = [ticks[0], ticks[ticks.length - 1]];
    const { y: at } = new DOMPoint(0, y).matrixTransform(svg.getScreenCTM());
    return { value: a.value + ((at - a.at) / (b.at - a.at)) * (b.value - a.value), span: Math.abs(b.value - a.value) };
  };
  for (const svg of [...document.querySelectorAll(".chart svg[data-plots]")].filter(visible)) {
    const name = svg.getAttribute("aria-label"), [rounds] = svg.dataset.plots.split(" ").map(Number);
    const hidden = () => plots_of(svg).filter((plot) => plot.style.display === "none").length;
    const toggle = svg.querySelector(".toggle"), button = svg.closest("figure").querySelector("button");
    if (toggle) {
      const seen = [0, 1].map(() => (toggle.dispatchEvent(new MouseEvent("click")), hidden()));
      if (seen[0] !== rounds || seen[1] !== 0) found.misread.push(`${name}: hides ${seen} of ${rounds} plots`);
    }
    if (!button) continue;
    found.read++;
    const told = tip_at(svg, point_of(svg));
    button.click();
    const again = tip_at(svg, point_of(svg)), read = between_ticks(svg, point_of(svg).y);
    for (const value of [told, again].map((text) => parseFloat(text?.split(" ").pop())))
      if (!(Math.abs(value - read.value) < 0.01 * Math.abs(value) + 0.002 * read.span)) found.misread.push(`${name}: told ${value}, drawn at ${read.value}`);
    button.click();
    if (tip_at(svg, point_of(svg)) !== told) found.misread.push(`${name}: not as before`);
  }

  // Every column of every table, up and down.
  const number = (text) => parseFloat(text.replace(/^\[/, ""));
  const is_sorted = (table, column, sign) => {
    const values = [...table.tBodies[0].rows].map((row) => number(row.cells[column].textContent)).filter((v) => !isNaN(v));
    return values.every((value, i) => i === 0 || sign * (value - values[i - 1]) >= 0);
  };
  found.tables = 0;
  found.unsorted = [];
  for (const table of document.querySelectorAll("table.sortable")) {
    found.tables++;
    const rows = table.tBodies[0].rows.length;
    [...table.tHead.rows[0].cells].forEach((head, column) => {
      for (const sign of [1, -1]) {
        head.click();
        if (head.classList.contains("number") && !is_sorted(table, column, sign)) found.unsorted.push(head.textContent);
      }
    });
    if (table.tBodies[0].rows.length !== rows) found.unsorted.push("rows were lost");
  }

  // Every link of a table leads to a case, and opens it.
  found.links = 0;
  found.closed = [];
  for (const link of document.querySelectorAll("table.sortable a")) {
    found.links++;
    location.hash = link.hash;
    await new Promise((done) => setTimeout(done, 5));
    const target = document.querySelector(link.hash);
    if (!target || !target.open || !target.querySelector("pre")) found.closed.push(link.hash);
  }
  parent.postMessage(JSON.stringify(found), "*");
})();
