/* The weekly report on paper (様式 W-1) and as CSV. */
#include <stdio.h>
#include <stdlib.h>

#include "node/base/era.h"
#include "node/io/csv.h"
#include "node/io/pdf.h"
#include "reporting/log_source.h"
#include "reporting/weekly_paper.h"
#include "reporting/weekly_week.h"

#define TITLE_JA   "週間利用状況報告書（ログイン・入退室・授業参加）"
#define CELLS_MOST 8
#define TEXT_CAP   64

static const char *const end_words[] = {
    [WEEKLY_OPEN] = "報告の時点で継続中",
    [WEEKLY_OUT] = "ログアウト",
    [WEEKLY_ENDED] = "自動で終了",
    [WEEKLY_UNUSED] = "ログアウトの操作なし（最後に使った時刻）",
    [WEEKLY_EXIT] = "退室",
    [WEEKLY_LOST] = "通信が切れて終了",
    [WEEKLY_NEXT] = "翌日へ続く",
};

/* ---- figures ---- */

struct figures {
    int n_logged, n_logins; /* pupils who began a login; logins */
    int n_came, n_visits;   /* pupils who were there; visits that began */
    int64_t seconds;
};

/* Of one day (0..6), or of all (-1). */
static void count_one(const struct weekly_paper *paper, const struct weekly_one *one, int day,
                      struct figures *f)
{
    int n_logins = 0, n_stays = 0;

    for (size_t i = 0; i < one->n; i++) {
        const struct weekly_line *line = &one->lines[i];
        bool is_here =
            line->kind != WEEKLY_NONE && line->kind != WEEKLY_LESSON &&
            (day < 0 || weekly_day(paper->report.week_utc_us, line->begin_utc_us) == day);

        if (!is_here)
            continue;
        if (line->kind == WEEKLY_LOGIN) {
            n_logins += line->is_continued ? 0 : 1;
            continue;
        }
        n_stays++;
        f->n_visits += line->is_continued ? 0 : 1;
        f->seconds += line->seconds;
    }
    f->n_logged += n_logins > 0;
    f->n_logins += n_logins;
    f->n_came += n_stays > 0;
}

static struct figures count_all(const struct weekly_paper *paper, int day)
{
    struct figures f = {0};

    for (size_t i = 0; i < paper->n; i++)
        count_one(paper, &paper->ones[i], day, &f);
    return f;
}

/* Days on which he began a login; on which he was there. */
static void count_days(const struct weekly_paper *paper, const struct weekly_one *one,
                       int *logged_out, int *came_out)
{
    *logged_out = *came_out = 0;
    for (int d = 0; d < WEEKLY_DAYS; d++) {
        struct figures f = {0};

        count_one(paper, one, d, &f);
        *logged_out += f.n_logged;
        *came_out += f.n_came;
    }
}

/* ---- texts ---- */

static void text_of_clock(int64_t utc_us, char out[TEXT_CAP])
{
    char text[CLOCK_TEXT_CAP];

    clock_tokyo_text(utc_us, text);
    snprintf(out, TEXT_CAP, "%.5s", text + 11);
}

/* 11月17日（火） */
static void text_of_day(int64_t utc_us, char out[TEXT_CAP])
{
    char text[ERA_TEXT_CAP];
    const char *year;

    era_date_text(utc_us, true, text);
    year = strstr(text, "年");
    snprintf(out, TEXT_CAP, "%.60s", year == NULL ? text : year + strlen("年"));
}

/* 11/17（火） */
static void text_of_short_day(int64_t utc_us, char out[TEXT_CAP])
{
    char long_text[TEXT_CAP], iso[CLOCK_TEXT_CAP];
    const char *weekday;

    text_of_day(utc_us, long_text);
    clock_tokyo_text(utc_us, iso);
    weekday = strstr(long_text, "（");
    snprintf(out, TEXT_CAP, "%d/%d%.20s", atoi(iso + 5), atoi(iso + 8),
             weekday == NULL ? "" : weekday);
}

static void text_of_seconds(int64_t seconds, char out[TEXT_CAP])
{
    int64_t minutes = (seconds + 30) / 60;

    snprintf(out, TEXT_CAP, "%lld時間%02lld分", (long long)(minutes / 60),
             (long long)(minutes % 60));
}

static void text_of_end(const struct weekly_line *line, char *out, size_t cap)
{
    const char *before = !line->is_continued          ? ""
                         : line->kind == WEEKLY_LOGIN ? "前の週から続く。"
                                                      : "前日から続く。";
    int n = snprintf(out, cap, "%s%s", before, end_words[line->end]);

    if (line->n_lost > 0 && n > 0 && (size_t)n < cap)
        n += snprintf(out + n, cap - (size_t)n, "。切断%lld回", (long long)line->n_lost);
    if (line->is_trial && n > 0 && (size_t)n < cap)
        snprintf(out + n, cap - (size_t)n, "。体験用ID");
}

