/** Whether the tab is shown. */

import type { Observer } from "../types";

export const visibility: Observer = ({ _gate, _emit, _onSettle }) => {
  const isHidden = () => document.visibilityState === "hidden";
  let told = isHidden();
  const tell = () => {
    const hidden = isHidden();
    if (hidden !== told) _emit("visibility", { hidden });
    told = hidden;
  };
  _gate._on(document, "visibilitychange", tell);
  // The frame that goes off when the tab is hidden is to say so.
  _onSettle(tell);
};
