// Which points lie in a polygon: the even-odd rule, as in core/regions.py.
export function inside(x, y, corners) {
  const mask = new Uint8Array(x.length);
  if (corners.x.length < 3) return mask;
  const ends = corners.x.map((x1, i) => {
    const before = (i || corners.x.length) - 1;
    return [corners.x[before], corners.y[before], x1, corners.y[i]];
  });
  const [left, right] = [Math.min(...corners.x), Math.max(...corners.x)];
  const [low, high] = [Math.min(...corners.y), Math.max(...corners.y)];
  for (let i = 0; i < x.length; i++) {
    if (x[i] < left || x[i] > right || y[i] < low || y[i] > high) continue;
    for (const [x0, y0, x1, y1] of ends)
      if (y0 > y[i] !== y1 > y[i] && x[i] < x0 + ((y[i] - y0) / (y1 - y0)) * (x1 - x0)) mask[i] ^= 1;
  }
  return mask;
}
