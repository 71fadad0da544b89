// Owns the last valid sampling rates that the Agent has sent. Knows nothing of sampling:
// an exporter runs after the sampler, so it can only pass them on.

/** Rates by `service:<name>,env:<env>`; `service:,env:` is the default. Each within [0, 1]. */
export type RateByService = Readonly<Record<string, number>>;

/** The Agent keeps at most 5 000 services. */
const MAX_SERVICES = 5_000;
const NO_VERSION = '0';

interface ReadReply {
  readonly text: string;
  /** The rates in it, if there were any. */
  readonly rates: RateByService | undefined;
}

export class SampleRates {
  #rates: RateByService = Object.freeze({});
  #version = NO_VERSION;
  #latest: ReadReply = { text: '', rates: undefined };

  get rates(): RateByService {
    return this.#rates;
  }

  /** Version of the rates that the next request says it knows. */
  get version(): string {
    return this.#version;
  }

  /** Begins with the rates of an earlier generation, but asks the Agent for them as if there were none. */
  inherit(earlier: SampleRates): void {
    this.#rates = earlier.rates;
  }

  /**
   * Takes the rates of a reply. Anything but rates leaves the known ones as they are.
   *
   * @returns whether there were any.
   */
  update(text: string, version: string | undefined): boolean {
    const rates = this.#ratesIn(text);
    if (rates === undefined) return false;
    this.#rates = rates;
    this.#version = version ?? NO_VERSION;
    return true;
  }

  /** Keeps the last reply, as Agents repeat theirs. */
  #ratesIn(text: string): RateByService | undefined {
    if (text !== this.#latest.text) this.#latest = { text, rates: parseRates(text) };
    return this.#latest.rates;
  }
}

function parseRates(text: string): RateByService | undefined {
  const table = ownValue(parseJson(text), 'rate_by_service');
  if (typeof table !== 'object' || table === null || Array.isArray(table)) return undefined;
  const entries = Object.entries(table).slice(0, MAX_SERVICES);
  const valid = entries.filter((entry): entry is [string, number] => isRate(entry[1]));
  if (valid.length === 0 && entries.length > 0) return undefined;
  return Object.freeze(Object.fromEntries(valid));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the status has said all that matters
  }
}

function ownValue(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.getOwnPropertyDescriptor(value, name)?.value;
}

function isRate(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value <= 1;
}
