// What was measured of the space, and what the file is, beside the map.
import { element } from "./frame.js";

// `paint` takes a coloring: what a measure says of each item.
export function numbersOf({ numbers, notes, colorings }, paint) {
  const made = numbers.map(({ title, question, verdict, value, notes: more, coloring }) => {
    const name = element("b", { textContent: title });
    const parts = [element("header", { title: question }, name, element("span", { className: "value", textContent: value }))];
    if (more) parts.push(element("div", { className: "quiet", textContent: more }));
    if (verdict) parts.push(element("div", { textContent: verdict }));
    const found = colorings.find((each) => each.name === coloring);
    if (found) {
      const button = element("button", { type: "button", className: "tool", textContent: "Color the map by it" });
      button.onclick = () => paint(found);
      parts.push(button);
    }
    return element("section", { "aria-label": title }, ...parts);
  });
  return [...made, ...notes.map((note) => element("p", { className: "quiet", textContent: note }))];
}