/* ---- the document ---- */

struct drawing {
    const struct weekly_paper *paper;
    struct arena *arena;
    struct pdf *pdf;
    struct fail *why;
};

/* A character of a name that this machine cannot print takes no report with it. */
static enum err put_row(struct drawing *d, struct span *cells, int name_at)
{
    enum err rc = pdf_table_row(d->pdf, cells, d->why);

    for (int i = name_at; rc == ERR_INVALID && i <= name_at + 1; i++) {
        cells[i] = SPAN("（印刷できない文字）");
        rc = pdf_table_row(d->pdf, cells, d->why);
    }
    return rc;
}

static enum err put_line(struct drawing *d, const char *head, struct span text)
{
    char *line =
        text.len == 0 ? NULL : arena_printf(d->arena, "%s：%.*s", head, SPAN_ARG(text));

    return text.len == 0 ? ERR_OK : pdf_paragraph(d->pdf, span_text(line), d->why);
}

static enum err put_head(struct drawing *d)
{
    const struct weekly_paper *paper = d->paper;
    const int64_t week = paper->report.week_utc_us;
    char from[ERA_TEXT_CAP], until[ERA_TEXT_CAP], made[ERA_TEXT_CAP], at[TEXT_CAP];
    char *text;
    enum err rc = pdf_heading(d->pdf, 0, SPAN(TITLE_JA), d->why);

    era_date_text(week, true, from);
    era_date_text(week + WEEKLY_US - 1, true, until);
    era_date_text(paper->report.made_utc_us, true, made);
    text_of_clock(paper->report.made_utc_us, at);
    if (rc == ERR_OK)
        rc = pdf_paragraph(d->pdf, SPAN("様式：W-1　週間利用状況報告"), d->why);
    if (rc == ERR_OK)
        rc = put_line(d, "契約の件名", paper->title);
    if (rc == ERR_OK)
        rc = put_line(d, "発注者", paper->town);
    if (rc == ERR_OK)
        rc = put_line(d, "受注者", paper->contractor);
    text = arena_printf(d->arena, "%s から %s まで", from, until);
    if (rc == ERR_OK)
        rc = put_line(d, "対象の期間", span_text(text));
    text = arena_printf(d->arena, "%s %s", made, at);
    if (rc == ERR_OK)
        rc = put_line(d, "作成した日時", span_text(text));
    text = arena_printf(d->arena, "%s（見ることを認められた児童生徒 %zu人）",
                        role_name_ja(paper->reader), paper->n);
    return rc == ERR_OK ? put_line(d, "報告を受ける人", span_text(text)) : rc;
}

static enum err put_figures(struct drawing *d, const char *head, const struct figures *f)
{
    char texts[5][TEXT_CAP];
    const int counts[4] = {f->n_logged, f->n_logins, f->n_came, f->n_visits};
    struct span cells[6] = {span_text(head)};

    for (int i = 0; i < 4; i++) {
        snprintf(texts[i], TEXT_CAP, "%d", counts[i]);
        cells[i + 1] = span_text(texts[i]);
    }
    text_of_seconds(f->seconds, texts[4]);
    cells[5] = span_text(texts[4]);
    return pdf_table_row(d->pdf, cells, d->why);
}

static enum err put_days(struct drawing *d)
{
    static const struct pdf_column columns[] = {{"日", 20},           {"ログインした人数", 16},
                                                {"ログイン回数", 16}, {"来た人数", 14},
                                                {"訪問回数", 14},     {"いた時間の合計", 20}};
    struct figures f;
    enum err rc = pdf_heading(d->pdf, 1, SPAN("1　日ごとの合計"), d->why);

    if (rc == ERR_OK)
        rc = pdf_table_begin(d->pdf, columns, 6, d->why);
    for (int day = 0; rc == ERR_OK && day < WEEKLY_DAYS; day++) {
        char head[TEXT_CAP];

        text_of_day(d->paper->report.week_utc_us + day * DAY_US, head);
        f = count_all(d->paper, day);
        rc = put_figures(d, head, &f);
    }
    f = count_all(d->paper, -1);
    if (rc == ERR_OK)
        rc = put_figures(d, "週の合計", &f);
    if (rc == ERR_OK)
        pdf_table_end(d->pdf);
    return rc;
}

