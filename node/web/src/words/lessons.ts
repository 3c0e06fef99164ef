import type { Word } from "./word.js";

/** The day's lessons, as a child chooses them and takes part. Student-facing. */
export const lessons = {
  /* Choosing. */
  title: ["きょうの授業《じゅぎょう》", "きょうの じゅぎょう", "Lessons today"],
  lead: [
    "出《で》たいものをえらべます。えらばなくてもかまいません。いつでも変《か》えられます。",
    "すきな ものを えらべます。 えらばなくても いいです。 いつでも かえられます。",
    "Choose what you like, or nothing at all. You can change it at any time.",
  ],
  none: [
    "きょうの授業《じゅぎょう》はありません。",
    "きょうの じゅぎょうは ありません。",
    "No lessons today.",
  ],
  noneInSlot: [
    "この時間《じかん》の授業《じゅぎょう》は、ありません。",
    "この じかんの じゅぎょうは ありません。",
    "No lesson at this time.",
  ],
  slot: ["{n}コマ目《め》", "{n}コマめ", "Lesson {n}"],
  span: ["{from}から{to}まで", "{from}から {to}まで", "{from} to {to}"],
  onNow: ["いまの時間《じかん》", "いまの じかん", "On now"],
  over: ["おわりました", "おわりました", "Over"],
  notOpen: [
    "この授業《じゅぎょう》は、いまは ひらいていません。ほかの授業《じゅぎょう》を えらべます。",
    "この じゅぎょうは、 いまは ひらいて いません。 ほかの じゅぎょうを えらべます。",
    "This lesson is not open just now. You can choose another one.",
  ],
  cancelled: [
    "きょうは、お休《やす》みになりました",
    "きょうは おやすみです",
    "Not today after all",
  ],
  teacher: ["先生《せんせい》：{name}", "先生《せんせい》：{name}", "Teacher: {name}"],
  together: ["{towns}と いっしょ", "{towns}と いっしょ", "Together with {towns}"],
  togetherMore: [
    "{towns} とほかの まちと いっしょ",
    "{towns} と ほかの まちと いっしょ",
    "Together with {towns} and others",
  ],
  left: ["あと{n}人《にん》はいれます", "あと {n}人《にん》 はいれます", "{n} places left"],
  full: ["いまはいっぱいです", "いまは いっぱいです", "Full just now"],
  choose: ["えらぶ", "えらぶ", "Choose"],
  late: ["いまからはいる", "いまから はいる", "Join now"],
  undo: ["やめる", "やめる", "Not this one"],
  chosen: ["えらんでいます", "えらんで います", "Chosen"],
  busy: ["しています…", "して います…", "Working…"],
  didChoose: ["「{title}」をえらびました。", "「{title}」を えらびました。", "Chosen: {title}"],
  didUndo: [
    "「{title}」をやめました。また、えらべます。",
    "「{title}」を やめました。 また えらべます。",
    "No longer chosen: {title}. You can choose it again.",
  ],
  link: ["ビデオ通話《つうわ》でひらく", "ビデオつうわを ひらく", "Open the video call"],
  linkNote: [
    "べつの画面《がめん》がひらきます。カメラとマイクは、切《き》ったままでだいじょうぶです。",
    "べつの がめんが ひらきます。 カメラと マイクは なくても いいです。",
    "Another page opens. Camera and microphone may stay off.",
  ],
  go: ["教室《きょうしつ》へ行《い》く", "きょうしつへ いく", "Go to the classroom"],
  toHome: ["わたしのページへもどる", "わたしの ページへ もどる", "Back to my page"],
  rooms: ["教室《きょうしつ》", "きょうしつ", "Classrooms"],

  /* Kinds. */
  subject: ["べんきょう", "べんきょう", "Learning"],
  communication: ["人《ひと》と話《はな》す", "人《ひと》と はなす", "Talking together"],
  relax: ["からだとこころを休《やす》める", "からだと こころを やすめる", "Feeling at ease"],
  experience: ["やってみる", "やって みる", "Trying things out"],
  guest: ["ゲストの先生《せんせい》", "ゲストの 先生《せんせい》", "A guest"],
  other: ["いろいろ", "いろいろ", "This and that"],

  /* What the node says no to. */
  saidFull: [
    "いまは、いっぱいでした。ほかの授業《じゅぎょう》もえらべます。",
    "いまは いっぱいです。 ほかの じゅぎょうも えらべます。",
    "It is full just now. You can choose another one.",
  ],
  saidOver: [
    "この授業《じゅぎょう》は、おわりました。",
    "この じゅぎょうは おわりました。",
    "This lesson is over.",
  ],
  saidFailed: [
    "いまは、できませんでした。もう一度《いちど》おしてください。",
    "いまは できませんでした。 もう いちど おして ください。",
    "That did not work. Please press it again.",
  ],

  /* In the place: the panel of the lesson one is in. */
  panel: ["授業《じゅぎょう》", "じゅぎょう", "Lesson"],
  offer: [
    "いま、「{title}」の授業《じゅぎょう》をしています。",
    "いま、 「{title}」の じゅぎょうが あります。",
    "On now: {title}",
  ],
  join: ["授業《じゅぎょう》に出《で》る", "じゅぎょうに でる", "Take part"],
  leave: ["授業《じゅぎょう》をぬける", "じゅぎょうを やめる", "Leave the lesson"],
  pageOf: [
    "{n}ページ目《め》（全部《ぜんぶ》で{m}ページ）",
    "{n}ページ （ぜんぶで {m}ページ）",
    "Page {n} of {m}",
  ],
  noPage: [
    "いま見《み》るページはありません。",
    "いま みる ページは ありません。",
    "No page is shown just now.",
  ],
  hand: ["手《て》をあげる", "手《て》を あげる", "Raise my hand"],
  handDown: ["手《て》をおろす", "手《て》を おろす", "Lower my hand"],
  handUp: [
    "手《て》をあげています。先生《せんせい》に見《み》えています。",
    "手《て》を あげて います。 先生《せんせい》に みえます。",
    "Your hand is up. The teacher sees it.",
  ],
  poll: [
    "先生《せんせい》からの質問《しつもん》",
    "先生《せんせい》の しつもん",
    "A question for you",
  ],
  pollNote: [
    "だれがどれをえらんだかは、ほかの子《こ》には見《み》えません。答《こた》えなくてもかまいません。",
    "だれが えらんだか、 ほかの 子《こ》は 見《み》えません。 こたえなくても いいです。",
    "Others do not see who chose what. You need not answer.",
  ],
  pollMine: ["あなたの答《こた》え", "あなたの こたえ", "Your answer"],
  pollClosed: ["しめきりました", "おわりました", "Closed"],
  pollCount: ["{n}人《にん》", "{n}人《にん》", "{n}"],
  ask: ["先生《せんせい》に聞《き》く", "先生《せんせい》に きく", "Ask the teacher"],
  askNote: [
    "先生《せんせい》とスタッフだけが読《よ》みます。",
    "先生《せんせい》と スタッフだけが よみます。",
    "Only the teacher and the staff read it.",
  ],
  askNoteShared: [
    "授業《じゅぎょう》をひらいた町《まち》の先生《せんせい》と、スタッフだけが読《よ》みます。",
    "じゅぎょうを する 町《まち》の 先生《せんせい》と、 スタッフだけが よみます。",
    "Only the staff of this town and of the town that holds the lesson read it.",
  ],
  askField: ["聞《き》きたいこと", "ききたい こと", "What would you like to ask?"],
  askSend: ["おくる", "おくる", "Send"],
  askAnswered: ["答《こた》えました", "こたえました", "Answered"],
  didAnswer: ["答《こた》えた", "こたえた", "I have answered"],
  firstPage: ["最初《さいしょ》のページ", "さいしょの ページ", "First page"],
  seen: ["わかりました", "わかりました", "I have seen it"],
  untaught: [
    "授業中《じゅぎょうちゅう》に、授業者《じゅぎょうしゃ》がいません。担当《たんとう》の人《ひと》を呼《よ》んでください。",
    "先生《せんせい》が いません。 よんで ください。",
    "The instructor is not in the lesson. Please call them.",
  ],
  askDone: ["おくりました。", "おくりました。", "Sent."],
  askHeld: [
    "おくりました。スタッフが読《よ》んでから、先生《せんせい》にわたします。",
    "おくりました。 スタッフが よんでから、 先生《せんせい》に わたします。",
    "Sent. The staff read it first.",
  ],

  /* For who teaches, in the same panel. */
  next: ["つぎのページ", "つぎの ページ", "Next page"],
  back: ["前《まえ》のページ", "まえの ページ", "Page before"],
  here: ["いま{n}人《にん》出《で》ています", "いま {n}人《にん》 います", "{n} taking part"],
  hereOwn: [
    "この町《まち》から、いま{n}人《にん》出《で》ています",
    "この まちから {n}人《にん》 います",
    "{n} taking part from this town",
  ],
  hands: ["手《て》をあげている人《ひと》", "手《て》を あげた 人《ひと》", "Hands up"],
  handsNone: ["いまはいません。", "いまは いません。", "None just now."],
  lower: ["おろす", "おろす", "Lower"],
  questions: ["質問《しつもん》", "しつもん", "Questions"],
  questionsNone: ["まだありません。", "まだ ありません。", "None yet."],
  askPoll: ["みんなに聞《き》く", "みんなに きく", "Ask everybody"],
  pollQuestion: ["質問《しつもん》", "しつもん", "Question"],
  pollChoice: ["答《こた》え{n}", "こたえ {n}", "Answer {n}"],
  pollMore: ["答《こた》えを増《ふ》やす", "こたえを ふやす", "One more answer"],
  pollOpen: ["聞《き》きはじめる", "ききはじめる", "Open"],
  pollClose: ["しめきる", "おわりに する", "Close"],
  pollNeed: [
    "質問《しつもん》と、2つ以上《いじょう》の答《こた》えを書《か》いてください。",
    "しつもんと、 2つの こたえを かいて ください。",
    "Write a question and two or more answers.",
  ],
  unstaffed: [
    "授業中《じゅぎょうちゅう》に、支援員《しえんいん》がいません。教室《きょうしつ》へ行《い》くか、担当《たんとう》の人《ひと》を呼《よ》んでください。",
    "スタッフが いません。 きょうしつへ いって ください。",
    "No supporter is in the lesson. Please go there, or call who is on duty.",
  ],
} satisfies Record<string, Word>;
