import type { Word } from "./word.js";

/** Who vouches for the audit log, and for whose logs this node does (CARD-14). */
export const witness = {
  title: ["記録《きろく》の見届《みとど》け", "きろくの みとどけ", "Records witnessed"],
  lead: [
    "だれが何《なに》をしたかの記録《きろく》が、あとから短《みじか》くされたり書《か》きかえられたりしていないことを、ほかのノードがたがいに見届《みとど》けて署名《しょめい》します。渡《わた》すのは件数《けんすう》とハッシュだけで、中身《なかみ》は渡《わた》しません。",
    "きろくが あとから かわって いないか、 たがいに みます。 わたすのは かずだけです。",
    "Other nodes look whether the record of who did what was cut or rewritten, and sign. They get a number and a hash, nothing of what it says.",
  ],
  own: [
    "この自治体《じちたい》の記録《きろく》を見届《みとど》けるノード",
    "ここの きろくを みる ところ",
    "Who vouches for the record here",
  ],
  ownNone: [
    "まだいません。登録簿《とうろくぼ》に、とりまとめか見届《みとど》けの役割《やくわり》をもつほかのノードが加《くわ》わると、ここに出《で》ます。",
    "まだ いません。",
    "Nobody yet: another node that coordinates or witnesses, once it is on the list, will stand here.",
  ],
  others: [
    "このノードが見届《みとど》けている記録《きろく》",
    "ここが みて いる きろく",
    "Records that this node vouches for",
  ],
  othersNone: ["まだありません", "まだ ありません", "none yet"],
  seen: [
    "{name}：{n}件《けん》まで見届《みとど》けました（{time}）",
    "{name}：{n}まで みました（{time}）",
    "{name}: up to {n} entries ({time})",
  ],
  seenNever: [
    "{name}：まだ見届《みとど》けていません",
    "{name}：まだ みて いません",
    "{name}: not yet",
  ],
  refused: [
    "見届《みとど》けていません（{time}）。前《まえ》に見《み》た件数《けんすう》：{told}、いまの件数《けんすう》：{tried}",
    "みとどけて いません（{time}）。 まえは {told}、 いまは {tried}",
    "Refused ({time}). Entries seen before: {told}; now: {tried}",
  ],
  unlisted: [
    "名簿《めいぼ》にないノード（{id}）",
    "しらない ところ（{id}）",
    "A node that is not on the list ({id})",
  ],
} as const satisfies Record<string, Word>;
