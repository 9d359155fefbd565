// What ties the page to where it is shown: links to a view, messages of the host's page, full screen, and the
// disclaimer's place against other scripts.

/**
 * The disclaimer stands first in the body, as it was written, from before the map starts. A script that keeps at it is
 * answered so many times in a row, or neither would ever end.
 * @param {HTMLElement} foot
 */
const guard = (foot) => {
  const css = /** @type {string} */ (foot.getAttribute("style")), text = foot.textContent;
  const kept = new Map([...foot.attributes].map(({ name, value }) => [name, value]));
  const sound = () => document.body?.firstElementChild === foot && foot.textContent === text && !foot.childElementCount &&
    foot.attributes.length === kept.size && [...kept].every(([name, value]) => foot.getAttribute(name) === value);
  let turns = 0;
  const mend = () => {
    watch();
    if (sound()) return;
    if (!turns) setTimeout(() => {
      turns = 0;
      mend();
    }, 500);
    if (++turns > 20) return;
    document.body?.prepend(foot);
    foot.textContent = text;
    [...foot.attributes].forEach(({ name }) => kept.has(name) || foot.removeAttribute(name));
    kept.forEach((value, name) => name === "style" || foot.setAttribute(name, value));
    foot.style.cssText = css;
    kept.set("style", /** @type {string} */ (foot.getAttribute("style")));
  };
  const watcher = new MutationObserver(mend);
  // A script may also put a new body, or a new root, in the place of those that are watched.
  const watch = () => [document, document.documentElement, document.body].forEach((node) => node && watcher.observe(node, { childList: true }));
  watch();
  watcher.observe(foot, { attributes: true, characterData: true, childList: true, subtree: true });
};
guard(/** @type {HTMLElement} */ (document.body.firstElementChild));

// What the host's page asks for before the map has started is answered then.
/** @typedef {Pick<MessageEvent, "source" | "data">} Heard */
const /** @type {Heard[]} */ early = [];
let /** @type {(event: Heard) => void} */ hear = (event) => early.push(event);
if (window.parent !== window) addEventListener("message", (event) => hear(event));

/** @typedef {Partial<State> & { unit?: string | null }} Change */

