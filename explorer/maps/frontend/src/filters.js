// Which items pass what is asked of their columns. Every column has its own mask; all must be passed.

// Whether each value passes a filter of numbers, [low, high), or of codes (a table of what passes).
export function passes(values, { low, high, codes, negated }, mask = new Uint8Array(values.length)) {
  const yes = negated ? 0 : 1;
  if (codes) for (let i = 0; i < values.length; i++) mask[i] = codes[values[i]] ? yes : 1 - yes;
  else for (let i = 0; i < values.length; i++) mask[i] = values[i] >= low && values[i] < high ? yes : 1 - yes;
  return mask;
}

// In which of the bins each value lies; `bins` where it is in none, as it is not a number.
export function binned(values, { low, high, bins, log }) {
  const found = new Uint8Array(values.length);
  const at = log ? (value) => Math.log10(value) : (value) => value;
  const [from, to] = [at(low), at(high)];
  for (let i = 0; i < values.length; i++) {
    const place = Math.floor(((at(values[i]) - from) / (to - from)) * bins);
    found[i] = place >= 0 && place <= bins ? Math.min(place, bins - 1) : bins;
  }
  return found;
}

export class Filters {
  constructor(n) {
    this.n = n;
    this.masks = new Map(); // by column
  }

  set(name, mask) {
    if (mask) this.masks.set(name, mask);
    else this.masks.delete(name);
  }

  // Which items pass all filters but that of one column; null where there are no others.
  all(except = null) {
    const masks = [...this.masks].filter(([name]) => name !== except).map(([, mask]) => mask);
    if (!masks.length) return null;
    const found = Uint8Array.from(masks[0]);
    for (const mask of masks.slice(1)) for (let i = 0; i < this.n; i++) found[i] &= mask[i];
    return found;
  }
}

// How many items of a mask, or of all, each code has.
export function counted(codes, size, mask) {
  const counts = new Uint32Array(size);
  if (!mask) for (let i = 0; i < codes.length; i++) counts[codes[i]] += 1;
  else for (let i = 0; i < codes.length; i++) counts[codes[i]] += mask[i];
  return counts;
}
