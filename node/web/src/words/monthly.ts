import type { Word } from "./word.js";

/** The monthly report; what it shares with the weekly one stands in reports.ts. */
export const monthly = {
  title: ["月《つき》の報告《ほうこく》", "つきの ほうこく", "Monthly reports"],
  note: [
    "月次《げつじ》の指標《しひょう》・出来事《できごと》・相談《そうだん》・稼働《かどう》の報告書《ほうこくしょ》（PDF・Excel）と、受《う》け取《と》る人《ひと》です。",
    "ほうこくの PDFと、 もらう 人《ひと》です。",
    "Reports of figures, incidents, inquiries and service as PDF and Excel; who receives them.",
  ],
  lead: [
    "月次《げつじ》の指標《しひょう》に、出来事《できごと》・相談《そうだん》と連絡《れんらく》・システムの稼働《かどう》を合《あ》わせて、A4で4ページまでにまとめた報告《ほうこく》です。だれかの名前《なまえ》はのりません。決《き》めた人《ひと》だけが開《ひら》けます。",
    "1かげつの ほうこくです。 なまえは でません。 きめた 人《ひと》だけが みます。",
    "The figures of a month with incidents, inquiries and service, on four pages at most; it names nobody. Only those who were chosen open it.",
  ],
  none: [
    "報告《ほうこく》はまだありません。月《つき》の指標《しひょう》を数《かぞ》えると、自動《じどう》で作《つく》られます。",
    "まだ ありません。 つきの すうじが できると できます。",
    "No report yet. One is made by itself once the figures of a month are counted.",
  ],
  monthEra: ["{month}（{era}）", "{month}（{era}）", "{month} ({era})"],
  back: ["月《つき》の報告《ほうこく》へ", "つきの ほうこくへ", "To monthly reports"],
  xlsx: [
    "Excelを受《う》け取《と》る（同《おな》じ数字《すうじ》）",
    "Excel",
    "Excel (same figures)",
  ],
  filesNote: [
    "何度《なんど》開《ひら》いても同《おな》じ内容《ないよう》です。開《ひら》いたことは記録《きろく》に残《のこ》ります。写《うつ》しを渡《わた》したり、転送《てんそう》したりしないでください。",
    "いつ ひらいても おなじです。 ひらくと のこります。 ほかの 人《ひと》に わたさないで ください。",
    "It says the same whenever it is opened. Opening is recorded. Do not pass copies on.",
  ],
  toFigures: [
    "指標《しひょう》を画面《がめん》で見《み》る",
    "すうじを がめんで みる",
    "See the figures here",
  ],
  make: [
    "数《かぞ》えた月《つき》の報告《ほうこく》を今《いま》渡《わた》す",
    "いま わたす",
    "Give one now",
  ],
  makeNote: [
    "ふだんは自動《じどう》で作《つく》られます。もうある月《つき》を選《えら》ぶと、まだ受《う》け取《と》っていない人《ひと》にだけ渡《わた》します。",
    "いつもは じぶんで できます。",
    "Made by itself. For a month that has one, only those without it are given it.",
  ],
  makeMonth: ["どの月《つき》か", "どの つき", "Which month"],
  doMake: ["作《つく》って渡《わた》す", "つくって わたす", "Make and give"],
  asked: [
    "頼《たの》みました。できると上《うえ》の一覧《いちらん》に出《で》て、受《う》け取《と》る人《ひと》に渡《わた》ります。",
    "たのみました。 できると うえに でます。",
    "Asked for; it will stand in the list above and be given to its receivers.",
  ],
  addWho: [
    "だれに（教育委員会《きょういくいいんかい》・運営《うんえい》の職員《しょくいん》）",
    "だれに",
    "Who (board, operator)",
  ],
} satisfies Record<string, Word>;
