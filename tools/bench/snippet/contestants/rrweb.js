// rrweb's `record` as its documentation uses it: events are collected and posted as JSON every ten seconds.
import { record } from "rrweb";

let events = [];
const send = () => {
  if (!events.length) return;
  const body = JSON.stringify({ events });
  events = [];
  fetch("/sink/rrweb", { method: "POST", headers: { "content-type": "application/json" }, body });
};
record({ emit: (event) => events.push(event) });
setInterval(send, 10_000);
window.benchEnd = send;
