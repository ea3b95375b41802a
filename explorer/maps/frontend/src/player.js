// A reel under the hand: sliders, the map that follows them, the readings and what a search finds.
// Drawn on a 2-D canvas, by the processor: of some thousands of points it is as fast as WebGL, and needs none.
import { array } from "./arrays.js";
import { Finds } from "./finds.js";
import { element, toolButton } from "./frame.js";
import { SHAPES, legendOf } from "./legend.js";
import { nearest, opened, place, standAt } from "./path.js";
import { drawPiles, piles } from "./piles.js";
import { hex, Picture, pixel, splat } from "./pixels.js";
import { STYLE } from "./playerstyle.js";
import { begun, corners, drawnTo, drawStroke } from "./strokes.js";
import { pinched } from "./touch.js";
import { Tracks } from "./tracks.js";
import { drawTrails } from "./trails.js";
import { FARTHEST, NEAREST } from "./view.js";

const STEP = 240; // milliseconds from one stop to the next
const WHOLE = [6000, 15000]; // shortest and longest way from the first stop to the last
const REST = 400; // milliseconds
const EACH = 700; // of a stop, while it plays
const PICK = 16; // pixels around the mouse in which a point is found
const MANY = 20_000; // points from which they are drawn as pixels
const PALE = 0.15; // opacity of what is not chosen, where something is
const TOOLS = [["pan", "Move and zoom (P)"], ["lasso", "Lasso (L)"], ["box", "Box (B)"], ["fit", "Whole map (0)"]];
const ROOM = [38, 22]; // pixels above and below the points, at least
const STILL = 4; // pixels within which a press is a click
const PILE = [12, 0.1]; // points on each other from which their number is written: so many, and of all

