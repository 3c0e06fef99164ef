/* The monthly report on paper (様式 M-1): first the picture, then every figure in the order how
 * to tie, how to keep tied, after; days of attendance stand apart, last. */
#include <inttypes.h>
#include <stdio.h>

#include "node/base/era.h"
#include "node/io/pdf.h"
#include "reporting/kpi/kpi_month.h"
#include "reporting/monthly_facts_store.h"
#include "reporting/monthly_paper.h"

#define TITLE_JA "月次報告書（指標・出来事・相談・稼働）"
#define LONG_MM  65 /* a table begins where so much is left */
#define SHORT_MM 34
#define NAME_CAP 120 /* bytes of a contract's title that the head has room for */

struct drawing {
    const struct monthly_paper *paper;
    struct arena *arena;
    struct pdf *pdf;
    struct fail *why;
};

static const struct kpi_cell *find_cell(const struct kpi_sheet *sheet, const char *kpi,
                                        enum kpi_part part)
{
    for (size_t i = 0; i < sheet->n; i++)
        if (sheet->cells[i].part == part && span_eq(sheet->cells[i].kpi, span_text(kpi)))
            return &sheet->cells[i];
    return NULL;
}

/* Of 100 %, halves up; -1: of nobody. */
static int64_t tenths_of(int64_t num, int64_t den)
{
    return den == 0 ? -1 : (num * 2000 + den) / (den * 2);
}

static struct span text_of(const char *text)
{
    return text == NULL ? SPAN("") : span_text(text);
}

static enum err put_line(struct drawing *d, const char *name, struct span value)
{
    char *text = arena_printf(d->arena, "%s：%.*s", name, SPAN_ARG(value));

    return text == NULL ? fail_set(d->why, ERR_NOMEM, "a line")
                        : pdf_paragraph(d->pdf, span_text(text), d->why);
}

/* At most so many bytes, whole letters. */
static struct span short_name(struct span name, struct arena *arena)
{
    size_t n = NAME_CAP;

    if (name.len <= NAME_CAP)
        return name;
    while (n > 0 && (name.p[n] & 0xc0) == 0x80)
        n--;
    return text_of(arena_printf(arena, "%.*s…", (int)n, (const char *)name.p));
}

/* ---- the head ---- */

static enum err put_head(struct drawing *d)
{
    const struct monthly_report *report = &d->paper->report;
    char first[ERA_TEXT_CAP], last[ERA_TEXT_CAP], made[ERA_TEXT_CAP];
    enum err rc = pdf_heading(d->pdf, 0, SPAN(TITLE_JA), d->why);

    era_date_text(report->month_utc_us, true, first);
    era_date_text(kpi_month_next(report->month_utc_us) - 1, true, last);
    era_date_text(report->made_utc_us, true, made);
    if (rc == ERR_OK)
        rc = pdf_paragraph(d->pdf, SPAN("様式：M-1　月次報告"), d->why);
    if (rc == ERR_OK)
        rc = put_line(d, "契約の件名", short_name(report->title, d->arena));
    if (rc == ERR_OK)
        rc = put_line(d, "発注者", short_name(report->town, d->arena));
    if (rc == ERR_OK)
        rc = put_line(d, "受注者", short_name(report->contractor, d->arena));
    if (rc == ERR_OK)
        rc = put_line(d, "対象の期間",
                      text_of(arena_printf(d->arena, "%s から %s まで", first, last)));
    return rc == ERR_OK ? put_line(d, "作成した日", span_text(made)) : rc;
}

/* ---- the picture ---- */

/* "10月", and the year below where one begins. */
static struct span label_of(struct drawing *d, int64_t month_utc_us, bool with_year)
{
    char text[KPI_MONTH_CAP];
    const char *era = monthly_era(month_utc_us, d->arena);
    const char *year = era == NULL ? NULL : strstr(era, "年");
    int month = 0;

    kpi_month_text(month_utc_us, text);
    if (year == NULL || sscanf(text + 5, "%d", &month) != 1)
        return SPAN("");
    return with_year
               ? text_of(arena_printf(d->arena, "%d月\n%.*s年", month, (int)(year - era), era))
               : text_of(arena_printf(d->arena, "%d月", month));
}

/* A month that was not counted has a place of its own; one counted by another meaning of the
 * figure has no point. */
