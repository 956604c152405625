/** What `plant.js` and the pages put on the window. */
interface Window {
  readonly __STATE__: { readonly user: string };
  plant(
    given: { readonly secret: string; readonly code: string; readonly api: string },
    share: { readonly of: number; readonly at: number },
  ): Promise<{ readonly planted: string[]; readonly failed: string[]; readonly open: string[] }>;
  readonly testgram: { start(): void; stop(): void; optOut(): void; event(name: string): boolean };
}
