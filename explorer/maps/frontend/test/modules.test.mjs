// What needs no browser: filters, pixels, turns, views, words, contours, reels. Run by `node --test`, and by pytest.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Acts, HEARD } from "../src/acts.js";
import { segments } from "../src/contours.js";
import { escaped, svg } from "../src/export.js";
import { Filters, binned, counted, passes } from "../src/filters.js";
import { nearest, opened, place, standAt, valueAt } from "../src/path.js";
import { beside, piles } from "../src/piles.js";
import { read } from "../src/held.js";
import { Items } from "../src/items.js";
import { disc, pixel, splat } from "../src/pixels.js";
import { combined, inside } from "../src/polygon.js";
import { scale } from "../src/tracks.js";
import { upTo } from "../src/trails.js";
import { axesOf, seen, turned, turning } from "../src/turn.js";
import { FARTHEST, NEAREST, within, zoomed } from "../src/view.js";
import { addresses, marked } from "../src/words.js";

test("a filter of numbers takes its lower end and not its upper one", () => {
  const values = Float64Array.of(1, 2, 3, NaN);
  assert.deepEqual([...passes(values, { low: 1, high: 3 })], [1, 1, 0, 0]);
  assert.deepEqual([...passes(values, { low: 1, high: 3, negated: true })], [0, 0, 1, 1]);
});

test("a filter of codes passes those of its table", () => {
  const codes = Uint16Array.of(0, 1, 2, 1);
  assert.deepEqual([...passes(codes, { codes: Uint8Array.of(0, 1, 0) })], [0, 1, 0, 1]);
});

test("filters combine, and each can be left out", () => {
  const filters = new Filters(3);
  assert.equal(filters.all(), null);
  filters.set("a", Uint8Array.of(1, 1, 0));
  filters.set("b", Uint8Array.of(1, 0, 1));
  assert.deepEqual([...filters.all()], [1, 0, 0]);
  assert.deepEqual([...filters.all("a")], [1, 0, 1]);
  filters.set("a", null);
  assert.deepEqual([...filters.all()], [1, 0, 1]);
});

test("every number lies in one bin, what is no number in the one after the last", () => {
  const bins = binned(Float64Array.of(0, 4.9, 5, 10, NaN), { low: 0, high: 10, bins: 2 });
  assert.deepEqual([...bins], [0, 0, 1, 1, 2]);
  const wide = binned(Float64Array.of(1, 9, 11, 100), { low: 1, high: 100, bins: 2, log: true });
  assert.deepEqual([...wide], [0, 0, 1, 1]);
  assert.deepEqual([...counted(bins, 3, Uint8Array.of(1, 0, 1, 1, 1))], [1, 2, 1]);
});

test("points are drawn where they are, the chosen ones alone where asked", () => {
  const picture = { width: 9, height: 9, pixels: new Uint32Array(81) };
  const points = { x: Float32Array.of(-0.5, 0.5), y: Float32Array.of(0, 0), codes: Uint8Array.of(0, 1) };
  const camera = { kx: 4, ky: -4, x: 4, y: 4 };
  const how = { camera, tones: Uint32Array.of(7, 8), radius: 0.8, mask: Uint8Array.of(1, 0), value: 1 };
  assert.equal(splat(picture, points, how), 1);
  assert.equal(picture.pixels[4 * 9 + 2], 7);
  assert.equal(picture.pixels.filter(Boolean).length, disc(0.8, 9).length);
  assert.equal(splat(picture, points, { ...how, mask: null, hidden: Uint8Array.of(1, 0) }), 1);
  assert.equal(picture.pixels[4 * 9 + 6], 8);
});

test("a color is a pixel, and mixes with the paper", () => {
  assert.equal(pixel("#ff0000"), 0xff0000ff);
  assert.equal(pixel("#000000", "#ffffff", 0), 0xffffffff);
});

