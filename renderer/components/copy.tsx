import { Copy } from 'lucide-react';
import { useActions } from '../state/app-context.tsx';

/** Copies `text`; `what` names it for the button and for the message that follows: `SHA-256`, `Command`. */
export function CopyButton(props: { readonly text: string; readonly what: string; readonly withLabel?: boolean }) {
  const actions = useActions();
  const label = `Copy ${withinSentence(props.what)}`;
  return (
    <button
      type="button"
      className={props.withLabel === true ? 'button button-small' : 'icon-button'}
      aria-label={label}
      title={label}
      onClick={() => void actions.copy(props.text, props.what)}
    >
      <Copy size={13} aria-hidden="true" />
      {props.withLabel === true ? label : null}
    </button>
  );
}

/** A name as it reads behind another word: `Raw record` is lowered, an abbreviation such as `SHA-256` stays. */
function withinSentence(name: string): string {
  return /^\p{Lu}(?!\p{Lu})/u.test(name) ? `${name.charAt(0).toLowerCase()}${name.slice(1)}` : name;
}

/** A command or patch in fixed width, with a button that copies it. */
export function CodeBlock({ text, what }: { readonly text: string; readonly what: string }) {
  const lines = text.split('\n').map((line, index) => ({ line, key: `${index}` }));
  return (
    <div className="code-block">
      <pre>
        <code>
          {lines.map(({ line, key }) => (
            <span key={key} className={diffClass(line)}>
              {line}
              {'\n'}
            </span>
          ))}
        </code>
      </pre>
      <CopyButton text={text} what={what} />
    </div>
  );
}

function diffClass(line: string): string {
  if (line.startsWith('+') && !line.startsWith('+++')) return 'diff-added';
  if (line.startsWith('-') && !line.startsWith('---')) return 'diff-removed';
  return line.startsWith('@@') ? 'diff-place' : '';
}
