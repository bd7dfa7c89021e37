import { describe, expect, it } from 'vitest';
import { commandsOf, matchingCommands } from '../../../renderer/components/command-palette.tsx';
import { createActions } from '../../../renderer/state/actions.ts';
import { INITIAL_STATE } from '../../../renderer/state/app-state.ts';
import { referenceView } from '../../support/reference-case.ts';
import { createMockBridge } from '../support/mock-bridge.ts';

describe('the command palette', () => {
  const bridge = createMockBridge({ initial: 'none', speed: 0 });
  const actions = createActions(
    bridge,
    () => undefined,
    () => INITIAL_STATE,
  );
  const commands = commandsOf(referenceView(), actions);

  it('knows views, moments with an event, hypotheses and exports, each once', () => {
    const ids = commands.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(commands.filter(({ group }) => group === 'View')).toHaveLength(6);
    expect(commands.filter(({ group }) => group === 'Hypothesis')).toHaveLength(5);
    const withEvent = referenceView().analysis.incident?.moments.filter(({ row }) => row !== null) ?? [];
    expect(commands.filter(({ group }) => group === 'Moment')).toHaveLength(withEvent.length);
  });

  it('finds by any words in any order', () => {
    expect(matchingCommands(commands, 'pdf report').map(({ title }) => title)).toEqual(['Export PDF']);
    expect(matchingCommands(commands, '  ')).toHaveLength(commands.length);
    expect(matchingCommands(commands, 'no such thing')).toEqual([]);
  });
});
