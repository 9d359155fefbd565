/**
 * What is shown: map, population group and year; and the legend as a filter of classes.
 * @param {Page} page
 */
function startControls(page) {
  const { data, words } = page, box = /** @type {HTMLElement} */ (document.getElementById("mtm-controls"));
  /** @type {MakeElement} */
  const el = (...parts) => page.el(...parts);
  const tell = () => page.say(page.fill(words.shown, { title: page.title() }));
  /** @type {<K extends keyof View>(list: View[], key: K) => View[K][]} */
  const each = (list, key) => [...new Set(list.map((view) => view[key]))];

  /**
   * A choice lists only what has a view, and is there only where there are two or more.
   * @template {"theme" | "group"} K
   * @param {string} word
   * @param {K} key
   * @param {(one: View[K]) => string} name
   */
  const choice = (word, key, name) => {
    let /** @type {View[K][]} */ offered = [];
    const select = el("select", { id: "mtm-" + key, onchange() {
      page.set({ [key]: offered[select.selectedIndex] });
      tell();
    } });
    const part = el("div", { class: "mtm-choice" }, el("label", { for: select.id }, word), select);
    box.append(part);
    return (/** @type {View[K][]} */ list) => {
      part.hidden = list.length < 2;
      if (String(list) !== String(offered)) select.replaceChildren(...list.map((one) => el("option", {}, name(one))));
      offered = list;
      select.selectedIndex = list.indexOf(page.view[key]);
    };
  };
  const themes = choice(words.theme, "theme", (one) => data.themes[one].name);
  const groups = choice(words.group, "group", (one) => data.groups[/** @type {number} */ (one)] ?? data.themes[page.view.theme].name);

  let /** @type {Period[]} */ years = [], timer = 0, stepping = false, /** @type {View | null} */ seen = null;
  const order = (/** @type {Period} */ year) => (data.periods ? data.periods.findIndex(([one]) => one === year) : Number(year));
  const slider = /** @type {HTMLInputElement & { value: any, max: any }} */ (el("input", { id: "mtm-years", type: "range", min: 0, step: 1, onchange: tell, oninput() {
    page.set({ year: years[slider.value] });
  } }));
  // The slider itself says what is chosen: a second voice would say it twice.
  const output = el("output", { for: "mtm-years", "aria-live": "off" });
  const button = el("button", { type: "button", class: "mtm-button mtm-play", "aria-label": words.play });
  const ticks = el("div", { class: "mtm-ticks", "aria-hidden": "true" });
  const period = el("div", { class: "mtm-period" }, el("label", { for: "mtm-years" }, words.year), output, button, slider, ticks);
  box.append(period);

  // Years that would run into each other go unnamed; the first and the last keep their names.
  const thin = () => {
    const names = [...ticks.children].map(({ firstChild }) => /** @type {HTMLElement} */ (firstChild));
    names.forEach((name) => { name.hidden = false; });
    const spans = names.map((name) => name.getBoundingClientRect()), last = spans.length - 1;
    let end = -Infinity;
    spans.forEach(({ left, right }, i) => {
      names[i].hidden = i > 0 && i < last && (left < end + 6 || right > spans[last].left - 6);
      if (!names[i].hidden) end = right;
    });
  };
  new ResizeObserver(thin).observe(ticks);
  const offer = (/** @type {Period[]} */ list) => {
    period.hidden = list.length < 2;
    button.hidden = list.filter(Boolean).length < 2;
    if (String(list) !== String(years)) {
      slider.max = list.length - 1;
      ticks.replaceChildren(...list.map((year, i) => {
        const tick = el("span", {}, el("span", {}, page.period(year)));
        tick.style.setProperty("--at", /** @type {any} */ (i / (list.length - 1)));
        return tick;
      }));
      years = list;
      thin();
    }
    slider.value = years.indexOf(page.view.year);
    output.textContent = page.period(page.view.year);
    slider.setAttribute("aria-valuetext", output.textContent);
  };

  const face = () => {
    button.setAttribute("aria-pressed", timer > 0);
    button.title = timer ? words.pause : words.play;
    button.replaceChildren(page.icon(timer ? "pause" : "play"));
  };
  const stop = () => {
    if (!timer) return;
    clearInterval(timer);
    timer = 0;
    face();
    tell();
  };
  const step = () => {
    const last = years.length - 1, at = years.indexOf(page.view.year);
    stepping = true;
    page.set({ year: years[at < last ? at + 1 : years.findIndex(Boolean)] });
    stepping = false;
    if (page.view.year === years[last]) stop();
  };
  button.addEventListener("click", () => {
    if (timer) return stop();
    timer = setInterval(step, 1200);
    face();
    step();
  });
  ["pointerdown", "keydown"].forEach((kind) =>
    document.addEventListener(kind, (event) => { if (!button.contains(/** @type {Node} */ (event.target))) stop(); }, true));
  document.addEventListener("visibilitychange", () => { if (document.hidden) stop(); });
  face();

  const filter = (/** @type {Set<string>} */ off) => {
    page.set({ off });
    page.say(count.textContent);
  };
  const entries = [.../** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".mtm-legend li[data-looks]"))].map((item) => {
    const { looks } = data.maps[/** @type {any} */ (item.closest("[data-map]")).dataset.map];
    const keys = /** @type {any} */ (item.dataset.looks).split(" ").map((/** @type {number} */ look) => looks[look]?.key);
    const toggle = el("button", { type: "button", class: "mtm-filter", title: words.filter }), label = /** @type {Element} */ (item.lastElementChild);
    toggle.append(...label.childNodes);
    label.append(toggle);
    const shown = () => keys.some((/** @type {string} */ key) => !page.state.off.has(key));
    // The swatch answers to the pointer as its label does.
    item.addEventListener("click", () => filter(new Set(shown() ? [...page.state.off, ...keys] : [...page.state.off].filter((key) => !keys.includes(key)))));
    return () => {
      toggle.setAttribute("aria-pressed", shown());
      item.classList.toggle("mtm-off", !shown());
    };
  });
  const count = el("span");
  const note = el("p", { class: "mtm-hidden" }, count, el("button", { type: "button", class: "mtm-button", onclick() {
    const first = /** @type {HTMLElement} */ (/** @type {Element} */ (note.parentNode).querySelector(".mtm-filter"));
    filter(new Set());
    first.focus();
  } }, words.show_all));

  page.on(() => {
    if (page.view !== seen && !stepping) stop();
    seen = page.view;
    const views = data.views.filter(({ theme }) => theme === page.view.theme), { off } = page.state;
    themes(each(data.views, "theme").sort((a, b) => a - b));
    groups(each(views, "group"));
    offer(each(views.filter((view) => view.group === page.view.group), "year").sort((a, b) => order(a) - order(b)));
    box.hidden = [.../** @type {HTMLCollectionOf<HTMLElement>} */ (box.children)].every((part) => part.hidden);
    entries.forEach((refresh) => refresh());
    count.textContent = page.fill(words.hidden, { count: page.rows().filter((row) => !row.shown).length });
    if (page.spec.looks.some((look) => off.has(look.key))) /** @type {Element} */ (document.querySelector(`.mtm-legend[data-map="${page.view.map}"]`)).append(note);
    else note.remove();
  });
}
