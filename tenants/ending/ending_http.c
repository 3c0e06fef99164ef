/* One person's end over HTTP (NI-2.3.4-4b): the requests, the places in others' records that
 * name the person, the proof on paper. */
#include "tenants/ending/ending_http.h"

#include "node/base/conf.h"
#include "node/base/jx_scalar.h"
#include "node/db/seal.h"
#include "tenants/ending/ending_draw.h"
#include "tenants/ending/ending_look_store.h"
#include "tenants/ending/ending_names.h"
#include "tenants/ending/ending_rows.h"
#include "tenants/ending/ending_search.h"
#include "tenants/people/account_priv.h"
#include "tenants/signin/password.h"
#include "tenants/watch/watch.h"

#define PAGE          50
#define MENTIONS_PAGE 40
#define AROUND_BYTES  180 /* of a text, on either side of the name */
#define RECORD_KEY    "ending"

/* ---- shared ---- */

struct span ending_name_of(struct req *req, const struct people *people, struct id person)
{
    const struct people_entry *e = id_is_none(person) ? NULL : people_find(people, person);
    struct span name = SPAN_NONE;

    if (e != NULL)
        name = arena_copy(req->arena, e->name.len > 0 ? e->name : e->display);
    return name.p == NULL ? SPAN_NONE : name;
}

enum err ending_of_path(struct req *req, struct fail *why)
{
    return id_parse(req_param(req, "id"), &req->object, NULL) == ERR_OK
               ? ERR_OK
               : fail_set(why, ERR_NOT_FOUND, "not an id");
}

enum err ending_seal(struct req *req, const char *table, const char *column, struct id row,
                     struct span text, struct span *sealed_out, struct fail *why)
{
    const struct seal_place place = {table, column, row};
    struct id key;
    enum err rc =
        keyring_need_key(req->services->keyring, KEY_RECORD, ID_NONE, RECORD_KEY, &key, why);

    return rc == ERR_OK
               ? seal(req->services->keyring, key, &place, text, req->arena, sealed_out, why)
               : rc;
}

enum err ending_open(struct req *req, const char *table, const char *column, struct id row,
                     struct span sealed, struct span *text_out, struct fail *why)
{
    const struct seal_place place = {table, column, row};

    return unseal(req->services->keyring, &place, sealed, req->arena, text_out, why);
}

/* ---- GET /api/v1/endings ---- */

struct ending_output {
    struct id id, by, person, confirmed_by;
    int64_t at, due, n_mentions, n_open, confirmed_at, ended_at;
    struct span by_name, person_name, person_login, confirmed_name, note;
    int reason, asked_by, state;
    bool has_due, has_by_name, has_person_name, has_person_login, has_confirmed,
        has_confirmed_name, has_ended, has_note, is_mine, may_confirm;
};
static const struct jx_field ending_fields[] = {
    ENDING_FIELD(JX_ID, ending_output, id, "申し出のID"),
    ENDING_FIELD(JX_TIME, ending_output, at, "いつ記したか"),
    ENDING_FIELD(JX_ID, ending_output, by, "だれが記したか"),
    ENDING_MAYBE(JX_TEXT, ending_output, by_name, has_by_name, "だれが記したか（名前）"),
    ENDING_FIELD(JX_ID, ending_output, person, "だれの情報か"),
    ENDING_MAYBE(JX_TEXT, ending_output, person_name, has_person_name, "その名前"),
    ENDING_MAYBE(JX_TEXT, ending_output, person_login, has_person_login, "そのログインID"),
    ENDING_CHOICE(ending_output, reason, ENDING_REASONS, "理由"),
    ENDING_CHOICE(ending_output, asked_by, ENDING_ASKERS, "だれの申し出か"),
    ENDING_MAYBE(JX_TIME, ending_output, due, has_due, "消す日"),
    {.name = "note",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL | JX_RAW_TEXT,
     .offset = offsetof(struct ending_output, note),
     .has_offset = offsetof(struct ending_output, has_note),
     .title_ja = "申し出の内容"},
    ENDING_CHOICE(ending_output, state, ENDING_STATES, "どこまで進んだか"),
    ENDING_FIELD(JX_INT, ending_output, n_mentions, "名前が残る箇所"),
    ENDING_FIELD(JX_INT, ending_output, n_open, "まだ決まっていない箇所"),
    ENDING_MAYBE(JX_ID, ending_output, confirmed_by, has_confirmed, "だれが確かめたか"),
    ENDING_MAYBE(JX_TEXT, ending_output, confirmed_name, has_confirmed_name,
                 "だれが確かめたか（名前）"),
    ENDING_MAYBE(JX_TIME, ending_output, confirmed_at, has_confirmed, "いつ確かめたか"),
    ENDING_MAYBE(JX_TIME, ending_output, ended_at, has_ended, "いつ終わったか"),
    ENDING_FIELD(JX_BOOL, ending_output, is_mine, "自分が記したものか"),
    ENDING_FIELD(JX_BOOL, ending_output, may_confirm, "自分が確かめられるか"),
};
static const struct jx_shape ending_shape =
    JX_SHAPE("Ending", struct ending_output, ending_fields);

