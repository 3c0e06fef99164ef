import { sha256 } from "@noble/hashes/sha2.js";
import { entropyToMnemonic, mnemonicToEntropy } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/japanese.js";
import { uuidBytes } from "../edge/bytes.js";

/** The half of the node's key that a municipality holds, as words on paper: BIP-39's Japanese list,
 * 24 words for 32 bytes and their checksum. Words are NFC here; the list is NFKD. */

export const halfBytes = 32;
export const nWords = 24;

const listed: readonly string[] = wordlist.map((word) => word.normalize("NFC"));
const byFold = new Map<string, string[]>();
for (const word of listed) {
  const key = looseFold(word);
  byFold.set(key, [...(byFold.get(key) ?? []), word]);
}

export function wordsOfHalf(half: Uint8Array): string[] {
  return entropyToMnemonic(half, wordlist)
    .split(/\s/)
    .map((word) => word.normalize("NFC"));
}

/** `undefined`: not 24 words of the list, or one of them is not the right one (the checksum says
 * so for 255 of 256). */
export function halfOfWords(words: readonly string[]): Uint8Array | undefined {
  if (words.length !== nWords) return undefined;
  try {
    return mnemonicToEntropy(words.map((word) => word.normalize("NFKD")).join(" "), wordlist);
  } catch {
    return undefined;
  }
}

/** The listed word that was meant: as typed in either kana, or the only one that differs in small
 * kana or voicing marks, which handwriting loses. */
export function meantWord(typed: string): string | undefined {
  const plain = hiragana(typed.normalize("NFKC").replace(/\s/g, "")).normalize("NFC");
  if (listed.includes(plain)) return plain;
  const near = byFold.get(looseFold(plain)) ?? [];
  return near.length === 1 ? near[0] : undefined;
}

/** Splits what was pasted or typed in one go. */
export function wordsIn(text: string): string[] {
  return text
    .normalize("NFKC")
    .split(/[\s\d.、,:)]+/)
    .filter((one) => one !== "");
}

/** What stands on the sheet and on every screen that asks for it: tells two sheets apart, says
 * nothing about the words. */
export function sheetCode(nodeId: string, half: Uint8Array): string {
  const label = new TextEncoder().encode("ibasho-sheet/1");
  const text = new Uint8Array([...label, ...uuidBytes(nodeId), ...half]);
  const hex = [...sha256(text).slice(0, 4)]
    .map((one) => one.toString(16).padStart(2, "0"))
    .join("");
  text.fill(0);
  return `${hex.slice(0, 4)}-${hex.slice(4)}`;
}

function hiragana(text: string): string {
  return text.replace(/[\u30a1-\u30f6]/g, (one) => String.fromCharCode(one.charCodeAt(0) - 0x60));
}

function looseFold(word: string): string {
  const small = "\u3041\u3043\u3045\u3047\u3049\u3063\u3083\u3085\u3087\u308e";
  const marks = /[\u3099\u309a]/g;
  return [...word.normalize("NFD").replace(marks, "")]
    .map((one) => (small.includes(one) ? String.fromCharCode(one.charCodeAt(0) + 1) : one))
    .join("");
}
