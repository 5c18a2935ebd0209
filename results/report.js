// Sorts tables and opens linked cases; the page is complete without it.
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
