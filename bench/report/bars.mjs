// Owns bars in SVG: a panel of labelled values with their range, from the least to the most. Readable on
// light and dark ground.

export const WIDTH = 720;
const LABEL_WIDTH = 230;
const VALUE_WIDTH = 60;
const BAR_WIDTH = WIDTH - LABEL_WIDTH - VALUE_WIDTH;
const ROW_HEIGHT = 24;
const BAR_HEIGHT = 14;
const TITLE_HEIGHT = 34;

/** Ours stands out; the others are one colour. */
const STYLE = `
    text { font: 13px system-ui, sans-serif; fill: #1f2328 }
    .title { font-weight: 600 }
    .small { font-size: 11px }
    .ours { fill: #2563eb; stroke: #2563eb }
    .peer { fill: #9aa4af; stroke: #9aa4af }
    .range, .axis { stroke: #57606a }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3 }
      .ours { fill: #58a6ff; stroke: #58a6ff }
      .peer { fill: #6e7681; stroke: #6e7681 }
      .range, .axis { stroke: #c9d1d9 }
    }
    .line { fill: none; stroke-width: 2 }`;

/** @param bars `{ label, cost: { median, min, max } }` each. */
export function panel(title, bars, top) {
  const sorted = bars.toSorted((a, b) => a.cost.median - b.cost.median);
  const most = Math.max(...bars.map(({ cost }) => cost.max));
  const scale = (value) => (Math.max(value, 0) / most) * BAR_WIDTH;
  const rows = sorted.map((bar, i) => barRow(bar, top + TITLE_HEIGHT + i * ROW_HEIGHT, scale));
  return `  <text class="title" x="0" y="${top + 18}">${title}</text>\n${rows.join('\n')}`;
}

export function panelHeight(bars) {
  return TITLE_HEIGHT + bars.length * ROW_HEIGHT;
}

export function svg(description, height, content) {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${description}">
  <style>${STYLE}
  </style>
${content}
</svg>
`;
}

export function classOf(name) {
  return name.includes('ours') ? 'ours' : 'peer';
}

function barRow({ label, cost: { median, min, max } }, y, scale) {
  const middle = y + BAR_HEIGHT / 2;
  const [from, to] = [min, max].map((value) => (LABEL_WIDTH + scale(value)).toFixed(1));
  return [
    `  <text x="${LABEL_WIDTH - 8}" y="${y + 12}" text-anchor="end">${label}</text>`,
    `  <rect class="${classOf(label)}" x="${LABEL_WIDTH}" y="${y}" width="${scale(median).toFixed(1)}" height="${BAR_HEIGHT}" rx="2"/>`,
    `  <path class="range" d="M${from} ${middle}H${to}M${from} ${middle - 3}v6M${to} ${middle - 3}v6"/>`,
    `  <text x="${WIDTH - VALUE_WIDTH + 8}" y="${y + 12}">${median.toFixed(2)}</text>`,
  ].join('\n');
}
