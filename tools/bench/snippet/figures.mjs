// What the table shows, of what the runs measured.

const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/** What a contestant's script took of the main thread's CPU time: its share of the samples that were not idle. */
const ownOf = ({ task, profile }) => (profile ? (task * profile.own) / profile.busy : undefined);

const KB = 1000;

/** `of` reads a run; where `above` stands, the figure of nothing in the same round is taken off. */
const MEASURES = [
  { what: "script, by samples", unit: "ms", of: ({ use }) => ownOf(use) },
  { what: "script, by counter", unit: "ms", above: true, of: ({ use }) => use.script },
  { what: "all tasks of the main thread", unit: "ms", above: true, of: ({ use }) => use.task },
  { what: "all threads of the page", unit: "ms", above: true, of: ({ use }) => use.cpu.all },
  { what: "its workers", unit: "ms", of: ({ use }) => use.cpu.worker },
  { what: "script while loading, by samples", unit: "ms", of: ({ load }) => ownOf(load) },
  { what: "longest stretch of script", unit: "ms", of: ({ use }) => use.profile?.longest },
  { what: "bytes sent", unit: "KB", of: ({ bytes }) => bytes / KB },
  { what: "heap after collection", unit: "KB", above: true, of: ({ heap }) => heap / KB },
];

/** The figures of all runs: medians, least and most, which `tools/bench/src/snippet.rs` reads. */
export function figures(contestants, runs) {
  const peers = contestants.filter(({ name }) => name !== "nothing");
  const size = {
    what: "size",
    unit: "KB",
    of: peers.map(({ title, sizes }) => {
      const value = Object.values(sizes).reduce((sum, bytes) => sum + bytes, 0) / KB;
      return { title, value, least: value, most: value };
    }),
  };
  const measured = MEASURES.map(({ what, unit, of, above }) => ({
    what,
    unit,
    of: peers.flatMap(({ name, title }) => {
      const values = runs[name].map((run, round) => of(run) - (above ? of(runs.nothing[round]) : 0));
      if (!values.every(Number.isFinite)) return [];
      return [{ title, value: median(values), least: Math.min(...values), most: Math.max(...values) }];
    }),
  }));
  return [size, ...measured].filter(({ of }) => of.length);
}

/** What a reader must know of this run. */
export function remarks(contestants, runs) {
  const lines = [];
  for (const { title, sizes, also } of contestants) {
    const parts = Object.entries({ ...sizes, ...also }).map(([file, bytes]) => `${file} ${(bytes / KB).toFixed(1)} KB`);
    if (parts.length > 1) lines.push(`${title}: ${parts.join(", ")}`);
  }
  for (const { name, title } of contestants) {
    const problems = new Set(runs[name].flatMap((run) => run.problems));
    for (const problem of problems) lines.push(`${title} ${problem}`);
  }
  const all = Object.values(runs).flat();
  const range = (of) => `${Math.min(...all.map(of))} to ${Math.max(...all.map(of))}`;
  lines.push(
    `What the page saw in each run: ${range(({ done }) => done.pointer)} pointer moves, ${range(({ done }) => done.wheel)} wheel events, ` +
      `${range(({ done }) => done.click)} clicks, ${range(({ done }) => done.input)} inputs, ${range(({ done }) => done.views)} views, ` +
      `${range(({ done }) => done.fetches)} fetches, ${range(({ done }) => done.mutations)} rounds of mutations.`,
  );
  lines.push(`The machine's load in the runs: ${range(({ machineLoad }) => machineLoad)}.`);
  return lines;
}
