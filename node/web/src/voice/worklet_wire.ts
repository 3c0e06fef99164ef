/** What is said between the page and where its sound is made. */

/** To one's own microphone. */
export type ToMouth = "on" | "off" | "over";
/** To what is heard: a message of the line as it came, how loud each way is, or the end. */
export type ToEar = ArrayBuffer | readonly number[] | "over";
/** From what is heard: it can begin; half a second came too late to be heard. */
export type FromEar = "ready" | "late";
