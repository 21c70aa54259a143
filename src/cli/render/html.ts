/** A figure at the head of the page: `Revenue $1,012.50`. */
export interface PageFigure { readonly label: string; readonly value: string; readonly tone?: 'good' | 'bad' }
interface PageColumn { readonly title: string; readonly align?: 'left' | 'right' }
export interface PageTable {
  readonly title: string
  readonly columns: readonly PageColumn[]
  readonly rows: readonly (readonly string[])[]
  /** A bar behind one column's cells: their shares (0 to 1) of the widest, by row. */
  readonly bars?: { readonly column: number; readonly shares: readonly number[] }
}
interface Page {
  readonly title: string
  readonly subtitle: string
  /** In rows. */
  readonly figures: readonly (readonly PageFigure[])[]
  readonly notes: readonly string[]
  readonly tables: readonly PageTable[]
}

/** One file that opens anywhere: no script, no font, no image, nothing fetched; every text escaped. */
export const renderPage = (page: Page): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(page.title)}</title>
<style>${STYLE}</style>
</head>
<body>
<header><h1>${escapeHtml(page.title)}</h1><p>${escapeHtml(page.subtitle)}</p></header>
${page.figures.map((row) => `<section class="figures">${row.map(figure).join('')}</section>`).join('\n')}
${page.notes.length === 0 ? '' : `<section class="notes"><ul>${page.notes.map((each) => `<li>${escapeHtml(each)}</li>`).join('')}</ul></section>`}
${page.tables.map(table).join('\n')}
</body>
</html>
`

const figure = ({ label, value, tone }: PageFigure): string =>
  `<div${tone === undefined ? '' : ` class="${tone}"`}><span>${escapeHtml(label)}</span><strong>${escapeHtml(value)}</strong></div>`

/** Columns that are empty in every row are left out, as on a terminal. */
const table = ({ title, columns, rows, bars }: PageTable): string => {
  const shown = columns.flatMap((each, at) => (rows.length === 0 || rows.some((row) => (row[at] ?? '') !== '') ? [{ ...each, at }] : []))
  const cell = (text: string, at: number, row: number): string => {
    const right = columns[at]?.align === 'right' ? ' class="right"' : ''
    const share = bars?.column === at ? Math.min(1, Math.max(0, bars.shares[row] ?? 0)) : null
    const bar = share === null ? '' : ` style="--share:${(share * 100).toFixed(1)}%"`
    return `<td${share === null ? right : ' class="right bar"'}${bar}>${escapeHtml(text)}</td>`
  }
  return `<section><h2>${escapeHtml(title)}</h2><div class="scroll"><table>
<thead><tr>${shown.map((each) => `<th scope="col"${each.align === 'right' ? ' class="right"' : ''}>${escapeHtml(each.title)}</th>`).join('')}</tr></thead>
<tbody>${rows.map((row, at) => `<tr>${shown.map((each) => cell(row[each.at] ?? '', each.at, at)).join('')}</tr>`).join('\n')}</tbody>
</table></div></section>`
}

export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

const STYLE = `
:root{color-scheme:light dark;--ink:#1d2433;--soft:#667085;--line:#e4e7ec;--paper:#fff;--card:#f8fafc;--good:#067647;--bad:#b42318;--bar:#d1e9ff}
@media(prefers-color-scheme:dark){:root{--ink:#e7eaf0;--soft:#98a2b3;--line:#2a3242;--paper:#10141c;--card:#181e29;--good:#47cd89;--bad:#f97066;--bar:#1849a9}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:72rem;padding:2rem 1.25rem 4rem;background:var(--paper);color:var(--ink);font:15px/24px system-ui,sans-serif}
h1{margin:0;font-size:1.6rem;line-height:1.3}h2{margin:2.2rem 0 .6rem;font-size:1.05rem}header p{margin:.2rem 0 0;color:var(--soft)}
.figures{display:flex;flex-wrap:wrap;gap:.75rem;margin-top:1.5rem}.figures+.figures{margin-top:.75rem}
.figures div{flex:1 1 9rem;padding:.8rem 1rem;border:1px solid var(--line);border-radius:.6rem;background:var(--card)}
.figures span{display:block;color:var(--soft);font-size:.82rem}.figures strong{font-size:1.35rem;font-variant-numeric:tabular-nums}
.good strong{color:var(--good)}.bad strong{color:var(--bad)}
.notes ul{margin:1.2rem 0 0;padding:.7rem 1rem .7rem 2rem;border-left:3px solid var(--bad);background:var(--card)}
.scroll{overflow-x:auto}table{width:100%;border-collapse:separate;border-spacing:0;font-variant-numeric:tabular-nums}
th,td{padding:7px 11px;border-bottom:1px solid var(--line);text-align:left;white-space:nowrap}
td:not(.right){white-space:normal;overflow-wrap:anywhere;min-width:7rem}
th{color:var(--soft);font-size:13px;font-weight:600}.right{text-align:right}
.bar{background:linear-gradient(to left,var(--bar) var(--share),transparent var(--share))}
@media(max-width:40rem){th,td{padding:6px 8px}td:first-child,th:first-child{position:sticky;left:0;background:var(--paper)}}
@media print{body{padding:0;font-size:12px;line-height:18px}th,td{padding:4px 6px}.scroll{overflow:visible}.figures div{break-inside:avoid}tr{break-inside:avoid}}
`
