// Replaces `src/transport.ts` in the tests of the observers: a transport that only passes each event to the test.

import type { Hooks, Lost, Settings, Transport } from "../../src/types";

declare const collect: (json: string) => void;

/** As that of `src/transport.ts`. Its events go to `window.collect`, which `observed-page.ts` makes. */
export function openTransport(_settings: Settings, lost: Lost, hooks: Hooks): Transport {
  const began = performance.now();
  const salt = new Uint8Array(32).fill(7);
  const transport: Transport = {
    push: (json) => collect(json),
    _clock: () => Math.floor(performance.now() - began),
    _salt: () => salt,
    _active: () => true,
    _end: (reason) => {
      hooks._settle(true);
      hooks._emit("end", { reason });
    },
  };
  Object.assign(window, {
    collector: { lost, settle: (last: boolean) => hooks._settle(last), begin: () => hooks._begin(), meta: () => hooks._meta() },
  });
  return transport;
}
