// What stands around the points: tools, legend, card, status and help.
import { STYLE } from "./style.js";
import { counted } from "./words.js";

const ICONS = {
  pan: '<path d="M12 3v18M3 12h18M12 3l-2.5 2.5M12 3l2.5 2.5M12 21l-2.5-2.5M12 21l2.5-2.5M3 12l2.5-2.5M3 12l2.5 2.5M21 12l-2.5-2.5M21 12l-2.5 2.5"/>',
  lasso: '<path d="M7 16c-3-1-4-3-4-5 0-4 4-7 9-7s9 3 9 7-4 7-9 7c-1 0-2 0-3-.3"/><circle cx="7" cy="17" r="2"/><path d="M7 19c0 1.500-1 2-2 2"/>',
  box: '<rect x="4" y="5" width="16" height="14" stroke-dasharray="3 2.500"/>',
  undo: '<path d="M4 9h10a5 5 0 0 1 0 10H8M4 9l4-4M4 9l4 4"/>',
  redo: '<path d="M20 9H10a5 5 0 0 0 0 10h6M20 9l-4-4M20 9l-4 4"/>',
  fit: '<path d="M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5"/>',
  contours: '<ellipse cx="12" cy="12" rx="9" ry="7"/><ellipse cx="11" cy="12" rx="5.500" ry="4"/><ellipse cx="10.500" cy="12" rx="2" ry="1.500"/>',
  labels: '<path d="M4 6V4h16v2M12 4v16M9 20h6"/>',
  png: '<path d="M12 4v11M7 10l5 5 5-5M4 19h16"/>',
  svg: '<path d="M12 3v8M9 8l3 3 3-3M4 14h4l2 4 3-6 2 4h5M4 21h16"/>',
  help: '<path d="M9 9a3 3 0 1 1 4 2.800c-.8.400-1 1-1 2.200M12 17.500v.1"/><circle cx="12" cy="12" r="9.500"/>',
};
const TOOLS = [
  ["pan", "Move and zoom (P)"],
  ["lasso", "Lasso (L)"],
  ["box", "Box (B)"],
  null,
  ["undo", "View before (Ctrl+Z)"],
  ["redo", "View after (Ctrl+Shift+Z)"],
  ["fit", "Whole map (0)"],
  null,
  ["contours", "Density contours (C)"],
  ["labels", "Labels (T)"],
  null,
  ["png", "Save as a picture, PNG"],
  ["svg", "Save as a drawing, SVG"],
  ["help", "Help (?)"],
];
const HELP = [
  ["Drag", "move the map"],
  ["Wheel, or two fingers", "zoom; two fingers move it as well"],
  ["Shift + drag", "select by a box"],
  ["Ctrl + Shift + drag", "select by a lasso"],
  ["Lasso or box tool, drag", "select"],
  ["… with Shift", "add to the selection"],
  ["… with Alt", "take from the selection"],
  ["Click", "select one point, show its true neighbors"],
  ["Escape", "clear the selection"],
  ["Arrow keys", "go from point to point; Enter selects"],
  ["Shift + arrow keys", "move the map"],
  ["+ and −", "zoom"],
  ["Ctrl + Z", "the view or selection before; with Shift, after"],
  ["Legend: click", "hide; double click: show only this"],
];

export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name in made && name !== "style") made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

export function toolButton(name, text) {
  const button = element("button", { type: "button", title: text, "aria-label": text });
  button.innerHTML = `<svg viewBox="0 0 24 24" aria-hidden="true">${ICONS[name]}</svg>`;
  return button;
}

export class Frame {
  constructor(root, on) {
    this.on = on;
    this.points = element("canvas", { className: "points" });
    this.brush = element("canvas", { className: "brush", hidden: true });
    this.over = element("canvas", { className: "over" });
    this.tools = this.#tools();
    this.legend = element("div", { className: "legend", hidden: true });
    this.why = element("div", { className: "why" });
    this.card = element("div", { className: "card", hidden: true });
    this.status = element("div", { className: "status" });
    this.said = element("div", { className: "hidden", "aria-live": "polite" });
    this.help = this.#help();
    const foot = element("div", { className: "foot" }, this.status, this.why);
    this.stage = element("div", { className: "stage" }, this.points, this.brush, this.over, this.card, foot);
    this.box = element("div", { className: "frame", tabIndex: 0, role: "application" },
      this.tools, this.stage, this.legend, this.said, this.help);
    root.replaceChildren(element("style", { textContent: STYLE }), this.box);
  }

