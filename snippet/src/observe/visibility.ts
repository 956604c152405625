/** Whether the tab is visible. */

import type { Observer } from "../types";

export const visibility: Observer = ({ _gate, _emit, _onSettle }) => {
  const isHidden = () => document.visibilityState === "hidden";
  let reported = isHidden();
  const report = () => {
    const hidden = isHidden();
    if (hidden !== reported) _emit("visibility", { hidden });
    reported = hidden;
  };
  _gate._on(document, "visibilitychange", report);
  // The frame that is sent when the tab is hidden must contain the event.
  _onSettle(report);
};
