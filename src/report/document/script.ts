/**
 * What a page does besides being read: its tables are sorted by a click on a heading, and those that are long have a field that
 * filters their rows. Without it all of the page's text is there. It writes no HTML, so that no text can become any.
 */
export const script = `(() => {
  const collator = new Intl.Collator(undefined, { numeric: true });
  const keyOf = (row, at) => row.cells[at]?.dataset.sort ?? row.cells[at]?.textContent ?? "";
  const compare = (a, b) => {
    const [x, y] = [Number(a), Number(b)];
    if (a === "" || b === "") return (a === "") - (b === "");
    return Number.isNaN(x) || Number.isNaN(y) ? collator.compare(a, b) : x - y;
  };
  const sortable = (table, heading, at) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => {
      const order = heading.getAttribute("aria-sort") === "ascending" ? "descending" : "ascending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      heading.setAttribute("aria-sort", order);
      const sign = order === "ascending" ? 1 : -1;
      const rows = [...table.tBodies[0].rows];
      rows.sort((a, b) => sign * compare(keyOf(a, at), keyOf(b, at)));
      table.tBodies[0].append(...rows);
    });
  };
  const filtered = (table) => {
    const tools = document.createElement("div");
    tools.className = "tools";
    const field = document.createElement("input");
    field.type = "search";
    field.placeholder = "Filter rows";
    field.setAttribute("aria-label", "Filter rows: " + (table.caption?.textContent ?? ""));
    const told = document.createElement("output");
    tools.append(field, told);
    table.parentElement.before(tools);
    field.addEventListener("input", () => {
      const words = field.value.toLowerCase().split(/\\s+/).filter(Boolean);
      const rows = [...table.tBodies[0].rows];
      for (const row of rows) {
        const text = row.textContent.toLowerCase();
        row.hidden = !words.every((word) => text.includes(word));
      }
      told.textContent = words.length === 0 ? "" : rows.filter((row) => !row.hidden).length + " of " + rows.length;
    });
  };
  for (const table of document.querySelectorAll("table.data")) {
    const count = table.tBodies[0].rows.length;
    if (count > 1) [...table.tHead.rows[0].cells].forEach((heading, at) => heading.textContent && sortable(table, heading, at));
    if (count > 7) filtered(table);
  }
})();`;