  #tools() {
    const made = element("div", { className: "tools", role: "toolbar", "aria-label": "Map tools" });
    this.buttons = {};
    for (const tool of TOOLS) {
      if (!tool) {
        made.append(element("i"));
        continue;
      }
      const [name, text] = tool;
      const button = toolButton(name, text);
      button.onclick = () => this.on.tool(name);
      this.buttons[name] = button;
      made.append(button);
    }
    return made;
  }

  #help() {
    const list = element("dl");
    for (const [what, does] of HELP)
      list.append(element("dt", { textContent: what }), element("dd", { textContent: does }));
    const close = element("button", { type: "button", textContent: "Close" });
    const made = element("dialog", { "aria-label": "What to do on the map" },
      element("h3", { textContent: "What to do on the map" }), list, close);
    close.onclick = () => made.close();
    return made;
  }

  press(name, on) {
    this.buttons[name].setAttribute("aria-pressed", String(on));
  }

  drawLegend(legend, palette, hidden, out = new Set()) {
    const { title, entries, ends, undefined: missing } = legend;
    const fold = element("button", { type: "button", className: "fold", title: "Fold the legend",
      "aria-expanded": String(!this.folded) }, element("b", { textContent: title }), this.folded ? "▸" : "▾");
    fold.onclick = () => {
      this.folded = !this.folded;
      this.drawLegend(legend, palette, hidden, out);
      this.legend.querySelector("button").focus();
    };
    const made = [fold];
    if (ends) {
      const stops = palette.slice(0, -1).filter((_, i) => i % 16 === 0).join(",");
      made.push(
        element("div", { className: "bar", style: `background:linear-gradient(90deg,${stops})` }),
        element("div", { className: "ends" }, element("span", { textContent: ends[0] }),
          element("span", { textContent: ends[1] })),
      );
      if (missing)
        made.push(element("small", { textContent: `gray: undefined for ${missing.toLocaleString("en")}` }));
    }
    for (const { code, name, count } of entries ?? []) {
      const button = element("button", { type: "button", className: out.has(code) ? "entry out" : "entry", title: `${name}: ${counted(count, "item")}`,
          "aria-pressed": String(!hidden.has(code)) },
        element("span", { className: "dot", style: `background:${palette[code]}` }),
        element("span", { className: "name", textContent: name }),
        element("span", { textContent: count.toLocaleString("en") }));
      button.onclick = (event) => this.on.legend(code, event.detail > 1);
      made.push(button);
    }
    if (this.folded) made.splice(1);
    this.legend.classList.toggle("folded", Boolean(this.folded));
    this.legend.replaceChildren(...made);
    this.legend.hidden = (entries?.length ?? 2) < 2;
  }

  showCard(content, x, y) {
    if (!content || (!content.picture && !content.lines.length)) {
      this.card.hidden = true;
      return;
    }
    const parts = content.picture ? [element("img", { src: content.picture, alt: "" })] : [];
    for (const [name, value] of content.lines)
      parts.push(element("div", {}, element("em", { textContent: `${name}: ` }), value));
    this.card.replaceChildren(...parts);
    this.card.hidden = false;
    const { clientWidth: width, clientHeight: height } = this.stage;
    const left = Math.min(Math.max(6, x - this.card.offsetWidth / 2), width - this.card.offsetWidth - 6);
    const above = y - this.card.offsetHeight - 16;
    this.card.style.left = `${left}px`;
    this.card.style.top = `${above > 4 ? above : Math.min(y + 16, height - this.card.offsetHeight - 4)}px`;
  }
}
