import type { Word } from "./word.js";

/** How somebody was seen, for staff. */
export const profilePast = {
  title: [
    "表示名《ひょうじめい》とアバターの移《うつ》り変《か》わり",
    "よびなと アバターの これまで",
    "Display names and figures so far",
  ],
  note: [
    "見《み》たことは、閲覧《えつらん》の記録《きろく》に残《のこ》ります。",
    "みた ことは、 きろくに のこります。",
    "Looking at this is recorded.",
  ],
  look: ["移《うつ》り変《か》わりを見《み》る", "これまでを みる", "Show them"],
  none: [
    "本人《ほんにん》が変《か》えたことは、まだありません。",
    "まだ かえた ことが ありません。",
    "Nothing has been changed yet.",
  ],
  looks: ["{kind}・{colour}", "{kind}・ {colour}", "{kind}, {colour}"],
  byItself: ["本人《ほんにん》が変更《へんこう》", "じぶんで かえました", "Changed by the person"],
  byRole: ["{role}が変更《へんこう》", "{role}が かえました", "Changed by: {role}"],
  byStaff: ["職員《しょくいん》が変更《へんこう》", "スタッフが かえました", "Changed by staff"],
  reason: ["理由《りゆう》：{text}", "わけ： {text}", "Reason: {text}"],
  line: ["ひとこと：{text}", "ひとこと： {text}", "Line: {text}"],
  waysOpen: ["ひらいた場《ば》で話《はな》せる", "みんなの ところで はなせる", "open talk"],
  waysPrivate: ["ふたりの話《はなし》にさそえる", "ふたりの はなしに さそえる", "talk of two"],
  waysWave: ["手《て》をふれる", "てを ふれる", "waving"],
  waysNone: ["スタッフだけ", "スタッフだけ", "staff only"],
  more: ["もっと前《まえ》を見《み》る", "もっと まえを みる", "Show earlier ones"],
} satisfies Record<string, Word>;
