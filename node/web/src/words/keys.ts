import type { Word } from "./word.js";

/** The municipality's half of the key: made, checked and typed by the board of education. */
export const keys = {
  title: [
    "鍵《かぎ》の紙《かみ》を作《つく》る",
    "かぎの 紙《かみ》を つくる",
    "Make the key sheet",
  ],
  why: [
    "名前《なまえ》や記録《きろく》は、2つの半分《はんぶん》がそろったときだけ開《ひら》く鍵《かぎ》で守《まも》られています。この画面《がめん》で、自治体《じちたい》だけが持《も》つ半分《はんぶん》を作《つく》り、1枚《まい》の紙《かみ》にします。",
    "なまえや きろくは、 かぎで まもります。 かぎは 2つに わかれて います。 ここで、 町《まち》が もつ はんぶんを つくります。 そして 1まいの 紙《かみ》に します。",
    "Names and records are locked by a key in two halves. Here you make the half that only the municipality holds, and put it on one sheet of paper.",
  ],
  rule1: [
    "画面《がめん》に出《で》るのは一度《いちど》だけです。印刷《いんさつ》できる場所《ばしょ》で始《はじ》めてください。",
    "でるのは 1かいだけです。 いんさつ できる ところで はじめて ください。",
    "It is shown once only. Start where you can print.",
  ],
  rule2: [
    "写真《しゃしん》に撮《と》らず、ファイルにも保存《ほぞん》しないでください。",
    "しゃしんを とらないで ください。 ファイルに しないで ください。",
    "Take no photo and save no file of it.",
  ],
  rule3: [
    "紙《かみ》は封筒《ふうとう》に入《い》れ、金庫《きんこ》にしまってください。",
    "紙《かみ》は ふうとうに いれて、 きんこに しまって ください。",
    "Put the sheet into an envelope and the envelope into a safe.",
  ],
  rule4: [
    "サーバーが止《と》まったあとや、半年《はんとし》ごとの確認《かくにん》で使《つか》います。",
    "サーバーが とまった あとに つかいます。 はんとしに 1かい たしかめます。",
    "It is needed after a server stop, and for the check every half year.",
  ],
  alone: [
    "画面《がめん》をのぞかれない場所《ばしょ》にいます",
    "だれも この がめんを みて いません",
    "Nobody else can see this screen",
  ],
  make: ["作《つく》る", "つくる", "Make it"],
  needAlone: [
    "まわりを確《たし》かめて、しるしを付《つ》けてください。",
    "まわりを みて、 しるしを つけて ください。",
    "Please look around and tick the box.",
  ],
  shown: [
    "この紙《かみ》を印刷《いんさつ》してください",
    "この 紙《かみ》を いんさつして ください",
    "Print this sheet",
  ],
  shownLead: [
    "「紙《かみ》を手《て》に取《と》った」を押《お》すと、この24の言葉《ことば》はもう表示《ひょうじ》されません。",
    "「紙《かみ》を もちました」を おすと、 ことばは もう でません。",
    "After you press “I hold the sheet” the 24 words are not shown again.",
  ],
  print: ["印刷《いんさつ》する（1枚《まい》だけ）", "いんさつする （1まい）", "Print (one copy)"],
  held: ["紙《かみ》を手《て》に取《と》った", "紙《かみ》を もちました", "I hold the sheet"],
  asked: [
    "紙《かみ》を見《み》て、3つ入《い》れてください",
    "紙《かみ》を みて、 3つ いれて ください",
    "Read three words from the sheet",
  ],
  askedLead: [
    "読《よ》める紙《かみ》ができたことを確《たし》かめます。",
    "紙《かみ》が よめるか たしかめます。",
    "This makes sure that the sheet can be read.",
  ],
  word: ["{n}番《ばん》の言葉《ことば》", "{n}ばんの ことば", "Word {n}"],
  wrong: [
    "{n}番《ばん》がちがうようです。紙《かみ》の同《おな》じ番号《ばんごう》を見《み》てください。",
    "{n}ばんが ちがいます。 紙《かみ》の おなじ ばんごうを みて ください。",
    "Word {n} does not match. Please look at the same number on the sheet.",
  ],
  send: [
    "確《たし》かめて、鍵《かぎ》を始《はじ》める",
    "たしかめて、 かぎを はじめる",
    "Check and start the key",
  ],
  sending: ["送《おく》っています…", "おくって います…", "Sending…"],
  givenUp: [
    "その紙《かみ》では合《あ》いませんでした",
    "その 紙《かみ》では あいませんでした",
    "That sheet did not match",
  ],
  givenUpLead: [
    "何《なに》も送《おく》られていません。その紙《かみ》は細《こま》かく切《き》って捨《す》て、新《あたら》しく作《つく》ってください。",
    "なにも おくって いません。 その 紙《かみ》は きって すてて ください。 そして あたらしく つくって ください。",
    "Nothing was sent. Please shred that sheet and make a new one.",
  ],
  again: ["新《あたら》しく作《つく》る", "あたらしく つくる", "Make a new one"],
  done: ["鍵《かぎ》が始《はじ》まりました", "かぎが はじまりました", "The key is in place"],
  doneLead: [
    "紙《かみ》の確認番号《かくにんばんごう》が下《した》と同《おな》じことを確《たし》かめ、封筒《ふうとう》に入《い》れて金庫《きんこ》にしまってください。",
    "紙《かみ》の ばんごうが したと おなじか みて ください。 紙《かみ》を きんこに しまって ください。",
    "See that the check code on the sheet is the one below, then put the sheet into the safe.",
  ],
  code: ["確認番号《かくにんばんごう》", "たしかめる ばんごう", "Check code"],

  invitation: ["招待番号《しょうたいばんごう》", "しょうたいの ばんごう", "Invitation"],
  invitationNote: [
    "運用者《うんようしゃ》が一度《いちど》だけ使《つか》えるものを出《だ》します（例《れい》 ABCD-EFGH-JKMN）。",
    "うんようの 人《ひと》から もらいます。 （れい ABCD-EFGH-JKMN）",
    "The operator gives one that works once (such as ABCD-EFGH-JKMN).",
  ],
  sendNext: [
    "確《たし》かめて、二人目《ふたりめ》に渡《わた》す",
    "たしかめて、 ふたりめに わたす",
    "Check and hand over to the second person",
  ],

  toKeys: ["鍵《かぎ》のページへもどる", "かぎの ページへ もどる", "Back to the keys"],
  keysTitle: ["鍵《かぎ》", "かぎ", "Keys"],
  state: ["いまのようす", "いまの ようす", "State"],
  isOpen: ["あいています", "あいて います", "Open"],
  isShut: ["しまっています", "しまって います", "Locked"],
  boot: [
    "サーバーが止《と》まったあとの開《あ》け方《かた》",
    "サーバーが とまった あと",
    "After a server stop",
  ],
  bootSheet: [
    "鍵《かぎ》の紙《かみ》を入《い》れる",
    "かぎの 紙《かみ》を いれる",
    "Type the key sheet",
  ],
  bootToken: [
    "この機械《きかい》に置《お》いた鍵《かぎ》で開《ひら》く（試用《しよう》のときだけ）",
    "この きかいの かぎで ひらく （ためす とき だけ）",
    "By a token on this machine (for trials only)",
  ],
  bootEscrow: [
    "都道府県《とどうふけん》に預《あず》けた鍵《かぎ》で開《ひら》く",
    "県《けん》に あずけた かぎで ひらく",
    "By the copy kept at the prefecture",
  ],
  generation: ["世代《せだい》", "なんばんめ", "Generation"],
  checkNote: [
    "しまってある紙《かみ》が、いまの鍵《かぎ》と合《あ》うか調《しら》べます。半年《はんとし》に一度《いちど》どうぞ。",
    "紙《かみ》が ただしいか しらべます。 はんとしに 1かい しらべます。",
    "See whether the stored sheet still fits the key. Do it every half year.",
  ],
  replaceTitle: [
    "鍵《かぎ》の紙《かみ》を取《と》り替《か》える",
    "かぎの 紙《かみ》を かえる",
    "Replace the key sheet",
  ],
  replaceNote: [
    "失《な》くしたとき、見《み》られたとき、担当《たんとう》が替《か》わったとき。二人《ふたり》で行《おこな》います。",
    "なくした とき、 みられた ときに かえます。 ふたりで します。",
    "When it was lost or seen, or people changed. It takes two persons.",
  ],
  replaceWhy: [
    "新《あたら》しい紙《かみ》を作《つく》ります。二人目《ふたりめ》が承認《しょうにん》すると、古《ふる》い紙《かみ》では開《ひら》かなくなります。",
    "あたらしい 紙《かみ》を つくります。 ふたりめが いいと いったら、 ふるい 紙《かみ》は つかえません。",
    "You make a new sheet. Once a second person approves it, the old one opens nothing any more.",
  ],
  escrowTitle: [
    "鍵《かぎ》の半分《はんぶん》を預《あず》ける",
    "かぎの はんぶんを あずける",
    "Half of the key in keeping",
  ],
  escrowNote: [
    "都道府県《とどうふけん》に預《あず》けると、再起動《さいきどう》してもひとりでに開《ひら》きます。預《あず》けてあるか、返《かえ》されたかを見《み》て、取《と》り消《け》せます。",
    "県《けん》に あずけると、 ひとりでに ひらきます。 とりけせます。",
    "Kept at the prefecture, it opens the node after a restart. See whether it is there and was given back; revoke it.",
  ],
  proposed: [
    "二人目《ふたりめ》の承認《しょうにん》を待《ま》っています",
    "ふたりめを まって います",
    "Waiting for the second person",
  ],
  proposedLead: [
    "10分《ぷん》以内《いない》に、もう一人《ひとり》の教育委員会《きょういくいいんかい》の人《ひと》が自分《じぶん》で入《はい》り、「鍵《かぎ》」から、この紙《かみ》の確認番号《かくにんばんごう》を入《い》れてください。それまでは古《ふる》い紙《かみ》のままです。",
    "10ぷんの あいだに、 もう ひとりが はいって ください。 「かぎ」を ひらいて、 この 紙《かみ》の ばんごうを いれて ください。 それまでは ふるい 紙《かみ》の ままです。",
    "Within 10 minutes another person of the board signs in, opens “Keys” and types the check code of this sheet. Until then the old sheet stands.",
  ],
  approveTitle: [
    "新《あたら》しい紙《かみ》を承認《しょうにん》する",
    "あたらしい 紙《かみ》を みとめる",
    "Approve the new sheet",
  ],
  approveNote: [
    "もう一人《ひとり》が作《つく》った紙《かみ》を手《て》に取《と》り、承認《しょうにん》します。",
    "もう ひとりが つくった 紙《かみ》を みて、 みとめます。",
    "Take the sheet that the other person made, and approve it.",
  ],
  approveLead: [
    "新《あたら》しい紙《かみ》を手《て》に取《と》り、その確認番号《かくにんばんごう》を入《い》れてください。承認《しょうにん》すると、古《ふる》い紙《かみ》では開《ひら》かなくなります。",
    "あたらしい 紙《かみ》を もって ください。 その ばんごうを いれて ください。 ふるい 紙《かみ》は つかえなく なります。",
    "Take the new sheet in hand and type its check code. Once approved, the old sheet opens nothing.",
  ],
  newCode: [
    "新《あたら》しい紙《かみ》の確認番号《かくにんばんごう》",
    "あたらしい 紙《かみ》の ばんごう",
    "Check code of the new sheet",
  ],
  approveDo: ["承認《しょうにん》する", "みとめる", "Approve"],
  approved: [
    "新《あたら》しい紙《かみ》に替《か》わりました。古《ふる》い紙《かみ》は細《こま》かく切《き》って捨《す》ててください。",
    "あたらしい 紙《かみ》に なりました。 ふるい 紙《かみ》は きって すてて ください。",
    "The new sheet is in force. Please shred the old one.",
  ],
  noProposal: [
    "承認《しょうにん》を待《ま》つ紙《かみ》はありません。10分《ぷん》を過《す》ぎたものは、作《つく》り直《なお》してください。",
    "まって いる 紙《かみ》は ありません。 10ぷんを すぎたら、 もう いちど つくって ください。",
    "No sheet waits for approval. After 10 minutes it has to be made again.",
  ],

  checkTitle: [
    "鍵《かぎ》の紙《かみ》を確《たし》かめる",
    "かぎの 紙《かみ》を たしかめる",
    "Check the key sheet",
  ],
  checkLead: [
    "紙《かみ》の24の言葉《ことば》を入《い》れると、いまの鍵《かぎ》と合《あ》うかを調《しら》べます。何《なに》も変《か》わりません。",
    "紙《かみ》の 24の ことばを いれて ください。 かぎと あうか しらべます。 なにも かわりません。",
    "Type the 24 words of the sheet to see whether they fit the key. Nothing changes.",
  ],
  checkDo: ["調《しら》べる", "しらべる", "Check"],
  fits: [
    "この紙《かみ》は、いまの鍵《かぎ》と合《あ》っています。",
    "この 紙《かみ》は ただしいです。",
    "This sheet fits the key.",
  ],
  unlockTitle: ["鍵《かぎ》をあける", "かぎを あける", "Unlock"],
  unlockLead: [
    "サーバーが止《と》まったあとは、鍵《かぎ》の紙《かみ》であけるまで、だれも入《はい》れません。金庫《きんこ》の紙《かみ》の24の言葉《ことば》を入《い》れてください。",
    "サーバーが とまりました。 かぎを あけるまで、 だれも はいれません。 紙《かみ》の 24の ことばを いれて ください。",
    "After a server stop nobody can come in until the key is unlocked. Type the 24 words of the sheet in the safe.",
  ],
  unlockDo: ["あける", "あける", "Unlock"],
  unlocked: [
    "あきました。みんながはいれます。",
    "あきました。 みんな はいれます。",
    "It is open. Everyone can come in.",
  ],
  officeOnly: [
    "この画面《がめん》は、教育委員会《きょういくいいんかい》の端末《たんまつ》からだけ使《つか》えます。",
    "この がめんは、 町《まち》の きかいで つかいます。",
    "This page works only from the office of the board of education.",
  ],
  place: ["{n}番《ばん》", "{n}ばん", "No. {n}"],
  notFilled: [
    "あと{n}個《こ》の言葉《ことば》を入《い》れてください。",
    "あと {n}この ことばを いれて ください。",
    "{n} more words, please.",
  ],
  notListed: [
    "{n}番《ばん》の言葉《ことば》が一覧《いちらん》にありません。紙《かみ》の文字《もじ》を見直《みなお》してください。",
    "{n}ばんの ことばが ちがいます。 紙《かみ》を もう いちど みて ください。",
    "Word {n} is not in the list. Please look at the sheet again.",
  ],
  notWhole: [
    "24の言葉《ことば》のどれかがちがうようです。紙《かみ》と順《じゅん》に見比《みくら》べてください。",
    "どれかの ことばが ちがいます。 1ばんから みて ください。",
    "One of the 24 words is not right. Please compare them with the sheet in order.",
  ],
  readDo: ["読《よ》み取《と》る", "よみとる", "Read"],
  codeSame: [
    "紙《かみ》の確認番号《かくにんばんごう》は {code} ですか。",
    "紙《かみ》の ばんごうは {code} ですか。",
    "Is the check code on the sheet {code}?",
  ],

  paperTitle: [
    "いばしょ 鍵《かぎ》の紙《かみ》（自治体《じちたい》の半分《はんぶん》）",
    "いばしょ かぎの 紙《かみ》",
    "Ibasho key sheet (the municipality's half)",
  ],
  paperTown: ["自治体《じちたい》", "町《まち》", "Municipality"],
  paperNode: ["ノード番号《ばんごう》", "ノードの ばんごう", "Node"],
  paperDate: ["作成日《さくせいび》", "つくった 日《ひ》", "Date"],
  paperDateBlank: [
    "　　　　年《ねん》　　　月《がつ》　　　日《にち》",
    "　　年《ねん》　　月《がつ》　　日《にち》",
    "　　year　　month　　day",
  ],
  paperName: ["作成者《さくせいしゃ》", "つくった 人《ひと》", "Made by"],
  paperWitness: ["立会者《たちあいしゃ》", "みて いた 人《ひと》", "Witness"],
  paperSeal: ["印《いん》", "いん", "seal"],
  paperPlace: ["保管場所《ほかんばしょ》", "しまう ところ", "Kept at"],
  paperRules: [
    "この紙《かみ》がないと、サーバーが止《と》まったあとに記録《きろく》を開《ひら》けません。封筒《ふうとう》に入《い》れて金庫《きんこ》に保管《ほかん》してください。複写《ふくしゃ》・撮影《さつえい》・ファイル保存《ほぞん》・電話《でんわ》での読《よ》み上《あ》げはしないでください。見《み》られたり失《な》くしたりしたときは、運営《うんえい》担当《たんとう》にすぐ伝《つた》え、2人《ふたり》で新《あたら》しい紙《かみ》に替《か》えてください。",
    "この 紙《かみ》が ないと、 きろくを ひらけません。 きんこに しまって ください。 コピーしないで ください。 しゃしんを とらないで ください。 なくしたら、 すぐに いって ください。",
    "Without this sheet the records cannot be opened after a server stop. Keep it in an envelope in a safe. Do not copy it, photograph it, save it or read it out on the telephone. If it was seen or lost, tell the operator at once and replace it, two persons together.",
  ],
} satisfies Record<string, Word>;
