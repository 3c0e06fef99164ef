/* The audit log for those who check it: last checkpoint, proofs, the access record. Whoever may
 * see the log's shape may see these; the access record is for auditor and commissioner, and
 * reading it is an entry of its own. */
#include <stddef.h>
#include <stdio.h>

#include "node/db/audit.h"
#include "node/db/audit_proof.h"
#include "node/db/base64.h"
#include "tenants/tenants.h"

#define ACCESS_PAGE   100
#define NUMBER_DIGITS 18
#define CHECKERS \
    (ROLE_BIT(ROLE_COMMISSIONER) | ROLE_BIT(ROLE_CONTRACTOR) | ROLE_BIT(ROLE_AUDITOR) | \
     ROLE_BIT(ROLE_COORDINATOR))

/* ---- what comes in ---- */

static bool read_number(struct span text, uint64_t *n_out)
{
    uint64_t n = 0;

    if (text.len == 0 || text.len > NUMBER_DIGITS)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.p[i] < '0' || text.p[i] > '9')
            return false;
        n = n * 10 + (uint64_t)(text.p[i] - '0');
    }
    *n_out = n;
    return true;
}

static enum err need_number(const struct req *req, const char *name, uint64_t *n_out,
                            struct fail *why)
{
    if (!read_number(req_query(req, name), n_out))
        return fail_field(why, ERR_INVALID, name, "not a number");
    return ERR_OK;
}

/* ---- GET /api/v1/audit/checkpoint ---- */

struct note_output {
    struct span note;
    int64_t size;
};
static const struct jx_field note_fields[] = {
    {.name = "note",
     .type = JX_TEXT,
     .flags = JX_RAW_TEXT,
     .offset = offsetof(struct note_output, note),
     .title_ja = "署名された検査点（C2SP signed note）"},
    {.name = "size",
     .type = JX_I64TEXT,
     .offset = offsetof(struct note_output, size),
     .title_ja = "検査点が数えた記録の数"},
};
static const struct jx_shape note_shape =
    JX_SHAPE("AuditCheckpoint", struct note_output, note_fields);

