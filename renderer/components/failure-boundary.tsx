import { CircleAlert } from 'lucide-react';
import { Component, type ReactNode } from 'react';
import { wordsOf } from '../../shared/model/thrown.ts';
import buttonStyles from './button.module.css';
import { Button } from './button.tsx';
import { cx } from './class-names.ts';
import { CopyButton } from './copy.tsx';
import styles from './failure-notice.module.css';

interface BoundaryProps {
  /** What cannot be shown when this fails, as it begins a sentence: "The timeline". */
  readonly what: string;
  /** What else can be done, for people. */
  readonly advice: string;
  /** Another value than before is another thing to be shown, so it is tried again. */
  readonly showing: unknown;
  /** A way out beside trying again. */
  readonly wayOut?: ReactNode;
  readonly children: ReactNode;
}

interface BoundaryState {
  readonly failure: { readonly message: string } | null;
}

/**
 * Keeps what fails while it is drawn to itself: without one, React takes the whole window away. Says what failed and why, and
 * leaves everything around it as it is.
 */
export class FailureBoundary extends Component<BoundaryProps, BoundaryState> {
  override readonly state: BoundaryState = { failure: null };

  static getDerivedStateFromError(thrown: unknown): BoundaryState {
    return { failure: { message: wordsOf(thrown) } };
  }

  override componentDidUpdate(before: BoundaryProps): void {
    if (this.state.failure !== null && before.showing !== this.props.showing) this.#tryAgain();
  }

  readonly #tryAgain = (): void => this.setState({ failure: null });

  override render(): ReactNode {
    const { failure } = this.state;
    if (failure === null) return this.props.children;
    const { what, advice, wayOut } = this.props;
    return (
      <section className={styles.failure} role="alert">
        <CircleAlert size={18} aria-hidden="true" />
        <div className={styles.failureWords}>
          <h2>{what} could not be shown</h2>
          <p className={styles.failureMessage}>{failure.message}</p>
          <p>This is a defect of Inquest, not of the evidence. {advice}</p>
          <div className={cx(buttonStyles.buttonRow, styles.buttonRow)}>
            <Button size="small" onClick={this.#tryAgain}>
              Try again
            </Button>
            {wayOut}
            <CopyButton text={`${what} could not be shown: ${failure.message}`} what="Message" withLabel />
          </div>
        </div>
      </section>
    );
  }
}
