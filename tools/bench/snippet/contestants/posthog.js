// PostHog's loading snippet without its stubs, for array.js, which finds in `_i` what to start. Autocapture and session
// recording are on; the filter of robots is off, as it would see one here.
window.posthog = Object.assign([], { __SV: 1, _i: [] });
window.posthog._i.push([
  "phc_bench",
  {
    api_host: `${location.origin}/sink/posthog`,
    defaults: "2025-05-24",
    autocapture: true,
    opt_out_useragent_filter: true,
    disable_surveys: true,
    person_profiles: "identified_only",
  },
  "posthog",
]);
