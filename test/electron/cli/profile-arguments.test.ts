import { describe, expect, it } from 'vitest';
import { readArguments } from '../../../electron/cli/arguments.ts';

const profileOf = (...options: string[]): unknown => {
  const command = readArguments(['analyze', 'evidence', ...options]);
  return command.type === 'analyze' ? command.profile : command;
};

describe('options of the profile', () => {
  it('measures no tree unless it is asked for', () => {
    expect(profileOf()).toEqual({ tree: false, runs: 1, memoryLimitBytes: null });
    expect(profileOf('--tree', '--runs', '5')).toEqual({ tree: true, runs: 5, memoryLimitBytes: null });
  });

  it.each([
    ['512MB', 512e6],
    ['1.5 GiB', 1.5 * 1024 ** 3],
    ['512M', 512 * 1024 ** 2],
    ['536870912', 536_870_912],
  ])('reads a limit of %s', (size, memoryLimitBytes) => {
    expect(profileOf('--tree', '--memory-limit', size)).toEqual({ tree: true, runs: 1, memoryLimitBytes });
  });

  it.each([
    [['--runs', '0']],
    [['--runs', '1e1']],
    [['--runs', '1000']],
    [['--memory-limit', '512MB']],
    [['--tree', '--memory-limit', 'much']],
    [['--tree', '--memory-limit', '1MB']],
    [['--tree', '--memory-limit', '9 parsecs']],
  ])('refuses %j', (options) => {
    expect(profileOf(...options)).toMatchObject({ type: 'usage-error' });
  });
});
