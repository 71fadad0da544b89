// Owns the share of spans that did not arrive. It is known only of a pipeline with a ledger.

export function lostPercentOf(exported, spans) {
  return (100 * (spans - exported)) / spans;
}
