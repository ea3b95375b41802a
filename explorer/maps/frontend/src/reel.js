// The component of a reel: one Player a mount, updated whenever Streamlit runs the page.
import { Player } from "./player.js";

const mounted = new WeakMap();

export default function (component) {
  const { parentElement, data, setStateValue } = component;
  const root = parentElement.querySelector(".player");
  let player = mounted.get(root);
  if (!player) {
    player = new Player(root);
    mounted.set(root, player);
  }
  player.tell = (stand) => setStateValue("rest", stand);
  player.told = (gesture) => setStateValue("gesture", gesture);
  player.update(data).catch((error) => {
    root.textContent = error.message;
    console.error(error);
  });
  return () => {
    player.destroy();
    mounted.delete(root);
  };
}
