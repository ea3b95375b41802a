// Which points lie in a polygon: the even-odd rule, as in core/regions.py.
const BANDS = 512; // of the height, so that a point meets the edges at its height alone

export function inside(x, y, corners) {
  const mask = new Uint8Array(x.length);
  if (corners.x.length < 3) return mask;
  const [left, right, low, high] = [...ends(corners.x), ...ends(corners.y)];
  const band = (value) => Math.min(Math.floor(((value - low) / (high - low)) * BANDS), BANDS - 1);
  const bands = Array.from({ length: BANDS }, () => []);
  corners.x.forEach((x1, i) => {
    const before = (i || corners.x.length) - 1;
    const edge = [corners.x[before], corners.y[before], x1, corners.y[i]];
    if (edge[1] === edge[3]) return; // no height is crossed
    const last = band(Math.max(edge[1], edge[3]));
    for (let at = band(Math.min(edge[1], edge[3])); at <= last; at++) bands[at].push(...edge);
  });
  for (let i = 0; i < x.length; i++) {
    const [px, py] = [x[i], y[i]];
    if (!(px >= left && px <= right && py >= low && py <= high)) continue;
    const edges = bands[band(py)] ?? []; // of a polygon without a height there are none
    for (let e = 0; e < edges.length; e += 4) {
      const [x0, y0, y1] = [edges[e], edges[e + 1], edges[e + 3]];
      if (y0 > py !== y1 > py && px < x0 + ((py - y0) / (y1 - y0)) * (edges[e + 2] - x0)) mask[i] ^= 1;
    }
  }
  return mask;
}

const ends = (values) => values.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity]);

// What is selected after points were drawn around: they alone, they as well, or all but them.
export function combined(before, hit, mode) {
  if (mode === "new") return hit;
  const found = before ? Uint8Array.from(before) : new Uint8Array(hit.length);
  for (let i = 0; i < hit.length; i++) found[i] = mode === "add" ? found[i] | hit[i] : found[i] & ~hit[i];
  return found;
}
