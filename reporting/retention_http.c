/* How long each kind of record is kept, why and on what ground, and what was deleted past its
 * term (KP-3-安全-3, NI-2.3.4-4). The deleting itself is node/db/sweep.h, a daily job. */
#include <stddef.h>

#include "node/db/sweep.h"
#include "reporting/dictionary.h"
#include "reporting/dictionary_rows.h"
#include "reporting/dictionary_store.h"
#include "tenants/people/account.h"

#define LISTENERS (LISTENER_PUBLIC | LISTENER_OFFICE)
#define PAGE      50

#define FIELD(struct_, type_, name_, title) \
    { \
        .name = #name_, .type = (type_), .offset = offsetof(struct struct_, name_), \
        .title_ja = (title) \
    }
#define MAYBE(struct_, type_, name_, has_, title) \
    { \
        .name = #name_, .type = (type_), .flags = JX_OPTIONAL, \
        .offset = offsetof(struct struct_, name_), \
        .has_offset = offsetof(struct struct_, has_), .title_ja = (title) \
    }

/* ---- GET /api/v1/retention ---- */

struct kind_output {
    struct span table, meaning, purpose, ground, setting;
    int64_t term_days, n_about, n_gone, n_times, last_at;
    bool is_log, has_setting, has_last;
};
static const struct jx_field kind_fields[] = {
    FIELD(kind_output, JX_TEXT, table, "表"),
    FIELD(kind_output, JX_TEXT, meaning, "何の記録か"),
    FIELD(kind_output, JX_TEXT, purpose, "目的"),
    FIELD(kind_output, JX_TEXT, ground, "根拠"),
    FIELD(kind_output, JX_BOOL, is_log, "したことの記録か"),
    FIELD(kind_output, JX_INT, term_days, "保存する日数（0：契約の終わりまで）"),
    MAYBE(kind_output, JX_TEXT, setting, has_setting, "日数を決める設定"),
    FIELD(kind_output, JX_INT, n_about, "いまのおよその行の数"),
    FIELD(kind_output, JX_INT, n_gone, "保存期間がすぎて消した行の数"),
    FIELD(kind_output, JX_INT, n_times, "消した記録の数"),
    MAYBE(kind_output, JX_TIME, last_at, has_last, "最後に消した時"),
};
static const struct jx_shape kind_shape =
    JX_SHAPE("RetentionKind", struct kind_output, kind_fields);

struct kinds_output {
    struct jx_list items;
};
static const struct jx_field kinds_fields[] = {{.name = "items",
                                                .type = JX_LIST,
                                                .shape = &kind_shape,
                                                .offset = offsetof(struct kinds_output, items),
                                                .title_ja = "記録の種類"}};
static const struct jx_shape kinds_shape =
    JX_SHAPE("RetentionKinds", struct kinds_output, kinds_fields);

static struct kind_output kind_of(const struct data_table *row, const struct services *services,
                                  const struct retention_sum *sums, size_t n)
{
    struct kind_output out = {
        .table = span_text(row->name),
        .meaning = span_text(row->meaning_ja),
        .purpose = span_text(row->purpose_ja),
        .ground = span_text(row->ground_ja),
        .is_log = dictionary_is_log(row),
        .term_days = sweep_term_days(row, services->settings),
        .setting =
            row->retention_setting == NULL ? SPAN("") : span_text(row->retention_setting->name),
        .has_setting = row->retention_setting != NULL,
    };

    for (size_t i = 0; i < n; i++) {
        if (!span_eq(sums[i].table, out.table))
            continue;
        out.n_about = sums[i].n_about;
        out.n_gone = sums[i].n_gone;
        out.n_times = sums[i].n_times;
        out.last_at = sums[i].last_utc_us;
        out.has_last = sums[i].last_utc_us != 0;
    }
    return out;
}

