#include "tenants/people/slip.h"

#include <stdio.h>

#include "node/base/clock.h"
#include "node/io/pdf.h"

#define COLUMNS    2
#define ROWS       4
#define WIDE_SPACE "\xe3\x80\x80" /* U+3000 */

static const struct pdf_style small = {PDF_TEXT, 9.5, 6, false};
static const struct pdf_style label = {PDF_TEXT, 9, 5.5, false};
static const struct pdf_style head = {PDF_BOLD, 11, 6, false};
static const struct pdf_style name_style = {PDF_BOLD, 22, 4, false};
static const struct pdf_style middle = {PDF_TEXT, 8.5, 6, true};

/* Name and reading in two parts each, so that the reading stands above its own part. */
static size_t name_pieces(const struct slip *slip, struct pdf_ruby pieces[3])
{
    const uint8_t *gap =
        slip->name.len == 0 ? NULL : memmem(slip->name.p, slip->name.len, WIDE_SPACE, 3);
    const uint8_t *kana_gap =
        slip->kana.len == 0 ? NULL : memmem(slip->kana.p, slip->kana.len, WIDE_SPACE, 3);
    size_t at = gap == NULL ? 0 : (size_t)(gap - slip->name.p);
    size_t kana_at = kana_gap == NULL ? 0 : (size_t)(kana_gap - slip->kana.p);

    if (gap == NULL || kana_gap == NULL) {
        pieces[0] = (struct pdf_ruby){slip->name, slip->kana};
        return 1;
    }
    pieces[0] =
        (struct pdf_ruby){span_cut(slip->name, 0, at), span_cut(slip->kana, 0, kana_at)};
    pieces[1] = (struct pdf_ruby){SPAN(WIDE_SPACE), SPAN_NONE};
    pieces[2] =
        (struct pdf_ruby){span_from(slip->name, at + 3), span_from(slip->kana, kana_at + 3)};
    return 3;
}

/* What is written in kana already needs no reading. */
static enum err write_name(struct pdf *pdf, const struct pdf_box *box, const struct slip *slip,
                           struct fail *why)
{
    struct pdf_ruby pieces[3];
    size_t n = name_pieces(slip, pieces);

    for (size_t i = 0; i < n; i++)
        if (span_eq(pieces[i].base, pieces[i].ruby))
            pieces[i].ruby = SPAN_NONE;
    return pdf_card_ruby(pdf, box, &name_style, pieces, n, why);
}

static enum err text(struct pdf *pdf, double x, double y, double w, double h,
                     const struct pdf_style *style, struct span words, struct fail *why)
{
    const struct pdf_box box = {x, y, w, h};

    return pdf_card_text(pdf, &box, style, words, why);
}

#define HOW_JA \
    "① タブレットのカメラで、右《みぎ》の四角《しかく》を読《よ》みとります。\n" \
    "② ログインIDが出《で》ます。パスワードを入《い》れます。\n" \
    "③ パスワードは、べつの紙《かみ》にあります。\n" \
    "・このカードは、ほかの人《ひと》に見《み》せないでください。\n" \
    "・なくしたときや、こまったときは、カードをくれた人《ひと》に言《い》ってください。"

static enum err write_id_card(struct pdf *pdf, const struct slip_sheet *sheet,
                              const struct slip *slip, struct fail *why)
{
    static const struct pdf_style id_style = {PDF_MONO, 22, 5, false};
    const struct pdf_box name_box = {5, 8, 58, 14}, qr_box = {62, 4, 30, 30},
                         id_box = {5, 25.5, 58, 9};
    char line[400];
    struct pdf_ruby id = {slip->login, SPAN_NONE};
    enum err rc;

    snprintf(line, sizeof line, "%s　ログインカード", sheet->town_ja);
    rc = text(pdf, 5, 2.5, 56, 5, &head, span_text(line), why);
    if (rc == ERR_OK)
        rc = write_name(pdf, &name_box, slip, why);
    if (rc == ERR_OK)
        rc = text(pdf, 5, 22.5, 30, 4, &label, SPAN("ログインID"), why);
    if (rc == ERR_OK)
        rc = pdf_card_ruby(pdf, &id_box, &id_style, &id, 1, why);
    snprintf(line, sizeof line, "%s/#/in?id=%.*s", sheet->url, SPAN_ARG(slip->login));
    if (rc == ERR_OK)
        rc = pdf_card_qr(pdf, &qr_box, span_text(line), why);
    snprintf(line, sizeof line, "アドレス　%s", sheet->url);
    if (rc == ERR_OK)
        rc = text(pdf, 5, 35, 86, 4, &label, span_text(line), why);
    return rc == ERR_OK ? text(pdf, 5, 39.5, 86, 25.5, &small, SPAN(HOW_JA), why) : rc;
}

