/** What a script cannot do in a browser it asks for (tests/lib/hands.py): a line out, a line back. */
import { createInterface } from "node:readline";

const waiting: ((line: string) => void)[] = [];
const answers = createInterface({ input: process.stdin });
answers.on("line", (line) => waiting.shift()?.(line));

export async function hand<A>(name: string, ...words: readonly string[]): Promise<A> {
  const line = await new Promise<string>((go) => {
    waiting.push(go);
    console.log(`@ ${JSON.stringify([name, ...words])}`);
  });
  const { is, failed } = JSON.parse(line) as { is: A; failed?: string };
  if (failed !== undefined) throw new Error(failed);
  return is;
}

/** Nothing more will be asked. */
export function noMoreHands(): void {
  answers.close();
}
