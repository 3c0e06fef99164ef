/* The one table of what notices say. Nothing is ever added to these texts but the link: no
 * name, no place, no word of what happened (AI-4.6-3; no risk value in mail, NI-2.1-2). */
#include "tenants/notify/notify.h"

static const struct notify_words kinds[NOTIFY_KIND_N] = {
    [NOTIFY_SOS] = {"sos", 0, true, "【至急】すぐに一覧を開いてください",
                    "居場所から、急ぎのお知らせがあります。\n"
                    "すぐに一覧を開いてください。\n"},
    [NOTIFY_INCIDENT] = {"incident", 1, true, "【重要】確かめてほしいお知らせがあります",
                         "居場所から、早めに確かめてほしいお知らせがあります。\n"
                         "一覧を開いてください。\n"},
    [NOTIFY_REPORT] = {"report", 3, true, "居場所の報告ができました",
                       "居場所から新しいお知らせがあります。\n"
                       "一覧を開いてください。\n"},
    [NOTIFY_ACCOUNT] = {"account", 2, false, "お知らせの送り先の確認",
                        "居場所からのお知らせの送り先として、この宛先が登録されました。\n"
                        "つぎのリンクを開くと、確認が終わり、お知らせが届くようになります。\n"},
    [NOTIFY_TEST] = {"test", 2, false, "居場所からの送信テスト",
                     "これは送信テストです。\n"
                     "つぎのリンクを開くと、届いたことが記録されます。\n"},
};

const char notify_tail_ja[] =
    "このリンクは、登録されたご本人のIDでログインしたときだけ開きます。\n"
    "お知らせの中身は、このメールには書かれていません。\n"
    "心当たりのないときは、何もせずに消してください。\n";

const char notify_attached_ja[] =
    "このメールには、暗号化したファイル（ZIP、AES-256）が付いています。\n"
    "パスワードは、このリンクからログインした画面で、一度だけ表示します。\n"
    "メールでお知らせすることはありません。\n"
    "ファイルを開くには、AES-256のZIPに対応したソフト（7-Zipなど）が必要です。\n"
    "リンクは、登録されたご本人のIDでログインしたときだけ開きます。\n"
    "心当たりのないときは、ファイルを開かずに消してください。\n";

const struct notify_words *notify_words(enum notify_kind kind)
{
    return &kinds[kind];
}

enum err notify_kind_parse(struct span id, enum notify_kind *kind_out, struct fail *why)
{
    for (int i = 0; i < NOTIFY_KIND_N; i++)
        if (span_eq(id, span_text(kinds[i].id))) {
            *kind_out = (enum notify_kind)i;
            return ERR_OK;
        }
    return fail_set(why, ERR_INVALID, "no such kind of notice");
}