static enum err write_until(struct pdf *pdf, int64_t until_utc_us, struct fail *why)
{
    char at[CLOCK_TEXT_CAP], line[120];

    if (until_utc_us == 0)
        return ERR_OK;
    clock_tokyo_text(until_utc_us, at);
    snprintf(line, sizeof line, "%.4s年%.2s月%.2s日 %.5s まで使《つか》えます。", at, at + 5,
             at + 8, at + 11);
    return text(pdf, 48, 23, 42, 5, &label, span_text(line), why);
}

/* Three fields one below the other; folded at both lines, the middle one lies inside. */
static enum err write_password_card(struct pdf *pdf, const struct slip_sheet *sheet,
                                    const struct slip *slip, struct fail *why)
{
    static const struct pdf_style style = {PDF_MONO, 24, 10, true};
    const struct pdf_box name_box = {5, 7, 85, 14}, secret_box = {5, 28, 85, 10};
    struct pdf_ruby secret = {slip->password, SPAN_NONE};
    char line[400];
    enum err rc;

    snprintf(line, sizeof line, "%s　パスワードの紙《かみ》", sheet->town_ja);
    rc = text(pdf, 5, 1.5, 85, 5.5, &head, span_text(line), why);
    if (rc == ERR_OK)
        rc = write_name(pdf, &name_box, slip, why);
    pdf_card_fold(pdf, 22);
    if (rc == ERR_OK)
        rc = text(pdf, 5, 23, 40, 5, &label, SPAN("はじめのパスワード"), why);
    if (rc == ERR_OK)
        rc = write_until(pdf, slip->until_utc_us, why);
    if (rc == ERR_OK)
        rc = pdf_card_ruby(pdf, &secret_box, &style, &secret, 1, why);
    if (rc == ERR_OK)
        rc = text(pdf, 5, 38, 85, 5.5, &label,
                  SPAN("ほかの人《ひと》に見《み》せないでください。友《とも》だちにも"
                       "教《おし》えません。"),
                  why);
    pdf_card_fold(pdf, 44);
    if (rc == ERR_OK)
        rc = text(pdf, 5, 47, 85, 16, &middle,
                  SPAN("配るかたへ：この線を谷折り、上の点線を山折りにすると、\n"
                       "名前が外、パスワードが内になります。\n"
                       "端をとめて、本人に渡してください。"),
                  why);
    return rc;
}

static enum err write_cards(struct pdf *pdf, const struct slip_sheet *sheet, size_t *bad,
                            struct fail *why)
{
    enum err rc = pdf_cards_begin(pdf, COLUMNS, ROWS, why);

    for (size_t i = 0; rc == ERR_OK && i < sheet->n; i++) {
        *bad = i;
        rc = pdf_card_next(pdf, why);
        if (rc == ERR_OK)
            rc = sheet->kind == SLIP_IDS
                     ? write_id_card(pdf, sheet, &sheet->slips[i], why)
                     : write_password_card(pdf, sheet, &sheet->slips[i], why);
    }
    return rc;
}

enum err slip_write(const struct slip_sheet *sheet, struct arena *arena, struct span *pdf_out,
                    size_t *bad_out, struct fail *why)
{
    const char *title = sheet->kind == SLIP_IDS ? "ログインカード" : "はじめのパスワード";
    struct pdf *pdf = NULL;
    struct fail inner = {.code = ERR_OK};
    size_t bad = 0;
    enum err rc = pdf_create_memory(title, sheet->now_utc_us, &pdf, &inner);

    *pdf_out = SPAN_NONE;
    if (rc == ERR_OK)
        rc = write_cards(pdf, sheet, &bad, &inner);
    if (rc == ERR_OK)
        rc = pdf_finish(pdf, &inner);
    if (rc == ERR_OK) {
        *pdf_out = arena_copy(arena, pdf_bytes(pdf));
        if (pdf_out->p == NULL)
            rc = ERR_NOMEM;
    }
    pdf_destroy(&pdf);
    if (bad_out != NULL)
        *bad_out = bad;
    /* Not the inner text: it quotes what it could not draw, and that is a name. */
    return rc == ERR_OK ? rc : fail_set(why, rc, "card %zu cannot be printed", bad);
}
