/* The roster over HTTP: a package is checked and previewed, a commissioner approves it, a job
 * does it; and the whole roster goes out as a package. */
#include <stddef.h>

#include "node/db/audit.h"
#include "node/db/hash256.h"
#include "node/db/jobs.h"
#include "node/io/csv.h"
#include "tenants/people/account.h"
#include "tenants/rights/rights.h"
#include "tenants/roster/export.h"
#include "tenants/roster/feature.h"
#include "tenants/roster/import.h"
#include "tenants/roster/preview.h"
#include "tenants/watch/watch.h"

#define PAGE_MOST      100
#define FINDINGS_FIRST 50
#define FINDING_FIELDS 6
#define IMPORTS_MOST   50
#define ZIP_TYPE       "application/zip"
#define DESK           (ROLE_BIT(ROLE_COMMISSIONER) | ROLE_BIT(ROLE_CONTRACTOR))
#define LISTENERS      (LISTENER_PUBLIC | LISTENER_OFFICE)

/* ---- shapes ---- */

#define FIELD(type_, struct_, name_, title) \
    { \
        .name = #name_, .type = (type_), .offset = offsetof(struct struct_, name_), \
        .title_ja = (title) \
    }
#define MAYBE(type_, struct_, name_, has_, title) \
    { \
        .name = #name_, .type = (type_), .flags = JX_OPTIONAL, \
        .offset = offsetof(struct struct_, name_), \
        .has_offset = offsetof(struct struct_, has_), .title_ja = (title) \
    }

struct finding_output {
    struct span severity, rule, file, column, text;
    int64_t line;
};
static const struct jx_field finding_fields[] = {
    FIELD(JX_TEXT, finding_output, severity, "重さ（誤り・注意）"),
    FIELD(JX_TEXT, finding_output, rule, "規則"),
    FIELD(JX_TEXT, finding_output, file, "ファイル"),
    FIELD(JX_INT, finding_output, line, "行（0はファイル全体）"),
    FIELD(JX_TEXT, finding_output, column, "列"),
    FIELD(JX_TEXT, finding_output, text, "説明"),
};
static const struct jx_shape finding_shape =
    JX_SHAPE("RosterFinding", struct finding_output, finding_fields);

struct import_output {
    struct id id, made_by, applied_by;
    int64_t made_at, applied_at, n_errors, n_warnings, n_done, n_total;
    struct span state, version, preview;
    bool has_made_by, has_applied, has_applied_by, has_preview, is_kept, admit_erased;
    struct roster_counts counts;
    struct jx_list findings;
    bool has_findings;
};
static const struct jx_field import_fields[] = {
    FIELD(JX_ID, import_output, id, "取り込みのID"),
    FIELD(JX_TIME, import_output, made_at, "受け取った時刻"),
    MAYBE(JX_ID, import_output, made_by, has_made_by, "受け取った人"),
    FIELD(JX_TEXT, import_output, state,
          "状態（refused・checked・applying・applied・stale・failed）"),
    FIELD(JX_TEXT, import_output, version, "名簿の形式の版"),
    FIELD(JX_INT, import_output, n_errors, "誤りの数"),
    FIELD(JX_INT, import_output, n_warnings, "注意の数"),
    {.name = "counts",
     .type = JX_OBJECT,
     .shape = &roster_counts_shape,
     .offset = offsetof(struct import_output, counts),
     .title_ja = "件数"},
    MAYBE(JX_TEXT, import_output, preview, has_preview, "確認した内容の要約値"),
    FIELD(JX_BOOL, import_output, is_kept, "変更の一覧がまだ見られるか"),
    FIELD(JX_BOOL, import_output, admit_erased, "消した人をもう一度登録すると決めたか"),
    FIELD(JX_INT, import_output, n_done, "反映の準備が済んだ件数"),
    FIELD(JX_INT, import_output, n_total, "反映する件数"),
    MAYBE(JX_TIME, import_output, applied_at, has_applied, "反映が終わった時刻"),
    MAYBE(JX_ID, import_output, applied_by, has_applied_by, "反映すると決めた人"),
    {.name = "findings",
     .type = JX_LIST,
     .flags = JX_OPTIONAL,
     .shape = &finding_shape,
     .offset = offsetof(struct import_output, findings),
     .has_offset = offsetof(struct import_output, has_findings),
     .title_ja = "はじめの誤りと注意"},
};
static const struct jx_shape import_shape =
    JX_SHAPE("RosterImport", struct import_output, import_fields);

