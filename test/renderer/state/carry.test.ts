import { describe, expect, it } from 'vitest';
import { carryRequest, carryTrail } from '../../../renderer/state/carry.ts';
import { FIRST_PLACE, moveTo, startTrail } from '../../../renderer/state/navigation.ts';
import { EVERY_EVENT } from '../../../shared/contract/event-filter.ts';
import { referenceView } from '../../support/reference-case.ts';

describe('carrying a trail into the case after an addition', () => {
  const view = referenceView();
  const [file, other] = view.files;
  const database = view.databases[0];
  if (file === undefined || other === undefined || database === undefined)
    throw new Error('the reference case is bare');

  it('asks for every row and file that the trail names, once', () => {
    const filter = { ...EVERY_EVENT, evidenceIds: [file.id] };
    let trail = startTrail({ ...FIRST_PLACE, selectedRow: 7, filter });
    trail = moveTo(trail, { selectedRow: 9 }, 'jump', 0);
    trail = moveTo(trail, { tab: 'verdict' }, 'tab', 0);
    const { rows, evidenceIds } = carryRequest(trail, view);
    expect(rows).toEqual([7, 9]);
    expect(evidenceIds.filter((id) => id === file.id)).toHaveLength(1);
    expect(evidenceIds).toContain(database.evidenceId);
  });

  it('moves rows, filters and indexes, and lets go of what is gone', () => {
    const filter = { ...EVERY_EVENT, text: 'x', evidenceIds: [file.id, other.id] };
    let trail = startTrail({ ...FIRST_PLACE, selectedRow: 7, filter, databaseIndex: 0 });
    trail = moveTo(trail, { selectedRow: 9 }, 'jump', 0);
    const after = {
      ...view,
      databases: [
        { ...database, evidenceId: 'e90' },
        { ...database, evidenceId: 'e91' },
      ],
    };
    const request = { rows: [7, 9], evidenceIds: [file.id, other.id, database.evidenceId] };
    const evidenceIds = request.evidenceIds.map((id) =>
      id === database.evidenceId ? 'e91' : id === file.id ? 'e50' : null,
    );
    const moved = carryTrail(trail, view, after, request, { rows: [70, null], evidenceIds });
    expect(moved.past[0]).toMatchObject({ selectedRow: 70, databaseIndex: 1 });
    expect(moved.here).toMatchObject({ selectedRow: null, tab: trail.here.tab });
    const stillThere = evidenceIds.slice(0, 2).filter((id) => id !== null);
    expect(moved.here.filter).toMatchObject({ text: 'x', evidenceIds: stillThere });
  });
});
