// A small chart of one column: a histogram to brush, or bars to click; selected of total in each.
import { element } from "./frame.js";

export const HIGH = 54; // pixels of a histogram
const FEW = 8; // bars until more are asked for
const MOST = 200;
const SVG = "http://www.w3.org/2000/svg";

export function drawn(tag, attributes) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

export function said(value, kind) {
  if (kind === "date") return new Date(value).toISOString().slice(0, 10);
  const digits = Math.abs(value) >= 1000 ? 0 : Math.abs(value) >= 10 ? 1 : 3;
  return Number(value.toFixed(digits)).toLocaleString("en");
}

// `on.brush(low, high, rest)` while the hand moves and when it rests; low is null to clear.
export class Histogram {
  constructor(column, on) {
    Object.assign(this, { column, on });
    this.svg = drawn("svg", { viewBox: `0 0 ${column.bins} ${HIGH}`, preserveAspectRatio: "none", class: "histogram",
      tabindex: 0, role: "slider", "aria-label": `Range of ${column.name}`, "aria-valuemin": 0,
      "aria-valuemax": column.bins, "aria-valuenow": 0, "aria-valuetext": "everything" });
    this.bars = Array.from({ length: column.bins }, (_, i) => [0, 1].map((top) => {
      const bar = drawn("rect", { x: i + 0.06, width: 0.88, y: HIGH, height: 0, class: top ? "some" : "all" });
      this.svg.append(bar);
      return bar;
    }));
    this.range = drawn("rect", { y: 0, height: HIGH, width: 0, class: "range" });
    this.svg.append(this.range);
    this.ends = element("div", { className: "ends" }, element("span"), element("span"));
    this.box = element("div", {}, this.svg, this.ends);
    this.#listen();
    this.show(null);
  }

  update(total, some) {
    const scale = this.logCounts ? (count) => Math.log1p(count) : (count) => count;
    const most = scale(Math.max(1, ...total.slice(0, this.column.bins)));
    this.bars.forEach((pair, i) => [total, some].forEach((counts, top) => {
      const high = (scale(counts[i]) / most) * (HIGH - 2);
      pair[top].setAttribute("y", HIGH - high);
      pair[top].setAttribute("height", high);
    }));
  }

  // Where the brush lies, in bins; null for nowhere.
  show(bins) {
    this.bins = bins;
    const [from, to] = bins ?? [0, 0];
    this.range.setAttribute("x", from);
    this.range.setAttribute("width", to - from);
    const { kind, bins: count } = this.column;
    const [low, high] = bins ? bins.map((bin) => this.edge(bin)) : [this.edge(0), this.edge(count)];
    this.ends.children[0].textContent = said(low, kind);
    this.ends.children[1].textContent = said(high, kind);
    this.svg.setAttribute("aria-valuenow", from);
    this.svg.setAttribute("aria-valuetext", bins ? `${said(low, kind)} to ${said(high, kind)}` : "everything");
  }

  // The value at an end of a bin.
  edge(bin) {
    const { low, high, bins, log } = this.column;
    if (bin >= bins) return high;
    if (!log) return low + (bin / bins) * (high - low);
    return 10 ** (Math.log10(low) + (bin / bins) * (Math.log10(high) - Math.log10(low)));
  }

