// What is shown: map, population group and year; and the legend as a filter of classes.
function startControls(page) {
  const { data, words } = page, box = document.getElementById("mtm-controls");
  const el = (...parts) => page.el(...parts);
  const tell = () => page.say(page.fill(words.shown, { title: page.title() }));
  const each = (list, key) => [...new Set(list.map((view) => view[key]))];

  // A choice lists only what has a view, and is there only where there are two or more.
  const choice = (word, key, name) => {
    let offered = [];
    const select = el("select", { id: "mtm-" + key, onchange() {
      page.set({ [key]: offered[select.selectedIndex] });
      tell();
    } });
    const part = el("div", { class: "mtm-choice" }, el("label", { for: select.id }, word), select);
    box.append(part);
    return (list) => {
      part.hidden = list.length < 2;
      if (String(list) !== String(offered)) select.replaceChildren(...list.map((one) => el("option", {}, name(one))));
      offered = list;
      select.selectedIndex = list.indexOf(page.view[key]);
    };
  };
  const themes = choice(words.theme, "theme", (one) => data.themes[one].name);
  const groups = choice(words.group, "group", (one) => data.groups[one] ?? data.themes[page.view.theme].name);

  let years = [], timer = 0, stepping = false, seen = null;
  const called = (year) => (year === null ? words.all_years : String(year));
  const slider = el("input", { id: "mtm-years", type: "range", min: 0, step: 1, onchange: tell, oninput() {
    page.set({ year: years[slider.value] });
  } });
  // The slider itself says what is chosen: a second voice would say it twice.
  const output = el("output", { for: "mtm-years", "aria-live": "off" });
  const button = el("button", { type: "button", class: "mtm-button mtm-play", "aria-label": words.play });
  const ticks = el("div", { class: "mtm-ticks", "aria-hidden": "true" });
  const period = el("div", { class: "mtm-period" }, el("label", { for: "mtm-years" }, words.year), output, button, slider, ticks);
  box.append(period);

  // Years that would run into each other go unnamed; the first and the last keep their names.
  const thin = () => {
    const names = [...ticks.children].map(({ firstChild }) => firstChild);
    names.forEach((name) => { name.hidden = false; });
    const spans = names.map((name) => name.getBoundingClientRect()), last = spans.length - 1;
    let end = -Infinity;
    spans.forEach(({ left, right }, i) => {
      names[i].hidden = i > 0 && i < last && (left < end + 6 || right > spans[last].left - 6);
      if (!names[i].hidden) end = right;
    });
  };
  new ResizeObserver(thin).observe(ticks);
  const offer = (list) => {
    period.hidden = list.length < 2;
    button.hidden = list.filter(Boolean).length < 2;
    if (String(list) !== String(years)) {
      slider.max = list.length - 1;
      ticks.replaceChildren(...list.map((year, i) => {
        const tick = el("span", {}, el("span", {}, called(year)));
        tick.style.setProperty("--at", i / (list.length - 1));
        return tick;
      }));
      years = list;
      thin();
    }
    slider.value = years.indexOf(page.view.year);
    output.textContent = called(page.view.year);
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
    document.addEventListener(kind, (event) => { if (!button.contains(event.target)) stop(); }, true));
  document.addEventListener("visibilitychange", () => { if (document.hidden) stop(); });
  face();

  const filter = (off) => {
    page.set({ off });
    page.say(count.textContent);
  };
  const entries = [...document.querySelectorAll(".mtm-legend li[data-looks]")].map((item) => {
    const { looks } = data.maps[item.closest("[data-map]").dataset.map];
    const keys = item.dataset.looks.split(" ").map((look) => looks[look]?.key);
    const toggle = el("button", { type: "button", class: "mtm-filter", title: words.filter }), label = item.lastElementChild;
    toggle.append(...label.childNodes);
    label.append(toggle);
    const shown = () => keys.some((key) => !page.state.off.has(key));
    // The swatch answers to the pointer as its label does.
    item.addEventListener("click", () => filter(new Set(shown() ? [...page.state.off, ...keys] : [...page.state.off].filter((key) => !keys.includes(key)))));
    return () => {
      toggle.setAttribute("aria-pressed", shown());
      item.classList.toggle("mtm-off", !shown());
    };
  });
  const count = el("span");
  const note = el("p", { class: "mtm-hidden" }, count, el("button", { type: "button", class: "mtm-button", onclick() {
    const first = note.parentNode.querySelector(".mtm-filter");
    filter(new Set());
    first.focus();
  } }, words.show_all));

  page.on(() => {
    if (page.view !== seen && !stepping) stop();
    seen = page.view;
    const views = data.views.filter(({ theme }) => theme === page.view.theme), { off } = page.state;
    themes(each(data.views, "theme").sort((a, b) => a - b));
    groups(each(views, "group"));
    offer(each(views.filter((view) => view.group === page.view.group), "year").sort((a, b) => a - b));
    box.hidden = [...box.children].every((part) => part.hidden);
    entries.forEach((refresh) => refresh());
    count.textContent = page.fill(words.hidden, { count: page.rows().filter((row) => !row.shown).length });
    if (page.spec.looks.some((look) => off.has(look.key))) document.querySelector(`.mtm-legend[data-map="${page.view.map}"]`).append(note);
    else note.remove();
  });
}
