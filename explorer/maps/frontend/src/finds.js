// What a search finds at every frame of a reel: the query, and the pictures or texts nearest to it.
import { element } from "./frame.js";

export class Finds {
  constructor(reel, cards) {
    Object.assign(this, { reel, cards, known: new Map(), which: 0 });
    const { length } = reel.asked;
    this.k = reel.near.length / length / (reel.places.length / length);
    this.query = element("button", { type: "button", className: "item query", title: "Another query" });
    this.query.onclick = () => {
      this.which = (this.which + 1) % length;
      this.show(this.frame, true);
    };
    this.place = element("p", { className: "place", ariaLive: "polite" });
    this.found = element("div", { className: "found" });
    this.box = element("div", { className: "finds" }, element("div", {}, this.query, this.place), this.found);
  }

  show(frame, anew = false) {
    if (frame === this.frame && !anew) return;
    this.frame = frame;
    const { asked, partners, near, places } = this.reel;
    const from = (frame * asked.length + this.which) * this.k;
    const found = [...near.subarray(from, from + this.k)];
    const place = places[frame * asked.length + this.which];
    this.place.textContent = `Its partner has rank ${Math.round(place * 10) / 10}`;
    this.#fill(this.query, asked[this.which]);
    while (this.found.children.length < found.length) this.found.append(element("div", { className: "item" }));
    found.forEach((point, i) => {
      const item = this.found.children[i];
      item.classList.toggle("partner", point === partners[this.which]);
      if (item.dataset.point !== `${point}`) this.#fill(item, point);
    });
  }

  async #fill(item, point) {
    item.dataset.point = point;
    const known = await this.cards(point);
    if (item.dataset.point !== `${point}`) return; // the hand was faster
    const parts = [];
    if (known.picture) parts.push(element("img", { src: known.picture, alt: known.text || "picture" }));
    const text = known.text || (known.picture ? "" : (known.lines[0]?.[1] ?? ""));
    if (text) parts.push(element("span", { textContent: text }));
    item.replaceChildren(...parts);
  }
}
