/** Never before a child's eyes, in whatever form (HI-4.3-2): as written, and as read aloud. */
export const forbiddenWords = ["不登校", "欠席", "遅刻", "問題", "対象者", "ランキング"] as const;
export const forbiddenReadings = ["ふとうこう", "けっせき", "ちこく", "たいしょうしゃ"] as const;
