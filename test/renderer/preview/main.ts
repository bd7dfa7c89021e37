import { createMockBridge, type MockOptions } from '../support/mock-bridge.ts';

/*
 * The window in a plain browser, over a mock of the app: `index.html?case=reference` opens with a case, `?case=large` with
 * many events, `?case=bare` with almost nothing, no parameter shows the first screen.
 */
const parameters = new URLSearchParams(location.search);
const cases = ['none', 'reference', 'large', 'bare'] as const;
const given = cases.find((each) => each === parameters.get('case')) ?? 'none';
const options: MockOptions = {
  initial: given,
  speed: Number(parameters.get('speed') ?? '1'),
  searchMillis: Number(parameters.get('search') ?? '0'),
};
Object.defineProperty(window, 'inquest', { value: createMockBridge(options) });
await import('../../../renderer/main.tsx');
