import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { Button, IconButton, LinkButton } from '../../../renderer/components/button.tsx';
import { cx } from '../../../renderer/components/class-names.ts';
import { Field } from '../../../renderer/components/field.tsx';
import { Table } from '../../../renderer/components/table.tsx';
import { Tabs } from '../../../renderer/components/tabs.tsx';

describe('a button', () => {
  it('submits no form unless it is told to', () => {
    expect(renderToStaticMarkup(<Button>Run</Button>)).toContain('type="button"');
    expect(renderToStaticMarkup(<Button type="submit">Run</Button>)).toContain('type="submit"');
    expect(renderToStaticMarkup(<IconButton label="Close" />)).toContain('type="button"');
    expect(renderToStaticMarkup(<LinkButton>journal.txt:3</LinkButton>)).toContain('type="button"');
  });

  it('that is a picture alone is called by its label', () => {
    const html = renderToStaticMarkup(
      <IconButton label="Dismiss" title="Dismiss the message">
        <svg aria-hidden="true" />
      </IconButton>,
    );
    expect(html).toContain('aria-label="Dismiss"');
    expect(html).toContain('title="Dismiss the message"');
  });

  it('has no looks of its own when it is bare, and keeps the class that it is given', () => {
    expect(renderToStaticMarkup(<Button tone="bare">x</Button>)).toBe('<button type="button">x</button>');
    expect(renderToStaticMarkup(<Button tone="bare" className="numeric" />)).toContain('class="numeric"');
    expect(renderToStaticMarkup(<Button tone="primary" className="numeric" />)).toMatch(/class="[^"]*numeric"/);
  });
});

describe('a table', () => {
  it('keeps its name and rows', () => {
    const html = renderToStaticMarkup(
      <Table aria-label="Incidents" className="numeric">
        <tbody />
      </Table>,
    );
    expect(html).toMatch(/^<table aria-label="Incidents" class="[^"]*numeric"><tbody><\/tbody><\/table>$/);
  });
});

describe('a field', () => {
  it('names the control that it holds, by words that only screen readers get where it is told so', () => {
    const html = renderToStaticMarkup(
      <Field label="Column" look="hidden">
        <input />
      </Field>,
    );
    expect(html).toBe('<label><span class="visually-hidden">Column</span><input/></label>');
  });

  it('names a control beside it by its id', () => {
    const html = renderToStaticMarkup(
      <Field label="Why" htmlFor="why">
        <input id="why" />
      </Field>,
    );
    expect(html).toBe('<label for="why">Why</label><input id="why"/>');
  });
});

describe('tabs', () => {
  it('say which is chosen and which panel they are for, by ids that the panel can be labelled by', () => {
    const html = renderToStaticMarkup(
      <Tabs
        label="Parts"
        tabs={[
          { value: 'rows', title: 'Rows', hint: 'Ctrl+1' },
          { value: 'schema', title: 'Schema' },
        ]}
        current="schema"
        onChoose={() => undefined}
        idPrefix="part-"
        panelId="parts"
        className={undefined}
        tabClassName="numeric"
      />,
    );
    expect(html).toContain('aria-label="Parts"');
    const [rows, schema] = [...html.matchAll(/<button[^>]*>/g)].map(([tag]) => tag);
    expect(rows).toMatch(/role="tab"/);
    expect(rows).toContain('id="part-rows"');
    expect(rows).toContain('aria-selected="false"');
    expect(rows).toContain('title="Ctrl+1"');
    expect(schema).toContain('aria-selected="true"');
    expect(schema).toContain('aria-controls="parts"');
    expect(schema).toContain('class="numeric"');
  });
});

describe('class names', () => {
  it('leave out what does not apply', () => {
    expect(cx('one', false, undefined, null, '', 'two')).toBe('one two');
    expect(cx(false, undefined)).toBeUndefined();
  });
});
