import { memo } from 'react';
import type { CaseView, EventFilter } from '../../../shared/contract/ipc.ts';
import { SeverityMark } from '../../components/severity-mark.tsx';
import { baseName, formatCount } from '../../format.ts';
import { useActions } from '../../state/app-context.tsx';
import { toggled } from '../../state/navigation.ts';
import { type FacetCount, useFacets } from '../../state/use-events.ts';
import { KIND_WORDS } from '../../words.ts';

/** Sources, severities, kinds and processes with their counts; pressing one narrows the table to it. */
export const FacetPane = memo(function FacetPane(props: { readonly view: CaseView; readonly filter: EventFilter }) {
  const { view, filter } = props;
  const { move } = useActions();
  const facets = useFacets(view);
  const narrow = (change: Partial<EventFilter>): void => move({ filter: { ...filter, ...change } }, 'filter');
  return (
    <aside className="facets" aria-label="Sources and facets">
      <FacetGroup
        title="Sources"
        values={facets.sources}
        chosen={filter.evidenceIds}
        onToggle={(id) => narrow({ evidenceIds: toggled(filter.evidenceIds, id) })}
        name={(id) => {
          const path = view.files.find((file) => file.id === id)?.path ?? id;
          return (
            <span className="mono" title={path}>
              {baseName(path)}
            </span>
          );
        }}
      />
      <FacetGroup
        title="Severity"
        values={facets.severities}
        chosen={filter.severities}
        onToggle={(severity) => narrow({ severities: toggled(filter.severities, severity) })}
        name={(severity) => <SeverityMark severity={severity} />}
      />
      <FacetGroup
        title="Kind"
        values={facets.kinds}
        chosen={filter.kinds}
        onToggle={(kind) => narrow({ kinds: toggled(filter.kinds, kind) })}
        name={(kind) => KIND_WORDS[kind]}
      />
      <FacetGroup
        title="Process"
        values={facets.pids}
        chosen={filter.pids}
        onToggle={(pid) => narrow({ pids: toggled(filter.pids, pid) })}
        name={(pid) => <span className="numeric">pid {pid}</span>}
      />
    </aside>
  );
});

function FacetGroup<T extends string | number>(props: {
  readonly title: string;
  readonly values: readonly FacetCount<T>[];
  readonly chosen: readonly T[];
  readonly onToggle: (value: T) => void;
  readonly name: (value: T) => React.ReactNode;
}) {
  if (props.values.length === 0) return null;
  return (
    <details className="facet-group" open>
      <summary>{props.title}</summary>
      <ul>
        {props.values.map(({ value, count }) => (
          <li key={value}>
            <button
              type="button"
              className="facet"
              aria-pressed={props.chosen.includes(value)}
              onClick={() => props.onToggle(value)}
            >
              <span className="facet-name">{props.name(value)}</span>
              <span className="facet-count numeric">{count === null ? '…' : formatCount(count)}</span>
            </button>
          </li>
        ))}
      </ul>
    </details>
  );
}
