// Owns the share of spans that did not arrive. Only of a pipeline with a ledger it is known.

export function lostPercentOf(exported, spans) {
  return (100 * (spans - exported)) / spans;
}