test("a turn keeps lengths, and puts the nearest last", () => {
  const place = [0.3, -0.4, 0.5];
  const pose = turning(0.7, -0.2);
  assert.ok(Math.abs(Math.hypot(...seen(place, pose)) - Math.hypot(...place)) < 1e-12);
  assert.deepEqual(seen(place, turning(0, 0)), place);
  assert.ok(turning(0, 9).pitch < Math.PI / 2);
  const axes = { x3: Float32Array.of(0, 0, 0), y3: Float32Array.of(0, 0, 0), z3: Float32Array.of(0.9, -0.9, 0) };
  const order = turned(axes, { x: new Float32Array(3), y: new Float32Array(3) }, turning(0, 0));
  assert.deepEqual([...order], [1, 2, 0]);
});

test("what is seen of a place is the sum of what is seen of the axes", () => {
  const [place, pose] = [[0.3, -0.4, 0.5], turning(0.7, -0.2)];
  const sums = axesOf(pose).map((row) => row.reduce((sum, one, i) => sum + one * place[i], 0));
  seen(place, pose).slice(0, 2).forEach((one, i) => assert.ok(Math.abs(one - sums[i]) < 1e-12));
});

test("a view is held near the map", () => {
  const at = (zoom, x) => Float32Array.of(zoom, 0, 0, 0, 0, zoom, 0, 0, 0, 0, 1, 0, x, 0, 0, 1);
  assert.equal(within(at(500, 0))[0], NEAREST);
  assert.equal(within(at(0.01, 0))[0], Math.fround(FARTHEST));
  assert.equal(within(at(1, 40))[12], 1.5);
  assert.deepEqual(within(at(2, 0.5)), at(2, 0.5));
});

test("searched words are marked whatever their case, and signs are only signs", () => {
  assert.deepEqual(marked("A Red bar", ["red"]), [["A ", false], ["Red", true], [" bar", false]]);
  assert.deepEqual(marked("a+b", ["+"]), [["a", false], ["+", true], ["b", false]]);
  assert.deepEqual(marked("none", []), [["none", false]]);
});

test("a contour runs between what is above a level and what is below", () => {
  const found = segments(Uint8Array.of(0, 0, 0, 200, 200, 200, 0, 0, 0), 3, 100);
  assert.equal(found.length, 4);
  assert.ok(found.every((line) => line.every((value) => value > 0 && value < 1)));
});

test("a drawing has a circle a point, its labels and its legend, and foreign signs are escaped", () => {
  const points = { x: Float32Array.of(-1, 1), y: Float32Array.of(0, 0), codes: Uint8Array.of(0, 1), chosen: null, hidden: null };
  const legend = { title: "kind", entries: [{ code: 0, name: "a<b", count: 1 }, { code: 1, name: "c", count: 1 }] };
  const drawn = svg({ points, palette: ["#111111", "#222222"], legend, labels: [{ x: 0, y: 0, text: "x&y" }],
    paper: "#ffffff", ink: "#000000", title: "map" });
  assert.equal(drawn.match(/<circle/g).length, 4);
  assert.ok(drawn.includes("a&lt;b (1)") && drawn.includes("x&amp;y"));
  const hidden = svg({ points: { ...points, hidden: Uint8Array.of(1, 0) }, palette: ["#111111", "#222222"],
    legend: { title: "size", ends: ["0", "9"] }, labels: [], paper: "#ffffff", ink: "#000000", title: "map" });
  assert.equal(hidden.match(/<circle/g).length, 1);
  assert.equal(escaped('"'), "&quot;");
});

// A reel of two points over two steps and two runs, as it is sent.
function reel() {
  const frames = Uint16Array.of(0, 65535, 0, 0, 0, 0, 0, 0, 65535, 65535, 65535, 65535, 0, 0, 65535, 65535);
  const sliders = [{ stops: ["0", "9"], values: [0, 9] }, { stops: ["a", "b"], values: [0, 1] }];
  return { path: "frames", n: 2, box: [[0, 0], [10, 1]], sliders, frames };
}

test("a point goes straight from frame to frame, over both sliders", () => {
  const [x, y] = [new Float32Array(2), new Float32Array(2)];
  place(reel(), [0, 0], x, y);
  assert.deepEqual([[...x], [...y]], [[0, 10], [0, 0]]);
  place(reel(), [0.5, 0], x, y);
  assert.deepEqual([[...x], [...y]], [[5, 10], [0.5, 0.5]]);
  place(reel(), [0.5, 0.5], x, y);
  assert.deepEqual([[...x], [...y]], [[2.5, 5], [0.5, 0.5]]);
});

