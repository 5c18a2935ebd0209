// Put at the end of a report by test_report.py: uses the page as a reader would, and tells the page around it what
// it found.
(async () => {
  const found = { faults: window.faults, requests: performance.getEntriesByType("resource").map((entry) => entry.name) };
  found.width = innerWidth;
  found.overflow = document.documentElement.scrollWidth - innerWidth;

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
  for (const svg of document.querySelectorAll(".chart svg")) {
    const box = svg.getBoundingClientRect();
    found.charts.push({ name: svg.getAttribute("aria-label"), left: box.left, width: box.width, height: box.height,
                        visible: svg.checkVisibility(), drawn: await share_drawn(svg) });
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
