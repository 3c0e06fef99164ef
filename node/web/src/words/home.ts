import type { Word } from "./word.js";

/** My page: who I am here and where I can go. Student-facing. */
export const home = {
  hello: ["{name}さん、こんにちは。", "{name}さん、 こんにちは。", "Hello, {name}."],
  pace: [
    "ここでは、自分《じぶん》のペースでだいじょうぶです。",
    "ゆっくりで だいじょうぶです。",
    "Take everything at your own pace here.",
  ],
  doors: ["できること", "できる こと", "What you can do"],
  place: ["いばしょにはいる", "いばしょに はいる", "Go in"],
  placeNote: [
    "どのフロアの、どこで、どうすごすか。はいる前《まえ》にえらべます。",
    "どこで どう すごすか、 さきに えらびます。",
    "Choose where to be, and how, before anyone sees you.",
  ],
  me: ["わたしのID", "わたしの ID", "My ID"],
  meNote: [
    "パスワードを変《か》える、使《つか》っている端末《たんまつ》を見《み》る。",
    "パスワードを かえます。 つかって いる きかいを みます。",
    "Change your password, see where you are signed in.",
  ],
  others: [
    "いま、ほかの端末《たんまつ》でも使《つか》っています（{n}台《だい》）。",
    "いま、 ほかの きかいも つかって います。 （{n}だい）",
    "You are also signed in on {n} other device(s).",
  ],
  newDevice: [
    "新《あたら》しい端末《たんまつ》（{device}）で使《つか》いはじめました：{time}",
    "あたらしい きかい（{device}）で はいりました： {time}",
    "Someone came in on a new device ({device}): {time}",
  ],
  devices: [
    "使《つか》っている端末《たんまつ》を見《み》る",
    "つかって いる きかいを みる",
    "See the devices",
  ],
  notYou: [
    "自分《じぶん》でなければ、「わたしのID」で終《お》わらせて、先生《せんせい》かスタッフに伝《つた》えてください。",
    "じぶんで なければ、 「わたしの ID」で おわらせて ください。 先生《せんせい》か スタッフに いって ください。",
    "If it was not you, sign it out in “My ID” and tell your teacher or the staff.",
  ],
  notYouAtWork: [
    "自分《じぶん》でなければ、「わたしのID」で終《お》わらせてパスワードを変《か》え、教育委員会《きょういくいいんかい》か運営《うんえい》の担当《たんとう》に伝《つた》えてください。",
    "じぶんで なければ、 おわらせて ください。 パスワードを かえて、 教育《きょういく》 委員会《いいんかい》か スタッフに いって ください。",
    "If it was not you, sign it out in “My ID”, change your password and tell the board of education or the operator.",
  ],
  readable: ["見《み》やすくする", "みやすく する", "Make it easy to read"],
  sos: ["SOS", "SOS", "SOS"],
  sosAway: [
    "つながりません。でんわは {phone} です。",
    "つながりません。 でんわは {phone} です。",
    "No connection. You can phone {phone}.",
  ],
  end: ["おわる", "おわる", "Leave"],
  ending: ["おわっています…", "おわって います…", "Leaving…"],
  notEnded: [
    "まだ終《お》わっていません。インターネットにつながったら、もう一度《いちど》「おわる」をおしてください。",
    "まだ おわって いません。 インターネットが つながったら、 もう いちど 「おわる」を おして ください。",
    "You have not left yet. Please press “Leave” again when the connection is back.",
  ],
  endNote: [
    "おわると、この端末《たんまつ》にあなたのことは残《のこ》りません。",
    "おわると、 あなたの ことは この きかいから きえます。",
    "When you leave, nothing about you stays on this device.",
  ],
} satisfies Record<string, Word>;

/** The twelve roles, by the ids of node/base/role.h. */
export const roles = {
  student: ["児童生徒《じどうせいと》", "こども", "Student"],
  guardian: ["保護者《ほごしゃ》", "かぞく", "Guardian"],
  supporter: ["オンライン支援員《しえんいん》", "オンラインの スタッフ", "Online supporter"],
  instructor: ["授業者《じゅぎょうしゃ》", "べんきょうの 先生《せんせい》", "Instructor"],
  guest_teacher: ["ゲストティーチャー", "ゲストの 先生《せんせい》", "Guest teacher"],
  school_staff: [
    "学校《がっこう》の先生《せんせい》",
    "学校《がっこう》の 先生《せんせい》",
    "School staff",
  ],
  commissioner: [
    "教育委員会《きょういくいいんかい》",
    "教育《きょういく》 委員会《いいんかい》の 人《ひと》",
    "Board of education",
  ],
  contractor: ["運営《うんえい》スタッフ", "うんえいの スタッフ", "Operator"],
  data_holder: [
    "データの保有《ほゆう》・管理者《かんりしゃ》",
    "データを もつ 人《ひと》",
    "Data holder",
  ],
  analyst: ["データの分析者《ぶんせきしゃ》", "データを しらべる 人《ひと》", "Analyst"],
  coordinator: [
    "都道府県《とどうふけん》のコーディネーター",
    "県《けん》の 人《ひと》",
    "Prefecture coordinator",
  ],
  auditor: [
    "監査《かんさ》の担当《たんとう》",
    "記録《きろく》を たしかめる 人《ひと》",
    "Auditor",
  ],
} satisfies Record<string, Word>;
