// The heavy use: a list of input commands of the DevTools protocol, each with its time. Drawn from a seed, so it is the
// same for all.

export const USE_MS = 20_000;
const FRAME_MS = 1000 / 60;
const SECTION_MS = 4_000;
const KEY_MS = 75;

/** mulberry32. */
function dice(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What stands still on the page, by its middle. */
const NAVIGATION = [
  [145, 26],
  [245, 26],
  [345, 26],
  [45, 26],
];
const FIELDS = [
  [100, 101, "Alex Sample"],
  [100, 152, "alex@example.com"],
  [750, 26, "trail boots"],
  [100, 276, "please leave it"],
];
const SEND = [36, 328];

/** `[at, method, parameters]`, in order of time. */
export function usage(seed) {
  const random = dice(seed);
  const commands = [];
  const mouse = (at, type, x, y, more) =>
    commands.push([at, "Input.dispatchMouseEvent", { type, x: Math.round(x), y: Math.round(y), pointerType: "mouse", ...more }]);
  const click = (at, [x, y]) => {
    mouse(at, "mousePressed", x, y, { button: "left", buttons: 1, clickCount: 1 });
    mouse(at + 60, "mouseReleased", x, y, { button: "left", buttons: 0, clickCount: 1 });
  };
  const type = (at, text) => {
    for (const [n, key] of [...text].entries()) {
      const code = key === " " ? "Space" : `Key${key.toUpperCase()}`;
      const windowsVirtualKeyCode = key.toUpperCase().charCodeAt(0);
      commands.push([
        at + n * KEY_MS,
        "Input.dispatchKeyEvent",
        { type: "keyDown", key, code, text: key, windowsVirtualKeyCode },
      ]);
      commands.push([at + n * KEY_MS + 40, "Input.dispatchKeyEvent", { type: "keyUp", key, code, windowsVirtualKeyCode }]);
    }
  };
  const wheel = (from, to, deltaY) => {
    for (let at = from; at < to; at += FRAME_MS) mouse(at, "mouseWheel", 700, 500, { deltaX: 0, deltaY });
  };
  const somewhere = () => [280 + random() * 960, 100 + random() * 660];

  /** Where the pointer is to be, and when; between two of them it goes in an arc. */
  const stops = [[0, 640, 400]];
  const stop = (at, [x, y]) => stops.push([at, x, y]);

  for (let section = 0; section * SECTION_MS < USE_MS; section++) {
    const from = section * SECTION_MS;
    const [first, second] = [somewhere(), somewhere()];
    stop(from + 400, first);
    click(from + 420, first);
    stop(from + 800, somewhere());
    wheel(from + 850, from + 1500, 45);
    stop(from + 1700, second);
    click(from + 1720, second);
    const [x, y, text] = FIELDS[section % FIELDS.length];
    stop(from + 2050, [x, y]);
    click(from + 2070, [x, y]);
    type(from + 2200, text);
    stop(from + 2600, somewhere());
    wheel(from + 2700, from + 3200, -30);
    if (section % FIELDS.length === 3) {
      stop(from + 3400, SEND);
      click(from + 3420, SEND);
    }
    const place = NAVIGATION[section % NAVIGATION.length];
    stop(from + 3700, place);
    click(from + 3720, place);
  }
  stop(USE_MS, [640, 400]);

  for (let n = 1; n < stops.length; n++) {
    const [from, x0, y0] = stops[n - 1];
    const [to, x1, y1] = stops[n];
    const bow = (random() - 0.5) * 120;
    for (let at = from; at < to; at += FRAME_MS) {
      const part = (at - from) / (to - from);
      const eased = part * part * (3 - 2 * part);
      const [dx, dy] = [x1 - x0, y1 - y0];
      const arc = Math.sin(part * Math.PI) * bow;
      const length = Math.hypot(dx, dy) || 1;
      mouse(at, "mouseMoved", x0 + dx * eased - (dy / length) * arc, y0 + dy * eased + (dx / length) * arc);
    }
  }
  return commands.sort((a, b) => a[0] - b[0]);
}