  #bin(event) {
    const { left, width } = this.svg.getBoundingClientRect();
    return ((event.clientX - left) / width) * this.column.bins;
  }

  #brush(bins, rest) {
    this.show(bins);
    this.on.brush(bins && this.edge(bins[0]), bins && this.edge(bins[1]), rest, bins);
  }

  #listen() {
    const { bins: count } = this.column;
    const held = (bin) => Math.min(Math.max(bin, 0), count);
    this.svg.addEventListener("pointerdown", (event) => {
      this.svg.setPointerCapture(event.pointerId);
      const at = this.#bin(event);
      const inside = this.bins && at > this.bins[0] && at < this.bins[1];
      this.grip = { at, moves: inside ? [...this.bins] : null };
      this.moved = false;
    });
    this.svg.addEventListener("pointermove", (event) => {
      if (!this.grip) return;
      this.moved = true;
      const at = this.#bin(event);
      if (this.grip.moves) {
        const [from, to] = this.grip.moves;
        const step = Math.min(Math.max(Math.round(at - this.grip.at), -from), count - to);
        this.#brush([from + step, to + step], false);
      } else {
        const ends = [held(Math.floor(Math.min(at, this.grip.at))), held(Math.ceil(Math.max(at, this.grip.at)))];
        if (ends[1] > ends[0]) this.#brush(ends, false);
      }
    });
    this.svg.addEventListener("pointerup", (event) => {
      if (!this.grip) return;
      this.grip = null;
      if (this.moved) return this.#brush(this.bins, true);
      const bin = held(Math.floor(this.#bin(event)));
      this.#brush(this.bins ? null : [bin, Math.min(bin + 1, count)], true);
    });
    this.svg.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (event.key === "Escape") this.#brush(null, true);
      else if (by) {
        const [from, to] = this.bins ?? [0, Math.max(1, Math.round(count / 4))];
        if (event.shiftKey) this.#brush([from, Math.min(Math.max(to + by, from + 1), count)], true);
        else if (from + by >= 0 && to + by <= count) this.#brush([from + by, to + by], true);
      } else return;
      event.preventDefault();
      event.stopPropagation();
    });
  }
}

// `on.pick(codes)` with the codes that are chosen; null for all.
export class Bars {
  constructor(column, on) {
    Object.assign(this, { column, on, chosen: new Set(), most: FEW });
    this.list = element("div", { className: "bars", role: "group", "aria-label": `Values of ${column.name}` });
    this.box = element("div", {}, this.list);
  }

  update(total, some) {
    Object.assign(this, { total, some });
    const { names, colors } = this.column;
    const by = this.sortBySome ? some : total;
    const order = names.map((_, i) => i).sort((a, b) => by[b] - by[a] || a - b);
    const most = Math.max(1, ...total);
    const scale = this.logCounts ? (count) => Math.log1p(count) / Math.log1p(most) : (count) => count / most;
    const rows = order.slice(0, this.most).map((code) => {
      const counts = `${some[code].toLocaleString("en")} of ${total[code].toLocaleString("en")}`;
      const bar = (className, count) => element("i", { className, style: `width:${100 * scale(count)}%`
        + (colors && className === "some" ? `;background:${colors[code]}` : "") });
      const button = element("button", { type: "button", title: `${names[code]}: ${counts}`,
        "aria-pressed": String(this.chosen.has(code)) },
      element("span", { className: "name", textContent: names[code] }),
      element("span", { className: "track" }, bar("all", total[code]), bar("some", some[code])),
      element("span", { className: "count", textContent: some[code].toLocaleString("en") }));
      button.onclick = () => this.#pick(code);
      return button;
    });
    if (order.length > this.most) {
      const more = element("button", { type: "button", className: "more",
        textContent: `${(order.length - this.most).toLocaleString("en")} more` });
      more.onclick = () => {
        this.most = MOST;
        this.update(this.total, this.some);
      };
      rows.push(more);
    }
    const at = [...this.list.children].indexOf(this.list.getRootNode().activeElement);
    this.list.replaceChildren(...rows);
    if (at >= 0) rows[at]?.focus();
    this.list.classList.toggle("picked", this.chosen.size > 0);
  }

  show(codes) {
    this.chosen = new Set(codes ?? []);
    if (this.total) this.update(this.total, this.some);
  }

  #pick(code) {
    if (!this.chosen.delete(code)) this.chosen.add(code);
    this.on.pick(this.chosen.size ? [...this.chosen] : null);
    this.update(this.total, this.some);
  }
}
