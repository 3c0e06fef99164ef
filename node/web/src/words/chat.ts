import type { Word } from "./word.js";

/** Written talk in the place: with all, with one, and without words. Student-facing. */
export const chat = {
  title: ["おしゃべり", "おしゃべり", "Chat"],
  toFloor: [
    "このフロアのみんなに見《み》えます。",
    "この フロアの みんなに みえます。",
    "Everyone on this floor can read this.",
  ],
  toRoom: [
    "この部屋《へや》の人《ひと》だけに見《み》えます。",
    "この へやの 人《ひと》だけに みえます。",
    "Only those in this room can read this.",
  ],
  toOne: [
    "ふたりだけの話《はなし》です。スタッフは、読《よ》むことがあります。",
    "ふたりだけの はなしです。 スタッフは よむ ことが あります。",
    "Just the two of you. Staff may read it, too.",
  ],
  staffMay: [
    "ふたりだけの話《はなし》も、のこります。あなたをまもるために、スタッフが読《よ》むことがあります。",
    "ふたりの はなしも のこります。 まもる ために、 スタッフが よむ ことが あります。",
    "What you two write is kept. Staff may read it, to keep you safe.",
  ],
  ok: ["わかりました", "わかりました", "I see"],
  field: ["ことば", "ことば", "Your words"],
  send: ["おくる", "おくる", "Send"],
  left: ["あと{n}文字《もじ》", "あと {n}もじ", "{n} letters left"],
  over: ["{n}文字《もじ》 多《おお》いです", "{n}もじ おおいです", "{n} letters too many"],
  pending: ["おくっています…", "おくって います…", "Sending…"],
  said: ["とどきました", "とどきました", "Sent"],
  held: [
    "みまもりの人《ひと》が見《み》てから出《で》ます。",
    "スタッフが みてから でます。",
    "It will appear once a staff member has looked at it.",
  ],
  heldWhy: [
    "住所《じゅうしょ》や電話《でんわ》など、あなたをまもるための決《き》まりです。おこられているのではありません。",
    "じゅうしょや でんわは、 だいじです。 まもる ための きまりです。 だいじょうぶです。",
    "It is a rule that keeps addresses, phone numbers and the like safe. You are not in trouble.",
  ],
  kept: [
    "このことばは、みんなには出《で》ませんでした。",
    "この ことばは でませんでした。",
    "This one was not shown to the others.",
  ],
  failed: ["まだ、とどいていません。", "まだ とどいて いません。", "Not sent yet."],
  retry: ["もう一度《いちど》おくる", "もう いちど おくる", "Send again"],
  drop: ["けす", "けす", "Discard"],
  moved: [
    "場所《ばしょ》がかわったので、おくりませんでした。",
    "ところが かわりました。 おくって いません。",
    "You went elsewhere, so it was not sent.",
  ],
  watching: [
    "「みてるだけ」の間《あいだ》は、読《よ》むだけです。",
    "「みるだけ」の とき、 よむだけです。",
    "While just looking, you can only read.",
  ],
  startText: ["書《か》けるようにする", "かけるように する", "Start writing"],
  empty: [
    "きょうは、まだことばがありません。",
    "きょうは まだ ことばが ありません。",
    "No words yet today.",
  ],
  newer: ["あたらしいことば（{n}）", "あたらしい ことば（{n}）", "New words ({n})"],
  toName: ["{name}さんへ", "{name}さんへ", "to {name}"],
  toYou: ["あなたへ", "あなたへ", "to you"],
  toThem: ["この人《ひと》に言《い》う", "この 人《ひと》に いう", "Write to"],
  notTo: ["みんなに", "みんなに", "To everyone"],
  me: ["わたし", "わたし", "Me"],
  gone: [
    "スタッフが、ことばをしまいました。",
    "スタッフが ことばを しまいました。",
    "Staff have put these words away.",
  ],
  lineFrom: ["{name}さん：{text}", "{name}さん： {text}", "{name}: {text}"],
  linesFrom: [
    "あたらしいことばが{n}あります。",
    "あたらしい ことばが {n} あります。",
    "{n} new lines.",
  ],

  /* Talks of two. */
  talks: ["ふたりの話《はなし》", "ふたりの はなし", "Just two"],
  everyone: ["みんな", "みんな", "Everyone"],
  everyoneIn: ["部屋《へや》のみんな", "へやの みんな", "All in the room"],
  ask: ["ふたりで話《はな》す", "ふたりで はなす", "Talk, just us"],
  asked: [
    "{name}さんに聞《き》きました。返事《へんじ》を待《ま》っています。",
    "{name}さんに ききました。 へんじを まちます。",
    "{name} has been asked. Waiting for an answer.",
  ],
  askedBy: [
    "{name}さんが、ふたりで話《はな》したいそうです。",
    "{name}さんが ふたりで はなしたいです。",
    "{name} would like to talk, just you two.",
  ],
  yes: ["いいよ", "いいです", "Yes"],
  no: ["いまはいい", "いまは いいです", "Not now"],
  never: [
    "この人《ひと》とは話《はな》さない",
    "この 人《ひと》とは はなさない",
    "Never with them",
  ],
  leave: ["話《はなし》をおわる", "はなしを おわる", "End this talk"],
  talkOver: [
    "この話《はなし》は、おわりました。",
    "この はなしは おわりました。",
    "This talk has ended.",
  ],
  close: ["とじる", "とじる", "Close"],
  blocks: [
    "ふたりでは話《はな》さない人《ひと》",
    "ふたりで はなさない 人《ひと》",
    "Those I do not talk with",
  ],
  blocksNone: ["だれもいません。", "だれも いません。", "Nobody."],
  blocksNote: [
    "あいてには、知《し》らせません。いつでも、もどせます。",
    "あいては しりません。 いつでも もどせます。",
    "They are not told. You can change it at any time.",
  ],
  blocked: [
    "この人《ひと》とは、ふたりで話《はな》さないようにしました。",
    "この 人《ひと》と ふたりで はなしません。",
    "You will not be asked to talk by this person.",
  ],
  unblock: ["もどす", "もどす", "Undo"],
  unread: ["あたらしい", "あたらしい", "New"],

  /* Without words. */
  reactions: ["気持《きも》ちを出《だ》す", "きもちを だす", "Show how you feel"],
  reacted: ["{name}さん：{what}", "{name}さん： {what}", "{name}: {what}"],
} satisfies Record<string, Word>;

