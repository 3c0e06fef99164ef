/** What waits to be heard of one way: at most a fifth of a second. Whoever's line stalls hears silence and then
 * what is said now, never what was said a while ago. Pure. */

/** Samples a second, of everything here. */
export const rate = 48_000;
/** More than this never waits. */
export const waitsMost = rate / 5;
const leadLeast = rate * 0.06; // one packet: what the next may be late
const leadMost = rate * 0.12;
const leadStep = rate * 0.02;
const calmAfter = rate * 10; // without a gap: a little less in front again
const ramp = 120; // 2.5 ms: no click where silence begins or ends
const crumb = 32; // too short to fade: it goes with what is before

export class Queue {
  private readonly ring = new Float32Array(waitsMost);
  private at = 0;
  private n = 0;
  private lead = leadLeast;
  private isPlaying = false;
  private nCalm = 0;
  private nSilent = Number.POSITIVE_INFINITY; // since it last played
  private nWait = 0; // since the last came, while it does not play yet
  private nLet = 0; // of which nobody heard

  get waiting(): number {
    return this.n;
  }

  /** How much was let go, in samples, since this was asked last. */
  takeLate(): number {
    const late = this.nLet;
    this.nLet = 0;
    return late;
  }

  /** The next stretch of speech. What does not fit beside it goes, the oldest first. */
  push(samples: Float32Array): void {
    const fresh = samples.subarray(Math.max(0, samples.length - waitsMost));
    const tooMuch = this.n + fresh.length - waitsMost;
    if (tooMuch > 0) {
      // Down to what usually waits, so that the next does not make a hole again.
      const drop = Math.min(this.n, Math.max(tooMuch, this.n - this.lead));
      this.at = (this.at + drop) % waitsMost;
      this.n -= drop;
      this.nLet += drop + samples.length - fresh.length;
    }
    // Late, and not begun anew: more has to wait in front.
    if (!this.isPlaying && this.nSilent < rate / 10)
      this.lead = Math.min(leadMost, this.lead + leadStep);
    const from = (this.at + this.n) % waitsMost;
    const first = Math.min(fresh.length, waitsMost - from);
    this.ring.set(fresh.subarray(0, first), from);
    this.ring.set(fresh.subarray(first), 0);
    this.n += fresh.length;
    this.nWait = 0;
  }

  /** Adds the next samples to `into`, as loud as `gain`; silence adds nothing. */
  pull(into: Float32Array, gain: number): void {
    const want = into.length;
    const isBegun = !this.isPlaying;
    if (isBegun) {
      this.nSilent += want;
      this.nWait += want;
      // What came whole, and nothing behind it, is heard all the same.
      const isDue = this.n >= this.lead + ramp || (this.n > 0 && this.nWait >= this.lead);
      if (!isDue) return;
    }
    this.isPlaying = true;
    const n = Math.min(want, this.n);
    const isLast = this.n < want + crumb;
    const end = Math.min(n, ramp);
    for (let i = 0; i < n; i++) {
      const up = isBegun ? Math.min(1, i / ramp) : 1;
      const down = isLast ? Math.min(1, (n - i) / end) : 1;
      into[i] = (into[i] ?? 0) + (this.ring[(this.at + i) % waitsMost] ?? 0) * gain * up * down;
    }
    const taken = isLast ? this.n : n;
    this.at = (this.at + taken) % waitsMost;
    this.n -= taken;
    this.calm(want);
    if (!isLast) return;
    this.isPlaying = false;
    this.nSilent = 0;
    this.nCalm = 0;
    this.nWait = 0;
  }

  private calm(n: number): void {
    this.nCalm += n;
    if (this.nCalm < calmAfter) return;
    this.nCalm = 0;
    this.lead = Math.max(leadLeast, this.lead - leadStep);
  }
}