test("two frames alone are the ends of a straight way, whatever the stops between", () => {
  const sliders = [{ stops: ["0", "50", "100"], values: [0, 0.5, 1] }];
  const morph = { path: "frames", n: 1, box: [[0, 0], [1, 1]], sliders, frames: Uint16Array.of(0, 0, 65535, 65535) };
  const [x, y] = [new Float32Array(1), new Float32Array(1)];
  for (const at of [0, 0.5, 1, 2]) {
    place(morph, [at], x, y);
    assert.ok(Math.abs(x[0] - at / 2) < 1e-6 && Math.abs(y[0] - at / 2) < 1e-6);
  }
});

test("a trail goes as far as the slider, between two stops too", () => {
  assert.deepEqual(upTo([0, 2, 4], [0, 0, 0], 1.5), [[0, 0], [2, 0], [3, 0]]);
  assert.deepEqual(upTo([0, 2, 4], [0, 0, 0], 2), [[0, 0], [2, 0], [4, 0]]);
});

test("texts of piles stand beside each other's rings and texts, or are left out", () => {
  const found = [{ x: 20, y: 50 }, { x: 60, y: 50 }];
  const room = { width: 300, height: 100 };
  assert.deepEqual(beside(found, [90, 90], room), [[0, 24], [78, 50]]);
  const crowd = Array.from({ length: 30 }, (_, i) => ({ x: 100 + i, y: 50 }));
  assert.ok(beside(crowd, crowd.map(() => 90), room).filter(Boolean).length < 5);
});

test("a shift is exact between the stops, and on the sphere where the switch is on", () => {
  const sliders = [{ stops: ["0", "1"], values: [0, 1] }];
  const shift = { path: "shifted", n: 1, sliders, start: [1, 0], move: [-1, 1], along: [-1], squared: 2 };
  const [x, y] = [new Float32Array(1), new Float32Array(1)];
  place(shift, [0.5, 0], x, y);
  assert.deepEqual([x[0], y[0]], [0.5, 0.5]);
  place(shift, [0.5, 1], x, y);
  assert.ok(Math.abs(Math.hypot(x[0], y[0]) - 1) < 1e-6);
});

test("numbers are read at the nearest frame, the last slider's next to each other", () => {
  assert.equal(nearest(reel(), [0.4, 1]), 1);
  assert.equal(nearest(reel(), [0.6, 0.4]), 2);
});

test("a slider stands at a value and back", () => {
  const slider = { values: [0, 1, 10] };
  assert.equal(valueAt(slider, 1.5), 5.5);
  assert.equal(standAt(slider, 5.5), 1.5);
  assert.equal(standAt(slider, 99), 2);
});

test("a reel is read from one binary", () => {
  const head = JSON.stringify({ n: 1, arrays: { rows: ["i4", 0, 1] } }).padEnd(48);
  const bytes = new ArrayBuffer(56);
  new Uint32Array(bytes, 0, 1)[0] = 48;
  new Uint8Array(bytes, 4, 48).set(new TextEncoder().encode(head));
  new Int32Array(bytes, 52, 1)[0] = 7;
  assert.deepEqual([...opened(bytes).rows], [7]);
});

test("points on each other are counted, those apart are not", () => {
  const camera = { kx: 100, ky: -100, x: 200, y: 200 };
  const [x, y] = [Float32Array.of(0, 0.01, 0, 1.5), Float32Array.of(0, 0, 0.01, 1)];
  assert.deepEqual(piles(x, y, camera, 3).map(({ count }) => count), [3]);
});

test("a point is in a polygon that winds around it an odd number of times", () => {
  const square = { x: [0, 0, 2, 2], y: [0, 2, 2, 0] };
  assert.deepEqual([...inside([1, 3, 1.9], [1, 1, 0.1], square)], [1, 0, 1]);
  const eight = { x: [0, 2, 2, 0], y: [0, 2, 0, 2] }; // two triangles that touch
  assert.deepEqual([...inside([0.2, 1.8, 1], [1, 1, 1.8], eight)], [1, 1, 0]);
  assert.deepEqual([...inside([1], [1], { x: [0, 2], y: [0, 2] })], [0]);
});

