import type { Word } from "./word.js";

export const adult = {
  settings: ["設定《せってい》", "せってい", "Settings"],
} satisfies Record<string, Word>;