/* ID, shown name and, where the reader may know it, the name: from cell `at` on. */
static int put_names(const struct weekly_paper *paper, const struct weekly_one *one,
                     struct span *cells)
{
    cells[0] = one->login;
    cells[1] = one->display;
    if (!paper->has_names)
        return 2;
    cells[2] = one->name;
    return 3;
}

static enum err put_pupil(struct drawing *d, const struct weekly_one *one)
{
    char texts[5][TEXT_CAP];
    struct span cells[CELLS_MOST];
    struct figures f = {0};
    int at = put_names(d->paper, one, cells), days[2];

    count_one(d->paper, one, -1, &f);
    count_days(d->paper, one, &days[0], &days[1]);
    snprintf(texts[0], TEXT_CAP, "%d", days[0]);
    snprintf(texts[1], TEXT_CAP, "%d", f.n_logins);
    snprintf(texts[2], TEXT_CAP, "%d", days[1]);
    snprintf(texts[3], TEXT_CAP, "%d", f.n_visits);
    text_of_seconds(f.seconds, texts[4]);
    for (int i = 0; i < 5; i++)
        cells[at + i] = span_text(texts[i]);
    return put_row(d, cells, 1);
}

static enum err put_pupils(struct drawing *d)
{
    static const struct pdf_column with_names[] = {
        {"ID", 15},          {"表示名", 19},  {"氏名", 18},    {"ログイン日数", 9},
        {"ログイン回数", 9}, {"来た日数", 8}, {"訪問回数", 8}, {"いた時間", 14}};
    static const struct pdf_column without[] = {
        {"ID", 18},       {"表示名", 28},   {"ログイン日数", 10}, {"ログイン回数", 10},
        {"来た日数", 10}, {"訪問回数", 10}, {"いた時間", 14}};
    bool has = d->paper->has_names;
    enum err rc = pdf_heading(d->pdf, 1, SPAN("2　児童生徒ごとの合計"), d->why);

    if (rc == ERR_OK && d->paper->n == 0)
        return pdf_paragraph(d->pdf, SPAN("対象の児童生徒はいません。"), d->why);
    if (rc == ERR_OK)
        rc = pdf_table_begin(d->pdf, has ? with_names : without, has ? 8 : 7, d->why);
    for (size_t i = 0; rc == ERR_OK && i < d->paper->n; i++)
        rc = put_pupil(d, &d->paper->ones[i]);
    if (rc == ERR_OK)
        pdf_table_end(d->pdf);
    return rc;
}

static enum err put_detail(struct drawing *d, const struct weekly_one *one,
                           const struct weekly_line *line)
{
    char day[TEXT_CAP], begin[TEXT_CAP], end[TEXT_CAP] = "", stay[TEXT_CAP] = "", note[200];
    struct span cells[CELLS_MOST] = {SPAN_NONE, one->login, one->display};

    /* A login from before the week stands under the day it began. */
    text_of_short_day(line->begin_utc_us, day);
    text_of_clock(line->begin_utc_us, begin);
    if (line->end == WEEKLY_NEXT)
        snprintf(end, sizeof end, "24:00");
    else if (line->end_utc_us != 0)
        text_of_clock(line->end_utc_us, end);
    if (line->kind == WEEKLY_LOGIN && line->end_utc_us != 0 &&
        (line->end_utc_us + 9 * HOUR_US) / DAY_US !=
            (line->begin_utc_us + 9 * HOUR_US) / DAY_US) {
        char later[TEXT_CAP];

        text_of_short_day(line->end_utc_us, later);
        snprintf(stay, sizeof stay, "%.40sまで", later);
    }
    if (line->kind == WEEKLY_STAY)
        text_of_seconds(line->seconds, stay);
    text_of_end(line, note, sizeof note);
    cells[0] = span_text(day);
    cells[3] = line->kind == WEEKLY_LOGIN ? SPAN("ログイン") : SPAN("入退室");
    cells[4] = span_text(begin);
    cells[5] = span_text(end);
    cells[6] = span_text(stay);
    cells[7] = span_text(note);
    return put_row(d, cells, 2);
}

static bool is_detail(const struct weekly_line *line)
{
    return line->kind == WEEKLY_LOGIN || line->kind == WEEKLY_STAY;
}

static enum err put_details(struct drawing *d)
{
    static const struct pdf_column columns[] = {
        {"日", 14},    {"ID", 14},    {"表示名", 16},   {"種類", 10},
        {"始まり", 8}, {"終わり", 8}, {"いた時間", 12}, {"終わり方など", 18}};
    size_t n = 0;
    enum err rc =
        pdf_heading(d->pdf, 1, SPAN("3　ログイン・ログアウト、入室・退室の日時"), d->why);

