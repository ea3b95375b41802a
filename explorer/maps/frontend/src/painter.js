// What is painted above the points: pictures, lines, rings, names, stars and strokes.
import { segments } from "./contours.js";
import { drawStroke } from "./strokes.js";
import { seen } from "./turn.js";
import { grown } from "./view.js";

const LEVELS = [38, 76, 115, 160, 210]; // of the density, of 255
const CLOSE = 2.2; // zoom from which the finer labels are shown
const PICTURE = 34; // pixels
const LONGEST = 40; // characters of the name of a star
const SMALL = 4; // pixels of a point that is easily overlooked
const DOT = 3.5; // pixels, of a chosen point where points are small

const cut = (name) => (name.length > LONGEST ? `${name.slice(0, LONGEST - 1)}…` : name);

// Paints what a map holds, and changes nothing of it.
export class Painter {
  constructor(map) {
    this.map = map;
    this.context = map.frame.over.getContext("2d");
  }

  // `share` says how far the points are on their way to new places.
  paint({ camera, zoom, width, height, share }) {
    const { map, context } = this;
    const ratio = window.devicePixelRatio || 1;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    Object.assign(this, { camera, zoom, width, height, share });
    if (map.shown.contours && map.density) this.#contours();
    this.#pictures();
    this.#few();
    this.#lines(map.data.links.map(([from, to]) => [this.#place(from), this.#place(to)]));
    for (const i of map.data.marked) this.#ring(this.#place(i), 6, map.accent, 2);
    for (const [i, radius, width] of [[map.echo, 9, 2], [map.hovered, 8, 2], [map.focus, 10, 3]])
      if (i !== null && i !== undefined && i < map.data.n) this.#ring(this.#place(i), radius, map.ink, width);
    this.#toStars();
    this.taken = this.#names(); // boxes of texts: nothing is written over another
    if (map.shown.labels) this.#labels(zoom >= CLOSE ? 1 : 0);
    this.#snippets();
    this.#stars();
    if (map.stroke) drawStroke(context, map.stroke, map.accent);
  }

