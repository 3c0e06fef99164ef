import type { Word } from "./word.js";

/** Of the cost that the municipalities of a course held together bear together. For staff. */
export const sharedCost = {
  title: ["費用《ひよう》の分担《ぶんたん》", "ひようの わけかた", "Shares of the cost"],
  lead: [
    "合計《ごうけい》{n}円《えん》を分《わ》けます。",
    "ぜんぶで {n}円《えん》です。",
    "{n} yen in all are shared.",
  ],
  agreed: [
    "合計《ごうけい》{n}円《えん》。{way}",
    "ぜんぶで {n}円《えん》。 {way}",
    "{n} yen in all. {way}",
  ],
  none: ["分《わ》けません", "わけません", "not shared"],
  byPlaces: ["定員《ていいん》の割合《わりあい》で", "きめた かずで", "by places"],
  byJoined: [
    "入《はい》った人数《にんずう》の割合《わりあい》で",
    "はいった かずで",
    "by who came",
  ],
  byAttended: [
    "参加《さんか》した人数《にんずう》の割合《わりあい》で",
    "さんか した かずで",
    "by who took part",
  ],
  byTown: ["どの自治体《じちたい》も同《おな》じに", "どの まちも おなじ", "all alike"],
  noNumbers: [
    "まだ人数《にんずう》が届《とど》いていないので、分担《ぶんたん》を計算《けいさん》できません。",
    "まだ かずが ありません。",
    "No numbers have come yet to share it by.",
  ],
  places: ["定員《ていいん》", "きめた かず", "Places"],
  share: ["割合《わりあい》", "わりあい", "Share"],
  yen: ["分担《ぶんたん》（円《えん》）", "えん", "Yen"],
  all: ["合計《ごうけい》", "ぜんぶで", "In all"],
  csv: ["この表《ひょう》をCSVで受《う》け取《と》る", "CSVで うけとる", "Take it as CSV"],
  saved: ["保存《ほぞん》しました。", "ほぞん しました。", "Saved."],
  cost: [
    "みんなで出《だ》し合《あ》う費用《ひよう》（円《えん》、なくてもよい）",
    "みんなで だす おかね",
    "Cost borne together, in yen (may be left out)",
  ],
  costHint: [
    "申《もう》し出《で》るときに相手《あいて》に見《み》せます。参加《さんか》すると答《こた》えた自治体《じちたい》は、この金額《きんがく》と分《わ》けかたに同意《どうい》したことになります。",
    "さそう まちに みせます。",
    "Shown with the offer: who takes part agrees to it.",
  ],
  way: ["分《わ》けかた", "わけかた", "How it is shared"],
} satisfies Record<string, Word>;
