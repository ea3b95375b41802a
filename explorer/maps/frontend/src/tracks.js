// The readings of a reel: the number at the nearest frame, and the curve of all of them.
import { drawn, HIGH } from "./charts.js";
import { element } from "./frame.js";
import { valueAt } from "./path.js";

const WIDE = 100;
const ROUNDING = 1e-9; // of the chance level

export class Tracks {
  constructor(reel, go) {
    this.reel = reel;
    this.second = reel.sliders[1]?.stops.length ?? 1;
    this.tracks = reel.tracks.map((track) => this.#made(track, go));
    this.box = element("div", { className: "tracks" }, ...this.tracks.map(({ figure }) => figure));
  }

  // `at` is where the first slider stands between its stops; `frame` the nearest that was computed.
  show(frame, at) {
    const lane = frame % this.second;
    const across = this.#across(at);
    for (const one of this.tracks) {
      one.cursor.style.transform = `translateX(${across}%)`;
      if (one.frame === frame) continue;
      one.frame = frame;
      const { track } = one;
      one.value.textContent = track.text[frame];
      one.notes.replaceChildren(...track.notes[frame].map((note) => element("span", { textContent: note })));
      if (one.lane !== lane) this.#lanes(one, lane);
      const value = track.values[frame];
      one.dot.style.left = `${this.#across(Math.floor(frame / this.second))}%`;
      one.dot.style.top = `${(100 * one.up(value ?? 0)) / HIGH}%`;
      one.dot.hidden = value === null;
    }
  }

  #across(at) {
    const [slider] = this.reel.sliders;
    const [first, last] = [slider.values[0], slider.values.at(-1)];
    return (WIDE * (valueAt(slider, at) - first)) / (last - first || 1);
  }

  #made(track, go) {
    const svg = drawn("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, preserveAspectRatio: "none", "aria-hidden": "true" });
    const cursor = element("i", { className: "cursor" }); // moved by itself: the curve is not drawn anew
    const dot = element("i", { className: "dot" });
    const value = element("output");
    const notes = element("div", { className: "notes" });
    const curve = element("div", { className: "curve" }, svg, cursor, dot);
    const figure = element("figure", { title: track.help },
      element("figcaption", {}, element("span", { textContent: track.name }), value), curve, notes);
    const move = (event) => {
      const { left, width } = curve.getBoundingClientRect();
      go((event.clientX - left) / width);
    };
    curve.addEventListener("pointerdown", (event) => {
      curve.setPointerCapture(event.pointerId);
      move(event);
    });
    curve.addEventListener("pointermove", (event) => event.buttons && move(event));
    return { track, figure, svg, cursor, dot, value, notes, up: scale(track) };
  }

  // The band, the chance level, the lines of the other stops of the second slider, and its own.
  #lanes(one, lane) {
    const { track, svg, up } = one;
    one.lane = lane;
    const stops = this.reel.sliders[0].stops.map((_, i) => i);
    const point = (numbers, which) => (i) => {
      const value = numbers[i * this.second + which];
      return value === null ? null : `${this.#across(i)},${up(value)}`;
    };
    const path = (points) => points.map((p, i) => p && `${i && points[i - 1] ? "L" : "M"}${p}`).filter(Boolean).join("");
    const parts = [];
    const both = [...stops.map(point(track.high, lane)), ...[...stops].reverse().map(point(track.low, lane))];
    if (both.every(Boolean)) parts.push(drawn("path", { d: `${path(both)}Z`, class: "band" }));
    parts.push(drawn("path", { d: path(stops.map(point(track.chance, lane))), class: "chance" }));
    if (track.truth.length) parts.push(drawn("path", { d: path(stops.map(point(track.truth, lane))), class: "truth" }));
    for (let other = 0; other < this.second; other++)
      if (other !== lane) parts.push(drawn("path", { d: path(stops.map(point(track.values, other))), class: "other" }));
    parts.push(drawn("path", { d: path(stops.map(point(track.values, lane))), class: "line" }));
    svg.replaceChildren(...parts);
  }
}

// How far down a number is drawn. A chance level far from all values is left to the text.
export function scale({ values, low, high, chance, truth }) {
  const known = (numbers) => numbers.filter((value) => value !== null);
  const seen = known([...values, ...low, ...high, ...truth]);
  let [least, most] = [Math.min(...seen), Math.max(...seen)];
  const levels = known(chance);
  const rounding = ROUNDING * Math.max(0, ...levels.map(Math.abs)); // what it leaves of 0 is no curve
  const line = known(values);
  const isFlat = Math.max(...line) - Math.min(...line) <= rounding; // beside its chance level then
  const reach = isFlat ? Infinity : most - least || Math.abs(most) || 1;
  const near = levels.filter((value) => value > least - reach && value < most + reach);
  [least, most] = [Math.min(least, ...near), Math.max(most, ...near)];
  const whole = most - least || 1;
  return (value) => Math.min(Math.max(HIGH - 3 - ((value - least) / whole) * (HIGH - 6), -HIGH), 2 * HIGH);
}
