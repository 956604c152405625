// OpenReplay with its defaults; only the check that it is loaded over HTTPS is off.
import Tracker from "@openreplay/tracker";

const ingestPoint = `${location.origin}/sink/openreplay`;
const tracker = new Tracker({ projectKey: "bench", ingestPoint, __DISABLE_SECURE_MODE: true });
tracker.start().then(({ success, reason }) => {
  if (!success) console.error(`OpenReplay did not start: ${reason}`);
});
window.benchEnd = () => tracker.stop();
