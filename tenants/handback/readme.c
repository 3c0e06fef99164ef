/* data/README.ja.txt: what is in the bag, for people who have never seen one. Says no time and
 * nothing that differs from one export at the same cut to the next. */
#include <stdio.h>

#include "tenants/handback/bag.h"
#include "tenants/handback/plan.h"

static const char head[] =
    "お返しするデータについて\n"
    "========================\n"
    "\n"
    "このフォルダには、委託契約にもとづいてお預かりしていたデータのすべてが、特別なソフトが\n"
    "なくても開ける形で入っています。ほかの事業者の仕組みに移すときも、このまま渡せます。\n"
    "\n"
    "■ はじめに読むところ\n"
    "\n"
    "  excel/            表計算ソフト（Excelなど）でそのまま開ける表です。ふだん見るのは、\n"
    "                    ここだけで足ります。時刻は日本時間です。表の名前は下の一覧にあり\n"
    "                    ます。100万行をこえる表は -2、-3 と続きのファイルに分かれます。\n"
    "  data/files/       お預かりしたファイル（作品・書類など）の中身です。ファイル名は英数字\n"
    "                    64文字です。もとの名前は excel/file.csv で、その行の最後の列\n"
    "                    （sha256）がここのファイル名です。もとの名前に付けかえて開きます。\n"
    "  data/oneroster/   いまの名簿です（OneRoster 1.2 日本プロファイル）。学習用の仕組みに\n"
    "                    そのまま取り込めます。\n"
    "\n"
    "■ 移すため、確かめるためのもの\n"
    "\n"
    "  data/records/     excel/ と同じ内容の、全部の記録です（1行に1件、NDJSON形式、UTF-8、\n"
    "                    時刻は協定世界時）。\n"
    "  data/schema/      記録の列の意味と形です（JSON Schema）。\n"
    "  data/log/         だれが何をしたかの監査記録です。leaves.ndjson が記録と行の内容、\n"
    "                    checkpoints.txt が署名された検査点、key.txt が確かめるための公開鍵\n"
    "                    です。\n"
    "  manifest-sha512.txt, tagmanifest-sha512.txt, ibasho-signature.txt\n"
    "                    全部のファイルが欠けも書きかえもなくそろっていることを確かめるための\n"
    "                    一覧と署名です（BagIt 1.0、RFC 8493）。消したり書きかえたりしないで\n"
    "                    ください。excel の表を直して使うときは、写しを作ってからにします。\n"
    "\n"
    "■ 確かめ方\n"
    "\n"
    "  一覧のとおりにそろっているかは、このフォルダで次のようにして確かめられます。\n"
    "    sha512sum --check --quiet manifest-sha512.txt\n"
    "  記録に抜けがないことまで確かめるには、いっしょにお渡しする確認用のプログラム（Python）\n"
    "  か、ibasho verify bag を使います。どちらもネットワークはいりません。\n"
    "\n";
static const char rest[] =
    "■ 何が確かめられて、何が確かめられないか\n"
    "\n"
    "  ・監査の対象の表は、1行ずつ監査記録に刻まれています。刻まれた行が欠けていないこと、\n"
    "    あとから足されていないこと、日時や番号などが書きかえられていないことは、だれでも\n"
    "    確かめられます。契約と法令にもとづいて消した行には、消した記録があります。\n"
    "  ・名前や文章は、データベースでは鍵で封じてありました。監査記録に刻まれているのは封じた\n"
    "    ままの形です。鍵はお渡ししないので、ここにある文章がそれを開いたものだということは、\n"
    "    書き出した事業者の証言です（署名がその責任を示します）。\n"
    "  ・鍵を消した人の名前や文章は、もうだれにも読めません。表では「読めません」と書いて\n"
    "    あります。\n"
    "  ・パスワード、パスキー、認証アプリの秘密の値、ログイン中の端末の印は、前の仕組みでだけ\n"
    "    使えるもの（または、もとに戻せない値）なので入っていません。新しい仕組みで作りなおし\n"
    "    ます。\n"
    "  ・情報を消した人が名簿からもどらないための値（erased_source）は、前の仕組みの鍵でしか\n"
    "    照らし合わせられません。新しい仕組みで名簿を取り込むときは、消した人が名簿に残って\n"
    "    いないか、ご確認ください。\n"
    "\n"
    "■ 取り扱い\n"
    "\n"
    "  このフォルダには、児童生徒の氏名や相談の内容が、だれでも読める形で入っています。\n"
    "  持ち出しや保管は、自治体の情報セキュリティの決まりに従ってください。\n"
    "\n";

static void put_line(struct out *out, const char *name, struct span value)
{
    out_text(out, name);
    out_bytes(out, value);
    out_char(out, '\n');
}

/* Whose data it is stands in bag-info.txt: the name is the node's setting, no record. */
static enum err put_contracts(struct bag *bag, struct out *out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_i64(&args, (int64_t)bag->journal.cut.n_leaves);
    rc = db_run(bag->db, &handback_contracts, &args, &rows, why);
    out_text(out, "■ 契約（自治体の名前は bag-info.txt の Source-Organization にあります）\n");
    for (int i = 0; rc == ERR_OK && i < db_rows_n(rows); i++) {
        put_line(out, "\n  契約名      ", db_bytes(rows, i, 0));
        put_line(out, "  受託者      ", db_bytes(rows, i, 1));
        out_text(out, "  期間        ");
        out_bytes(out, db_bytes(rows, i, 2));
        put_line(out, " から ", db_bytes(rows, i, 3));
    }
    out_char(out, '\n');
    db_rows_free(&rows);
    return rc;
}

static void put_tables(struct bag *bag, struct out *out)
{
    out_text(out, "■ 表の一覧（件数・ファイル名・内容）\n\n");
    for (int i = 0; i < bag->n_plans; i++) {
        const struct data_table *t = bag->plans[i].table;
        char line[128];

        snprintf(line, sizeof line, "  %8lld  %-24s  ", (long long)bag_n_rows(bag, t->name),
                 t->name);
        out_text(out, line);
        out_text(out, t->meaning_ja);
        out_char(out, '\n');
    }
    out_text(out, "\n■ お返しするもののない表\n\n");
    for (const struct data_table_list *l = bag->conf->tables; l->n > 0; l++)
        for (int i = 0; i < l->n; i++)
            if (l->rows[i].hand_back == HAND_BACK_NOTHING) {
                out_text(out, "  ");
                out_text(out, l->rows[i].meaning_ja);
                out_char(out, '\n');
            }
}

enum err bag_readme(struct bag *bag, struct fail *why)
{
    static const char path[] = "data/README.ja.txt";
    struct out *out = NULL;
    struct out_sum sum;
    enum err rc = out_create(bag->dir, path, false, &out, why);

    if (rc == ERR_OK) {
        out_text(out, head);
        out_text(out, rest);
        rc = put_contracts(bag, out, why);
        put_tables(bag, out);
    }
    if (rc == ERR_OK)
        rc = out_finish(out, path, &sum, why);
    if (rc == ERR_OK)
        rc = journal_put_file(&bag->journal, path, &sum, NULL, why);
    out_destroy(&out);
    return rc;
}
