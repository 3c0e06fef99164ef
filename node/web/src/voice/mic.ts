/** The microphone of this device. It is asked for by a press of the reader alone, and given back whole: when
 * it is off the browser's own light is out. */
import { type MicProblem, problemOf } from "./state.js";

export type Opened =
  | { readonly kind: "ok"; readonly stream: MediaStream; readonly track: MediaStreamTrack }
  | { readonly kind: "no"; readonly problem: MicProblem };

/** `device`: the one that was chosen; "" takes what the browser would. */
export async function openMic(device: string): Promise<Opened> {
  if (!canMic()) return { kind: "no", problem: "old" };
  try {
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: {
        echoCancellation: true,
        noiseSuppression: true,
        autoGainControl: true,
        channelCount: 1,
        ...(device === "" ? {} : { deviceId: { ideal: device } }),
      },
    });
    const [track] = stream.getAudioTracks();
    return track === undefined ? { kind: "no", problem: "missing" } : { kind: "ok", stream, track };
  } catch (error) {
    return { kind: "no", problem: problemOf(error instanceof Error ? error.name : "") };
  }
}

export function closeMic(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

/** A page that came without encryption has no devices at all. */
export function canMic(): boolean {
  return (navigator as { mediaDevices?: MediaDevices }).mediaDevices !== undefined;
}

export interface Device {
  readonly id: string;
  readonly name: string;
}

/** The microphones by name; a browser names them only to whom it gave one. */
export async function microphones(): Promise<readonly Device[]> {
  if (!canMic()) return [];
  try {
    const all = await navigator.mediaDevices.enumerateDevices();
    return all
      .filter((one) => one.kind === "audioinput" && one.deviceId !== "")
      .map((one) => ({ id: one.deviceId, name: one.label }));
  } catch {
    return [];
  }
}
