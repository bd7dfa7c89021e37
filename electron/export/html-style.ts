import { PALETTES, type ThemeName } from '../../shared/figures/palettes.ts';

/** The palette as CSS variables: `--ink: #16191f; ...`. */
function variables(theme: ThemeName): string {
  return Object.entries(PALETTES[theme])
    .map(([name, colour]) => `--${name}:${colour}`)
    .join(';');
}

/** Style sheet of the HTML report: light and dark by the reader's setting, always light on paper; system fonts only. */
export const HTML_STYLE = `
:root{color-scheme:light dark;${variables('light')}}
@media (prefers-color-scheme:dark){:root{${variables('dark')}}}
@media print{:root{color-scheme:light;${variables('paper')}}}
*{box-sizing:border-box}
body{margin:0;background:var(--surface);color:var(--ink);font:15px/1.5 Inter,system-ui,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main{max-width:1140px;margin:0 auto;padding:32px 20px 64px}
h1{font-size:30px;line-height:1.2;margin:2px 0 8px;overflow-wrap:anywhere}
h2{font-size:20px;margin:40px 0 10px;break-after:avoid}
h3{font-size:16px;margin:24px 0 4px;break-after:avoid}
p{margin:0 0 8px;overflow-wrap:anywhere}
.kicker{color:var(--accent);font-size:12px;font-weight:600;letter-spacing:.1em;text-transform:uppercase}
.headline{font-size:18px}
.quiet,figcaption,th{color:var(--muted)}
figcaption,.small{font-size:13px}
.verdicts{display:grid;grid-template-columns:repeat(auto-fit,minmax(170px,1fr));gap:10px;margin:16px 0;padding:0;list-style:none}
.verdicts li{border-radius:6px;padding:10px 14px;border:1px solid var(--grid)}
.verdicts b{display:block}
.caveat{color:var(--warning);font-weight:600;margin:.3em 0}
.fits{color:var(--danger)}.contributes{color:var(--warning)}.ruled-out,.yes{color:var(--ok)}.inconclusive,.unknown{color:var(--muted)}.no{color:var(--danger)}
li.fits{background:var(--danger-soft)}li.contributes{background:var(--warning-soft)}li.ruled-out{background:var(--ok-soft)}
li.fits .name,li.contributes .name,li.ruled-out .name,li.inconclusive .name{color:var(--ink)}
dl{display:grid;grid-template-columns:minmax(110px,max-content) 1fr;gap:4px 20px;margin:0 0 12px}
dt{color:var(--muted)}dd{margin:0;overflow-wrap:anywhere;min-width:0}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:13.5px;margin:0 0 12px}
th{text-align:left;font-weight:600;border-bottom:1px solid var(--faint)}
th,td{padding:6px 10px 6px 0;vertical-align:top}
tr{break-inside:avoid}
thead{display:table-header-group}
tbody tr+tr td{border-top:1px solid var(--grid)}
td{overflow-wrap:anywhere}
.num{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
.mono,pre,code{font-family:"JetBrains Mono",ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:12.5px;font-variant-ligatures:none}
.time{white-space:nowrap}
.message{white-space:pre-wrap}
.moment{display:block;color:var(--accent);font:600 13px/1.4 Inter,system-ui,sans-serif}
pre{background:color-mix(in srgb,var(--grid) 35%,transparent);border:1px solid var(--grid);border-radius:6px;padding:10px 12px;margin:4px 0 12px;white-space:pre-wrap;overflow-wrap:anywhere}
th.sign,td.sign{text-align:center;width:92px}
td.sign{font-weight:600}
td.sign span{display:inline-block;min-width:34px;border-radius:4px;padding:0 6px}
td.sign .consistent{background:var(--accent-soft)}td.sign .inconsistent{background:var(--danger-soft)}
.consistent{color:var(--accent)}.inconsistent{color:var(--danger)}.neutral{color:var(--muted)}.overruled{opacity:.45}
figure{margin:0 0 16px}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(420px,100%),1fr));gap:0 24px}
figure svg{max-width:100%;height:auto;display:block}
ol.changes>li{margin-bottom:14px}
@media print{main{padding:0}body{font-size:11px}h2{margin-top:22px}.scroll{overflow:visible}}
`.trim();
