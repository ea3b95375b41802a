// What a file holds of the items, and what is asked of them.
import { TYPES } from "./arrays.js";
import { said } from "./charts.js";
import { addresses } from "./words.js";

const LONGEST = 300; // characters of a cell on a card
const CHIPS = 6;
const CHIP = 60; // characters, but for an address, which is whole
const NONE = "(none)";

// Texts that stand one after another, apart by a zero.
const texts = (bytes) => new TextDecoder().decode(bytes).split("\0");

// `base64` are the pictures, one after another; each begins where `pictures.starts` says.
export class Items {
  constructor({ n, columns, roles, index, pictures, partners }, base64) {
    Object.assign(this, { n, roles, base64 });
    this.kind = pictures?.kind;
    this.starts = pictures && new Uint32Array(pictures.starts);
    this.partners = partners && new Int32Array(partners);
    this.index = index && texts(index);
    this.columns = columns.map((column) => ({ ...column,
      values: column.kind === "text" ? texts(column.address) : new TYPES[column.type](column.address) }));
    this.named = new Map(this.columns.map((column) => [column.name, column]));
  }

  cell({ kind, values, names }, row) {
    const value = values[row];
    if (kind === "text") return value;
    if (kind === "category") return names[value] === NONE ? "" : names[value];
    if (Number.isNaN(value)) return "";
    return kind === "date" ? said(value, kind) : `${Number.isInteger(value) ? value : Number(value.toPrecision(6))}`;
  }

  picture(row) {
    if (!this.starts || this.starts[row] === this.starts[row + 1]) return null;
    return `data:${this.kind};base64,${this.base64.slice(this.starts[row], this.starts[row + 1])}`;
  }

  #text(row) {
    const column = this.named.get(this.roles.text);
    return column ? this.cell(column, row) : "";
  }

  // As it is shown under the mouse.
  card(row) {
    const lines = this.columns.map((column) => [column.name, this.cell(column, row).slice(0, LONGEST)])
      .filter(([, cell]) => cell);
    const picture = this.picture(row);
    if (!picture && !lines.length) lines.push(["item", `${this.index?.[row] ?? row}`]); // nothing else is known
    return { picture, lines, text: this.#text(row) };
  }

  // As it is shown in a list, beside the item that shows the same thing.
  paired(row) {
    const other = this.partners?.[row] ?? -1;
    return { ...this.listed(row), partner: other >= 0 ? { ...this.listed(other), says: "its partner" } : null };
  }

  // As it is shown in a list.
  listed(row, value = "") {
    const apart = [this.roles.text, this.roles.pair];
    const chips = this.columns.filter(({ name }) => !apart.includes(name))
      .map((column) => [column.name, this.cell(column, row)]).filter(([, cell]) => cell)
      .map(([name, cell]) => `${name}: ${addresses(cell).some(([, leads]) => leads) ? cell : cell.slice(0, CHIP)}`).slice(0, CHIPS);
    const [name, picture, text] = [`item ${this.index?.[row] ?? row}`, this.picture(row), this.#text(row)];
    return { row, value, name, picture, text: text || chips.length || picture ? text : name, chips };
  }

  // Where every word occurs in some column, whatever the case.
  found(words) {
    const mask = new Uint8Array(this.n).fill(1);
    for (const word of words.map((each) => each.toLowerCase())) {
      const hit = new Uint8Array(this.n);
      for (const column of this.columns) this.#mark(column, word, hit);
      for (let i = 0; i < this.n; i++) mask[i] &= hit[i];
    }
    return mask;
  }

  #mark({ kind, values, names }, word, hit) {
    const has = (cell) => cell.toLowerCase().includes(word);
    if (kind === "text") values.forEach((cell, i) => (hit[i] |= has(cell)));
    else if (kind === "category") {
      const table = Uint8Array.from(names, (name) => name !== NONE && has(name));
      for (let i = 0; i < this.n; i++) hit[i] |= table[values[i]];
    } else if (kind === "number") for (let i = 0; i < this.n; i++) hit[i] |= `${values[i]}`.includes(word);
  }

  // Some items as CSV, the cells that a spreadsheet would compute as text.
  csv(rows) {
    const quoted = (cell) => `"${(/^[=+\-@\t\r]/.test(cell) && Number.isNaN(Number(cell)) ? `'${cell}` : cell).replaceAll('"', '""')}"`;
    const lines = rows.map((row) => [`${this.index?.[row] ?? row}`, ...this.columns.map((column) => this.cell(column, row))]);
    return [["item", ...this.named.keys()], ...lines].map((line) => line.map(quoted).join(",")).join("\r\n");
  }
}
