// The snippet beside its peers: size, main-thread time over 20 s of heavy use, bytes sent. Prints JSON; README.md says
// how it is taken.
//
// usage: node bench.mjs --tg FILE [--rounds N] [--only NAME,NAME] [--snippet FILE] [--no-profile] [--raw FILE]

import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { measure } from "./browser.mjs";
import { contestants } from "./contestants.mjs";
import { figures, remarks } from "./figures.mjs";
import { openSink } from "./sink.mjs";

const { values: options } = parseArgs({
  options: {
    tg: { type: "string", default: "../../../target/release/tg" },
    rounds: { type: "string", default: "3" },
    only: { type: "string" },
    // Another build than the served one: with names, for a profile that can be read.
    snippet: { type: "string" },
    "no-profile": { type: "boolean", default: false },
    // Every run, with the functions that took most.
    raw: { type: "string" },
  },
});

/** `tg up` on a fresh folder. */
async function startTg() {
  const data = await mkdtemp(join(tmpdir(), "testgram-bench-"));
  const child = spawn(options.tg, ["up", "--port", "0", "--aws-port", "0", "--data", data], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const origin = await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`tg up ended with ${code}`)));
    createInterface({ input: child.stdout }).on("line", (line) => line.startsWith("ready ") && resolve(line.slice(6)));
  });
  const stop = async () => {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    await ended;
    await rm(data, { recursive: true, force: true });
  };
  return { origin, stop };
}

const tg = await startTg();
const sink = await openSink();
try {
  const all = await contestants({ tg: tg.origin, snippet: options.snippet });
  const wanted = all.filter(({ name }) => !options.only || options.only.split(",").includes(name));
  const runs = Object.fromEntries(wanted.map(({ name }) => [name, []]));
  for (let round = 0; round < Number(options.rounds); round++) {
    // In turns, each round beginning with another one: other work of the machine then affects all of them alike.
    for (let turn = 0; turn < wanted.length; turn++) {
      const contestant = wanted[(round + turn) % wanted.length];
      const run = await measure(contestant, sink, { profile: !options["no-profile"] });
      run.machineLoad = loadavg()[0];
      runs[contestant.name].push(run);
      const { use, bytes, problems } = run;
      console.error(
        `    ${contestant.name}: script ${use.script.toFixed(0)} ms, task ${use.task.toFixed(0)} ms, own ${use.profile?.own.toFixed(0)} of ${use.profile?.busy.toFixed(0)} ms, ${bytes} bytes ${problems.join("; ")}`,
      );
    }
  }
  if (sink.unknown.size) console.error(`    requests that the sink does not know: ${[...sink.unknown].join(" ")}`);
  if (options.raw)
    await writeFile(
      options.raw,
      JSON.stringify(wanted.map(({ name, sizes, also }) => ({ name, sizes, also, runs: runs[name] }))),
    );
  console.log(JSON.stringify({ figures: figures(wanted, runs), remarks: remarks(wanted, runs) }));
} finally {
  await sink.close();
  await tg.stop();
}
