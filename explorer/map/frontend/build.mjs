// Bundle src/ into ../canvas.js, with a hash of what it was made of in its first line.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { build } from "esbuild";

const sources = ["build.mjs", "package-lock.json", ...readdirSync("src").sort().map((f) => `src/${f}`)];
const hash = createHash("sha256");
for (const file of sources) hash.update(readFileSync(file));

await build({
  entryPoints: ["src/index.js"],
  outfile: "../canvas.js",
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  banner: {
    js: `// made by \`make frontend\` from ${hash.digest("hex")}\n// regl-scatterplot and what it uses: MIT licence, see frontend/package-lock.json`,
  },
});