static void show_checkpoint(struct req *req)
{
    struct note_output output = {.size = 0};
    struct fail why;
    uint64_t size = 0;

    if (audit_last_note(req->db, req->arena, &output.note, &size, &why) != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    output.size = (int64_t)size;
    reply_json(req, 200, &output);
}

/* ---- proofs ---- */

struct proof_output {
    int64_t first, second; /* consistency: sizes; inclusion: seq and size */
    struct span leaf;
    struct jx_texts hashes;
};

#define HASHES \
    { \
        .name = "hashes", .type = JX_TEXTS, .most = BASE64_LEN(HASH256_BYTES), \
        .offset = offsetof(struct proof_output, hashes), \
        .title_ja = "証明の要約値（RFC 9162、base64）" \
    }
static const struct jx_field consistency_fields[] = {
    {.name = "first",
     .type = JX_I64TEXT,
     .offset = offsetof(struct proof_output, first),
     .title_ja = "前の検査点が数えた記録の数"},
    {.name = "second",
     .type = JX_I64TEXT,
     .offset = offsetof(struct proof_output, second),
     .title_ja = "あとの検査点が数えた記録の数"},
    HASHES,
};
static const struct jx_shape consistency_shape =
    JX_SHAPE("AuditConsistency", struct proof_output, consistency_fields);
static const struct jx_field inclusion_fields[] = {
    {.name = "seq",
     .type = JX_I64TEXT,
     .offset = offsetof(struct proof_output, first),
     .title_ja = "記録の通し番号"},
    {.name = "size",
     .type = JX_I64TEXT,
     .offset = offsetof(struct proof_output, second),
     .title_ja = "検査点が数えた記録の数"},
    {.name = "leaf",
     .type = JX_TEXT,
     .offset = offsetof(struct proof_output, leaf),
     .title_ja = "記録の要約値（base64）"},
    HASHES,
};
static const struct jx_shape inclusion_shape =
    JX_SHAPE("AuditInclusion", struct proof_output, inclusion_fields);

static struct span base64_text(struct arena *arena, const struct hash256 *hash)
{
    char *text = arena_alloc(arena, BASE64_LEN(HASH256_BYTES));

    return text == NULL ? SPAN_NONE : span_of(text, base64_into(hash256_span(hash), text));
}

static void reply_proof(struct req *req, struct proof_output *output,
                        const struct merkle_proof *proof)
{
    struct span *hashes = arena_alloc(req->arena, (proof->n + 1) * sizeof *hashes);
    struct fail why;
    bool is_whole = hashes != NULL;

    for (size_t i = 0; is_whole && i < proof->n; i++) {
        hashes[i] = base64_text(req->arena, &proof->at[i]);
        is_whole = hashes[i].p != NULL;
    }
    if (!is_whole) {
        fail_set(&why, ERR_NOMEM, "proof");
        reply_fail(req, &why);
        return;
    }
    output->hashes = (struct jx_texts){hashes, proof->n};
    reply_json(req, 200, output);
}

static void show_consistency(struct req *req)
{
    struct merkle_proof proof;
    struct proof_output output = {0};
    struct fail why;
    uint64_t first = 0, second = 0;
    enum err rc = need_number(req, "first", &first, &why);

    if (rc == ERR_OK)
        rc = need_number(req, "second", &second, &why);
    if (rc == ERR_OK)
        rc = audit_prove_consistency(req->db, first, second, &proof, &why);
    if (rc != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    output.first = (int64_t)first;
    output.second = (int64_t)second;
    reply_proof(req, &output, &proof);
}

/* ?seq=, and ?size= of a checkpoint; without it the last one's. */
static void show_inclusion(struct req *req)
{
    struct merkle_proof proof;
    struct proof_output output = {0};
    struct hash256 leaf;
    struct span note;
    struct fail why;
    uint64_t seq = 0, size = 0;
    enum err rc = need_number(req, "seq", &seq, &why);

    if (rc == ERR_OK && req_query(req, "size").p != NULL)
        rc = need_number(req, "size", &size, &why);
    else if (rc == ERR_OK)
        rc = audit_last_note(req->db, req->arena, &note, &size, &why);
    if (rc == ERR_OK)
        rc = audit_prove_inclusion(req->db, seq, size, &leaf, &proof, &why);
    if (rc == ERR_OK) {
        output.leaf = base64_text(req->arena, &leaf);
        if (output.leaf.p == NULL)
            rc = fail_set(&why, ERR_NOMEM, "proof");
    }
    if (rc != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    output.first = (int64_t)seq;
    output.second = (int64_t)size;
    reply_proof(req, &output, &proof);
}

/* ---- GET /api/v1/access-records ---- */

struct entry_output {
    struct id id, account, object, person;
    int64_t at, n_shown;
    struct span route, role, operator_name, address, action, outcome, purpose;
    bool has_account, has_object, has_person, has_operator;
};

#define ENTRY_TEXT(name_, title) \
    { \
        .name = #name_, .type = JX_TEXT, .offset = offsetof(struct entry_output, name_), \
        .title_ja = (title) \
    }
#define ENTRY_OPTIONAL(type_, name_, has_, title) \
    { \
        .name = #name_, .type = (type_), .flags = JX_OPTIONAL, \
        .offset = offsetof(struct entry_output, name_), \
        .has_offset = offsetof(struct entry_output, has_), .title_ja = (title) \
    }
static const struct jx_field entry_fields[] = {
    {.name = "id",
     .type = JX_ID,
     .offset = offsetof(struct entry_output, id),
     .title_ja = "記録のID"},
    {.name = "at",
     .type = JX_TIME,
     .offset = offsetof(struct entry_output, at),
     .title_ja = "いつ"},
    ENTRY_TEXT(route, "どの操作か"),
    ENTRY_TEXT(role, "だれが（役割）"),
    ENTRY_OPTIONAL(JX_ID, account, has_account, "だれが（アカウント）"),
    ENTRY_OPTIONAL(JX_TEXT, operator_name, has_operator, "だれが（運用端末の利用者）"),
    ENTRY_TEXT(address, "どこから"),
    ENTRY_OPTIONAL(JX_ID, object, has_object, "どの対象か"),
    ENTRY_OPTIONAL(JX_ID, person, has_person, "だれのデータか"),
    {.name = "n_shown",
     .type = JX_INT,
     .offset = offsetof(struct entry_output, n_shown),
     .title_ja = "一覧に出した人の数"},
    ENTRY_TEXT(action, "閲覧・変更・書き出し・拒否"),
    ENTRY_TEXT(outcome, "結果"),
    ENTRY_TEXT(purpose, "目的"),
};
static const struct jx_shape entry_shape =
    JX_SHAPE("AccessRecord", struct entry_output, entry_fields);

struct page_output {
    struct jx_list items;
    struct span next;
    bool has_next;
};
static const struct jx_field page_fields[] = {
    {.name = "items",
     .type = JX_LIST,
     .shape = &entry_shape,
     .offset = offsetof(struct page_output, items),
     .title_ja = "記録（新しい順）"},
    {.name = "next",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct page_output, next),
     .has_offset = offsetof(struct page_output, has_next),
     .title_ja = "続きを見るときの before の値"},
};
static const struct jx_shape page_shape =
    JX_SHAPE("AccessRecords", struct page_output, page_fields);

static enum err read_time(const struct req *req, const char *name, int64_t absent,
                          int64_t *us_out, struct fail *why)
{
    struct span text = req_query(req, name);
    uint64_t us = 0;

    *us_out = absent;
    if (text.p == NULL)
        return ERR_OK;
    if (!read_number(text, &us))
        return fail_field(why, ERR_INVALID, name, "not microseconds since 1970");
    *us_out = (int64_t)us;
    return ERR_OK;
}

static enum err read_id(const struct req *req, const char *name, struct id *id_out,
                        struct fail *why)
{
    struct span text = req_query(req, name);

    *id_out = ID_NONE;
    if (text.p == NULL)
        return ERR_OK;
    return id_parse(text, id_out, NULL) == ERR_OK
               ? ERR_OK
               : fail_field(why, ERR_INVALID, name, "not an id");
}

/* "MICROSECONDS_ID" of the last entry of the page before. */
static enum err read_cursor(const struct req *req, struct access_filter *filter,
                            struct fail *why)
{
    struct span text = req_query(req, "before");
    const uint8_t *at = text.len == 0 ? NULL : memchr(text.p, '_', text.len);
    uint64_t us = 0;
    size_t n;

    filter->before_utc_us = filter->until_utc_us;
    filter->before = ID_NONE;
    if (text.p == NULL)
        return ERR_OK;
    n = at == NULL ? 0 : (size_t)(at - text.p);
    if (!read_number(span_cut(text, 0, n), &us) ||
        id_parse(span_from(text, n + 1), &filter->before, NULL) != ERR_OK)
        return fail_field(why, ERR_INVALID, "before", "not a cursor");
    filter->before_utc_us = (int64_t)us;
    return ERR_OK;
}

#define FAR_FUTURE_US INT64_C(253402300799000000) /* the year 9999 */

static enum err read_filter(const struct req *req, struct access_filter *filter,
                            struct fail *why)
{
    enum err rc = read_time(req, "from", 0, &filter->from_utc_us, why);

    if (rc == ERR_OK)
        rc = read_time(req, "until", FAR_FUTURE_US, &filter->until_utc_us, why);
    if (rc == ERR_OK && filter->until_utc_us > FAR_FUTURE_US)
        rc = fail_field(why, ERR_INVALID, "until", "beyond the year 9999");
    if (rc == ERR_OK)
        rc = read_id(req, "account", &filter->account, why);
    if (rc == ERR_OK)
        rc = read_id(req, "person", &filter->person, why);
    if (rc == ERR_OK)
        rc = read_cursor(req, filter, why);
    filter->action = req_query(req, "action");
    filter->n_cap = ACCESS_PAGE + 1;
    return rc;
}

static struct entry_output entry_of(const struct access_past *p)
{
    return (struct entry_output){
        .id = p->id,
        .account = p->account,
        .has_account = !id_is_none(p->account),
        .object = p->object,
        .has_object = !id_is_none(p->object),
        .person = p->person,
        .has_person = !id_is_none(p->person),
        .at = p->at_utc_us,
        .n_shown = p->n_shown,
        .route = p->route,
        .role = p->role,
        .operator_name = p->operator_name,
        .has_operator = p->operator_name.len > 0,
        .address = p->address,
        .action = p->action,
        .outcome = p->outcome,
        .purpose = p->purpose,
    };
}

static bool write_cursor(struct req *req, const struct access_past *last,
                         struct page_output *page)
{
    char id[ID_TEXT_CAP], *text;

    id_text(last->id, id);
    text = arena_printf(req->arena, "%lld_%s", (long long)last->at_utc_us, id);
    page->next = span_text(text);
    page->has_next = true;
    return text != NULL;
}

static void list_access(struct req *req)
{
    struct page_output page = {.has_next = false};
    struct access_filter filter;
    struct access_past *past = NULL;
    struct entry_output *items = NULL;
    struct fail why;
    size_t n = 0;
    enum err rc = read_filter(req, &filter, &why);

    if (rc == ERR_OK)
        rc = access_list(req->db, &filter, req->arena, &past, &n, &why);
    if (rc == ERR_OK) {
        items = arena_alloc(req->arena, (n + 1) * sizeof *items);
        if (items == NULL ||
            (n > ACCESS_PAGE && !write_cursor(req, &past[ACCESS_PAGE - 1], &page)))
            rc = fail_set(&why, ERR_NOMEM, "page");
    }
    if (rc != ERR_OK || items == NULL) {
        reply_fail(req, &why);
        return;
    }
    if (n > ACCESS_PAGE)
        n = ACCESS_PAGE;
    for (size_t i = 0; i < n; i++)
        items[i] = entry_of(&past[i]);
    req->person = filter.person;  /* whose entries were looked at, when that was asked */
    req->object = filter.account; /* and whose doings */
    page.items = (struct jx_list){items, n};
    reply_json(req, 200, &page);
}

/* ---- the operator's ---- */

static void checkpoint_made(void *arg, enum err rc, const struct fail *why)
{
    if (rc == ERR_OK)
        reply_none(arg);
    else
        reply_fail(arg, why);
}

static void make_checkpoint(struct req *req)
{
    struct fail why;

    if (audit_checkpoint_post(req->services->audit, checkpoint_made, req, &why) != ERR_OK)
        reply_fail(req, &why);
}

/* The command line reads the database itself; this puts it on record before. */
static void note_export(struct req *req)
{
    reply_none(req);
}

const struct route audit_routes[AUDIT_ROUTES_N] = {
    {
        .name = "audit.checkpoint",
        .method = HTTP_GET,
        .path = "/api/v1/audit/checkpoint",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = CHECKERS,
        .object = OBJECT_NONE,
        .audit = AUDIT_NONE,
        .output = &note_shape,
        .summary_ja = "監査記録の最新の検査点を見る",
        .handle = show_checkpoint,
    },
    {
        .name = "audit.consistency",
        .method = HTTP_GET,
        .path = "/api/v1/audit/consistency",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = CHECKERS,
        .object = OBJECT_NONE,
        .audit = AUDIT_NONE,
        .output = &consistency_shape,
        .summary_ja = "二つの検査点のあいだで記録が書き足されただけであることの証明",
        .handle = show_consistency,
    },
    {
        .name = "audit.inclusion",
        .method = HTTP_GET,
        .path = "/api/v1/audit/inclusion",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = CHECKERS,
        .object = OBJECT_NONE,
        .audit = AUDIT_NONE,
        .output = &inclusion_shape,
        .summary_ja = "一つの記録が検査点に含まれることの証明",
        .handle = show_inclusion,
    },
    {
        .name = "access_records.list",
        .method = HTTP_GET,
        .path = "/api/v1/access-records",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = ROLE_BIT(ROLE_AUDITOR) | ROLE_BIT(ROLE_COMMISSIONER),
        .object = OBJECT_NONE,
        .audit = AUDIT_READ,
        .output = &page_shape,
        .summary_ja = "閲覧・操作の記録を見る",
        .handle = list_access,
    },
    {
        .name = "audit.checkpoint_now",
        .while_leaving = true,
        .method = HTTP_POST,
        .path = "/api/v1/admin/audit/checkpoint",
        .listeners = LISTENER_ADMIN,
        .roles = ROLE_BIT(ROLE_ANONYMOUS),
        .object = OBJECT_NONE,
        .audit = AUDIT_NONE,
        .summary_ja = "監査記録の検査点をいま作る",
        .handle = make_checkpoint,
    },
    {
        .name = "audit.export",
        .while_leaving = true,
        .method = HTTP_POST,
        .path = "/api/v1/admin/audit/export",
        .listeners = LISTENER_ADMIN,
        .roles = ROLE_BIT(ROLE_ANONYMOUS),
        .object = OBJECT_NONE,
        .audit = AUDIT_EXPORT,
        .must_go_on = true,
        .summary_ja = "監査記録を書き出すことを記録する",
        .handle = note_export,
    },
};
