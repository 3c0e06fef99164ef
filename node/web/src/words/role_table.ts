import type { Word } from "./word.js";

/** The table of who may do what: read by grown-ups at work. */
export const roleTable = {
  title: ["役割《やくわり》の表《ひょう》", "だれが なにを できるか", "Roles"],
  lead: [
    "サーバーが実際《じっさい》に守《まも》っている決《き》まりから、そのまま作《つく》った表《ひょう》です。",
    "サーバーが まもって いる きまりの リストです。",
    "This table is made from the very rules that the server keeps.",
  ],
  leadMine: [
    "あなたの役割《やくわり》でできることの一覧《いちらん》です。",
    "あなたが できる ことの リストです。",
    "What your role may do.",
  ],
  which: ["どの役割《やくわり》を見《み》るか", "だれの しごとを みますか", "Which role to show"],
  all: ["すべての役割《やくわり》", "ぜんぶ", "All roles"],
  read: ["見《み》る", "みる", "Read"],
  change: ["変《か》える", "かえる", "Change"],
  export: ["書《か》き出《だ》す", "とりだす", "Export"],
  plain: ["履歴《りれき》に残《のこ》らない", "きろくは のこらない", "Not recorded"],
  own: ["自分《じぶん》のもの", "じぶんの もの", "One's own"],
  ownClass: ["自分《じぶん》の学級《がっきゅう》", "じぶんの クラス", "One's own class"],
  ownSchool: ["自分《じぶん》の学校《がっこう》", "じぶんの 学校《がっこう》", "One's own school"],
  anyHere: ["この自治体《じちたい》のもの", "この 町《まち》の もの", "Anyone here"],
  everyone: ["すべての役割《やくわり》", "みんな", "Every role"],
  officeOnly: [
    "教育委員会《きょういくいいんかい》の端末《たんまつ》からだけ",
    "町《まち》の きかい だけ",
    "From the office only",
  ],
  rights: [
    "役割《やくわり》に足《た》せる担当《たんとう》・目的《もくてき》",
    "たせる しごと",
    "Duties and purposes",
  ],
  rightsLead: [
    "役割《やくわり》だけでは見《み》られないものを、教育委員会《きょういくいいんかい》が人《ひと》ごとに、期限《きげん》をつけて認《みと》めます。",
    "教育《きょういく》 委員会《いいんかい》が ひとりずつ みとめます。",
    "What a role alone may not see is granted to a person by the board of education, for a time.",
  ],
  needsPurpose: [
    "目的《もくてき》と終《お》わりの日《ひ》を決《き》めて認《みと》める",
    "もくてきと おわりの 日《ひ》を きめます",
    "Only with a purpose and a last day",
  ],
} satisfies Record<string, Word>;
