// What the parts of the page's script share, for the type checker alone: nothing of this reaches a page.
import * as Leaflet from "leaflet";

declare global {
  // --- the data of a page, as mtmgeo/web/page_data.py writes it

  /** Numbers of arcs, one after the other; ~n is arc n backwards. */
  type Chain = number[];
  /** Polygons as rings. */
  type Outline = Chain[][];
  type Unit = [name: string, parent: string, pcode: string, level: number, approximate: number, outline: Outline, keys: string];
  type Place = [name: string, parent: string, pcode: string, level: number, x: number, y: number, keys: string];
  type Box = [west: number, north: number, east: number, south: number];

  interface Look {
    key: string;
    label: string;
    fill: string;
    edge: string;
    weight: number;
    dash: string | null;
  }

  interface Surface {
    url: string;
    box: [x: number, y: number, width: number, height: number];
    alt: string;
    /** Number of the look through which it is seen. */
    look: number;
    country: Outline[];
  }

  /** What the views of one map have in common. */
  interface MapData {
    title: string;
    subtitle: string;
    legend: string;
    figure: string;
    base: number;
    labels: number;
    looks: Look[];
    surface: Surface | null;
    approximate: Look;
    sources: string[];
    synthetic: boolean;
    /** Whether its circles are shown inside a chosen unit only. */
    within: boolean;
    /** Those of a view are its own: see Spec. */
    notes?: never;
  }

  interface Theme {
    name: string;
    kind: string;
    indicator: string;
    level: number;
  }

  interface Circle {
    place: number;
    unit: number;
    look: number;
    radius: number;
    value: number | null;
    text: string;
  }

  /** A year, a longer period by its words, or null for all of them together. */
  type Period = number | string | null;

  interface View {
    theme: number;
    group: number | null;
    year: Period;
    map: number;
    title: string;
    notes: number[];
    set: number;
    classes: number[];
    values: (number | null)[];
    texts: string[];
    spots: number;
    /** As written, [look, radius, value, text] of each spot; startPage makes circles of them. */
    symbols: Circle[];
  }

  interface Base {
    water: Outline[];
    enclaves: Outline[];
    lines: [level: number, colour: string, width: number, arcs: number[]][];
    open: [colour: string, width: number, dash: string | null, tracks: Chain[]][];
  }

  interface Data {
    lang: string;
    title: string;
    date: string;
    bounds: [[number, number], [number, number]];
    frame: { x: number; y: number; unit: number; width: number; height: number };
    symbolOpacity: number;
    many: number;
    nudges: [across: number, up: number][];
    theme: { abroad: string; lake: string; lake_name: string; shore: string; border: string; casing: number };
    arcs: number[][];
    units: Unit[];
    places: Place[];
    sets: number[][];
    bases: Base[];
    labels: [text: string, kind: number | "lake", x: number, y: number, side: number][][];
    spots: [place: number, unit: number][][];
    notes: string[];
    maps: MapData[];
    themes: Theme[];
    groups: string[];
    views: View[];
    /** In order of time, each with its name; only if one is longer than a year. */
    periods?: [when: number | string, name: string][];
    fold: Record<"letters" | "alike" | "folds" | "types" | "kinds", string>;
    words: Words;
  }

  /** By the keys of mtmgeo/web/words.py. */
  type Words = Record<string, string>;

  // --- the page

  /** A map as it is shown, with the notes of the view: a copy, which is none of `data.maps`. */
  type Spec = Omit<MapData, "notes"> & { notes: string[] };

  interface AnyRow {
    id: string;
    name: string;
    parent: string;
    pcode: string;
    level: number;
    approximate: boolean;
    value: number | null;
    text: string;
    key: string;
    label: string;
    look: number;
    /** Whether the legend lets it be seen. */
    shown: boolean;
    /** What it says, each with the class of its line. */
    lines: [text: string, name?: string][];
  }
  interface UnitRow extends AnyRow {
    kind: "unit";
    item: Unit;
    node: SVGElement;
    unit?: undefined;
    rank: number;
  }
  interface PlaceRow extends AnyRow {
    kind: "place";
    item: Place;
    /** None on a canvas, and none yet. */
    node: SVGElement | null;
    /** Id of the row of the unit that it lies in. */
    unit: string;
    radius: number;
  }
  type Row = UnitRow | PlaceRow;

  interface State {
    theme: number;
    group: number | null;
    year: Period;
    /** Keys of classes that the reader has hidden. */
    off: Set<string>;
  }

  type Child = Node | string;
  /** Functions become properties; true an empty attribute; null, undefined and false none. */
  type Attributes = Record<string, unknown>;
  type MakeElement = <T extends keyof HTMLElementTagNameMap>(tag: T, attributes?: Attributes, ...children: Child[]) => HTMLElementTagNameMap[T];

  interface Page {
    data: Data;
    words: Words;
    map: Leaflet.Map;
    box: HTMLElement;
    svg: SVGSVGElement;
    foot: HTMLElement;
    /** Whether the page lies in another one. */
    framed: boolean;
    state: State;
    readonly view: View;
    readonly spec: Spec;
    /** The chosen row. */
    readonly row: Row | null;
    fill(template: string, values: Record<string, unknown>): string;
    set(change: Partial<State>): View;
    point(row: Row | null): void;
    choose(row: Row | null, stay?: boolean): void;
    home(): void;
    say(text: string): void;
    el: MakeElement;
    icon(name: string): Node;
    on(listener: (page: Page) => void): void;
    /** What is listed: the rows of the view's kind. */
    rows(): Row[];
    every(): Row[];
    /** The part of the drawing in view: x, y, width, height. */
    window(): [number, number, number, number];
    title(): string;
    /** What a period is called. */
    period(year: Period): string;
    radiusOf(circle: { radius: number }): number;
  }

  interface Window {
    $?: (what: unknown) => { ready: (run: () => unknown) => unknown } | HTMLCollection;
  }
  interface Element {
    setAttribute(name: string, value: string | number | boolean): void;
  }
}
