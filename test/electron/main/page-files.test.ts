import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CONTENT_SECURITY_POLICY, pageFile } from '../../../electron/main/page-files.ts';

const FOLDER = '/app/out/renderer';

describe('pageFile', () => {
  it('finds the built files with their types', () => {
    expect(pageFile(FOLDER, 'inquest://app/index.html')).toEqual({
      path: join(FOLDER, 'index.html'),
      contentType: 'text/html; charset=utf-8',
    });
    expect(pageFile(FOLDER, 'inquest://app/assets/inter-latin.D4-x_9.woff2?v=1#top')).toEqual({
      path: join(FOLDER, 'assets/inter-latin.D4-x_9.woff2'),
      contentType: 'font/woff2',
    });
  });

  it.each([
    'inquest://app/',
    'inquest://app/assets/',
    'inquest://app/..%2fsecret.js',
    'inquest://app/..%5csecret.js',
    'inquest://app/.env.js',
    'inquest://app//etc/x.js',
    'inquest://app/C:/x.js',
    'inquest://app/data.json',
    'inquest://app/passwd',
    'inquest://other/index.html',
    'https://app/index.html',
    'nonsense',
  ])('gives nothing for %s', (url) => {
    expect(pageFile(FOLDER, url)).toBeNull();
  });

  it('stays inside its folder for addresses that climb', () => {
    for (const url of ['inquest://app/a/../../../../etc/x.js', 'inquest://app/%2e%2e/%2E./etc/x.js']) {
      expect(pageFile(FOLDER, url)?.path).toBe(join(FOLDER, 'etc/x.js'));
    }
  });
});

describe('the content security policy', () => {
  it('names nothing but the app itself and pictures written out in the page', () => {
    const sources = CONTENT_SECURITY_POLICY.split('; ').flatMap((directive) => directive.split(' ').slice(1));
    expect(new Set(sources)).toEqual(new Set(["'none'", "'self'", 'data:']));
    expect(CONTENT_SECURITY_POLICY).toMatch(/^default-src 'none';/);
    expect(CONTENT_SECURITY_POLICY).toMatch(/script-src 'self';/);
  });
});
