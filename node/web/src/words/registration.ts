import type { Word } from "./word.js";

/** Why a child is here and with whose consent: read by the board and, by duty, by the child's school. */
export const registration = {
  title: ["利用登録《りようとうろく》の記録《きろく》", "とうろくの きろく", "Registration facts"],
  due: [
    "{year}年度《ねんど》の記録《きろく》がまだです",
    "{year}年度《ねんど》は まだです",
    "Nothing recorded for {year} yet",
  ],
  dueNote: [
    "下《した》で、いまのようすを記録《きろく》してください。",
    "したで かいて ください。",
    "Please record below how things are now.",
  ],
  last: [
    "{year}年度《ねんど》の記録《きろく》",
    "{year}年度《ねんど》の きろく",
    "Record of {year}",
  ],
  recordedBy: [
    "{time}に記録《きろく》（{role}）",
    "{time}に かきました（{role}）",
    "Recorded {time} ({role})",
  ],
  since: ["{what}（{day}から）", "{what}（{day}から）", "{what} (since {day})"],
  saidBy: ["{what}（{who}）", "{what}（{who}）", "{what} ({who})"],
  target: ["登録《とうろく》したときのようす", "どんな ようす", "Situation"],
  target_since: ["いつごろから", "いつから", "Since"],
  target_unsupported: [
    "どこからも支援《しえん》を受《う》けていない",
    "まだ どこにも いって いない",
    "No support from anywhere",
  ],
  target_not_settled: [
    "支援《しえん》はあるが、まだ続《つづ》きにくい",
    "いって いるが、 つづかない",
    "Support that does not hold yet",
  ],
  target_other: ["そのほか", "そのほか", "Other"],
  route: ["どこから来《き》たか", "どこから きたか", "By which way"],
  route_hot_school: [
    "ほっとスクール（教育支援《きょういくしえん》センター）から",
    "ほっとスクールから",
    "From a hot school (support centre)",
  ],
  route_desk: [
    "相談窓口《そうだんまどぐち》から",
    "そうだんの ところから",
    "From the consultation desk",
  ],
  route_wish: [
    "本人《ほんにん》や家族《かぞく》の希望《きぼう》で",
    "じぶんや かぞくの きもちで",
    "By own wish",
  ],
  route_school: [
    "学校《がっこう》の紹介《しょうかい》で",
    "学校《がっこう》から",
    "Through the school",
  ],
  route_other: ["そのほか", "そのほか", "Other"],
  wish: ["本人《ほんにん》の希望《きぼう》", "じぶんの きもち", "The child's own wish"],
  wish_yes: ["使《つか》ってみたい", "つかって みたい", "Would like to"],
  wish_no: ["いまは気《き》が進《すす》まない", "いまは まだ いい", "Rather not now"],
  wish_not_asked: ["まだ聞《き》いていない", "まだ きいて いない", "Not asked yet"],
  wish_by: ["だれから聞《き》いたか", "だれに きいたか", "Told by"],
  wish_by_child: ["本人《ほんにん》", "じぶん", "The child"],
  wish_by_guardian: ["保護者《ほごしゃ》", "かぞく", "A guardian"],
  wish_by_staff: ["先生《せんせい》・支援者《しえんしゃ》", "先生《せんせい》など", "Staff"],
  wish_by_nobody: ["―（まだ）", "まだ", "Nobody yet"],
  support: [
    "ほかに受《う》けている相談《そうだん》・支援《しえん》",
    "ほかの そうだん",
    "Other support",
  ],
  support_none: ["受《う》けていない", "ない", "None"],
  support_in_school: ["学校《がっこう》の中《なか》で", "学校《がっこう》で", "In school"],
  support_outside: [
    "学校《がっこう》の外《そと》で",
    "学校《がっこう》の そとで",
    "Outside school",
  ],
  support_both: ["学校《がっこう》の中《なか》と外《そと》で", "どちらも", "Both"],
  admission: ["受《う》け入《い》れの区分《くぶん》", "どこの 人《ひと》", "Admitted as"],
  admission_resident: [
    "この自治体《じちたい》の人《ひと》",
    "この 町《まち》の 人《ひと》",
    "Of this municipality",
  ],
  admission_partner: [
    "連携《れんけい》する自治体《じちたい》の人《ひと》",
    "となりの 町《まち》の 人《ひと》",
    "Of a partner municipality",
  ],
  admission_invited: ["招待《しょうたい》した人《ひと》", "よんだ 人《ひと》", "Invited"],
  policy: [
    "いまの決《き》まりで選《えら》べるものだけが出《で》ています。",
    "いま えらべる ものだけです。",
    "Only what the admission policy allows now is offered.",
  ],

  consent: ["同意《どうい》", "どうい", "Consent"],
  consentNone: ["まだもらっていません", "まだ です", "Not given yet"],
  consentIs: [
    "「{version}」版《ばん》に{day}（{who}）",
    "「{version}」に {day}（{who}）",
    "to “{version}” on {day} ({who})",
  ],
  consentOld: [
    "いまの版《はん》は「{version}」です。もう一度《いちど》同意《どうい》をもらってください。",
    "いまは 「{version}」です。 もう いちど もらって ください。",
    "“{version}” is in force now. Please ask for consent anew.",
  ],
  consentUnset: [
    "同意書《どういしょ》の版《はん》がまだ決《き》まっていません。設定《せってい》で決《き》めると、ここで記録《きろく》できます。",
    "どういの 紙《かみ》が まだ きまって いません。 せっていで きめて ください。",
    "No version of the consent form is set yet. Set it in the settings to record consent here.",
  ],
  hasConsent: [
    "同意書《どういしょ》「{version}」版《ばん》で同意《どうい》をもらった",
    "「{version}」で どういを もらった",
    "Consent was given to “{version}”",
  ],
  consent_on: ["同意《どうい》した日《ひ》", "どういした 日《ひ》", "Day of consent"],
  consent_by: ["だれが同意《どうい》したか", "だれが どういしたか", "Given by"],
  consent_by_guardian: ["保護者《ほごしゃ》", "かぞく", "The guardian"],
  consent_by_child: ["本人《ほんにん》", "じぶん", "The child"],
  consent_by_both: ["本人《ほんにん》と保護者《ほごしゃ》", "じぶんと かぞく", "Both"],
  items: [
    "同意《どうい》したこと（すべて必要《ひつよう》です）",
    "どういした こと（ぜんぶ）",
    "Consented to (all are needed)",
  ],
  note: ["メモ（なくてもよい）", "メモ", "Note (optional)"],
  noteShort: ["メモ", "メモ", "Note"],
  noteNote: [
    "400字《じ》まで。診断名《しんだんめい》など、ここで要《い》らないことは書《か》かないでください。",
    "400じ までです。 いらない ことは かかないで ください。",
    "At most 400 characters. Please leave out what is not needed here, such as diagnoses.",
  ],

  record: ["記録《きろく》する", "かく", "Record"],
  recordTitle: [
    "いまのようすを記録《きろく》する",
    "いまの ようすを かく",
    "Record how things are now",
  ],
  recordLead: [
    "前《まえ》の記録《きろく》は消《き》えずに残《のこ》ります。変《か》わっていないところは、そのままでかまいません。",
    "まえの きろくも のこります。 おなじ ところは そのままで いいです。",
    "Earlier records stay. What has not changed can be left as it is.",
  ],
  year: ["年度《ねんど》", "年度《ねんど》", "School year"],
  yearOf: ["{year}年度《ねんど》", "{year}年度《ねんど》", "{year}"],
  saved: ["記録《きろく》しました。", "かきました。", "Recorded."],
  saving: ["記録《きろく》しています…", "かいて います…", "Recording…"],
} satisfies Record<string, Word>;

/** What a code of the node is called: `factWord("target", "unsupported")`. */
export function factWord(field: string, code: string): Word | undefined {
  return (registration as Readonly<Record<string, Word>>)[`${field}_${code}`];
}
