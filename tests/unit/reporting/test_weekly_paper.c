/* The weekly report on paper and as CSV: whatever names are in it, and of a large node. */
#include "reporting/weekly_paper.h"

#include <stdio.h>

#include "node/io/net_mail.h"
#include "reporting/weekly_week.h"
#include "tests/t.h"

#define WEEK_US INT64_C(1794754800000000) /* 2026-11-16T00:00+09:00 */

static struct weekly_line stay(int day, int hour, enum weekly_end how)
{
    int64_t begin = WEEK_US + day * DAY_US + hour * HOUR_US;

    return (struct weekly_line){.kind = WEEKLY_STAY,
                                .begin_utc_us = begin,
                                .end_utc_us = begin + HOUR_US,
                                .end = how,
                                .n_lost = how == WEEKLY_LOST,
                                .seconds = 3600};
}

static struct weekly_paper paper_of(struct weekly_one *ones, size_t n)
{
    return (struct weekly_paper){
        .report = {.week_utc_us = WEEK_US, .made_utc_us = WEEK_US + WEEKLY_US + 6 * HOUR_US},
        .town = SPAN("あおぞら市"),
        .title = SPAN("学びの居場所"),
        .reader = ROLE_COMMISSIONER,
        .ones = ones,
        .n = n,
    };
}

T_CASE(weekly_paper_is_made_whatever_the_names)
{
    static const char *const names[] = {
        "花子",     "\xf3\xb0\x80\x80 private use",
        "=SUM(A1)", "\"引用\",コンマ",
        "",         "とてもとてもとてもとてもとてもとてもとてもとてもとてもとてもながいなまえ",
    };
    struct weekly_line lines[2] = {stay(1, 10, WEEKLY_EXIT), stay(2, 10, WEEKLY_LOST)};
    struct weekly_one ones[T_COUNT(names)];
    struct weekly_paper paper = paper_of(ones, T_COUNT(names));
    struct arena *arena = NULL;
    struct span pdf, csv;

    T_EQ(arena_create(65536, &arena, NULL), ERR_OK, "arena");
    for (size_t i = 0; i < T_COUNT(names); i++)
        ones[i] = (struct weekly_one){.login = SPAN("himawari1234"),
                                      .display = span_text(names[i]),
                                      .name = span_text(names[i]),
                                      .lines = lines,
                                      .n = 2};
    for (int has = 0; has < 2; has++) {
        paper.has_names = has == 1;
        T_EQ(weekly_paper_pdf(&paper, arena, &pdf, NULL), ERR_OK, "drawn");
        T_OK(pdf.len > 1000 && memcmp(pdf.p, "%PDF-", 5) == 0, "a document");
    }
    T_EQ(weekly_paper_csv(&paper, arena, &csv, NULL), ERR_OK, "written");
    T_OK(memmem(csv.p, csv.len, "\"'=SUM(A1)\"", 11) != NULL, "no formula");
    T_OK(memmem(csv.p, csv.len, "\"2026-11-17 10:00:00\"", 21) != NULL, "Tokyo's time");
    paper.n = 0;
    T_EQ(weekly_paper_pdf(&paper, arena, &pdf, NULL), ERR_OK, "nobody at all");
    T_EQ(weekly_paper_csv(&paper, arena, &csv, NULL), ERR_OK, "nobody in the CSV");
    arena_destroy(&arena);
}

T_CASE(weekly_paper_of_a_large_node_fits_a_mail)
{
    enum { N = 700 };
    static struct weekly_line lines[10];
    static struct weekly_one ones[N];
    static char logins[N][24], names[N][32];
    struct weekly_paper paper = paper_of(ones, N);
    struct arena *arena = NULL;
    struct span pdf;
    int64_t began;

    T_EQ(arena_create(65536, &arena, NULL), ERR_OK, "arena");
    for (int i = 0; i < 10; i++)
        lines[i] = stay(i / 2, i % 2 == 0 ? 10 : 13, WEEKLY_EXIT);
    for (int i = 0; i < N; i++) {
        snprintf(logins[i], sizeof logins[i], "himawari%04d", i);
        snprintf(names[i], sizeof names[i], "ひまわり%d", i);
        ones[i] = (struct weekly_one){.login = span_text(logins[i]),
                                      .display = span_text(names[i]),
                                      .lines = lines,
                                      .n = 10};
    }
    began = clock_mono_us();
    T_EQ(weekly_paper_pdf(&paper, arena, &pdf, NULL), ERR_OK, "drawn");
    T_OK(pdf.len < NET_MAIL_FILE_MOST, "small enough for a mail");
    printf("  note 700 pupils, 7,000 lines: %lld ms, %zu bytes\n",
           (long long)((clock_mono_us() - began) / 1000), pdf.len);
    arena_destroy(&arena);
}