/** @param {Page} page */
function startHost(page) {
  const { data, words, map, foot } = page, { views } = data, { el } = page;
  const bar = el("div", { class: "mtm-host" }), actions = /** @type {HTMLElement} */ (document.getElementById("mtm-actions"));
  actions.append(bar);
  actions.hidden = false;
  /** @type {(onclick: () => void, ...parts: Child[]) => HTMLButtonElement} */
  const button = (onclick, ...parts) => el("button", { type: "button", class: "mtm-button", onclick }, ...parts);

  // What comes from outside is one of the values that the map has, or a fault.
  const pcodes = new Set([...data.units, ...data.places].map((one) => one[2]).filter(Boolean));
  const /** @type {Record<string, string[]>} */ names = { theme: data.themes.map(({ name }) => name), group: data.groups };
  const keys = ["theme", "group", "year", "unit"];
  /** @type {(given: Record<string, any>) => [change: Change, faults: string[]]} */
  const read = (given) => {
    const /** @type {Record<string, any>} */ change = {}, faults = Object.keys(given).filter((key) => !keys.includes(key));
    for (const key of keys.filter((one) => Object.hasOwn(given, one))) {
      const said = given[key], value = typeof said === "string" && names[key] ? names[key].indexOf(said) : said;
      const theme = key === "theme" ? value : change.theme ?? page.view.theme;
      const known = key === "unit" ? value === null || pcodes.has(value) : views.some((view) => view.theme === theme && /** @type {any} */ (view)[key] === value);
      if (known) change[key] = value;
      else faults.push(key);
    }
    return [change, faults];
  };
  const flat = () => Math.min(map.getSize().x, map.getSize().y) < 10;
  const put = (/** @type {Change} */ { unit, ...change }, stay = false) => {
    if (Object.keys(change).length) page.set(change);
    if (unit === undefined) return true;
    const row = [...page.rows(), ...page.every()].find(({ pcode }) => unit && pcode === unit) || null, found = row || !unit;
    if (!found || row?.id === page.row?.id) return found;
    // A map that nobody sees, behind a tab of its host's, goes there when it is shown.
    page.choose(row, stay);
    if (!stay && flat()) map.once("resize", () => setTimeout(() => page.choose(page.row)));
    return found;
  };
  const chosen = () => page.row?.pcode || null;

  // A view as the fragment of the page's address, and back. Where the whole country is in view, no place is named.
  const told = () => {
    const { theme, group, year } = page.view, { lat, lng } = map.getCenter();
    const at = map.getBounds().pad(0.02).contains(data.bounds) ? null : [lat.toFixed(4), lng.toFixed(4), map.getZoom().toFixed(2)].map(Number);
    const unit = chosen() && encodeURIComponent(/** @type {string} */ (chosen()));
    return Object.entries({ theme, group, year: encodeURIComponent(year ?? "all"), at, unit }).filter(([, value]) => value !== null).map((pair) => pair.join("=")).join("&");
  };
  const open = () => {
    const given = new URLSearchParams(location.hash.slice(1)), /** @type {Record<string, string | number | null>} */ set = { unit: given.get("unit") };
    if (!given.has("theme")) return;
    for (const key of ["theme", "group", "year"]) {
      const value = /** @type {string} */ (given.get(key));
      if (/^(\d{1,4}|all)$/.test(value)) set[key] = value === "all" ? null : Number(value);
      else if (key === "year") set[key] = value;
    }
    const at = given.get("at") || "", [lat, lng, zoom] = at.split(",").map(Number);
    const placed = /^-?\d+(\.\d+)?(,-?\d+(\.\d+)?){2}$/.test(at) && L.latLngBounds(data.bounds).contains([lat, lng]);
    put(read(set)[0], placed);
    if (placed) map.setView([lat, lng], zoom, { animate: false });
    else if (!page.row) page.home();
  };
  const link = el("input", { type: "text", readonly: "", spellcheck: "false" });
  let last = told(), timer = 0;
  const keep = () => {
    if (flat()) return;
    const now = told();
    timer = 0;
    link.value = location.href.split("#")[0] + "#" + now;
    if (now === last) return;
    last = now;
    // A frame without an origin of its own may not change its address.
    try { history.replaceState(history.state, "", "#" + now); } catch {}
  };
  // Browsers refuse a page that changes its address a hundred times in half a minute.
  const later = () => { timer ||= setTimeout(keep, 400); };
  open();
  page.on(later);
  map.on("moveend", later);
  addEventListener("hashchange", open);

  const copied = () => {
    page.say(words.copied);
    copy.textContent = words.copied;
  };
  const older = () => {
    link.select();
    if (document.execCommand("copy")) copied();
    else page.say(words.link);
  };
  const copy = button(() => {
    keep();
    if (navigator.clipboard) navigator.clipboard.writeText(link.value).then(copied, older);
    else older();
  }, words.copy);
  const show = (/** @type {boolean} */ open) => {
    keep();
    copy.textContent = words.copy;
    panel.hidden = !open;
    share.setAttribute("aria-expanded", open);
    if (!open) return share.focus();
    panel.scrollIntoView({ block: "nearest" });
    link.select();
  };
  const panel = el("div", { class: "mtm-share", hidden: "", onkeydown(/** @type {KeyboardEvent} */ event) {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    show(false);
  } }, el("label", {}, words.link, link), copy);
  const share = button(() => show(/** @type {boolean} */ (panel.hidden)), page.icon("share"), words.share);
  share.setAttribute("aria-expanded", false);
  // What a notebook shows has no address that could be sent.
  const sent = /^(https?|file):/.test(location.href);
  if (sent) bar.append(share);

  // Full screen takes the page with its disclaimer. What a plugin shows alone gets a copy of it, or is not shown.
  const word = el("span", {}, words.full), safe = (/** @type {Promise<void>} */ promise) => promise.catch(() => {});
  if (document.fullscreenEnabled) {
    bar.append(button(() => safe(document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen()), page.icon("full"), word));
  }
  if (sent) bar.append(panel);
  let /** @type {HTMLElement | null} */ second = null;
  document.addEventListener("fullscreenchange", () => {
    const alone = document.fullscreenElement;
    word.textContent = alone ? words.full_off : words.full;
    second?.remove();
    if (!alone || alone.contains(foot)) return;
    second = el("p", { lang: foot.lang }, foot.textContent);
    second.style.cssText = foot.style.cssText + "position:fixed!important;right:0!important";
    alone.append(second);
    if (!second.offsetHeight) safe(document.exitFullscreen());
  });

  if (!page.framed) return;

  // The host's page asks with {mtmgeo: 1, set: {…}}. It hears of each state once, so that two pages that answer each
  // other come to an end.
  const post = (/** @type {object} */ message) => parent.postMessage({ mtmgeo: 1, ...message }, "*");
  let heard = "", soon = 0;
  const tell = () => {
    const { theme, group, year } = page.view;
    const years = views.filter((view) => view.theme === theme && view.group === group).map((view) => view.year);
    const state = { theme, group, year, unit: chosen(), title: page.title(), themes: names.theme, groups: names.group, years: [...new Set(years)] };
    const now = JSON.stringify(state);
    if (now !== heard) post({ state });
    heard = now;
  };
  const answer = () => {
    clearTimeout(soon);
    soon = setTimeout(tell);
  };
  hear = ({ source, data: message }) => {
    if (source !== parent || message?.mtmgeo !== 1 || !Object.hasOwn(message, "set")) return;
    const { set } = message, [change, faults] = set && typeof set === "object" ? read(set) : [{}, ["set"]];
    if (!faults.length && !put(change)) faults.push("unit");
    if (faults.length) return post({ error: "Not understood: " + faults.join(", ").slice(0, 200) });
    if (!Object.keys(set).length) heard = "";
    answer();
  };
  post({ ready: true });
  page.on(answer);
  early.forEach(hear);
}
