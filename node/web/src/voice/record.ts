/** Three seconds of a microphone, played back: in memory alone, and gone when they were heard. */

const recordMs = 3000;

export interface Doing {
  readonly recording: () => void;
  readonly playing: () => void;
  readonly over: (isOk: boolean) => void;
}

export function canRecord(): boolean {
  return typeof MediaRecorder === "function" && typeof AudioContext === "function";
}

/** The result ends it, whatever it is at. Call it in the handler of a press, so that it may sound. */
export function hearBack(stream: MediaStream, doing: Doing): () => void {
  const context = new AudioContext();
  void context.resume().catch(() => undefined);
  const recorder = new MediaRecorder(stream);
  const parts: Blob[] = [];
  let isOver = false;
  const over = (isOk: boolean): void => {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer);
    parts.length = 0;
    if (recorder.state !== "inactive") recorder.stop();
    void context.close().catch(() => undefined);
    doing.over(isOk);
  };
  const play = async (): Promise<void> => {
    const bytes = await new Blob(parts, { type: recorder.mimeType }).arrayBuffer();
    parts.length = 0;
    const sound = await context.decodeAudioData(bytes);
    if (isOver) return;
    const source = context.createBufferSource();
    source.buffer = sound;
    source.connect(context.destination);
    source.onended = () => over(true);
    doing.playing();
    source.start();
  };
  recorder.ondataavailable = ({ data }) => parts.push(data);
  recorder.onerror = () => over(false);
  recorder.onstop = () => {
    if (!isOver) play().catch(() => over(false));
  };
  const timer = setTimeout(() => recorder.state !== "inactive" && recorder.stop(), recordMs);
  recorder.start();
  doing.recording();
  return () => over(true);
}
