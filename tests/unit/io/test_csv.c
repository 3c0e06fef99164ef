#include "node/io/csv.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/t.h"

static const struct csv_caps caps = {100, 8, 20};

/* Every row as "line:field|field;": a defect stands as its name, a blank line as "blank". */
static const char *read_all(struct span text, const struct csv_caps *c)
{
    static char out[4096];
    struct csv_reader reader;
    struct arena *arena = NULL;
    struct csv_row row;
    bool more = true;
    size_t n = 0;

    T_EQ(arena_create(4096, &arena, NULL), ERR_OK, "arena");
    csv_open(&reader, text, c, arena);
    out[0] = '\0';
    while (csv_next(&reader, &row, &more, NULL) == ERR_OK && more) {
        n += (size_t)snprintf(out + n, sizeof out - n, "%d:", row.line);
        if (row.is_blank)
            n += (size_t)snprintf(out + n, sizeof out - n, "blank");
        for (size_t i = 0; i < row.n; i++)
            n += (size_t)snprintf(out + n, sizeof out - n, "%s%s%.*s", i > 0 ? "|" : "",
                                  row.wrong[i] == CSV_FINE ? "" : csv_defect_name(row.wrong[i]),
                                  SPAN_ARG(row.fields[i]));
        n += (size_t)snprintf(out + n, sizeof out - n, ";");
    }
    arena_destroy(&arena);
    return out;
}

T_CASE(csv_reads_what_rfc_4180_writes_and_names_what_it_does_not)
{
    static const struct {
        const char *what, *text, *want;
    } rows[] = {
        {"nothing", "", ""},
        {"plain", "a,b\r\nc,d\r\n", "1:a|b;2:c|d;"},
        {"no line end at the end", "a,b\nc", "1:a|b;2:c;"},
        {"quoted", "\"a\",\"b,c\"\r\n\"\",\"\"\r\n", "1:a|b,c;2:|;"},
        {"a quote inside", "\"a\"\"b\",\"\"\"\"\n", "1:a\"b|\";"},
        {"a mark of byte order",
         "\xEF\xBB\xBF"
         "a\n",
         "1:a;"},
        {"empty fields", ",\n,,\n", "1:|;2:||;"},
        {"a blank line", "a\n\nb\n\r\n", "1:a;2:blank;3:b;4:blank;"},
        {"UTF-16",
         "\xFF\xFE"
         "a\n",
         "1:csv.utf16;"},
        {"UTF-16, other way",
         "\xFE\xFF"
         "a\n",
         "1:csv.utf16;"},
        {"not UTF-8", "a,\x82\xA0\nb\n", "1:a|csv.utf8;2:b;"},
        {"not UTF-8 in quotes", "\"\xC0\xAF\",b\n", "1:csv.utf8|b;"},
        {"open quote", "\"a\n\"b\"\n", "1:csv.quote_open;2:b;"},
        {"open quote at the end", "\"a", "1:csv.quote_open;"},
        {"open quote, doubled one at the end", "\"a\"\"", "1:csv.quote_open;"},
        {"open quote before quoted", "\"a,\"b\",c\n", "1:csv.quote_open|b|c;"},
        {"open quote before plain", "\"a,b\nc,d\n", "1:csv.quote_open;2:c|d;"},
        {"text behind", "\"a\"x,b\n", "1:csv.quote_inside|b;"},
        {"text behind, last", "\"a\"x\nb\n", "1:csv.quote_inside;2:b;"},
        {"quote inside plain", "a\"b,c\n", "1:csv.quote_inside|c;"},
        {"line break", "\"a\r\nb\",c\r\nd\r\n", "1:csv.line_break;3:d;"},
        {"line breaks", "\"a\n\n\nb\"\nd\n", "1:csv.line_break;5:d;"},
        {"bare CR", "a\rb,c\n", "1:csv.bare_cr|c;"},
        {"bare CR at the end", "a\r", "1:csv.bare_cr;"},
        {"long", "123456789012345678901,b\n", "1:csv.field_bytes|b;"},
        {"just not long", "12345678901234567890,b\n", "1:12345678901234567890|b;"},
        {"many fields", "1,2,3,4,5,6,7,8\n1,2,3,4,5,6,7,8,9\nx\n",
         "1:1|2|3|4|5|6|7|8;2:1|2|3|4|5|6|7|csv.n_fields8;3:x;"},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++)
        T_TEXT(read_all(span_text(rows[i].text), &caps), rows[i].want, rows[i].what);
    T_TEXT(read_all(SPAN("a\0b,c\n"), &caps), "1:csv.nul|c;", "NUL");
    T_TEXT(read_all(SPAN("\"\0\",c\n"), &caps), "1:csv.nul|c;", "NUL in quotes");
}

