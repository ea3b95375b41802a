// The columns of the items as charts that filter each other, the map and the lists, in the browser.
import { TYPES, array } from "./arrays.js";
import { Bars, Histogram } from "./charts.js";
import { Filters, binned, counted, passes } from "./filters.js";
import { element } from "./frame.js";
import { AGAIN, BRUSHED, LEFT, PICKED } from "./events.js";

const REST = 350; // milliseconds after which the hand is at rest

export class Columns {
  constructor(root) {
    this.root = root;
    this.status = element("div", { className: "status", "aria-live": "polite" });
    this.list = element("div", { className: "columns" });
    root.replaceChildren(this.status, this.list);
    root.addEventListener("keydown", (event) => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
      event.preventDefault();
      const detail = { group: this.data.group, name: event.shiftKey ? "redo" : "undo" };
      document.dispatchEvent(new CustomEvent(AGAIN, { detail }));
    });
    this.seen = new IntersectionObserver((entries) => {
      for (const entry of entries) if (entry.isIntersecting) this.#load(entry.target.dataset.column);
    });
    this.left = ({ detail }) => this.#follow(detail);
    document.addEventListener(LEFT, this.left);
  }

  // A legend of a column and its bars filter alike.
  #follow({ group, column, names }) {
    const entry = this.charts?.get(column);
    if (group !== this.data.group || entry?.column.kind !== "category") return;
    const codes = names && names.map((name) => entry.column.names.indexOf(name));
    if (codes?.some((code) => code < 0)) return; // a legend that counts several of them as one
    this.asked.delete(column);
    entry.chart.show(codes);
    this.#ask(entry.column, codes && { values: codes }, true);
  }

  update(data, send) {
    this.send = send;
    const same = this.data?.key === data.key;
    this.data = data;
    if (!same) this.#build();
    this.loading = this.#restore(data).catch((error) => {
      this.status.textContent = error.message;
      console.error(error);
    });
  }

  destroy() {
    this.seen.disconnect();
    document.removeEventListener(LEFT, this.left);
    clearTimeout(this.resting);
  }

  // ---- what there is --------------------------------------------------------------------------

  #build() {
    this.filters = new Filters(this.data.n);
    this.asked = new Map(); // filters by column, as they are told
    this.charts = new Map();
    this.seen.disconnect();
    this.list.replaceChildren(...this.data.columns.map((column) => this.#chart(column)));
  }

  #chart(column) {
    const on = {
      brush: (low, high, rest, bins) => this.#ask(column, low === null ? null : { low, high, bins }, rest),
      pick: (codes) => this.#ask(column, codes && { values: codes }, true),
    };
    const chart = column.kind === "category" ? new Bars(column, on) : new Histogram(column, on);
    const tool = (text, title, act) => {
      const made = element("button", { type: "button", textContent: text, title, "aria-label": `${title}: ${column.name}` });
      made.onclick = () => act(made);
      return made;
    };
    const press = (name) => (made) => {
      chart[name] = !chart[name];
      made.setAttribute("aria-pressed", String(chart[name]));
      this.#count(column.name);
    };
    const not = tool("not", "All others instead", () => this.#negate(column));
    const clear = tool("×", "Clear the filter", () => this.#ask(column, null, true));
    const tools = [tool("log", "Counts on a logarithmic scale", press("logCounts"))];
    if (column.kind === "category") tools.push(tool("sort", "Sort by what is selected", press("sortBySome")));
    tools.push(not, clear);
    const box = element("section", { "aria-label": column.name },
      element("header", {}, element("b", { textContent: column.name }), ...tools), chart.box);
    box.dataset.column = column.name;
    this.charts.set(column.name, { column, chart, box, not, clear });
    this.seen.observe(box);
    return box;
  }

  // The values of a column: asked for once, when its chart is first looked at or filtered by.
  #load(name) {
    const entry = this.charts.get(name);
    entry.loading ??= array(entry.column.address, TYPES[entry.column.type]).then((values) => {
      const { kind } = entry.column;
      entry.values = values;
      entry.bins = kind === "category" ? values : binned(values, entry.column);
      entry.size = kind === "category" ? entry.column.names.length : entry.column.bins + 1;
      entry.total = counted(entry.bins, entry.size, null);
      this.#count(name);
    });
    return entry.loading;
  }

  // ---- what is asked --------------------------------------------------------------------------

  // Take up what the server knows: the filters, and the selection they are applied to.
  async #restore({ filters, base, version, heard }) {
    const names = filters.map(({ column }) => column).filter((name) => this.charts.has(name));
    const [from] = await Promise.all([array(base, Uint8Array), ...names.map((name) => this.#load(name))]);
    const early = heard !== undefined && Number(heard) < (this.told ?? 0); // said before it heard what was told
    if (version !== this.data.version || this.hand || early) return; // older than what is done here
    this.filters.masks.clear();
    this.asked.clear();
    this.filters.set("", from);
    for (const filter of filters) {
      const entry = this.charts.get(filter.column);
      if (!entry) continue;
      const { values, negated } = filter;
      const [low, high] = [filter.low ?? entry.column.low, filter.high ?? entry.column.high];
      const codes = values.length ? values.map((name) => entry.column.names.indexOf(name)).filter((i) => i >= 0) : null;
      const bins = codes ? null : this.#bins(entry.column, low, high);
      this.#keep(entry, codes ? { values: codes, negated } : { low, high, bins, negated });
    }
    for (const [name, entry] of this.charts) {
      const filter = this.asked.get(name);
      entry.chart.show(filter ? filter.values ?? filter.bins : null);
      this.#mark(entry, filter);
    }
    this.#changed(null);
  }

  #bins(column, low, high) {
    const at = column.log ? Math.log10 : (value) => value;
    const share = (value) => ((at(value) - at(column.low)) / (at(column.high) - at(column.low))) * column.bins;
    return [share(low), share(high)].map((bin) => Math.min(Math.max(bin, 0), column.bins));
  }

  #keep({ column, values }, filter) {
    this.asked.set(column.name, filter);
    const table = filter.values && Uint8Array.from(column.names, (_, code) => filter.values.includes(code));
    const high = filter.high >= column.high ? Infinity : filter.high; // the last bin has its end
    const before = this.filters.masks.get(column.name);
    this.filters.set(column.name, passes(values, { ...filter, high, codes: table }, before));
  }

  async #ask(column, filter, rest) {
    const entry = this.charts.get(column.name);
    if (!entry.values) await this.#load(column.name);
    const began = performance.now();
    if (filter) this.#keep(entry, { ...filter, negated: this.asked.get(column.name)?.negated ?? false });
    else {
      this.asked.delete(column.name);
      this.filters.set(column.name, null);
      entry.chart.show(null);
    }
    this.#mark(entry, this.asked.get(column.name));
    this.#changed(began);
    this.hand = true;
    clearTimeout(this.resting);
    this.resting = setTimeout(() => this.#tell(), rest ? 0 : REST);
  }

  #negate(column) {
    const filter = this.asked.get(column.name);
    if (!filter) return;
    filter.negated = !filter.negated;
    this.#ask(column, filter, true);
    const entry = this.charts.get(column.name);
    this.#keep(entry, filter);
    this.#mark(entry, filter);
    this.#changed(performance.now());
  }

  #mark({ box, not, clear }, filter) {
    box.classList.toggle("asked", Boolean(filter));
    not.hidden = clear.hidden = !filter;
    not.setAttribute("aria-pressed", String(Boolean(filter?.negated)));
  }

  // Show everywhere what passes: on the maps, which listen, in the charts, in the count.
  #changed(began) {
    const mask = this.filters.all();
    const detail = { group: this.data.group, mask, began };
    if (began !== null) document.dispatchEvent(new CustomEvent(BRUSHED, { detail }));
    document.dispatchEvent(new CustomEvent(PICKED, { detail: { group: this.data.group, names: this.#left() } }));
    const n = this.data.n.toLocaleString("en");
    const some = mask ? counted(mask, 2, null)[1] : this.data.n;
    this.status.textContent = `${some.toLocaleString("en")} of ${n} items`;
    this.counting ??= requestAnimationFrame(() => {
      this.counting = null;
      for (const name of this.charts.keys()) this.#count(name);
    });
  }

  // By column, the categories that its filter leaves.
  #left() {
    const filters = [...this.asked].filter(([, { values }]) => values);
    return Object.fromEntries(filters.map(([column, { values, negated }]) => {
      const { names } = this.charts.get(column).column;
      return [column, names.filter((_, code) => values.includes(code) !== Boolean(negated))];
    }));
  }

  #count(name) {
    const { chart, bins, size, total } = this.charts.get(name);
    if (bins) chart.update(total, counted(bins, size, this.filters.all(name)));
  }

  #tell() {
    this.hand = false;
    const filters = [...this.asked].map(([column, { low, high, values, negated }]) => {
      const { names } = this.charts.get(column).column;
      return { column, low: low ?? null, high: high ?? null, values: (values ?? []).map((code) => names[code]), negated: Boolean(negated) };
    });
    for (const filter of filters) {
      const { column } = this.charts.get(filter.column);
      if (filter.high !== null && filter.high >= column.high) filter.high = null; // to the end
    }
    this.told = Date.now();
    this.send("filters", { id: `${this.told}`, filters });
  }
}
