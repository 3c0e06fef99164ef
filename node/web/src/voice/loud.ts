/** How loud a stretch of sound is, in few steps: what a ring shows. Pure. */

export type Loudness = 0 | 1 | 2 | 3 | 4;

/** Steps begin here, in dB of full scale: a quiet room stays below the first, close speech reaches the last. */
const stepsDb = [-50, -40, -30, -20] as const;

export function dbOf(samples: Float32Array): number {
  let sum = 0;
  for (const one of samples) sum += one * one;
  return sum === 0 ? -200 : 10 * Math.log10(sum / samples.length);
}

export function loudnessOf(db: number): Loudness {
  return stepsDb.filter((least) => db >= least).length as Loudness;
}

/** Up at once, down step by step, so that it can be seen. */
export function ringAfter(before: Loudness, now: Loudness): Loudness {
  return now >= before ? now : ((before - 1) as Loudness);
}
