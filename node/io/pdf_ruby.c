/* Text with readings above it [furigana], laid out into a box: pieces, lines, and smaller
 * letters until it fits. Nothing is ever cut off. */
#include <stdlib.h>

#include "node/base/utf.h"
#include "node/io/pdf_priv.h"

#define RUBY_SIZE   0.5  /* of the letters below */
#define RUBY_HEIGHT 0.62 /* what a line with readings is taller by */
#define RUBY_RISE   1.07 /* of the reading's baseline over the letters' */
#define LINE_HEIGHT 1.30
#define SHRINK      0.92
#define PIECES_CAP  4096

static const char *const fonts[] = {
    [PDF_TEXT] = "BIZ UDPGothic,IPAexGothic,Noto Sans CJK JP",
    [PDF_BOLD] = "BIZ UDPGothic,Noto Sans CJK JP Bold",
    [PDF_MONO] = "BIZ UDGothic,Noto Sans CJK JP Bold",
};

/* What is never parted: a word with its reading, one character, one word in Latin letters. */
struct piece {
    struct span base, ruby;
    double w, base_w, ruby_w, ascent; /* pt; ascent: of the letters, without the reading */
    bool is_break, hangs;             /* hangs: never first on a line */
};

struct text {
    struct pdf *pdf;
    const struct pdf_style *style;
    struct piece *at;
    size_t n;
    double size_pt, w_pt;
    bool has_ruby;
};

static bool hangs(struct span text)
{
    static const char *const marks[] = {"、", "。", "」", "』", "）", "！",
                                        "？", "・", "ー", "：", ")",  "."};

    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (span_eq(text, span_text(marks[i])))
            return true;
    return false;
}

static enum err add(struct text *t, struct span base, struct span ruby, struct fail *why)
{
    if (t->n == PIECES_CAP)
        return fail_set(why, ERR_TOO_LARGE, "a card's text has too many pieces");
    t->at[t->n++] = (struct piece){.base = base,
                                   .ruby = ruby,
                                   .is_break = span_eq(base, SPAN("\n")),
                                   .hangs = hangs(base)};
    t->has_ruby = t->has_ruby || ruby.len > 0;
    return ERR_OK;
}

static bool is_word(struct span letter)
{
    return letter.len == 1 && letter.p[0] > ' ' && letter.p[0] < 0x7f;
}

/* Text without readings: character by character, words in Latin letters whole. */
static enum err add_plain(struct text *t, struct span text, struct arena *arena,
                          struct fail *why)
{
    uint32_t *at;
    size_t n, i = 0;
    enum err rc = utf_graphemes(text, arena, &at, &n, why);

    while (rc == ERR_OK && i < n) {
        size_t end = i + 1;

        if (is_word(span_cut(text, at[i], at[i + 1] - at[i])))
            while (end < n && is_word(span_cut(text, at[end], at[end + 1] - at[end])))
                end++;
        rc = add(t, span_cut(text, at[i], at[end] - at[i]), SPAN_NONE, why);
        i = end;
    }
    return rc;
}

static enum err measure(struct text *t, struct piece *p, struct fail *why)
{
    struct pdf *pdf = t->pdf;
    int w, h;
    enum err rc;

    if (p->is_break)
        return ERR_OK;
    rc = pdf_set_text(pdf, fonts[t->style->font], t->size_pt, -1, p->base, why);
    if (rc != ERR_OK)
        return rc;
    pango_layout_get_size(pdf->layout, &w, &h);
    p->base_w = (double)w / PANGO_SCALE;
    p->ascent = (double)pango_layout_get_baseline(pdf->layout) / PANGO_SCALE;
    p->ruby_w = 0;
    if (p->ruby.len > 0) {
        rc = pdf_set_text(pdf, fonts[PDF_TEXT], t->size_pt * RUBY_SIZE, -1, p->ruby, why);
        if (rc != ERR_OK)
            return rc;
        pango_layout_get_size(pdf->layout, &w, &h);
        p->ruby_w = (double)w / PANGO_SCALE;
    }
    p->w = p->base_w > p->ruby_w ? p->base_w : p->ruby_w;
    return ERR_OK;
}

static double line_height(const struct text *t)
{
    return t->size_pt * (LINE_HEIGHT + (t->has_ruby ? RUBY_HEIGHT : 0));
}

