// Items as cards: a picture, the whole text with what was searched marked, a few columns, a partner.
import { element } from "./frame.js";
import { addresses, marked } from "./words.js";

const SHOWN = 60; // characters of an address

// A text with its web addresses as links, and the searched words between them marked.
function linked(text, words = []) {
  return addresses(text).flatMap(([part, leads]) => {
    if (!leads) return marked(part, words).map(([each, hit]) => (hit ? element("mark", { textContent: each }) : each));
    const said = part.length > SHOWN ? `${part.slice(0, SHOWN)}…` : part;
    return [element("a", { href: part, target: "_blank", rel: "noopener noreferrer", textContent: said })];
  });
}

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
    const picked = card.row === this.data.focus;
    const name = card.text ? card.text.slice(0, SHOWN) : card.name;
    const button = element("button", { type: "button", className: "open", title: "Show on the map, with its neighbors",
      "aria-label": name, "aria-pressed": String(picked) });
    button.onclick = () => {
      this.send("pick", { id: `${Date.now()}`, row: card.row });
      this.root.getRootNode().host?.closest(".st-key-dock-body")?.scrollTo({ top: 0 }); // its neighbors come first
    };
    // The button lies over the card and below its links, which may not stand inside it.
    return element("div", { className: picked ? "card picked" : "card" }, button, ...parts);
  }

  #inside({ picture, name, text, value, chips }) {
    const parts = [];
    if (value) parts.push(element("span", { className: "value", textContent: value }));
    if (picture) parts.push(element("img", { src: picture, alt: text ? "" : name, loading: "lazy" }));
    if (text) {
      parts.push(element("span", { className: "text" }, ...linked(text, this.data.words)));
    }
    if (chips.length)
      parts.push(element("span", { className: "chips" }, ...chips.map((chip) => element("span", {}, ...linked(chip)))));
    return parts;
  }
}
