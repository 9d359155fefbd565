// The data table under the map, and the same rows as CSV.

/** @typedef {"name" | "parent" | "pcode" | "value" | "status"} Column */
/** @typedef {HTMLElement & { querySelector(selector: "button"): HTMLElement }} Line */

/**
 * Rows of the classes in view. Units and circles stand apart: their figures do not compare.
 * @param {Page} page
 * @param {Column} by
 */
function tableRows(page, by = "value", down = true) {
  const classes = page.spec.looks.map((look) => look.key);
  const { compare } = new Intl.Collator(page.data.lang, { numeric: true });
  /** @type {(value: unknown) => any} */
  const missing = (value) => value == null || value === "";
  return page.rows().filter((row) => row.shown)
    .map((row) => /** @type {[Row, any]} */ ([row, by === "status" ? classes.indexOf(row.key) : row[by]]))
    .sort(([a, one], [b, other]) => /** @type {any} */ (b.kind === "unit") - /** @type {any} */ (a.kind === "unit")
      || missing(one) - missing(other)
      || (down ? -1 : 1) * (typeof one === "number" && !missing(other) ? one - other : compare(one, other))
      || compare(a.name, b.name))
    .map(([row]) => row);
}

/**
 * What the legend says of a class; of sizes of circles and of cells of a surface, which are none, nothing.
 * @param {Page} page
 */
function tableLegend({ data, spec }) {
  // @ts-expect-error  The map as it is shown is a copy, which is not found here: no label comes of it.
  const part = document.querySelector(`.mtm-legend[data-map="${data.maps.indexOf(spec)}"]`);
  const labels = new Map(spec.looks.flatMap(({ key, label }, i) =>
    i !== spec.surface?.look && part?.querySelector(`[data-looks="${i}"]`) ? [/** @type {[string, string]} */ ([key, label])] : []));
  const circles = part?.querySelector(".mtm-heading")?.textContent;
  return { label: (/** @type {Row} */ row) => labels.get(row.key) ?? "", of: { unit: circles && spec.legend, place: circles } };
}

/**
 * The first line holds the disclaimer as the heading of a column, so that no table goes without it.
 * @param {Page} page
 */
