/* What a node gives of a month, and what the prefecture takes. Towns are made up child by
 * child (kpi_town.h), so that their numbers hang together. */
#include "federation/kpi_release.h"
#include "reporting/kpi/kpi_mask.h"
#include "reporting/kpi/kpi_month.h"
#include "tests/t.h"
#include "tests/unit/reporting/kpi_town.h"

#define K   5
#define SEQ 7

struct release {
    struct arena *arena;
    struct kpi_cell cells[KPI_TOWN_CELLS];
    struct kpi_release_from from;
    struct kpi_sent sent;
    struct kpi_sent_cell *out;
    size_t n;
    struct span body;
};

static int64_t at(const char *month)
{
    int64_t utc_us = 0;

    T_OK(kpi_month_parse(span_text(month), &utc_us), month);
    return utc_us;
}

/* October 2026 of a town of that many children. */
static void make(struct release *r, int n_children)
{
    *r = (struct release){.arena = NULL};
    T_EQ(arena_create(65536, &r->arena, NULL), ERR_OK, "an arena");
    r->from = (struct kpi_release_from){.cells = r->cells,
                                        .n = kpi_town_make(3, n_children, 31, r->cells),
                                        .version = KPI_VERSION,
                                        .month_utc_us = at("2026-10"),
                                        .k = K};
    r->sent = (struct kpi_sent){.month_utc_us = r->from.month_utc_us,
                                .version = KPI_VERSION,
                                .revision = 1,
                                .k = K,
                                .registry_seq = SEQ};
}

static void write(struct release *r)
{
    T_EQ(kpi_release_write(&r->sent, r->out, r->n, r->arena, &r->body, &r->sent.sum, NULL),
         ERR_OK, "written");
}

static void give(struct release *r)
{
    struct fail why = {.code = ERR_OK};

    T_EQ(kpi_release_cells(&r->from, r->arena, &r->out, &r->n, &why), ERR_OK, why.text);
    write(r);
}

static struct kpi_body *read(struct release *r)
{
    struct kpi_body *body = arena_alloc(r->arena, sizeof *body);

    T_EQ(jx_read(r->body, &kpi_body_shape, r->arena, body, NULL, NULL), ERR_OK, "read again");
    return body;
}

static struct kpi_judge judge_of(const struct fed_kpi_row *before)
{
    return (struct kpi_judge){.now_utc_us = at("2026-11"),
                              .contract_from_utc_us = at("2026-04"),
                              .k = K,
                              .registry_seq = SEQ,
                              .before = before};
}

static enum fed_code judged(struct release *r, const struct kpi_body *body,
                            const struct fed_kpi_row *before, struct fed_kpi_row *row)
{
    const struct kpi_judge judge = judge_of(before);
    enum fed_code code = FED_INTERNAL;

    T_EQ(kpi_release_judge(body, &judge, r->arena, row, &code, NULL), ERR_OK, "judged");
    return code;
}

T_CASE(kpi_release_hidden_number_is_in_no_byte_and_the_rest_is_taken)
{
    struct release r;
    struct fed_kpi_row row;
    size_t n_hidden = 0;

    T_REQ("CARD-5 CARD-7");
    make(&r, 60);
    give(&r);
    T_EQ(r.n, kpi_mask_released_n(KPI_VERSION), "every cell of the list");
    T_EQ(judged(&r, read(&r), NULL, &row), FED_OK, "taken");
    T_EQ(row.n_cells, r.n, "all of them");
    for (size_t i = 0; i < r.n; i++) {
        const bool is_shown = r.out[i].shown == KPI_SENT_SHOWN;

        n_hidden += !is_shown;
        T_SPAN(row.cells[i].kpi, r.out[i].kpi, "in the order of the list");
        T_EQ(row.cells[i].is_shown, is_shown, "hidden there as here");
        T_EQ(row.cells[i].num, is_shown ? r.cells[i].num : 0, "as counted, or nothing");
        T_EQ(r.out[i].num, row.cells[i].num, "and nothing is kept here either");
    }
    T_OK(n_hidden > 0 && n_hidden < r.n, "some are hidden, some are not");
    arena_destroy(&r.arena);
}

T_CASE(kpi_release_same_bytes_each_time)
{
    struct release r;
    struct hash256 sum;

    make(&r, 200);
    give(&r);
    sum = r.sent.sum;
    write(&r);
    T_OK(hash256_eq(&sum, &r.sent.sum), "one sum");
    T_OK(span_has_prefix(r.body, SPAN("{\"cells\":[{\"")), "canonical");
    arena_destroy(&r.arena);
}