struct imports_output {
    struct jx_list items;
};
static const struct jx_field imports_fields[] = {{
    .name = "items",
    .type = JX_LIST,
    .shape = &import_shape,
    .offset = offsetof(struct imports_output, items),
    .title_ja = "取り込み（新しい順）",
}};
static const struct jx_shape imports_shape =
    JX_SHAPE("RosterImports", struct imports_output, imports_fields);

static const struct jx_field line_fields[] = {
    FIELD(JX_INT, preview_line, n, "順番"),
    FIELD(JX_TEXT, preview_line, kind, "種類"),
    FIELD(JX_TEXT, preview_line, what, "どう変わるか"),
    FIELD(JX_TEXT, preview_line, object, "今ある人や学級のID（新しいものは空）"),
    FIELD(JX_TEXT, preview_line, label, "名前"),
    FIELD(JX_TEXT, preview_line, detail, "学年・学校・学級"),
    FIELD(JX_TEXT, preview_line, fields, "変わる列"),
    FIELD(JX_TEXT, preview_line, same_as, "同じ人かもしれない人のID"),
};
static const struct jx_shape line_shape =
    JX_SHAPE("RosterChange", struct preview_line, line_fields);

struct changes_output {
    struct jx_list items;
    int64_t next;
    bool has_next;
};
static const struct jx_field changes_fields[] = {
    {.name = "items",
     .type = JX_LIST,
     .shape = &line_shape,
     .offset = offsetof(struct changes_output, items),
     .title_ja = "変更"},
    MAYBE(JX_INT, changes_output, next, has_next, "続きを見るときの after の値"),
};
static const struct jx_shape changes_shape =
    JX_SHAPE("RosterChanges", struct changes_output, changes_fields);

struct apply_input {
    struct span preview;
    bool admit_erased, has_admit;
};
static const struct jx_field apply_fields[] = {
    {.name = "preview",
     .type = JX_TEXT,
     .least = 64,
     .most = 64,
     .offset = offsetof(struct apply_input, preview),
     .title_ja = "確認した内容の要約値"},
    MAYBE(JX_BOOL, apply_input, admit_erased, has_admit, "消した人をもう一度登録する"),
};
static const struct jx_shape apply_shape =
    JX_SHAPE("RosterApply", struct apply_input, apply_fields);

/* ---- one import, for people ---- */

static int64_t number_of(struct span text)
{
    int64_t n = 0;

    for (size_t i = 0; i < text.len && i < 9; i++)
        if (text.p[i] >= '0' && text.p[i] <= '9')
            n = n * 10 + (text.p[i] - '0');
    return n;
}

static enum err first_findings(struct span csv, struct arena *arena, struct jx_list *out,
                               struct fail *why)
{
    const struct csv_caps caps = {FINDINGS_FIRST + 1, FINDING_FIELDS, 4096};
    struct finding_output *at = arena_alloc(arena, FINDINGS_FIRST * sizeof *at);
    struct csv_reader reader;
    struct csv_row row;
    bool more = true;
    size_t n = 0;
    enum err rc;

    if (at == NULL)
        return fail_set(why, ERR_NOMEM, "findings");
    csv_open(&reader, csv, &caps, arena);
    rc = csv_next(&reader, &row, &more, why); /* the head row */
    while (rc == ERR_OK && more && n < FINDINGS_FIRST) {
        rc = csv_next(&reader, &row, &more, why);
        if (rc == ERR_OK && more && row.n == FINDING_FIELDS)
            at[n++] = (struct finding_output){.severity = row.fields[0],
                                              .rule = row.fields[1],
                                              .file = row.fields[2],
                                              .line = number_of(row.fields[3]),
                                              .column = row.fields[4],
                                              .text = row.fields[5]};
    }
    *out = (struct jx_list){at, n};
    return rc;
}

static enum err output_of(const struct import_row *row, bool with_findings, struct arena *arena,
                          struct import_output *out, struct fail *why)
{
    enum err rc;

    *out = (struct import_output){
        .id = row->id,
        .made_by = row->made_by,
        .has_made_by = !id_is_none(row->made_by),
        .made_at = row->made_utc_us,
        .state = span_text(import_state_id(row->state)),
        .version = row->version,
        .n_errors = row->n_errors,
        .n_warnings = row->n_warnings,
        .preview = row->preview,
        .has_preview = row->preview.len > 0,
        .is_kept = !id_is_none(row->changes),
        .admit_erased = row->admit_erased,
        .n_done = row->n_done,
        .n_total = row->n_total,
        .applied_at = row->applied_utc_us,
        .has_applied = row->applied_utc_us != 0,
        .applied_by = row->applied_by,
        .has_applied_by = !id_is_none(row->applied_by),
        .has_findings = with_findings,
    };
    rc = jx_read(row->counts, &roster_counts_shape, arena, &out->counts, NULL, why);
    return rc == ERR_OK && with_findings
               ? first_findings(row->findings, arena, &out->findings, why)
               : rc;
}

