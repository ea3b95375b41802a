// A map of three dimensions as it is seen: turned about the vertical, then tipped.
const STEEPEST = 1.5; // radians
const BINS = 1024; // of depth

export function turning(yaw, pitch) {
  return { yaw, pitch: Math.min(Math.max(pitch, -STEEPEST), STEEPEST) };
}

// Where a place is seen, and how near it is.
export function seen([a, b, c], { yaw, pitch }) {
  const [cy, sy, cp, sp] = [Math.cos(yaw), Math.sin(yaw), Math.cos(pitch), Math.sin(pitch)];
  const deep = sy * a + cy * c;
  return [cy * a - sy * c, cp * b - sp * deep, sp * b + cp * deep];
}

// How far across and up each of the three axes is seen.
export function axesOf(pose) {
  const ends = [[1, 0, 0], [0, 1, 0], [0, 0, 1]].map((end) => seen(end, pose));
  return [0, 1].map((side) => ends.map((end) => end[side]));
}

// Write where the points are seen into `x` and `y`; returns their order, the farthest first.
export function turned({ x3, y3, z3 }, { x, y }, pose) {
  const n = x3.length;
  const bin = new Uint16Array(n);
  const starts = new Uint32Array(BINS + 1);
  for (let i = 0; i < n; i++) {
    const [across, up, near] = seen([x3[i], y3[i], z3[i]], pose);
    x[i] = across;
    y[i] = up;
    bin[i] = Math.min(Math.max(Math.floor(((near + 2) / 4) * BINS), 0), BINS - 1);
    starts[bin[i] + 1] += 1;
  }
  for (let i = 0; i < BINS; i++) starts[i + 1] += starts[i];
  const order = new Uint32Array(n);
  for (let i = 0; i < n; i++) order[starts[bin[i]]++] = i;
  return order;
}
