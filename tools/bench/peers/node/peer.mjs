// The v1 schema as ajv compiles it: JSON.parse and validate, CPU time of one batch.
// usage: node peer.mjs <schema> <frame>
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import Ajv2020 from "ajv/dist/2020.js";

const [, , schemaPath, framePath] = process.argv;
// `format: uint32` and its like say nothing beyond the schema's own bounds.
const ajv = new Ajv2020({ strict: false, validateFormats: false });
const validate = ajv.compile(JSON.parse(readFileSync(schemaPath, "utf8")));
const frame = readFileSync(framePath, "utf8");
if (!validate(JSON.parse(frame))) throw new Error(`the sample does not fit the schema: ${ajv.errorsText(validate.errors)}`);
if (validate(JSON.parse(frame.replace('"seq"', '"extra":0,"seq"')))) throw new Error("the validator lets everything pass");

const [warmUp, rounds, batches] = [20, 60, 200];
const micros = [];
for (let round = 0; round < warmUp + rounds; round++) {
  const before = process.cpuUsage();
  for (let batch = 0; batch < batches; batch++) validate(JSON.parse(frame));
  const used = process.cpuUsage(before);
  if (round >= warmUp) micros.push((used.user + used.system) / batches);
}
const { version } = createRequire(import.meta.url)("ajv/package.json");
console.log(JSON.stringify({ name: `ajv ${version}, Node ${process.versions.node}`, micros }));
