#include "node/support/procedure.h"

#include <stddef.h>

const struct procedure procedures[PROCEDURES_N] = {
    {"harassment",
     "迷惑行為への対応",
     {{"発言やようすを確かめ、ほかの児童生徒から離す（チャットを止める・退室）", "支援員", 2},
      {"本人に、文例で注意を伝える", "支援員", 5},
      {"いやな思いをした児童生徒に声をかけ、ようすを聞く", "支援員", 10},
      {"発言と対応を記録に残す", "支援員", 15},
      {"緊急性と深刻性を決め、委託者に報告する", "業務責任者", 15},
      {"在籍校と、これからの見守り方を決める", "委託者・在籍校", 0}}},
    {"bullying",
     "いじめへの対応",
     {{"いじめを受けた児童生徒の安全を確かめ、一人にしない", "支援員", 2},
      {"発言を止め、記録を残す（消さない）", "支援員", 5},
      {"いじめを受けた児童生徒の話を、急がせずに聞く", "支援員", 15},
      {"緊急性と深刻性を決め、委託者に報告する", "業務責任者", 15},
      {"在籍校に知らせる（いじめ防止対策推進法にもとづく対応は学校が行う）", "委託者", 60},
      {"保護者への連絡のしかたを在籍校と決める", "委託者・在籍校", 0},
      {"行った側の児童生徒に、事実を確かめて指導する", "在籍校", 0},
      {"一週間、毎日ようすを確かめる", "支援員", 0}}},
    {"crisis",
     "危機介入（自分や人を傷つけるおそれ）",
     {{"一対一で話せるようにし、会話を切らさない。一人で対応せず、もう一人を呼ぶ", "支援員", 1},
      {"いまいる場所と、危ない物が近くにないかを確かめる", "支援員", 3},
      {"命の危険があるときは、110番・119番に電話する", "気づいた人", 3},
      {"委託者と在籍校の当番に電話で知らせる", "業務責任者", 5},
      {"保護者か、そばにいる大人につなぐ", "委託者・在籍校", 10},
      {"24時間の相談先を伝える", "支援員", 10},
      {"発言と対応の時刻を記録に残す", "支援員", 30},
      {"翌日までに、これからの支えを関係者で決める", "委託者・在籍校", 0}}},
};

const struct procedure *procedure_find(struct span id)
{
    for (size_t i = 0; i < PROCEDURES_N; i++)
        if (span_eq(id, span_text(procedures[i].id)))
            return &procedures[i];
    return NULL;
}

int procedure_n_steps(const struct procedure *procedure)
{
    int n = 0;

    while (n < PROCEDURE_STEPS_MOST && procedure->steps[n].text_ja != NULL)
        n++;
    return n;
}

const struct warning_template warning_templates[WARNING_TEMPLATES_N] = {
    {"hurt", "bullying", "ことばについて",
     "いまのことばで、きずついた人がいるかもしれません。人がいやな気もちになることばは、"
     "つかわないでください。"},
    {"alone", "bullying", "なかまについて",
     "だれかをなかまはずれにすることばは、つかわないでください。ここは、みんなの場所です。"},
    {"contact", "contact", "れんらく先について",
     "電話番号やアカウントなどのれんらく先は、ここではおしえたり、聞いたりしないでください。"
     "あなたとみんなをまもるためです。"},
    {"meet", "contact", "会うやくそくについて",
     "ここで知り合った人と、外で会うやくそくはしないでください。会いたいときは、職員に話して"
     "ください。"},
    {"flood", "trouble", "書きこみについて",
     "おなじことを何度も書くと、ほかの人が話せなくなります。少しまってから書いてください。"},
    {"dirty", "trouble", "ことばについて",
     "人がいやがることばや、ここにあわないことばは、書かないでください。"},
    {"person", "trouble", "人のことについて",
     "ほかの人の名前や家のことなどは、ここに書かないでください。"},
};

const struct warning_template *warning_template_find(struct span id)
{
    for (size_t i = 0; i < WARNING_TEMPLATES_N; i++)
        if (span_eq(id, span_text(warning_templates[i].id)))
            return &warning_templates[i];
    return NULL;
}
