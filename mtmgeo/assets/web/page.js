/* Draws the layers of the page's data block with Leaflet and returns the map.
   Text from the data enters the page through textContent and setAttribute only. */
function mtmgeoStart(id, dataId) {
  "use strict";
  const data = JSON.parse(document.getElementById(dataId).textContent);
  const box = document.getElementById(id);
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const framed = window.self !== window.top;
  const map = L.map(box, {
    zoomSnap: 0, maxZoom: 14, attributionControl: false, zoomAnimation: !still, fadeAnimation: !still,
    inertia: !still, scrollWheelZoom: !framed, trackResize: false,
  });
  L.control.attribution({ prefix: false }).addTo(map);
  L.control.scale({ position: "bottomright", imperial: false, maxWidth: 90 }).addTo(map);
  if (framed) {
    // A map inside another page takes the wheel only while it has the focus, or readers could not scroll past it.
    map.on("focus", () => map.scrollWheelZoom.enable());
    map.on("blur", () => map.scrollWheelZoom.disable());
  }

  const renderers = {};
  ["surface", "cover", "areas", "lines", "trace", "symbols", "labels"].forEach((name, i) => {
    // Below Leaflet's overlay pane (400), so that layers added by the user lie on top.
    map.createPane(name).style.zIndex = 330 + 10 * i;
    renderers[name] = L.svg({ pane: name, padding: 1 });
  });
  const on = (pane, style) => ({ pane, renderer: renderers[pane], smoothFactor: 0, noClip: true, ...style });

  const unpack = (flat) => {
    const points = [];
    for (let i = 0, x = 0, y = 0; i < flat.length; i += 2) {
      x += flat[i];
      y += flat[i + 1];
      points.push([y / data.scale, x / data.scale]);
    }
    return points;
  };
  const arcs = data.arcs.map(unpack);
  const chain = (numbers) => numbers.flatMap((number, i) => {
    const arc = number < 0 ? [...arcs[~number]].reverse() : arcs[number];
    return i ? arc.slice(1) : arc;
  });
  const polygons = (parts) => parts.map((rings) => rings.map(chain));
  const bounds = L.latLngBounds(data.bounds);

  // Frame: the whole country at first, and again after a resize unless the reader has moved the map.
  let home = true, framing = false, scale = 1;
  const frame = () => {
    framing = true;
    map.setMinZoom(0).fitBounds(bounds, { padding: [6, 6], animate: false });
    map.setMinZoom(map.getZoom() - 1);
    framing = false;
    home = true;
    const width = Math.abs(map.latLngToContainerPoint(bounds.getNorthEast()).x - map.latLngToContainerPoint(bounds.getSouthWest()).x);
    scale = Math.min(1, Math.max(0.5, Math.sqrt(width / 950)));
    resizeCircles();
    place();
  };
  map.on("movestart", () => { if (!framing) home = false; });
  const Home = L.Control.extend({
    options: { position: "topleft" },
    onAdd() {
      const bar = L.DomUtil.create("div", "leaflet-bar mtm-home");
      const button = L.DomUtil.create("button", "", bar);
      button.type = "button";
      button.title = data.words.home;
      button.setAttribute("aria-label", button.title);
      button.append(document.getElementById("mtm-home-icon").content.cloneNode(true));
      L.DomEvent.disableClickPropagation(bar);
      L.DomEvent.on(button, "click", frame);
      return bar;
    },
  });
  new Home().addTo(map);

  // Reading a unit: one note beside the pointer, the finger or the focus, kept inside the map.
  const tip = L.DomUtil.create("div", "mtm-tip", box);
  tip.setAttribute("role", "status");
  tip.hidden = true;
  const outlines = [["#fff", 5], ["#111", 2.5]].map(([color, weight]) =>
    L.polygon([], on("trace", { fill: false, color, weight, interactive: false })).addTo(map));
  const trace = (parts) => outlines.forEach((line) => line.setLatLngs(parts));
  const tell = (shape, at) => {
    tip.replaceChildren(...shape.lines.map(([text, name]) => {
      const line = document.createElement("div");
      line.textContent = text;
      if (name) line.className = name;
      return line;
    }));
    tip.hidden = false;
    const room = map.getSize(), gap = 14;
    const left = at.x + gap + tip.offsetWidth > room.x ? at.x - gap - tip.offsetWidth : at.x + gap;
    const top = at.y + gap + tip.offsetHeight > room.y ? at.y - gap - tip.offsetHeight : at.y + gap;
    tip.style.left = Math.max(2, Math.min(left, room.x - tip.offsetWidth - 2)) + "px";
    tip.style.top = Math.max(2, Math.min(top, room.y - tip.offsetHeight - 2)) + "px";
    trace(shape.parts || []);
  };
  const hush = () => {
    tip.hidden = true;
    trace([]);
  };
  map.on("movestart", hush);
  map.on("click", (event) => { if (!event.originalEvent?.target.matches("path.leaflet-interactive")) hush(); });
  box.addEventListener("keydown", (event) => { if (event.key === "Escape") hush(); });
  const listen = (shape) => shape.on("mouseout", hush)
    .on("mouseover mousemove click", (event) => tell(shape, event.containerPoint));

  // Units and places are made once and restyled by each layer.
  const units = data.units.map(([pcode, name, approximate, parts]) => {
    const shape = L.polygon(polygons(parts), on("areas"));
    return listen(Object.assign(shape, { pcode, name, approximate, parts: shape.getLatLngs() }));
  });
  const places = data.places.map(([pcode, name, parent, x, y]) =>
    listen(Object.assign(L.circleMarker([y / data.scale, x / data.scale], on("symbols", { className: "mtm-place" })), { pcode, name, parent })));
  const areaStyle = (look, shape, dashed, clear) => ({
    color: shape.approximate ? dashed.edge : look.edge, weight: shape.approximate ? dashed.weight : look.weight,
    dashArray: shape.approximate ? dashed.dash : look.dash, fillColor: look.fill, fillOpacity: clear ? 0 : 1, lineJoin: "round",
  });

  const themed = L.layerGroup().addTo(map);
  let shown = [], circles = [];
  function resizeCircles() {
    circles.forEach(([shape, radius]) => shape.setRadius(Math.max(1.5, radius * scale)));
    document.querySelectorAll(".mtm-key svg[data-size]").forEach((key) => {
      const size = Math.max(3, key.dataset.size * scale);
      key.setAttribute("width", size);
      key.setAttribute("height", size);
    });
  }
  const describe = (shape, layer, map_, text) => {
    const words = [[shape.name]];
    if (shape.parent) words.push([shape.parent]);
    words.push([shape.pcode, "mtm-code"], [text && [map_.legend, layer.title].filter(Boolean).join(", ") + ": " + text]);
    if (shape.approximate) words.push([data.words.approximate]);
    shape.lines = words.filter(([word]) => word);
  };
  const show = (index) => {
    const layer = data.layers[index], map_ = data.maps[layer.map];
    hush();
    themed.clearLayers();
    const areas = layer.units.map((unit, i) => {
      const shape = units[unit];
      const look = layer.classes[i];
      shape.setStyle(areaStyle(map_.looks[look], shape, map_.approximate, look === map_.surface?.look));
      describe(shape, layer, map_, layer.texts[i]);
      return shape;
    });
    // Edges shared by neighbours: a dark one covers a white one, and a dashed one both.
    const rank = (shape) => shape.approximate * 2 + (shape.options.color !== "#ffffff");
    areas.sort((a, b) => rank(a) - rank(b));
    circles = layer.symbols.map(([place, kind, radius, text]) => {
      const shape = places[place], look = map_.looks[kind];
      shape.setStyle({ color: look.edge, weight: look.weight, fillColor: look.fill, fillOpacity: data.symbolOpacity });
      describe(shape, layer, map_, text);
      return [shape, radius];
    });
    resizeCircles();
    shown = [...areas, ...circles.map(([shape]) => shape)];
    shown.forEach((shape) => themed.addLayer(shape));
    base(map_.base);
    spread(map_);
    write(map_.labels);
    rove();
    document.querySelectorAll("[data-map]").forEach((part) => { part.hidden = Number(part.dataset.map) !== layer.map; });
    document.querySelectorAll(".mtm-panel-title").forEach((part) => { part.textContent = layer.title && " – " + layer.title; });
    box.setAttribute("aria-label", [map_.title, layer.title].filter(Boolean).join(" – "));
  };

  // One tab stop for all units: arrow keys go from one to the next, reading each.
  function rove() {
    shown.forEach((shape, i) => {
      const path = shape.getElement();
      path.setAttribute("tabindex", i ? -1 : 0);
      path.setAttribute("role", "img");
      path.setAttribute("aria-label", shape.lines.map(([text]) => text).join(", "));
      path.onfocus = () => {
        if (path.matches(":focus-visible")) tell(shape, map.latLngToContainerPoint(shape.getBounds ? shape.getBounds().getCenter() : shape.getLatLng()));
      };
      path.onblur = hush;
      path.onkeydown = (event) => {
        const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
        if (!step) return;
        event.preventDefault();
        event.stopPropagation();
        path.setAttribute("tabindex", -1);
        const next = shown[(i + step + shown.length) % shown.length].getElement();
        next.setAttribute("tabindex", 0);
        next.focus();
      };
    });
  }

  // Water, borders and foreign ground are the same over all layers of one country.
  const grounds = [];
  let ground = null;
  function base(index) {
    grounds[index] ??= draw(data.bases[index]);
    if (ground === grounds[index]) return;
    if (ground) ground.remove();
    ground = grounds[index].addTo(map);
  }
  function draw(parts) {
    const quiet = { interactive: false };
    const group = L.layerGroup();
    const add = (shape) => group.addLayer(shape);
    const theme = data.theme;
    const fill = (parts_, fillColor, color) => parts_.forEach((part) =>
      add(L.polygon(polygons(part), on("lines", { ...quiet, color, weight: 0.7, fillColor, fillOpacity: 1 }))));
    const border = (numbers, color, weight, opacity) =>
      add(L.polyline(numbers.map((number) => arcs[number]), on("lines", { ...quiet, color, weight, opacity, lineJoin: "round" })));
    fill(parts.water, theme.lake, theme.shore);
    parts.lines.forEach(([level, color, weight, numbers]) => {
      // On dark units a dark line would be lost without a light one under it.
      if (level) border(numbers, "#fff", 2.2 * weight, 0.6);
      border(numbers, color, weight, 1);
    });
    fill(parts.enclaves, theme.abroad, theme.border);
    parts.open.forEach(([color, weight, dashArray, tracks]) => {
      const line = (style) => add(L.polyline(tracks.map(chain), on("lines", { ...quiet, lineCap: "butt", ...style })));
      line({ color: "#fff", weight: weight + theme.casing });
      line({ color, weight, dashArray });
    });
    return group;
  }
  // A surface lies beneath the units: it is seen through those that are clear, and what lies
  // outside the country covers it.
  const surface = L.layerGroup().addTo(map);
  function spread({ surface: picture, looks }) {
    surface.clearLayers();
    if (!picture) return;
    const reach = L.latLngBounds(picture.bounds).extend(bounds), around = reach.pad(0.1);
    const fill = (pane, shape, fillColor) =>
      surface.addLayer(L.polygon(shape, on(pane, { stroke: false, fillColor, fillOpacity: 1, interactive: false })));
    const corners = (box_) => [box_.getSouthWest(), box_.getNorthWest(), box_.getNorthEast(), box_.getSouthEast()];
    fill("surface", corners(reach), looks[picture.look].fill);
    // Leaflet's style sheet puts drawings at 200.
    const look = { alt: picture.alt, pane: "surface", className: "mtm-surface", zIndex: 201 };
    surface.addLayer(L.imageOverlay(picture.url, picture.bounds, look));
    fill("cover", [corners(around), ...picture.country.flatMap(polygons).flat()], data.theme.abroad);
  }
  let names = [];
  function write(labels) {
    names.forEach(([, marker]) => marker.remove());
    names = labels.map(([text, kind, x, y]) => {
      const label = document.createElement("div");
      label.className = "mtm-label mtm-label-" + kind;
      label.setAttribute("aria-hidden", "true");
      label.textContent = text;
      const icon = L.divIcon({ html: label, className: "", iconSize: [0, 0] });
      return [label, L.marker([y / data.scale, x / data.scale], { icon, pane: "labels", interactive: false, keyboard: false }).addTo(map), kind];
    });
    place();
  }
  // A name is shown at the first of its places where it meets no more important name, hides the
  // middle of no circle and, over the whole country, is not cut by the frame. The name of a lake
  // stays on its water.
  function place() {
    const about = ({ x, y }, across, up) => [x - across, y - up, x + across, y + up];
    const meet = (one, other) => one[0] < other[2] && one[2] > other[0] && one[1] < other[3] && one[3] > other[1];
    const taken = circles.map(([shape]) => {
      const middle = shape.getRadius() / 2; // less the room about each name, which a circle may enter
      return about(map.latLngToLayerPoint(shape.getLatLng()), middle - 4, middle - 3);
    });
    const corner = map.containerPointToLayerPoint([0, 0]), far = corner.add(map.getSize());
    const cut = (box_) => home && (box_[0] < corner.x - 4 || box_[1] < corner.y - 3 || box_[2] > far.x + 4 || box_[3] > far.y + 3);
    names.forEach(([label]) => { label.hidden = false; });
    const sizes = names.map(([label]) => [label.offsetWidth, label.offsetHeight]);
    names.forEach(([label, marker, kind], i) => {
      const [width, height] = sizes[i], point = map.latLngToLayerPoint(marker.getLatLng());
      label.hidden = !data.nudges.slice(0, kind === "lake" ? 1 : undefined).some(([across, up]) => {
        const move = L.point(across * width, -up * height);
        const here = about(point.add(move), width / 2 + 4, height / 2 + 3);
        if (cut(here) || taken.some((other) => meet(here, other))) return false;
        label.style.transform = `translate(${move.x - width / 2}px, ${move.y - height / 2}px)`;
        return taken.push(here);
      });
    });
  }
  map.on("zoomend", place);

  const radios = document.querySelectorAll(".mtm-layers input");
  radios.forEach((radio, i) => radio.addEventListener("change", () => show(i)));
  // Where there is little room, the panel and the layers in it open when asked for.
  [[".mtm-panel", "(max-width: 599px)"], [".mtm-layers", "(max-width: 599px), (max-height: 680px)"]].forEach(([name, query]) => {
    const part = document.querySelector(name), small = matchMedia(query);
    const fold = () => { if (part) part.open = !small.matches; };
    small.addEventListener("change", fold);
    fold();
  });
  frame();
  show(Math.max(0, [...radios].findIndex((radio) => radio.checked)));
  const fit = () => {
    framing = true;
    map.invalidateSize({ animate: false });
    framing = false;
    if (home) frame();
  };
  new ResizeObserver(() => {
    if (!map.getSize().equals([box.clientWidth, box.clientHeight])) fit();
  }).observe(box);
  const paper = (printing) => () => {
    document.documentElement.classList.toggle("mtm-paper", printing);
    document.querySelectorAll(".mtm-notes").forEach((notes) => { notes.open = printing; });
    fit();
  };
  addEventListener("beforeprint", paper(true));
  addEventListener("afterprint", paper(false));
  return map;
}
