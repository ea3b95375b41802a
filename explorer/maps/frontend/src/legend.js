// What the colors and shapes of points mean.
import { element } from "./frame.js";

export const SHAPES = [
  (c, r) => c.arc(0, 0, r, 0, 7),
  (c, r) => [[0, -1.25], [1.25, 0], [0, 1.25], [-1.25, 0]].forEach(([x, y]) => c.lineTo(x * r, y * r)),
  (c, r) => c.rect(-0.9 * r, -0.9 * r, 1.8 * r, 1.8 * r),
  (c, r) => [[0, -1.2], [1.1, 0.8], [-1.1, 0.8]].forEach(([x, y]) => c.lineTo(x * r, y * r)),
];
const MOST = 10; // names
const LEVELS = [0, 64, 127, 190, 254]; // of a scale, of the colors of its numbers

const swatch = (background, className) => element("i", { className, style: `background:${background}` });

export function legendOf({ legend, palette }) {
  if (legend.ends) {
    const bar = swatch(`linear-gradient(90deg, ${LEVELS.map((code) => palette[code]).join(", ")})`, "bar");
    return [element("span", {}, legend.title, ` ${legend.ends[0]}`, bar, legend.ends[1])];
  }
  const named = (legend.entries ?? []).slice(0, MOST);
  const title = named.length > 1 ? [element("b", { textContent: legend.title })] : [];
  return [...title, ...named.map(({ code, name }) =>
    element("span", {}, swatch(palette[code], `shape${code % SHAPES.length}`), name))];
}
