/* The data dictionary and the terms of records on A4. */
#include <stdio.h>

#include "node/base/era.h"
#include "node/io/pdf.h"
#include "reporting/dictionary.h"

#define TITLE_JA "データ辞書（データ仕様書）"
#define TERMS_JA "記録の種類ごとの目的・根拠・保存期間"

struct drawing {
    const struct dictionary *d;
    struct arena *arena;
    struct pdf *pdf;
    struct fail *why;
};

static enum err paragraph(struct drawing *d, const char *text)
{
    return text == NULL ? fail_set(d->why, ERR_NOMEM, "a paragraph")
                        : pdf_paragraph(d->pdf, span_text(text), d->why);
}

static enum err put_head(struct drawing *d, const char *title)
{
    char made[ERA_TEXT_CAP];
    enum err rc = pdf_heading(d->pdf, 0, span_text(title), d->why);

    era_date_text(d->d->now_utc_us, true, made);
    if (rc == ERR_OK)
        rc = paragraph(
            d, arena_printf(d->arena, "%.*s　　作成した日：%s", SPAN_ARG(d->d->town), made));
    return rc;
}

/* ---- terms ---- */

/* Those with a term of their own; or those kept as long as the contract runs. */
static enum err put_terms(struct drawing *d, bool has_term)
{
    static const struct pdf_column columns[] = {
        {"記録の種類", 22}, {"目的", 34}, {"根拠", 28}, {"保存期間", 16}};
    enum err rc = pdf_table_begin(d->pdf, columns, 4, d->why);

    for (size_t i = 0; rc == ERR_OK && i < d->d->n_tables; i++) {
        const struct dictionary_table *t = &d->d->tables[i];
        const char *term = dictionary_term(t->term_days, d->arena);
        char *kind = arena_printf(d->arena, "%s\n%s", t->row->meaning_ja, t->row->name);
        const struct span cells[] = {span_text(kind), span_text(t->row->purpose_ja),
                                     span_text(t->row->ground_ja), span_text(term)};

        if (!dictionary_is_log(t->row) || (t->term_days > 0) != has_term)
            continue;
        rc = kind == NULL || term == NULL ? fail_set(d->why, ERR_NOMEM, "a term")
                                          : pdf_table_row(d->pdf, cells, d->why);
    }
    if (rc == ERR_OK)
        pdf_table_end(d->pdf);
    return rc;
}

static enum err put_rules(struct drawing *d)
{
    static const char *const rules[] = {
        "・保存期間をすぎた行は、毎日の処理（午前3時）で消え、消した数の記録が残ります。"
        "監査の記録のもとになる行は、消したことを示す記録を監査の記録に残して消します。",
        "・期間を変えられるものは、教育委員会が設定で変えられます（変えた記録が残ります）。",
        "・「契約の終わりまで」の記録は、契約の終わりに返還し、消去します。",
        "・ここにない種類の記録は持ちません（表の一覧とデータベースの違いは、作るたびに"
        "照らし合わせます）。",
    };
    enum err rc = ERR_OK;

    for (size_t i = 0; rc == ERR_OK && i < sizeof rules / sizeof rules[0]; i++)
        rc = paragraph(d, rules[i]);
    return rc;
}

/* ---- tables ---- */

static const char *marks_of(const struct dictionary_column *c, struct arena *arena)
{
    return arena_printf(arena, "%s%s%s%s%s", c->is_key ? "主キー " : "",
                        c->is_needed ? "必須 " : "", c->is_sealed ? "暗号化 " : "",
                        c->is_person ? "人のID " : "",
                        c->type.len == 0 ? "データベースにない" : "");
}

static enum err put_columns(struct drawing *d, const struct dictionary_table *t)
{
    static const struct pdf_column columns[] = {
        {"項目", 24}, {"意味", 40}, {"型", 18}, {"しるし", 18}};
    enum err rc = pdf_table_begin(d->pdf, columns, 4, d->why);