export class Player {
  constructor(root) {
    this.root = root;
    this.canvas = element("canvas");
    this.legend = element("div", { className: "legend" });
    this.card = element("div", { className: "card", hidden: true });
    this.tools = this.#tools();
    this.stage = element("div", { className: "stage", tabIndex: 0, role: "img" },
      this.canvas, this.legend, this.card, this.tools);
    this.hand = element("div", { className: "hand" });
    this.left = element("div", {}, this.stage, this.hand);
    this.whole = element("div", { className: "whole" }, this.left);
    this.box = element("div", { className: "reel" }, this.whole);
    root.replaceChildren(element("style", { textContent: STYLE }), this.box);
    this.known = new Map();
    this.observer = new ResizeObserver(() => this.#fit());
    this.observer.observe(this.stage);
    this.box.addEventListener("transitionend", (event) => {
      if (event.target !== this.box) return;
      this.#theme();
      this.draw();
    });
    this.stage.addEventListener("pointermove", (event) => this.#drag(event) || this.#under(event));
    this.stage.addEventListener("pointerleave", () => this.#hover(null));
    this.stage.addEventListener("keydown", (event) => this.#key(event));
    this.canvas.addEventListener("pointerdown", (event) => this.#press(event));
    this.stage.addEventListener("pointerup", (event) => this.#release(event));
    this.stage.addEventListener("pointercancel", () => this.#drop());
    this.stage.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    pinched(this.stage, { begin: () => (this.data?.picks ? this.#drop() : false), move: (from, to, factor) => this.#zoomed(from, to, factor) });
    this.#whole();
    this.#tool("pan");
  }

  async update(data) {
    this.wanted = data;
    const arrays = [data.reel, data.codes, data.chosen].map((one) => one && array(one, Uint8Array));
    const [bytes, codes, chosen] = await Promise.all(arrays);
    if (this.gone || this.wanted !== data) return;
    const same = this.data?.reel === data.reel;
    Object.assign(this, { data, codes, chosen, sprites: null });
    this.box.style.setProperty("--reel-height", `${data.height}px`);
    this.tools.hidden = !data.picks;
    this.stage.classList.toggle("picks", Boolean(data.picks));
    if (!same) this.#open(opened(bytes.buffer));
    this.#theme();
    this.legend.replaceChildren(...legendOf(data));
    this.#fit();
    this.box.dataset.ready = `${this.reel.n}`;
  }

  #theme() {
    const style = getComputedStyle(this.box);
    const { color, backgroundColor, fontFamily, fontSize } = style;
    Object.assign(this, { ink: color, paper: hex(backgroundColor), font: `600 ${fontSize} ${fontFamily}`,
      accent: style.getPropertyValue("--st-primary-color").trim() || color });
  }

  destroy() {
    this.gone = true;
    this.observer.disconnect();
    clearTimeout(this.resting);
    cancelAnimationFrame(this.drawing);
  }

  #open(reel) {
    this.reel = reel;
    this.at = reel.sliders.map(({ start }) => start);
    this.at[0] = this.rests = this.data.start ?? this.at[0];
    this.known.clear();
    this.moving = null;
    this.hovered = null;
    this.#whole();
    [this.x, this.y] = [new Float32Array(reel.n), new Float32Array(reel.n)];
    this.stage.setAttribute("aria-label", `${reel.title}. Arrow keys go from stop to stop.`);
    this.tracks = new Tracks(reel, (share) => this.#to(0, share));
    this.finds = reel.asked?.length && this.data.cards ? new Finds(reel, (point) => this.#card(point)) : null;
    this.left.replaceChildren(this.stage, this.hand, ...(this.finds ? [this.finds.box] : []));
    this.whole.replaceChildren(this.left, ...(reel.tracks.length ? [this.tracks.box] : []));
    this.whole.classList.toggle("plain", !reel.tracks.length);
    this.ranges = [];
    this.hand.replaceChildren(...reel.sliders.flatMap((slider, i) => (slider.switch ? this.#switch(slider, i) : this.#range(slider, i))));
  }

  // ---- the hand ---------------------------------------------------------------------------------

  #range(slider, i) {
    const last = slider.stops.length - 1;
    const range = element("input", { type: "range", min: 0, max: last, step: "any", value: this.at[i], id: `reel-${i}` });
    const said = element("output");
    range.addEventListener("input", () => {
      this.#arrive();
      this.at[i] = Number(range.value);
      this.draw();
    });
    range.addEventListener("keydown", (event) => this.#key(event, i));
    this.ranges[i] = { range, said, slider };
    const label = element("label", { htmlFor: range.id, textContent: slider.name });
    if (i) return [label, element("div", { className: "wide" }, range), said];
    this.play = element("button", { type: "button", textContent: "Play" });
    this.play.onclick = () => this.#play();
    return [label, this.play, range, said];
  }

  #switch(slider, i) {
    const buttons = slider.stops.map((stop, at) => {
      const button = element("button", { type: "button", role: "radio", textContent: stop });
      button.onclick = () => this.#go(i, at);
      return button;
    });
    const group = element("div", { className: "switch", role: "radiogroup", ariaLabel: slider.name },
      element("b", { textContent: slider.name }), ...buttons);
    group.addEventListener("keydown", (event) => this.#key(event, i));
    this.ranges[i] = { buttons, slider };
    return [group];
  }

  #key(event, i = 0) {
    const last = this.reel.sliders[i].stops.length - 1;
    const now = this.moving?.axis === i ? this.moving.to : this.at[i];
    const steps = {
      ArrowRight: Math.floor(now + 1 + 1e-6), ArrowUp: Math.floor(now + 1 + 1e-6),
      ArrowLeft: Math.ceil(now - 1 - 1e-6), ArrowDown: Math.ceil(now - 1 - 1e-6),
      PageUp: now + Math.ceil(last / 8), PageDown: now - Math.ceil(last / 8), Home: 0, End: last,
    };
    const tool = event.currentTarget === this.stage && this.data.picks && { p: "pan", l: "lasso", b: "box", 0: "fit" }[event.key];
    if (tool && !event.ctrlKey && !event.metaKey) this.#tool(tool);
    else if (event.key === "Escape" && this.data.picks) this.#escape();
    else if (event.key === " " && event.currentTarget === this.stage) this.#play();
    else if (event.key in steps) this.#go(i, steps[event.key]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  // Go to a stop: quickly, but not at once, so that the eye follows.
  #go(axis, stop, time = STEP) {
    if (this.moving?.axis !== axis) this.#arrive();
    const last = this.reel.sliders[axis].stops.length - 1;
    const to = Math.min(Math.max(stop, 0), last);
    this.moving = { axis, from: this.at[axis], to, began: performance.now(), time };
    this.draw();
  }

  // A step that is under way is at its end, and what plays stays where it is.
  #arrive() {
    if (this.moving && !this.moving.plays) this.at[this.moving.axis] = this.moving.to;
    this.moving = null;
  }

  // To a share of the way from the first value of a slider to the last.
  #to(axis, share) {
    const slider = this.reel.sliders[axis];
    const [first, last] = [slider.values[0], slider.values.at(-1)];
    this.#arrive();
    this.at[axis] = standAt(slider, first + Math.min(Math.max(share, 0), 1) * (last - first));
    this.draw();
  }

  #play() {
    if (this.moving?.plays) {
      this.moving = null;
      this.draw();
      return;
    }
    const last = this.reel.sliders[0].stops.length - 1;
    if (this.at[0] >= last) this.at[0] = 0;
    const whole = Math.min(Math.max(EACH * last, WHOLE[0]), WHOLE[1]);
    this.#go(0, last, (whole * (last - this.at[0])) / last);
    this.moving.plays = true;
  }

  #advance() {
    const { axis, from, to, began, time, plays } = this.moving;
    const share = Math.min((performance.now() - began) / (time || 1), 1);
    this.at[axis] = from + (plays ? share : 1 - (1 - share) ** 3) * (to - from);
    if (share === 1) this.moving = null;
  }

  // ---- where it is looked, and what is picked ------------------------------------------------------

  #tools() {
    this.buttons = Object.fromEntries(TOOLS.map(([name, text]) => {
      const button = toolButton(name, text);
      button.onclick = () => this.#tool(name);
      return [name, button];
    }));
    return element("div", { className: "tools", role: "toolbar", "aria-label": "Map tools", hidden: true },
      ...Object.values(this.buttons));
  }

  #tool(name) {
    if (name === "fit") {
      this.#whole();
      return this.draw();
    }
    this.mode = name;
    for (const each of ["pan", "lasso", "box"]) this.buttons[each].setAttribute("aria-pressed", String(each === name));
    this.canvas.classList.toggle("draw", name !== "pan");
  }

  // Points have their room below the legend, however many lines it takes.
  #fit() {
    this.above = Math.max(this.legend.offsetHeight + 12, ROOM[0]);
    this.draw();
  }

  #whole() {
    this.view = { zoom: 1, x: 0, y: 0 }; // the shift of the middle, in the units of the box
  }

  // What was at one place of the stage comes to another, so many times larger; the map is not lost.
  #zoomed([fx, fy], [tx, ty], factor) {
    if (!this.camera || !this.data.picks) return;
    const { view, camera, reel } = this;
    const zoom = Math.min(Math.max(view.zoom * factor, FARTHEST), NEAREST);
    const [kx, ky] = [camera.kx, camera.ky].map((one) => (one * zoom) / view.zoom);
    const { clientWidth: width, clientHeight: height } = this.stage;
    const center = [(width / 2 - tx) / kx + (fx - camera.x) / camera.kx, (this.#middle(height) - ty) / ky + (fy - camera.y) / camera.ky];
    const [x, y] = [0, 1].map((axis) => {
      const [low, high] = [reel.box[0][axis], reel.box[1][axis]];
      return Math.min(Math.max(center[axis], low), high) - (low + high) / 2;
    });
    this.view = { zoom, x, y };
    this.#camera(width, height);
    this.draw();
  }

  #wheel(event) {
    if (!this.data?.picks) return;
    event.preventDefault();
    const at = this.#at(event);
    this.#zoomed(at, at, Math.exp(-event.deltaY / 400));
  }

  #at(event) {
    const { left, top } = this.stage.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  }

  #press(event) {
    if (!this.data?.picks || event.button || !this.camera) return;
    const at = this.#at(event);
    this.stroke = begun(event, this.mode);
    if (this.stroke) {
      this.#arrive(); // what is drawn around stays where it is
      drawnTo(this.stroke, at);
    }
    if (this.stroke) this.#hover(null);
    this.held = { at, moved: 0, mode: event.altKey ? "subtract" : "new" };
    this.stage.setPointerCapture(event.pointerId);
    this.stage.focus({ preventScroll: true });
    this.draw();
  }

  #drag(event) {
    if (!this.held) return false;
    const at = this.#at(event);
    const [dx, dy] = [at[0] - this.held.at[0], at[1] - this.held.at[1]];
    this.held.moved += Math.hypot(dx, dy);
    if (this.stroke) drawnTo(this.stroke, at);
    else if (this.held.moved >= STILL) this.#zoomed(this.held.at, at, 1);
    else return true;
    this.held.at = at;
    this.draw();
    return true;
  }

  #release(event) {
    const { stroke, held } = this;
    this.#drop();
    if (!held) return;
    this.stage.releasePointerCapture(event.pointerId);
    const region = stroke && corners(stroke);
    if (region) this.#pick(stroke.kind, region, stroke.mode);
    else if (stroke || held.moved < STILL) {
      this.#under(event);
      if (this.hovered !== null) this.#pick("click", [this.#seen(this.hovered)], stroke?.mode ?? held.mode);
    }
  }