    for (size_t i = 0; i < d->paper->n; i++)
        for (size_t j = 0; j < d->paper->ones[i].n; j++)
            n += is_detail(&d->paper->ones[i].lines[j]);
    if (rc == ERR_OK && n == 0)
        return pdf_paragraph(d->pdf, SPAN("この週のログインと入退室の記録はありません。"),
                             d->why);
    if (rc == ERR_OK)
        rc = pdf_table_begin(d->pdf, columns, 8, d->why);
    for (size_t i = 0; rc == ERR_OK && i < d->paper->n; i++) {
        const struct weekly_one *one = &d->paper->ones[i];

        for (size_t j = 0; rc == ERR_OK && j < one->n; j++)
            if (is_detail(&one->lines[j]))
                rc = put_detail(d, one, &one->lines[j]);
    }
    if (rc == ERR_OK)
        pdf_table_end(d->pdf);
    return rc;
}

/* ---- lessons (AI-4.6-ア-3) ---- */

static struct span course_kind_ja(const struct weekly_line *line)
{
    static const struct log_column kinds = {.words_ja = LOG_COURSE_KINDS_JA};

    return log_word_ja(&kinds, line->course_kind);
}

static enum err put_lesson(struct drawing *d, const struct weekly_one *one,
                           const struct weekly_line *line)
{
    char day[TEXT_CAP], begin[TEXT_CAP], end[TEXT_CAP] = "", minutes[TEXT_CAP];
    struct span cells[CELLS_MOST] = {SPAN_NONE, one->login, one->display};

    text_of_short_day(line->begin_utc_us, day);
    text_of_clock(line->begin_utc_us, begin);
    if (line->end_utc_us != 0)
        text_of_clock(line->end_utc_us, end);
    snprintf(minutes, sizeof minutes, "%lld分%s", (long long)(line->seconds / 60),
             line->is_attended ? "（参加）" : "");
    cells[0] = span_text(day);
    cells[3] = line->title;
    cells[4] = course_kind_ja(line);
    cells[5] = span_text(begin);
    cells[6] = span_text(end);
    cells[7] = span_text(minutes);
    return put_row(d, cells, 2);
}

static enum err put_lessons(struct drawing *d)
{
    static const struct pdf_column columns[] = {
        {"日", 12},         {"ID", 12},  {"表示名", 14}, {"講座", 24},
        {"講座の種類", 14}, {"参加", 7}, {"退出", 7},    {"いた時間", 10}};
    size_t n = 0;
    enum err rc = pdf_heading(d->pdf, 1, SPAN("4　授業への参加"), d->why);

    for (size_t i = 0; i < d->paper->n; i++)
        for (size_t j = 0; j < d->paper->ones[i].n; j++)
            n += d->paper->ones[i].lines[j].kind == WEEKLY_LESSON;
    if (rc == ERR_OK && n == 0)
        return pdf_paragraph(d->pdf, SPAN("この週の授業への参加の記録はありません。"), d->why);
    if (rc == ERR_OK)
        rc = pdf_table_begin(d->pdf, columns, 8, d->why);
    for (size_t i = 0; rc == ERR_OK && i < d->paper->n; i++) {
        const struct weekly_one *one = &d->paper->ones[i];

        for (size_t j = 0; rc == ERR_OK && j < one->n; j++)
            if (one->lines[j].kind == WEEKLY_LESSON)
                rc = put_lesson(d, one, &one->lines[j]);
    }
    if (rc == ERR_OK)
        pdf_table_end(d->pdf);
    return rc;
}

static enum err put_notes(struct drawing *d)
{
    static const char *const notes[] = {
        "時刻は日本時間です。週は月曜日の0時から日曜日の24時までです。",
        ("訪問は、入室から退室までを1回と数えます。通信が切れて戻った場合も1回です。"
         "切れていた間は、いた時間に入れません。"),
        "0時をまたぐ訪問は日ごとに分けて書き、回数は始まった日に数えます。",
        "みてるだけの参加も1回の訪問です。この報告は出席の日数を示すものではありません。",
        ("授業にいた時間は、その授業の時間の中で参加していた時間の合計です。定めた時間以上いた"
         "ときに（参加）と書きます。"),
        "この報告は、指定された人だけが見られます。写しを渡したり転送したりしないでください。",
    };
    enum err rc = pdf_heading(d->pdf, 2, SPAN("読み方"), d->why);

    for (size_t i = 0; rc == ERR_OK && i < sizeof notes / sizeof notes[0]; i++) {
        char *text = arena_printf(d->arena, "・%s", notes[i]);

        rc = pdf_paragraph(d->pdf, span_text(text), d->why);
    }
    return rc;
}

