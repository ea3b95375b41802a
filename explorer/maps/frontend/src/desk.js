// A map that is alone, as one file or in a notebook: it does what the app's server does, with what is at hand.
import { MapCanvas } from "./canvas.js";
import { Columns } from "./columns.js";
import { STYLE } from "./dockstyle.js";
import { element } from "./frame.js";
import { Gallery } from "./gallery.js";
import { Items } from "./items.js";
import { numbersOf } from "./numbers.js";
import { combined, inside } from "./polygon.js";

const DOCKS = ["Overview", "Selection", "Columns"];
const PAGE = 24; // cards at once
const FILTERS = 5; // values of a filter in words

let made = 0;

// `told` hears which rows are selected, whenever that changes.
export class Desk {
  constructor(root, held, pictures, told = () => {}) {
    Object.assign(this, { held, told, items: new Items(held, pictures) });
    this.group = `desk ${(made += 1)}`; // by which the canvas and the columns know each other
    [this.x, this.y] = [0, 1].map((axis) => new Float32Array(held.map.positions).subarray(axis * held.n, (axis + 1) * held.n));
    this.done = [];
    this.undone = [];
    this.picked = null; // { mask, rows, origin, filters, base }
    this.words = [];
    this.shown = PAGE;
    this.color = held.colorings[0];
    this.#build(root);
    this.#dock(held.numbers.length ? DOCKS[0] : DOCKS[1]);
    this.#draw();
  }

  // ---- what stands where ------------------------------------------------------------------------

  #build(root) {
    const { held } = this;
    this.colors = element("select", { "aria-label": "Color by" },
      ...held.colorings.map(({ name }, i) => element("option", { value: i, textContent: name })));
    this.colors.onchange = () => this.#paint(held.colorings[this.colors.value]);
    this.search = element("input", { type: "search", placeholder: "Words", "aria-label": "Search" });
    this.search.onchange = () => this.#find(this.search.value.trim());
    this.tabs = DOCKS.map((name) => {
      const tab = element("button", { type: "button", role: "tab", textContent: name });
      tab.onclick = () => this.#dock(name);
      return tab;
    });
    const bodies = DOCKS.map((name) => element("div", { role: "tabpanel", "aria-label": name, hidden: true }));
    [this.overview, this.selection, this.columnsBody] = this.bodies = bodies;
    const mapHost = element("div", { className: "host" });
    this.dock = element("div", { className: "dock" });
    const inMap = element("div", { className: "map" });
    mapHost.attachShadow({ mode: "open" }).append(inMap);
    this.dock.attachShadow({ mode: "open" }).append(element("style", { textContent: STYLE }),
      element("div", { className: "dock" }, ...bodies));
    root.replaceChildren(
      element("header", {}, element("h1", { textContent: held.title }), this.colors, this.search),
      mapHost,
      element("aside", {}, element("nav", { role: "tablist", "aria-label": "Beside the map" }, ...this.tabs), this.dock));
    this.map = new MapCanvas(inMap);
    this.columns = new Columns(this.columnsBody);
    this.overview.append(...numbersOf(held, (coloring) => this.#paint(coloring)));
  }

  #dock(name) {
    DOCKS.forEach((each, i) => {
      this.bodies[i].hidden = each !== name;
      this.tabs[i].setAttribute("aria-selected", String(each === name));
    });
    this.dock.scrollTop = 0;
  }

