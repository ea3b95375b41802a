// Marching squares: the line segments along which a grid of bytes crosses a level.
const SIDE = [[0, 1], [1, 2], [3, 2], [0, 3]]; // corners of the bottom, right, top and left edge
const CORNER = [[0, 0], [1, 0], [1, 1], [0, 1]];

export function segments(values, size, level) {
  const found = [];
  for (let row = 0; row + 1 < size; row++) {
    for (let column = 0; column + 1 < size; column++) {
      const at = CORNER.map(([dx, dy]) => values[(row + dy) * size + column + dx]);
      const crossings = [];
      for (const [a, b] of SIDE) {
        if (at[a] >= level === at[b] >= level) continue;
        const share = (level - at[a]) / (at[b] - at[a]);
        crossings.push([
          (column + 0.5 + CORNER[a][0] + share * (CORNER[b][0] - CORNER[a][0])) / size,
          (row + 0.5 + CORNER[a][1] + share * (CORNER[b][1] - CORNER[a][1])) / size,
        ]);
      }
      for (let i = 0; i + 1 < crossings.length; i += 2) found.push([...crossings[i], ...crossings[i + 1]]);
    }
  }
  return found;
}
