import { Copy } from 'lucide-react';
import { useActions } from '../state/app-context.tsx';
import { Button, IconButton } from './button.tsx';
import styles from './copy.module.css';

/** Copies `text`; `what` names it for the button and for the message that follows: `SHA-256`, `Command`. */
export function CopyButton(props: { readonly text: string; readonly what: string; readonly withLabel?: boolean }) {
  const actions = useActions();
  const label = `Copy ${withinSentence(props.what)}`;
  const onClick = (): void => void actions.copy(props.text, props.what);
  const icon = <Copy size={13} aria-hidden="true" />;
  return props.withLabel === true ? (
    <Button size="small" aria-label={label} title={label} onClick={onClick}>
      {icon}
      {label}
    </Button>
  ) : (
    <IconButton label={label} title={label} onClick={onClick}>
      {icon}
    </IconButton>
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
    <div className={styles.codeBlock}>
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

function diffClass(line: string): string | undefined {
  if (line.startsWith('+') && !line.startsWith('+++')) return styles.diffAdded;
  if (line.startsWith('-') && !line.startsWith('---')) return styles.diffRemoved;
  return line.startsWith('@@') ? styles.diffPlace : undefined;
}
