import type { Word } from "./word.js";

/** Figures of registration, and rights that nobody uses: read by grown-ups at work. */
export const summary = {
  title: ["登録《とうろく》の集計《しゅうけい》", "とうろくの かず", "Registration figures"],
  lead: [
    "利用登録《りようとうろく》のときに書《か》いたことの人数《にんずう》です。名前《なまえ》は出《で》ません。少《すく》ない人数《にんずう》は、だれのことかわかることがあります。外《そと》に出《だ》すときは気《き》をつけてください。",
    "とうろくの かずです。 名前《なまえ》は ありません。 かずが すくないと、 だれか わかります。 そとに だす ときは きを つけて ください。",
    "How many were registered, without names. Small numbers can tell who somebody is: take care before you pass them on.",
  ],
  year: ["年度《ねんど》", "年度《ねんど》", "School year"],
  yearOf: ["{year}年度《ねんど》", "{year}年度《ねんど》", "{year}"],
  registered: ["登録《とうろく》した人《ひと》", "とうろくした 人《ひと》", "Registered"],
  people: ["{n}人《にん》", "{n}人《にん》", "{n} people"],
  unsupported: [
    "どこからも支援《しえん》を受《う》けていなかった人《ひと》",
    "まだ どこにも いって いない 人《ひと》",
    "Without any support before",
  ],
  reached: [
    "そのうち、一度《いちど》でもログインした人《ひと》",
    "その なかで 入《はい》った 人《ひと》",
    "Of those, signed in at least once",
  ],
  percent: [
    "{n}人《にん》（{percent}%）",
    "{n}人《にん》（{percent}%）",
    "{n} people ({percent} %)",
  ],
  nothing: [
    "この年度《ねんど》の登録《とうろく》はまだありません。",
    "この 年度《ねんど》は まだ ありません。",
    "Nobody is registered for this year yet.",
  ],
  due: [
    "この年度《ねんど》の記録《きろく》がまだない人《ひと》",
    "まだ かいて いない 人《ひと》",
    "No record for this year yet",
  ],
  dueLead: [
    "IDがあって、この年度《ねんど》の利用登録《りようとうろく》がまだ書《か》かれていない児童生徒《じどうせいと》です。名前《なまえ》を選《えら》ぶと、その人《ひと》のページで書《か》けます。",
    "IDは あります。 ことしの とうろくが まだの 人《ひと》です。 名前《なまえ》を えらぶと、 かけます。",
    "Children with an ID whose registration of this year is not written yet. Choose a name to write it.",
  ],
  dueNone: [
    "全員《ぜんいん》の記録《きろく》があります。",
    "みんな おわりました。",
    "Everyone has a record.",
  ],
  dueMore: [
    "全部《ぜんぶ》で{total}人《にん》です。はじめの{n}人《にん》を出《だ》しています。",
    "ぜんぶで {total}人《にん》です。 はじめの {n}人《にん》です。",
    "{total} in all; these are the first {n}.",
  ],
  lastYear: [
    "前《まえ》の記録《きろく》：{year}年度《ねんど》",
    "まえは {year}年度《ねんど》",
    "last record: {year}",
  ],
  never: ["はじめて", "はじめて", "the first one"],

  unused: ["使《つか》われていない権限《けんげん》", "つかって いない しごと", "Rights not in use"],
  unusedLead: [
    "{days}日《にち》以上《いじょう》使《つか》われていない担当《たんとう》と目的《もくてき》です。要《い》らなくなったものは終《お》わらせてください。必要《ひつよう》になれば、また認《みと》められます。",
    "{days}日《にち》 つかって いない ものです。 いらない ものは やめて ください。 また つけられます。",
    "Duties and purposes unused for {days} days or more. Please end those no longer needed; they can be granted again.",
  ],
  unusedNone: [
    "使《つか》われていない権限《けんげん》はありません。",
    "つかって いない ものは ありません。",
    "No right is unused.",
  ],
  givenAt: ["{time}に認《みと》めた", "{time}に みとめました", "granted {time}"],
  usedAt: ["最後《さいご》に使《つか》ったのは{time}", "さいごは {time}", "last used {time}"],
  neverUsed: [
    "一度《いちど》も使《つか》われていません",
    "いちども つかって いません",
    "never used",
  ],
  until: ["{time}まで", "{time}まで", "until {time}"],
  end: ["この権限《けんげん》を終《お》わらせる", "やめる", "End this right"],
  endSure: [
    "終《お》わらせると、この人《ひと》はすぐに見《み》られなくなります。終《お》わらせますか。",
    "やめると、 すぐに みられなく なります。 いいですか。",
    "The person can no longer see it, at once. End it?",
  ],
  yes: ["終《お》わらせる", "はい", "End it"],
  no: ["やめる", "いいえ", "Leave it"],
  ending: ["しています…", "して います…", "Working…"],
  ended: ["終《お》わらせました。", "やめました。", "Ended."],
  toUnused: [
    "使《つか》われていない権限《けんげん》を見《み》る",
    "つかって いない しごとを みる",
    "See rights not in use",
  ],
} satisfies Record<string, Word>;
