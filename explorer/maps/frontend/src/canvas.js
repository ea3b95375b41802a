// The map itself: regl-scatterplot draws the points, a second canvas everything on top of them.
import createScatterplot from "regl-scatterplot";
import { Acts, HEARD } from "./acts.js";
import { array } from "./arrays.js";
import { AGAIN, BRUSHED, HOVERED, LEFT, PICKED } from "./events.js";
import { save } from "./export.js";
import { Frame } from "./frame.js";
import { keepView, keptView } from "./looked.js";
import { Painter } from "./painter.js";
import { hex, Picture, pixel, splat } from "./pixels.js";
import { combined, inside } from "./polygon.js";
import { SoftPlot } from "./soft.js";
import { sourceOf } from "./source.js";
import { begun, corners, drawnTo } from "./strokes.js";
import { pinched } from "./touch.js";
import { axesOf, seen } from "./turn.js";
import { within, zoomed } from "./view.js";
import { counted } from "./words.js";

const PICK = 14; // pixels around the mouse in which a point is found
const TAP = 24; // pixels around a finger
const DWELL = 125; // milliseconds before its card is shown
const SETTLED = 220; // milliseconds after which a view has settled
const DIM = 0.15; // of the opacity, for points that are not chosen
const MORPH = 900; // milliseconds
const FLIGHT = 600;
const STEP = 0.3; // of half the height of the map, by which a key moves it
const CLOSE = 3; // times enlarged, where it goes to one point
const MOST_MOVING = 200_000; // points beyond which a new place is taken at once
const MOST_FEW = 300; // chosen points that are brought out by more than their color
const MOST_POINTS = 2_000_000; // beyond, WebGL takes long, and pixels are as good
const MOST_READ = 40; // texts written beside their points
const SNIPPET = 32; // characters of them
const MOST_AMONG = 300; // points in view from which on no texts are written
const ROOM = [105, 15]; // pixels from the middle of a text to that of another, across or down
const MOST_PICTURES = 150; // points in view from which they are drawn as points only
const FOLLOWING = 400_000; // points drawn while a hand brushes
const still = window.matchMedia("(prefers-reduced-motion: reduce)");

