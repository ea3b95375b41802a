// The map itself: regl-scatterplot draws the points, a second canvas everything on top of them.
import createScatterplot from "regl-scatterplot";
import { array } from "./arrays.js";
import { Frame } from "./frame.js";
import { Painter } from "./painter.js";

const PICK = 14; // pixels around the mouse in which a point is found
const DWELL = 125; // milliseconds before its card is shown
const SETTLED = 220; // milliseconds after which a view has settled
const DIM = 0.15; // of the opacity, for points that are not chosen
const MORPH = 900; // milliseconds
const MOST_MOVING = 200_000; // points beyond which a new place is taken at once
const MOST_FEW = 300; // chosen points that are brought out by more than their color
const MOST_PICTURES = 150; // points in view from which they are drawn as points only
const HOVERED = "embedding-explorer-hover";
const still = window.matchMedia("(prefers-reduced-motion: reduce)");

// "rgb(1, 2, 3)", as the browser says it, in the form that regl-scatterplot reads.
function hex(color) {
  const parts = color.match(/[\d.]+/g).slice(0, 3);
  return `#${parts.map((part) => Math.round(part).toString(16).padStart(2, "0")).join("")}`;
}

// When the rest of the page is drawn: a million points hold up the browser for a second.
function idle() {
  return new Promise((done) => (window.requestIdleCallback ?? setTimeout)(done, { timeout: 500 }));
}

// How many places the trails of a map go through.
function waysIn(data) {
  return data?.trails[0]?.x.length ?? 0;
}

// The chosen points, where they are few.
function someOf(chosen) {
  const found = [];
  for (let i = 0; chosen && i < chosen.length; i++)
    if (chosen[i] && found.push(i) > MOST_FEW) return [];
  return found;
}

export class MapCanvas {
  constructor(root) {
    this.root = root;
    this.frame = new Frame(root, { tool: (name) => this.tool(name), legend: (...what) => this.toggle(...what) });
    this.hidden = new Set();
    this.views = [];
    this.viewAt = -1;
    this.pictures = new Map();
    this.shown = { contours: false, labels: true };
    this.mode = "pan";
    this.version = 0;
    this.given = {};
    this.queue = Promise.resolve();
    this.#listen();
    this.observer = new ResizeObserver(() => this.#resize());
    this.observer.observe(this.frame.box);
    this.tool("pan");
  }

  update(data, send) {
    this.send = send;
    this.wanted = data;
    this.queue = this.queue.then(() => this.#apply(data)).catch((error) => {
      this.frame.status.textContent = error.message;
      console.error(error);
    });
  }

  destroy() {
    this.observer.disconnect();
    document.removeEventListener(HOVERED, this.hoverElsewhere);
    clearTimeout(this.settling);
    clearTimeout(this.dwelling);
    cancelAnimationFrame(this.drawing);
    this.plot?.destroy();
    this.plot = null; // whatever is still under way finds nothing to draw on
    this.gone = true;
  }

  // ---- data ---------------------------------------------------------------------------------