static void show_terms(struct req *req)
{
    const struct data_table_list *list;
    struct retention_sum *sums = NULL;
    struct kind_output *items;
    struct kinds_output out;
    struct fail why = {.code = ERR_OK};
    size_t n_sums = 0, n = 0;

    if (retention_store_sums(req->db, req->arena, &sums, &n_sums, &why) != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    for (list = req->services->tables; list->n > 0; list++)
        n += (size_t)list->n;
    items = req_alloc(req, (n + 1) * sizeof *items);
    if (items == NULL)
        return;
    n = 0;
    for (list = req->services->tables; list->n > 0; list++)
        for (int i = 0; i < list->n; i++)
            items[n++] = kind_of(&list->rows[i], req->services, sums, n_sums);
    out.items = (struct jx_list){items, n};
    reply_json(req, 200, &out);
}

/* ---- GET /api/v1/retention.pdf ---- */

struct drawing {
    struct req *req;
    struct dictionary dictionary;
};

static void draw_run(void *arg)
{
    struct drawing *d = arg;
    struct span bytes = SPAN_NONE;
    struct fail why = {.code = ERR_OK};

    if (retention_pdf(&d->dictionary, d->req->arena, &bytes, &why) != ERR_OK) {
        reply_fail(d->req, &why);
        return;
    }
    reply_header(d->req, "Content-Disposition", "attachment; filename=\"retention.pdf\"");
    reply_bytes(d->req, 200, "application/pdf", bytes);
}

static void print_terms(struct req *req)
{
    struct drawing *d = req_alloc(req, sizeof *d);
    struct fail why = {.code = ERR_OK};
    enum err rc;

    if (d == NULL)
        return;
    d->req = req;
    rc = dictionary_make(req->services, req->db, req->now_utc_us, req->arena, &d->dictionary,
                         &why);
    if (rc == ERR_OK)
        rc = accounts_draw(req->services->accounts, draw_run, d, &why);
    if (rc != ERR_OK)
        reply_fail(req, &why);
}

/* ---- GET /api/v1/retention/records ---- */

struct record_output {
    struct id id;
    struct span table;
    int64_t at, before, n_rows;
};
static const struct jx_field record_fields[] = {
    FIELD(record_output, JX_ID, id, "記録のID"),
    FIELD(record_output, JX_TEXT, table, "どの表から消したか"),
    FIELD(record_output, JX_TIME, at, "消した時"),
    FIELD(record_output, JX_TIME, before, "いつより古い行を消したか"),
    FIELD(record_output, JX_INT, n_rows, "消した行の数"),
};
static const struct jx_shape record_shape =
    JX_SHAPE("RetentionCount", struct record_output, record_fields);

struct records_output {
    struct jx_list items;
    struct id next;
    bool has_next;
};
static const struct jx_field records_fields[] = {
    {.name = "items",
     .type = JX_LIST,
     .shape = &record_shape,
     .offset = offsetof(struct records_output, items),
     .title_ja = "消した数の記録（新しい順）"},
    MAYBE(records_output, JX_ID, next, has_next, "続きを見るときの before の値"),
};
static const struct jx_shape records_shape =
    JX_SHAPE("RetentionCounts", struct records_output, records_fields);

static void list_records(struct req *req)
{
    struct span before_text = req_query(req, "before");
    struct id before = ID_NONE;
    struct retention_row *rows = NULL;
    struct record_output *items;
    struct records_output out = {.has_next = false};
    struct fail why = {.code = ERR_OK};
    size_t n = 0;
    enum err rc = ERR_OK;

    if (before_text.len > 0 && id_parse(before_text, &before, NULL) != ERR_OK)
        rc = fail_field(&why, ERR_INVALID, "before", "not an id");
    if (rc == ERR_OK)
        rc = retention_store_list(req->db, before, PAGE + 1, req->arena, &rows, &n, &why);
    if (rc != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    if (n > PAGE) {
        n = PAGE;
        out.has_next = true;
        out.next = rows[n - 1].id;
    }
    items = req_alloc(req, (n + 1) * sizeof *items);
    if (items == NULL)
        return;
    for (size_t i = 0; i < n; i++)
        items[i] = (struct record_output){rows[i].id, rows[i].table, rows[i].at_utc_us,
                                          rows[i].before_utc_us, rows[i].n_rows};
    out.items = (struct jx_list){items, n};
    reply_json(req, 200, &out);
}

const struct route retention_routes[RETENTION_ROUTES_N] = {
    {
        .name = "retention.show",
        .method = HTTP_GET,
        .path = "/api/v1/retention",
        .listeners = LISTENERS,
        .roles = DICTIONARY_READERS,
        .object = OBJECT_NONE,
        .audit = AUDIT_NONE,
        .output = &kinds_shape,
        .summary_ja = "記録の種類ごとの目的・根拠・保存期間と、消した数を見る",
        .handle = show_terms,
    },
    {
        .name = "retention.pdf",
        .method = HTTP_GET,
        .path = "/api/v1/retention.pdf",
        .listeners = LISTENERS,
        .roles = DICTIONARY_READERS,
        .object = OBJECT_NONE,
        .audit = AUDIT_NONE,
        .summary_ja = "記録の種類ごとの目的・根拠・保存期間を印刷する（PDF）",
        .handle = print_terms,
    },
    {
        .name = "retention.records",
        .method = HTTP_GET,
        .path = "/api/v1/retention/records",
        .listeners = LISTENERS,
        .roles = DICTIONARY_READERS,
        .object = OBJECT_NONE,
        .audit = AUDIT_NONE,
        .output = &records_shape,
        .summary_ja = "保存期間がすぎて消した数の記録を見る",
        .handle = list_records,
    },
};
