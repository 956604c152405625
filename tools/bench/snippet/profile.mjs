// Reads V8's CPU profiles: whose time each sample was.

/** A longer pause of the sampler, or of the whole process, is not counted as a function's time. */
const LONGEST_SAMPLE_MICROS = 20_000;

/**
 * What the page itself asked for, where it stands under a contestant's wrapper: without the contestant it would cost as
 * much.
 */
const PASSED_ON = /^(fetch|pushState|replaceState|open|send|setRequestHeader|addEventListener)$/;

/**
 * Native functions have no URL: the time of `querySelectorAll` is that of the script which called it, the nearest one
 * on the stack. So the page's own work inside a wrapped `fetch` stays the page's, and what a contestant asks of the DOM
 * is the contestant's.
 *
 * Samples are of time gone by. `own` is its share of all samples in which the main thread was not idle: times the
 * thread's CPU time that makes CPU time, also where other processes had the core in between.
 */
export function readProfile({ nodes, samples, timeDeltas }, own) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parent = new Map();
  for (const node of nodes) for (const child of node.children ?? []) parent.set(child, node.id);
  const isOwn = (node) => own.test(node.callFrame.url);
  const up = (node) => byId.get(parent.get(node.id));
  const nearest = (node, wanted) => {
    while (node && !wanted(node)) node = up(node);
    return node;
  };
  const hasScript = (node) => node.callFrame.url !== "";
  const scriptOf = new Map(
    nodes.map((node) => {
      const script = nearest(node, hasScript);
      const asked = script && script !== node && isOwn(script) && PASSED_ON.test(node.callFrame.functionName);
      return [node.id, (asked && nearest(script, (at) => hasScript(at) && !isOwn(at))) || script];
    }),
  );

  const spent = { own: 0, script: 0, busy: 0, garbage: 0 };
  const functions = new Map();
  let stretch = 0;
  let longest = 0;
  samples.forEach((id, index) => {
    const ms = Math.min(timeDeltas[index + 1] ?? 0, LONGEST_SAMPLE_MICROS) / 1000;
    const { functionName } = byId.get(id).callFrame;
    if (functionName !== "(idle)") spent.busy += ms;
    if (functionName === "(garbage collector)") spent.garbage += ms;
    const script = scriptOf.get(id);
    if (script) spent.script += ms;
    if (!script || !isOwn(script)) {
      stretch = 0;
      return;
    }
    spent.own += ms;
    stretch += ms;
    longest = Math.max(longest, stretch);
    const { callFrame } = script;
    const native = script.id === id ? "" : ` > ${functionName}`;
    const name = `${callFrame.functionName || "(anonymous)"}:${callFrame.lineNumber + 1}:${callFrame.columnNumber + 1}${native}`;
    functions.set(name, (functions.get(name) ?? 0) + ms);
  });
  const top = [...functions].sort((a, b) => b[1] - a[1]).slice(0, 40);
  return { ...spent, longest, top };
}
