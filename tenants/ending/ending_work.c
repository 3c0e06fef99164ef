#include "tenants/ending/ending_work.h"

#include <stddef.h>

#include "node/base/clock.h"
#include "node/base/log.h"
#include "node/base/node_conf.h"
#include "node/db/erase.h"
#include "node/db/jobs.h"
#include "node/db/seal.h"
#include "tenants/ending/ending_facts.h"
#include "tenants/ending/ending_look_store.h"
#include "tenants/ending/ending_names.h"
#include "tenants/ending/ending_rows.h"
#include "tenants/ending/ending_search.h"

#define PAGE       200
#define LINE_CHUNK 16384
#define TABLES_CAP 256
#define KIND       "ending.work"

struct payload {
    struct id ending;
};
static const struct jx_field payload_fields[] = {
    {.name = "ending", .type = JX_ID, .offset = offsetof(struct payload, ending)},
};
static const struct jx_shape payload_shape =
    JX_SHAPE("EndingPayload", struct payload, payload_fields);

enum err ending_work_post(struct tx *tx, struct id ending, int64_t at_utc_us, struct fail *why)
{
    const struct payload payload = {ending};
    struct job_post post = {.kind = KIND, .run_at_utc_us = at_utc_us};
    enum err rc = jx_write(&payload_shape, &payload, tx_arena(tx), &post.payload, why);

    return rc == ERR_OK ? jobs_tx_post(tx, &post, why) : rc;
}

/* ---- steps by the node ---- */

/* What was cancelled before it had begun does not begin. */
static enum err step_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct ending_step_row *step = arg;
    struct ending_row ending = {.state = ENDING_IS_WAITING};
    enum err rc = ERR_OK;

    if (step->kind == ENDING_BEGUN)
        rc = ending_store_find(tx, NULL, step->ending, tx_arena(tx), &ending, why);
    if (rc == ERR_OK && ending.state != ENDING_IS_WAITING)
        rc = fail_set(why, ERR_CONFLICT, "no longer wanted");
    return rc == ERR_OK ? ending_store_step(tx, step, why) : rc;
}

static enum err add_step(struct job_call *call, struct id ending, enum ending_kind kind,
                         struct span facts, struct span note, struct fail *why)
{
    struct ending_step_row step = {.id = id_new(),
                                   .ending = ending,
                                   .at_utc_us = clock_utc_us(),
                                   .by_role = SPAN(ENDING_SEARCH_BY),
                                   .kind = kind,
                                   .facts = facts,
                                   .note = note};

    return writer_wait(call->services->writer, step_run, &step, why);
}

/* ---- others' records, as it was decided ---- */

struct applying {
    const struct data_table *table;
    const char *column;
    const struct ending_mention *mention;
    struct span was, now; /* sealed */
};

static enum err apply_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct applying *a = arg;

    return a->mention->decision == ENDING_DELETE
               ? ending_look_delete(tx, a->table, a->mention->row, why)
               : ending_look_mask(tx, a->table, a->column, a->mention->row, a->was, a->now,
                                  why);
}

static enum err keep_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct applying *a = arg;

    return ending_mention_keep(tx, a->mention->id, why);
}

/* The value with the names hidden, sealed under the key it was under. */
static enum err make_masked(struct job_call *call, const struct ending_names *names,
                            struct applying *a, struct arena *arena, struct fail *why)
{
    const struct seal_place place = {a->table->name, a->column, a->mention->key_row};
    struct keyring *keyring = call->services->keyring;
    struct span plain, masked;
    struct id key;
    enum err rc = unseal(keyring, &place, a->was, arena, &plain, why);

    if (rc == ERR_OK)
        rc = ending_names_mask(names, plain, arena, &masked, why);
    if (rc != ERR_OK)
        return rc;
    memcpy(key.b, a->was.p + 1, sizeof key.b);
    return seal(keyring, key, &place, masked, arena, &a->now, why);
}

/* Already done by a run that was cut off: the row, or the name in it, is gone. *is_held_out:
 * the row does not allow it after all, so somebody decides anew. */
static enum err apply_one(struct job_call *call, const struct ending_names *names,
                          const struct ending_mention *mention, struct arena *arena,
                          bool *is_held_out, struct fail *why)
{
    struct applying a = {.mention = mention};
    struct ending_text text;
    enum err rc;

    a.table =
        ending_table_find(call->services->tables, mention->table, mention->column, &a.column);
    if (a.table == NULL)
        return fail_set(why, ERR_INTERNAL, "a mention in no table");
    rc = ending_look_text(call->db, a.table, a.column, mention->row, mention->key_row, arena,
                          &text, why);
    if (rc == ERR_NOT_FOUND)
        return ERR_OK;
    a.was = text.sealed;
    if (rc == ERR_OK && mention->decision == ENDING_MASK)
        rc = make_masked(call, names, &a, arena, why);
    if (rc == ERR_OK)
        rc = writer_wait(call->services->writer, apply_run, &a, why);
    if (rc != ERR_INVALID)
        return rc;
    *is_held_out = true;
    return writer_wait(call->services->writer, keep_run, &a, why);
}