  #drop() {
    this.held = this.stroke = null;
    this.draw();
  }

  #escape() {
    if (this.stroke) this.#drop();
    else this.#pick("clear", [], "new");
  }

  #seen(i) {
    const { kx, ky, x, y } = this.camera;
    return [this.x[i] * kx + x, this.y[i] * ky + y];
  }

  // Tell what was drawn around or clicked on the frame that is shown: where, and where the sliders stand.
  #pick(kind, pixels, mode) {
    const { kx, ky, x, y } = this.camera;
    this.gestures = (this.gestures ?? 0) + 1;
    this.told({ kind, mode, id: `${Date.now()}.${this.gestures}`, at: [...this.at],
      x: pixels.map(([px]) => (px - x) / kx), y: pixels.map(([, py]) => (py - y) / ky) });
  }

  // ---- the mouse --------------------------------------------------------------------------------

  #under(event) {
    if (!this.camera) return;
    const { kx, ky, x, y } = this.camera;
    const [px, py] = this.#at(event);
    let [best, found] = [PICK * PICK, null];
    for (let i = 0; i < this.reel.n; i++) {
      const square = (this.x[i] * kx + x - px) ** 2 + (this.y[i] * ky + y - py) ** 2;
      if (square < best) [best, found] = [square, i];
    }
    this.#hover(found);
  }

  async #hover(point) {
    if (point === this.hovered) return;
    this.hovered = point;
    this.draw();
    if (point === null || !this.data.cards) {
      this.card.hidden = true;
      return;
    }
    const { picture, text, lines } = await this.#card(point);
    if (this.hovered !== point) return;
    const parts = picture ? [element("img", { src: picture, alt: "" })] : [];
    for (const line of text ? [text] : lines.slice(0, 3).map((one) => one.join(": "))) parts.push(element("div", { textContent: line }));
    this.card.replaceChildren(...parts);
    this.card.hidden = false;
    this.draw();
  }

  async #card(point) {
    const row = this.reel.rows[point];
    if (!this.known.has(row))
      this.known.set(row, fetch(`${this.data.cards.card}/${row}`).then((answer) => answer.json()));
    return this.known.get(row);
  }

  // ---- the picture ------------------------------------------------------------------------------

  draw() {
    this.drawing ??= requestAnimationFrame(() => {
      this.drawing = null;
      if (this.gone || !this.reel) return;
      if (this.moving) this.#advance();
      this.#paint();
      if (this.moving) this.draw();
      else this.#rest();
    });
  }

  // Say where the first slider stands once the hand has left it there, to who asked where it starts.
  #rest() {
    clearTimeout(this.resting);
    if (this.data.start === null || this.at[0] === this.rests) return;
    this.resting = setTimeout(() => {
      this.rests = this.at[0];
      this.tell(this.rests);
    }, REST);
  }

  #paint() {
    const { reel, at } = this;
    place(reel, at, this.x, this.y);
    this.#points();
    const frame = nearest(reel, at);
    this.tracks.show(frame, at[0]);
    this.finds?.show(frame);
    this.ranges.forEach(({ range, said, buttons, slider }, i) => {
      const stop = Math.round(at[i]);
      buttons?.forEach((button, k) => {
        button.setAttribute("aria-checked", String(k === stop));
        button.tabIndex = k === stop ? 0 : -1;
      });
      if (!range) return;
      range.value = at[i];
      said.textContent = slider.stops[stop];
      range.setAttribute("aria-valuetext", slider.stops[stop]);
    });
    if (this.play) this.play.textContent = this.moving?.plays ? "Pause" : "Play";
    this.box.dataset.frame = frame;
    this.box.dataset.drawn = Number(this.box.dataset.drawn ?? 0) + 1;
  }

  #points() {
    const { clientWidth: width, clientHeight: height } = this.stage;
    if (!width || !height) return;
    const ratio = window.devicePixelRatio || 1;
    const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (this.canvas.width !== wide || this.canvas.height !== high) {
      Object.assign(this.canvas, { width: wide, height: high });
      this.sprites = null;
    }
    const { n } = this.reel;
    this.#camera(width, height);
    const context = this.canvas.getContext("2d", { willReadFrequently: true }); // by the processor: see above
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    if (n > MANY) this.#pixels();
    else this.#sprites(context, ratio);
    this.#over(context, width, height);
  }

  #middle(height) {
    return (height + this.above - ROOM[1]) / 2;
  }

  #camera(width, height) {
    const [low, high] = this.reel.box;
    const { zoom, x, y } = this.view;
    const scale = zoom * Math.min((width - 40) / (high[0] - low[0] || 1), (height - this.above - ROOM[1]) / (high[1] - low[1] || 1));
    const middle = [(low[0] + high[0]) / 2 + x, (low[1] + high[1]) / 2 + y];
    this.camera = { kx: scale, ky: -scale, x: width / 2 - middle[0] * scale, y: this.#middle(height) + middle[1] * scale };
    this.box.dataset.zoom = zoom.toFixed(3);
  }

  #sprites(context, ratio) {
    const { kx, ky, x, y } = this.camera;
    const { palette, legend } = this.data;
    const radius = Math.min(Math.max(150 / Math.sqrt(this.reel.n), 2.2), 6);
    this.sprites ??= palette.map((color, code) => {
      const size = Math.ceil(2.8 * radius * ratio) + 2;
      const sprite = element("canvas", { width: size, height: size });
      const drawing = sprite.getContext("2d");
      drawing.translate(size / 2, size / 2);
      drawing.beginPath();
      SHAPES[legend.entries ? code % SHAPES.length : 0](drawing, radius * ratio);
      drawing.closePath();
      drawing.fillStyle = color;
      drawing.globalAlpha = 0.78;
      drawing.fill();
      return sprite;
    });
    context.setTransform(1, 0, 0, 1, 0, 0);
    for (const layer of this.chosen ? [0, 1] : [null]) {
      context.globalAlpha = layer === 0 ? PALE : 1;
      for (let i = 0; i < this.reel.n; i++) {
        if (layer !== null && this.chosen[i] !== layer) continue;
        const sprite = this.sprites[this.codes[i]];
        const half = sprite.width / 2;
        context.drawImage(sprite, Math.round((this.x[i] * kx + x) * ratio - half), Math.round((this.y[i] * ky + y) * ratio - half));
      }
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
  }

  #pixels() {
    const ratio = window.devicePixelRatio || 1;
    const camera = Object.fromEntries(Object.entries(this.camera).map(([name, value]) => [name, value * ratio]));
    this.picture ??= new Picture(this.canvas);
    this.picture.clear(0);
    const points = { x: this.x, y: this.y, codes: this.codes };
    for (const value of this.chosen ? [0, 1] : [null]) {
      const tones = Uint32Array.from(this.data.palette, (color) => pixel(color, this.paper, value === 0 ? PALE : 1));
      splat(this.picture, points, { camera, tones, radius: 1.5 * ratio, ...(this.chosen && { mask: this.chosen, value }) });
    }
    this.picture.show();
  }

  // Lines of the pairs, numbers beside piles, and a ring around the point under the mouse.
  #over(context, width, height) {
    const { kx, ky, x, y } = this.camera;
    const pixels = (px, py) => [px * kx + x, py * ky + y];
    const seen = (i) => pixels(this.x[i], this.y[i]);
    const { trails, palette } = this.data;
    drawTrails(context, trails, { at: this.at[0], seen: pixels, palette, ink: this.ink });
    context.strokeStyle = this.ink;
    context.fillStyle = this.ink;
    context.lineWidth = 1.2;
    context.globalAlpha = 0.7;
    context.beginPath();
    for (const [a, b] of this.reel.pairs) {
      context.moveTo(...seen(a));
      context.lineTo(...seen(b));
    }
    context.stroke();
    context.globalAlpha = 1;
    const least = Math.max(PILE[0], PILE[1] * this.reel.n);
    const { font, ink, paper } = this;
    if (this.reel.n <= MANY)
      drawPiles(context, piles(this.x, this.y, this.camera, least), { width, height, font, ink, paper });
    if (this.stroke) drawStroke(context, this.stroke, this.accent);
    if (this.hovered === null) return;
    const [px, py] = seen(this.hovered);
    context.lineWidth = 2.5;
    context.beginPath();
    context.arc(px, py, 11, 0, 7);
    context.stroke();
    this.card.style.left = `${Math.min(px + 14, Math.max(width - 250, 0))}px`;
    this.card.style[py > height / 2 ? "bottom" : "top"] = `${py > height / 2 ? height - py + 14 : py + 14}px`;
    this.card.style[py > height / 2 ? "top" : "bottom"] = "auto";
  }
}