static int64_t point_of(const struct monthly_paper *paper, int64_t month_utc_us,
                        const char *kpi)
{
    const struct kpi_def *now =
        kpi_def_find(span_text(kpi), (int)paper->months[0].month.version);

    for (size_t m = 0; m < paper->n_months; m++) {
        const struct kpi_sheet *sheet = &paper->months[m];
        const struct kpi_cell *cell = find_cell(sheet, kpi, KPI_ALL);

        if (sheet->month.month_utc_us == month_utc_us && cell != NULL &&
            kpi_def_find(cell->kpi, (int)sheet->month.version) == now)
            return tenths_of(cell->num, cell->den);
    }
    return -1;
}

static enum err put_trend(struct drawing *d)
{
    static const char *const kpis[] = {"isolation_30", "continuity", "rose"};
    const struct monthly_paper *paper = d->paper;
    int64_t values[3][MONTHLY_MONTHS_SHOWN];
    struct span labels[MONTHLY_MONTHS_SHOWN];
    const struct pdf_series series[3] = {{"孤立率（30日）", values[0]},
                                         {"つながりの続き", values[1]},
                                         {"段階的復帰率", values[2]}};
    int64_t month = paper->months[paper->n_months - 1].month.month_utc_us;
    int n = 0;
    enum err rc = pdf_heading(d->pdf, 1, SPAN("1　移り変わり（全員）"), d->why);

    for (; n < MONTHLY_MONTHS_SHOWN && month <= paper->report.month_utc_us;
         month = kpi_month_next(month)) {
        char text[KPI_MONTH_CAP];

        kpi_month_text(month, text);
        labels[n] = label_of(d, month, n == 0 || strcmp(text + 5, "01") == 0);
        for (int s = 0; s < 3; s++)
            values[s][n] = point_of(paper, month, kpis[s]);
        n++;
    }
    return rc == ERR_OK ? pdf_lines(d->pdf, labels, n, series, 3, d->why) : rc;
}

static enum err put_steps(struct drawing *d)
{
    static const char *const kpis[] = {"at_none", "at_0", "at_1", "at_2", "at_3", "at_4"};
    static const char *const names[] = {
        "まだどの段階でもない", "段階0　アバターで入室",         "段階1　定期接点",
        "段階2　学習・活動",    "段階3　支援センター・別室など", "段階4　教室・行事・外出"};
    struct pdf_bar bars[6];
    enum err rc = pdf_heading(
        d->pdf, 1, SPAN("2　月の終わりにいた段階（全員。順位ではありません）"), d->why);

    for (int i = 0; i < 6; i++) {
        const struct kpi_cell *cell = find_cell(&d->paper->months[0], kpis[i], KPI_ALL);
        int64_t num = cell == NULL ? 0 : cell->num;
        int64_t tenths = cell == NULL ? -1 : tenths_of(cell->num, cell->den);

        bars[i] = (struct pdf_bar){
            .label = span_text(names[i]),
            .tenths = tenths < 0 ? 0 : tenths,
            .text = tenths < 0 ? SPAN("—")
                               : text_of(arena_printf(
                                     d->arena, "%" PRId64 "人（%" PRId64 ".%" PRId64 "％）",
                                     num, tenths / 10, tenths % 10))};
    }
    return rc == ERR_OK ? pdf_bars(d->pdf, bars, 6, d->why) : rc;
}

static enum err put_notes(struct drawing *d)
{
    static const char *const notes[] = {
        "急がせるためや、人をくらべるための数字ではありません。体験用のIDは入れていません。",
        "「—」は、もとになる児童生徒や出来事がないことを表します。0とはちがいます。",
        ("数字は、月が終わって3日たってから一度だけ数え、あとから変えません。指標の数え方は、同"
         "じ"
         "数字のExcelの表と、画面の「月次の指標」にあります。"),
        "この報告は、指定された人だけが見られます。写しを渡したり転送したりしないでください。",
    };
    enum err rc = pdf_heading(d->pdf, 2, SPAN("読み方"), d->why);

    for (size_t i = 0; rc == ERR_OK && i < sizeof notes / sizeof notes[0]; i++)
        rc = pdf_paragraph(d->pdf, text_of(arena_printf(d->arena, "・%s", notes[i])), d->why);
    return rc;
}

/* ---- the figures ---- */