static enum err apply_all(struct job_call *call, const struct ending_row *ending,
                          bool *is_held_out, struct fail *why)
{
    struct ending_names names;
    struct arena *line = NULL;
    struct ending_mention *page = NULL;
    size_t n = 0;
    int skip = 0;
    enum err rc =
        ending_names_read(call->services, call->db, ending->person, call->arena, &names, why);

    if (rc == ERR_OK)
        rc = arena_create(LINE_CHUNK, &line, why);
    do {
        if (rc == ERR_OK)
            rc = ending_mention_list(NULL, call->db, ending->id, skip, PAGE, call->arena, &page,
                                     &n, why);
        for (size_t i = 0; i < n && rc == ERR_OK; i++) {
            arena_reset(line);
            if (page[i].has_decision && page[i].decision != ENDING_KEEP)
                rc = apply_one(call, &names, &page[i], line, is_held_out, why);
        }
        skip += (int)n;
    } while (rc == ERR_OK && n == PAGE);
    arena_destroy(&line);
    return rc;
}

/* ---- counting ---- */

static enum err count_tables(struct job_call *call, struct ending_facts *facts, bool is_after,
                             struct fail *why)
{
    struct ending_table_fact *at = facts->tables.at;
    enum err rc = ERR_OK;
    size_t n = 0;

    for (const struct data_table_list *l = call->services->tables; l->n > 0; l++)
        for (int i = 0; i < l->n && rc == ERR_OK; i++) {
            const struct data_table *t = &l->rows[i];
            int64_t rows = 0;

            if (t->person_column == NULL)
                continue;
            if (n == TABLES_CAP)
                return fail_set(why, ERR_INTERNAL, "more than %d tables", TABLES_CAP);
            rc = ending_look_count(call->db, t, facts->person, &rows, why);
            if (!is_after)
                at[n] = (struct ending_table_fact){
                    .name = span_text(t->name),
                    .way = t->erase_person == ERASE_ROWS ? 0 : 1,
                    .before = rows,
                };
            else if (n < facts->tables.n)
                at[n].after = rows;
            n++;
        }
    if (!is_after)
        facts->tables.n = n;
    return rc;
}

static enum err read_places(struct job_call *call, struct ending_facts *facts, bool is_after,
                            struct fail *why)
{
    struct keyring_place *places = NULL;
    struct ending_place_fact *at = facts->places.at;
    size_t n = 0;
    enum err rc = keyring_places(call->services->keyring, KEY_PERSON, facts->person,
                                 call->arena, &places, &n, why);

    if (rc == ERR_OK && !is_after) {
        at = arena_alloc(call->arena, (n + 1) * sizeof *at);
        rc = at == NULL ? fail_set(why, ERR_NOMEM, "places") : ERR_OK;
        facts->places = (struct jx_list){at, n};
    }
    for (size_t i = 0; rc == ERR_OK && at != NULL && i < n && i < facts->places.n; i++) {
        if (is_after)
            at[i].after = (int)places[i].held;
        else
            at[i] = (struct ending_place_fact){.path = span_text(places[i].path),
                                               .before = (int)places[i].held};
    }
    return rc;
}

static enum err begin(struct job_call *call, const struct ending_row *ending,
                      struct ending_facts *facts, struct fail *why)
{
    struct ending_sums sums;
    struct span text;
    enum err rc = node_conf_id(call->services->conf, &facts->node, why);

    facts->ending = ending->id;
    facts->person = ending->person;
    facts->by = ending->by;
    facts->confirmed_by = ending->confirmed_by;
    facts->reason = ending->reason;
    facts->asked_by = ending->asked_by;
    facts->asked = ending->at_utc_us;
    facts->confirmed = ending->confirmed_utc_us;
    facts->begun = clock_utc_us();
    facts->tables.at = arena_alloc(call->arena, TABLES_CAP * sizeof(struct ending_table_fact));
    if (rc == ERR_OK && facts->tables.at == NULL)
        rc = fail_set(why, ERR_NOMEM, "tables");
    if (rc == ERR_OK)
        rc = keyring_find_key(call->services->keyring, KEY_PERSON, ending->person, NULL,
                              &facts->key, why);
    if (rc == ERR_NOT_FOUND)
        rc = ERR_OK;
    if (rc == ERR_OK)
        rc = count_tables(call, facts, false, why);
    if (rc == ERR_OK)
        rc = read_places(call, facts, false, why);
    if (rc == ERR_OK)
        rc = ending_mention_sums(call->db, ending->id, &sums, why);
    if (rc != ERR_OK)
        return rc;
    facts->n_kept = sums.n_kept;
    facts->n_masked = sums.n_masked;
    facts->n_deleted = sums.n_deleted;
    facts->n_numbers = sums.n_numbers;
    rc = ending_facts_write(facts, call->arena, &text, why);
    return rc == ERR_OK ? add_step(call, ending->id, ENDING_BEGUN, text, SPAN(""), why) : rc;
}

/* ---- the proof ---- */

struct proving {
    struct job_call *call;
    struct ending_facts *facts;
    struct arena *line;
};

