/** Hears one's own microphone before anything of it is sent, for the ring and the test page. Only the
 * microphone: what others say is played by plain <audio> elements, so that a browser can cancel its echo. */
import { dbOf, type Loudness, loudnessOf, ringAfter } from "./loud.js";

const everyMs = 100;

/** Calls `show` whenever the step changes; the result ends it. */
export function watchLevel(stream: MediaStream, show: (level: Loudness) => void): () => void {
  const context = new AudioContext();
  void context.resume().catch(() => undefined);
  const ear = context.createAnalyser();
  ear.fftSize = 2048;
  context.createMediaStreamSource(stream).connect(ear);
  const samples = new Float32Array(ear.fftSize);
  let now: Loudness = 0;
  const timer = setInterval(() => {
    ear.getFloatTimeDomainData(samples);
    const next = ringAfter(now, loudnessOf(dbOf(samples)));
    if (next !== now) show((now = next));
  }, everyMs);
  return () => {
    clearInterval(timer);
    if (now !== 0) show(0);
    void context.close().catch(() => undefined);
  };
}
