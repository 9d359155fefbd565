/** @typedef {{ theme: number, row: Row }} Step */
/** @typedef {{ node: SVGElement, kind: string | number, x: number, y: number, side: number, width: number, height: number }} Name */

/**
 * The map: takes the drawing of the page over into Leaflet, and shows its views.
 * Text from the data enters the page through textContent and setAttribute only.
 * @param {string} id
 */
function startPage(id) {
  const /** @type {Data} */ data = JSON.parse(/** @type {HTMLElement} */ (document.getElementById("mtmgeo-data")).textContent);
  /** @type {(selector: string) => any} */
  const find = (selector) => document.querySelector(selector);
  /** @type {(selector: string, root?: ParentNode) => HTMLElement[]} */
  const all = (selector, root = document) => [.../** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll(selector))];
  const box = /** @type {HTMLElement} */ (document.getElementById(id)), /** @type {SVGSVGElement} */ svg = find("#mtm-drawing");
  const foot = /** @type {HTMLElement} */ (document.body.firstElementChild);
  const words = data.words, frame = data.frame;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const framed = window.self !== window.top;

  // Each circle of a view, put together from the spots that views share and from what stands there.
  data.views.forEach((/** @type {any} */ one) => {
    one.symbols = data.spots[one.spots].map(([place, unit], i) => {
      const [look, radius, value, text] = one.symbols[i];
      return { place, unit, look, radius, value, text };
    });
  });

  const NS = "http://www.w3.org/2000/svg";
  /** @type {<T extends Element>(node: T, attributes: Attributes) => T} */
  const put = (node, attributes) => {
    for (const [name, value] of Object.entries(attributes)) {
      if (value === null || value === undefined || value === false) node.removeAttribute(name);
      else if (typeof value === "function") /** @type {any} */ (node)[name] = value;
      else node.setAttribute(name, value === true ? "" : /** @type {any} */ (value));
    }
    return node;
  };
  /** @type {MakeElement} */
  const el = (tag, attributes = {}, ...children) => {
    const node = put(document.createElement(tag), attributes);
    node.append(...children);
    return node;
  };
  /** @type {(tag: string, attributes: Attributes, parent?: Element) => SVGElement} */
  const shape = (tag, attributes, parent) => {
    const node = put(/** @type {SVGElement} */ (document.createElementNS(NS, tag)), attributes);
    if (parent) parent.append(node);
    return node;
  };
  const icon = (/** @type {string} */ name) => /** @type {Element} */ (/** @type {HTMLTemplateElement} */ (document.getElementById("mtm-icons")).content.querySelector(`[data-icon="${name}"]`)).cloneNode(true);
  /** @type {(template: string, values: Record<string, any>) => string} */
  const fill = (template, values) => template.replace(/\{(\w+)\}/g, (whole, key) => (key in values ? values[key] : whole));

  const touch = framed && matchMedia("(pointer: coarse)").matches;
  const map = L.map(box, {
    zoomSnap: 0, maxZoom: 14, attributionControl: false, zoomControl: false, zoomAnimation: !still, fadeAnimation: !still,
    inertia: !still, scrollWheelZoom: !framed, dragging: !touch, doubleClickZoom: false, trackResize: false,
  });
  L.control.attribution({ prefix: false }).addTo(map);
  L.control.zoom({ zoomInTitle: words.zoom_in, zoomOutTitle: words.zoom_out }).addTo(map);
  const /** @type {any} */ bar = L.control.scale({ position: "bottomright", imperial: false, maxWidth: 90 });
  /** @type {(part: HTMLElement, text: string, ratio: number) => void} */
  bar._updateScale = (part, text, ratio) => /** @type {any} */ (L.Control.Scale.prototype)._updateScale.call(bar, part, text.replace(/k?m$/, (unit) => words[unit]), ratio);
  bar.addTo(map);
  if (framed) {
    // A map inside another page takes wheel and finger only while it has the focus, or readers could not scroll past it.
    map.on("focus click", () => { map.scrollWheelZoom.enable(); map.dragging.enable(); });
    box.addEventListener("focusout", ({ relatedTarget }) => {
      if (box.contains(/** @type {Node | null} */ (relatedTarget))) return;
      map.scrollWheelZoom.disable();
      if (touch) map.dragging.disable();
    });
  }

  // The drawing is a renderer of Leaflet: at rest its view box is the part of the map in view.
  const half = Math.PI * 6378137;
  const world = (/** @type {number} */ zoom) => 256 * 2 ** zoom / 2 / half;
  let k = 0;
  const drawn = (/** @type {L.Point} */ point) => L.point((point.x / world(map.getZoom()) - half - frame.x) / frame.unit, (frame.y - half + point.y / world(map.getZoom())) / frame.unit);
  const latLng = (/** @type {number} */ x, /** @type {number} */ y) => L.Projection.SphericalMercator.unproject(L.point(frame.x + x * frame.unit, frame.y - y * frame.unit));
  const Drawing = L.Renderer.extend({
    _initContainer() { this._container = svg; },
    _destroyContainer() {},
    _updatePaths() {},
    _update() {
      if (/** @type {any} */ (map)._animatingZoom && this._bounds) return;
      /** @type {any} */ (L.Renderer.prototype)._update.call(this);
      const size = this._bounds.getSize(), corner = drawn(this._bounds.min.add(map.getPixelOrigin()));
      const before = k;
      k = world(map.getZoom()) * frame.unit;
      put(svg, { width: size.x, height: size.y, viewBox: [corner.x, corner.y, size.x / k, size.y / k].join(" ") });
      L.DomUtil.setPosition(/** @type {any} */ (svg), this._bounds.min);
      this.fire("update");
      if (k !== before) rescale();
      else place();
    },
  });

  const unpack = (/** @type {number[]} */ flat) => {
    const /** @type {[x: number, y: number][]} */ points = [];
    for (let i = 0, x = 0, y = 0; i < flat.length; i += 2) points.push([x += flat[i], y += flat[i + 1]]);
    return points;
  };
  const arcs = data.arcs.map(unpack);
  const chain = (/** @type {Chain} */ numbers) => numbers.flatMap((number, i) => {
    const arc = number < 0 ? [...arcs[~number]].reverse() : arcs[number];
    return i ? arc.slice(1) : arc;
  });
  const path = (/** @type {[x: number, y: number][]} */ points, end = "") => points.length ? "M" + points.join(" ") + end : "";
  const outline = (/** @type {Outline} */ parts) => parts.flat().map((ring) => path(chain(ring).slice(0, -1), "z")).join("");
  const line = (/** @type {Chain[]} */ chains) => chains.map((numbers) => path(chain(numbers))).join("");

  const /** @type {Record<string, SVGElement>} */ layers = {};
  ["ground", "surface", "areas", "lines", "trace", "symbols", "names"].forEach((name) => {
    layers[name] = find(".mtm-" + name) || shape("g", { class: "mtm-" + name });
    if (name !== "ground") layers[name].removeAttribute("transform");
    svg.append(layers[name]);
  });
  find(".mtm-bar").remove();
  all("title", svg).forEach((title) => title.remove());
  const firm = { "vector-effect": "non-scaling-stroke" };

  /** @type {(one: View) => Spec} */
  const specOf = (one) => ({ ...data.maps[one.map], notes: one.notes.map((note) => data.notes[note]) });
  // Rows: the units and places of the view, each with its shape.
  const /** @type {State} */ state = { theme: 0, group: null, year: null, off: new Set() };
  const /** @type {((page: Page) => void)[]} */ listeners = [];
  let view = data.views[0], spec = specOf(view), /** @type {Row[]} */ rows = [], /** @type {Map<string, Row>} */ byId = new Map();
  let /** @type {Map<unknown, Row>} */ byPath = new Map(), /** @type {Row | null} */ chosen = null, /** @type {Step[]} */ trail = [];
  const /** @type {SVGElement[][]} */ sets = [], /** @type {Record<string, Box>} */ boxes = {};
  /** @type {(row: Row) => [x: number, y: number]} */
  const middle = (row) => {
    if (row.kind === "place") return [row.item[4], row.item[5]];
    const [west, north, east, south] = edges(row);
    return [(west + east) / 2, (north + south) / 2];
  };
  /** @type {(row: Row) => Box} */
  const edges = (row) => {
    if (row.kind === "place") return [row.item[4], row.item[5], row.item[4], row.item[5]];
    return boxes[row.id] ??= row.item[5].flat().reduce((/** @type {any} */ found, ring) => chain(ring).reduce(([a, b, c, d], [x, y]) =>
      [Math.min(a, x), Math.min(b, y), Math.max(c, x), Math.max(d, y)], found), [Infinity, Infinity, -Infinity, -Infinity]);
  };
  const unitsOf = (/** @type {number} */ number) => sets[number] ??= data.sets[number].map((unit) => {
    const item = data.units[unit];
    const here = number === data.views[0].set && layers.areas.querySelector(`[data-unit="${unit}"]`);
    return put(/** @type {SVGElement | false | null} */ (here) || shape("path", firm), { d: outline(item[5]) || "M0 0", "data-unit": unit, "stroke-linejoin": "round", tabindex: -1, role: "button" });
  });
  /**
   * What rows of both kinds have.
   * @type {(kind: string, item: Unit | Place, number: number, look: number, value: number | null, text: string, node: SVGElement | null, unit?: string) => any}
   */
  const rowOf = (kind, item, number, look, value, text, node, unit) => ({
    id: kind[0] + number, kind, item, name: item[0], parent: item[1], pcode: item[2], level: item[3], approximate: kind === "unit" && !!item[4],
    value, text, key: spec.looks[look].key, label: spec.looks[look].label, look, node, unit, shown: !state.off.has(spec.looks[look].key),
  });
  const asCanvas = () => !spec.within && view.symbols.length > data.many;

  const draw = () => {
    const looks = spec.looks, dashed = spec.approximate, clear = spec.surface?.look;
    const paths = unitsOf(view.set);
    const units = paths.map((node, i) => {
      const number = data.sets[view.set][i], look = looks[view.classes[i]];
      const /** @type {UnitRow} */ row = rowOf("unit", data.units[number], number, view.classes[i], view.values[i], view.texts[i], node);
      const edge = row.approximate ? dashed : look;
      put(node, {
        fill: look.fill, stroke: edge.edge, "stroke-width": edge.weight, "stroke-dasharray": edge.dash,
        "fill-opacity": view.classes[i] === clear ? 0 : null, class: row.shown ? null : "mtm-off",
      });
      // Edges shared by neighbours: a dark one covers a white one, and a dashed one both.
      row.rank = /** @type {any} */ (row.approximate) * 2 + /** @type {any} */ (edge.edge !== "#ffffff");
      return row;
    });
    layers.areas.replaceChildren(...[...units].sort((a, b) => a.rank - b.rank).map((row) => row.node));
    const /** @type {PlaceRow[]} */ places = view.symbols.map(({ place, unit, look, radius, value, text }) =>
      Object.assign(rowOf("place", data.places[place], place, look, value, text, null, "u" + unit), { radius })).sort((a, b) => b.radius - a.radius);
    rows = [...units, ...places];
    byId = new Map(rows.map((row) => [row.id, row]));
    if (chosen) chosen = byId.get(chosen.id) || null;
    byPath = new Map(units.map((row) => [row.node, row]));
    rows.forEach((row) => { row.lines = describe(row); });
    circle();
    spread();
    label();
    rove();
  };
  // Circles: all of them, or those inside the chosen unit; very many are drawn on a canvas.
  const dots = L.layerGroup().addTo(map);
  let /** @type {string | null | undefined} */ around = null;
  const circle = (again = true) => {
    const unit = chosen && (chosen.kind === "unit" ? chosen.id : chosen.unit);
    if (!again && unit === around) return;
    around = unit;
    const shown = /** @type {PlaceRow[]} */ (rows.filter((row) => row.kind === "place" && (!spec.within || (unit && row.unit === unit))));
    dots.clearLayers();
    if (asCanvas()) {
      layers.symbols.replaceChildren();
      const renderer = L.canvas({ pane: "dots" });
      shown.filter((row) => row.shown).forEach((row) => {
        const look = spec.looks[row.look];
        const dot = L.circleMarker(latLng(...middle(row)), {
          pane: "dots", renderer, radius: radiusOf(row), color: look.edge, weight: look.weight,
          fillColor: look.fill, fillOpacity: data.symbolOpacity, opacity: look.edge === "none" ? 0 : 1, bubblingMouseEvents: false,
        });
        dots.addLayer(dot.on("mouseover", (event) => tell(row, event.containerPoint)).on("mouseout", hush).on("click", () => choose(row)));
      });
    } else {
      layers.symbols.replaceChildren(...shown.map((row) => {
        const look = spec.looks[row.look];
        row.node = shape("circle", {
          ...firm, cx: row.item[4], cy: row.item[5], fill: look.fill, stroke: look.edge,
          "stroke-width": look.weight, class: row.shown ? null : "mtm-off", tabindex: -1, role: "button", "data-place": row.id.slice(1),
        });
        byPath.set(row.node, row);
        return row.node;
      }));
    }
    all("[data-circles]").forEach((part) => { part.hidden = !shown.length; });
    resize();
  };
  let scale = 1;
  const radiusOf = (/** @type {{ radius: number }} */ row) => Math.max(1.5, row.radius * scale);
  const resize = () => {
    layers.symbols.childNodes.forEach((node) => {
      const row = byPath.get(node);
      if (row) /** @type {Element} */ (node).setAttribute("r", radiusOf(/** @type {PlaceRow} */ (row)) / k);
    });
    all(".mtm-key svg[data-size]").forEach((key) => {
      const size = Math.max(3, /** @type {any} */ (key.dataset.size) * scale);
      put(key, { width: size, height: size });
    });
  };
  const rescale = () => {
    put(layers.names, { "font-size": 11 / k, "stroke-width": 3 / k });
    all("pattern", svg).forEach((pattern) => pattern.setAttribute("patternTransform", `scale(${1 / k})`));
    resize();
    place();
    trace(chosen, 3, "mtm-chosen");
  };

  // What a row says: to the note beside the pointer, and to readers who hear the map.
  const figure = (/** @type {MapData | Spec} */ of, /** @type {string} */ title, /** @type {string} */ text) => text && [of.figure, title].filter(Boolean).join(", ") + ": " + text;
  const others = (/** @type {Row} */ row) => row.kind !== "unit" ? [] : data.themes.flatMap((theme, i) => {
    if (i === state.theme || theme.level !== data.themes[state.theme].level) return [];
    const same = data.views.filter((one) => one.theme === i && (one.group === null || one.group === view.group));
    const other = /** @type {View} */ (same.find((one) => one.year === view.year) || same.find((one) => one.year === null));
    const at = other && other.texts.length < data.many ? data.sets[other.set].indexOf(+row.id.slice(1)) : -1;
    const of = /** @type {MapData} */ (other && data.maps[other.map]);
    return at < 0 || of.looks[other.classes[at]].key === "ground" || of.looks[other.classes[at]].label === row.label ? [] : [figure(of, other.title, other.texts[at])];
  });
  /** @type {(row: Row) => any[]} */
  const describe = (row) => [
    [row.name], [row.parent], [row.pcode, "mtm-code"], [figure(spec, view.title, row.text), "mtm-figure"], [row.approximate && words.approximate],
  ].filter(([text]) => text);
  const tip = el("div", { class: "mtm-tip", hidden: true });
  box.append(tip);
  const trace = (/** @type {Row | null} */ row, /** @type {number} */ width, /** @type {string} */ name) => {
    all("." + name, layers.trace).forEach((part) => part.remove());
    if (!row) return;
    const [x, y] = middle(row), r = row.kind === "place" && radiusOf(row) / k;
    const d = r ? `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0` : /** @type {SVGElement} */ (row.node).getAttribute("d");
    [["#fff", 2 * width], ["#111", width]].forEach(([stroke, wide]) =>
      shape("path", { ...firm, class: name, d, fill: "none", stroke, "stroke-width": wide, "stroke-linejoin": "round" }, layers.trace));
  };
  let /** @type {Row | null} */ told = null;
  const write = (/** @type {Row} */ row) => {
    const more = map.getSize().y < 240 ? [] : others(row).map((text) => [text, "mtm-other"]);
    tip.replaceChildren(...[...row.lines, ...more].map(([text, name]) => el("div", { class: name || null }, text)));
    tip.hidden = false;
    trace(row, 2.5, "mtm-pointed");
    told = row;
  };
  const tell = (/** @type {Row} */ row, /** @type {L.Point} */ at) => {
    if (row !== told) write(row);
    const room = map.getSize(), gap = 14;
    const left = at.x + gap + tip.offsetWidth > room.x ? at.x - gap - tip.offsetWidth : at.x + gap;
    const top = at.y + gap + tip.offsetHeight > room.y ? at.y - gap - tip.offsetHeight : at.y + gap;
    tip.style.left = Math.max(2, Math.min(left, room.x - tip.offsetWidth - 2)) + "px";
    tip.style.top = Math.max(2, Math.min(top, room.y - tip.offsetHeight - 2)) + "px";
  };
  const hush = () => {
    told = null;
    tip.hidden = true;
    trace(null, 0, "mtm-pointed");
  };
  const screen = (/** @type {Row} */ row) => map.latLngToContainerPoint(latLng(...middle(row)));
  const point = (/** @type {Row | null} */ row) => (row ? tell(row, screen(row)) : hush());
  // A finger needs more room than a small circle has.
  const near = (/** @type {PointerEvent} */ event) => {
    const row = byPath.get(event.target);
    if (event.pointerType !== "touch" || (row && row.kind === "place")) return row;
    const at = map.mouseEventToContainerPoint(event);
    return rows.find((one) => one.kind === "place" && one.node?.isConnected && screen(one).distanceTo(at) < 14) || row;
  };
  svg.addEventListener("pointermove", (event) => {
    const row = byPath.get(event.target);
    if (row) tell(row, map.mouseEventToContainerPoint(event));
    else hush();
  });
  svg.addEventListener("pointerleave", hush);
  map.on("movestart", () => { if (!framing) hush(); });
  let /** @type {string | null} */ tapped = null;
  map.on("click", (/** @type {any} */ { originalEvent: event }) => {
    if (!event || asCanvas() && !byPath.get(event.target)) return;
    const row = near(event);
    if (!row) { hush(); choose(null); tapped = null; return; }
    // A finger cannot hover: its first tap reads, its second one goes there.
    if (event.pointerType === "touch" && tapped !== row.id) {
      tapped = row.id;
      tell(row, map.mouseEventToContainerPoint(event));
    } else enter(row);
  });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (tip.hidden && chosen) choose(null);
    hush();
  });

  // One tab stop for all units: arrow keys go to the nearest one on that side, reading each.
  const rove = () => {
    rows.forEach((row) => {
      if (row.node) put(row.node, { "aria-label": row.lines.map(([text]) => text).join(", "), tabindex: -1, "aria-pressed": row === chosen && "true", "aria-hidden": !row.shown && "true" });
    });
    stop(chosen?.node?.isConnected ? chosen : rows.find((row) => row.node?.isConnected && row.shown));
  };
  /** @type {(row?: Row | null, focus?: boolean) => void} */
  const stop = (row, focus) => {
    if (!row) return;
    svg.querySelector('[tabindex="0"]')?.setAttribute("tabindex", -1);
    /** @type {SVGElement} */ (row.node).setAttribute("tabindex", 0);
    if (focus) /** @type {SVGElement} */ (row.node).focus();
  };
  box.addEventListener("focusin", (event) => {
    const row = byPath.get(event.target);
    if (!row || !(/** @type {SVGElement} */ (row.node)).matches(":focus-visible")) return;
    const room = map.getSize(), at = screen(row);
    if (at.x < 0 || at.y < 0 || at.x > room.x || at.y > room.y) map.panTo(latLng(...middle(row)), { animate: false });
    tell(row, screen(row));
  });
  box.addEventListener("focusout", hush);
  box.addEventListener("keydown", (event) => {
    const row = byPath.get(event.target);
    const way = /** @type {Record<string, number[]>} */ ({ ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] })[event.key];
    if (!row || (!way && event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    event.stopPropagation();
    if (!way) return enter(row);
    const [x, y] = middle(row);
    const distance = (/** @type {Row} */ other) => {
      const [across, down] = middle(other), along = (across - x) * way[0] + (down - y) * way[1];
      const aside = Math.abs((across - x) * way[1]) + Math.abs((down - y) * way[0]);
      return along > 0 && aside <= 2 * along ? along + 2 * aside : Infinity;
    };
    const next = rows.filter((other) => other.node?.isConnected && other.shown && other !== row)
      .reduce((/** @type {any} */ best, other) => { const far = distance(other); return far < best[0] ? [far, other] : best; }, [Infinity, null])[1];
    if (!next) return;
    stop(next, true);
  });

  // Where the map is: the whole country at first, and again after a resize unless the reader has moved it.
  const bounds = L.latLngBounds(latLng(0, frame.height), latLng(frame.width, 0));
  let home = true, framing = false;
  const fit = () => {
    if (!box.clientWidth || !box.clientHeight) return;
    framing = true;
    map.setMinZoom(0).fitBounds(bounds, { padding: [6, 6], animate: false });
    map.setMinZoom(map.getZoom() - 1);
    framing = false;
    home = true;
    scale = Math.min(1, Math.max(0.5, Math.sqrt(frame.width * k / 950)));
    if (dots.getLayers().length) circle();
    resize();
    place();
  };
  map.on("movestart", () => { if (!framing) home = false; });
  const choose = (/** @type {Row | null} */ row, stay = false) => {
    chosen = row;
    tapped = null;
    if (row && !stay) {
      const [west, north, east, south] = edges(row);
      const room = L.latLngBounds(latLng(west, south), latLng(east, north));
      if (row.kind === "place") map.setView(room.getCenter(), Math.max(map.getZoom(), map.getMinZoom() + 3), { animate: !still });
      else map.fitBounds(room, { padding: [24, 24], maxZoom: 12, animate: !still });
    }
    if (spec.within) {
      circle(false);
      label();
    }
    const count = row && spec.within ? rows.filter((one) => one.unit === row.id).length : 0;
    trace(row, 3, "mtm-chosen");
    rove();
    if (row) say([...row.lines.map(([text]) => text), count && fill(words.inside, { count })].filter(Boolean).join(", "));
    changed();
  };
  // A click goes deeper: to the map of the units inside, if there is one, or to the locations inside.
  const enter = (/** @type {Row} */ row) => {
    const here = data.themes[state.theme], focused = svg.contains(document.activeElement);
    const deeper = row.kind === "unit" ? data.themes.findIndex((theme) => theme.kind === here.kind && theme.indicator === here.indicator && theme.level === row.level + 1) : -1;
    choose(row);
    if (deeper < 0 || row.level !== here.level || !data.views.some((one) => one.theme === deeper && one.group === view.group)) return;
    const steps = [...trail, { theme: state.theme, row }];
    set({ theme: deeper });
    trail = steps;
    offer();
    trace(row, 3, "mtm-chosen");
    if (focused) stop(inside(row), true);
    say(fill(words.shown, { title: title() }));
  };
  // The unit of the view that lies in the middle of another one, or nearest to it.
  const inside = (/** @type {Row} */ row) => {
    const [x, y] = middle(row);
    const far = (/** @type {Row} */ one) => Math.hypot(middle(one)[0] - x, middle(one)[1] - y);
    return rows.filter((one) => one.node?.isConnected && one.shown).reduce((/** @type {Row | null} */ best, one) => (!best || far(one) < far(best) ? one : best), null);
  };
  const offer = () => {
    back.hidden = !trail.length;
    if (!trail.length) return;
    back.title = fill(words.back, { name: data.themes[/** @type {Step} */ (trail.at(-1)).theme].name });
    back.setAttribute("aria-label", back.title);
  };
  const goBack = () => {
    const steps = trail.slice(0, -1), { theme, row } = /** @type {Step} */ (trail.at(-1));
    set({ theme });
    trail = steps;
    offer();
    goHome();
    stop(byId.get(row.id), /** @type {boolean} */ (back.hidden));
    say(fill(words.shown, { title: title() }));
  };
  const goHome = () => {
    choose(null);
    fit();
  };
  const live = find("#mtm-live");
  const say = (/** @type {string} */ text) => { live.textContent = text; };

  // Views: the nearest one there is to what is asked for.
  // What was asked for last is kept for maps that have it, through maps that have not.
  const /** @type {Record<string, Period>} */ wanted = { group: null, year: null };
  const set = (/** @type {Partial<State>} */ change) => {
    for (const key of ["group", "year"]) if (key in change) wanted[key] = /** @type {any} */ (change)[key];
    const theme = /** @type {number} */ (data.themes[/** @type {number} */ (change.theme)] ? change.theme : state.theme);
    /** @type {(one: View) => number} */
    const near = (one) => 4 * /** @type {any} */ (one.group === wanted.group) + 2 * /** @type {any} */ (one.year === wanted.year) + /** @type {any} */ (one.year === null);
    const found = data.views.filter((one) => one.theme === theme).reduce((best, one) => (near(one) > near(best) ? one : best));
    const kept = (/** @type {Look} */ { key, label }) => state.off.has(key) && spec.looks.some((one) => one.key === key && one.label === label);
    // A class stays hidden on another map if it is the same there.
    if (change.off) state.off = new Set(change.off);
    else if (found.map !== view.map) state.off = new Set(data.maps[found.map].looks.filter(kept).map(({ key }) => key));
    if (found === view && rows.length) return change.off ? refilter() : view;
    if (theme !== state.theme) {
      trail = [];
      offer();
    }
    view = found;
    spec = specOf(view);
    Object.assign(state, { theme, group: view.group, year: view.year });
    hush();
    draw();
    base(spec.base);
    trace(chosen, 3, "mtm-chosen");
    head();
    changed();
    return view;
  };
  const refilter = () => {
    rows.forEach((row) => {
      row.shown = !state.off.has(row.key);
      if (row.node) put(row.node, { class: row.shown ? null : "mtm-off" });
    });
    if (asCanvas()) circle();
    hush();
    rove();
    changed();
    return view;
  };
  const changed = () => listeners.forEach((listener) => listener(page));
  const title = () => [spec.title, view.title].filter(Boolean).join(" – ");
  const head = () => {
    find("#mtm-title").textContent = title();
    find("#mtm-subtitle").textContent = spec.subtitle;
    find(".mtm-badge").hidden = !spec.synthetic;
    all("[data-map]").forEach((part) => { part.hidden = +/** @type {string} */ (part.dataset.map) !== view.map; });
    const now = String(data.views.indexOf(view));
    all("[data-views]").forEach((part) => { part.hidden = !(/** @type {string} */ (part.dataset.views)).split(" ").includes(now); });
    put(box, { role: "region", "aria-label": fill(words.region, { title: title() }) });
  };

  // What lies around and over the units; the same for all views of one country.
  let /** @type {number | null} */ under = null;
  const base = (/** @type {number} */ number) => {
    if (under === number) return;
    under = number;
    const parts = data.bases[number], theme = data.theme;
    const group = layers.lines;
    group.replaceChildren();
    const add = (/** @type {string} */ d, /** @type {Attributes} */ look) => shape("path", { ...firm, d, fill: "none", "stroke-linejoin": "round", ...look }, group);
    parts.water.forEach((one) => add(outline(one), { fill: theme.lake, stroke: theme.shore, "stroke-width": 0.7 }));
    parts.lines.forEach(([level, stroke, width, numbers]) => {
      const d = line(numbers.map((number) => [number]));
      // On dark units a dark line would be lost without a light one under it.
      if (level) add(d, { stroke: "#fff", "stroke-width": 2.2 * width, "stroke-opacity": 0.6 });
      add(d, { stroke, "stroke-width": width });
    });
    parts.enclaves.forEach((one) => add(outline(one), { fill: theme.abroad, stroke: theme.border, "stroke-width": 0.7 }));
    parts.open.forEach(([stroke, width, dash, tracks]) => {
      add(line(tracks), { stroke: "#fff", "stroke-width": width + theme.casing, "stroke-linejoin": null });
      add(line(tracks), { stroke, "stroke-width": width, "stroke-dasharray": dash, "stroke-linejoin": null });
    });
  };
  // A surface lies beneath the units: it is seen through those that are clear, and what lies outside the country covers it.
  const spread = () => {
    const picture = spec.surface;
    layers.surface.replaceChildren();
    if (!picture) return;
    const [x, y, width, height] = picture.box, side = Math.max(frame.width, frame.height);
    shape("rect", { x, y, width, height, fill: spec.looks[picture.look].fill }, layers.surface);
    shape("image", { x, y, width, height, href: picture.url, preserveAspectRatio: "none", "image-rendering": "pixelated", role: "img", "aria-label": picture.alt }, layers.surface);
    const country = picture.country.map(outline).join("");
    shape("path", { d: `M${-side} ${-side}h${3 * side}v${3 * side}h${-3 * side}z` + country, fill: data.theme.abroad, "fill-rule": "evenodd" }, layers.surface);
  };

  // A name is shown at the first of its places where it meets no more important name, hides the middle of no circle and,
  // over the whole country, is not cut by the frame. The name of a lake stays on its water.
  const pen = /** @type {CanvasRenderingContext2D} */ (el("canvas").getContext("2d"));
  const /** @type {Record<string, number>} */ widths = {};
  let /** @type {Name[]} */ names = [];
  const label = () => {
    const family = getComputedStyle(box).fontFamily;
    layers.names.setAttribute("font-family", family);
    // The locations inside a unit come first: somebody asked for them.
    const places = spec.within ? [...layers.symbols.children].map((node) => /** @type {Row} */ (byPath.get(node))).map((row) => [row.name, "place", ...middle(row), 0]) : [];
    names = [...places, ...data.labels[spec.labels]].map((/** @type {any[]} */ [text, kind, x, y, side]) => {
      const node = shape("text", { x, y, class: "mtm-name-" + kind, "font-weight": kind === 1 && 700, "font-style": kind === "lake" && "italic", fill: kind === "lake" && data.theme.lake_name });
      node.textContent = text;
      pen.font = (kind === "lake" ? "italic " : kind === 1 ? "700 " : "") + "11px " + family;
      return { node, kind, x, y, side, width: widths[pen.font + text] ??= pen.measureText(text).width, height: 13 };
    });
    layers.names.replaceChildren(...names.map(({ node }) => node));
    place();
  };
  const place = () => {
    /** @type {(x: number, y: number, across: number, up: number) => number[]} */
    const about = (x, y, across, up) => [x - across, y - up, x + across, y + up];
    const meet = (/** @type {number[]} */ one, /** @type {number[]} */ other) => one[0] < other[2] && one[2] > other[0] && one[1] < other[3] && one[3] > other[1];
    const taken = [...layers.symbols.children].map((node) => /** @type {PlaceRow} */ (byPath.get(node))).filter(Boolean).map((row) => {
      const middle_ = radiusOf(row) / 2;
      return about(row.item[4] * k, row.item[5] * k, middle_ - 4, middle_ - 3);
    });
    const [left, top, across_, down_] = page.window().map((part) => part * k);
    // Where names are very many, those that would hide their unit give way.
    const crowd = names.length > 150;
    names.forEach(({ node, kind, x, y, side, width, height }) => {
      const near = !(crowd && side && 1.5 * side * k < width) && x * k > left - width && x * k < left + across_ + width && y * k > top - 20 && y * k < top + down_ + 20;
      const found = near && data.nudges.slice(0, kind === "lake" ? 1 : undefined).some(([across, up]) => {
        const at = [x * k + across * width, y * k - up * height], here = about(.../** @type {[number, number]} */ (at), width / 2 + 4, height / 2 + 3);
        const cut = home && (here[0] < left - 4 || here[1] < top - 3 || here[2] > left + across_ + 4 || here[3] > top + down_ + 3);
        if (cut || taken.some((other) => meet(here, other))) return false;
        put(node, { x: at[0] / k, y: at[1] / k });
        return taken.push(here);
      });
      node.style.display = found ? "" : "none";
    });
  };
  /** @type {(name: string, text: string, onclick: () => void) => HTMLElement} */
  const button = (name, text, onclick) => el("button", { type: "button", title: text, "aria-label": text, onclick }, icon(name));
  const back = button("back", "", goBack);
  back.hidden = true;
  const Bar = L.Control.extend({
    options: { position: "topleft" },
    onAdd() {
      const bar = el("div", { class: "leaflet-bar mtm-home" }, button("home", words.home, goHome), back);
      L.DomEvent.disableClickPropagation(bar);
      return bar;
    },
  });
  new Bar().addTo(map);
  const North = L.Control.extend({
    options: { position: "topright" },
    onAdd() {
      const sign = el("div", { class: "mtm-north", role: "img", "aria-label": words.north, title: words.north });
      const arrow = shape("svg", { width: 18, height: 22, viewBox: "0 0 18 22", "aria-hidden": "true" });
      shape("path", { d: "M9 1l7 20-7-5-7 5z", fill: "#1d2530" }, arrow);
      sign.append(arrow);
      return sign;
    },
  });
  new North().addTo(map);

  const /** @type {Page} */ page = {
    data, words, fill, map, box, svg, foot, framed, state, set, point, choose, home: goHome, say, el, icon,
    on: (listener) => { listeners.push(listener); listener(page); },
    get view() { return view; },
    get spec() { return spec; },
    get row() { return chosen; },
    rows: () => (data.themes[state.theme].kind === "symbols" ? rows.filter((row) => row.kind === "place") : spec.within ? rows.filter((row) => row.kind === "unit") : rows),
    every: () => rows,
    window: () => {
      const corner = drawn(/** @type {L.Point} */ (map.getPixelBounds().min)), size = map.getSize();
      return [corner.x, corner.y, size.x / k, size.y / k];
    },
    title, radiusOf,
    period: (year) => (year === null ? words.all_years : data.periods?.find(([one]) => one === year)?.[1] ?? String(year)),
  };

  // Tiles, where somebody has added some, show through once one has come.
  map.on("layeradd", ({ layer }) => { if (layer instanceof L.GridLayer) layer.once("tileload", () => box.classList.add("mtm-tiled")); });

  // Where there is little room, the panel opens when asked for.
  const panel = find(".mtm-panel"), small = matchMedia("(max-width: 599px)");
  const fold = () => { panel.open = !small.matches; };
  small.addEventListener("change", fold);
  fold();
  // The panel does not hide what has the focus.
  box.addEventListener("focusin", () => { if (small.matches) panel.open = false; });

  map.createPane("drawing").style.zIndex = /** @type {any} */ (350);
  map.createPane("dots").style.zIndex = /** @type {any} */ (380);
  find(".mtm-main").classList.add("mtm-run");
  put(svg, { role: "group", "aria-label": words.units_list, "aria-labelledby": null, tabindex: null });
  framing = true;
  map.fitBounds(bounds, { padding: [6, 6], animate: false });
  framing = false;
  map.addLayer(new /** @type {any} */ (Drawing)({ pane: "drawing", padding: 0.5 }));
  view = data.views[0];
  set({ theme: view.theme, group: view.group, year: view.year });
  fit();
  [startControls, startSearch, startTable, startSave, startHost].forEach((start) => start(page));

  const refit = () => {
    framing = true;
    map.invalidateSize({ animate: false });
    framing = false;
    if (home) fit();
  };
  new ResizeObserver(() => { if (!map.getSize().equals([box.clientWidth, box.clientHeight])) refit(); }).observe(box);
  let opened = false;
  const paper = (/** @type {boolean} */ printing) => () => {
    document.documentElement.classList.toggle("mtm-paper", printing);
    // On paper the notes have the width of the page.
    const notes = find(".mtm-notes");
    if (printing) opened = notes.open;
    notes.open = printing || opened;
    if (printing) find(".mtm-main").after(notes);
    else find(".mtm-inside").append(notes);
    refit();
  };
  addEventListener("beforeprint", paper(true));
  addEventListener("afterprint", paper(false));
  return map;
}
