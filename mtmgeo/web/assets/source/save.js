/** @typedef {{ path: Path2D, wide: number, xs: number[], ys: number[] }} Letter */

/**
 * What is shown, saved as a table, a picture or a drawing; each of them holds the disclaimer.
 * @param {Page} page
 */
function startSave(page) {
  const { data, words } = page, INK = "#1d2530", MUTE = "#5a6472", WHITE = "#ffffff";
  const WIDTH = 1200, EDGE = 30, GAP = 24, INNER = WIDTH - 2 * EDGE, EM = 12, FONT = 'Arial, Helvetica, "Liberation Sans", sans-serif';
  const canvas = () => document.createElement("canvas"), pen = /** @type {CanvasRenderingContext2D} */ (canvas().getContext("2d"));
  const known = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
  const xml = (/** @type {Node} */ node) => new XMLSerializer().serializeToString(node);
  /** @type {<T extends Element>(node: T, attributes: Record<string, any>) => T} */
  const set = (node, attributes) => {
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value.toFixed ? +value.toFixed(3) : value);
    return node;
  };
  /** @type {(name: string, attributes: Record<string, any>, ...children: Child[]) => Element} */
  const svg = (name, attributes, ...children) => {
    const made = set(document.createElementNS("http://www.w3.org/2000/svg", name), attributes);
    made.append(...children);
    return made;
  };

  // The letters of the disclaimer in DejaVu Sans, so that every browser draws them alike: of each
  // sign its width in 1/1024 em, and its contours as TrueType points in 1/128 em.
  const SIGNS = " .0123456789IMOTabcdefghilmnoprstuwyz©";
  const OUTLINES = "ue#ue$'[CW##BU#y>%/syt#J#JH#H$JLHK#H#LI#K$IJI/E7a#iT#P$RgT^#c#gU#S$QiUy>$.d9s$##scs*,#;s,+W##sxs(##8tO#y>$@s89t)##8th##9D1s5U3+<145#-$1J5A#:#V*A*#=D)X)7#a#i@#:$,2890&$gFy>$LtIs8H&L:#4$>o@f#:#V'9)#;8(X(;#T#X5#5$3R7I#M##7O#L#H1#3$1J1E#6#R&=&#9@'T';#]#i<#8$2F8y>%&t9sysRs7sT#.-sNd##sMW##6U##NU##Os{##;y>$A[t3t=##6sk##P0%<%+#e#mD#@$@kDj#6#V'9'#=<(T(;#P#X9#7$7V9M#6#J&5(y>%/s}s<B#J:#6$6L:C#H#L;#7$7J;<dr#82'J'5#R#ZB#F0/P/?#]#eD#@$>gFY#c#gU#S$Os)Wl#4#L&y>$*Kt3tj##,sVt(Y#sTs{t+#y>&/sys,F#N4#4$2P6G#H#L7#3$5J5;s*/B'F9#3$9e=[#]#a<#8$2F8A&H&P<#4$<g@^#c#cA#=$5L=/3O$2H2G#D#H3#3$1F3A#F#F2y>%<['#98&L&3#X#XE'E2.N,=#Z#cE#?$AiE[#e#iT#P$Ps#Vj#6#J'/s$s(H#L9#7$7J;E#B#J:#6$6L8uL$'Wt3S##t2Q#{q$0Wt3l#s4sQs4sRp##t2Q##sys2sSU#s2sT#sxQ#z~%/tAt#V#gL#D$FiLW#]#eM#G$EcM/Y7s%#s5V#N$Ps3Vr#o#s3W#Q$Os5Wy$$+#t3uZ##6sZ##szQ##s{sV#y&%.t)jZ#N.#2$.D0?#L#P=#;#'>S-#s#Q##920N.E#N#R;#7$;e;`#d##%$3J5I#:#N(5(#9<'T);#a#aBy<%/trj$=J?E#F#N>#<$<P>G#H#L?4son41P/C#T#eL#B$DcJQ#B#N/1/#6M##t;O#x@$=trsZ#62'J)5#N#V>#<$<X>O#8#L)3'#62(N&5#c#oK#E$EqKd#<#L&y<%4tbsJ#pS##t:Q##72.N.=#V#cK#E$CeMW#@#P./s_a$<L>G#L#L?#=$=J?I#F#J>y(%8u>p#.tK#(:X:O#@#T);)#6:(V(=#c#s#K#C$GqK`#a#eF*Q<$7J9A#J#R8%6v+$7t9t;#4Q#:#2,#0#.l##4j##sMQ##sNM##5O##-$;P7S#y<%/tbl$;J?I#F#J>#:$<L<G#L#L=@S>$FcFf#:#J'5'#98&H(;#P#P;#;#-..R.=#V#cK#C$CeKW#@#T./0#9S#y;$7u6s(#s'M##s($7B7A#F#N:#6#s#M##t;O##o4/P1C#T#T@u:%'SsaS##s`Q#'#t;S##>Q#u:$'St;S##t:Q#},$Fu*sF41T3C#P#TB#>#s'Q##s($7>7=#F#N:#6#s#M##s($7>7A#B#N:#6#s#M##saO##841P/C#@#P2y;$7u6s(#s'M##s($7B7A#F#N:#6#s#M##saO##84/P1C#T#T@y$%/sqsPF#N>#<$<P>G#H#P?#=$;NA/E7a#iJ#D$DgJ^#_#gK#E$EiKy<%4s07#mM##t;O##841P/C#T#eL#B$DcJQ#B#N//sab$=J?E#F#N>#<$<P>G#H#L?vi$5tMsJ*%6%-#F#N:#:#mM##saO##841P/G#(#0$+#x#$Kt^s]#86)N'5#F#B,#,$*<,G&3$T(L4#4$4_:U#:#R'=)#9<(X(;#D#H-#-$->-I'1%N)J5#3$7]9W#@#P&vU$7s0t-#Js4##4s2##o$48*?#S##6Q#V#J7#=#pE##5G##Ky;%7O[#s(O##s'$6D6C#H#P;#7#s$S##s`Q##920N.A#R#RA$sHsJ{B$07saS#[sA`sBW#`sA[sBO#js`Y#^sF^sEU#xl$3sy.6<F2A#E##7?#8#8-/3+-sBs_S#s,sAs,sBS#x'$-?satU##6t's9t)##4tW##7t%s:s{#}F&;tzt3L#e0?0@0<B#6$4:D=.>0c0I#J#c1=1>/:E#5$7<C?1@1e1;K0B#Z.9,:.:@#2$2<>;.<.].C#D#]/;/</<?#3$5:?9/:-Z/=O@#22'F'1#F#J8#6$6L6K#4#D%3)#26&B&1#Z#cA#=$=eA[#4#H$";
  const /** @type {Record<string, Letter>} */ letters = {};
  const decode = () => {
    let at = 0;
    const digit = () => {
      const code = OUTLINES.charCodeAt(at++);
      return code - (code > 92 ? 36 : 35);
    };
    const next = () => {
      const first = digit();
      return first < 79 ? first : (first - 79) * 91 + 79 + digit();
    };
    const signed = (/** @type {number} */ number) => (number >> 1) ^ -(number & 1);
    for (const sign of SIGNS) {
      const path = new Path2D(), wide = next() / 1024, /** @type {[x: number, y: number, off: number][]} */ all = [];
      let x = 0, y = 0;
      for (let contours = next(); contours--;) {
        const /** @type {[x: number, y: number, off: number][]} */ points = [];
        for (let count = next(); count--;) {
          const first = next();
          points.push([x += signed(first >> 1), y += signed(next()), first & 1]);
        }
        let /** @type {[number, number] | 0 | undefined} */ bend;
        path.moveTo(.../** @type {[any, any]} */ (/** @type {unknown} */ (points[0])));
        for (const [a, b, off] of [...points, points[0]]) {
          if (bend) path.quadraticCurveTo(...bend, off ? (bend[0] + a) / 2 : a, off ? (bend[1] + b) / 2 : b);
          else if (!off) path.lineTo(a, b);
          bend = /** @type {[number, number] | 0} */ (off && [a, b]);
        }
        all.push(...points);
      }
      const span = (/** @type {0 | 1} */ axis) => [Math.min, Math.max].map((pick) => pick(...all.map((point) => point[axis])) / 128);
      letters[sign] = { path, wide, xs: span(0), ys: span(1) };
    }
  };
  // The letters of a line and their places, in em. One pair stands closer than its widths say.
  const lay = (/** @type {string} */ line) => {
    let x = 0;
    return [...line].map((sign, i) => {
      if (line.slice(i - 1, i + 1) === "y.") x -= 0.1416;
      const letter = { ...letters[sign], x };
      x += letter.wide;
      return letter;
    });
  };
  const end = (/** @type {string} */ line) => {
    const { x, xs } = /** @type {Letter & { x: number }} */ (lay(line).at(-1));
    return x + xs[1];
  };

  /** @type {(text: string, fits: (part: string) => boolean) => string[]} */
  const wrap = (text, fits) => {
    const lines = [""];
    const put = (/** @type {string} */ part, /** @type {string} */ space) => {
      const last = /** @type {string} */ (lines.at(-1)), joined = last && last + space + part;
      if (last && !fits(joined)) lines.push(part);
      else lines[lines.length - 1] = joined || part;
    };
    // A word that is wider than a line is cut.
    for (const word of text.trim().split(/[ \t\n]+/)) (fits(word) ? [word] : [...word]).forEach((part, i) => put(part, i ? "" : " "));
    return lines;
  };
  /** @type {(text: string, size: number, weight?: string) => number} */
  const breadth = (text, size, weight = "normal") => {
    pen.font = `${weight} ${size}px ${FONT}`;
    return pen.measureText(text).width;
  };
  /**
   * Writes lines below `y` and returns where they end.
   * @type {(into: Element, text: string, x: number, y: number, width: number, size: number, look?: Record<string, any>) => number}
   */
  const write = (into, text, x, y, width, size, look = {}) => {
    for (const line of wrap(text, (part) => breadth(part, size, look["font-weight"]) <= width)) {
      into.append(svg("text", { x, y: y + size, "font-size": size, ...look }, line));
      y += 1.35 * size;
    }
    return y;
  };
  const bold = { "font-weight": "bold" }, thin = { stroke: INK, "stroke-width": 0.75 };

  /**
   * A copy of a drawing with nothing in it but what is seen. What is so many pixels large on the
   * screen is as many in the copy, though that is shown `zoom` times as large.
   * @type {(node: SVGGraphicsElement, seen: (node: SVGElement) => unknown, zoom: number) => SVGElement}
   */
  const bare = (node, seen, zoom) => {
    const copy = /** @type {SVGElement} */ (node.cloneNode()), { opacity } = getComputedStyle(node), even = 1 / zoom;
    const line = node.hasAttribute("vector-effect") ? even / /** @type {DOMMatrix} */ (node.getScreenCTM()).a : even;
    for (const { name, value } of [...copy.attributes]) {
      const factor = /** @type {Record<string, number>} */ ({ "stroke-width": line, "stroke-dasharray": line, "font-size": even, r: even })[name];
      if (factor) set(copy, { [name]: value.replace(/[\d.]+/g, (/** @type {any} */ number) => /** @type {any} */ (+(number * factor).toFixed(3))) });
      else if (/^(aria-|class|data-|id|role|style|tabindex|vector)/.test(name)) copy.removeAttribute(name);
    }
    if (/** @type {any} */ (opacity) < 1 && node.matches("[fill]")) set(copy, { opacity });
    for (const child of /** @type {NodeListOf<any>} */ (node.childNodes)) {
      if (!child.matches) copy.append(child.data);
      else if (seen(child)) copy.append(bare(child, seen, zoom));
    }
    return copy;
  };
  /** @type {(drawn: SVGElement, scale: number) => SVGElement} */
  const hatch = (drawn, scale) => {
    const ids = new Set([...drawn.querySelectorAll("[fill^=url]")].map((node) => /** @type {string} */ (node.getAttribute("fill")).slice(5, -1)));
    drawn.prepend(svg("defs", {}, ...[...ids].map((id) => set(/** @type {Element} */ (known(id).cloneNode(true)), { patternTransform: `scale(${scale})` }))));
    return drawn;
  };

  /** @type {(x: number, y: number, scale: number, window: number[]) => Element} */
  const drawMap = (x, y, scale, [left, top, wide, high]) => {
    const { box, spec, view, state } = page, tiled = box.classList.contains("mtm-tiled"), screen = box.getBoundingClientRect(), zoom = (wide * scale) / screen.width;
    const /** @type {{ u: number, v: number, at: DOMRect }[]} */ names = [];
    // Tiles are not in the picture: what they hide is.
    box.classList.remove("mtm-tiled");
    const map = bare(page.svg, (node) => {
      if (node.matches("g")) return true;
      const at = node.getBoundingClientRect();
      if (node.matches("title, desc, defs") || !node.getClientRects().length) return false;
      if (at.right < screen.left - 9 || at.left > screen.right + 9 || at.bottom < screen.top - 9 || at.top > screen.bottom + 9) return false;
      if (!node.matches("text") || zoom >= 1) return true;
      // The picture is smaller than the screen: names that would meet give way to those before them.
      const u = (at.left + at.right) * zoom, v = (at.top + at.bottom) * zoom;
      const free = names.every((name) => Math.abs(name.u - u) >= name.at.width + at.width || Math.abs(name.v - v) >= name.at.height + at.height);
      return free && names.push({ u, v, at });
    }, zoom);
    box.classList.toggle("mtm-tiled", tiled);
    // Very many circles are not in the drawing: the page has them on a canvas.
    if (!spec.within && !page.svg.querySelector("circle[data-place]")) {
      for (const one of view.symbols) {
        const { key, fill, edge, weight } = spec.looks[one.look], [, , , , cx, cy] = data.places[one.place], r = page.radiusOf(one) / scale;
        if (state.off.has(key) || cx + r < left || cx - r > left + wide || cy + r < top || cy - r > top + high) continue;
        map.append(svg("circle", { cx, cy, r, fill, "fill-opacity": data.symbolOpacity, stroke: edge, "stroke-width": weight / scale }));
      }
    }
    const area = { x, y, width: wide * scale, height: high * scale }, ground = getComputedStyle(box).backgroundColor;
    return svg("g", {}, svg("clipPath", { id: "map" }, svg("rect", area)), svg("rect", { ...area, fill: /^rgb\(/.test(ground) ? ground : WHITE }),
      svg("g", { "clip-path": "url(#map)" }, svg("g", { transform: `translate(${x} ${y}) scale(${scale}) translate(${-left} ${-top})` }, ...hatch(map, 1 / scale).childNodes)),
      svg("rect", { ...area, fill: "none", stroke: "#8a93a0" }));
  };

  /** @type {(into: Element, x: number, y: number, width: number) => number} */
  const drawLegend = (into, x, y, width) => {
    const { spec, view, state } = page, items = [.../** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(`.mtm-legend[data-map="${view.map}"] li:not([hidden])`))].map((item) => {
      const key = /** @type {SVGGraphicsElement | null} */ (item.querySelector(".mtm-key svg")), [wide, high] = ["width", "height"].map((name) => +(key?.getAttribute(name) ?? 0));
      const off = item.dataset.looks?.split(" ").every((/** @type {any} */ look) => state.off.has(spec.looks[look].key));
      return { key, wide, high, off, text: item.lastElementChild?.textContent ?? item.textContent };
    });
    const column = Math.max(26, ...items.map(({ wide }) => wide)), start = x + column + 10;
    y = write(into, spec.legend, x, y, width, 14, bold) + 4;
    for (const { key, wide, high, off, text } of items) {
      if (!key) {
        y = write(into, text, x, y + 6, width, EM, bold) + 2;
        continue;
      }
      const label = svg("g", off ? { fill: MUTE, "text-decoration": "line-through" } : {}), tall = write(label, text, start, 0, x + width - start, EM), row = Math.max(high, tall) + 5;
      const place = { x: x + (column - wide) / 2, y: y + (row - high) / 2, opacity: off ? 0.25 : 1 };
      into.append(set(label, { transform: `translate(0 ${y + (row - tall) / 2})` }), set(hatch(bare(key, () => true, 1), 1), place));
      y += row;
    }
    const count = page.rows().filter((row) => !row.shown).length;
    return count ? write(into, page.fill(words.hidden, { count }), x, y + 6, width, EM, { fill: MUTE }) : y;
  };

  /**
   * North is up; the bar is right in the middle of the map.
   * @type {(into: Element, x: number, y: number, scale: number, window: number[]) => void}
   */
  const drawScale = (into, x, y, scale, [, top, , high]) => {
    const { frame } = data, pixel = frame.unit / scale / Math.cosh((frame.y - frame.unit * (top + high / 2)) / 6378137) / 1000;
    const power = 10 ** Math.floor(Math.log10(150 * pixel)), length = power * /** @type {number} */ ([5, 2, 1].find((digit) => digit * power <= 150 * pixel)), long = length / pixel;
    /** @type {(text: string, at: number, down: number, look?: object) => number} */
    const middle = (text, at, down, look) => write(into, text, at, y + down, 999, EM, { "text-anchor": "middle", ...look });
    middle(words.n, x + 8, 0, bold);
    middle(`${new Intl.NumberFormat(data.lang).format(length)} ${words.km}`, x + 40 + long / 2, 14);
    into.append(svg("path", { d: `M${x + 8} ${y + 15}l7 24-7-6-7 6z`, fill: INK }));
    for (const [i, fill] of /** @type {[number, string][]} */ ([[0, INK], [1, WHITE]])) into.append(svg("rect", { x: x + 40 + (i * long) / 2, y: y + 33, width: long / 2, height: 5, fill, ...thin }));
  };

  const compose = () => {
    const { spec, view, foot } = page, sight = page.window(), said = foot.textContent, title = page.title(), group = data.groups[/** @type {number} */ (view.group)];
    if (!letters.M) decode();
    const under = [spec.subtitle, [title, spec.subtitle, spec.legend].join().includes(group) ? "" : group].filter(Boolean).join(" – ");
    const body = svg("g", { fill: INK, "font-family": FONT }, svg("rect", { width: WIDTH, height: 6, fill: "#0033a0" }));
    /** @type {(x: number, at: number, heading: string, texts: string[]) => number} */
    const list = (x, at, heading, texts) => texts.reduce((end_, text) => write(body, text, x, end_ + 3, half, 11), write(body, heading, x, at, half, 11, bold));
    const half = (INNER - GAP) / 2;
    let y = 24, room = INNER;
    if (spec.synthetic) {
      const width = breadth(words.synthetic, 13, "bold") + 20, x = WIDTH - EDGE - width;
      body.append(svg("rect", { x, y: 26, width, height: 25, rx: 3, fill: "#8a1c1c" }));
      write(body, words.synthetic, x + 10, 31, width, 13, { ...bold, fill: WHITE });
      room -= width + GAP;
    }
    y = write(body, title, EDGE, y, room, 24, bold) + 2;
    if (under) y = write(body, under, EDGE, y, room, 15, { fill: MUTE });
    y += 14;

    const scale = Math.min((INNER - GAP - 270) / sight[2], 1000 / sight[3]), side = EDGE + sight[2] * scale + GAP, low = y + sight[3] * scale;
    body.append(drawMap(EDGE, y, scale, sight));
    const bar = Math.max(drawLegend(body, side, y, WIDTH - EDGE - side) + GAP, low - 39);
    drawScale(body, side, bar, scale, sight);
    y = Math.max(low, bar + 39) + 18;
    const notes = list(EDGE, y, words.notes, [...spec.notes, page.fill(words.made, { date: data.date })]);
    y = Math.ceil(Math.max(notes, spec.sources.length && list(EDGE + half + GAP, y, words.sources, spec.sources)) + 14);

    // Written in just this way, for `verify` to know it again.
    body.append(svg("rect", { x: EDGE, y, width: INNER, height: 1, fill: "#d5dae1" }));
    const lines = wrap(said, (line) => end(line) * EM < INNER).map((text, i) => ({ text, x: EDGE, y: y + 22 + i * 17 }));
    const ground = { x: 0, y: y + 4, width: WIDTH, height: 14 + lines.length * 17, fill: WHITE }, tall = ground.y + ground.height;
    const last = svg("g", { id: foot.id }, svg("rect", ground), ...lines.map(({ text, ...place }) => svg("text", {
      ...place, "font-size": EM, textLength: end(text) * EM, "font-family": "DejaVu Sans, Verdana, sans-serif", lengthAdjust: "spacingAndGlyphs", fill: INK,
    }, text)));
    const whole = svg("svg", { width: WIDTH, height: tall, viewBox: `0 0 ${WIDTH} ${tall}`, role: "img", "aria-labelledby": "title desc" },
      svg("title", { id: "title" }, title), svg("desc", { id: "desc" }, [title, under, said].filter(Boolean).join(". ")),
      svg("rect", { width: WIDTH, height: tall, fill: WHITE }), body, last);
    whole.setAttributeNS("http://www.w3.org/XML/1998/namespace", "xml:lang", data.lang);
    return { whole, tall, said, lines, ground };
  };

  /** @type {(kind: string, content: Iterable<number> & { length: number }) => BlobPart} */
  const chunk = (kind, content) => {
    const bytes = new Uint8Array([0, 0, 0, 0, ...new TextEncoder().encode(kind), ...content, 0, 0, 0, 0]), view = new DataView(bytes.buffer);
    let sum = -1;
    for (const byte of bytes.subarray(4, -4)) {
      sum ^= byte;
      for (let bit = 8; bit--;) sum = (sum >>> 1) ^ (sum & 1 && 0xedb88320);
    }
    view.setUint32(0, content.length);
    view.setInt32(bytes.length - 4, ~sum);
    return bytes;
  };
  const paint = async () => {
    const { whole, tall, said, lines, ground } = compose(), image = new Image(), sheet = canvas(), brush = /** @type {CanvasRenderingContext2D} */ (sheet.getContext("2d"));
    // Some browsers have no canvas of more than 16 million pixels.
    const sharp = WIDTH * tall > 4e6 ? 1 : 2, size = [sheet.width, sheet.height] = [WIDTH * sharp, tall * sharp], em = EM * sharp;
    set(whole, { width: size[0], height: size[1] });
    await new Promise((onload, onerror) => Object.assign(image, { onload, onerror, src: `data:image/svg+xml,${encodeURIComponent(xml(whole))}` }));
    brush.drawImage(image, 0, 0, ...size);
    brush.fillStyle = WHITE;
    brush.fillRect(0, ground.y * sharp, ...size);
    brush.fillStyle = INK;
    const places = lines.map(({ text, x, y }) => {
      const signs = lay(text), [low, high] = [Math.min, Math.max].map((pick, i) => pick(...signs.map(({ ys }) => ys[i])));
      for (const sign of signs) {
        brush.setTransform(em / 128, 0, 0, -em / 128, x * sharp + sign.x * em, y * sharp);
        brush.fill(sign.path);
      }
      const [left, top] = [x * sharp + signs[0].xs[0] * em, y * sharp - high * em].map(Math.floor);
      return { text, box: [left, top, Math.ceil(x * sharp + end(text) * em), Math.ceil(y * sharp - low * em)] };
    });
    const [left, top, right, bottom] = places[0].box;
    if (!brush.getImageData(left, top, right - left, bottom - top).data.some((part) => part < 99)) throw new Error("The canvas is blank");
    const blob = await new Promise((done) => { sheet.toBlob(done); });
    const notes = { Title: page.title(), Disclaimer: said, "Disclaimer-Box": JSON.stringify({ size, lines: places }), Language: data.lang };
    const density = sharp > 1 ? [0, 0, 29, 135] : [0, 0, 14, 196];
    // They follow the head of the file, of 33 bytes.
    return [blob.slice(0, 33), chunk("pHYs", [...density, ...density, 1]),
      ...Object.entries(notes).map(([key, text]) => chunk("iTXt", new TextEncoder().encode(`${key}\0\0\0\0\0${text}`))), blob.slice(33)];
  };

  const box = known("mtm-actions"), failed = page.el("p", { class: "mtm-failed", "aria-hidden": "true" });
  /** @type {(kind: string, name: string, type: string, make: () => BlobPart[] | Promise<BlobPart[]>) => HTMLButtonElement} */
  const button = (kind, name, type, make) => page.el("button", { type: "button", class: "mtm-button", async onclick() {
    try {
      const { year } = page.view, file = `${name}${year ? `_${String(year).replace(/[^0-9A-Za-z]+/g, "_")}` : ""}.${kind}`, href = URL.createObjectURL(new Blob(await make(), { type }));
      page.el("a", { href, download: file }).click();
      setTimeout(() => URL.revokeObjectURL(href), 60000);
      page.say(page.fill(words.saved, { file }));
      failed.textContent = "";
    } catch {
      page.say(failed.textContent = words.failed);
    }
  } }, words[kind]);
  box.append(page.el("div", { class: "mtm-save", role: "group", "aria-labelledby": "mtm-save" }, page.el("span", { id: "mtm-save" }, words.download),
    button("csv", "table", "text/csv", () => [csvOf(page)]), button("png", "map", "image/png", paint), button("svg", "map", "image/svg+xml", () => [xml(compose().whole)]), failed));
  box.hidden = false;
}
