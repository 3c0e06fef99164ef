#include "node/io/pdf.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/t.h"

#define AT_US INT64_C(1795302000000000)

/* What a command prints, at most cap bytes. */
static struct span output_of(const char *command, char *buffer, size_t cap)
{
    FILE *f = popen(command, "r"); /* NOLINT(cert-env33-c): our own words */
    size_t n;

    if (f == NULL)
        abort();
    n = fread(buffer, 1, cap - 1, f);
    buffer[n] = '\0';
    T_EQ(pclose(f), 0, command);
    return span_of(buffer, n);
}

static enum err make(const char *path, int n_rows, const char *cell, struct fail *why)
{
    static const struct pdf_column columns[] = {{"番号", 20}, {"名前", 80}};
    struct pdf *pdf = NULL;
    enum err rc = pdf_create(path, "試験の文書", AT_US, &pdf, why);

    if (rc == ERR_OK)
        rc = pdf_heading(pdf, 0, SPAN("試験の文書"), why);
    if (rc == ERR_OK)
        rc = pdf_paragraph(pdf, SPAN("髙橋と﨑山の段落です。"), why);
    if (rc == ERR_OK)
        rc = pdf_table_begin(pdf, columns, 2, why);
    for (int i = 0; rc == ERR_OK && i < n_rows; i++) {
        char number[16];
        struct span cells[2];

        snprintf(number, sizeof number, "No%d", i);
        cells[0] = span_text(number);
        cells[1] = span_text(cell);
        rc = pdf_table_row(pdf, cells, why);
    }
    if (rc == ERR_OK) {
        pdf_table_end(pdf);
        rc = pdf_finish(pdf, why);
    }
    pdf_destroy(&pdf);
    return rc;
}

T_CASE(pdf_carries_its_text_on_every_page_with_embedded_fonts)
{
    char path[256], command[512];
    static char text[1 << 17];
    struct span out;

    snprintf(path, sizeof path, "%s/a.pdf", t_dir());
    T_EQ(make(path, 120, "山田　太郎", NULL), ERR_OK, "a long table is written");
    snprintf(command, sizeof command, "pdftotext -layout %s -", path);
    out = output_of(command, text, sizeof text);
    T_OK(memmem(out.p, out.len, "髙橋と﨑山", strlen("髙橋と﨑山")) != NULL, "rare kanji stay");
    T_OK(memmem(out.p, out.len, "No119", 5) != NULL, "the last row is there");
    T_OK(memmem(out.p, out.len, "－3－", strlen("－3－")) != NULL, "pages are numbered");
    snprintf(command, sizeof command, "pdftotext -layout %s - | grep -c 番号", path);
    output_of(command, text, sizeof text);
    T_TEXT(text, "3\n", "the head row stands on each of three pages");
    snprintf(command, sizeof command,
             "pdffonts %s | tail -n +3 | grep -vc 'yes yes yes' || true", path);
    output_of(command, text, sizeof text);
    T_TEXT(text, "0\n", "every font is embedded, subset, with Unicode");
}

T_CASE(pdf_of_equal_input_is_equal)
{
    char a[256], b[256], command[1200];

    snprintf(a, sizeof a, "%s/b.pdf", t_dir());
    snprintf(b, sizeof b, "%s/c.pdf", t_dir());
    T_EQ(make(a, 3, "同じ", NULL), ERR_OK, "first");
    T_EQ(make(b, 3, "同じ", NULL), ERR_OK, "second");
    snprintf(command, sizeof command,
             "pdftotext %s - > %s.txt && pdftotext %s - | cmp - %s.txt", a, a, b, a);
    T_EQ(system(command), 0, "text is the same"); /* NOLINT(cert-env33-c): our own words */
    snprintf(command, sizeof command, "test $(stat -c %%s %s) = $(stat -c %%s %s)", a, b);
    T_EQ(system(command), 0, "size is the same"); /* NOLINT(cert-env33-c): our own words */
}

T_CASE(pdf_refuses_a_character_without_a_glyph)
{
    char path[256];
    struct fail why = {0};

    snprintf(path, sizeof path, "%s/d.pdf", t_dir());
    /* U+10FFFD, private use: no font of the machine draws it. */
    T_EQ(make(path, 1, "\xF4\x8F\xBF\xBD", &why), ERR_INVALID, "no empty box");
    T_OK(access(path, F_OK) != 0, "no half document stays behind");
}

T_CASE(pdf_refuses_a_row_taller_than_a_page)
{
    static char tall[40001];
    char path[256];

    memset(tall, 'a', sizeof tall - 1);
    snprintf(path, sizeof path, "%s/e.pdf", t_dir());
    T_EQ(make(path, 1, tall, NULL), ERR_TOO_LARGE, "it would never fit");
}

T_CASE(pdf_says_where_it_cannot_write)
{
    T_EQ(make("/nonexistent/x.pdf", 1, "あ", NULL), ERR_IO, "no such directory");
}
