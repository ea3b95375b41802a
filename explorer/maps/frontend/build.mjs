// Bundle src/ into ../draw/: the canvas, the dock and the player of the app, and the page of a map that is
// one file and the widget of a notebook; with a hash of what they were made of in their first lines.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const STYLE = "../alone/page.css"; // of a map that is alone
const sources = ["build.mjs", "package-lock.json", STYLE, ...readdirSync("src").sort().map((f) => `src/${f}`)];
const hash = createHash("sha256");
for (const file of sources) hash.update(readFileSync(file));

// regl-scatterplot draws every point anew whenever the mouse is over one, which takes a second where
// there are a million and no fast graphics card. The canvas finds the point under the mouse itself.
const REDRAWS = "hover(raycast()); // eslint-disable-line no-use-before-define";
const withoutRedraws = {
  name: "without redraws",
  setup: ({ onLoad }) => onLoad({ filter: /regl-scatterplot\.esm\.js$/ }, ({ path }) => {
    const parts = readFileSync(path, "utf8").split(REDRAWS);
    if (parts.length !== 2) throw new Error(`${path} is not as it was: see REDRAWS in build.mjs`);
    return { contents: parts.join(";") };
  }),
};

await build({
  entryPoints: { canvas: "src/index.js", dock: "src/dock.js", reel: "src/reel.js", file: "src/file.js",
    widget: "src/widget.js" },
  loader: { ".css": "text" },
  outdir: "../draw",
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  plugins: [withoutRedraws],
  banner: {
    js: `// made by \`make frontend\` from ${hash.digest("hex")}\n// licenses of what is in it: canvas.licenses.txt`,
  },
});

const { packages } = JSON.parse(readFileSync("package-lock.json"));
const texts = Object.entries(packages)
  .filter(([folder, { dev }]) => folder && !dev)
  .map(([folder, { version, license }]) => {
    const file = ["LICENSE", "LICENSE.md", "license", "LICENSE.txt"].find((name) => existsSync(`${folder}/${name}`));
    const text = file ? readFileSync(`${folder}/${file}`, "utf8").trim() : `License: ${license}`;
    return `${folder.replace("node_modules/", "")} ${version}\n\n${text}\n`;
  });
writeFileSync("../draw/canvas.licenses.txt", texts.join(`\n${"-".repeat(80)}\n\n`));
