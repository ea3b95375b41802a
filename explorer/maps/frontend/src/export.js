// The map as a picture to print: an SVG of its points, labels and legend, or a PNG made from that.
import { Picture, pixel, splat } from "./pixels.js";

const SIDE = 1600; // units of the map, without its legend
const LEGEND = 420;
const MOST_CIRCLES = 20_000; // points drawn one by one; more are a picture inside the picture
const FONT = "font-family=\"system-ui, sans-serif\"";

export function escaped(text) {
  return `${text}`.replace(/[&<>"]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign]);
}

// A whole map as SVG. `points` hold x, y in [-1, 1], codes, and which are chosen or hidden.
export function svg({ points, palette, legend, labels, paper, ink, title }, raster = null) {
  const at = (value) => ((value + 1) / 2) * SIDE;
  const { x, y, codes, chosen, hidden } = points;
  const radius = Math.min(Math.max(520 / Math.sqrt(x.length), 2), 11);
  const parts = [];
  if (raster) parts.push(`<image href="${raster}" width="${SIDE}" height="${SIDE}"/>`);
  else
    for (let i = 0; i < x.length; i++) {
      if (hidden?.[codes[i]]) continue;
      const faint = chosen && !chosen[i] ? " opacity=\".15\"" : "";
      parts.push(`<circle cx="${at(x[i]).toFixed(1)}" cy="${(SIDE - at(y[i])).toFixed(1)}" r="${radius.toFixed(1)}" fill="${palette[codes[i]]}"${faint}/>`);
    }
  for (const label of labels)
    parts.push(`<text x="${at(label.x).toFixed(1)}" y="${(SIDE - at(label.y)).toFixed(1)}" ${FONT} font-size="28" font-weight="600" `
      + `text-anchor="middle" fill="${ink}" stroke="${paper}" stroke-width="7" paint-order="stroke">${escaped(label.text)}</text>`);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIDE + LEGEND} ${SIDE}" width="${SIDE + LEGEND}" height="${SIDE}">`
    + `<title>${escaped(title)}</title><rect width="100%" height="100%" fill="${paper}"/>${parts.join("")}`
    + `<g transform="translate(${SIDE + 20} 60)" ${FONT} font-size="26" fill="${ink}">${key(legend, palette)}</g></svg>`;
}

// The legend: a line a category, or a scale of a number.
function key({ title, entries, ends }, palette) {
  const lines = [`<text font-weight="600">${escaped(title)}</text>`];
  for (const [at, { code, name, count }] of (entries ?? []).slice(0, 40).entries()) {
    const down = 46 + 36 * at;
    lines.push(`<circle cx="12" cy="${down - 9}" r="10" fill="${palette[code]}"/><text x="34" y="${down}">${escaped(name)} (${count.toLocaleString("en")})</text>`);
  }
  if (ends) {
    const colors = palette.slice(0, -1).filter((_, i) => i % 8 === 0);
    const wide = 320 / colors.length;
    colors.forEach((color, i) => lines.push(`<rect x="${i * wide}" y="20" width="${wide + 0.5}" height="26" fill="${color}"/>`));
    lines.push(`<text y="80">${escaped(ends[0])}</text><text x="320" y="80" text-anchor="end">${escaped(ends[1])}</text>`);
  }
  return lines.join("");
}

// The points as a picture, where there are too many for one circle each.
export function rastered({ points, palette, paper }) {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: SIDE, height: SIDE });
  const picture = new Picture(canvas);
  picture.clear(pixel(paper));
  const hidden = points.hidden;
  const camera = { kx: SIDE / 2, ky: -SIDE / 2, x: SIDE / 2, y: SIDE / 2 };
  for (const [value, share] of [[0, 0.15], [1, 1]]) {
    const tones = Uint32Array.from(palette, (color) => pixel(color, paper, share));
    const how = { camera, tones, radius: 1.5, value, hidden, mask: points.chosen };
    if (points.chosen || value) splat(picture, points, how);
  }
  picture.show();
  return canvas.toDataURL("image/png");
}

export async function save(map, kind) {
  const drawn = svg(map, map.points.x.length > MOST_CIRCLES ? rastered(map) : null);
  let blob = new Blob([drawn], { type: "image/svg+xml" });
  if (kind === "png") {
    const image = new Image();
    image.src = URL.createObjectURL(blob);
    await image.decode();
    const canvas = document.createElement("canvas");
    Object.assign(canvas, { width: 1.5 * (SIDE + LEGEND), height: 1.5 * SIDE });
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    URL.revokeObjectURL(image.src);
    blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
  }
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = `map.${kind}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