test("a pack is a header whose arrays are where it says", () => {
  const header = new TextEncoder().encode('{"n":2,"codes":{"array":[8,2]}}');
  const base = 8 * Math.ceil((4 + header.length) / 8);
  const bytes = new Uint8Array(base + 16);
  new DataView(bytes.buffer).setUint32(0, header.length, true);
  bytes.set(header, 4);
  bytes.set([7, 9], base + 8);
  const { n, codes } = read(bytes.buffer);
  assert.equal(n, 2);
  assert.deepEqual([...new Uint8Array(codes)], [7, 9]);
});

const bytes = (text) => new TextEncoder().encode(text).buffer;
const held = new Items({
  n: 3, roles: { text: "said", pair: "of" }, index: null, partners: Int32Array.of(2, -1, 0).buffer,
  pictures: { kind: "image/webp", starts: Uint32Array.of(0, 4, 4, 8).buffer },
  columns: [
    { name: "said", kind: "text", address: bytes("A cat\0\0two, \"dogs\"") },
    { name: "kind", kind: "category", type: "u2", names: ["pet", "(none)"], address: Uint16Array.of(0, 1, 0).buffer },
    { name: "size", kind: "number", type: "f8", address: Float64Array.of(1, NaN, 0.1 + 0.2).buffer },
    { name: "of", kind: "number", type: "f8", address: Float64Array.of(5, 6, 5).buffer },
  ],
}, "AAAABBBB");

test("items are found where every word is in some column", () => {
  assert.deepEqual([...held.found(["PET", "cat"])], [1, 0, 0]);
  assert.deepEqual([...held.found(["none"])], [0, 0, 0]);
  assert.deepEqual([...held.found([])], [1, 1, 1]);
});

test("a card leaves out what is empty, and has the picture", () => {
  assert.deepEqual(held.card(1), { picture: null, lines: [["of", "6"]], text: "" });
  assert.equal(held.card(2).picture, "data:image/webp;base64,BBBB");
  assert.deepEqual(held.card(2).lines[2], ["size", "0.3"]);
});

test("a listed item stands beside its partner", () => {
  assert.equal(held.paired(0).partner.text, 'two, "dogs"');
  assert.equal(held.paired(1).partner, null);
  assert.deepEqual(held.paired(0).chips, ["kind: pet", "size: 1"]);
});

test("an item of which nothing is known is called by its number", () => {
  const bare = new Items({ n: 2, roles: {}, columns: [], index: bytes("7\0"+"9") }, "");
  assert.deepEqual(bare.card(1).lines, [["item", "9"]]);
  assert.equal(bare.listed(1).text, "item 9");
  assert.equal(held.listed(0).text.startsWith("item"), false);
});

test("a selection is CSV that no spreadsheet computes", () => {
  const items = new Items({ n: 1, roles: {}, columns: [{ name: "a", kind: "text", address: bytes("=1+1") }] }, "");
  assert.equal(items.csv([0]), '"item","a"\r\n"0","\'=1+1"');
  assert.equal(held.csv([2]).split("\r\n")[1], '"2","two, ""dogs""","pet","0.3","5"');
});

test("web addresses in a text are found whole, and nothing else leads anywhere", () => {
  const links = (text) => addresses(text).filter(([, leads]) => leads).map(([part]) => part);
  assert.deepEqual(links("see https://a.org/b?c=1&d=2, or (http://b.org)."), ["https://a.org/b?c=1&d=2", "http://b.org"]);
  assert.deepEqual(links("https://en.wikipedia.org/wiki/Set_(mathematics)"), ["https://en.wikipedia.org/wiki/Set_(mathematics)"]);
  assert.deepEqual(links("javascript:alert(1) data:text/html,x ftp://a.org file:///etc www.a.org"), []);
  assert.deepEqual(links('<a href="https://a.org">'), ["https://a.org"]);
  assert.equal(addresses("x https://a.org. y").map(([part]) => part).join(""), "x https://a.org. y");
});

