import { describe, expect, it } from 'vitest';
import { NotesProblem, notesText, readNotes } from '../../../shared/contract/notes-json.ts';
import type { Judgement } from '../../../shared/model/judgement.ts';
import { epochMicros } from '../../../shared/model/time.ts';
import { referenceEvidence } from '../../support/reference-case.ts';

const { files } = referenceEvidence();
const place = { sha256: files[1]?.sha256 ?? '', byteOffset: 7, byteLength: 90, line: 2 };
const JUDGEMENTS: readonly Judgement[] = [
  { kind: 'overruling', id: 'overruling-1', about: [place], factId: 'f', factText: 'A fact.', comment: 'Other host.' },
  {
    kind: 'observation',
    id: 'observation-1',
    about: [],
    text: 'lsof showed sqlite3 with the database open.',
    readings: [{ hypothesis: 'database-lock', speaks: 'for', strength: 'strongly' }],
    time: epochMicros(1_769_573_514_000_000),
    place,
  },
];

const edited = (change: (notes: Record<string, unknown>) => void): string => {
  const notes = JSON.parse(notesText(files, JUDGEMENTS)) as Record<string, unknown>;
  change(notes);
  return JSON.stringify(notes);
};

describe('a file of notes', () => {
  it('gives back what was saved', () => {
    expect(readNotes(notesText(files, JUDGEMENTS), files)).toEqual(JUDGEMENTS);
  });

  it('is refused for other evidence', () => {
    expect(() => readNotes(notesText(files, JUDGEMENTS), [{ sha256: '0'.repeat(64) }])).toThrow(/other evidence/);
  });

  it.each([
    ['no JSON', 'notes'],
    ['a million lists within each other', '['.repeat(1_000_000)],
    ['another schema', edited((notes) => Object.assign(notes, { schema: 'inquest.notes/2' }))],
    [
      'an overruling without a comment',
      edited((notes) => Object.assign(notes, { judgements: [{ ...JUDGEMENTS[0], comment: ' ' }] })),
    ],
    [
      'an observation that says nothing',
      edited((notes) => Object.assign(notes, { judgements: [{ ...JUDGEMENTS[1], readings: [] }] })),
    ],
    ['an id twice', edited((notes) => Object.assign(notes, { judgements: [JUDGEMENTS[0], JUDGEMENTS[0]] }))],
    ['a member that nobody knows', edited((notes) => Object.assign(notes, { run: 'rm -rf /' }))],
  ])('is refused with %s', (_what, text) => {
    expect(() => readNotes(text, files)).toThrow(NotesProblem);
  });

  it('is refused for lists within lists before they are made, and brackets in text are none', () => {
    expect(() => readNotes('['.repeat(1_000_000), files)).toThrow(/lists within lists/);
    const spoken = edited((notes) =>
      Object.assign(notes, { judgements: [{ ...JUDGEMENTS[0], comment: `"${'['.repeat(99)}` }] }),
    );
    expect(readNotes(spoken, files)).toHaveLength(1);
  });
});
