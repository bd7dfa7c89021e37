import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../support/properties.ts';
import { bytesOf, fixture, parse, textOf } from '../support.ts';

const loadsOf = (bytes: Uint8Array) =>
  parse('iostat', bytes).items.flatMap((item) => (item.type === 'host-load' ? [item.load] : []));
const BANNER = 'Linux 6.1.0-18-amd64 (app-3) \t01/28/2026 \t_x86_64_\t(2 CPU)';
const CPU = 'avg-cpu:  %user   %nice %system %iowait  %steal   %idle';
const DEVICES = 'Device            r/s     w/s  r_await  w_await   %util';

describe('iostat', () => {
  it('has times with -t alone, and its first report, which is of the time since the boot, is left out', () => {
    const loads = loadsOf(fixture('host/iostat-xt.txt'));
    expect(loads).toHaveLength(3);
    expect(loads.map(({ intervalSeconds }) => intervalSeconds)).toEqual([1, 1, 1]);
    expect(new Date((loads[0]?.time ?? 0) / 1_000).toISOString()).toBe('2026-11-30T20:33:04.000Z');
    expect(loads[2]).toMatchObject({
      userPercent: 86.93,
      waitPercent: 0,
      busiestDisk: { name: 'vda', utilPercent: 2 },
    });
  });

  it('has every report with -y, and the zone that ISO prints', () => {
    const loads = loadsOf(fixture('host/iostat-xtyd-iso.txt'));
    expect(loads).toHaveLength(2);
    expect(loads[1]).toMatchObject({
      userPercent: null,
      busiestDisk: { name: 'vda', utilPercent: 1.2, awaitMillis: 1 },
    });
    expect(parse('iostat', fixture('host/iostat-xtyd-iso.txt')).time?.zoneFrom).toBe('file');
  });

  it.each(['host/iostat.txt', 'host/iostat-x.txt'])('%s has no times and is given none', (path) => {
    const { items, problems } = parse('iostat', fixture(path));
    const loads = items.flatMap((item) => (item.type === 'host-load' ? [item.load] : []));
    expect(loads.map(({ time }) => time)).toEqual([null, null]);
    expect(problems).toMatchObject([{ kind: 'assumed-time', message: expect.stringContaining('iostat -xt 1') }]);
  });

  it('reads clocks of 12 hours, commas, older columns, and the busiest of several disks', () => {
    const row = (name: string, await_: string, util: string): string =>
      `${name}   0,00   1,00   8,00   2,00   ${await_}   ${util}`;
    const old = 'Device:  rrqm/s   wrqm/s   r/s   w/s   await   %util';
    const report = (clock: string): readonly string[] => [
      `01/28/2026 ${clock}`,
      CPU,
      '           5,00    0,00    2,00   41,00    0,00   52,00',
      '',
      old,
      row('sda', '2,00', '3,00'),
      row('sdb', '180,50', '99,90'),
      row('loop0', '999,00', '100,00'),
      '',
    ];
    const [load] = loadsOf(bytesOf([BANNER, '', ...report('11:59:59 AM'), ...report('12:00:01 PM')].join('\n')));
    expect(new Date((load?.time ?? 0) / 1_000).toISOString()).toBe('2026-01-28T12:00:01.000Z');
    expect(load).toMatchObject({
      intervalSeconds: 2,
      waitPercent: 41,
      busiestDisk: { name: 'sdb', utilPercent: 99.9, awaitMillis: 180.5 },
    });
  });

  it('says of rows that are none where they are', () => {
    const text = `${BANNER}\n\n\n${CPU}\n${DEVICES}\nvda 1.00 x\n`;
    expect(parse('iostat', bytesOf(text)).problems).toMatchObject([{ kind: 'malformed-record' }]);
  });

  it('gives back whatever shares were printed', () => {
    const share = fc.integer({ min: 0, max: 10_000 }).map((hundredths) => hundredths / 100);
    fc.assert(
      fc.property(fc.array(fc.tuple(share, share), { minLength: 1, maxLength: 6 }), (rows) => {
        const reports = rows.map(([wait, util], at) =>
          [
            `01/28/26 10:00:${String(at).padStart(2, '0')}`,
            CPU,
            `           1.00    0.00    1.00   ${wait.toFixed(2)}    0.00   1.00`,
            '',
            DEVICES,
            `vda   1.00   1.00   1.00   1.00   ${util.toFixed(2)}`,
            '',
          ].join('\n'),
        );
        const loads = loadsOf(bytesOf([BANNER, '', '', ...reports].join('\n')));
        expect(loads.map(({ waitPercent, busiestDisk }) => [waitPercent, busiestDisk?.utilPercent])).toEqual(rows);
      }),
      { numRuns: runs(40) },
    );
  });

  it('is cut without losing what stands before', () => {
    const text = textOf(fixture('host/iostat-xt.txt'));
    const cut = text.slice(0, text.lastIndexOf('vda'));
    expect(loadsOf(bytesOf(cut))).toHaveLength(3);
  });
});
