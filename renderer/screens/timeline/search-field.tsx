import { Search } from 'lucide-react';
import { type KeyboardEvent, type RefObject, useEffect, useId, useMemo, useState } from 'react';
import { EVERY_EVENT } from '../../../shared/contract/event-filter.ts';
import type { EventFilter } from '../../../shared/contract/ipc.ts';
import type { CaseView } from '../../../shared/model/views.ts';
import { parseQuery } from '../../../shared/search/parse-query.ts';
import type { QueryProblem } from '../../../shared/search/query.ts';
import { type Suggestion, type SuggestionData, suggest } from '../../../shared/search/suggest.ts';
import { useActions } from '../../state/app-context.tsx';
import { recentQueries, rememberQuery } from '../../state/query-history.ts';
import { useDebounced, useFacets } from '../../state/use-events.ts';
import styles from './search-field.module.css';

const TYPING_MILLIS = 200;

/** What the list below the field offers; an empty field asked for history offers that. */
interface Offer {
  readonly kind: 'completion' | 'history';
  readonly from: number;
  readonly to: number;
  readonly items: readonly Suggestion[];
}
const NOTHING: Offer = { kind: 'completion', from: 0, to: 0, items: [] };

interface SearchFieldProps {
  readonly view: CaseView;
  readonly filter: EventFilter;
  readonly field: RefObject<HTMLInputElement | null>;
}

/**
 * The query: a combobox with completion of fields and values, the latest queries on ArrowUp, and problems marked where they
 * are. A query with problems narrows nothing; the last one that was understood stays.
 */
export function SearchField(props: SearchFieldProps) {
  const { text, setText, settled, problem, offer, active, close, offerAt, take, onKeyDown } = useQueryText(props);
  const id = useId();
  const isOpen = offer.items.length > 0;
  return (
    <div className={styles.searchField}>
      <Search size={13} aria-hidden="true" />
      <input
        ref={props.field}
        type="search"
        role="combobox"
        aria-label="Search messages"
        aria-expanded={isOpen}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={active === null ? undefined : `${id}-${active}`}
        aria-invalid={problem !== null}
        aria-describedby={problem === null ? undefined : `${id}-problem`}
        placeholder="Find (Ctrl+F)"
        value={text}
        maxLength={10_000}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => {
          const { value, selectionStart } = event.target;
          setText(value);
          // Who empties the field is done with it; a click or an arrow key opens the list again.
          if (value === '') close();
          else offerAt(value, selectionStart ?? value.length);
        }}
        onClick={(event) => {
          if (text === '') offerAt('', 0);
          else if (isOpen) offerAt(text, event.currentTarget.selectionStart ?? 0);
        }}
        onKeyDown={onKeyDown}
        onBlur={() => {
          close();
          if (parseQuery(text).problems.length === 0) rememberQuery(text);
        }}
      />
      {isOpen ? <OfferList id={id} offer={offer} active={active} onTake={take} /> : null}
      {problem !== null && !isOpen ? <ProblemNote id={id} text={settled} problem={problem} /> : null}
    </div>
  );
}

