// Where the points of a reel are for any stand of its sliders. What is read from numbers is never made here.

// A reel as it was sent: the length of its head, the head, and the arrays that it names.
export function opened(bytes) {
  const length = new Uint32Array(bytes, 0, 1)[0];
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 4, length)));
  const types = { u1: Uint8Array, u2: Uint16Array, f4: Float32Array, i4: Int32Array };
  const arrays = Object.fromEntries(Object.entries(head.arrays)
    .map(([name, [type, start, count]]) => [name, new types[type](bytes, 4 + length + start, count)]));
  return { ...head, ...arrays };
}

// The frame at which something was computed that is nearest to where the sliders stand.
export function nearest({ sliders }, at) {
  return sliders.reduce((frame, { stops }, i) => frame * stops.length + Math.round(at[i]), 0);
}

// The value of a slider that stands between two of its stops.
export function valueAt({ values }, at) {
  const low = Math.min(Math.floor(at), values.length - 1);
  const high = Math.min(low + 1, values.length - 1);
  return values[low] + (at - low) * (values[high] - values[low]);
}

// Where a slider stands at a value: between stops.
export function standAt({ values }, value) {
  let low = 0;
  while (low < values.length - 2 && values[low + 1] <= value) low += 1;
  const share = (value - values[low]) / (values[low + 1] - values[low]);
  return Math.min(Math.max(low + share, 0), values.length - 1);
}

// Write x and y of every point, in the units of the box; none of a point that is not in the nearest frame.
export function place(reel, at, x, y) {
  if (reel.path === "shifted") shift(reel, at, x, y);
  else between(reel, at, x, y);
  if (!reel.shown) return;
  const from = nearest(reel, at) * reel.n;
  for (let k = 0; k < reel.n; k++) if (!reel.shown[from + k]) x[k] = y[k] = NaN;
}

function shift({ sliders, start, move, along, squared, n }, at, x, y) {
  const t = valueAt(sliders[0], at[0]);
  const rescaled = at[1] ?? 0; // on the way from one to the other while the switch is turned
  for (let i = 0; i < n; i++) {
    const length = Math.sqrt(Math.max(1 + 2 * t * along[i] + t * t * squared, 1e-12));
    const scale = 1 + rescaled * (1 / length - 1);
    x[i] = (start[i] + t * move[i]) * scale;
    y[i] = (start[n + i] + t * move[n + i]) * scale;
  }
}

// Frames are whole numbers from 0 to 65535 across the box; two alone are those of the ends of the slider.
function between({ sliders, frames, box, n }, at, x, y) {
  const second = sliders[1]?.stops.length ?? 1;
  const first = frames.length / (2 * n * second);
  const [low, high] = box;
  const [sx, sy] = [0, 1].map((axis) => (high[axis] - low[axis]) / 65535);
  x.fill(low[0]);
  y.fill(low[1]);
  for (const [i, one] of weights((at[0] * (first - 1)) / (sliders[0].stops.length - 1 || 1), first))
    for (const [j, two] of weights(at[1] ?? 0, second)) {
      const from = (i * second + j) * 2 * n;
      const [wx, wy] = [one * two * sx, one * two * sy];
      for (let k = 0; k < n; k++) {
        x[k] += wx * frames[from + k];
        y[k] += wy * frames[from + n + k];
      }
    }
}

// The stops beside a stand, and how near it is to each.
function weights(at, count) {
  const low = Math.min(Math.floor(at), count - 1);
  const share = at - low;
  return share ? [[low, 1 - share], [low + 1, share]] : [[low, 1]];
}