struct endings_output {
    struct jx_list items;
    struct id next;
    bool has_next;
};
static const struct jx_field endings_fields[] = {
    {.name = "items",
     .type = JX_LIST,
     .shape = &ending_shape,
     .most = PAGE,
     .offset = offsetof(struct endings_output, items),
     .title_ja = "申し出（新しい順）"},
    ENDING_MAYBE(JX_ID, endings_output, next, has_next, "続きを見るときの before の値"),
};
static const struct jx_shape endings_shape =
    JX_SHAPE("Endings", struct endings_output, endings_fields);

static enum err open_note(struct req *req, const struct ending_row *row,
                          struct ending_output *out, struct fail *why)
{
    enum err rc;

    if (row->note_sealed.len == 0)
        return ERR_OK;
    rc = ending_open(req, "ending", "note_sealed", row->id, row->note_sealed, &out->note, why);
    if (rc == ERR_NOT_FOUND)
        return ERR_OK; /* gone with the person */
    out->has_note = rc == ERR_OK;
    return rc;
}

static enum err output_of(struct req *req, const struct people *people,
                          const struct ending_row *row, struct ending_output *out,
                          struct fail *why)
{
    const struct people_entry *person = people_find(people, row->person);
    const struct id me = req->caller.account;

    *out = (struct ending_output){
        .id = row->id,
        .by = row->by,
        .person = row->person,
        .confirmed_by = row->confirmed_by,
        .at = row->at_utc_us,
        .due = row->due_utc_us,
        .n_mentions = row->n_mentions,
        .n_open = row->n_open,
        .confirmed_at = row->confirmed_utc_us,
        .ended_at = row->ended_utc_us,
        .by_name = ending_name_of(req, people, row->by),
        .person_name = ending_name_of(req, people, row->person),
        .person_login = person == NULL ? SPAN_NONE : arena_copy(req->arena, person->login),
        .confirmed_name = ending_name_of(req, people, row->confirmed_by),
        .reason = row->reason,
        .asked_by = row->asked_by,
        .state = (int)row->state,
        .has_due = row->due_utc_us != 0,
        .has_confirmed = !id_is_none(row->confirmed_by),
        .has_ended = row->ended_utc_us != 0,
        .is_mine = id_eq(row->by, me),
        .may_confirm =
            row->state == ENDING_IS_READY && !id_eq(row->by, me) && !id_eq(row->person, me),
    };
    out->has_by_name = out->by_name.len > 0;
    out->has_person_name = out->person_name.len > 0;
    out->has_person_login = out->person_login.len > 0;
    out->has_confirmed_name = out->confirmed_name.len > 0;
    return open_note(req, row, out, why);
}

/* Who stands in a page by name: those that are still known. */
static bool spend(struct req *req, const struct people *people, const struct ending_row *rows,
                  size_t n)
{
    struct id *shown = req_alloc(req, (n + 1) * sizeof *shown);
    size_t n_shown = 0;

    if (shown == NULL)
        return false;
    for (size_t i = 0; i < n; i++)
        if (people_find(people, rows[i].person) != NULL)
            shown[n_shown++] = rows[i].person;
    return watch_spend(req, WATCH_NAMES, shown, n_shown);
}

