#include <errno.h>
#include <stdio.h>

#include "node/base/clock.h"
#include "node/base/era.h"
#include "node/io/pdf.h"
#include "ops/compliance/compliance.h"

static const char *const state_ja[] = {
    [PROOF_NONE] = "試験なし",
    [PROOF_PASSED] = "適合",
    [PROOF_FAILED] = "不適合",
};

static void counts(const struct compliance *c, int n_out[3])
{
    n_out[PROOF_NONE] = n_out[PROOF_PASSED] = n_out[PROOF_FAILED] = 0;
    for (int i = 0; i < c->n_rows; i++)
        n_out[compliance_state(&c->rows[i])]++;
}

static enum err close_checked(FILE *f, const char *path, struct fail *why)
{
    int bad = ferror(f);

    if (fclose(f) != 0 || bad)
        return fail_set(why, ERR_IO, "%s: %s", path, strerror(errno));
    return ERR_OK;
}

enum err compliance_write_text(const struct compliance *c, const char *path, struct fail *why)
{
    FILE *f = fopen(path, "w");
    char at[CLOCK_TEXT_CAP];
    int n[3];

    if (f == NULL)
        return fail_set(why, ERR_IO, "%s: %s", path, strerror(errno));
    counts(c, n);
    clock_tokyo_text(c->run_utc_us, at);
    fprintf(f, "仕様適合表　試験日時 %s　適合 %d　不適合 %d　試験なし %d\n\n", at,
            n[PROOF_PASSED], n[PROOF_FAILED], n[PROOF_NONE]);
    for (int i = 0; i < c->n_rows; i++) {
        const struct requirement *r = &c->rows[i];

        if (r->n_proofs == 0)
            continue;
        fprintf(f, "%s　%s　%s\n", r->id, r->term_ja, state_ja[compliance_state(r)]);
        for (int k = 0; k < r->n_proofs; k++)
            fprintf(f, "    %s %s (%s)\n", state_ja[r->proofs[k].state], r->proofs[k].test,
                    r->proofs[k].file);
    }
    fprintf(f, "\n試験のない要求:");
    for (int i = 0; i < c->n_rows; i++)
        if (c->rows[i].n_proofs == 0)
            fprintf(f, " %s", c->rows[i].id);
    fputc('\n', f);
    return close_checked(f, path, why);
}

/* RFC 4180; a cell that a spreadsheet would take for a formula gets an apostrophe. */
static void put_cell(FILE *f, const char *text, const char *end)
{
    fputc('"', f);
    if (strchr("=+-@", *text) != NULL && *text != '\0')
        fputc('\'', f);
    for (; *text != '\0'; text++) {
        if (*text == '"')
            fputc('"', f);
        fputc(*text, f);
    }
    fprintf(f, "\"%s", end);
}

static void put_csv_row(FILE *f, const struct requirement *r, const struct proof *p)
{
    put_cell(f, r->id, ",");
    put_cell(f, r->term_ja, ",");
    put_cell(f, r->title_en, ",");
    put_cell(f, p == NULL ? state_ja[PROOF_NONE] : state_ja[p->state], ",");
    put_cell(f, p == NULL ? "" : p->suite, ",");
    put_cell(f, p == NULL ? "" : p->test, ",");
    put_cell(f, p == NULL ? "" : p->file, "\r\n");
}

enum err compliance_write_csv(const struct compliance *c, const char *path, struct fail *why)
{
    FILE *f = fopen(path, "w");

    if (f == NULL)
        return fail_set(why, ERR_IO, "%s: %s", path, strerror(errno));
    /* With a byte order mark, so that Excel reads it as UTF-8. */
    fputs("\xEF\xBB\xBF\"要求ID\",\"項目\",\"英語名\",\"結果\",\"試験群\",\"試験\","
          "\"ファイル\"\r\n",
          f);
    for (int i = 0; i < c->n_rows; i++) {
        const struct requirement *r = &c->rows[i];

        if (r->n_proofs == 0)
            put_csv_row(f, r, NULL);
        for (int k = 0; k < r->n_proofs; k++)
            put_csv_row(f, r, &r->proofs[k]);
    }
    return close_checked(f, path, why);
}

