// Items as cards: a picture, the whole text with what was searched marked, a few columns, a partner.
import { element } from "./frame.js";
import { marked } from "./words.js";

export class Gallery {
  constructor(root) {
    this.root = root;
    this.list = element("div", { className: "cards" });
    root.replaceChildren(this.list);
  }

  update(data, send) {
    Object.assign(this, { data, send });
    this.list.classList.toggle("pictures", data.cards.every(({ text, partner }) => !text && !partner?.text));
    this.list.replaceChildren(...data.cards.map((card) => this.#card(card)));
  }

  destroy() {}

  #card(card) {
    const parts = this.#inside(card);
    if (card.partner) parts.push(element("div", { className: "partner" },
      element("em", { textContent: card.partner.says }), ...this.#inside(card.partner)));
    const button = element("button", { type: "button", className: "card", title: "Show on the map, with its neighbors",
      "aria-pressed": String(card.row === this.data.focus) }, ...parts);
    button.onclick = () => {
      this.send("pick", { id: `${Date.now()}`, row: card.row });
      this.root.getRootNode().host?.closest(".st-key-dock-body")?.scrollTo({ top: 0 }); // its neighbors come first
    };
    return button;
  }

  #inside({ picture, name, text, value, chips }) {
    const parts = [];
    if (value) parts.push(element("span", { className: "value", textContent: value }));
    if (picture) parts.push(element("img", { src: picture, alt: text ? "" : name, loading: "lazy" }));
    if (text) {
      const words = marked(text, this.data.words).map(([part, hit]) => (hit ? element("mark", { textContent: part }) : part));
      parts.push(element("span", { className: "text" }, ...words));
    }
    if (chips.length)
      parts.push(element("span", { className: "chips" }, ...chips.map((chip) => element("span", { textContent: chip }))));
    return parts;
  }
}