function csvOf(page) {
  const { words, spec, view } = page;
  const cell = (/** @type {unknown} */ value) => {
    const text = String(value ?? "");
    const formula = /^(?:[\s\p{C}"'`«»“”„‘’]*[=+\-@＝＋－＠﹢﹣﹦﹫]|[\t\r])/u.test(text);
    const safe = (formula ? "'" : "") + text;
    return /[",;\t\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const title = [spec.title, view.title].filter(Boolean).join(" – ");
  const mark = spec.synthetic ? words.synthetic : "";
  const about = [title, mark].filter(Boolean).join(" – ");
  const rows = tableRows(page), hidden = page.rows().length - rows.length;
  const foot = page.foot.textContent, { label, of } = tableLegend(page);
  const said = [
    [words.theme, title], [words.theme, spec.subtitle],
    [words.group, page.data.groups[/** @type {number} */ (view.group)]], [words.year, page.period(view.year)],
    [words.value, spec.legend],
    [words.places, rows.some((row) => row.kind === "place") && of.place],
    ...spec.notes.map((note) => [words.notes, note]),
    ...spec.sources.map((source) => [words.sources, source]),
    [words.notes, page.fill(words.made, { date: page.data.date })],
    [words.notes, hidden && page.fill(words.hidden, { count: hidden })],
    [words.notes, mark], [words.disclaimer, foot],
  ];
  const lines = [
    [...["name", "parent", "pcode", "level", "value", "text", "status"].map((word) => words[word]), foot].map(cell),
    // Figures are numbers: a minus in front of one is no formula.
    ...rows.map((row) => [
      ...[row.name, row.parent, row.pcode, row.level].map(cell), row.value ?? "",
      ...[row.text, label(row), about].map(cell),
    ]),
    [],
    ...said.filter(([, text]) => text).map((line) => line.map(cell)),
  ];
  return "\ufeff" + lines.map((line) => line.join() + "\r\n").join("");
}

/** @param {Page} page */
function startTable(page) {
  const STEP = 500;
  const box = /** @type {HTMLDetailsElement} */ (document.getElementById("mtm-table"));
  const scroll = /** @type {HTMLElement} */ (box.querySelector(".mtm-scroll"));
  const table = /** @type {HTMLTableElement & { tHead: HTMLElement, caption: HTMLElement }} */ (scroll.querySelector("table")), { words } = page, number = new Intl.NumberFormat(page.data.lang);
  const columns = /** @type {Column[]} */ (["name", "parent", "pcode", "value", "status"]);
  let /** @type {Column} */ by = "value", down = true, limit = STEP, /** @type {Row[]} */ rows = [], drawn = "";
  let /** @type {string | undefined} */ chosen, /** @type {Row | null | undefined} */ over = null;

  const heads = columns.map((column, i) => {
    const head = table.tHead.rows[0].cells[i];
    head.replaceChildren(page.el("button", {
      type: "button", class: "mtm-sort", title: page.fill(words.sort, { column: words[column] }),
      onclick: () => {
        down = by === column ? !down : column === "value";
        by = column;
        draw();
      },
    }, words[column]));
    return head;
  });
  scroll.querySelector(".mtm-count")?.remove();
  const count = page.el("span", {});
  const more = page.el("button", {
    type: "button", class: "mtm-button",
    onclick: () => {
      const next = rows[limit];
      limit *= 2;
      build();
      draw();
      /** @type {Line} */ (lineOf(next)).querySelector("button").focus({ preventScroll: true });
    },
  }, words.more);
  scroll.append(page.el("p", { class: "mtm-count" }, count, more));

  const rowAt = (/** @type {EventTarget | null} */ target) => {
    const id = /** @type {Element} */ (target).closest("tr")?.dataset.row;
    return id ? rows.find((row) => row.id === id) : null;
  };
  /** @type {(row: Row) => Line | null} */
  const lineOf = (row) => table.querySelector(`tr[data-row="${row.id}"]`);
  /** @type {(row: Row, label: string) => HTMLElement} */
  const line = (row, label) => page.el("tr", { "data-row": row.id },
    page.el("th", { scope: "row" }, page.el("button", { type: "button", class: "mtm-row", tabindex: -1 }, row.name)),
    page.el("td", {}, row.parent), page.el("td", {}, row.pcode),
    page.el("td", { class: "mtm-figure" }, row.text), page.el("td", {}, label));

  function build() {
    const held = table.contains(document.activeElement) && rowAt(document.activeElement);
    // The chosen row is there even where it comes later.
    const seen = rows.filter((row, i) => i < limit || row.id === chosen);
    const { spec, view } = page, { label, of } = tableLegend(page), kinds = [...new Set(rows.map((row) => row.kind))];
    table.caption.replaceChildren([spec.title, view.title].filter(Boolean).join(" – "),
      page.el("span", {}, spec.legend), spec.synthetic ? page.el("strong", {}, words.synthetic) : "");
    const bodies = kinds.map((kind) => {
      const lines = seen.filter((row) => row.kind === kind).map((row) => line(row, label(row)));
      if (kinds.length > 1 && lines.length) {
        lines.unshift(page.el("tr", {}, page.el("th", { scope: "rowgroup", colspan: columns.length },
          [words[kind + "s"], of[kind]].filter(Boolean).join(": "))));
      }
      return page.el("tbody", {}, ...lines);
    });
    const top = scroll.scrollTop;
    [...table.tBodies].forEach((body) => body.remove());
    table.append(...bodies);
    scroll.scrollTop = top;
    const all = page.rows().length;
    count.textContent = page.fill(seen.length < all ? words.rows_of : words.rows, { shown: number.format(seen.length), count: number.format(all) });
    more.hidden = seen.length === rows.length;
    heads.forEach((head, i) => {
      if (columns[i] === by) head.setAttribute("aria-sort", down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    rove(table.querySelector(".mtm-row"));
    if (held) lineOf(held)?.querySelector("button").focus({ preventScroll: true });
  }

  /**
   * One tab stop for all rows: arrow keys go from one to the next.
   * @param {Element | null} button
   */
  function rove(button) {
    table.querySelector(".mtm-row[tabindex='0']")?.setAttribute("tabindex", -1);
    button?.setAttribute("tabindex", 0);
  }
  /** @param {HTMLElement} part */
  function reveal(part) {
    const here = part.getBoundingClientRect(), room = scroll.getBoundingClientRect();
    const top = Math.max(room.top, table.tHead.getBoundingClientRect().bottom), bottom = room.top + scroll.clientHeight;
    scroll.scrollTop += Math.min(0, here.top - top) || Math.max(0, here.bottom - bottom);
  }
  function draw() {
    if (!box.open) return;
    rows = tableRows(page, by, down);
    const now = [page.data.views.indexOf(page.view), by, down, ...rows.map((row) => row.id)].join();
    const at = rows.findIndex((row) => row.id === page.row?.id), fresh = chosen !== page.row?.id;
    chosen = page.row?.id;
    if (now !== drawn) limit = STEP;
    if (now !== drawn || at >= limit) build();
    drawn = now;
    table.querySelector("[aria-current]")?.removeAttribute("aria-current");
    if (at < 0) return;
    const part = /** @type {Line} */ (lineOf(rows[at]));
    part.setAttribute("aria-current", "true");
    rove(part.querySelector("button"));
    if (fresh) reveal(part);
  }

  const point = (/** @type {Row | null | undefined} */ row) => {
    if (row !== over) page.point(over = /** @type {Row | null} */ (row));
  };
  table.addEventListener("pointerover", (event) => point(rowAt(event.target)));
  table.addEventListener("pointerleave", () => point(null));
  table.addEventListener("focusin", (event) => {
    const row = rowAt(event.target);
    if (!row) return;
    rove(/** @type {Element} */ (event.target));
    reveal(/** @type {Line} */ (lineOf(row)));
    point(row);
  });
  table.addEventListener("focusout", () => point(null));
  table.addEventListener("click", (event) => {
    const row = /** @type {Element} */ (event.target).closest(".mtm-row") && rowAt(event.target);
    if (row) page.choose(page.row?.id === row.id ? null : row);
  });
  table.addEventListener("keydown", (event) => {
    if (!(/** @type {Element} */ (event.target).matches(".mtm-row"))) return;
    const all = /** @type {HTMLElement[]} */ ([...table.querySelectorAll(".mtm-row")]), at = all.indexOf(/** @type {HTMLElement} */ (event.target));
    const next = all[/** @type {Record<string, number>} */ ({ ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 })[event.key]];
    if (!next) return;
    event.preventDefault();
    next.focus({ preventScroll: true });
  });
  box.addEventListener("toggle", draw);
  page.on(draw);
}
