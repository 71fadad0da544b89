// Owns the chart of what a span costs: whole pipelines, and encoding by itself.

import { panel, panelHeight, svg } from './bars.mjs';

/** What each pipeline is measured against. */
const PIPELINES = {
  'ours, streaming': 'noop',
  ours: 'noop',
  'otlp-proto': 'noop',
  'otlp-http-json': 'noop',
  'otlp-grpc': 'noop',
  zipkin: 'noop',
  'dd-trace': 'dd-trace noproc',
};
/** No exporter; it stands for touching the strings at all. */
const FLOOR = 'JSON.stringify(attributes)';
const GAP = 16;

export function costsChart({ pipeline, encode }) {
  const whole = addedCosts(pipeline);
  const encoding = Object.entries(encode).map(([name, { cpuMicros: cost }]) => ({
    label: name === FLOOR ? `floor: ${name}` : name,
    cost,
  }));
  const second = panelHeight(whole) + GAP;
  const panels = [
    panel('From the end of a span until the Agent has it: CPU µs per span', whole, 0),
    panel('Encoding alone: CPU µs per span', encoding, second),
  ];
  const height = second + panelHeight(encoding);
  return svg('CPU time per span beside other exporters', height, panels.join('\n'));
}

function addedCosts(pipeline) {
  return Object.entries(PIPELINES).flatMap(([label, base]) => {
    const cost = pipeline[label]?.cpuMicros;
    if (cost === undefined) return [];
    const { median: free } = pipeline[base].cpuMicros;
    const { median, min, max } = cost;
    return [{ label, cost: { median: median - free, min: min - free, max: max - free } }];
  });
}