T_CASE(kpi_release_correction_only_hides)
{
    struct release r;
    struct fed_kpi_row first, second;
    struct span taken[] = {SPAN("came"), SPAN("stayed"), SPAN("visits")};
    struct kpi_sent_cell *before;
    size_t n_taken = 0;

    T_REQ("CARD-5");
    make(&r, 400);
    give(&r);
    T_EQ(judged(&r, read(&r), NULL, &first), FED_OK, "the first");
    before = r.out;
    r.from.before = before;
    r.from.n_before = r.n;
    r.from.taken = (struct jx_texts){taken, T_COUNT(taken)};
    r.sent.revision = 2;
    r.sent.kind = KPI_CORRECT;
    give(&r);
    for (size_t i = 0; i < r.n; i++) {
        T_OK(r.out[i].shown != KPI_SENT_SHOWN || before[i].shown == KPI_SENT_SHOWN, "no more");
        n_taken += r.out[i].shown == KPI_SENT_TAKEN;
    }
    T_OK(n_taken > 0, "something was taken back");
    T_EQ(judged(&r, read(&r), &first, &second), FED_OK, "the second");
    T_EQ(judged(&r, read(&r), &second, &first), FED_KPI_REVISION, "it comes once");
    taken[0] = SPAN("present_days");
    T_EQ(kpi_release_cells(&r.from, r.arena, &r.out, &r.n, NULL), ERR_INVALID,
         "what is not given cannot be taken back");
    arena_destroy(&r.arena);
}

/* ---- what is refused ---- */

static struct kpi_body_cell *shown_cell(struct kpi_body *body, const char *kpi)
{
    struct kpi_body_cell *cells = body->cells.at;

    for (size_t i = 0; i < body->cells.n; i++)
        if (span_eq(cells[i].kpi, span_text(kpi)) && cells[i].part == KPI_ALL) {
            T_OK(cells[i].has_num, kpi);
            return &cells[i];
        }
    T_OK(false, kpi);
    return cells;
}

static void to_future(struct kpi_body *b)
{
    b->month = SPAN("2026-11");
}
static void to_past(struct kpi_body *b)
{
    b->month = SPAN("2026-03");
}
static void to_nonsense(struct kpi_body *b)
{
    b->month = SPAN("2026-13");
}
static void to_version(struct kpi_body *b)
{
    b->version = KPI_VERSION + 1;
}
static void to_version_nought(struct kpi_body *b)
{
    b->version = 0;
}
static void to_k(struct kpi_body *b)
{
    b->k = 4;
}
static void to_seq(struct kpi_body *b)
{
    b->registry_seq = SEQ + 1;
}
static void to_seq_nought(struct kpi_body *b)
{
    b->registry_seq = 0;
}
static void to_correct(struct kpi_body *b)
{
    b->kind = KPI_CORRECT;
}
static void to_second(struct kpi_body *b)
{
    b->revision = 2;
}
static void to_no_revision(struct kpi_body *b)
{
    b->revision = 0;
}
static void to_unknown(struct kpi_body *b)
{
    shown_cell(b, "came")->kpi = SPAN("gone");
}
static void to_unlisted(struct kpi_body *b)
{
    shown_cell(b, "came")->kpi = SPAN("present_days");
}
static void to_double(struct kpi_body *b)
{
    shown_cell(b, "came")->kpi = SPAN("class");
}
static void to_fewer(struct kpi_body *b)
{
    b->cells.n--;
}
static void to_half(struct kpi_body *b)
{
    shown_cell(b, "came")->has_den = false;
}
static void to_negative(struct kpi_body *b)
{
    shown_cell(b, "visits")->num = -1;
}
static void to_over(struct kpi_body *b)
{
    struct kpi_body_cell *cell = shown_cell(b, "came");

    cell->num = cell->den + 1;
}
static void to_other_sum(struct kpi_body *b)
{
    shown_cell(b, "class")->den += 1;
}
static void to_gone_with_cells(struct kpi_body *b)
{
    b->kind = KPI_WITHDRAW;
    b->revision = 2;
}