test("a reading that does not change is drawn beside its chance level, rounding as a line", () => {
  const track = (values, chance) => ({ values, low: values, high: values, truth: [], chance: values.map(() => chance) });
  const flat = scale(track([1, 1, 1], 0.001));
  assert.ok(flat(0.001) - flat(1) > 30);
  const rounded = scale(track([3e-15, 1e-15, 4e-15], 70));
  assert.ok(Math.abs(rounded(3e-15) - rounded(1e-15)) < 1e-6);
  const curve = scale(track([0.2, 0.4], 70)); // a level far away is left to the text
  assert.ok(curve(0.2) - curve(0.4) > 30);
});

test("a view is enlarged around a place that comes to another", () => {
  const at = (zoom, x, y) => Float32Array.of(zoom, 0, 0, 0, 0, zoom, 0, 0, 0, 0, 1, 0, x, y, 0, 1);
  assert.deepEqual(zoomed(at(1, 0, 0), [0.5, 0], [0.5, 0], 2), at(2, -0.5, 0));
  assert.deepEqual(zoomed(at(2, 0, 0), [0, 0], [0.25, -0.5], 1), at(2, 0.25, -0.5));
  assert.equal(zoomed(at(2, 0, 0), [0, 0], [0, 0], 1e6)[0], NEAREST);
  assert.equal(zoomed(at(2, 0, 0), [0, 0], [0, 0], 1e-6)[0], Math.fround(FARTHEST));
});

test("a polygon of many corners holds what the even-odd rule says", () => {
  const odd = (px, py, { x, y }) => x.reduce((held, x1, i) => {
    const [x0, y0] = [x.at(i - 1), y.at(i - 1)];
    return held !== (y0 > py !== y[i] > py && px < x0 + ((py - y0) / (y[i] - y0)) * (x1 - x0));
  }, false);
  const turns = Array.from({ length: 200 }, (_, i) => [0.8 * Math.cos(7.3 * i), Math.sin(2.1 * i)]);
  const corners = { x: turns.map(([x]) => x), y: turns.map(([, y]) => y) };
  const axis = Array.from({ length: 1681 }, (_, i) => i);
  const [x, y] = [axis.map((i) => (i % 41) / 20 - 1), axis.map((i) => Math.floor(i / 41) / 20 - 1)];
  const found = inside(Float64Array.from(x), Float64Array.from(y), corners);
  assert.deepEqual([...found], x.map((px, i) => Number(odd(px, y[i], corners))));
  assert.ok(found.includes(1) && found.includes(0));
});

test("a selection is replaced, added to or taken from", () => {
  const [before, hit] = [Uint8Array.of(1, 1, 0), Uint8Array.of(0, 1, 1)];
  assert.deepEqual([...combined(before, hit, "new")], [0, 1, 1]);
  assert.deepEqual([...combined(before, hit, "add")], [1, 1, 1]);
  assert.deepEqual([...combined(before, hit, "subtract")], [1, 0, 0]);
  assert.deepEqual([...combined(null, hit, "add")], [0, 1, 1]);
  assert.deepEqual([...combined(null, hit, "subtract")], [0, 0, 0]);
  assert.deepEqual([...before], [1, 1, 0]);
});

test("acts are undone in the order in which they were done, and done again until another is", () => {
  const acts = new Acts();
  for (const act of ["view", "selection"]) acts.did(act);
  assert.equal(acts.again("undo"), "selection");
  assert.equal(acts.again("undo"), "view");
  assert.equal(acts.again("undo"), undefined);
  assert.equal(acts.again("redo"), "view");
  acts.did("view");
  assert.equal(acts.again("redo"), undefined);
  assert.deepEqual(acts.before, ["view", "view"]);
});

test("what the server has yet to hear is told again with what comes after, until it has heard", () => {
  const acts = new Acts();
  const ids = (told) => told.map(({ id }) => id);
  assert.deepEqual(ids(acts.tell({ id: "a" }, 0)), ["a"]);
  assert.deepEqual(ids(acts.tell({ id: "b" }, 1)), ["a", "b"]);
  assert.equal(acts.hear("z"), false);
  assert.equal(acts.hear("a"), true);
  assert.equal(acts.hear("a"), false);
  assert.deepEqual(ids(acts.tell({ id: "c" }, 2)), ["b", "c"]);
  assert.deepEqual(ids(acts.waiting(1 + HEARD)), ["c"]);
  assert.equal(acts.hear("c"), true);
  assert.deepEqual(acts.waiting(2), []);
});
