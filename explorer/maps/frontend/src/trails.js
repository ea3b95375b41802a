// The ways of points or groups so far, the newest part the widest; the last one grows with the slider.
export function drawTrails(context, trails, { at, seen, palette, ink }) {
  const scale = Math.min(1, 3 / Math.sqrt(trails.length || 1)); // many are thin
  context.lineCap = "round";
  for (const { x, y, code } of trails) {
    const way = upTo(x, y, at).map((place) => seen(...place));
    const last = way.length - 1;
    for (const [color, extra] of [[ink, 2], [palette[code], 0]]) {
      context.strokeStyle = context.fillStyle = color;
      way.slice(1).forEach((to, i) => {
        context.lineWidth = scale * (1 + (2.5 * (i + 1)) / last + extra);
        context.beginPath();
        context.moveTo(...way[i]);
        context.lineTo(...to);
        context.stroke();
      });
      way.forEach((center, i) => {
        context.beginPath();
        context.arc(...center, scale * ((i < last ? 2.5 : 5) + extra / 2), 0, 7);
        context.fill();
      });
    }
  }
}

// The places of a way up to a stand between two of its stops.
export function upTo(x, y, at) {
  const low = Math.min(Math.floor(at), x.length - 1);
  const places = Array.from({ length: low + 1 }, (_, i) => [x[i], y[i]]);
  const share = at - low;
  if (share > 0 && low + 1 < x.length) places.push([x[low] + share * (x[low + 1] - x[low]), y[low] + share * (y[low + 1] - y[low])]);
  return places;
}
