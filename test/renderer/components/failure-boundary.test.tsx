import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { FailureBoundary } from '../../../renderer/components/failure-boundary.tsx';
import { createActions } from '../../../renderer/state/actions.ts';
import { AppContexts } from '../../../renderer/state/app-context.tsx';
import { INITIAL_STATE } from '../../../renderer/state/app-state.ts';
import { createMockBridge } from '../support/mock-bridge.ts';

const PROPS = { what: 'The timeline view', advice: 'The other views are not affected.', showing: 1, children: 'lines' };

/** What React shows of a boundary once something within it has thrown this, without a page to do it in. */
function shownAfter(thrown: unknown): string {
  class Failed extends FailureBoundary {
    override readonly state = FailureBoundary.getDerivedStateFromError(thrown);
  }
  const bridge = createMockBridge({ initial: 'none', speed: 0 });
  const actions = createActions(
    bridge,
    () => {},
    () => INITIAL_STATE,
  );
  return renderToStaticMarkup(
    <AppContexts bridge={bridge} actions={actions} state={INITIAL_STATE}>
      <Failed {...PROPS} />
    </AppContexts>,
  );
}

describe('a boundary of failures', () => {
  it('shows what it holds', () => {
    expect(renderToStaticMarkup(<FailureBoundary {...PROPS} />)).toBe('lines');
  });

  it('says what failed and why, and offers a way on', () => {
    const html = shownAfter(new RangeError('Invalid time value'));
    expect(html).toContain('role="alert"');
    expect(html).toContain('The timeline view could not be shown');
    expect(html).toContain('Invalid time value');
    expect(html).toContain('Try again');
    expect(html).toContain('The other views are not affected.');
    expect(html).not.toContain('lines');
    expect(shownAfter('words')).toContain('words');
  });
});
