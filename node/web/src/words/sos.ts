import type { Word } from "./word.js";

/** Calling for help, at any hour. What stands here is never more than is known. Student-facing. */
export const sos = {
  title: ["たすけて（SOS）", "たすけて（SOS）", "Help (SOS)"],
  waiting: [
    "まだ送《おく》れていません。つながったら、すぐに送《おく》ります。このままで、だいじょうぶです。",
    "まだ おくって いません。 つながったら、 すぐ おくります。 このままで だいじょうぶです。",
    "Not sent yet. It will be sent as soon as there is a connection. You need do nothing.",
  ],
  sent: [
    "とどきました。まだ、だれも見《み》ていません。",
    "とどきました。 まだ だれも みて いません。",
    "It has arrived. Nobody has seen it yet.",
  ],
  seen: [
    "{time}に、おとなの人《ひと》が見《み》ました。",
    "{time}に、 おとなが みました。",
    "An adult has seen it at {time}.",
  ],
  seenSome: [
    "おとなの人《ひと》が見《み》ました。",
    "おとなが みました。",
    "An adult has seen it.",
  ],
  answer: [
    "おとなの人《ひと》が、いま動《うご》いています（{time}）。",
    "おとなが いま うごいて います。（{time}）",
    "An adult is taking care of it now ({time}).",
  ],
  answerSome: [
    "おとなの人《ひと》が、いま動《うご》いています。",
    "おとなが いま うごいて います。",
    "An adult is taking care of it now.",
  ],
  close: [
    "このSOSは、おわりました。また、いつでもおせます。",
    "この SOSは おわりました。 また いつでも おせます。",
    "This call has come to its end. You can press again at any time.",
  ],
  undone: [
    "とりけしました。また、いつでもおせます。",
    "とりけしました。 また いつでも おせます。",
    "Taken back. You can press again at any time.",
  ],
  undo: ["とりけす（あと{n}）", "とりけす（あと {n}）", "Take back ({n})"],
  kinds: [
    "どんなことですか。えらばなくても、だいじょうぶです。",
    "どんな ことですか。 えらばなくても いいです。",
    "What is it about? You need not choose.",
  ],
  kindBody: ["からだがつらい", "からだが つらい", "I feel unwell"],
  kindScared: ["こわいことがあった", "こわい ことが あった", "Something frightening"],
  kindSad: ["気持《きも》ちがつらい", "きもちが つらい", "I feel bad"],
  kindTalk: ["話《はなし》がしたい", "はなしたい", "I want to talk"],
  kindOther: ["ほかのこと", "ほかの こと", "Something else"],
  again: ["もう一度《いちど》知《し》らせる", "もう いちど しらせる", "Call again"],
  shut: ["とじる", "とじる", "Close"],

  lines: ["電話《でんわ》もできます", "でんわも できます", "You can also phone"],
  linesNote: [
    "お金《かね》はかかりません。名前《なまえ》を言《い》わなくても、だいじょうぶです。",
    "お金《かね》は いりません。 なまえは いわなくて いいです。",
    "The calls are free. You need not say your name.",
  ],
  line24: [
    "24時間《じかん》子供《こども》SOSダイヤル",
    "24じかん こども SOS ダイヤル",
    "24-hour children's SOS line",
  ],
  line24Note: [
    "夜《よる》も休《やす》みの日《ひ》も、いつでも",
    "よるも やすみも いつでも",
    "day and night, every day",
  ],
  line189: ["いちはやく（189）", "いちはやく（189）", "189, for children at risk"],
  line189Note: [
    "家《いえ》や大人《おとな》がこわいとき。いつでも",
    "いえや おとなが こわい とき。 いつでも",
    "when home or an adult frightens you; at any hour",
  ],
  lineChild: ["チャイルドライン", "チャイルドライン", "Childline"],
  lineChildNote: [
    "18さいまで。毎日《まいにち》 夕方《ゆうがた》4時《じ》から夜《よる》9時《じ》",
    "18さいまで。 まいにち ごご 4じから 9じ",
    "up to 18; every day from 4 to 9 pm",
  ],
  line110: [
    "いま、あぶないときは 110（けいさつ）、119（きゅうきゅう車《しゃ》）",
    "いま あぶない とき： 110（けいさつ）、 119（きゅうきゅうしゃ）",
    "In danger right now: 110 (police), 119 (ambulance)",
  ],
} satisfies Record<string, Word>;