  async #apply(data) {
    if (data !== this.wanted || this.gone) return; // a newer one waits, or nobody looks
    const [places, codes, chosen, rows, density] = await Promise.all([
      array(data.positions, Float32Array),
      array(data.codes, Uint8Array),
      array(data.chosen, Uint8Array),
      array(data.rows, Int32Array),
      array(data.density?.values, Uint8Array),
    ]);
    if (this.gone) return;
    const before = this.data; // until all is there, what was drawn is what is pointed at
    Object.assign(this, { data, codes, chosen, rows, density, few: someOf(chosen) });
    this.frame.box.style.setProperty("--map-height", `${data.height}px`);
    this.frame.box.setAttribute("aria-label", `${data.title}. Arrow keys go from point to point.`);
    if (!this.#begin()) return;
    const same = before && before.n === data.n;
    const moved = before?.positions !== data.positions;
    if (before?.codes !== data.codes) this.hidden = new Set();
    const morphs = moved && same && data.n <= MOST_MOVING && !still.matches;
    this.moving = morphs ? { x: this.x, y: this.y, start: performance.now(), ways: waysIn(before) } : null;
    if (moved) {
      this.x = places.subarray(0, data.n);
      this.y = places.subarray(data.n);
      this.focus = null;
      this.hovered = null;
      this.frame.showCard(null);
      if (!same) this.pictures.clear();
    }
    if (before && data.n > MOST_MOVING) await idle();
    if (this.gone) return;
    this.#theme();
    this.#set({
      pointColor: data.palette,
      pointColorActive: data.palette,
      pointColorHover: data.palette,
      pointSize: data.size,
      opacity: [DIM * data.opacity, data.opacity],
    });
    if (this.moving) this.#overlay();
    if (data.n) await this.#draw(moved);
    else this.plot.clear();
    if (this.gone) return;
    if (moved && !same) this.#reset();
    this.#aim(data.camera);
    this.frame.drawLegend(data.legend, data.palette, this.hidden);
    for (const name of ["contours", "labels"]) {
      this.frame.buttons[name].hidden = name === "labels" ? !data.labels.length : !data.density;
      this.frame.press(name, this.shown[name]);
    }
    this.#say();
    this.#overlay();
    this.version += 1;
    this.frame.box.dataset.ready = `${data.n}`;
    this.frame.box.dataset.version = `${this.version}`;
    this.#tellCamera();
  }

  // The colors of the page, which the person can change while the map is open.
  #theme() {
    const style = getComputedStyle(this.frame.box);
    this.ink = style.color;
    this.paper = style.backgroundColor;
    this.accent = style.getPropertyValue("--st-primary-color").trim() || "#d7263d";
    this.frame.box.style.setProperty("--panel", `color-mix(in srgb, ${this.paper} 86%, transparent)`);
    this.#set({ backgroundColor: hex(this.paper) });
    this.#overlay();
  }

  // What changed of the settings: with each of them all points are drawn anew.
  #set(settings) {
    if (!this.plot) return; // a theme can change before the points are there
    const changed = Object.entries(settings).filter(([name, value]) => this.given[name] !== `${value}`);
    for (const [name, value] of changed) this.given[name] = `${value}`;
    if (changed.length) this.plot.set(Object.fromEntries(changed));
  }

  async #draw(moved) {
    const { n } = this.data;
    const emphasis = this.chosen ?? new Uint8Array(n).fill(1);
    const points = { x: this.x, y: this.y, valueA: this.codes, valueB: emphasis };
    const options = { zDataType: "categorical", wDataType: "categorical", preventFilterReset: true };
    const index = !moved && this.plot.get("spatialIndex");
    if (index) options.spatialIndex = index;
    if (this.moving) Object.assign(options, { transition: true, transitionDuration: MORPH });
    await this.plot.draw(points, options);
    if (!this.gone) this.#filter();
  }

  #begin() {
    if (this.plot) return true;
    const probe = document.createElement("canvas");
    if (!probe.getContext("webgl2") && !probe.getContext("webgl")) {
      this.frame.status.textContent = "This browser has no WebGL: the server draws the map.";
      this.send("trouble", "no webgl");
      return false;
    }
    const { width, height } = this.#size();
    this.given = {};
    this.plot = createScatterplot({
      canvas: this.frame.points,
      width,
      height,
      colorBy: "valueA",
      opacityBy: "valueB",
      pointOutlineWidth: 0,
      pointSizeSelected: 0,
      deselectOnDblClick: false,
      deselectOnEscape: false,
      actionKeyMap: {},
    });
    this.plot.subscribe("view", () => this.#moved());
    this.plot.subscribe("select", () => this.plot.deselect({ preventEvent: true }));
    this.#resize();
    return true;
  }

  #filter() {
    if (!this.hidden.size) {
      if (this.plot.get("isPointsFiltered")) this.plot.unfilter({ preventEvent: true }); // draws all
      return;
    }
    const kept = [];
    for (let i = 0; i < this.codes.length; i++) if (!this.hidden.has(this.codes[i])) kept.push(i);
    this.plot.filter(kept, { preventEvent: true });
  }

  toggle(code, solo) {
    const all = this.data.legend.entries.map((entry) => entry.code);
    if (solo) {
      const alone = all.every((other) => this.hidden.has(other) === (other !== code));
      this.hidden = new Set(alone && this.soloed === code ? [] : all.filter((other) => other !== code));
      this.soloed = this.hidden.size ? code : null;
    } else if (!this.hidden.delete(code)) this.hidden.add(code);
    this.#filter();
    this.frame.drawLegend(this.data.legend, this.data.palette, this.hidden);
    this.frame.legend.querySelectorAll("button")[all.indexOf(code)]?.focus();
    this.#say();
    this.#overlay();
  }

  // ---- view ---------------------------------------------------------------------------------

  #size() {
    const { clientWidth, clientHeight } = this.frame.box;
    return { width: Math.max(clientWidth, 50), height: Math.max(clientHeight, 50) };
  }

  #resize() {
    const { width, height } = this.#size();
    const ratio = window.devicePixelRatio || 1;
    this.frame.over.width = width * ratio;
    this.frame.over.height = height * ratio;
    this.plot?.set({ width, height });
    this.#overlay();
  }

  #camera() {
    const { width, height } = this.#size();
    const v = this.plot.get("cameraView");
    const ratio = width / height;
    return { kx: (v[0] / ratio / 2) * width, ky: (-v[5] / 2) * height,
      x: ((v[12] / ratio + 1) / 2) * width, y: ((1 - v[13]) / 2) * height };
  }

  #zoom() {
    return this.plot.get("cameraView")[0];
  }

  // All points in view, also where the map is higher than wide.
  #whole() {
    this.plot.reset();
    const { width, height } = this.#size();
    if (width >= height) return;
    const view = Float32Array.from(this.plot.get("cameraView"));
    view[0] = view[5] = width / height;
    this.plot.set({ cameraView: view });
  }

  #reset() {
    this.#whole();
    this.views = [Array.from(this.plot.get("cameraView"))];
    this.viewAt = 0;
    this.#buttons();
  }

  // Look where a link says: once, then the person moves.
  #aim(camera) {
    if (!camera || `${camera}` === this.aimed || !this.data.n) return;
    this.aimed = `${camera}`;
    const [x, y, zoom] = camera;
    const [cx, cy, half] = this.data.frame;
    const view = Float32Array.from(this.plot.get("cameraView"));
    view[0] = view[5] = zoom;
    view[12] = (-(x - cx) / half) * zoom;
    view[13] = (-(y - cy) / half) * zoom;
    this.plot.set({ cameraView: view });
    this.#moved();
  }

  // The place in the middle in data coordinates, and the zoom: only where the page asks for it.
  #tellCamera() {
    if (!this.data.tellsCamera || !this.data.n) return;
    const view = this.plot.get("cameraView");
    const [cx, cy, half] = this.data.frame;
    const camera = [cx - (view[12] / view[0]) * half, cy - (view[13] / view[5]) * half, view[0]];
    if (`${camera}` === this.toldCamera) return;
    this.toldCamera = `${camera}`;
    this.send("camera", camera);
  }

  #moved() {
    this.#overlay();
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.#settled(), SETTLED);
  }

  #settled() {
    const now = Array.from(this.plot.get("cameraView"));
    const last = this.views[this.viewAt];
    if (!last || now.some((value, i) => Math.abs(value - last[i]) > 1e-6)) {
      this.views = [...this.views.slice(0, this.viewAt + 1), now].slice(-50);
      this.viewAt = this.views.length - 1;
      this.#buttons();
    }
    this.frame.box.dataset.zoom = this.#zoom().toFixed(3);
    this.#tellCamera();
    this.#loadPictures();
  }

  #step(by) {
    const view = this.views[this.viewAt + by];
    if (!view) return;
    this.viewAt += by;
    this.plot.set({ cameraView: new Float32Array(view) });
    this.#buttons();
    this.frame.box.dataset.zoom = this.#zoom().toFixed(3);
    this.#tellCamera();
    this.#loadPictures();
    this.#overlay();
  }

  #buttons() {
    this.frame.buttons.undo.disabled = this.viewAt <= 0;
    this.frame.buttons.redo.disabled = this.viewAt >= this.views.length - 1;
  }

  tool(name) {
    if (["pan", "lasso", "box"].includes(name)) {
      this.mode = name;
      for (const each of ["pan", "lasso", "box"]) this.frame.press(each, each === name);
      this.frame.box.classList.toggle("draw", name !== "pan");
    } else if (name === "undo") this.#step(-1);
    else if (name === "redo") this.#step(1);
    else if (name === "fit") {
      if (this.plot) this.#whole();
      this.#moved();
    } else if (name === "help") this.frame.help.showModal();
    else {
      this.shown[name] = !this.shown[name];
      this.frame.press(name, this.shown[name]);
      this.#overlay();
    }
  }

  // ---- mouse and keys -------------------------------------------------------------------------

  #listen() {
    const { box, over, points } = this.frame;
    this.hoverElsewhere = (event) => {
      const { group, point, from } = event.detail;
      if (from === this || !this.data?.group || group !== this.data.group) return;
      this.echo = point;
      this.#overlay();
    };
    document.addEventListener(HOVERED, this.hoverElsewhere);
    box.addEventListener("transitionend", (event) => event.target === box && this.#theme());
    const start = (event) => {
      const drawing = this.mode !== "pan" || event.shiftKey;
      if (event.button || !drawing || !this.plot) return;
      event.preventDefault();
      event.stopPropagation();
      const kind = this.mode !== "pan" ? this.mode : event.ctrlKey || event.metaKey ? "lasso" : "box";
      const mode = event.altKey ? "subtract" : this.mode !== "pan" && event.shiftKey ? "add" : "new";
      this.stroke = { kind, mode, path: [this.#at(event)] };
      box.setPointerCapture(event.pointerId);
      box.focus({ preventScroll: true });
    };
    over.addEventListener("pointerdown", start);
    points.addEventListener("pointerdown", start, true);
    points.addEventListener("mousedown", (event) => event.shiftKey && event.stopImmediatePropagation(), true);
    box.addEventListener("pointermove", (event) => {
      const at = this.#at(event);
      if (!this.stroke) {
        if (!event.buttons) this.#lookUnder(at);
        return;
      }
      if (this.stroke.kind === "box") this.stroke.path[1] = at;
      else this.stroke.path.push(at);
      this.#overlay();
    });
    box.addEventListener("pointerup", (event) => this.#finish(event));
    box.addEventListener("pointercancel", () => {
      this.stroke = null;
      this.#overlay();
    });
    points.addEventListener("pointerdown", (event) => (this.pressed = this.#at(event)));
    points.addEventListener("click", (event) => {
      const [x, y] = this.#at(event);
      const still = this.pressed && Math.hypot(x - this.pressed[0], y - this.pressed[1]) < 4;
      if (still && this.hovered !== null) this.#click(this.hovered, event.altKey ? "subtract" : "new");
      box.focus({ preventScroll: true });
    });
    box.addEventListener("mouseleave", () => this.#hover(null));
    box.addEventListener("keydown", (event) => this.#key(event));
  }

  #at(event) {
    const { left, top } = this.frame.box.getBoundingClientRect();
    return [event.clientX - left - 1, event.clientY - top - 1];
  }

  #finish(event) {
    const stroke = this.stroke;
    if (!stroke) return;
    this.stroke = null;
    this.frame.box.releasePointerCapture(event.pointerId);
    const [first, last] = [stroke.path[0], stroke.path.at(-1)];
    const far = stroke.path.some(([x, y]) => Math.hypot(x - first[0], y - first[1]) > 4);
    if (!far) {
      const point = this.#nearest(...first);
      if (point !== null) this.#click(point, stroke.mode);
    } else {
      const corners = stroke.kind === "box"
        ? [first, [last[0], first[1]], last, [first[0], last[1]]]
        : stroke.path;
      const places = corners.map(([x, y]) => this.#data(x, y));
      this.#gesture(stroke.kind, places, stroke.mode);
    }
    this.#overlay();
  }

  #data(px, py) {
    const camera = this.#camera();
    const [cx, cy, half] = this.data.frame;
    return [((px - camera.x) / camera.kx) * half + cx, ((py - camera.y) / camera.ky) * half + cy];
  }

  #click(point, mode) {
    const [cx, cy, half] = this.data.frame;
    this.#gesture("click", [[this.x[point] * half + cx, this.y[point] * half + cy]], mode);
  }

  #gesture(kind, places, mode) {
    this.gestures = (this.gestures ?? 0) + 1;
    this.send("gesture", { kind, mode, id: `${Date.now()}.${this.gestures}`,
      x: places.map((place) => place[0]), y: places.map((place) => place[1]) });
  }

  #visible(i) {
    return !this.hidden.has(this.codes[i]);
  }

  #nearest(px, py, most = PICK) {
    if (!this.plot) return null;
    const { kx, ky, x, y } = this.#camera();
    let best = most * most;
    let found = null;
    for (let i = 0; i < this.data.n; i++) {
      const dx = this.x[i] * kx + x - px;
      const dy = this.y[i] * ky + y - py;
      const distance = dx * dx + dy * dy;
      if (distance < best && this.#visible(i)) {
        best = distance;
        found = i;
      }
    }
    return found;
  }

  #lookUnder(at) {
    if (!this.under) requestAnimationFrame(() => {
      const place = this.under;
      this.under = null;
      if (!this.gone && this.x) this.#hover(this.#nearest(...place));
    });
    this.under = at;
  }

  #hover(point) {
    if (point === this.hovered) return;
    this.hovered = point;
    clearTimeout(this.dwelling);
    if (point === null) this.frame.showCard(null);
    else this.dwelling = setTimeout(() => this.#card(point), DWELL);
    if (this.data?.group) {
      const detail = { group: this.data.group, point, from: this };
      document.dispatchEvent(new CustomEvent(HOVERED, { detail }));
    }
    this.#overlay();
  }

  async #card(point) {
    const content = await this.#known(point);
    if (this.gone) return content;
    const { kx, ky, x, y } = this.#camera();
    if (point === this.hovered || point === this.focus)
      this.frame.showCard(content, this.x[point] * kx + x, this.y[point] * ky + y);
    return content;
  }

  async #known(point) {
    const group = this.data.legend.entries?.find((entry) => entry.code === this.codes[point]);
    const plain = { picture: null, lines: group ? [[this.data.legend.title, group.name]] : [] };
    if (!this.data.cards) return plain;
    const answer = await fetch(`${this.data.cards.card}/${this.rows ? this.rows[point] : point}`);
    return answer.ok ? answer.json() : plain;
  }

  #key(event) {
    if (event.target !== this.frame.box || !this.plot) return;
    const { key } = event;
    const control = event.ctrlKey || event.metaKey;
    const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const tools = { p: "pan", l: "lasso", b: "box", 0: "fit", c: "contours", t: "labels", "?": "help" };
    if (control && key.toLowerCase() === "z") this.#step(event.shiftKey ? 1 : -1);
    else if (control) return;
    else if (arrows[key]) this.#walk(...arrows[key]);
    else if (key === "Enter" && this.focus !== null && this.focus !== undefined)
      this.#click(this.focus, event.shiftKey ? "add" : "new");
    else if (key === "Escape") {
      if (this.stroke) this.stroke = null;
      else this.#gesture("clear", [], "new");
      this.focus = null;
      this.frame.showCard(null);
      this.#overlay();
    } else if (key === "+" || key === "=" || key === "-") this.#zoomBy(key === "-" ? 1 / 1.4 : 1.4);
    else if (tools[key]) this.tool(tools[key]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #zoomBy(factor) {
    const view = Float32Array.from(this.plot.get("cameraView"));
    for (const i of [0, 5, 12, 13]) view[i] *= factor;
    this.plot.set({ cameraView: view });
    this.#moved();
  }

  #walk(dx, dy) {
    const { kx, ky, x, y } = this.#camera();
    const { width, height } = this.#size();
    const from = this.focus ?? this.#nearest(width / 2, height / 2, Infinity);
    if (from === null) return;
    let found = this.focus === null || this.focus === undefined ? from : null;
    let best = Infinity;
    if (found === null) {
      for (let i = 0; i < this.data.n; i++) {
        const across = (this.x[i] - this.x[from]) * kx;
        const down = (this.y[i] - this.y[from]) * ky;
        const along = across * dx + down * dy;
        const aside = Math.abs(across * dy) + Math.abs(down * dx);
        const cost = along + 2 * aside;
        if (i !== from && along > 0.5 && aside <= along && cost < best && this.#visible(i)) {
          best = cost;
          found = i;
        }
      }
    }
    if (found === null) return;
    this.focus = found;
    const [px, py] = [this.x[found] * kx + x, this.y[found] * ky + y];
    if (px < 0 || py < 0 || px > width || py > height) {
      const view = Float32Array.from(this.plot.get("cameraView"));
      view[12] = -this.x[found] * view[0];
      view[13] = -this.y[found] * view[5];
      this.plot.set({ cameraView: view });
      this.#moved();
    }
    this.#card(found).then((content) => {
      const lines = content.lines.slice(0, 4).map((line) => line.join(": "));
      this.frame.said.textContent = lines.join("; ") || `point ${found + 1}`;
    });
    this.#overlay();
  }

  // ---- on top of the points -----------------------------------------------------------------

  #say() {
    const { n } = this.data;
    const parts = [`${n.toLocaleString("en")} items`];
    if (this.chosen) parts.push(`${this.chosen.reduce((a, b) => a + b, 0).toLocaleString("en")} selected`);
    if (this.hidden.size)
      parts.push(`${this.codes.reduce((a, code) => a + this.hidden.has(code), 0).toLocaleString("en")} hidden`);
    this.frame.status.textContent = parts.join(" · ");
  }

  #overlay() {
    if (this.drawing) return;
    this.drawing = requestAnimationFrame(() => {
      this.drawing = null;
      if (this.plot && this.data && this.x) this.#paint();
      if (this.moving) this.#overlay();
    });
  }

  #paint() {
    this.painter ??= new Painter(this);
    this.painter.paint({ camera: this.#camera(), zoom: this.#zoom(), ...this.#size(), share: this.#share() });
  }

  // How far the points are on their way to their new places; as regl-scatterplot moves them.
  #share() {
    if (!this.moving) return 1;
    const t = Math.min((performance.now() - this.moving.start) / MORPH, 1);
    if (t === 1) this.moving = null;
    return t < 0.5 ? 4 * t ** 3 : 1 - (2 - 2 * t) ** 3 / 2;
  }

  #inView() {
    const { kx, ky, x, y } = this.#camera();
    const { width, height } = this.#size();
    const found = [];
    for (let i = 0; i < this.data.n; i++) {
      const px = this.x[i] * kx + x;
      const py = this.y[i] * ky + y;
      if (px < 0 || py < 0 || px > width || py > height || !this.#visible(i)) continue;
      found.push(i);
      if (found.length > MOST_PICTURES) return [];
    }
    return found;
  }

  async #loadPictures() {
    const source = this.data?.cards?.pictures;
    if (!source) return;
    const row = (i) => (this.rows ? this.rows[i] : i);
    this.seen = this.#inView();
    const missing = this.seen.filter((i) => !this.pictures.has(row(i)));
    if (missing.length) {
      const answer = await fetch(`${source}?rows=${missing.map(row).join(",")}`);
      for (const [at, address] of Object.entries(answer.ok ? await answer.json() : {})) {
        const image = address ? new Image() : null;
        if (image) {
          image.onload = () => this.#overlay();
          image.src = address;
        }
        this.pictures.set(Number(at), image);
      }
    }
    this.#overlay();
  }
}
