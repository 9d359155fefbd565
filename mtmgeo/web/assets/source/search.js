/** @typedef {[view: View, row: string, within: boolean]} Home */
/** @typedef {{ name: string, parent: string, pcode: string, level: number, homes: Home[], keys: string, code: string }} Entry */

/**
 * Finds units and places by any spelling of their names, and by p-code.
 * @param {Page} page
 */
function startSearch(page) {
  const { data, words } = page, tables = data.fold;
  const MOST = 8, LONGEST = 200;

  // Folding, as mtmgeo.names does it. Patterns are written as in Python, where \w, \b and \d know all scripts.
  const py = (/** @type {TemplateStringsArray} */ { raw: [source] }) => new RegExp(
    source.replaceAll("@", "[\\p{L}\\p{Nl}\\p{No}]").replaceAll("\\w", "[\\p{L}\\p{N}_]").replaceAll("\\b", "(?<![\\p{L}\\p{N}_])").replaceAll("\\d", "\\p{Nd}"), "gu");
  const list = (/** @type {string} */ text) => text.split(" ");
  const pairs = list(tables.alike).map((pair) => /** @type {[string, string]} */ ([...pair]));
  const asLatin = new Map(pairs), asCyrillic = new Map(pairs.reverse().map(([a, b]) => [b, a]));
  const letters = new Map(list(tables.letters).map((pair) => /** @type {[string, string]} */ ([pair[0], pair.slice(1)])));
  const folds = list(tables.folds).map((pair) => pair.split(">"));
  const types = new Set(list(tables.types)), kinds = new Set(list(tables.kinds));
  const romans = new Map(list("ii2 iii3 iv4 v5 vi6 vii7 viii8 іі2 ііі3 i1 ix9").map((pair) => /** @type {[string, string]} */ ([pair.slice(0, -1), pair.at(-1)])));
  /** @type {(text: string, map: Map<string, string>) => string} */
  const change = (text, map) => text.replace(/./gsu, (letter) => map.get(letter) ?? letter);
  const MARKS = /[\u0300-\u036f\u0483-\u0487\u0610-\u061a\u064b-\u065f\u0670\u20d0-\u20f0]+/g;
  const consonants = [...letters].filter(([letter, sound]) => letter > "\u0600" && /^[^aeiou]/.test(sound)).map(([letter]) => letter).join("");
  const APART = new RegExp(`(?<=[${consonants}])(?=[${consonants}])`, "g");
  const MIXED = /[a-z]+[\u0400-\u04ff][a-z\u0400-\u04ff]*|[\u0400-\u04ff]+[a-z][a-z\u0400-\u04ff]*/g;
  const WAW = py`\bو|و(?=[اآىەيیېوە])|(?<=[اآيی])و`, CLOSING_HA = py`(?<=\w)(?<![اويیآ])ه(?!\w)`;
  const unmixed = (/** @type {string} */ word) => change(word, 2 * /** @type {string[]} */ (word.match(/[a-z]/g)).length > word.length ? asLatin : asCyrillic);
  const romanise = (/** @type {string} */ text) => {
    if (/^[\0-\x7f]*$/.test(text)) return text;
    text = text.replace(MIXED, unmixed);
    if (/[\u0620-\u064a\u066e-\u06d3]/.test(text)) {
      text = text.replace(MARKS, "").replace(WAW, "w").replace(CLOSING_HA, "a").replaceAll("و", "u").replace(APART, "ʔ");
    }
    return change(change(text, letters).normalize("NFKD").replace(MARKS, ""), letters);
  };
  const sound = (/** @type {string} */ text) => {
    let now = `\n${romanise(text)}\n`.replace(/[^\p{L}\p{N}\n]+|[\u02b0-\u02ff]/gu, ""), before;
    do {
      before = now;
      now = now.replace(/(?<=[sczkgdpt])kh/g, "ħ").replaceAll("kh", "h");
      folds.forEach(([spelling, one]) => { now = now.replaceAll(spelling, one); });
      now = now.replace(/([a-zþðħ])\1/g, "$1");
    } while (now !== before);
    return now.slice(1, -1).replaceAll("ʔ", "");
  };
  const digit = (/** @type {string} */ letter) => String((letter.charCodeAt(0) - 0x660) % 0x90);
  const clean = (/** @type {string} */ text) => text.slice(0, LONGEST).replaceAll("\ufeff", "").replace(/[\s\x1c-\x1f\x85]+/g, " ").trim().normalize("NFKC").toLowerCase().replaceAll("ß", "ss").replaceAll("ς", "σ")
    .normalize("NFC").replace(/[\u0660-\u0669\u06f0-\u06f9]/g, digit).replace(/[\u0640\u0670\u064b-\u065f]/g, "").replace(/\p{C}/gu, "");
  const SPACED = /** @type {[pattern: RegExp, by: any][]} */ ([
    [py`^(\d+)[- ]+((?!\d)\w.*)$`, "$2 $1"],
    [py`(?<!\w)(@) ?[./] ?(@)(?:\.|(?= |$))`, (/** @type {string} */ all, /** @type {string} */ a, /** @type {string} */ b) => (types.has(`${a}/${b}`) ? ` ${a}/${b} ` : all)],
    [py`(?<!\w)(@{1,3})\.(?=\w)`, "$1. "],
    [py`(?<!\w)(?:№|no\.?|n°|#) ?(?=\d)`, ""],
    [py`(\d)-?(?:й|я|е|ое|ая|ый|чи|чү|чы|inchi|chi|st|nd|rd|th)(?!\w)`, "$1"],
  ]);
  const ARTICLE = py`\b(?:[aeu]l[- ]|a([dnrstz])[- ](?=\1)|ash[- ](?=sh)|ath[- ](?=th)|adh[- ](?=dh))(?=\w{3})`;
  const DOT = py`(?<=@{2})\.(?=@{2})`;
  const ARABIC_ARTICLE = py`(?<!\w)ال(?=\w{2})`;
  const read = (/** @type {string} */ text) => {
    const line = clean(text).replace(/[«»"“”„‟,;:_]/g, " ").replace(/[ʻʼ'’‘\u0060´ʾʿ]/g, "").replace(/[‐‑‒–—―−]/g, "-").replace(/[[{]/g, "(").replace(/[\]}]/g, ")")
      .replaceAll(" -", "-").replaceAll("- ", "-").replace(DOT, " ").replace(ARTICLE, "").replace(ARABIC_ARTICLE, "");
    return /[./№#°0-9]/.test(line) ? SPACED.reduce((now, [pattern, by]) => now.replace(pattern, by), line) : line;
  };
  const isType = (/** @type {string} */ word) => {
    const bare = word.replace(/\.+$/, "");
    if (word.includes(")")) return false;
    return [...bare].length === 1 ? types.has(bare) && word === bare + "." : types.has(bare) || kinds.has(sound(word));
  };
  // The words of a line without those that say what kind of place it is, if any are left.
  const sift = (/** @type {string} */ line) => {
    const all = (line.includes("(") ? line.replace(/[()]/g, " ") : line).split(" ").filter(Boolean), kept = all.filter((word) => !isType(word));
    if (!kept.length) return all;
    const last = /** @type {string} */ (kept.pop()).split("-"), number = romans.get(/** @type {string} */ (last.at(-1)));
    if (number && kept.length + last.length > 1) last[last.length - 1] = number;
    return [...kept, last.join("-")];
  };
  const key = (/** @type {string} */ text) => sound(sift(read(text)).join(" "));
  // Other readings of what is typed: without brackets, around a slash, before a type word that is not typed to its end.
  const readings = (/** @type {string} */ text) => {
    const line = read(text), kept = sift(line), last = /** @type {string} */ (kept.at(-1)), key_ = sound(last ?? "");
    const parts = [sift(line.replace(/\([^()]*\)?/g, " ").replaceAll(")", " ")).join(" "), ...kept.join(" ").split("/")];
    if (kept.length > 1 && [...types, ...kinds].some((word) => word.startsWith(last) || word.startsWith(key_))) parts.push(kept.slice(0, -1).join(" "));
    return [...new Set(parts.map(sound))].filter(Boolean);
  };

  // What can be found, each with the views that have it: [view, id of its row, whether it shows only once its unit is chosen, which serves where no other view has it].
  let /** @type {Entry[]} */ entries = /** @type {any} */ (null);
  const index = () => {
    const /** @type {Map<string, Home[]>} */ homes = new Map();
    /** @type {(id: string, ...home: Home) => unknown} */
    const lives = (id, ...home) => homes.get(id)?.push(home) ?? homes.set(id, [home]);
    data.views.forEach((view) => {
      const { within } = data.maps[view.map], circles = data.themes[view.theme].kind === "symbols";
      if (!circles) data.sets[view.set].forEach((unit) => lives("u" + unit, view, "u" + unit, false));
      view.symbols.forEach(({ place }) => lives("p" + place, view, "p" + place, within));
    });
    const /** @type {Map<string, Entry>} */ found = new Map();
    /**
     * One that is a unit of one map and a circle of another is found once.
     * @type {(id: string, item: Unit | Place, keys: string) => void}
     */
    const add = (id, [name, parent, pcode, level], keys) => {
      const there = homes.get(id), same = pcode ? [pcode, level, name].join("|") : id;
      if (!there) return;
      if (found.has(same)) /** @type {Entry} */ (found.get(same)).homes.push(...there);
      else found.set(same, { name, parent, pcode, level, homes: there, keys: ` ${keys} `, code: pcode.toLowerCase() });
    };
    data.units.forEach((unit, i) => add("u" + i, unit, unit[6]));
    data.places.forEach((place, i) => add("p" + i, place, place[6]));
    entries = [...found.values()];
    entries.forEach((entry) => {
      const own = entry.homes.filter(([, , within]) => !within);
      if (own.length) entry.homes = own;
    });
  };
  const here = (/** @type {Entry} */ { homes }) => homes.find(([view]) => view === page.view);

  /**
   * The distance of optimal string alignment from `wanted` to the nearest of the keys, doubled; 3 where only the beginning
   * of one is a letter away. Bit vectors after Hyyrö.
   * @type {(wanted: string, limit: number) => (keys: string) => number}
   */
  const distances = (wanted, limit) => {
    const bits = new Int32Array(1 << 16), top = 1 << wanted.length - 1, shortest = wanted.length > 4 ? 1 : 0, space = 32;
    [...wanted].forEach((letter, i) => { bits[letter.charCodeAt(0)] |= 1 << i; });
    return (keys) => {
      let best = 9, up = 0, down = 0, diagonal = 0, last = 0, far = 9, part = 9;
      for (let i = 0; i < keys.length; i++) {
        const letter = keys.charCodeAt(i);
        if (letter === space) {
          best = Math.min(best, far > limit ? 9 : 2 * far, part > shortest ? 9 : 3);
          up = -1;
          down = diagonal = last = 0;
          far = wanted.length;
          part = 9;
          continue;
        }
        const match = bits[letter];
        diagonal = (((match & up) + up) ^ up) | match | down | ((~diagonal & match) << 1 & last);
        last = match;
        let plus = down | ~(diagonal | up), minus = diagonal & up;
        far += (plus & top ? 1 : 0) - (minus & top ? 1 : 0);
        part = Math.min(part, far);
        plus = plus << 1 | 1;
        up = minus << 1 | ~(diagonal | plus);
        down = plus & diagonal;
      }
      return best < 9 ? best : -1;
    };
  };
  const rank = (/** @type {(entry: Entry) => number} */ score) => {
    const /** @type {number[]} */ found = [];
    entries.forEach((entry, i) => {
      const tier = score(entry);
      if (tier >= 0) found.push(((2 * tier + /** @type {any} */ (!here(entry))) * 10 + (entry.level ?? 9)) * 1e6 + i);
    });
    return found.sort((a, b) => a - b).map((place) => entries[place % 1e6]);
  };
  /** @type {(wanted: string, code: string) => Entry[]} */
  const spelt = (wanted, code) => rank((entry) => {
    if (code && entry.code.startsWith(code)) return entry.code === code ? 0 : 1;
    if (!wanted || !entry.keys.includes(wanted)) return -1;
    return entry.keys.includes(` ${wanted} `) ? 0 : entry.keys.includes(" " + wanted) ? 1 : wanted.length > 2 ? 2 : -1;
  });
  const find = (/** @type {string} */ text) => {
    if (!entries) index();
    const wanted = key(text), code = text.trim().toLowerCase();
    // All p-codes begin alike: without a digit one says nothing.
    let found = wanted || code ? spelt(wanted, /\d/.test(code) ? code : "") : [];
    for (const other of found.length ? [] : readings(text)) if (!found.length && other !== wanted) found = spelt(other, "");
    if (!found.length && wanted.length > 3 && wanted.length < 32) {
      const limit = wanted.length > 6 ? 2 : 1, far = distances(wanted, limit);
      found = rank(({ keys }) => far(keys));
    }
    return found;
  };

  /** @type {MakeElement} */
  const el = (...parts) => page.el(...parts);
  const input = el("input", {
    id: "mtm-find", type: "search", class: "mtm-find", role: "combobox", autocomplete: "off", spellcheck: "false", maxlength: LONGEST, placeholder: words.search_hint,
    title: words.search_hint, "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": "mtm-found",
  });
  const hits = el("ul", { id: "mtm-found", class: "mtm-found", role: "listbox", "aria-label": words.search, hidden: "" });
  const count = el("p", { class: "mtm-find-count", "aria-hidden": "true", hidden: "" });
  const box = /** @type {HTMLElement} */ (document.getElementById("mtm-search"));
  box.append(el("label", { for: "mtm-find", class: "mtm-find-label" }, words.search), input, hits, count);
  box.hidden = false;

  let /** @type {Entry[]} */ shown = [], active = -1, /** @type {Map<string | undefined, Row> | null} */ rows = null;
  const row = (/** @type {Entry} */ entry) => (rows ??= new Map(page.every().map((one) => [one.id, one]))).get(here(entry)?.[1]);
  const point = (/** @type {number} */ i) => {
    hits.children[active]?.setAttribute("aria-selected", "false");
    active = i;
    const hit = hits.children[i];
    if (hit) {
      hit.setAttribute("aria-selected", "true");
      hit.scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", hit.id);
    } else input.removeAttribute("aria-activedescendant");
    page.point((hit && row(shown[i])) || null);
  };
  const close = () => {
    if (shown.length) point(-1);
    shown = [];
    hits.replaceChildren();
    hits.hidden = count.hidden = true;
    input.setAttribute("aria-expanded", "false");
  };
  const nearest = (/** @type {Entry} */ { homes }) => {
    const now = page.state;
    /** @type {(home: Home) => number} */
    const cost = ([{ theme, group, year }]) => 4 * /** @type {any} */ (theme !== now.theme) + 2 * /** @type {any} */ (group !== now.group) + /** @type {any} */ (year !== now.year);
    return homes.reduce((best, home) => (cost(home) < cost(best) ? home : best))[0];
  };
  const choose = (/** @type {Entry} */ entry) => {
    close();
    input.value = entry.name;
    if (!here(entry)) {
      const { theme, group, year } = nearest(entry);
      page.set({ theme, group, year });
    }
    if (row(entry)?.shown === false) page.set({ off: new Set([...page.state.off].filter((one) => one !== /** @type {Row} */ (row(entry)).key)) });
    page.choose(row(entry) || null);
    // Where the panel lies over the map, it gives way.
    const panel = box.closest("details");
    if (panel && getComputedStyle(panel).position === "absolute") {
      panel.open = false;
      /** @type {HTMLElement} */ (panel.firstElementChild).focus();
    }
  };
  /**
   * A place of another map has no figure here: it says which map will be shown.
   * @type {(entry: Entry, i: number) => HTMLElement}
   */
  const option = (entry, i) => {
    const home = here(entry), where = [entry.parent, entry.pcode].filter(Boolean).join(" · ");
    /** @type {(name: string, text?: string) => Child[]} */
    const part = (name, text) => (text ? [" ", el("span", { class: "mtm-hit-" + name }, text)] : []);
    return el("li", { id: "mtm-hit-" + i, class: "mtm-hit", role: "option", "aria-selected": "false", onclick: () => choose(entry), onpointermove: () => { if (active !== i) point(i); } },
      el("bdi", { class: "mtm-hit-name" }, entry.name), ...part("figure", row(entry)?.text), ...part("where", where), ...part("where", home ? "" : data.themes[nearest(entry).theme].name));
  };
  const show = () => {
    close();
    if (!input.value.trim()) return;
    const found = find(input.value);
    shown = found.slice(0, MOST);
    hits.append(...shown.map(option));
    hits.hidden = !shown.length;
    input.setAttribute("aria-expanded", String(!hits.hidden));
    count.hidden = false;
    count.textContent = found.length ? page.fill(words.found, { count: found.length }) : words.not_found;
    page.say(count.textContent);
  };
  input.addEventListener("input", show);
  input.addEventListener("focus", () => { if (!entries) index(); });
  input.addEventListener("blur", close);
  // Pressing a result must not take the focus away, which would close the list before the click.
  hits.addEventListener("mousedown", (event) => event.preventDefault());
  hits.addEventListener("pointerleave", () => { if (shown.length) point(-1); });
  input.addEventListener("keydown", (event) => {
    const step = /** @type {Record<string, number>} */ ({ ArrowDown: 1, ArrowUp: -1 })[event.key];
    if (step) {
      if (!shown.length) show();
      const last = shown.length - 1;
      if (last >= 0) point(active < 0 ? (step > 0 ? 0 : last) : (active + step + last + 1) % (last + 1));
    } else if (event.key === "Enter" && shown.length) choose(shown[Math.max(0, active)]);
    else if (event.key === "Escape" && !count.hidden) close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  page.on(() => { rows = null; });
}
