// Points that lie on each other: how many, and where to write that.
const TALL = 16; // pixels of a line of text
const RING = 13; // radius of the ring around a pile

// Places where so many points lie on each other that they look like one: x, y and count, in pixels.
export function piles(x, y, camera, least, cell = 9) {
  const counts = new Map();
  for (let i = 0; i < x.length; i++) {
    if (Number.isNaN(x[i])) continue;
    const column = Math.round((x[i] * camera.kx + camera.x) / cell);
    const row = Math.round((y[i] * camera.ky + camera.y) / cell);
    const key = row * 4096 + column;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const around = (key) => {
    let sum = 0;
    for (const down of [-4096, 0, 4096]) for (const right of [-1, 0, 1]) sum += counts.get(key + down + right) ?? 0;
    return sum;
  };
  const found = [];
  for (const [key, count] of [...counts].sort((a, b) => b[1] - a[1])) {
    const [row, column] = [Math.floor(key / 4096), key % 4096];
    if (3 * count < least || found.some((one) => Math.abs(one.row - row) < 3 && Math.abs(one.column - column) < 3)) continue;
    const sum = around(key);
    if (sum >= least) found.push({ row, column, x: column * cell, y: row * cell, count: sum });
  }
  return found;
}

// The left and the middle of a text of each pile, beside, above or below its ring: where no other ring or
// text is, and inside the picture. None where there is no such place.
export function beside(found, widths, { width, height }) {
  const rings = found.map(({ x, y }) => [x - RING, y - RING, x + RING, y + RING]);
  const taken = [...rings];
  return found.map(({ x, y }, i) => {
    const [wide, gap] = [widths[i], RING + 5];
    const middle = Math.min(Math.max(x - wide / 2, 0), width - wide);
    const tried = [[x + gap, y], [x - gap - wide, y], [middle, y - gap - TALL / 2], [middle, y + gap + TALL / 2]];
    for (const [left, level] of tried) {
      const box = [left, level - TALL / 2, left + wide, level + TALL / 2];
      const inside = left >= 0 && box[2] <= width && box[1] >= 0 && box[3] <= height;
      const free = taken.every((other) => other === rings[i] || box[2] < other[0] || other[2] < box[0] || box[3] < other[1] || other[3] < box[1]);
      if (!inside || !free) continue;
      taken.push(box);
      return [left, level];
    }
    return null;
  });
}

// A ring around each pile, and how many it is of, readable over points.
export function drawPiles(context, found, { width, height, font, ink, paper }) {
  Object.assign(context, { font, textBaseline: "middle", lineJoin: "round" });
  const texts = found.map(({ count }) => `${count} in one place`);
  const places = beside(found, texts.map((text) => context.measureText(text).width), { width, height });
  found.forEach(({ x, y }, i) => {
    Object.assign(context, { strokeStyle: ink, lineWidth: 1.2 });
    context.beginPath();
    context.arc(x, y, RING, 0, 7);
    context.stroke();
    if (!places[i]) return;
    Object.assign(context, { strokeStyle: paper, lineWidth: 4 });
    context.strokeText(texts[i], ...places[i]);
    context.fillText(texts[i], ...places[i]);
  });
  context.strokeStyle = ink;
}