/** What is typed, what it narrows once it has settled, and what the keys do. */
function useQueryText(props: SearchFieldProps) {
  const { view, filter, field } = props;
  const { move } = useActions();
  const [text, setText] = useState(filter.query);
  const settled = useDebounced(text, TYPING_MILLIS);
  const { offer, active, setActive, close, offerAt, offerHistory } = useOffer(view);
  const problem = parseQuery(settled).problems[0] ?? null;

  const apply = (query: string): void => {
    if (query === filter.query || parseQuery(query).problems.length > 0) return;
    move({ filter: { ...filter, query } }, 'text');
  };
  // Changed from outside (back, clear, a jump): what is typed follows.
  useEffect(() => setText(filter.query), [filter.query]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what was typed and has settled may change the filter.
  useEffect(() => {
    if (settled === text) apply(settled);
  }, [settled]);

  const take = (item: Suggestion): void => {
    const isField = item.insert.endsWith(':');
    const behind = text.slice(offer.to);
    const value = `${text.slice(0, offer.from)}${item.insert}${behind}`;
    const caret = offer.from + item.insert.length;
    setText(value);
    if (isField) offerAt(value, caret);
    else close();
    if (offer.kind === 'history') apply(value);
    // After the field has its new value, which puts the caret at its end.
    requestAnimationFrame(() => {
      field.current?.focus();
      field.current?.setSelectionRange(caret, caret);
    });
  };
  const search = (): void => {
    apply(text);
    if (parseQuery(text).problems.length === 0) rememberQuery(text);
    close();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    const { items } = offer;
    const chosen = active === null ? undefined : items[active];
    if (event.key === 'ArrowUp' && items.length === 0) offerHistory(text);
    else if (event.key === 'ArrowDown' && items.length === 0) offerAt(text, event.currentTarget.selectionStart ?? 0);
    else if ((event.key === 'ArrowDown' || event.key === 'ArrowUp') && items.length > 0) {
      const step = event.key === 'ArrowDown' ? 1 : -1;
      setActive(active === null ? (step > 0 ? 0 : items.length - 1) : (active + step + items.length) % items.length);
    } else if ((event.key === 'Enter' || event.key === 'Tab') && chosen !== undefined) take(chosen);
    else if (event.key === 'Enter') search();
    else if (event.key === 'Escape' && items.length > 0) close();
    else return;
    event.preventDefault();
  };
  return { text, setText, settled, problem, offer, active, close, offerAt, take, onKeyDown };
}

/** The list below the field: what it offers, and which of its items Enter takes. */
function useOffer(view: CaseView) {
  const data = useSuggestionData(view);
  const [offer, setOffer] = useState<Offer>(NOTHING);
  /** The item that Enter takes; null: none, Enter searches. */
  const [active, setActive] = useState<number | null>(null);

  const close = (): void => {
    setOffer(NOTHING);
    setActive(null);
  };
  const offerAt = (value: string, caret: number): void => {
    setOffer({ kind: 'completion', ...suggest(value, caret, data) });
    setActive(null);
  };
  const offerHistory = (text: string): void => {
    const items = recentQueries().map((query) => ({ insert: query, label: query, detail: '' }));
    setOffer({ kind: 'history', from: 0, to: text.length, items });
    setActive(items.length === 0 ? null : 0);
  };
  return { offer, active, setActive, close, offerAt, offerHistory };
}

/** What may be typed next, or was typed before. */
function OfferList(props: {
  readonly id: string;
  readonly offer: Offer;
  readonly active: number | null;
  readonly onTake: (item: Suggestion) => void;
}) {
  const { id, offer, active } = props;
  return (
    <div
      id={`${id}-list`}
      role="listbox"
      tabIndex={-1}
      className={styles.queryList}
      aria-label={offer.kind === 'history' ? 'Recent queries' : 'Completions'}
    >
      {offer.items.map((item, index) => (
        // biome-ignore lint/a11y/useFocusableInteractive: the field has the focus and the keys.
        <div
          key={item.label}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === active}
          className={styles.queryItem}
          // Before the field loses the focus, which closes the list.
          onMouseDown={(event) => {
            event.preventDefault();
            props.onTake(item);
          }}
        >
          <span className="mono">{item.label}</span>
          <span className="secondary">{item.detail}</span>
        </div>
      ))}
    </div>
  );
}

/** The query with what is wrong in it marked, and why. */
function ProblemNote(props: { readonly id: string; readonly text: string; readonly problem: QueryProblem }) {
  const { text, problem } = props;
  return (
    <p id={`${props.id}-problem`} role="alert" className={styles.queryProblem} data-testid="query-problem">
      <span className="mono">
        {text.slice(0, problem.from)}
        <mark>{text.slice(problem.from, problem.to) || '␣'}</mark>
        {text.slice(problem.to)}
      </span>
      <span>{problem.message}</span>
    </p>
  );
}

/** Values that the case has, the most frequent first. */
function useSuggestionData(view: CaseView): SuggestionData {
  const facets = useFacets(EVERY_EVENT);
  return useMemo(() => {
    const withTimes = view.files.filter((file) => file.time !== null);
    return {
      pids: facets?.pids.map(({ value }) => value) ?? [],
      units: facets?.units.map(({ value }) => value) ?? [],
      sources: withTimes.map((file) => file.path),
      formats: withTimes.map((file) => file.format),
    };
  }, [view, facets]);
}