/* Where the line that begins at `from` ends, and how wide it is. */
static size_t line_end(const struct text *t, size_t from, double *w_out)
{
    size_t i = from;
    double w = 0;

    while (i < t->n && !t->at[i].is_break &&
           (i == from || t->at[i].hangs || w + t->at[i].w <= t->w_pt))
        w += t->at[i++].w;
    *w_out = w;
    return i;
}

/* Lines at this size; 0 when some piece alone is wider than the box. */
static size_t n_lines(const struct text *t)
{
    size_t n = 0, i = 0;

    for (size_t k = 0; k < t->n; k++)
        if (t->at[k].w > t->w_pt)
            return 0;
    while (i < t->n) {
        double w;

        i = line_end(t, i, &w);
        if (i < t->n && t->at[i].is_break)
            i++;
        n++;
    }
    return n;
}

static enum err measure_all(struct text *t, struct fail *why)
{
    enum err rc = ERR_OK;

    for (size_t i = 0; rc == ERR_OK && i < t->n; i++)
        rc = measure(t, &t->at[i], why);
    return rc;
}

/* A piece wider than the whole box comes apart: its reading is dealt out over its characters.
 */
static enum err part(struct text *t, const struct piece *wide, struct arena *arena,
                     struct fail *why)
{
    uint32_t *base_at, *ruby_at;
    size_t n_base, n_ruby = 0;
    enum err rc = utf_graphemes(wide->base, arena, &base_at, &n_base, why);

    if (rc == ERR_OK)
        rc = utf_graphemes(wide->ruby, arena, &ruby_at, &n_ruby, why);
    for (size_t i = 0; rc == ERR_OK && i < n_base; i++) {
        size_t from = n_ruby * i / n_base, to = n_ruby * (i + 1) / n_base;

        rc = add(t, span_cut(wide->base, base_at[i], base_at[i + 1] - base_at[i]),
                 span_cut(wide->ruby, ruby_at[from], ruby_at[to] - ruby_at[from]), why);
    }
    return rc;
}

static enum err part_wide(struct text *t, struct arena *arena, struct fail *why)
{
    struct piece *all = t->at;
    size_t n = t->n;
    enum err rc = ERR_OK;

    t->at = arena_alloc(arena, PIECES_CAP * sizeof *t->at);
    t->n = 0;
    if (t->at == NULL)
        return fail_set(why, ERR_NOMEM, "card");
    for (size_t i = 0; rc == ERR_OK && i < n; i++)
        rc = all[i].w > t->w_pt ? part(t, &all[i], arena, why)
                                : add(t, all[i].base, all[i].ruby, why);
    return rc;
}

/* The largest size at which it fits. */
static enum err fit(struct text *t, double h_pt, struct arena *arena, struct fail *why)
{
    bool is_parted = false;

    for (;;) {
        enum err rc = measure_all(t, why);
        size_t n;

        if (rc != ERR_OK)
            return rc;
        n = n_lines(t);
        if (n > 0 && (double)n * line_height(t) <= h_pt)
            return ERR_OK;
        if (t->size_pt * SHRINK >= t->style->least_pt) {
            t->size_pt *= SHRINK;
        } else if (n == 0 && !is_parted) {
            rc = part_wide(t, arena, why);
            if (rc != ERR_OK)
                return rc;
            t->size_pt = t->style->size_pt;
            is_parted = true;
        } else {
            return fail_set(why, ERR_TOO_LARGE, "a card's text does not fit its box");
        }
    }
}

static enum err draw_piece(struct text *t, const struct piece *p, double x, double baseline,
                           struct fail *why)
{
    struct pdf *pdf = t->pdf;
    enum err rc = pdf_set_text(pdf, fonts[t->style->font], t->size_pt, -1, p->base, why);

    if (rc != ERR_OK)
        return rc;
    cairo_move_to(pdf->cr, x + (p->w - p->base_w) / 2, baseline - p->ascent);
    pango_cairo_show_layout(pdf->cr, pdf->layout);
    if (p->ruby.len == 0)
        return ERR_OK;
    rc = pdf_set_text(pdf, fonts[PDF_TEXT], t->size_pt * RUBY_SIZE, -1, p->ruby, why);
    if (rc != ERR_OK)
        return rc;
    cairo_move_to(pdf->cr, x + (p->w - p->ruby_w) / 2,
                  baseline - t->size_pt * RUBY_RISE -
                      (double)pango_layout_get_baseline(pdf->layout) / PANGO_SCALE);
    pango_cairo_show_layout(pdf->cr, pdf->layout);
    return ERR_OK;
}