static void reply_import(struct req *req, int status, const struct import_row *row)
{
    struct import_output out;
    struct fail why = {.code = ERR_OK};

    if (output_of(row, true, req->arena, &out, &why) == ERR_OK)
        reply_json(req, status, &out);
    else
        reply_fail(req, &why);
}

/* ---- POST /api/v1/roster/imports ---- */

struct checking {
    struct req *req;
    struct import_pending pending;
};

static enum err check_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct checking *c = arg;
    const struct access_entry entry = access_of(c->req);
    enum err rc = import_tx_add(tx, &c->pending, why);

    return rc == ERR_OK ? access_append(tx, &entry, why) : rc;
}

static void check_done(void *arg, enum err rc, const struct fail *why)
{
    struct checking *c = arg;

    import_end(&c->pending, rc);
    if (rc != ERR_OK) {
        reply_fail(c->req, why);
        return;
    }
    c->req->access_recorded = 1;
    reply_import(c->req, 201, &c->pending.row);
}

static void check(struct req *req)
{
    const char *role =
        req->caller.operator_name != NULL ? "operator" : role_id(req->caller.role);
    struct checking *c = req_alloc(req, sizeof *c);
    const struct writer_op op = {check_run, check_done, c};
    struct fail why = {.code = ERR_OK};
    enum err rc;

    if (c == NULL)
        return;
    c->req = req;
    rc = import_prepare(req->services, req->db, req->body, req->caller.account, role,
                        req->arena, &c->pending, &why);
    req->object = c->pending.row.id;
    if (rc == ERR_OK)
        rc = writer_post(req->services->writer, &op, &why);
    if (rc != ERR_OK) {
        import_end(&c->pending, rc);
        reply_fail(req, &why);
    }
}

/* ---- looking ---- */

static void list_imports(struct req *req)
{
    struct import_row *rows = NULL;
    struct imports_output out;
    struct import_output *items = NULL;
    struct fail why = {.code = ERR_OK};
    size_t n = 0;
    enum err rc = import_store_list(req->db, IMPORTS_MOST, req->arena, &rows, &n, &why);

    if (rc == ERR_OK) {
        items = arena_alloc(req->arena, (n + 1) * sizeof *items);
        if (items == NULL)
            rc = fail_set(&why, ERR_NOMEM, "imports");
    }
    for (size_t i = 0; rc == ERR_OK && items != NULL && i < n; i++)
        rc = output_of(&rows[i], false, req->arena, &items[i], &why);
    out.items = (struct jx_list){items, n};
    if (rc == ERR_OK)
        reply_json(req, 200, &out);
    else
        reply_fail(req, &why);
}

static enum err import_of_path(struct req *req, struct import_row *row, struct fail *why)
{
    struct id id;

    if (id_parse(req_param(req, "id"), &id, NULL) != ERR_OK)
        return fail_set(why, ERR_NOT_FOUND, "not an id");
    req->object = id;
    return import_store_find(NULL, req->db, id, req->arena, row, why);
}

static void show_import(struct req *req)
{
    struct import_row row = {.state = IMPORT_REFUSED};
    struct fail why = {.code = ERR_OK};

    if (import_of_path(req, &row, &why) == ERR_OK)
        reply_import(req, 200, &row);
    else
        reply_fail(req, &why);
}

