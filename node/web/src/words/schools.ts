import type { Word } from "./word.js";

/** The schools of a municipality and which of them take part. */
export const schools = {
  title: ["学校《がっこう》", "学校《がっこう》", "Schools"],
  leadAll: [
    "いまは、すべての学校《がっこう》が参加《さんか》しています。設定《せってい》「協力校《きょうりょくこう》だけ」をオンにすると、下《した》で選《えら》んだ学校《がっこう》だけになります。",
    "いまは ぜんぶの 学校《がっこう》が さんかして います。",
    "All schools take part now. With the setting for cooperating schools on, only those chosen below do.",
  ],
  leadSome: [
    "協力校《きょうりょくこう》だけが参加《さんか》しています。ほかの学校《がっこう》の人《ひと》はログインできず、一覧《いちらん》にも出《で》ません。",
    "えらんだ 学校《がっこう》だけが さんかして います。",
    "Only cooperating schools take part. People of other schools cannot sign in and are not listed.",
  ],
  none: [
    "まだ学校《がっこう》がありません。",
    "まだ 学校《がっこう》が ありません。",
    "No school yet.",
  ],
  code: ["学校《がっこう》コード", "学校《がっこう》の ばんごう", "School code"],
  codeFree: [
    "学校《がっこう》コード（なくてもよい）",
    "学校《がっこう》の ばんごう",
    "School code (optional)",
  ],
  codeOfOther: ["コード", "ばんごう", "Code"],
  other: ["ほかの組織《そしき》", "ほかの ところ", "Another office"],
  name: [
    "学校《がっこう》の名前《なまえ》",
    "学校《がっこう》の 名前《なまえ》",
    "Name of the school",
  ],
  cooperating: ["協力校《きょうりょくこう》", "さんかする 学校《がっこう》", "Takes part"],
  notCooperating: [
    "協力校《きょうりょくこう》ではない",
    "さんか しない 学校《がっこう》",
    "Does not take part",
  ],
  left: ["名簿《めいぼ》にない", "めいぼに ない", "no longer in the roster"],
  district: ["教育委員会《きょういくいいんかい》", "まちの ところ", "Board of education"],
  join: ["協力校《きょうりょくこう》にする", "さんか する", "Let it take part"],
  leave: ["協力校《きょうりょくこう》からはずす", "さんかを やめる", "Take it out"],
  leaveSure: [
    "はずすと、この学校《がっこう》の人《ひと》はすぐに使《つか》えなくなります。はずしますか。",
    "この 学校《がっこう》の 人《ひと》は すぐに つかえなく なります。 いいですか。",
    "Its people will be shut out at once. Take it out?",
  ],
  leaveLater: [
    "いまの設定《せってい》では、はずしてもすぐには変《か》わりません。設定《せってい》「協力校《きょうりょくこう》だけ」をオンにすると、この学校《がっこう》の人《ひと》は使《つか》えなくなります。はずしますか。",
    "いまは かわりません。 きまりを かえると、 この 学校《がっこう》の 人《ひと》は つかえません。 いいですか。",
    "Nothing changes at once by the setting of today. Once only cooperating schools take part, its people are shut out. Take it out?",
  ],
  yes: ["はずす", "はい", "Take it out"],
  no: ["やめる", "いいえ", "Leave it"],
  add: ["学校《がっこう》を追加《ついか》する", "学校《がっこう》を たす", "Add a school"],
  saving: ["保存《ほぞん》しています…", "しまって います…", "Saving…"],
  saved: ["保存《ほぞん》しました。", "しまいました。", "Saved."],
  needName: [
    "学校《がっこう》の名前《なまえ》を入《い》れてください。",
    "学校《がっこう》の 名前《なまえ》を いれて ください。",
    "Please enter the name of the school.",
  ],
} satisfies Record<string, Word>;