static enum err draw(struct text *t, const struct pdf_box *box, struct fail *why)
{
    double x0 = t->pdf->card_x + box->x_mm * PDF_MM, y = t->pdf->card_y + box->y_mm * PDF_MM;
    size_t i = 0;
    enum err rc = ERR_OK;

    while (rc == ERR_OK && i < t->n) {
        double w, x;
        size_t end = line_end(t, i, &w);

        x = t->style->is_centred && w < t->w_pt ? x0 + (t->w_pt - w) / 2 : x0;
        y += line_height(t);
        for (; rc == ERR_OK && i < end; i++) {
            rc = draw_piece(t, &t->at[i], x, y - t->size_pt * 0.28, why);
            x += t->at[i].w;
        }
        if (i < t->n && t->at[i].is_break)
            i++;
    }
    return rc;
}

static enum err lay_out(struct pdf *pdf, const struct pdf_box *box,
                        const struct pdf_style *style, struct text *t, struct arena *arena,
                        struct fail *why)
{
    enum err rc;

    t->pdf = pdf;
    t->style = style;
    t->size_pt = style->size_pt;
    t->w_pt = box->w_mm * PDF_MM;
    rc = fit(t, box->h_mm * PDF_MM, arena, why);
    return rc == ERR_OK ? draw(t, box, why) : rc;
}

static enum err begin(struct text *t, struct arena **arena_out, struct fail *why)
{
    enum err rc = arena_create(65536, arena_out, why);

    *t = (struct text){.n = 0};
    if (rc != ERR_OK)
        return rc;
    arena_mark_secret(*arena_out);
    t->at = arena_alloc(*arena_out, PIECES_CAP * sizeof *t->at);
    return t->at == NULL ? fail_set(why, ERR_NOMEM, "card") : ERR_OK;
}

enum err pdf_card_ruby(struct pdf *pdf, const struct pdf_box *box,
                       const struct pdf_style *style, const struct pdf_ruby *pieces, size_t n,
                       struct fail *why)
{
    struct arena *arena = NULL;
    struct text t;
    enum err rc = begin(&t, &arena, why);

    for (size_t i = 0; rc == ERR_OK && i < n; i++) {
        if (pieces[i].ruby.len == 0)
            rc = add_plain(&t, pieces[i].base, arena, why);
        else
            rc = add(&t, pieces[i].base, pieces[i].ruby, why);
    }
    if (rc == ERR_OK)
        rc = lay_out(pdf, box, style, &t, arena, why);
    arena_destroy(&arena);
    return rc;
}

/* Where the kanji begin that stand right before 《: 々 and U+4E00-9FFF, three bytes each. */
static size_t kanji_before(struct span text, size_t end)
{
    size_t from = end;

    while (from >= 3) {
        const uint8_t *p = text.p + from - 3;
        unsigned c = (p[0] & 0x0Fu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);

        if ((p[0] & 0xF0u) != 0xE0 || !(c == 0x3005 || (c >= 0x4E00 && c <= 0x9FFF)))
            break;
        from -= 3;
    }
    return from;
}

static size_t find(struct span text, const char *mark)
{
    const uint8_t *at = text.len == 0 ? NULL : memmem(text.p, text.len, mark, strlen(mark));

    return at == NULL ? text.len : (size_t)(at - text.p);
}

enum err pdf_card_text(struct pdf *pdf, const struct pdf_box *box,
                       const struct pdf_style *style, struct span text, struct fail *why)
{
    const size_t mark = strlen("《");
    struct arena *arena = NULL;
    struct text t;
    enum err rc = begin(&t, &arena, why);

    while (rc == ERR_OK && text.len > 0) {
        size_t open = find(text, "《"), from = kanji_before(text, open);
        struct span ruby;

        if (open == text.len || from == open) { /* no reading, or one of nothing */
            rc = add_plain(&t, text, arena, why);
            break;
        }
        ruby = span_from(text, open + mark);
        ruby = span_cut(ruby, 0, find(ruby, "》"));
        rc = add_plain(&t, span_cut(text, 0, from), arena, why);
        if (rc == ERR_OK)
            rc = add(&t, span_cut(text, from, open - from), ruby, why);
        text = span_from(text, open + mark + ruby.len + mark);
    }
    if (rc == ERR_OK)
        rc = lay_out(pdf, box, style, &t, arena, why);
    arena_destroy(&arena);
    return rc;
}
