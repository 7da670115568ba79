// The test vectors of the protocol in wasm, as browsers run it: `node vectors.mjs FOLDER`, the folder holding the module
// that was built with the feature `vectors`. `cargo xtask test` calls it.

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const module = process.argv[2];
const { initSync, runVector } = await import(pathToFileURL(join(module, "vectors.js")).href);
initSync({ module: readFileSync(join(module, "vectors_bg.wasm")) });

const vectors = new URL("../shared/vectors/", import.meta.url);
let failed = 0;
const names = readdirSync(vectors);
for (const name of names) {
  try {
    runVector(readFileSync(new URL(name, vectors)));
  } catch (error) {
    failed += 1;
    console.log(`test ${name} ... FAILED`);
    console.log(`  ${error}`);
  }
}
console.log(`${names.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