enum err weekly_paper_pdf(const struct weekly_paper *paper, struct arena *arena,
                          struct span *bytes_out, struct fail *why)
{
    struct drawing d = {paper, arena, NULL, why};
    enum err rc = pdf_create_memory(TITLE_JA, paper->report.made_utc_us, &d.pdf, why);

    *bytes_out = SPAN_NONE;
    if (rc == ERR_OK)
        rc = put_head(&d);
    if (rc == ERR_OK)
        rc = put_days(&d);
    if (rc == ERR_OK)
        rc = put_notes(&d);
    if (rc == ERR_OK)
        rc = put_pupils(&d);
    if (rc == ERR_OK)
        rc = put_details(&d);
    if (rc == ERR_OK)
        rc = put_lessons(&d);
    if (rc == ERR_OK)
        rc = pdf_finish(d.pdf, why);
    if (rc == ERR_OK) {
        *bytes_out = arena_copy(arena, pdf_bytes(d.pdf));
        if (bytes_out->p == NULL)
            rc = fail_set(why, ERR_NOMEM, "a report");
    }
    pdf_destroy(&d.pdf);
    return rc;
}

/* ---- CSV ---- */

static void write_time(struct csv_writer *csv, int64_t utc_us)
{
    char text[CLOCK_TEXT_CAP] = "";

    if (utc_us != 0)
        clock_tokyo_text(utc_us, text);
    if (text[0] != '\0')
        text[10] = ' '; /* as spreadsheets read it */
    csv_write(csv, span_cut(span_text(text), 0, 19));
}

static void write_line(struct csv_writer *csv, const struct weekly_one *one,
                       const struct weekly_line *line)
{
    static const char *const kinds[] = {[WEEKLY_NONE] = "記録なし",
                                        [WEEKLY_LOGIN] = "ログイン",
                                        [WEEKLY_STAY] = "入退室",
                                        [WEEKLY_LESSON] = "授業"};
    char number[TEXT_CAP];

    csv_write(csv, one->login);
    csv_write(csv, one->display);
    csv_write(csv, one->name);
    csv_write(csv, one->school);
    csv_write(csv, span_text(kinds[line->kind]));
    write_time(csv, line->begin_utc_us);
    write_time(csv, line->end_utc_us);
    csv_write(csv, line->kind == WEEKLY_NONE ? SPAN("") : span_text(end_words[line->end]));
    csv_write(csv, line->is_continued ? SPAN("はい") : SPAN(""));
    snprintf(number, sizeof number, "%lld", (long long)line->n_lost);
    csv_write(csv, span_text(number));
    snprintf(number, sizeof number, "%lld", (long long)line->seconds);
    csv_write(csv, line->kind == WEEKLY_STAY || line->kind == WEEKLY_LESSON ? span_text(number)
                                                                            : SPAN(""));
    csv_write(csv, line->is_trial ? SPAN("はい") : SPAN(""));
    csv_write(csv, line->title);
    csv_write(csv, line->kind == WEEKLY_LESSON ? course_kind_ja(line) : SPAN(""));
    csv_write(csv, line->kind != WEEKLY_LESSON ? SPAN("")
                   : line->is_attended         ? SPAN("はい")
                                               : SPAN("いいえ"));
    csv_end_row(csv);
}

enum err weekly_paper_csv(const struct weekly_paper *paper, struct arena *arena,
                          struct span *bytes_out, struct fail *why)
{
    static const char *const heads[] = {"ID",       "表示名",         "氏名",
                                        "学校",     "種類",           "始まり",
                                        "終わり",   "終わり方",       "前から続くか",
                                        "切断回数", "いた時間（秒）", "体験用IDか",
                                        "講座",     "講座の種類",     "授業に参加と数えるか"};
    struct csv_writer csv;
    struct span text;
    enum err rc;

    *bytes_out = SPAN_NONE;
    csv_writer_init(&csv, CSV_BOM | CSV_FOR_PEOPLE);
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
        csv_write(&csv, span_text(heads[i]));
    csv_end_row(&csv);
    for (size_t i = 0; i < paper->n; i++)
        for (size_t j = 0; j < paper->ones[i].n; j++)
            write_line(&csv, &paper->ones[i], &paper->ones[i].lines[j]);
    rc = csv_written(&csv, &text, why);
    if (rc == ERR_OK) {
        *bytes_out = arena_copy(arena, text);
        if (bytes_out->p == NULL)
            rc = fail_set(why, ERR_NOMEM, "a report");
    }
    csv_writer_fini(&csv);
    return rc;
}
