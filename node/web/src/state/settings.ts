import type { SettingState } from "../wire.js";

/** What stands in the form of one setting, and what it asks of the node. Pure. */
export interface Draft {
  readonly value: string;
  readonly toInitial: boolean;
  readonly when: "now" | "later";
  readonly field: string; // of the date field, Japan's time
}

export function draftOf(setting: SettingState): Draft {
  return { value: setting.value, toInitial: false, when: "now", field: "" };
}

/** Does the draft say anything new? A planned value may equal today's: then the plan is the news. */
export function isNews(setting: SettingState, draft: Draft): boolean {
  if (draft.when === "later" || setting.pending_value !== undefined) return true;
  return draft.toInitial
    ? !setting.is_default
    : draft.value !== setting.value || setting.is_default;
}

/** Settings whose words hold every part of what was typed. */
export function found(settings: readonly SettingState[], typed: string): SettingState[] {
  const parts = fold(typed)
    .split(/\s+/)
    .filter((part) => part !== "");
  return settings.filter((one) => {
    const text = fold(
      `${one.title_ja} ${one.title_en} ${one.help_ja} ${one.name} ${one.requirement}`,
    );
    return parts.every((part) => text.includes(part));
  });
}

function fold(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\u30a1-\u30f6]/g, (one) => String.fromCharCode(one.charCodeAt(0) - 0x60));
}