/* The tests of one requirement as the text of one cell; long lists name the first and a count.
 */
static struct span proofs_cell(const struct compliance *c, const struct requirement *r)
{
    char *text = arena_printf(c->arena, "%s", "");
    enum { SHOWN = 6 };

    for (int k = 0; k < r->n_proofs && k < SHOWN && text != NULL; k++)
        text = arena_printf(c->arena, "%s%s%s", text, k == 0 ? "" : "\n", r->proofs[k].test);
    if (r->n_proofs > SHOWN && text != NULL)
        text = arena_printf(c->arena, "%s\nほか %d 件", text, r->n_proofs - SHOWN);
    return span_text(text);
}

static enum err put_pdf_table(const struct compliance *c, struct pdf *pdf, struct fail *why)
{
    static const struct pdf_column columns[] = {
        {"要求ID", 21}, {"項目", 32}, {"結果", 10}, {"試験", 37}};
    enum err rc = pdf_table_begin(pdf, columns, 4, why);

    for (int i = 0; rc == ERR_OK && i < c->n_rows; i++) {
        const struct requirement *r = &c->rows[i];
        struct span cells[4] = {span_text(r->id), span_text(r->term_ja),
                                span_text(state_ja[compliance_state(r)]), proofs_cell(c, r)};

        if (r->n_proofs > 0)
            rc = pdf_table_row(pdf, cells, why);
    }
    pdf_table_end(pdf);
    return rc;
}

/* Two requirements a row: the list is long and its rows are short. */
static enum err put_unproven_table(const struct compliance *c, struct pdf *pdf,
                                   struct fail *why)
{
    static const struct pdf_column columns[] = {
        {"要求ID", 21}, {"項目", 29}, {"要求ID", 21}, {"項目", 29}};
    struct span cells[4];
    int n = 0;
    enum err rc = pdf_table_begin(pdf, columns, 4, why);

    for (int i = 0; rc == ERR_OK && i < c->n_rows; i++) {
        if (c->rows[i].n_proofs > 0)
            continue;
        cells[n++] = span_text(c->rows[i].id);
        cells[n++] = span_text(c->rows[i].term_ja);
        if (n == 4) {
            rc = pdf_table_row(pdf, cells, why);
            n = 0;
        }
    }
    if (rc == ERR_OK && n == 2) {
        cells[2] = cells[3] = SPAN_NONE;
        rc = pdf_table_row(pdf, cells, why);
    }
    pdf_table_end(pdf);
    return rc;
}

enum err compliance_write_pdf(const struct compliance *c, const char *path, struct fail *why)
{
    struct pdf *pdf = NULL;
    char at[ERA_TEXT_CAP];
    int n[3];
    char *summary;
    enum err rc = pdf_create(path, "仕様適合表", c->run_utc_us, &pdf, why);

    if (rc != ERR_OK)
        return rc;
    counts(c, n);
    era_date_text(c->run_utc_us, false, at);
    summary =
        arena_printf(c->arena,
                     "%sに行った試験の結果です。要求 %d 件のうち、試験で確かめて適合したもの "
                     "%d 件、不適合 %d 件、試験のないもの %d 件。"
                     "試験が一つでも不合格の要求は「不適合」とします。",
                     at, c->n_rows, n[PROOF_PASSED], n[PROOF_FAILED], n[PROOF_NONE]);
    rc = pdf_heading(pdf, 0, SPAN("仕様適合表"), why);
    if (rc == ERR_OK)
        rc = pdf_paragraph(pdf, span_text(summary), why);
    if (rc == ERR_OK)
        rc = pdf_heading(pdf, 1, SPAN("１　試験で確かめた要求"), why);
    if (rc == ERR_OK)
        rc = put_pdf_table(c, pdf, why);
    if (rc == ERR_OK)
        rc = pdf_heading(pdf, 1, SPAN("２　試験のない要求"), why);
    if (rc == ERR_OK)
        rc = put_unproven_table(c, pdf, why);
    if (rc == ERR_OK)
        rc = pdf_finish(pdf, why);
    pdf_destroy(&pdf);
    return rc;
}