static void show_findings(struct req *req)
{
    struct import_row row = {.state = IMPORT_REFUSED};
    struct fail why = {.code = ERR_OK};
    char *text;

    if (import_of_path(req, &row, &why) != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    text = arena_printf(req->arena, "\xef\xbb\xbf%.*s", SPAN_ARG(row.findings));
    reply_header(req, "Content-Disposition", "attachment; filename=\"findings.csv\"");
    reply_bytes(req, 200, "text/csv; charset=utf-8", span_text(text));
}

static enum err page_of(struct req *req, const struct import_row *row,
                        struct changes_output *out, struct fail *why)
{
    struct preview_line *lines = NULL;
    struct span changes;
    size_t n = 0;
    enum err rc = import_changes(req->services, req->db, row, req->arena, &changes, why);

    if (rc == ERR_OK)
        rc = preview_lines(changes, req_query(req, "kind"), number_of(req_query(req, "after")),
                           PAGE_MOST, req->arena, &lines, &n, &out->has_next, why);
    if (rc != ERR_OK)
        return rc;
    out->items = (struct jx_list){lines, n};
    out->next = out->has_next ? lines[n - 1].n : 0;
    return ERR_OK;
}

/* Whom a page names: who is in the register by his id, who is not yet by his line, and whoever
 * a role or an enrolment names by that name; so a line that is looked at again counts once. */
static bool spend_lines(struct req *req, const struct import_row *row,
                        const struct preview_line *lines, size_t n)
{
    struct id *persons = req_alloc(req, (n + 1) * sizeof *persons), id;
    size_t n_known = 0, n_all;

    if (persons == NULL)
        return false;
    for (size_t i = 0; i < n; i++)
        if (span_eq(lines[i].kind, SPAN("person")) &&
            id_parse(lines[i].object, &id, NULL) == ERR_OK)
            persons[n_known++] = id;
    n_all = n_known;
    for (size_t i = 0; i < n; i++) {
        bool is_person = span_eq(lines[i].kind, SPAN("person"));
        struct hash256_state state;
        struct hash256 hash;

        if ((is_person && lines[i].object.len > 0) ||
            (!is_person && !span_eq(lines[i].kind, SPAN("role")) &&
             !span_eq(lines[i].kind, SPAN("enrolment"))))
            continue;
        hash256_init(&state);
        hash256_put(&state, span_of(row->id.b, sizeof row->id.b));
        if (is_person) /* many have the same name */
            hash256_put(&state, span_of(&lines[i].n, sizeof lines[i].n));
        else
            hash256_put(&state, lines[i].label);
        hash = hash256_end(&state);
        memcpy(persons[n_all++].b, hash.b, sizeof id.b);
    }
    return watch_spend_new(req, WATCH_NAMES, persons, n_all, n_known);
}

static void show_changes(struct req *req)
{
    struct changes_output out = {.next = 0};
    struct import_row row = {.state = IMPORT_REFUSED};
    struct fail why = {.code = ERR_OK};

    arena_mark_secret(req->arena);
    if (import_of_path(req, &row, &why) != ERR_OK || page_of(req, &row, &out, &why) != ERR_OK)
        reply_fail(req, &why);
    else if (spend_lines(req, &row, out.items.at, out.items.n))
        reply_json(req, 200, &out);
}

/* ---- POST /api/v1/roster/imports/{id}/apply ---- */

struct deciding {
    struct req *req;
    struct import_decision decision;
    struct import_row row;
};

static enum err decide_run(struct tx *tx, void *arg, struct fail *why)
{
    struct deciding *d = arg;
    const struct access_entry entry = access_of(d->req);
    enum err rc = import_tx_decide(tx, &d->decision, why);

    if (rc == ERR_OK)
        rc = import_store_find(tx, NULL, d->decision.id, d->req->arena, &d->row, why);
    return rc == ERR_OK ? access_append(tx, &entry, why) : rc;
}

static void decide_done(void *arg, enum err rc, const struct fail *why)
{
    struct deciding *d = arg;

    if (rc != ERR_OK) {
        reply_fail(d->req, why);
        return;
    }
    d->req->access_recorded = 1;
    if (d->req->services->jobs != NULL)
        jobs_wake(d->req->services->jobs);
    reply_import(d->req, 200, &d->row);
}

static void apply(struct req *req)
{
    const struct apply_input *in = req->input;
    struct deciding *d = req_alloc(req, sizeof *d);
    const struct writer_op op = {decide_run, decide_done, d};
    struct fail why = {.code = ERR_OK};
    enum err rc;

    if (d == NULL)
        return;
    *d = (struct deciding){.req = req,
                           .decision = {.by = req->caller.account,
                                        .role = role_id(req->caller.role),
                                        .preview = in->preview,
                                        .admit_erased = in->has_admit && in->admit_erased}};
    rc = import_of_path(req, &d->row, &why);
    if (rc == ERR_OK) {
        d->decision.id = d->row.id;
        rc = writer_post(req->services->writer, &op, &why);
    }
    if (rc != ERR_OK)
        reply_fail(req, &why);
}

/* ---- GET /api/v1/roster/export ---- */

struct handing_out {
    struct req *req;
    struct span zip;
};

static void hand_out(void *arg)
{
    const struct handing_out *h = arg;

    reply_header(h->req, "Content-Disposition", "attachment; filename=\"roster.zip\"");
    reply_header(h->req, "Cache-Control", "no-store");
    reply_bytes(h->req, 200, ZIP_TYPE, h->zip);
}

static void export(struct req *req)
{
    struct handing_out *h = req_alloc(req, sizeof *h);
    struct fail why = {.code = ERR_OK};
    size_t n_persons = 0;
    enum err rc;

    if (h == NULL)
        return;
    h->req = req;
    arena_mark_secret(req->arena);
    if (!rights_may_export(req))
        return;
    rc = roster_export(req->services->keyring, req->db, req->arena, &h->zip, &n_persons, &why);
    if (rc == ERR_OK)
        watch_export(req, n_persons, hand_out, h);
    else
        reply_fail(req, &why);
}

const struct route roster_routes[ROSTER_ROUTES_N] = {
    {.name = "roster.check",
     .path = "/api/v1/roster/imports",
     .listeners = LISTENERS,
     .roles = DESK,
     .summary_ja = "名簿ファイルを調べ、反映したときの変更を確かめる",
     .method = HTTP_POST,
     .object = OBJECT_NONE,
     .audit = AUDIT_CHANGE,
     .body_type = ZIP_TYPE,
     .body_cap_bytes = IMPORT_ZIP_MOST,
     .output = &import_shape,
     .handle = check},
    {.name = "roster.admin_check",
     .path = "/api/v1/admin/roster/imports",
     .listeners = LISTENER_ADMIN,
     .roles = ROLE_BIT(ROLE_ANONYMOUS),
     .summary_ja = "運用者が名簿ファイルを渡す（反映は教育委員会が決める）",
     .method = HTTP_POST,
     .object = OBJECT_NONE,
     .audit = AUDIT_CHANGE,
     .body_type = ZIP_TYPE,
     .body_cap_bytes = IMPORT_ZIP_MOST,
     .output = &import_shape,
     .handle = check},
    {.name = "roster.imports",
     .method = HTTP_GET,
     .path = "/api/v1/roster/imports",
     .listeners = LISTENERS,
     .roles = DESK,
     .object = OBJECT_NONE,
     .audit = AUDIT_NONE,
     .output = &imports_shape,
     .summary_ja = "名簿の取り込みを一覧する",
     .handle = list_imports},
    {.name = "roster.import",
     .method = HTTP_GET,
     .path = "/api/v1/roster/imports/{id}",
     .listeners = LISTENERS,
     .roles = DESK,
     .object = OBJECT_NONE,
     .audit = AUDIT_NONE,
     .output = &import_shape,
     .summary_ja = "名簿の取り込みを一つ見る",
     .handle = show_import},
    {.name = "roster.changes",
     .method = HTTP_GET,
     .path = "/api/v1/roster/imports/{id}/changes",
     .listeners = LISTENERS,
     .roles = DESK,
     .object = OBJECT_NONE,
     .audit = AUDIT_READ,
     .output = &changes_shape,
     .summary_ja = "名簿を反映すると変わる人・学級を見る",
     .handle = show_changes},
    {.name = "roster.findings",
     .method = HTTP_GET,
     .path = "/api/v1/roster/imports/{id}/findings.csv",
     .listeners = LISTENERS,
     .roles = DESK,
     .object = OBJECT_NONE,
     .audit = AUDIT_NONE,
     .summary_ja = "名簿の誤りと注意をCSVで受け取る",
     .handle = show_findings},
    {.name = "roster.apply",
     .method = HTTP_POST,
     .path = "/api/v1/roster/imports/{id}/apply",
     .listeners = LISTENERS,
     .roles = ROLE_BIT(ROLE_COMMISSIONER),
     .object = OBJECT_ANY_HERE,
     .audit = AUDIT_CHANGE,
     .input = &apply_shape,
     .output = &import_shape,
     .summary_ja = "確かめた名簿を反映すると決める",
     .handle = apply},
    {.name = "roster.export",
     .path = "/api/v1/roster/export",
     .listeners = LISTENERS,
     .roles = DESK,
     .summary_ja = "いまの名簿を名簿ファイル（OneRoster 1.2 CSV）で書き出す",
     .method = HTTP_GET,
     .object = OBJECT_NONE,
     .audit = AUDIT_EXPORT,
     .handle = export},
    {.name = "roster.admin_export",
     .path = "/api/v1/admin/roster/export",
     .listeners = LISTENER_ADMIN,
     .roles = ROLE_BIT(ROLE_ANONYMOUS),
     .summary_ja = "運用者がいまの名簿を書き出す",
     .method = HTTP_GET,
     .object = OBJECT_NONE,
     .audit = AUDIT_EXPORT,
     .handle = export},
};
