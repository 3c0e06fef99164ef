#include "tenants/ending/ending_draw.h"

#include <inttypes.h>

#include "node/base/clock.h"
#include "node/base/table.h"
#include "node/io/pdf.h"

static const char *const reasons_ja[] = {"取りやめ（同意の撤回）", "利用への異議",
                                         "保存期間が過ぎた"};
static const char *const askers_ja[] = {"本人", "保護者", "学校", "教育委員会"};
static const char *const ways_ja[] = {"行ごと消した", "かぎを壊して閉じた"};
static const char *const held_ja[] = {"読めない", "なし", "ある", "壊した"};

static const struct data_table *table_of(const struct data_table_list *tables, struct span name)
{
    for (; tables->n > 0; tables++)
        for (int i = 0; i < tables->n; i++)
            if (span_eq(span_text(tables->rows[i].name), name))
                return &tables->rows[i];
    return NULL;
}

struct span ending_table_ja(const struct data_table_list *tables, struct span name)
{
    const struct data_table *t = table_of(tables, name);

    return t == NULL ? name : span_text(t->meaning_ja);
}

struct span ending_column_ja(const struct data_table_list *tables, struct span table,
                             struct span column)
{
    const struct data_table *t = table_of(tables, table);

    for (const struct data_column *c = t == NULL ? NULL : t->columns;
         c != NULL && c->name != NULL; c++)
        if (span_eq(span_text(c->name), column))
            return span_text(c->meaning_ja);
    return column;
}

struct drawing {
    const struct ending_paper *paper;
    struct pdf *pdf;
    struct arena *arena;
};

static struct span text_of(const char *text)
{
    return text == NULL ? SPAN("") : span_text(text);
}

static struct span at_of(const struct drawing *d, int64_t utc_us)
{
    char at[CLOCK_TEXT_CAP];

    clock_tokyo_text(utc_us, at);
    at[10] = ' ';
    return text_of(arena_printf(d->arena, "%.16s", at));
}

static struct span id_of(const struct drawing *d, struct id id)
{
    char text[ID_TEXT_CAP];

    id_text(id, text);
    return id_is_none(id) ? SPAN("なし") : text_of(arena_printf(d->arena, "%s", text));
}

static enum err draw_who(const struct drawing *d, struct fail *why)
{
    static const struct pdf_column columns[] = {{"項目", 30}, {"内容", 70}};
    const struct ending_facts *f = d->paper->facts;
    const struct span rows[][2] = {
        {SPAN("消した人の番号"), id_of(d, f->person)},
        {SPAN("申し出の番号"), id_of(d, f->ending)},
        {SPAN("理由"), span_text(reasons_ja[f->reason])},
        {SPAN("申し出た人"), span_text(askers_ja[f->asked_by])},
        {SPAN("記した人と時刻"),
         text_of(arena_printf(d->arena, "%.*s\n%.*s", SPAN_ARG(id_of(d, f->by)),
                              SPAN_ARG(at_of(d, f->asked))))},
        {SPAN("確かめた人と時刻"),
         text_of(arena_printf(d->arena, "%.*s\n%.*s", SPAN_ARG(id_of(d, f->confirmed_by)),
                              SPAN_ARG(at_of(d, f->confirmed))))},
        {SPAN("始めた時刻"), at_of(d, f->begun)},
        {SPAN("終えた時刻"), at_of(d, f->ended)},
        {SPAN("自治体のノード"), id_of(d, f->node)},
    };
    enum err rc = pdf_table_begin(d->pdf, columns, 2, why);

    for (size_t i = 0; rc == ERR_OK && i < sizeof rows / sizeof *rows; i++)
        rc = pdf_table_row(d->pdf, rows[i], why);
    pdf_table_end(d->pdf);
    return rc;
}

static enum err draw_keys(const struct drawing *d, struct fail *why)
{
    static const struct pdf_column columns[] = {
        {"かぎの置き場（写しをふくむ）", 70}, {"前", 15}, {"あと", 15}};
    const struct ending_facts *f = d->paper->facts;
    const struct ending_place_fact *places = f->places.at;
    enum err rc = pdf_heading(d->pdf, 1, SPAN("その人のかぎ"), why);

    if (rc == ERR_OK)
        rc = pdf_paragraph(
            d->pdf,
            text_of(arena_printf(d->arena, "かぎの番号：%.*s", SPAN_ARG(id_of(d, f->key)))),
            why);
    if (rc == ERR_OK)
        rc = pdf_table_begin(d->pdf, columns, 3, why);
    for (size_t i = 0; rc == ERR_OK && i < f->places.n; i++) {
        const struct span cells[] = {places[i].path, span_text(held_ja[places[i].before]),
                                     span_text(held_ja[places[i].after])};

        rc = pdf_table_row(d->pdf, cells, why);
    }
    pdf_table_end(d->pdf);
    return rc == ERR_OK
               ? pdf_paragraph(
                     d->pdf,
                     SPAN("かぎは控え（バックアップ）の外にだけありました。壊したので、この人の"
                          "かぎで封じた内容は、古い控えを戻しても読めません。"),
                     why)
               : rc;
}

