// Where a map may be looked at from: a camera as a 4 x 4 matrix by columns, of which a flat map uses
// the scales at 0 and 5 and the shifts at 12 and 13. The map lies between -1 and 1.
export const NEAREST = 80; // times enlarged
export const FARTHEST = 0.6;

// The camera nearest to `view` from which the map is not lost.
export function within(view) {
  const held = Float32Array.from(view);
  const zoom = Math.min(Math.max(view[0], FARTHEST), NEAREST);
  const ratio = zoom / view[0];
  held[0] = held[5] = zoom;
  for (const axis of [12, 13]) {
    const most = zoom + 0.5; // half a window of nothing beside the map
    held[axis] = Math.min(Math.max(view[axis] * ratio, -most), most);
  }
  return held;
}

// The camera after what was at `from` has come to `to`, so many times larger, as near as it may be; places
// are across and up from the middle of the window, in halves of its height.
export function zoomed(view, from, to, factor) {
  const zoom = Math.min(Math.max(view[0] * factor, FARTHEST), NEAREST);
  const held = Float32Array.from(view);
  held[0] = held[5] = zoom;
  for (const axis of [0, 1]) held[12 + axis] = to[axis] + ((view[12 + axis] - from[axis]) * zoom) / view[0];
  return within(held);
}

// How many times larger regl-scatterplot draws the points where the map is enlarged.
export function grown(zoom) {
  return Math.asinh(Math.max(1, zoom)) / Math.asinh(1);
}
