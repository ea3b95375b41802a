// The points without WebGL, and in three dimensions: drawn by the processor, moved by the same hands.
// It answers to what the map asks of regl-scatterplot: draw, set, get, filter, subscribe.
import { Picture, pixel, splat } from "./pixels.js";
import { turned, turning } from "./turn.js";
import { zoomed } from "./view.js";

const MORPH = 900; // milliseconds
const WHOLE = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
const SMOOTH = 300_000; // points beyond which fewer are drawn while something moves

export class SoftPlot {
  constructor({ canvas, width, height, depth }) {
    this.picture = new Picture(canvas);
    this.settings = { backgroundColor: "#ffffff", pointColor: ["#888888"], pointSize: 3, opacity: [0.15, 1] };
    this.view = Float32Array.from(WHOLE);
    this.listeners = { view: [] };
    this.depth = depth; // whether there is a third dimension, which a drag turns
    this.pose = turning(-0.5, 0.35);
    this.set({ width, height });
    this.#listen(canvas);
  }

  subscribe(name, listener) {
    this.listeners[name]?.push(listener);
  }

  set(given) {
    const { cameraView, width, height, ...settings } = given;
    Object.assign(this.settings, settings);
    if (width) Object.assign(this.picture.canvas, { width: Math.round(width), height: Math.round(height) });
    if (cameraView) this.view = Float32Array.from(cameraView);
    this.#paint();
    if (cameraView) this.#tell();
  }

  get(name) {
    if (name === "cameraView") return this.view;
    return name === "isPointsFiltered" ? Boolean(this.kept) : undefined;
  }

  // `points` hold x, y, and in three dimensions z; x and y are then written anew with every turn.
  async draw(points, { transition } = {}) {
    const from = transition && this.points ? { x: this.points.x, y: this.points.y, start: performance.now() } : null;
    this.points = points;
    this.#turn();
    this.moving = from && !this.depth ? from : null;
    this.#paint();
  }

  clear() {
    this.points = null;
    this.#paint();
  }

  filter(kept) {
    this.kept = new Uint8Array(this.points.x.length);
    for (const i of kept) this.kept[i] = 1;
    this.#paint();
  }

  unfilter() {
    this.kept = null;
    this.#paint();
  }

  deselect() {}

  reset() {
    this.view = Float32Array.from(WHOLE);
    this.#paint();
    this.#tell();
  }

  destroy() {
    cancelAnimationFrame(this.painting);
    this.gone = true;
  }

  #tell() {
    for (const listener of this.listeners.view) listener();
  }

  #turn() {
    if (!this.depth || !this.points) return;
    const { x3, y3, z3, x, y } = this.points;
    this.order = turned({ x3, y3, z3 }, { x, y }, this.pose);
  }

  #camera() {
    const { width, height } = this.picture.canvas;
    const v = this.view;
    const ratio = width / height;
    return { kx: (v[0] / ratio / 2) * width, ky: (-v[5] / 2) * height,
      x: ((v[12] / ratio + 1) / 2) * width, y: ((1 - v[13]) / 2) * height };
  }

  #paint() {
    if (this.painting) return;
    this.painting = requestAnimationFrame(() => {
      this.painting = null;
      if (this.gone) return;
      const { backgroundColor: paper, pointColor, pointSize, opacity } = this.settings;
      this.picture.clear(pixel(paper));
      if (this.points) {
        const { valueA: codes, valueB: mask } = this.points;
        const { x, y } = this.#places();
        const stride = this.held || this.moving ? Math.ceil(x.length / SMOOTH) : 1;
        const radius = Math.max(pointSize / 2, 0.75);
        const solid = Math.max(opacity[1], 0.75);
        for (const [value, share] of [[0, opacity[0] / opacity[1]], [1, solid]]) {
          const tones = Uint32Array.from(pointColor, (color) => pixel(color, paper, share));
          const chosen = this.kept ? mask.map((one, i) => (this.kept[i] ? one : 2)) : mask;
          const how = { camera: this.#camera(), tones, radius, mask: chosen, value, order: this.order, stride };
          splat(this.picture, { x, y, codes }, how);
        }
      }
      this.picture.show();
      if (this.moving) this.#paint();
    });
  }

  // Where the points are by now, on their way to new places.
  #places() {
    const { x, y } = this.points;
    if (!this.moving || this.moving.x.length !== x.length) return { x, y };
    const t = Math.min((performance.now() - this.moving.start) / MORPH, 1);
    if (t === 1) {
      this.moving = null;
      return { x, y };
    }
    const share = t < 0.5 ? 4 * t ** 3 : 1 - (2 - 2 * t) ** 3 / 2;
    const by = (from, to) => to.map((value, i) => from[i] + share * (value - from[i]));
    return { x: by(this.moving.x, x), y: by(this.moving.y, y) };
  }

  #listen(canvas) {
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button || event.shiftKey) return;
      canvas.setPointerCapture(event.pointerId);
      this.held = { x: event.clientX, y: event.clientY };
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!this.held) return;
      const [dx, dy] = [event.clientX - this.held.x, event.clientY - this.held.y];
      this.held = { x: event.clientX, y: event.clientY };
      if (this.depth && !event.ctrlKey) {
        this.pose = turning(this.pose.yaw + dx / 160, this.pose.pitch + dy / 160);
        this.#turn();
      } else {
        this.view[12] += (2 * dx) / canvas.clientHeight;
        this.view[13] -= (2 * dy) / canvas.clientHeight;
      }
      this.#paint();
      this.#tell();
    });
    for (const name of ["pointerup", "pointercancel"])
      canvas.addEventListener(name, () => {
        this.held = null;
        this.#paint();
      });
    canvas.addEventListener("touchstart", ({ touches }) => touches.length > 1 && (this.held = null)); // two fingers do else
    canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      const { left, top, width, height } = canvas.getBoundingClientRect();
      const at = [((event.clientX - left - width / 2) * 2) / height, ((height / 2 - event.clientY + top) * 2) / height];
      this.view = zoomed(this.view, at, at, Math.exp(-event.deltaY / 400));
      this.#paint();
      this.#tell();
    }, { passive: false });
  }
}