    for (size_t i = 0; rc == ERR_OK && i < t->n; i++) {
        const struct dictionary_column *c = &t->columns[i];
        const char *marks = marks_of(c, d->arena);
        const struct span cells[] = {span_text(c->name), span_text(c->meaning_ja), c->type,
                                     span_text(marks)};

        rc = marks == NULL ? fail_set(d->why, ERR_NOMEM, "a column")
                           : pdf_table_row(d->pdf, cells, d->why);
    }
    if (rc == ERR_OK)
        pdf_table_end(d->pdf);
    return rc;
}

static enum err put_table(struct drawing *d, const struct dictionary_table *t)
{
    const struct data_table *row = t->row;
    const char *term = dictionary_term(t->term_days, d->arena);
    char *head = arena_printf(d->arena, "%s　%s", row->name, row->meaning_ja);
    enum err rc = head == NULL || term == NULL
                      ? fail_set(d->why, ERR_NOMEM, "a table")
                      : pdf_heading(d->pdf, 2, span_text(head), d->why);

    if (rc == ERR_OK)
        rc = paragraph(
            d, arena_printf(d->arena, "目的：%s　根拠：%s", row->purpose_ja, row->ground_ja));
    if (rc == ERR_OK)
        rc = paragraph(d,
                       arena_printf(d->arena, "保存：%s%s%s　暗号化の鍵：%s　返還：%s%s", term,
                                    row->retention_column == NULL ? "" : "、起点は ",
                                    row->retention_column == NULL ? "" : row->retention_column,
                                    dictionary_keys_ja[row->key_of],
                                    dictionary_backs_ja[row->hand_back],
                                    row->is_audit_leaf ? "　監査の記録に載る" : ""));
    return rc == ERR_OK ? put_columns(d, t) : rc;
}

/* ---- the rest ---- */

static enum err put_settings(struct drawing *d)
{
    static const struct pdf_column columns[] = {
        {"設定", 28}, {"意味", 40}, {"いまの値", 18}, {"要件", 14}};
    enum err rc = pdf_table_begin(d->pdf, columns, 4, d->why);

    for (size_t i = 0; rc == ERR_OK && i < d->d->n_settings; i++) {
        const struct dictionary_setting *s = &d->d->settings[i];
        char *value = arena_printf(d->arena, "%.*s%s%s", SPAN_ARG(s->value), s->row->unit,
                                   s->is_default ? "" : "（変更ずみ）");
        const struct span cells[] = {span_text(s->row->name), span_text(s->row->title_ja),
                                     span_text(value), span_text(s->row->requirement)};

        rc = value == NULL ? fail_set(d->why, ERR_NOMEM, "a setting")
                           : pdf_table_row(d->pdf, cells, d->why);
    }
    if (rc == ERR_OK)
        pdf_table_end(d->pdf);
    return rc;
}

static enum err put_acts(struct drawing *d)
{
    static const struct pdf_column columns[] = {{"操作", 34}, {"内容", 50}, {"種類", 16}};
    static const char *const kinds[] = {[AUDIT_NONE] = "",
                                        [AUDIT_READ] = "閲覧",
                                        [AUDIT_CHANGE] = "変更",
                                        [AUDIT_EXPORT] = "出力"};
    enum err rc = pdf_table_begin(d->pdf, columns, 3, d->why);

    for (size_t i = 0; rc == ERR_OK && i < d->d->n_acts; i++) {
        const struct route *act = d->d->acts[i];
        const struct span cells[] = {span_text(act->name), span_text(act->summary_ja),
                                     span_text(kinds[act->audit])};

        rc = pdf_table_row(d->pdf, cells, d->why);
    }
    if (rc == ERR_OK)
        pdf_table_end(d->pdf);
    return rc;
}

static enum err put_policy(struct drawing *d)
{
    static const char *const policy[] = {
        "・氏名、表示名、ID、連絡先、書いた文は、データベースに入れる前にその人の鍵などで"
        "暗号化します（しるし「暗号化」の項目）。鍵を消すと、もう読めません。控えから"
        "戻したときも、消した人の一覧によって、もう一度消します。",
        "・そのほかの表には、人の名前のかわりに意味のない番号（しるし「人のID」の項目）だけを"
        "置きます。番号と名前を結ぶものは暗号化された表だけです。",
        "・人を消すときは、その人の鍵と、その人の行（表ごとの決まり）を消します。時刻や回数だけ"
        "が"
        "残る表では、だれのものか分からなくなります。",
        "・教育委員会の外に出す集計は、少ない人数の欄を伏せます。",
    };
    enum err rc = ERR_OK;

