// Owns the goals of sending.

export const SENDING_GOALS = [goal('raw socket', 2.5, 1.7), goal('node:http', 0.8, 0.5)];

function goal(peer, gate, stretch) {
  const cpu = (of, client) => of('sending', `tcp: ${client}`, 'cpuMicros');
  const what = `CPU of sending 200 KB ÷ ${peer}`;
  return { id: 'G16', what, ratio: (of) => cpu(of, 'ours') / cpu(of, peer), gate, stretch };
}