// When the rest of the page is drawn: a million points hold up the browser for a second.
function idle() {
  return new Promise((done) => (window.requestIdleCallback ?? setTimeout)(done, { timeout: 500 }));
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
    this.acts = new Acts();
    this.pictures = new Map();
    this.snippets = new Map(); // first words of texts, by row
    this.shown = { contours: false, labels: true };
    this.mode = "pan";
    this.version = 0;
    this.given = {};
    this.queue = Promise.resolve();
    this.#listen();
    this.observer = new ResizeObserver(() => this.#resize());
    this.observer.observe(this.frame.stage);
    this.above = new ResizeObserver(() => this.#fill()); // what stands above comes and goes
    this.page = document.querySelector("[data-testid=stMainBlockContainer]");
    if (this.page) this.above.observe(this.page);
    this.fill = () => this.#fill();
    window.addEventListener("resize", this.fill);
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

  themed() {
    if (!this.gone) this.#theme();
  }

  destroy() {
    this.gone = true; // whatever is still under way finds nothing to draw on
    this.observer.disconnect();
    this.above.disconnect();
    document.removeEventListener(HOVERED, this.hoverElsewhere);
    document.removeEventListener(BRUSHED, this.brushElsewhere);
    document.removeEventListener(PICKED, this.pickElsewhere);
    document.removeEventListener(AGAIN, this.againElsewhere);
    window.removeEventListener("resize", this.fill);
    clearTimeout(this.settling);
    clearTimeout(this.dwelling);
    cancelAnimationFrame(this.drawing);
    this.plot?.destroy();
    this.plot = null;
  }

  // ---- data ---------------------------------------------------------------------------------

  async #apply(data) {
    if (data !== this.wanted || this.gone) return; // a newer one waits, or nobody looks
    const [places, start, codes, chosen, rows, density] = await Promise.all([
      array(data.positions, Float32Array),
      this.data ? null : array(data.start, Float32Array),
      array(data.codes, Uint8Array),
      array(data.chosen, Uint8Array),
      array(data.rows, Int32Array),
      array(data.density?.values, Uint8Array),
    ]);
    if (this.gone) return;
    const mine = this.acts.hear(data.heard); // a gesture of this map, which it has counted
    const other = this.data && this.data.selection !== data.selection;
    if (other && !mine) this.acts.did("selection");
    if (!this.acts.waiting(performance.now()).length) {
      if (mine || other || this.data?.chosen !== data.chosen) this.#unfollow(); // the server has caught up
      this.selects = Boolean(data.selection);
    }
    const before = this.data; // until all is there, what was drawn is what is pointed at
    Object.assign(this, { data, codes, chosen, rows, density, few: someOf(chosen), items: sourceOf(data.cards) });
    this.#fill();
    this.frame.box.setAttribute("aria-label", `${this.#title()}. Arrow keys go from point to point.`);
    this.#begin();
    if (other && performance.now() < this.owed?.until) this.#again(this.owed.name);
    const same = before && before.n === data.n;
    const moved = before?.positions !== data.positions;
    if (before?.codes !== data.codes) this.hidden = new Set();
    const calm = data.n > MOST_MOVING || still.matches;
    const grows = Boolean(start) && !calm;
    if (grows) await this.#begins(start);
    if (this.gone) return;
    const morphs = moved && (same || grows) && !calm;
    this.moving = morphs ? { x: this.x, y: this.y, start: performance.now() } : null;
    if (moved) {
      [this.x, this.y, this.deep] = this.#axes(places);
      this.focus = null;
      this.hovered = null;
      this.frame.showCard(null);
      if (!same) for (const kept of [this.pictures, this.snippets]) kept.clear();
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
    if (moved && !same && !data.camera) this.#recall();
    this.#aim(data.camera);
    this.#buttons();
    this.#fly(data.fly);
    this.#drawLegend();
    for (const name of ["contours", "labels"]) {
      this.frame.buttons[name].hidden = name === "labels" ? !data.labels.length : !data.density;
      this.frame.press(name, this.shown[name]);
    }
    this.#say();
    if (!this.moving) this.#reason();
    this.#overlay();
    this.version += 1;
    this.frame.box.dataset.ready = `${data.n}`;
    this.frame.box.dataset.version = `${this.version}`;
    this.#tellCamera();
  }

  // Across and up for every point; in three dimensions as they are seen, beside the places themselves.
  #axes(places) {
    const { n, solid } = this.data;
    const axes = [0, 1, 2].slice(0, solid ? 3 : 2).map((axis) => places.subarray(axis * n, (axis + 1) * n));
    if (!solid) return [...axes, null];
    return [new Float32Array(n), new Float32Array(n), { x3: axes[0], y3: axes[1], z3: axes[2] }];
  }

  // Draw what a hand brushes elsewhere, at once: into pixels, above the points, which wait.
  #follow() {
    this.following ??= requestAnimationFrame(() => {
      this.following = null;
      if (this.gone || !this.brushed || !this.x) return;
      const { brush, stage } = this.frame;
      const { clientWidth, clientHeight } = stage;
      Object.assign(brush, { width: clientWidth, height: clientHeight, hidden: false });
      this.hand ??= new Picture(brush);
      this.hand.clear(pixel(hex(this.paper)));
      const { palette, n, size, opacity } = this.data;
      const points = { x: this.x, y: this.y, codes: this.codes };
      const hidden = Uint8Array.from(palette, (_, code) => this.hidden.has(code));
      const how = { camera: this.#camera(), radius: Math.max(size / 2, 0.75), mask: this.brushed, hidden,
        stride: Math.ceil(n / FOLLOWING) };
      for (const [value, share] of [[0, DIM], [1, Math.max(opacity, 0.75)]]) {
        const tones = Uint32Array.from(palette, (color) => pixel(color, hex(this.paper), share));
        splat(this.hand, points, { ...how, tones, value });
      }
      this.hand.show();
      if (this.began) this.frame.box.dataset.brushed = (performance.now() - this.began).toFixed(1);
      this.#say();
    });
  }

  #unfollow() {
    this.brushed = null;
    this.awaited = 0;
    this.frame.brush.hidden = true;
  }

  // The map from which the first one grows: drawn, and left behind.
  async #begins(start) {
    const { data } = this;
    [this.x, this.y, this.deep] = this.#axes(start);
    this.moving = null;
    this.#theme();
    this.#set({ pointColor: data.palette, pointSize: data.size, opacity: [DIM * data.opacity, data.opacity] });
    await this.#draw(true);
    if (!this.gone) this.#reset();
  }

  // The height that is left of the window below the place of the map, or the height that is wanted.
  #fill() {
    const { box } = this.frame;
    if (!this.data) return;
    // The page and the column stay as high where what is beside is higher: what stands above alone tells.
    for (let part = this.root.getRootNode().host; part && part !== this.page; part = part.parentElement)
      for (let one = part.previousElementSibling; one; one = one.previousElementSibling) this.above.observe(one);
    const narrow = window.innerWidth < 640;
    const top = box.getBoundingClientRect().top + (document.querySelector("[data-testid=stMain]")?.scrollTop ?? 0);
    const left = Math.max(window.innerHeight - Math.max(top, 0) - 14 - (this.data.below ?? 0), 340);
    const height = !this.data.fills ? this.data.height : narrow ? 0.62 * window.innerHeight : left;
    box.style.setProperty("--map-height", `${Math.round(height)}px`);
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
    const points = { x: this.x, y: this.y, valueA: this.codes, valueB: emphasis, ...this.deep };
    const options = { zDataType: "categorical", wDataType: "categorical", preventFilterReset: true };
    const index = !moved && this.plot.get("spatialIndex");
    if (index) options.spatialIndex = index;
    if (this.moving) Object.assign(options, { transition: true, transitionDuration: MORPH });
    await this.plot.draw(points, options);
    if (!this.gone) this.#filter();
  }

  #begin() {
    if (this.plot) return;
    const probe = document.createElement("canvas");
    const { solid, n } = this.data;
    const soft = solid || n > MOST_POINTS || !(probe.getContext("webgl2") ?? probe.getContext("webgl"));
    const { width, height } = this.#size();
    this.given = {};
    const create = soft ? (given) => new SoftPlot({ ...given, depth: solid }) : createScatterplot;
    this.plot = create({
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
    this.frame.box.dataset.drawnBy = soft ? "pixels" : "webgl";
    this.plot.subscribe("view", () => this.#moved());
    this.plot.subscribe("select", () => this.plot.deselect({ preventEvent: true }));
    this.#resize();
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
    this.#drawLegend();
    const { title, entries } = this.data.legend;
    const left = entries.filter((entry) => !this.hidden.has(entry.code)).map(({ name }) => name);
    const detail = { group: this.data.items, column: title, names: this.hidden.size ? left : null };
    document.dispatchEvent(new CustomEvent(LEFT, { detail }));
    this.frame.legend.querySelectorAll("button.entry")[all.indexOf(code)]?.focus();
    this.#say();
    this.#overlay();
  }

  // ---- view ---------------------------------------------------------------------------------

  #size() {
    const { clientWidth, clientHeight } = this.frame.stage;
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

  // All points, also where the map is higher than wide.
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

  // Which map it is, whatever its colors: the items, and where they lie.
  #name() {
    return `${this.data.items} ${this.data.group} ${this.data.frame}`;
  }

  // Look where the person looked at this map before, in this tab.
  #recall() {
    const view = keptView(this.#name());
    if (!view) return;
    this.plot.set({ cameraView: within(view) });
    this.#moved();
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

  // Go to a point that was chosen elsewhere, and show its card: once.
  #fly(wish) {
    if (!wish || wish[1] === this.flown || !(wish[0] < this.data.n)) return;
    const first = this.flown === undefined && !this.version;
    this.flown = wish[1];
    if (first) return; // wished for before this map was there
    const [point] = wish;
    const from = Float32Array.from(this.plot.get("cameraView"));
    const to = Float32Array.from(from);
    to[0] = to[5] = Math.max(from[0], CLOSE);
    to[12] = -this.x[point] * to[0];
    to[13] = -this.y[point] * to[5];
    const began = performance.now();
    const lasts = still.matches ? 0 : FLIGHT;
    const step = () => {
      if (this.gone) return;
      const t = lasts ? Math.min((performance.now() - began) / lasts, 1) : 1;
      const share = t * t * (3 - 2 * t);
      this.plot.set({ cameraView: to.map((value, i) => from[i] + share * (value - from[i])) });
      if (t < 1) return requestAnimationFrame(step);
      this.focus = point;
      this.#moved();
      this.#card(point);
    };
    step();
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
    if (this.gone) return; // a plot may tell its last view after its end
    this.#overlay();
    if (this.brushed) this.#follow();
    if (this.hovered !== null && this.hovered !== this.focus) this.#hover(null); // it is elsewhere now
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.#settled(), SETTLED);
  }

  // Where the view was too far from the map, or too near, it is now where it may be.
  #bounded() {
    const view = Float32Array.from(this.plot.get("cameraView"));
    const held = within(view);
    if (held.some((value, i) => Math.abs(value - view[i]) >= 1e-6)) this.plot.set({ cameraView: held });
  }

  #settled() {
    this.#bounded();
    const now = Array.from(this.plot.get("cameraView"));
    const last = this.views[this.viewAt];
    if (!last || now.some((value, i) => Math.abs(value - last[i]) > 1e-6)) {
      this.views = [...this.views.slice(0, this.viewAt + 1), now].slice(-50);
      this.viewAt = this.views.length - 1;
      this.acts.did("view");
      this.#buttons();
    }
    this.#arrived();
  }

  // The view is where it stays: say so, and show what is in it.
  #arrived() {
    this.frame.box.dataset.zoom = this.#zoom().toFixed(3);
    keepView(this.#name(), this.plot.get("cameraView"));
    this.#tellCamera();
    const inView = this.#inView();
    this.lost = !inView.length && this.codes.some((code) => !this.hidden.has(code));
    this.#say();
    this.#loadPictures(inView.length > MOST_PICTURES ? [] : inView);
    this.#loadSnippets(inView.length > MOST_AMONG ? [] : inView);
  }

  #step(by) {
    const view = this.views[this.viewAt + by];
    if (!view) return;
    this.viewAt += by;
    this.plot.set({ cameraView: new Float32Array(view) });
    this.#buttons();
    this.#arrived();
  }

  #buttons() {
    this.frame.buttons.undo.disabled = this.viewAt <= 0 && !this.acts.before.length;
    this.frame.buttons.redo.disabled = this.viewAt >= this.views.length - 1 && !this.acts.after.length;
  }

  // Undo or redo the last act: a view, which is kept here, or a selection, which the server keeps.
  // A brush that the server has yet to hear of is undone once it has.
  #again(name) {
    this.owed = null;
    if (performance.now() < this.awaited) {
      this.owed = { name, until: this.awaited };
      return;
    }
    const act = this.acts.again(name);
    if (act === "view") this.#step(name === "undo" ? -1 : 1);
    else if (act) {
      this.#unfollow(); // what is shown is what the server knew before
      this.#tell({ kind: name });
      this.#say();
    }
    this.#buttons();
  }

  tool(name) {
    if (["pan", "lasso", "box"].includes(name)) {
      this.mode = name;
      for (const each of ["pan", "lasso", "box"]) this.frame.press(each, each === name);
      this.frame.box.classList.toggle("draw", name !== "pan");
    } else if (name === "undo" || name === "redo") this.#again(name);
    else if (name === "fit") {
      if (this.plot) this.#whole();
      this.#moved();
    } else if (name === "help") this.frame.help.showModal();
    else if (name === "png" || name === "svg") this.#save(name);
    else {
      this.shown[name] = !this.shown[name];
      this.frame.press(name, this.shown[name]);
      this.#overlay();
    }
  }

  #title() {
    const { n, legend, said } = this.data;
    return `Map of ${counted(n, "item")} colored by ${legend.title}${said}`;
  }

  // The whole map as a file, as it is colored now.
  #save(kind) {
    if (!this.data?.n) return;
    const { palette, legend } = this.data;
    const title = this.#title();
    const [cx, cy, half, cz] = this.data.frame;
    const labels = this.data.labels.filter(({ level }) => level === 0 && this.shown.labels).map(({ place, text }) => {
      const near = [(place[0] - cx) / half, (place[1] - cy) / half, ((place[2] ?? 0) - (cz ?? 0)) / half];
      const [x, y] = this.deep ? seen(near, this.plot.pose) : near;
      return { x, y, text };
    });
    const hidden = Uint8Array.from(palette, (_, code) => this.hidden.has(code));
    const points = { x: this.x, y: this.y, codes: this.codes, chosen: this.brushed ?? this.chosen, hidden };
    save({ points, palette, legend, labels, title, paper: hex(this.paper), ink: hex(this.ink) }, kind);
  }

  // ---- mouse and keys -------------------------------------------------------------------------

  // What bars of the same column leave out is pale in the legend.
  #drawLegend() {
    const { legend, palette } = this.data;
    const names = this.picked?.[legend.title];
    const out = new Set((names && legend.entries ? legend.entries : []).filter(({ name }) => !names.includes(name)).map(({ code }) => code));
    this.frame.drawLegend(legend, palette, this.hidden, out);
  }

  #listen() {
    const { box, over, points } = this.frame;
    this.hoverElsewhere = (event) => {
      const { group, point, from } = event.detail;
      if (from === this || !this.data?.group || group !== this.data.group) return;
      this.echo = point;
      this.#overlay();
    };
    document.addEventListener(HOVERED, this.hoverElsewhere);
    this.brushElsewhere = ({ detail }) => {
      if (!this.data || detail.group !== this.data.items) return;
      this.brushed = detail.mask ?? new Uint8Array(this.data.n).fill(1);
      this.began = detail.began;
      this.awaited = performance.now() + HEARD;
      this.#follow();
    };
    document.addEventListener(BRUSHED, this.brushElsewhere);
    this.pickElsewhere = ({ detail }) => {
      if (!this.data || detail.group !== this.data.items) return;
      this.picked = detail.names;
      this.#drawLegend();
    };
    document.addEventListener(PICKED, this.pickElsewhere);
    this.againElsewhere = ({ detail }) => this.data && detail.group === this.data.items && this.#again(detail.name);
    document.addEventListener(AGAIN, this.againElsewhere);
    box.addEventListener("transitionend", (event) => event.target === box && this.#theme());
    const start = (event) => {
      const stroke = this.plot && begun(event, this.mode);
      if (!stroke) return;
      event.preventDefault();
      event.stopPropagation();
      this.stroke = stroke;
      drawnTo(stroke, this.#at(event));
      box.setPointerCapture(event.pointerId);
      box.focus({ preventScroll: true });
    };
    const begin = () => {
      this.stroke = null;
      this.#hover(null);
    };
    pinched(this.frame.stage, { begin, move: (from, to, factor) => this.plot && this.#zoomed(from, to, factor) });
    over.addEventListener("pointerdown", start);
    points.addEventListener("pointerdown", start, true);
    points.addEventListener("mousedown", (event) => event.shiftKey && event.stopImmediatePropagation(), true);
    box.addEventListener("pointermove", (event) => {
      const at = this.#at(event);
      if (!this.stroke) {
        if (!event.buttons) this.#lookUnder(at);
        return;
      }
      drawnTo(this.stroke, at);
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
      if (still && event.pointerType === "touch") this.#hover(this.#nearest(x, y, TAP)); // nothing was under it before
      if (still && this.hovered !== null) this.#click(this.hovered, event.altKey ? "subtract" : "new");
      box.focus({ preventScroll: true });
    });
    box.addEventListener("mouseleave", () => this.#hover(null));
    box.addEventListener("keydown", (event) => this.#key(event));
    box.addEventListener("focusout", ({ relatedTarget }) => {
      if (relatedTarget && relatedTarget !== points && !this.frame.help.open) this.frame.showCard(null);
    });
  }

  #at(event) {
    const { left, top } = this.frame.stage.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  }

  #finish(event) {
    const stroke = this.stroke;
    if (!stroke) return;
    this.stroke = null;
    this.frame.box.releasePointerCapture(event.pointerId);
    const region = corners(stroke);
    if (region) this.#region(stroke.kind, region.map((pixels) => this.#place(pixels)), stroke.mode);
    else {
      const point = this.#nearest(...stroke.path[0]);
      if (point !== null) this.#click(point, stroke.mode);
    }
    this.#overlay();
  }

  // A place between -1 and 1, from pixels; and in the units of the map.
  #place([px, py]) {
    const { kx, ky, x, y } = this.#camera();
    return [(px - x) / kx, (py - y) / ky];
  }

  #units([x, y]) {
    const [cx, cy, half] = this.data.frame;
    return [x * half + cx, y * half + cy];
  }

  #region(kind, corners, mode) {
    const hit = inside(this.x, this.y, { x: corners.map(([x]) => x), y: corners.map(([, y]) => y) });
    this.#select({ kind, mode, turn: this.deep && axesOf(this.plot.pose) }, corners, hit);
  }

  #click(point, mode) {
    const { x3, y3, z3 } = this.deep ?? { x3: this.x, y3: this.y };
    const hit = new Uint8Array(this.data.n);
    hit[point] = 1;
    const z = z3 ? z3[point] * this.data.frame[2] + this.data.frame[3] : null;
    this.#select({ kind: "click", mode, z }, [[x3[point], y3[point]]], hit);
  }

  // What a gesture selects is shown at once; the server, which selects, is told where it was.
  #select(gesture, places, hit) {
    const found = combined(this.brushed ?? this.chosen, hit, gesture.mode);
    const some = found.includes(1);
    if (some || this.selects) this.acts.did("selection");
    this.selects = some;
    this.brushed = some ? found : new Uint8Array(hit.length).fill(1);
    this.began = null;
    this.awaited = 0;
    this.#follow();
    const given = places.map((place) => this.#units(place));
    this.#tell({ ...gesture, x: given.map(([x]) => x), y: given.map(([, y]) => y) });
  }

  #tell(gesture) {
    this.gestures = (this.gestures ?? 0) + 1;
    this.send("gesture", this.acts.tell({ ...gesture, id: `${Date.now()}.${this.gestures}` }, performance.now()));
    this.#buttons();
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
    return (await this.items?.card(this.rows ? this.rows[point] : point)) ?? plain;
  }

  #key(event) {
    const { key } = event;
    const everywhere = key === "Escape" || key.toLowerCase() === "z"; // not only on the map itself
    if (!this.plot || this.frame.help.open || (event.target !== this.frame.box && !everywhere)) return;
    const control = event.ctrlKey || event.metaKey;
    const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const tools = { p: "pan", l: "lasso", b: "box", 0: "fit", c: "contours", t: "labels", "?": "help" };
    if (control && key.toLowerCase() === "z") this.#again(event.shiftKey ? "redo" : "undo");
    else if (control) return;
    else if (arrows[key] && event.shiftKey) this.#pan(...arrows[key]);
    else if (arrows[key]) this.#walk(...arrows[key]);
    else if (key === "Enter" && this.focus !== null && this.focus !== undefined)
      this.#click(this.focus, event.shiftKey ? "add" : "new");
    else if (key === "Escape") {
      if (this.stroke) this.stroke = null;
      else this.#select({ kind: "clear", mode: "new" }, [], new Uint8Array(this.data.n));
      this.focus = null;
      this.frame.showCard(null);
      this.#overlay();
    } else if (key === "+" || key === "=" || key === "-") this.#zoomBy(key === "-" ? 1 / 1.4 : 1.4);
    else if (tools[key]) this.tool(tools[key]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  // Around the point that is looked at, where there is one in view, else the middle.
  #zoomBy(factor) {
    const { width, height } = this.#size();
    const { kx, ky, x, y } = this.#camera();
    const point = this.focus ?? this.hovered ?? null;
    const at = point === null ? null : [this.x[point] * kx + x, this.y[point] * ky + y];
    const seen = at && at[0] > 0 && at[1] > 0 && at[0] < width && at[1] < height;
    const around = seen ? at : [width / 2, height / 2];
    this.#zoomed(around, around, factor);
  }

  // What was at one place of the window comes to another, so many times larger.
  #zoomed(from, to, factor) {
    const { width, height } = this.#size();
    const halves = ([px, py]) => [(2 * px - width) / height, (height - 2 * py) / height];
    this.plot.set({ cameraView: zoomed(this.plot.get("cameraView"), halves(from), halves(to), factor) });
    this.#moved();
  }

  #pan(dx, dy) {
    const view = Float32Array.from(this.plot.get("cameraView"));
    view[12] -= STEP * dx;
    view[13] += STEP * dy;
    this.plot.set({ cameraView: within(view) });
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
    const { n, at } = this.data;
    const parts = [`${counted(n, "item")}${at ? `, ${at}` : ""}`];
    const chosen = this.brushed ?? this.chosen;
    if (chosen) parts.push(`${chosen.reduce((a, b) => a + b, 0).toLocaleString("en")} selected`);
    if (this.hidden.size)
      parts.push(`${this.codes.reduce((a, code) => a + this.hidden.has(code), 0).toLocaleString("en")} hidden`);
    if (this.lost) parts.push("none in view: Whole map (0) shows them");
    this.frame.status.textContent = parts.join(" · ");
  }

  // Why it is shown: said of points where they lie, not of those that are on their way.
  #reason() {
    this.frame.why.textContent = this.data.reason;
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
    if (t === 1) {
      this.moving = null;
      this.#reason();
    }
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
      if (found.length > MOST_AMONG) break;
    }
    return found;
  }

  // Of some points those whose texts have room beside each other.
  #apart(points) {
    const { kx, ky } = this.#camera();
    const found = [];
    for (const i of points) {
      const over = (j) => Math.abs(this.x[i] - this.x[j]) * kx < 2 * ROOM[0] && Math.abs((this.y[i] - this.y[j]) * ky) < ROOM[1];
      if (!found.some(over) && found.push(i) === MOST_READ) break;
    }
    return found;
  }

  // The texts of the points in view, of as many as can be read.
  async #loadSnippets(inView) {
    this.read = this.items ? this.#apart(inView) : [];
    const row = (i) => (this.rows ? this.rows[i] : i);
    const missing = this.read.filter((i) => !this.snippets.has(row(i)));
    await Promise.all(missing.map(async (i) => {
      const { picture, text } = await this.#known(i);
      const short = text && text.length > SNIPPET ? `${text.slice(0, SNIPPET - 1)}…` : text;
      this.snippets.set(row(i), picture ? "" : short ?? "");
    }));
    this.#overlay();
  }

  async #loadPictures(inView) {
    if (!this.items?.pictures) return;
    const row = (i) => (this.rows ? this.rows[i] : i);
    this.seen = inView;
    const missing = this.seen.filter((i) => !this.pictures.has(row(i)));
    if (missing.length) {
      for (const [at, address] of Object.entries(await this.items.pictures(missing.map(row)))) {
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
