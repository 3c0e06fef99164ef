import type { Word } from "./word.js";

/** Figures of a month given to the prefecture: what goes, what is hidden and why, what came of it. */
export const kpiRelease = {
  title: [
    "都道府県《とどうふけん》へ渡《わた》した数値《すうち》",
    "わたした すうじ",
    "Figures given to the prefecture",
  ],
  note: [
    "何《なに》を渡《わた》すか、渡《わた》したかを、すべて見《み》て決《き》めます。",
    "わたす すうじを 見《み》て きめます。",
    "See everything that goes, and decide.",
  ],
  lead: [
    "数《かぞ》えた月《つき》の指標《しひょう》を、都道府県《とどうふけん》へ渡《わた》します。人数《にんずう》だけで、だれかが分《わ》かるものは入《はい》りません。1人《にん》以上《いじょう》{k}人《にん》未満《みまん》の数《かず》と、それが分《わ》かってしまう数《かず》は、この中《なか》から出《で》ません。",
    "つきの すうじを わたします。 {k}人《にん》より ちいさい かずは だしません。",
    "The figures of a month go to the prefecture: counts alone, nothing of anybody. Counts from 1 to below {k}, and what would give them away, never leave this node.",
  ],
  modePerson: [
    "担当者《たんとうしゃ》が見《み》てから渡《わた》す設定《せってい》です。",
    "人《ひと》が 見《み》て わたします。",
    "Set to be given by a person.",
  ],
  modeAuto: [
    "数《かぞ》えたあと、自動《じどう》で渡《わた》す設定《せってい》です。",
    "じどうで わたします。",
    "Set to be given by itself after the count.",
  ],
  "no-registry": [
    "この自治体《じちたい》は、いま登録簿《とうろくぼ》にないか、契約《けいやく》の期間《きかん》の外《そと》です。いまは渡《わた》せません。",
    "いまは わたせません。",
    "This municipality is not in the registry now, or not under contract. Nothing can be given.",
  ],
  "no-role": [
    "登録簿《とうろくぼ》で、この自治体《じちたい》は指標《しひょう》を渡《わた》すことになっていません。",
    "わたさない きまりです。",
    "By the registry this municipality gives no figures.",
  ],
  "no-coordinator": [
    "登録簿《とうろくぼ》に、受《う》け取《と》る都道府県《とどうふけん》のノードがありません。",
    "うけとる ところが ありません。",
    "The registry has no prefecture's node to receive them.",
  ],
  none: [
    "まだ数《かぞ》えた月《つき》がありません。",
    "まだ ありません。",
    "No month has been counted yet.",
  ],
  ready: ["まだ渡《わた》していません", "まだです", "Not given yet"],
  early: [
    "契約《けいやく》の期間《きかん》より前《まえ》です。渡《わた》しません。",
    "わたしません。",
    "Before the contract: it stays here.",
  ],
  send: ["渡《わた》しました", "わたしました", "Given"],
  correct: ["訂正《ていせい》しました", "なおしました", "Corrected"],
  withdraw: ["取《と》り下《さ》げました", "とりさげました", "Withdrawn"],
  waiting: ["{town}：送《おく》っています", "{town}：まち", "{town}: on its way"],
  received: [
    "{town}：受《う》け取《と》りました（{time}）",
    "{town}：うけとりました（{time}）",
    "{town}: received ({time})",
  ],
  refused: [
    "{town}：受《う》け取《と》りませんでした。{why}",
    "{town}：うけとりません。{why}",
    "{town}: refused. {why}",
  ],
  nth: ["{n}回目《かいめ》", "{n}かいめ", "No. {n}"],
  byPerson: ["担当者《たんとうしゃ》が", "人《ひと》が", "by a person"],
  byNode: ["自動《じどう》で", "じどうで", "by itself"],
  reasonIs: ["理由《りゆう》：{reason}", "わけ：{reason}", "Reason: {reason}"],
  sum: [
    "送《おく》った内容《ないよう》のSHA-256",
    "おくった ものの しるし",
    "SHA-256 of what was sent",
  ],
  look: ["内容《ないよう》をすべて見《み》る", "なかを 見《み》る", "See all of it"],
  close: ["閉《と》じる", "とじる", "Close"],
  wouldGo: [
    "いま渡《わた》すと、この内容《ないよう》がそのまま送《おく》られます。",
    "この とおりに おくります。",
    "This is exactly what would go now.",
  ],
  wentOut: [
    "この内容《ないよう》がそのまま送《おく》られました。",
    "この とおりに おくりました。",
    "This is exactly what went.",
  ],
  wentBack: [
    "取《と》り下《さ》げたので、都道府県《とどうふけん》にこの月《つき》の数字《すうじ》はもうありません。",
    "すうじは もう ありません。",
    "It was withdrawn: the prefecture has no number of this month any more.",
  ],
  figure: ["指標《しひょう》", "すうじ", "Figure"],
  small: ["小《ちい》さい数《かず》のため", "ちいさい かず", "a small number"],
  complement: [
    "ほかの数《かず》から分《わ》かってしまうため",
    "ほかから わかる",
    "others would give a small one away",
  ],
  taken: ["訂正《ていせい》で取《と》り消《け》した", "とりけした", "taken back"],
  bytes: ["送《おく》る文字《もじ》のすべて", "もじ ぜんぶ", "Every character that is sent"],
  give: ["この内容《ないよう》を渡《わた》す", "わたす", "Give this"],
  given: ["渡《わた》しました。", "わたしました。", "Given."],
  fix: ["訂正《ていせい》", "なおす", "Correct"],
  fixNote: [
    "月《つき》は一度《いちど》だけ数《かぞ》えるので、数《かず》を変《か》えることはできません。まちがいのあった指標《しひょう》を選《えら》ぶと、都道府県《とどうふけん》から取《と》り消《け》されます。そのために、ほかの数《かず》もかくれることがあります。",
    "まちがいの すうじを えらぶと、 とりけします。",
    "A month is counted once, so no number is changed. What you tick is taken back at the prefecture; other numbers may have to be hidden with it.",
  ],
  fixWhich: ["取《と》り消《け》す指標《しひょう》", "とりけす すうじ", "Figures to take back"],
  reason: ["理由《りゆう》", "わけ", "Reason"],
  reasonHint: [
    "ここに残《のこ》り、相手《あいて》には送《おく》りません。児童生徒《じどうせいと》の名前《なまえ》は書《か》かないでください。",
    "なまえは かかないで ください。",
    "It stays here and is not sent. Do not write a child's name.",
  ],
  fixOne: ["{name}", "{name}", "{name}"],
  needFigure: [
    "取《と》り消《け》す指標《しひょう》を選《えら》んでください。",
    "えらんで ください。",
    "Please tick at least one figure.",
  ],
  doFix: ["訂正《ていせい》を送《おく》る", "なおす", "Send the correction"],
  back: ["取《と》り下《さ》げ", "とりさげ", "Withdraw"],
  backNote: [
    "この月《つき》の数字《すうじ》を、都道府県《とどうふけん》からすべて消《け》します。取《と》り下《さ》げた月《つき》は、もう渡《わた》せません。",
    "ぜんぶ けします。 もう わたせません。",
    "Every number of this month is erased at the prefecture. A month that was withdrawn cannot be given again.",
  ],
  doBack: ["この月《つき》を取《と》り下《さ》げる", "とりさげる", "Withdraw this month"],
} satisfies Record<string, Word>;