    for (size_t i = 0; rc == ERR_OK && i < sizeof policy / sizeof policy[0]; i++)
        rc = paragraph(d, policy[i]);
    return rc;
}

static enum err put_differences(struct drawing *d)
{
    enum err rc =
        d->d->n_differences == 0
            ? paragraph(d, "この辞書は、動いているデータベースの表と項目のすべてと一致"
                           "しています（作成のときに照らし合わせました）。")
            : paragraph(d, "動いているデータベースと違うところがあります：");

    for (size_t i = 0; rc == ERR_OK && i < d->d->n_differences; i++)
        rc = pdf_paragraph(d->pdf, d->d->differences[i], d->why);
    return rc;
}

static enum err heading(struct drawing *d, const char *text)
{
    return pdf_heading(d->pdf, 1, span_text(text), d->why);
}

static enum err put_both_terms(struct drawing *d)
{
    enum err rc = put_terms(d, true);

    if (rc == ERR_OK)
        rc = put_rules(d);
    if (rc == ERR_OK)
        rc = pdf_heading(d->pdf, 2, SPAN("契約の終わりまで残す、決めたことなどの記録"), d->why);
    return rc == ERR_OK ? put_terms(d, false) : rc;
}

static enum err put_all(struct drawing *d)
{
    enum err rc = put_head(d, TITLE_JA);

    if (rc == ERR_OK)
        rc = put_differences(d);
    if (rc == ERR_OK)
        rc = heading(d, "1　名前などの扱い（匿名化の方針）");
    if (rc == ERR_OK)
        rc = put_policy(d);
    if (rc == ERR_OK)
        rc = heading(d, "2　" TERMS_JA);
    if (rc == ERR_OK)
        rc = put_both_terms(d);
    if (rc == ERR_OK)
        rc = heading(d, "3　表と項目");
    for (size_t i = 0; rc == ERR_OK && i < d->d->n_tables; i++)
        rc = put_table(d, &d->d->tables[i]);
    if (rc == ERR_OK)
        rc = heading(d, "4　設定");
    if (rc == ERR_OK)
        rc = put_settings(d);
    if (rc == ERR_OK)
        rc = heading(d, "5　アクセス記録に残る操作");
    return rc == ERR_OK ? put_acts(d) : rc;
}

static enum err put_terms_alone(struct drawing *d)
{
    enum err rc = put_head(d, TERMS_JA);

    return rc == ERR_OK ? put_both_terms(d) : rc;
}

static enum err draw(const struct dictionary *dictionary, const char *title,
                     enum err (*put)(struct drawing *d), struct arena *arena,
                     struct span *bytes_out, struct fail *why)
{
    struct drawing d = {dictionary, arena, NULL, why};
    enum err rc = pdf_create_memory(title, dictionary->now_utc_us, &d.pdf, why);

    *bytes_out = SPAN_NONE;
    if (rc == ERR_OK)
        rc = put(&d);
    if (rc == ERR_OK)
        rc = pdf_finish(d.pdf, why);
    if (rc == ERR_OK) {
        *bytes_out = arena_copy(arena, pdf_bytes(d.pdf));
        if (bytes_out->p == NULL)
            rc = fail_set(why, ERR_NOMEM, "a document");
    }
    pdf_destroy(&d.pdf);
    return rc;
}

enum err dictionary_pdf(const struct dictionary *dictionary, struct arena *arena,
                        struct span *bytes_out, struct fail *why)
{
    return draw(dictionary, TITLE_JA, put_all, arena, bytes_out, why);
}

enum err retention_pdf(const struct dictionary *dictionary, struct arena *arena,
                       struct span *bytes_out, struct fail *why)
{
    return draw(dictionary, TERMS_JA, put_terms_alone, arena, bytes_out, why);
}
