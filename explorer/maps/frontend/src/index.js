// The component: one MapCanvas a mount, updated whenever Streamlit runs the page.
import { MapCanvas } from "./canvas.js";

const mounted = new WeakMap();

export default function (component) {
  const { parentElement, data, setStateValue } = component;
  const root = parentElement.querySelector(".map");
  let canvas = mounted.get(root);
  if (!canvas) {
    canvas = new MapCanvas(root);
    mounted.set(root, canvas);
  }
  canvas.update(data, setStateValue);
  return () => {
    canvas.destroy();
    mounted.delete(root);
  };
}