static enum err try_value(const struct ending_value *value, void *arg, struct fail *why)
{
    struct proving *p = arg;
    const struct seal_place place = {value->table->name, value->column, value->key_row};
    struct span plain;
    enum err rc;

    if (!value->is_own)
        return ERR_OK;
    arena_reset(p->line);
    p->facts->n_sealed++;
    rc = unseal(p->call->services->keyring, &place, value->sealed, p->line, &plain, NULL);
    if (rc == ERR_LOCKED || rc == ERR_UNAVAILABLE || rc == ERR_NOMEM)
        return fail_set(why, rc, "a sealed value");
    p->facts->n_opened += rc == ERR_OK;
    return ERR_OK;
}

/* Counted by other statements than those that deleted. */
static enum err prove(struct job_call *call, struct ending_facts *facts, struct fail *why)
{
    struct proving p = {call, facts, NULL};
    const struct ending_table_fact *at = facts->tables.at;
    enum err rc = count_tables(call, facts, true, why);

    facts->n_left = facts->n_sealed = facts->n_opened = 0;
    for (size_t i = 0; i < facts->tables.n; i++)
        facts->n_left += at[i].way == 0 ? at[i].after : 0;
    if (rc == ERR_OK)
        rc = read_places(call, facts, true, why);
    if (rc == ERR_OK)
        rc = arena_create(LINE_CHUNK, &p.line, why);
    if (rc == ERR_OK)
        rc = ending_every_value(call, facts->key, try_value, &p, why);
    arena_destroy(&p.line);
    if (rc == ERR_OK && (facts->n_left > 0 || facts->n_opened > 0))
        rc = fail_set(why, ERR_INTERNAL, "%lld rows left, %lld texts still open",
                      (long long)facts->n_left, (long long)facts->n_opened);
    return rc;
}

static enum err finish(struct job_call *call, const struct ending_row *ending,
                       struct ending_facts *facts, struct fail *why)
{
    const struct services *s = call->services;
    struct span text, note;
    enum err rc = erase_person(s->keyring, s->writer, s->tables, ending->person, NULL, why);

    if (rc == ERR_OK)
        rc = prove(call, facts, why);
    facts->ended = clock_utc_us();
    if (rc == ERR_OK)
        rc = ending_facts_write(facts, call->arena, &text, why);
    if (rc == ERR_OK)
        rc = ending_facts_sign(s, text, call->arena, &note, why);
    if (rc == ERR_OK)
        rc = add_step(call, ending->id, ENDING_DONE, text, note, why);
    if (rc == ERR_OK)
        log_info("ending.done", L_ID("ending", ending->id), L_ID("person", ending->person));
    return rc;
}

/* ---- the job ---- */

static enum err execute(struct job_call *call, struct ending_row *ending, struct fail *why)
{
    struct ending_facts facts = {.ended = 0};
    bool is_held = false;
    enum err rc = ending_search(call, ending, why);

    if (rc == ERR_OK)
        rc = ending_store_find(NULL, call->db, ending->id, call->arena, ending, why);
    if (rc == ERR_OK && ending->state != ENDING_IS_WAITING)
        return ERR_OK; /* cancelled meanwhile */
    if (rc == ERR_OK && ending->n_open == 0)
        rc = apply_all(call, ending, &is_held, why);
    if (rc != ERR_OK)
        return rc;
    if (ending->n_open > 0 || is_held)
        return add_step(call, ending->id, ENDING_HELD, SPAN(""), SPAN(""), why);
    rc = begin(call, ending, &facts, why);
    return rc == ERR_OK ? finish(call, ending, &facts, why) : rc;
}

static enum err go_on(struct job_call *call, const struct ending_row *ending, struct fail *why)
{
    struct ending_step_row step;
    struct ending_facts facts;
    enum err rc =
        ending_store_last(call->db, ending->id, ENDING_BEGUN, call->arena, &step, why);

    if (rc == ERR_OK)
        rc = ending_facts_read(step.facts, call->arena, &facts, why);
    return rc == ERR_OK ? finish(call, ending, &facts, why) : rc;
}

static enum err run_work(struct job_call *call, struct fail *why)
{
    struct payload payload;
    struct ending_row ending;
    enum err rc = jx_read(call->payload, &payload_shape, call->arena, &payload, NULL, why);

    if (rc == ERR_OK)
        rc = ending_store_find(NULL, call->db, payload.ending, call->arena, &ending, why);
    if (rc != ERR_OK)
        return rc;
    switch (ending.state) {
    case ENDING_IS_SEARCHING:
        return ending_search(call, &ending, why);
    case ENDING_IS_WAITING:
        return ending.due_utc_us <= clock_utc_us() ? execute(call, &ending, why) : ERR_OK;
    case ENDING_IS_RUNNING:
        return go_on(call, &ending, why);
    case ENDING_IS_DECIDING:
    case ENDING_IS_READY:
    case ENDING_IS_DONE:
    case ENDING_IS_CANCELLED:
        return ERR_OK;
    }
    return ERR_OK;
}

const struct job_kind ending_jobs[ENDING_JOBS_N] = {
    {.name = KIND, .run = run_work, .n_tries_cap = 12, .lease_s = 3600},
};
