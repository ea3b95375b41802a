// A map as one file: what it holds is unpacked, and drawn without a server.
import { Desk } from "./desk.js";
import { unpacked } from "./held.js";

const held = (id) => document.getElementById(id).textContent;
const root = document.querySelector("main");

unpacked(held("held")).then((all) => new Desk(root, all, held("pictures"))).catch((error) => {
  root.textContent = `This map cannot be drawn: ${error.message}. A browser of 2023 or later is needed.`;
  console.error(error);
});