static struct span cell_text(struct drawing *d, const struct kpi_def *def,
                             const struct kpi_cell *cell)
{
    int64_t tenths;

    if (cell == NULL || (def->form != KPI_COUNT && cell->den == 0))
        return SPAN("—");
    tenths = tenths_of(cell->num, cell->den);
    switch (def->form) {
    case KPI_SHARE:
        return text_of(arena_printf(d->arena,
                                    "%" PRId64 ".%" PRId64 "%% (%" PRId64 "/%" PRId64 ")",
                                    tenths / 10, tenths % 10, cell->num, cell->den));
    case KPI_COUNT:
        return text_of(arena_printf(d->arena, "%" PRId64 "%s (%" PRId64 "人)", cell->num,
                                    def->stage == KPI_APART ? "日" : "回", cell->den));
    case KPI_MEDIAN:
        return text_of(
            arena_printf(d->arena, "%" PRId64 "日 (%" PRId64 "人)", cell->num, cell->den));
    }
    return SPAN("");
}

/* All parts of the month, and of all the month before, if it was counted by the same meaning.
 */
static enum err put_figure(struct drawing *d, const struct kpi_def *def)
{
    const struct monthly_paper *paper = d->paper;
    const struct kpi_cell *before = NULL;
    struct span cells[KPI_PARTS_N + 2] = {span_text(def->name_ja)};

    for (int part = 0; part < KPI_PARTS_N; part++)
        cells[part + 1] =
            cell_text(d, def, find_cell(&paper->months[0], def->id, (enum kpi_part)part));
    if (paper->n_months > 1 &&
        paper->months[1].month.month_utc_us == kpi_month_before(paper->report.month_utc_us) &&
        kpi_def_is_of(def, (int)paper->months[1].month.version))
        before = find_cell(&paper->months[1], def->id, KPI_ALL);
    cells[KPI_PARTS_N + 1] = cell_text(d, def, before);
    return pdf_table_row(d->pdf, cells, d->why);
}

static enum err put_stage(struct drawing *d, enum kpi_stage stage)
{
    static const struct pdf_column columns[] = {{"指標", 26},     {"全員", 16},
                                                {"小学校", 15},   {"中学校", 15},
                                                {"そのほか", 13}, {"前の月（全員）", 15}};
    static const char *const heads[] = {
        [KPI_TIE] = "3　つながる前",
        [KPI_KEEP] = "4　つながり続ける",
        [KPI_AFTER] = "5　その後",
        [KPI_APART] = "6　出席の報告のための数（成果の指標ではありません）",
    };
    enum err rc = pdf_keep(d->pdf, stage == KPI_APART ? SHORT_MM : LONG_MM, d->why);

    if (rc == ERR_OK)
        rc = pdf_heading(d->pdf, 1, span_text(heads[stage]), d->why);

    if (rc == ERR_OK)
        rc = pdf_table_begin(d->pdf, columns, KPI_PARTS_N + 2, d->why);
    for (int i = 0; rc == ERR_OK && i < KPI_DEFS_N; i++)
        if (kpi_defs[i].stage == stage &&
            kpi_def_is_of(&kpi_defs[i], (int)d->paper->months[0].month.version))
            rc = put_figure(d, &kpi_defs[i]);
    if (rc == ERR_OK)
        pdf_table_end(d->pdf);
    return rc;
}

/* ---- incidents, inquiries, service ---- */

/* 4分30秒, 2時間05分, 3日4時間 */
static const char *text_of_seconds(struct drawing *d, int64_t s)
{
    if (s < 3600)
        return arena_printf(d->arena, "%" PRId64 "分%02" PRId64 "秒", s / 60, s % 60);
    return s < 86400 ? arena_printf(d->arena, "%" PRId64 "時間%02" PRId64 "分", s / 3600,
                                    s % 3600 / 60)
                     : arena_printf(d->arena, "%" PRId64 "日%" PRId64 "時間", s / 86400,
                                    s % 86400 / 3600);
}

