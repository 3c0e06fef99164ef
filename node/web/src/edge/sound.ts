/** Two soft tones, made by the browser itself: there is no file to fetch. A browser lets a page sound only after
 * a press, so `startSound` belongs in its handler. */

let context: AudioContext | undefined;

export function canSound(): boolean {
  return typeof AudioContext === "function";
}

export function startSound(): void {
  context ??= new AudioContext();
  void context.resume();
}

export function stopSound(): void {
  void context?.close();
  context = undefined;
}

const tones: readonly (readonly [hz: number, fromS: number])[] = [
  [660, 0],
  [880, 0.28],
];
const toneS = 0.24;

export function tone(): void {
  if (context === undefined) return;
  const at = context.currentTime + 0.02;
  for (const [hz, fromS] of tones) {
    const source = context.createOscillator();
    const volume = context.createGain();
    source.frequency.value = hz;
    volume.gain.setValueAtTime(0, at + fromS);
    volume.gain.linearRampToValueAtTime(0.2, at + fromS + 0.03);
    volume.gain.linearRampToValueAtTime(0, at + fromS + toneS);
    source.connect(volume).connect(context.destination);
    source.start(at + fromS);
    source.stop(at + fromS + toneS);
  }
}