/** What staff have stopped, and what they have to say. Student-facing. */
export const care = {
  title: ["お知《し》らせ", "おしらせ", "For you"],
  stopChat: [
    "いまは、書《か》くのをお休《やす》みしています。",
    "いま、 かくのを おやすみして います。",
    "Writing is paused for you just now.",
  ],
  stopChatUntil: [
    "いまは、書《か》くのをお休《やす》みしています。{time}までです。",
    "いま、 かくのを おやすみして います。 {time}までです。",
    "Writing is paused for you until {time}.",
  ],
  stopReact: [
    "いまは、リアクションをお休《やす》みしています。",
    "いま、 リアクションを おやすみして います。",
    "Reactions are paused for you just now.",
  ],
  stopReactUntil: [
    "いまは、リアクションをお休《やす》みしています。{time}までです。",
    "いま、 リアクションを おやすみして います。 {time}までです。",
    "Reactions are paused for you until {time}.",
  ],
  stopMute: [
    "いまは、声《こえ》をお休《やす》みしています。",
    "いま、 こえを おやすみして います。",
    "Your voice is paused just now.",
  ],
  stopMuteUntil: [
    "いまは、声《こえ》をお休《やす》みしています。{time}までです。",
    "いま、 こえを おやすみして います。 {time}までです。",
    "Your voice is paused until {time}.",
  ],
  stopEnd: ["また使《つか》えます。", "また つかえます。", "It works again."],
  stopEject: [
    "いまは、いばしょをお休《やす》みする時間《じかん》です。",
    "いま、 おやすみする じかんです。",
    "This is a time to rest from the place.",
  ],
  stopEjectUntil: [
    "いまは、いばしょをお休《やす》みする時間《じかん》です。{time}から、またはいれます。",
    "いま、 おやすみする じかんです。 {time}から はいれます。",
    "This is a time to rest from the place. You can come in again from {time}.",
  ],
  dayTime: ["{day}の{time}", "{day}の {time}", "{day}, {time}"],
  slow: [
    "いまは、ゆっくり話《はな》す時間《じかん》です。つぎのことばまで{n}秒《びょう》です。",
    "いま、 ゆっくり はなす じかんです。 つぎまで {n}びょうです。",
    "This is a time to talk slowly: {n} seconds between two lines.",
  ],
  renamed: [
    "スタッフが、なまえをかえました。",
    "スタッフが なまえを かえました。",
    "Staff have changed your name.",
  ],
  askStaff: [
    "わからないことは、スタッフや先生《せんせい》に聞《き》けます。「SOS」もおせます。",
    "わからない とき、 スタッフか 先生《せんせい》に きいて ください。 「SOS」も おせます。",
    "If you wonder why, ask the staff or your teacher. You can press “SOS”, too.",
  ],
  warned: ["スタッフから、あなたへ", "スタッフから あなたへ", "From the staff, to you"],
  quoted: ["このことばのことです：", "この ことばの ことです：", "It is about these words:"],
  card: [
    "つらいときは、話《はなし》を聞《き》いてくれる人《ひと》がいます。",
    "つらい とき、 はなしを きく 人《ひと》が います。",
    "When things are hard, there are people who will listen.",
  ],
  cardThere: [
    "話《はなし》を聞《き》いてくれる人《ひと》",
    "はなしを きく 人《ひと》",
    "People who will listen",
  ],
  read: ["読《よ》みました", "よみました", "I have read it"],
} satisfies Record<string, Word>;

/** What a sign of feeling is called, by its kind (node/place/react_kinds.h). Student-facing. */
export const signs = {
  hello: ["こんにちは", "こんにちは", "Hello"],
  bye: ["またね", "またね", "See you"],
  thanks: ["ありがとう", "ありがとう", "Thank you"],
  sorry: ["ごめんね", "ごめんね", "Sorry"],
  nod: ["うんうん", "うんうん", "Yes, yes"],
  good: ["いいね", "いいね", "Good"],
  clap: ["はくしゅ", "はくしゅ", "Clapping"],
  heart: ["すき", "すき", "Love it"],
  smile: ["にこにこ", "にこにこ", "Smile"],
  laugh: ["わらった", "わらった", "That is funny"],
  wow: ["びっくり", "びっくり", "Wow"],
  think: ["うーん", "うーん", "Thinking"],
  question: ["はてな", "はてな", "What?"],
  hand: ["はい", "はい", "Hand up"],
  sad: ["しょんぼり", "しょんぼり", "Sad"],
  tired: ["つかれた", "つかれた", "Tired"],
  cheer: ["がんばれ", "がんばれ", "You can do it"],
  star: ["すごい", "すごい", "Great"],
} satisfies Record<string, Word>;