  #paint(coloring) {
    this.color = coloring;
    this.colors.value = this.held.colorings.indexOf(coloring);
    this.#draw();
  }

  #draw() {
    const { picked, held, color, items } = this;
    const focus = this.focus ?? (picked?.rows.length === 1 ? picked.rows[0] : null);
    const near = focus === null ? [] : this.#near(focus);
    this.cards ??= { card: async (row) => items.card(row),
      pictures: items.starts && (async (rows) => Object.fromEntries(rows.map((row) => [row, items.picture(row)]))) };
    this.map.update({ ...held.map, ...color, items: this.group, cards: this.cards,
      chosen: picked && picked.mask.buffer, selection: picked ? `${picked.id}` : "",
      marked: near.map(({ row }) => row), links: near.map(({ row }) => [focus, row]), fly: this.fly ?? null, heard: this.heard,
    }, (_, gestures) => this.#gesture(gestures.at(-1)));
    this.#list(focus, near);
    this.columns.update({ key: color.name, group: this.group, n: held.n, columns: held.columns.filter(({ charted }) => charted)
      .map((column) => (column.name === color.name ? { ...column, colors: this.#tones(column) } : column)),
      filters: picked?.filters ?? [], base: this.#base()?.buffer ?? null, version: picked ? `${picked.id}` : "" },
    (_, { filters }) => this.#filter(filters));
  }

  #tones({ names }) {
    const { legend: { entries }, palette } = this.color;
    if (!entries) return null;
    const tones = new Map(entries.map(({ name, code }) => [name, palette[code]]));
    return names.map((name) => tones.get(name) ?? palette.at(-1));
  }

  // ---- what is selected -------------------------------------------------------------------------

  #take(mask, origin, more = {}) {
    const rows = [];
    for (let i = 0; mask && i < mask.length; i++) if (mask[i]) rows.push(i);
    const picked = rows.length || more.filters ? { mask, rows, origin, id: (this.ids = (this.ids ?? 0) + 1), ...more } : null;
    if (picked || this.picked) {
      this.done.push(this.picked);
      this.undone = [];
    }
    this.#set(picked);
  }

  #set(picked) {
    Object.assign(this, { picked, focus: null, shown: PAGE });
    this.#draw();
    this.told(picked?.rows ?? []);
  }

  // Select rows from outside, as a gesture would.
  select(rows, origin) {
    const mask = new Uint8Array(this.held.n);
    for (const row of rows) mask[row] = 1;
    this.#take(mask, origin);
  }

  // Draw anew in the colors of a page that has changed them.
  themed() {
    this.map.themed();
  }

  destroy() {
    this.map.destroy();
    this.columns.destroy();
  }

  #again(from, to) {
    if (!from.length) return;
    to.push(this.picked);
    this.#set(from.pop());
  }

  #gesture({ kind, mode, x, y, id }) {
    this.heard = id;
    if (kind === "clear") return this.#take(null, "");
    if (kind === "undo") return this.#again(this.done, this.undone);
    if (kind === "redo") return this.#again(this.undone, this.done);
    const [cx, cy, half] = this.held.map.frame;
    const corners = { x: x.map((value) => (value - cx) / half), y: y.map((value) => (value - cy) / half) };
    const mask = kind === "click" ? this.#nearest(corners.x[0], corners.y[0]) : inside(this.x, this.y, corners);
    const how = kind === "click" ? "clicked on the map" : "drawn on the map";
    this.#take(combined(this.picked?.mask, mask, mode),
      mode === "new" ? how : `${this.picked?.origin ?? "nothing"}, ${mode === "add" ? "and" : "less"} ${how}`);
    this.#dock("Selection");
  }

  #nearest(x, y) {
    const mask = new Uint8Array(this.held.n);
    let [best, found] = [Infinity, 0];
    for (let i = 0; i < mask.length; i++) {
      const apart = (this.x[i] - x) ** 2 + (this.y[i] - y) ** 2;
      if (apart < best) [best, found] = [apart, i];
    }
    mask[found] = 1;
    return mask;
  }

  #find(query) {
    this.words = query.split(/\s+/).filter(Boolean);
    if (!query) return this.#draw();
    this.#take(this.items.found(this.words), `words “${query}”`);
    this.#dock("Selection");
    if (!this.picked) this.say.textContent = `Nothing found: words “${query}”`;
  }

  // The items that the filters of columns were asked of.
  #base() {
    return this.picked && (this.picked.filters ? this.picked.base : this.picked.mask);
  }

  #filter(filters) {
    const base = this.#base();
    if (!filters.length) return this.#take(base, "what was selected before");
    const words = filters.map(({ column, low, high, values, negated }) => {
      const ends = [["from", low], ["to below", high]].filter(([, end]) => end !== null)
        .map(([word, end]) => `${word} ${Number(end.toPrecision(6))}`);
      const said = values.length ? `${column}: ${values.slice(0, FILTERS).join(", ")}` : [column, ...ends].join(" ");
      return negated ? `not ${said}` : said;
    });
    this.#take(this.columns.filters.all(), words.join(" and "), { filters, base });
  }

  // ---- items as cards ---------------------------------------------------------------------------

  #near(row) {
    const { k, indices, distances, scale } = this.held.neighbors;
    this.nearest ??= { indices: new Int32Array(indices), distances: new Uint16Array(distances) };
    return Array.from({ length: k }, (_, i) => row * k + i).map((at) => (
      { row: this.nearest.indices[at], distance: this.nearest.distances[at] * scale }));
  }

  #list(focus, near) {
    const { picked, held } = this;
    const tool = (text, act, disabled = false) => {
      const made = element("button", { type: "button", className: "tool", textContent: text, disabled });
      made.onclick = act;
      return made;
    };
    this.say = element("p", { className: "status", role: "status",
      textContent: picked ? `Selected ${picked.rows.length.toLocaleString("en")}: ${picked.origin}` : "Nothing selected" });
    const parts = [this.say, element("p", { className: "tools" },
      tool("Undo", () => this.#again(this.done, this.undone), !this.done.length),
      tool("Redo", () => this.#again(this.undone, this.done), !this.undone.length),
      ...(picked ? [tool("Clear", () => this.#take(null, "")), tool("CSV", () => this.#save())] : []))];
    if (focus !== null) {
      const apart = held.neighbors.metric === "cosine" ? "1 - cosine" : "distance";
      parts.push(element("h2", { textContent: `Nearest in the space (${held.neighbors.metric})` }),
        this.#cards(near.map(({ row, distance }) => this.items.listed(row, `${apart} ${distance.toFixed(3)}`)), focus),
        element("h2", { textContent: "Selected" }));
    }
    const rows = picked?.rows ?? Array.from({ length: Math.min(held.n, PAGE) }, (_, i) => i);
    parts.push(this.#cards(rows.slice(0, this.shown).map((row) => this.items.paired(row)), focus));
    if (rows.length > this.shown) parts.push(tool(`${(rows.length - this.shown).toLocaleString("en")} more`, () => {
      this.shown += PAGE;
      this.#list(focus, near);
    }));
    if (held.selections.length) parts.push(element("h2", { textContent: "Selections with names" }),
      ...held.selections.map(({ name, mask }) => tool(name, () => this.#take(new Uint8Array(mask), name))));
    this.selection.replaceChildren(...parts);
  }

  #cards(cards, focus) {
    const made = element("div");
    new Gallery(made).update({ cards, words: this.words, focus }, (_, { row }) => {
      this.focus = row;
      this.fly = [row, `${Date.now()}`];
      this.dock.scrollTop = 0; // its neighbors come first
      this.#draw();
    });
    return made;
  }

  #save() {
    const link = element("a", { download: "selection.csv",
      href: URL.createObjectURL(new Blob(["\ufeff", this.items.csv(this.picked.rows)], { type: "text/csv" })) });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }
}