static enum err draw_tables(const struct drawing *d, struct fail *why)
{
    static const struct pdf_column columns[] = {
        {"表", 50}, {"しかた", 26}, {"前の行", 12}, {"あとの行", 12}};
    const struct ending_facts *f = d->paper->facts;
    const struct ending_table_fact *tables = f->tables.at;
    enum err rc = pdf_heading(d->pdf, 1, SPAN("表ごとの行の数"), why);

    if (rc == ERR_OK)
        rc = pdf_table_begin(d->pdf, columns, 4, why);
    for (size_t i = 0; rc == ERR_OK && i < f->tables.n; i++) {
        const struct span cells[] = {
            ending_table_ja(d->paper->tables, tables[i].name),
            span_text(ways_ja[tables[i].way]),
            text_of(arena_printf(d->arena, "%" PRId64, tables[i].before)),
            text_of(arena_printf(d->arena, "%" PRId64, tables[i].after))};

        if (tables[i].before > 0 || tables[i].after > 0)
            rc = pdf_table_row(d->pdf, cells, why);
    }
    pdf_table_end(d->pdf);
    return rc == ERR_OK
               ? pdf_paragraph(d->pdf,
                               SPAN("かぎを壊して閉じた表の行は、番号と時刻だけが残り、集計の"
                                    "数は変わりません。載っていない表に、この人の行はありません"
                                    "でした。"),
                               why)
               : rc;
}

static enum err draw_checks(const struct drawing *d, struct fail *why)
{
    const struct ending_facts *f = d->paper->facts;
    const char *text =
        arena_printf(d->arena,
                     "消したあと、別の問い合わせで数えました。行ごと消す表に残った行：%" PRId64
                     "。この人のかぎで封じられて残る内容：%" PRId64
                     "件、そのうち開けたもの：%" PRId64 "件。",
                     f->n_left, f->n_sealed, f->n_opened);
    const char *others = arena_printf(
        d->arena,
        "ほかの人の記録にこの人の名前がある箇所を、人が一つずつ決めました。残す：%" PRId64
        "、伏せた：%" PRId64 "、行を消した：%" PRId64
        "。番号だけが残る行（名前とは結びつきません）：%" PRId64
        "。この仕組みの外へ出た書類、ファイルの中身、他の自治体に渡したものは、ここでは数えて"
        "いません。",
        f->n_kept, f->n_masked, f->n_deleted, f->n_numbers);
    enum err rc = pdf_heading(d->pdf, 1, SPAN("確かめ"), why);

    if (rc == ERR_OK)
        rc = pdf_paragraph(d->pdf, text_of(text), why);
    if (rc == ERR_OK)
        rc = pdf_heading(d->pdf, 1, SPAN("ほかの人の記録"), why);
    return rc == ERR_OK ? pdf_paragraph(d->pdf, text_of(others), why) : rc;
}

static enum err draw_note(const struct drawing *d, struct fail *why)
{
    enum err rc = pdf_heading(d->pdf, 1, SPAN("証明の行"), why);

    if (rc == ERR_OK)
        rc = pdf_paragraph(
            d->pdf,
            SPAN("下の行は、この紙と同じ事実の記録（ending_step の facts）のSHA-256に、監査の"
                 "記録のかぎで署名したものです。記録は監査の記録の葉でもあります。"),
            why);
    return rc == ERR_OK ? pdf_paragraph(d->pdf, d->paper->note, why) : rc;
}

static enum err draw_all(const struct drawing *d, struct fail *why)
{
    enum err rc = pdf_heading(d->pdf, 0, SPAN("個人の情報を消した証明"), why);

    if (rc == ERR_OK)
        rc = pdf_paragraph(d->pdf, d->paper->town_ja, why);
    if (rc == ERR_OK)
        rc = draw_who(d, why);
    if (rc == ERR_OK)
        rc = draw_keys(d, why);
    if (rc == ERR_OK)
        rc = draw_tables(d, why);
    if (rc == ERR_OK)
        rc = draw_checks(d, why);
    return rc == ERR_OK ? draw_note(d, why) : rc;
}

enum err ending_draw(const struct ending_paper *paper, struct arena *arena,
                     struct span *pdf_out, struct fail *why)
{
    struct drawing d = {paper, NULL, arena};
    enum err rc = pdf_create_memory("個人の情報を消した証明", paper->now_utc_us, &d.pdf, why);

    if (rc == ERR_OK)
        rc = draw_all(&d, why);
    if (rc == ERR_OK)
        rc = pdf_finish(d.pdf, why);
    if (rc == ERR_OK) {
        *pdf_out = arena_copy(arena, pdf_bytes(d.pdf));
        if (pdf_out->p == NULL)
            rc = fail_set(why, ERR_NOMEM, "a proof");
    }
    pdf_destroy(&d.pdf);
    return rc;
}