T_CASE(csv_stops_at_too_many_rows)
{
    const struct csv_caps two = {2, 8, 20};

    T_TEXT(read_all(SPAN("a\nb\nc\nd\n"), &two), "1:a;2:b;3:csv.n_rows;", "two rows");
    T_TEXT(read_all(SPAN("a\nb\n"), &two), "1:a;2:b;", "exactly two");
}

static struct span written(struct csv_writer *w)
{
    struct span text;

    T_EQ(csv_written(w, &text, NULL), ERR_OK, "written");
    return text;
}

T_CASE(csv_writes_quoted_fields_with_crlf_and_no_mark_unless_asked)
{
    struct csv_writer w;

    csv_writer_init(&w, 0);
    csv_write(&w, SPAN("a"));
    csv_write(&w, SPAN("b\"c,d"));
    csv_end_row(&w);
    csv_write(&w, SPAN("x\r\ny\0z"));
    csv_write(&w, SPAN_NONE);
    csv_write(&w, SPAN("=1"));
    csv_end_row(&w);
    T_SPAN(written(&w), SPAN("\"a\",\"b\"\"c,d\"\r\n\"x  y z\",\"\",\"=1\"\r\n"),
           "for programs, a name stays what it is");
    csv_writer_fini(&w);
    csv_writer_init(&w, CSV_BOM);
    csv_write(&w, SPAN("名"));
    csv_end_row(&w);
    T_SPAN(written(&w), SPAN("\xEF\xBB\xBF\"名\"\r\n"), "with a mark");
    csv_writer_fini(&w);
}

T_CASE(csv_for_people_never_holds_a_formula)
{
    static const char *const formulas[] = {"=1+1",
                                           "+1",
                                           "-1",
                                           "@SUM(A1)",
                                           "\t=1",
                                           "\rx",
                                           "＝1",
                                           "＋1",
                                           "－1",
                                           "＠A1",
                                           " =1+1",
                                           "　=1",
                                           " 　 +1",
                                           "=cmd|' /C calc'!A0",
                                           "\n=1",
                                           "\xC2\xA0=1",
                                           "\xEF\xB8\x8F=1",
                                           "\xE2\x80\x8D+1",
                                           "−1"};
    static const char *const harmless[] = {"山田", "", "1-2", "ー", "a=b", "'=1", " 山", "　"};

    T_REQ("NI-T2-1");
    for (size_t i = 0; i < T_COUNT(formulas); i++) {
        struct csv_writer w;

        csv_writer_init(&w, CSV_FOR_PEOPLE);
        csv_write(&w, span_text(formulas[i]));
        T_OK(csv_is_formula(span_text(formulas[i])), formulas[i]);
        T_OK(span_has_prefix(written(&w), SPAN("\"'")), "begins with an apostrophe");
        if (formulas[i][0] !=
            '\r') /* a line break is written as a blank: no formula any more */
            T_OK(csv_is_formula(csv_unguarded(span_from(written(&w), 1))),
                 "which comes off again");
        csv_writer_fini(&w);
    }
    for (size_t i = 0; i < T_COUNT(harmless); i++)
        T_OK(!csv_is_formula(span_text(harmless[i])), harmless[i]);
    T_OK(span_eq(csv_unguarded(SPAN("'山")), SPAN("'山")), "no other apostrophe comes off");
    T_OK(span_eq(csv_unguarded(SPAN("'=1")), SPAN("=1")), "that of a formula does");
}

T_CASE(csv_written_is_read_back_as_the_same)
{
    const struct csv_caps wide = {100000, 8, 20};
    struct csv_writer w;
    struct csv_reader reader;
    struct csv_row row;
    struct arena *arena = NULL;
    bool more;
    int n = 0;

    T_EQ(arena_create(4096, &arena, NULL), ERR_OK, "arena");
    csv_writer_init(&w, 0);
    for (int i = 0; i < 5000; i++) {
        char text[24];

        snprintf(text, sizeof text, "%d\",\"髙", i);
        csv_write(&w, span_text(text));
        csv_write(&w, SPAN(""));
        csv_end_row(&w);
    }
    csv_open(&reader, written(&w), &wide, arena);
    while (csv_next(&reader, &row, &more, NULL) == ERR_OK && more) {
        char text[24];

        snprintf(text, sizeof text, "%d\",\"髙", n++);
        if (row.n != 2 || row.is_broken || !span_eq(row.fields[0], span_text(text)) ||
            row.line != n)
            break;
    }
    T_EQ(n, 5000, "every row");
    csv_writer_fini(&w);
    arena_destroy(&arena);
}
