import type { Word } from "./word.js";

/** The municipality's own lists of safe words. */
export const wordLists = {
  title: ["かくす言葉《ことば》", "かくす ことば", "Safe words"],
  lead: [
    "チャット、名前《なまえ》、ひとことなどで、ほかの人《ひと》に見《み》せない言葉《ことば》の一覧《いちらん》です。変《か》えると、すぐに効《き》きます。職員《しょくいん》には元《もと》の文《ぶん》が見《み》えます。",
    "ほかの 人《ひと》に みせない ことばです。 かえると すぐに かわります。",
    "Words that others do not see in chat, names and notes. A change holds at once. Staff see the original.",
  ],
  tryOut: ["文《ぶん》をためす", "ぶんを ためす", "Try a line"],
  tryNote: [
    "ここで試《ため》した文《ぶん》は、だれにも送《おく》られず、残《のこ》りません。",
    "ためした ぶんは おくられません。 のこりません。",
    "What you try here is sent to nobody and kept nowhere.",
  ],
  tryLine: ["試《ため》す文《ぶん》", "ためす ぶん", "Line to try"],
  doTry: ["試《ため》す", "ためす", "Try"],
  others: [
    "ほかの人《ひと》に見《み》える文《ぶん》",
    "ほかの 人《ひと》に みえる ぶん",
    "What others see",
  ],
  staffSees: [
    "職員《しょくいん》に見《み》える文《ぶん》",
    "スタッフに みえる ぶん",
    "What staff see",
  ],
  foundNone: [
    "見《み》つかったところはありません。このまま見《み》えます。",
    "なにも みつかりません。 このまま みえます。",
    "Nothing found. It is shown as it is.",
  ],
  isHeld: [
    "連絡先《れんらくさき》らしいので、職員《しょくいん》が見《み》るまで、ほかの人《ひと》には届《とど》きません。",
    "れんらくさきの ようです。 スタッフが みるまで とどきません。",
    "It looks like contact details: it is held until staff have looked.",
  ],
  isCrisis: [
    "助《たす》けが必要《ひつよう》かもしれない言葉《ことば》です。職員《しょくいん》にすぐ知《し》らせ、本人《ほんにん》に相談先《そうだんさき》を見《み》せます。",
    "たすけが いるかもしれません。 スタッフに すぐ しらせます。",
    "Somebody may need help: staff are told at once, and the child is shown whom to call.",
  ],
  found: ["見《み》つかったところ", "みつけた ところ", "Found"],
  ng: ["＊でかくす", "＊で かくす", "masked"],
  crisis: ["職員《しょくいん》に知《し》らせる", "スタッフに しらせる", "told to staff"],
  contact: ["見《み》るまで止《と》める", "みるまで とめる", "held"],

  own: ["加《くわ》えた言葉《ことば》", "たした ことば", "Own words"],
  ownNote: [
    "この自治体《じちたい》でかくすと決《き》めた言葉《ことば》です。",
    "この まちで かくす ことばです。",
    "What this municipality chose to mask.",
  ],
  ownNone: [
    "加《くわ》えた言葉《ことば》はまだありません。はじめから入《はい》っている言葉《ことば》は、下《した》で見《み》られます。",
    "まだ ありません。 はじめの ことばは したに あります。",
    "No own word yet. The words that come with the system are shown below.",
  ],
  allowed: ["かくさない言葉《ことば》", "かくさない ことば", "Allowed words"],
  allowedNote: [
    "まちがってかくれてしまう言葉《ことば》や名前《なまえ》を、ここに入《い》れます。",
    "まちがって かくれる ことばを ここに 入《い》れます。",
    "Words and names that would be masked by mistake.",
  ],
  allowedNone: [
    "かくさないと決《き》めた言葉《ことば》はまだありません。",
    "まだ ありません。",
    "No allowed word yet.",
  ],
  count: ["{n}語《ご》", "{n}こ", "{n} words"],
  search: ["一覧《いちらん》の中《なか》をさがす", "リストを さがす", "Search the list"],
  searchNone: [
    "当《あ》てはまる言葉《ことば》がありません。",
    "みつかりません。",
    "No word matches.",
  ],
  shown: [
    "{n}語《ご》のうち{shown}語《ご》を見《み》せています。",
    "{n}この うち {shown}こです。",
    "{shown} of {n} are shown.",
  ],
  showAll: ["すべて見《み》る", "ぜんぶ みる", "Show all"],
  add: ["加《くわ》える", "たす", "Add"],
  addOwn: ["かくす言葉《ことば》を加《くわ》える", "かくす ことばを たす", "Words to mask"],
  addAllowed: [
    "かくさない言葉《ことば》を加《くわ》える",
    "かくさない ことばを たす",
    "Words to allow",
  ],
  addHint: [
    "いくつかあるときは、「、」で区切《くぎ》ります。",
    "たくさん あるときは 「、」で わけます。",
    "Several words: put a comma between them.",
  ],
  reason: [
    "理由《りゆう》（書《か》かなくてもよい）",
    "わけ（なくても よい）",
    "Reason (optional)",
  ],
  remove: ["「{word}」を外《はず》す", "「{word}」を はずす", "Remove “{word}”"],
  doRemove: ["外《はず》す", "はずす", "Remove"],
  removeWhat: [
    "「{word}」を外《はず》しますか。",
    "「{word}」を はずしますか。",
    "Remove “{word}”?",
  ],
  keep: ["外《はず》さない", "はずさない", "Keep it"],
  working: ["しています…", "して います…", "Working…"],
  done: [
    "変《か》えました。もう効《き》いています。",
    "かえました。 もう かわって います。",
    "Changed, and in force.",
  ],

  import: ["まとめて入《い》れる", "まとめて 入《い》れる", "Import a list"],
  importNote: [
    "1行《ぎょう》に一《ひと》つずつ書《か》きます。空《あ》いた行《ぎょう》と「#」で始《はじ》まる行《ぎょう》は読《よ》みません。一《ひと》つでも直《なお》すところがあると、何《なに》も加《くわ》えません。",
    "1ぎょうに ひとつ かきます。 「#」の ぎょうは よみません。 なおす ところが あると、 なにも たしません。",
    "One word a line. Empty lines and lines that begin with # are passed over. If any line is wrong, nothing is added.",
  ],
  importTo: ["どの一覧《いちらん》に入《い》れるか", "どの リストか", "Into which list"],
  importText: ["言葉《ことば》の一覧《いちらん》", "ことばの リスト", "Words, one a line"],
  importFile: [
    "ファイルから読《よ》む（テキスト、UTF-8）",
    "ファイルから よむ（UTF-8）",
    "Read from a text file (UTF-8)",
  ],
  importNeed: [
    "言葉《ことば》を一《ひと》つ以上《いじょう》入《い》れてください。",
    "ことばを 入《い》れて ください。",
    "Please enter at least one word.",
  ],
  importTooLong: [
    "ファイルが大《おお》きすぎます。分《わ》けて入《い》れてください。",
    "ファイルが おおきいです。 わけて ください。",
    "The file is too large. Please split it.",
  ],
  doImport: ["まとめて加《くわ》える", "まとめて たす", "Add them all"],

  base: [
    "はじめから入《はい》っている言葉《ことば》",
    "はじめから ある ことば",
    "Words that come with the system",
  ],
  baseNote: [
    "ひどい言葉《ことば》がそのまま出《で》ます。人《ひと》のいないところで開《ひら》いてください。外《はず》したい言葉《ことば》は「かくさない言葉《ことば》」に入《い》れます。",
    "ひどい ことばが でます。 ひとりの ときに ひらいて ください。",
    "Harsh words are shown in full: open it where nobody looks over your shoulder. To spare a word, allow it.",
  ],
  baseOpen: ["{title}（{n}語《ご》）", "{title}（{n}こ）", "{title} ({n} words)"],
  baseDetected: [
    "番号《ばんごう》やアドレスの形《かたち》から見《み》つけるので、一覧《いちらん》はありません。",
    "かたちから みつけます。 リストは ありません。",
    "Found by their shape; there is no list.",
  ],

  history: ["これまでの変更《へんこう》", "いままでの かわり", "Changes so far"],
  historyNone: ["変更《へんこう》はまだありません。", "まだ ありません。", "No change yet."],
  added: ["加《くわ》えた：{words}", "たした： {words}", "Added: {words}"],
  removed: ["外《はず》した：{words}", "はずした： {words}", "Removed: {words}"],
  isUndo: ["取《と》り消《け》し", "とりけし", "Undo"],
  wasUndone: ["取《と》り消《け》し済《ず》み", "とりけした", "Undone"],
  because: ["理由《りゆう》：{text}", "わけ： {text}", "Reason: {text}"],
  by: ["{time}　{role}", "{time} {role}", "{time}, {role}"],
  undo: ["取《と》り消《け》す", "とりけす", "Undo"],
  older: ["前《まえ》の変更《へんこう》を見《み》る", "まえを みる", "Older"],
  andMore: ["ほか{n}語《ご》", "ほか {n}こ", "and {n} more"],
} satisfies Record<string, Word>;