  // Where a point is on the screen; while it moves, where it is by now.
  #place(i) {
    const { x, y, moving } = this.map;
    const by = (from, to) => from + this.share * (to - from);
    const [px, py] = moving ? [by(moving.x[i], x[i]), by(moving.y[i], y[i])] : [x[i], y[i]];
    return [px * this.camera.kx + this.camera.x, py * this.camera.ky + this.camera.y];
  }

  // Where a place in data coordinates is on the screen.
  #pixels(x, y, z = 0) {
    const [cx, cy, half, cz] = this.map.data.frame;
    const { kx, ky, x: left, y: top } = this.camera;
    const place = [(x - cx) / half, (y - cy) / half, (z - cz) / half];
    const [across, up] = this.map.deep ? seen(place, this.map.plot.pose) : place;
    return [across * kx + left, up * ky + top];
  }

  #lines(ends) {
    const { context } = this;
    context.strokeStyle = this.map.accent;
    context.globalAlpha = 0.55;
    context.lineWidth = 1.2;
    for (const [from, to] of ends) this.#segment(from, to);
    context.globalAlpha = 1;
  }

  // A few chosen points among very many, which would be lost as specks.
  #few() {
    const { map, context } = this;
    if (map.data.size >= SMALL) return;
    for (const i of map.few) {
      if (map.hidden.has(map.codes[i])) continue;
      for (const [tone, wider] of [[map.ink, 1.2], [map.data.palette[map.codes[i]], 0]]) {
        context.fillStyle = tone;
        this.#dot(this.#place(i), DOT + wider);
      }
    }
  }

  // Lines from what is no item but has a place, a star, to the items next to it.
  #toStars() {
    const { map } = this;
    for (const { place, near } of map.data.stars) {
      const star = this.#pixels(...place);
      this.#lines(near.map((i) => [star, this.#place(i)]));
      for (const i of near) this.#ring(this.#place(i), 6, map.accent, 2);
    }
  }

  // The boxes of the stars and of their names, which are written last.
  #names() {
    this.#font(14);
    return this.map.data.stars.flatMap(({ place, name }) => {
      const [x, y] = this.#pixels(...place);
      return [[x, y, 16, 16], [x, y - 24, this.context.measureText(cut(name)).width / 2 + 4, 9]];
    });
  }

  // Take the room of a text; false where another has it.
  #takes(x, y, wide, high) {
    if (this.taken.some(([ox, oy, w, h]) => Math.abs(ox - x) < w + wide && Math.abs(oy - y) < h + high)) return false;
    this.taken.push([x, y, wide, high]);
    return true;
  }

  // The stars with their names.
  #stars() {
    const { map, context } = this;
    for (const { place, name } of map.data.stars) {
      const [sx, sy] = this.#pixels(...place);
      context.lineJoin = "round";
      context.beginPath();
      for (let corner = 0; corner < 10; corner++) {
        const [radius, angle] = [corner % 2 ? 5.5 : 14, (corner * Math.PI) / 5];
        context.lineTo(sx + radius * Math.sin(angle), sy - radius * Math.cos(angle));
      }
      context.closePath();
      for (const [tone, width] of [[map.paper, 6], [map.ink, 3]]) {
        context.strokeStyle = tone;
        context.lineWidth = width;
        context.stroke();
      }
      context.fillStyle = map.accent;
      context.fill();
      this.#font(14);
      this.#write(cut(name), sx, sy - 24);
    }
  }

  #contours() {
    const { map, context } = this;
    if (this.drawn !== map.density) {
      const size = Math.sqrt(map.density.length);
      this.levels = LEVELS.map((level) => segments(map.density, size, level));
      this.drawn = map.density;
    }
    const [x0, x1, y0, y1] = map.data.density.box;
    const at = (across, up) => this.#pixels(x0 + across * (x1 - x0), y0 + up * (y1 - y0));
    context.strokeStyle = map.ink;
    context.lineWidth = 1;
    this.levels.forEach((lines, level) => {
      context.globalAlpha = 0.25 + 0.12 * level;
      context.beginPath();
      for (const [ax, ay, bx, by] of lines) {
        context.moveTo(...at(ax, ay));
        context.lineTo(...at(bx, by));
      }
      context.stroke();
    });
    context.globalAlpha = 1;
  }

  // The first words of the texts of a few points in view, each below its point.
  #snippets() {
    const { map, context, width } = this;
    const below = (map.data.size / 2) * (map.frame.box.dataset.drawnBy === "webgl" ? grown(this.zoom) : 1) + 9;
    this.#font(12);
    for (const i of map.read ?? []) {
      const text = map.snippets.get(map.rows ? map.rows[i] : i);
      if (!text || i >= map.data.n) continue;
      const [px, py] = this.#place(i);
      const wide = context.measureText(text).width / 2 + 4;
      const x = Math.max(Math.min(px, width - wide), wide); // not cut off by an edge
      if (!this.#takes(x, py + below, wide, 7.5)) continue;
      context.globalAlpha = !map.chosen || map.chosen[i] ? 0.9 : 0.3;
      this.#write(text, x, py + below);
    }
    context.globalAlpha = 1;
  }

  #labels(level) {
    this.#font(level ? 12 : 14);
    for (const label of this.map.data.labels) {
      if (label.level !== level) continue;
      const [x, y] = this.#pixels(...label.place);
      const wide = this.context.measureText(label.text).width / 2 + 4;
      if (this.#takes(x, y, wide, 9)) this.#write(label.text, x, y);
    }
  }

  #pictures() {
    const { map, context, width, height } = this;
    for (const i of map.seen ?? []) {
      const image = map.pictures.get(map.rows ? map.rows[i] : i);
      const [x, y] = i < map.data.n ? this.#place(i) : [-99, -99];
      if (!image?.complete || x < -PICTURE || y < -PICTURE || x > width + PICTURE || y > height + PICTURE) continue;
      context.globalAlpha = !map.chosen || map.chosen[i] ? 1 : 0.25;
      const size = PICTURE / Math.max(image.width, image.height);
      const box = [x - (image.width * size) / 2, y - (image.height * size) / 2, image.width * size, image.height * size];
      context.drawImage(image, ...box);
      context.strokeStyle = map.data.palette[map.codes[i]];
      context.lineWidth = 2;
      context.strokeRect(...box);
    }
    context.globalAlpha = 1;
  }

  #font(size) {
    const { context } = this;
    context.font = `600 ${size}px ${getComputedStyle(this.map.frame.box).fontFamily}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineJoin = "round";
  }

  #write(text, x, y) {
    const { map, context } = this;
    context.strokeStyle = map.paper;
    context.lineWidth = 4;
    context.strokeText(text, x, y);
    context.fillStyle = map.ink;
    context.fillText(text, x, y);
  }

  #segment(from, to) {
    const { context } = this;
    context.beginPath();
    context.moveTo(...from);
    context.lineTo(...to);
    context.stroke();
  }

  #dot([x, y], radius) {
    const { context } = this;
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.fill();
  }

  #ring([x, y], radius, color, width) {
    const { map, context } = this;
    for (const [tone, line] of [[map.paper, width + 2], [color, width]]) {
      context.strokeStyle = tone;
      context.lineWidth = line;
      context.beginPath();
      context.arc(x, y, radius, 0, 2 * Math.PI);
      context.stroke();
    }
  }
}