T_CASE(kpi_release_what_may_not_be_is_refused_for_its_reason)
{
    static const struct {
        const char *what;
        void (*change)(struct kpi_body *body);
        enum fed_code want;
    } rows[] = {
        {"a month that is not over", to_future, FED_KPI_MONTH},
        {"one before the contract", to_past, FED_KPI_MONTH},
        {"no month", to_nonsense, FED_KPI_MONTH},
        {"definitions to come", to_version, FED_KPI_UNKNOWN},
        {"no version", to_version_nought, FED_KPI_UNKNOWN},
        {"another k", to_k, FED_KPI_RULE},
        {"a registry to come", to_seq, FED_KPI_RULE},
        {"no registry", to_seq_nought, FED_KPI_RULE},
        {"a correction of nothing", to_correct, FED_KPI_REVISION},
        {"a second one that is a first", to_second, FED_KPI_REVISION},
        {"no revision", to_no_revision, FED_KPI_REVISION},
        {"an unknown figure", to_unknown, FED_KPI_UNKNOWN},
        {"a figure that is not given", to_unlisted, FED_KPI_UNKNOWN},
        {"a figure twice", to_double, FED_KPI_CELLS},
        {"a cell short", to_fewer, FED_KPI_CELLS},
        {"half a cell", to_half, FED_KPI_CELLS},
        {"less than nothing", to_negative, FED_KPI_COUNT},
        {"more than all", to_over, FED_KPI_COUNT},
        {"parts that do not add up", to_other_sum, FED_KPI_COUNT},
        {"a withdrawal with cells", to_gone_with_cells, FED_KPI_CELLS},
    };
    struct release r;
    struct fed_kpi_row row;

    T_REQ("CARD-5 CARD-7");
    make(&r, 3000);
    give(&r);
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct kpi_body *body = read(&r);

        rows[i].change(body);
        T_TEXT(fed_code_text(judged(&r, body, NULL, &row)), fed_code_text(rows[i].want),
               rows[i].what);
    }
    arena_destroy(&r.arena);
}

T_CASE(kpi_release_hidden_number_that_is_sent_after_all_is_refused)
{
    struct release r;
    struct fed_kpi_row row;
    struct kpi_body *naive;
    struct kpi_body_cell *cells;
    size_t n_small = 0, n_complement = 0;

    T_REQ("CARD-5");
    make(&r, 60);
    give(&r);
    naive = read(&r);
    for (size_t i = 0; i < r.n; i++) {
        struct kpi_body *one = read(&r);

        n_small += r.out[i].shown == KPI_SENT_SMALL;
        n_complement += r.out[i].shown == KPI_SENT_COMPLEMENT;
        cells = r.out[i].shown == KPI_SENT_SMALL ? one->cells.at : naive->cells.at;
        cells[i].has_num = cells[i].has_den = true;
        cells[i].num = r.cells[i].num;
        cells[i].den = r.cells[i].den;
        if (r.out[i].shown == KPI_SENT_SMALL)
            T_EQ(judged(&r, one, NULL, &row), FED_KPI_HIDDEN, "a small one");
    }
    T_OK(n_small > 0 && n_complement > 0, "both kinds are hidden in that town");
    T_EQ(judged(&r, naive, NULL, &row), FED_KPI_HIDDEN, "only the small ones left out");
    arena_destroy(&r.arena);
}

T_CASE(kpi_release_later_ones_are_newer_and_show_no_more)
{
    struct release r;
    struct fed_kpi_row first, row;
    struct kpi_body *body;

    T_REQ("CARD-5 CARD-14");
    make(&r, 3000);
    give(&r);
    T_EQ(judged(&r, read(&r), NULL, &first), FED_OK, "the first");
    T_EQ(judged(&r, read(&r), &first, &row), FED_KPI_REVISION, "twice");
    body = read(&r);
    body->revision = 4;
    body->kind = KPI_CORRECT;
    T_EQ(judged(&r, body, &first, &row), FED_OK, "a gap: what was between could not be sent");
    first.cells[0].is_shown = false;
    T_EQ(judged(&r, body, &first, &row), FED_KPI_REVISION, "it shows what was hidden");
    first.cells[0].is_shown = true;
    first.cells[0].num++;
    T_EQ(judged(&r, body, &first, &row), FED_KPI_REVISION, "another number");
    body->kind = KPI_WITHDRAW;
    body->cells.n = 0;
    T_EQ(judged(&r, body, &first, &row), FED_OK, "withdrawn");
    T_EQ(row.n_cells, 0, "nothing left");
    row.revision = 4;
    body->revision = 5;
    T_EQ(judged(&r, body, &row, &first), FED_KPI_REVISION, "that was the end of it");
    arena_destroy(&r.arena);
}
