// What stands beside the map: charts of the columns, or a gallery of items.
import { Columns } from "./columns.js";
import { STYLE } from "./dockstyle.js";
import { element } from "./frame.js";
import { Gallery } from "./gallery.js";

const KINDS = { columns: Columns, gallery: Gallery };
const mounted = new WeakMap();

export default function (component) {
  const { parentElement, data, setStateValue } = component;
  const root = parentElement.querySelector(".dock");
  let part = mounted.get(root);
  if (!part) {
    const body = element("div");
    root.replaceChildren(element("style", { textContent: STYLE }), body);
    part = new KINDS[data.kind](body);
    mounted.set(root, part);
  }
  part.update(data, setStateValue);
  return () => {
    part.destroy();
    mounted.delete(root);
  };
}