static void list_endings(struct req *req)
{
    struct span before_text = req_query(req, "before");
    struct endings_output page = {.has_next = false};
    struct ending_row *rows = NULL;
    struct ending_output *items = NULL;
    struct people *people = NULL;
    struct id before = ID_NONE;
    struct fail why = {.code = ERR_OK};
    size_t n = 0;
    enum err rc = ERR_OK;

    if (before_text.p != NULL && id_parse(before_text, &before, NULL) != ERR_OK)
        rc = fail_field(&why, ERR_INVALID, "before", "not an id");
    if (rc == ERR_OK)
        rc = ending_store_list(req->db, before, PAGE + 1, req->arena, &rows, &n, &why);
    if (rc == ERR_OK)
        rc = people_ref(accounts_people(req->services->accounts), req->db, &people, &why);
    page.has_next = n > PAGE;
    n = page.has_next ? PAGE : n;
    if (rc == ERR_OK && !spend(req, people, rows, n)) {
        people_unref(&people);
        return;
    }
    if (rc == ERR_OK) {
        items = arena_alloc(req->arena, (n + 1) * sizeof *items);
        rc = items == NULL ? fail_set(&why, ERR_NOMEM, "requests") : ERR_OK;
    }
    for (size_t i = 0; i < n && rc == ERR_OK; i++)
        rc = output_of(req, people, &rows[i], &items[i], &why);
    people_unref(&people);
    if (rc != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    if (page.has_next)
        page.next = rows[n - 1].id;
    page.items = (struct jx_list){items, n};
    reply_json(req, 200, &page);
}

/* ---- GET /api/v1/endings/{id} ---- */

struct show_output {
    struct ending_output ending;
    struct ending_facts facts;
    struct span proof;
    int64_t n_read, n_unread;
    bool has_facts, has_searched;
};
static const struct jx_field show_fields[] = {
    {.name = "ending",
     .type = JX_OBJECT,
     .shape = &ending_shape,
     .offset = offsetof(struct show_output, ending),
     .title_ja = "申し出"},
    ENDING_MAYBE(JX_INT, show_output, n_read, has_searched, "調べた文の数"),
    ENDING_MAYBE(JX_INT, show_output, n_unread, has_searched, "読めなかったものの数"),
    {.name = "facts",
     .type = JX_OBJECT,
     .flags = JX_OPTIONAL,
     .shape = &ending_facts_shape,
     .offset = offsetof(struct show_output, facts),
     .has_offset = offsetof(struct show_output, has_facts),
     .title_ja = "証明の内容"},
    {.name = "proof",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL | JX_RAW_TEXT,
     .offset = offsetof(struct show_output, proof),
     .has_offset = offsetof(struct show_output, has_facts),
     .title_ja = "署名した証明の行"},
};
static const struct jx_shape show_shape =
    JX_SHAPE("EndingShown", struct show_output, show_fields);

static enum err find_of_path(struct req *req, struct ending_row *row, struct fail *why)
{
    enum err rc = ending_of_path(req, why);

    if (rc == ERR_OK)
        rc = ending_store_find(NULL, req->db, req->object, req->arena, row, why);
    if (rc == ERR_OK)
        req->person = row->person;
    return rc;
}

static enum err read_searched(struct req *req, struct show_output *out, struct fail *why)
{
    struct ending_searched sums;
    struct ending_step_row step;
    enum err rc =
        ending_store_last(req->db, req->object, ENDING_SEARCHED, req->arena, &step, why);

    if (rc == ERR_OK)
        rc = jx_read(step.facts, &ending_searched_shape, req->arena, &sums, NULL, why);
    else if (rc == ERR_NOT_FOUND)
        return ERR_OK;
    if (rc == ERR_OK) {
        out->has_searched = true;
        out->n_read = sums.n_read;
        out->n_unread = sums.n_unread;
    }
    return rc;
}

static enum err read_proof(struct req *req, struct ending_facts *facts, struct span *note,
                           struct fail *why)
{
    struct ending_step_row step;
    enum err rc = ending_store_last(req->db, req->object, ENDING_DONE, req->arena, &step, why);

    if (rc == ERR_OK)
        rc = ending_facts_read(step.facts, req->arena, facts, why);
    if (rc == ERR_OK)
        *note = step.note;
    return rc;
}

static void show_ending(struct req *req)
{
    struct show_output *out = req_alloc(req, sizeof *out);
    struct people *people = NULL;
    struct ending_row row;
    struct fail why = {.code = ERR_OK};
    enum err rc;

    if (out == NULL)
        return;
    *out = (struct show_output){.has_facts = false};
    rc = find_of_path(req, &row, &why);
    if (rc == ERR_OK)
        rc = people_ref(accounts_people(req->services->accounts), req->db, &people, &why);
    if (rc == ERR_OK)
        rc = output_of(req, people, &row, &out->ending, &why);
    people_unref(&people);
    if (rc == ERR_OK)
        rc = read_searched(req, out, &why);
    if (rc == ERR_OK && row.state == ENDING_IS_DONE) {
        rc = read_proof(req, &out->facts, &out->proof, &why);
        out->has_facts = rc == ERR_OK;
        out->facts.has_key = !id_is_none(out->facts.key);
    }
    if (rc == ERR_OK)
        reply_json(req, 200, out);
    else
        reply_fail(req, &why);
}

/* ---- GET /api/v1/endings/{id}/mentions ---- */

struct mention_output {
    struct id id, row, decided_by;
    struct span table, table_ja, column, column_ja, before, hit, after, decided_name;
    int64_t n_rows, decided_at;
    int can, decision;
    bool has_row, is_whole, has_decision, has_decided_name, has_text;
};
static const struct jx_field mention_fields[] = {
    ENDING_FIELD(JX_ID, mention_output, id, "箇所のID"),
    ENDING_FIELD(JX_TEXT, mention_output, table, "表"),
    ENDING_FIELD(JX_TEXT, mention_output, table_ja, "表（日本語）"),
    ENDING_FIELD(JX_TEXT, mention_output, column, "列"),
    ENDING_FIELD(JX_TEXT, mention_output, column_ja, "列（日本語）"),
    ENDING_MAYBE(JX_ID, mention_output, row, has_row, "行（ないときは番号だけの箇所）"),
    ENDING_FIELD(JX_INT, mention_output, n_rows, "行の数"),
    ENDING_FIELD(JX_BOOL, mention_output, is_whole, "名前の全体か"),
    ENDING_CHOICE(mention_output, can, ENDING_DECISIONS, "残すほかにできること"),
    {.name = "decision",
     .type = JX_ENUM,
     .flags = JX_OPTIONAL,
     .choices = ENDING_DECISIONS,
     .offset = offsetof(struct mention_output, decision),
     .has_offset = offsetof(struct mention_output, has_decision),
     .title_ja = "どうすると決めたか"},
    ENDING_MAYBE(JX_TIME, mention_output, decided_at, has_decision, "いつ決めたか"),
    ENDING_MAYBE(JX_TEXT, mention_output, decided_name, has_decided_name, "だれが決めたか"),
    {.name = "before",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL | JX_RAW_TEXT,
     .offset = offsetof(struct mention_output, before),
     .has_offset = offsetof(struct mention_output, has_text),
     .title_ja = "名前の前の文"},
    {.name = "hit",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL | JX_RAW_TEXT,
     .offset = offsetof(struct mention_output, hit),
     .has_offset = offsetof(struct mention_output, has_text),
     .title_ja = "名前"},
    {.name = "after",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL | JX_RAW_TEXT,
     .offset = offsetof(struct mention_output, after),
     .has_offset = offsetof(struct mention_output, has_text),
     .title_ja = "名前のあとの文"},
};
static const struct jx_shape mention_shape =
    JX_SHAPE("EndingMention", struct mention_output, mention_fields);

struct mentions_output {
    struct jx_list items;
    int64_t next;
    bool has_next;
};
static const struct jx_field mentions_fields[] = {
    {.name = "items",
     .type = JX_LIST,
     .shape = &mention_shape,
     .most = MENTIONS_PAGE,
     .offset = offsetof(struct mentions_output, items),
     .title_ja = "箇所（決まっていないものから）"},
    ENDING_MAYBE(JX_INT, mentions_output, next, has_next, "続きを見るときの skip の値"),
};
static const struct jx_shape mentions_shape =
    JX_SHAPE("EndingMentions", struct mentions_output, mentions_fields);

static bool is_inside(struct span text, size_t at)
{
    return at > 0 && at < text.len && (text.p[at] & 0xc0) == 0x80;
}

/* The name and what stands around it, cut between characters. */
static void cut_around(struct span text, const struct ending_hit *hit,
                       struct mention_output *out)
{
    size_t from = hit->at > AROUND_BYTES ? hit->at - AROUND_BYTES : 0;
    size_t end = hit->at + hit->len;
    size_t to = text.len - end > AROUND_BYTES ? end + AROUND_BYTES : text.len;

    while (is_inside(text, from))
        from++;
    while (is_inside(text, to))
        to--;
    out->before = span_cut(text, from, hit->at - from);
    out->hit = span_cut(text, hit->at, hit->len);
    out->after = span_cut(text, end, to - end);
    out->has_text = true;
}

/* A row that is gone, or says something else by now, is listed without its text. */
static enum err open_text(struct req *req, const struct ending_names *names,
                          const struct ending_mention *m, struct mention_output *out,
                          struct fail *why)
{
    const char *column;
    const struct data_table *table =
        ending_table_find(req->services->tables, m->table, m->column, &column);
    struct ending_text text;
    struct span plain;
    struct ending_hit hit;
    bool is_there = false;
    enum err rc;

    if (table == NULL)
        return ERR_OK;
    rc = ending_look_text(req->db, table, column, m->row, m->key_row, req->arena, &text, why);
    if (rc == ERR_OK)
        rc = ending_open(req, table->name, column, m->key_row, text.sealed, &plain, why);
    if (rc == ERR_OK)
        rc = ending_names_find(names, plain, req->arena, &is_there, &hit, why);
    /* What is to be hidden is not shown any more: as it will read. No name stands before the
     * first. */
    if (rc == ERR_OK && is_there && m->has_decision && m->decision == ENDING_MASK) {
        rc = ending_names_mask(names, plain, req->arena, &plain, why);
        hit.len = ENDING_HIDDEN.len;
    }
    if (rc == ERR_OK && is_there)
        cut_around(plain, &hit, out);
    return rc == ERR_NOT_FOUND || rc == ERR_PROTO ? ERR_OK : rc;
}

static enum err mention_of(struct req *req, const struct people *people,
                           const struct ending_names *names, const struct ending_mention *m,
                           struct mention_output *out, struct fail *why)
{
    const struct data_table_list *tables = req->services->tables;

    *out = (struct mention_output){
        .id = m->id,
        .row = m->row,
        .has_row = !id_is_none(m->row),
        .table = m->table,
        .table_ja = ending_table_ja(tables, m->table),
        .column = m->column,
        .column_ja = ending_column_ja(tables, m->table, m->column),
        .n_rows = m->n_rows,
        .is_whole = m->is_whole,
        .can = (int)m->can,
        .decision = (int)m->decision,
        .has_decision = m->has_decision,
        .decided_at = m->decided_utc_us,
        .decided_name = ending_name_of(req, people, m->decided_by),
    };
    out->has_decided_name = out->decided_name.len > 0;
    return out->has_row ? open_text(req, names, m, out, why) : ERR_OK;
}

static enum err fill_mentions(struct req *req, const struct ending_row *row,
                              const struct ending_mention *rows, size_t n,
                              struct mention_output *items, struct fail *why)
{
    struct ending_names *names = arena_alloc(req->arena, sizeof *names);
    struct people *people = NULL;
    enum err rc = names == NULL ? fail_set(why, ERR_NOMEM, "names") : ERR_OK;

    if (rc == ERR_OK)
        rc = ending_names_read(req->services, req->db, row->person, req->arena, names, why);
    if (rc == ERR_OK)
        rc = people_ref(accounts_people(req->services->accounts), req->db, &people, why);
    for (size_t i = 0; i < n && rc == ERR_OK; i++)
        rc = mention_of(req, people, names, &rows[i], &items[i], why);
    people_unref(&people);
    return rc;
}

static void list_mentions(struct req *req)
{
    struct mentions_output page = {.has_next = false};
    struct ending_mention *rows = NULL;
    struct mention_output *items = NULL;
    struct ending_row row;
    struct span skip_text = req_query(req, "skip");
    struct fail why = {.code = ERR_OK};
    int64_t skip = 0;
    size_t n = 0;
    enum err rc;

    arena_mark_secret(req->arena);
    rc = find_of_path(req, &row, &why);
    if (rc == ERR_OK && skip_text.p != NULL &&
        (!jx_i64_parse(skip_text, &skip) || skip < 0 || skip > INT32_MAX))
        rc = fail_field(&why, ERR_INVALID, "skip", "a number");
    if (rc == ERR_OK)
        rc = ending_mention_list(NULL, req->db, row.id, (int)skip, MENTIONS_PAGE + 1,
                                 req->arena, &rows, &n, &why);
    page.has_next = n > MENTIONS_PAGE;
    n = page.has_next ? MENTIONS_PAGE : n;
    page.next = skip + (int64_t)n;
    if (rc == ERR_OK) {
        items = arena_alloc(req->arena, (n + 1) * sizeof *items);
        rc = items == NULL ? fail_set(&why, ERR_NOMEM, "mentions") : ERR_OK;
    }
    if (rc == ERR_OK && items != NULL)
        rc = fill_mentions(req, &row, rows, n, items, &why);
    if (rc != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    page.items = (struct jx_list){items, n};
    reply_json(req, 200, &page);
}

/* ---- GET /api/v1/endings/{id}/proof ---- */

struct printing {
    struct req *req;
    struct ending_facts facts;
    struct ending_paper paper;
};

static void draw_run(void *arg)
{
    struct printing *p = arg;
    struct span pdf;
    struct fail why = {.code = ERR_OK};

    if (ending_draw(&p->paper, p->req->arena, &pdf, &why) == ERR_OK)
        reply_bytes(p->req, 200, "application/pdf", pdf);
    else
        reply_fail(p->req, &why);
}

static void print_proof(struct req *req)
{
    struct printing *p = req_alloc(req, sizeof *p);
    struct fail why = {.code = ERR_OK};
    struct ending_row row;
    enum err rc;

    if (p == NULL)
        return;
    *p = (struct printing){.req = req};
    rc = find_of_path(req, &row, &why);
    if (rc == ERR_OK)
        rc = read_proof(req, &p->facts, &p->paper.note, &why);
    p->paper.facts = &p->facts;
    p->paper.tables = req->services->tables;
    p->paper.town_ja = span_text(conf_text(req->services->conf, "node.title_ja"));
    p->paper.now_utc_us = p->facts.ended;
    reply_header(req, "Content-Disposition", "attachment; filename=\"ibasho-ending.pdf\"");
    if (rc == ERR_OK)
        rc = hasher_post(req->services->accounts->hasher, draw_run, p, &why);
    if (rc != ERR_OK)
        reply_fail(req, &why);
}

const struct route ending_routes[ENDING_ROUTES_N] = {
    {.name = "endings.list",
     .method = HTTP_GET,
     .path = "/api/v1/endings",
     .listeners = ENDING_LISTENERS,
     .roles = ENDING_BOARD,
     .object = OBJECT_NONE,
     .audit = AUDIT_READ,
     .output = &endings_shape,
     .summary_ja = "ひとりの情報を消す申し出を一覧する",
     .handle = list_endings},
    {.name = "endings.show",
     .method = HTTP_GET,
     .path = "/api/v1/endings/{id}",
     .listeners = ENDING_LISTENERS,
     .roles = ENDING_BOARD,
     .object = OBJECT_ANY_HERE,
     .audit = AUDIT_READ,
     .output = &show_shape,
     .summary_ja = "ひとりの情報を消す申し出を一つ見る",
     .handle = show_ending},
    {.name = "endings.mentions",
     .method = HTTP_GET,
     .path = "/api/v1/endings/{id}/mentions",
     .listeners = ENDING_LISTENERS,
     .roles = ENDING_BOARD,
     .object = OBJECT_ANY_HERE,
     .audit = AUDIT_READ,
     .output = &mentions_shape,
     .summary_ja = "ほかの人の記録に名前が残る箇所を見る",
     .handle = list_mentions},
    {.name = "endings.proof",
     .method = HTTP_GET,
     .path = "/api/v1/endings/{id}/proof",
     .listeners = ENDING_LISTENERS,
     .roles = ENDING_BOARD,
     .object = OBJECT_ANY_HERE,
     .audit = AUDIT_EXPORT,
     .summary_ja = "ひとりの情報を消した証明（PDF）",
     .handle = print_proof},
};