static const char *fact_text(struct drawing *d, const struct monthly_fact *fact,
                             const struct monthly_line *line)
{
    int64_t num = line->num, den = line->den, tenths = tenths_of(num, den);

    switch (fact->form) {
    case MONTHLY_STOPS:
        if (den == 0)
            return "記録なし";
        return arena_printf(d->arena, "%" PRId64 "件", num);
    case MONTHLY_COUNT:
        return arena_printf(d->arena, "%" PRId64 "件", num);
    case MONTHLY_ENDED:
        return num == 0 ? "0件"
                        : arena_printf(d->arena, "%" PRId64 "件（うち終えた %" PRId64 "件）",
                                       num, den);
    case MONTHLY_PART:
        return den == 0 ? "—"
                        : arena_printf(d->arena,
                                       "%" PRId64 "件のうち %" PRId64 "件 (%" PRId64 ".%" PRId64
                                       "%%)",
                                       den, num, tenths / 10, tenths % 10);
    case MONTHLY_CHILDREN:
        return arena_printf(d->arena, "%" PRId64 "回（%" PRId64 "人）", num, den);
    case MONTHLY_SECONDS:
        return den == 0 ? "—" : text_of_seconds(d, num);
    case MONTHLY_UP:
        /* Rounded down: what was not whole is not called so. */
        return den == 0 ? "記録なし"
                        : arena_printf(d->arena, "%" PRId64 ".%02" PRId64 "％（%s のうち）",
                                       num * 10000 / den / 100, num * 10000 / den % 100,
                                       text_of_seconds(d, den));
    }
    return "";
}

static enum err put_facts(struct drawing *d, enum monthly_kind kind, const char *head,
                          const char *note)
{
    static const struct pdf_column columns[] = {
        {"何について", 32}, {"この月", 28}, {"数え方", 40}};
    struct span last = SPAN("");
    enum err rc = pdf_keep(d->pdf, LONG_MM, d->why);

    if (rc == ERR_OK)
        rc = pdf_heading(d->pdf, 1, span_text(head), d->why);
    if (rc == ERR_OK)
        rc = pdf_table_begin(d->pdf, columns, 3, d->why);
    for (size_t i = 0; rc == ERR_OK && i < d->paper->n; i++) {
        const struct monthly_line *line = &d->paper->lines[i];
        const struct monthly_fact *fact = monthly_fact_find(line->kind, line->name);
        struct span text;

        if (line->kind != kind || fact == NULL)
            continue;
        text = span_text(fact->text_ja);
        rc = pdf_table_row(
            d->pdf,
            (struct span[3]){span_text(fact->name_ja), text_of(fact_text(d, fact, line)),
                             text.len > 0 && span_eq(text, last) ? SPAN("同上") : text},
            d->why);
        last = text;
    }
    if (rc == ERR_OK)
        pdf_table_end(d->pdf);
    return rc == ERR_OK ? pdf_paragraph(d->pdf, span_text(note), d->why) : rc;
}

static enum err put_all(struct drawing *d)
{
    enum err rc = put_head(d);

    if (rc == ERR_OK)
        rc = put_trend(d);
    if (rc == ERR_OK)
        rc = put_steps(d);
    if (rc == ERR_OK)
        rc = put_notes(d);
    for (int stage = KPI_TIE; rc == ERR_OK && stage <= KPI_APART; stage++)
        rc = put_stage(d, (enum kpi_stage)stage);
    if (rc == ERR_OK)
        rc = put_facts(
            d, MONTHLY_INCIDENT, "7　記録した出来事",
            "訓練は数えません。「終えた」「読んだ」は、この報告を作ったときまでのことです。");
    if (rc == ERR_OK)
        rc =
            put_facts(d, MONTHLY_INQUIRY, "8　相談・連絡",
                      "電話やメールの問い合わせ窓口で受けたものは、このシステムに記録していない"
                      "ため、この数に入っていません。");
    if (rc == ERR_OK)
        rc = put_facts(
            d, MONTHLY_SERVICE, "9　システムの稼働",
            "契約で定めた目標（復旧までの時間、はじめに答えるまでの時間）を満たしたかは、"
            "この報告では判定していません。");
    return rc;
}

enum err monthly_paper_pdf(const struct monthly_paper *paper, struct arena *arena,
                           struct span *bytes_out, struct fail *why)
{
    struct drawing d = {paper, arena, NULL, why};
    enum err rc = pdf_create_memory(TITLE_JA, paper->report.made_utc_us, &d.pdf, why);

    *bytes_out = SPAN_NONE;
    if (rc == ERR_OK)
        rc = put_all(&d);
    if (rc == ERR_OK && pdf_n_pages(d.pdf) > MONTHLY_PAGES_MOST)
        rc = fail_set(why, ERR_TOO_LARGE, "%d pages", pdf_n_pages(d.pdf));
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
