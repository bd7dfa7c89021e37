import { visibleName } from '../files/names.ts';
import { UsageError } from '../threads/usage-error.ts';

/** Where a path came from decides whether it may be read. */
export interface PathGrants {
  /** The person gave these: in a dialog, by a drop, on the command line, through the desktop. */
  readonly add: (paths: readonly string[]) => void;
  /** Throws UsageError where one of them was not given. */
  readonly require: (paths: readonly string[]) => void;
}

/**
 * Paths that the person gave since the app was started. The page asks for evidence by path, and gets only what is among
 * these: script that got into it cannot name files of its own choice.
 */
export class GivenPaths implements PathGrants {
  readonly #paths = new Set<string>();

  readonly add = (paths: readonly string[]): void => {
    for (const path of paths) this.#paths.add(path);
  };

  readonly require = (paths: readonly string[]): void => {
    const unknown = paths.find((path) => !this.#paths.has(path));
    if (unknown !== undefined) {
      throw new UsageError(
        `${visibleName(unknown)} was not read: it was not chosen in a dialog, dropped or given at the start.`,
      );
    }
  };
}
