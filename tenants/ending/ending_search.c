#include "tenants/ending/ending_search.h"

#include <stddef.h>
#include <stdlib.h>

#include "node/base/clock.h"
#include "node/base/log.h"
#include "node/db/seal.h"
#include "tenants/ending/ending_look_store.h"
#include "tenants/ending/ending_names.h"
#include "tenants/handback/index.h"

#define LINE_CHUNK    65536
#define KEY_AT        1 /* of the key id in sealed bytes (node/db/seal.h) */
#define MENTIONS_MOST 50000

static const struct jx_field searched_fields[] = {
    {.name = "n_read", .type = JX_INT, .offset = offsetof(struct ending_searched, n_read)},
    {.name = "n_unread", .type = JX_INT, .offset = offsetof(struct ending_searched, n_unread)},
};
const struct jx_shape ending_searched_shape =
    JX_SHAPE("EndingSearched", struct ending_searched, searched_fields);

/* ---- every sealed value ---- */

struct going {
    const struct data_table *table;
    const char *column;
    struct id key;
    enum err (*each)(const struct ending_value *value, void *arg, struct fail *why);
    void *arg;
};

static enum err each_text(const struct ending_text *text, void *arg, struct fail *why)
{
    const struct going *g = arg;
    struct ending_value value = {.table = g->table,
                                 .column = g->column,
                                 .row = text->row,
                                 .key_row = text->key_row,
                                 .sealed = text->sealed};

    if (text->sealed.len >= KEY_AT + sizeof g->key.b)
        value.is_own = !id_is_none(g->key) &&
                       memcmp(text->sealed.p + KEY_AT, g->key.b, sizeof g->key.b) == 0;
    return g->each(&value, g->arg, why);
}

/* What other people are called themselves: the same family name there is nobody's mention. */
static const char *const own_names[] = {"person", "account", "enrolment", "person_role",
                                        "passkey"};
/* Free text of its own that no index, signature or other node's copy hangs on. */
static const struct {
    const char *table, *column;
} maskable[] = {{"file", "name_sealed"}, {"teacher_card", "evidence_sealed"}};

static bool is_left_out(const struct data_table *table, const char *column)
{
    const struct hand_rule *rule = data_rule(table, column);

    for (size_t i = 0; i < sizeof own_names / sizeof *own_names; i++)
        if (strcmp(table->name, own_names[i]) == 0)
            return true;
    return rule != NULL && rule->what == HAND_SECRET;
}

static bool is_maskable(const struct data_table *table, const char *column)
{
    for (size_t i = 0; i < sizeof maskable / sizeof *maskable; i++)
        if (strcmp(table->name, maskable[i].table) == 0 &&
            strcmp(column, maskable[i].column) == 0)
            return true;
    return false;
}

enum err ending_every_value(struct job_call *call, struct id key,
                            enum err (*each)(const struct ending_value *value, void *arg,
                                             struct fail *why),
                            void *arg, struct fail *why)
{
    enum err rc = ERR_OK;

    for (const struct data_table_list *l = call->services->tables; l->n > 0; l++)
        for (int i = 0; i < l->n && rc == ERR_OK; i++)
            for (const struct data_column *c = l->rows[i].columns;
                 c->name != NULL && rc == ERR_OK; c++) {
                struct going g = {&l->rows[i], c->name, key, each, arg};

                if (c->sealed && ending_is_readable(g.table))
                    rc = ending_look_texts(call->db, g.table, g.column, each_text, &g, why);
            }
    return rc;
}

/* ---- names in texts ---- */

struct found {
    struct ending_mention *at; /* malloc */
    size_t n, cap;
};

struct search {
    struct job_call *call;
    const struct ending_row *ending;
    struct ending_names names;
    struct arena *line;
    struct found found;
    struct ending_searched sums;
    int64_t now_utc_us;
};

static enum err add_found(struct search *s, const struct ending_mention *mention,
                          struct fail *why)
{
    struct found *f = &s->found;

    if (f->n == MENTIONS_MOST)
        return fail_set(why, ERR_TOO_LARGE, "more than %d mentions", MENTIONS_MOST);
    if (f->n == f->cap) {
        size_t cap = f->cap == 0 ? 64 : 2 * f->cap;
        struct ending_mention *at = realloc(f->at, cap * sizeof *at);

        if (at == NULL)
            return fail_set(why, ERR_NOMEM, "%zu mentions", cap);
        f->at = at;
        f->cap = cap;
    }
    f->at[f->n] = *mention;
    f->at[f->n].id = id_new();
    f->at[f->n].ending = s->ending->id;
    f->at[f->n].person = s->ending->person;
    f->at[f->n++].found_utc_us = s->now_utc_us;
    return ERR_OK;
}

/* A value that is not text, or not sealed as its table's row says, is counted, not searched. */
static enum err read_value(struct search *s, const struct ending_value *value,
                           struct ending_hit *hit, bool *is_there, struct fail *why)
{
    const struct seal_place place = {value->table->name, value->column, value->key_row};
    struct fail mine = {.code = ERR_OK};
    struct span plain;
    enum err rc =
        unseal(s->call->services->keyring, &place, value->sealed, s->line, &plain, &mine);

    *is_there = false;
    if (rc == ERR_NOT_FOUND)
        return ERR_OK;
    if (rc == ERR_OK)
        rc = ending_names_find(&s->names, plain, s->line, is_there, hit, &mine);
    if (rc == ERR_OK)
        s->sums.n_read++;
    if (rc == ERR_PROTO) {
        s->sums.n_unread++;
        return ERR_OK;
    }
    return rc == ERR_OK ? rc
                        : fail_set(why, rc, "%s.%s: %s", place.table, place.column, mine.text);
}

static enum err look_into(const struct ending_value *value, void *arg, struct fail *why)
{
    struct search *s = arg;
    struct ending_hit hit;
    bool is_there;
    enum err rc;

    if (value->is_own || is_left_out(value->table, value->column))
        return ERR_OK;
    arena_reset(s->line);
    rc = read_value(s, value, &hit, &is_there, why);
    if (rc != ERR_OK || !is_there)
        return rc;
    return add_found(s,
                     &(struct ending_mention){.table = span_text(value->table->name),
                                              .column = span_text(value->column),
                                              .row = value->row,
                                              .key_row = value->key_row,
                                              .n_rows = 1,
                                              .is_whole = hit.is_whole},
                     why);
}

/* ---- numbers ---- */

static enum err count_named(struct search *s, const struct data_table *table, struct fail *why)
{
    struct span rest = span_text(table->mention_columns);
    enum err rc = ERR_OK;

    while (rc == ERR_OK && rest.len > 0) {
        struct ending_mention mention = {.table = span_text(table->name), .is_whole = true};
        size_t len = 0;

        while (len < rest.len && rest.p[len] != ',')
            len++;
        mention.column = span_cut(rest, 0, len);
        rest = span_from(rest, len + 1);
        rc = ending_look_named(s->call->db, table, mention.column, s->ending->person,
                               &mention.n_rows, why);
        if (rc == ERR_OK && mention.n_rows > 0)
            rc = add_found(s, &mention, why);
    }
    return rc;
}

static enum err count_all(struct search *s, struct fail *why)
{
    enum err rc = ERR_OK;

    for (const struct data_table_list *l = s->call->services->tables; l->n > 0; l++)
        for (int i = 0; i < l->n && rc == ERR_OK; i++)
            if (l->rows[i].mention_columns != NULL)
                rc = count_named(s, &l->rows[i], why);
    return rc;
}

/* What each row allows: asked once a column. */
static enum err ask_can(struct search *s, struct fail *why)
{
    const struct data_table *last = NULL;
    const char *last_column = NULL, *column = NULL;
    enum ending_decision can = ENDING_KEEP;
    enum err rc = ERR_OK;

    for (size_t i = 0; i < s->found.n && rc == ERR_OK; i++) {
        struct ending_mention *m = &s->found.at[i];
        const struct data_table *table =
            ending_table_find(s->call->services->tables, m->table, m->column, &column);

        if (table == NULL || id_is_none(m->row))
            continue;
        if (table != last || column != last_column)
            rc = ending_look_can(s->call->db, table, column, &can, why);
        last = table;
        last_column = column;
        m->can = can == ENDING_MASK && !is_maskable(table, column) ? ENDING_KEEP : can;
    }
    return rc;
}

/* ---- the list ---- */

static enum err record_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct search *s = arg;
    struct ending_step_row step = {.id = id_new(),
                                   .ending = s->ending->id,
                                   .at_utc_us = s->now_utc_us,
                                   .by_role = SPAN(ENDING_SEARCH_BY),
                                   .kind = ENDING_SEARCHED};
    enum err rc =
        jx_write_canonical(&ending_searched_shape, &s->sums, tx_arena(tx), &step.facts, why);

    for (size_t i = 0; i < s->found.n && rc == ERR_OK; i++)
        rc = ending_mention_put(tx, &s->found.at[i], why);
    if (rc == ERR_OK)
        rc = ending_mention_prune(tx, s->ending->id, s->now_utc_us, why);
    return rc == ERR_OK ? ending_store_step(tx, &step, why) : rc;
}

enum err ending_search(struct job_call *call, const struct ending_row *ending, struct fail *why)
{
    struct search s = {.call = call, .ending = ending, .now_utc_us = clock_utc_us()};
    struct id key = ID_NONE;
    enum err rc =
        keyring_find_key(call->services->keyring, KEY_PERSON, ending->person, NULL, &key, why);

    if (rc == ERR_NOT_FOUND)
        rc = ERR_OK;
    if (rc == ERR_OK)
        rc = arena_create(LINE_CHUNK, &s.line, why);
    if (rc == ERR_OK)
        arena_mark_secret(s.line);
    if (rc == ERR_OK)
        rc = ending_names_read(call->services, call->db, ending->person, call->arena, &s.names,
                               why);
    if (rc == ERR_OK)
        rc = count_all(&s, why);
    if (rc == ERR_OK && s.names.n > 0)
        rc = ending_every_value(call, key, look_into, &s, why);
    if (rc == ERR_OK)
        rc = ask_can(&s, why);
    if (rc == ERR_OK)
        rc = writer_wait(call->services->writer, record_run, &s, why);
    if (rc == ERR_OK)
        log_info("ending.searched", L_ID("ending", ending->id), L_INT("found", s.found.n),
                 L_INT("read", s.sums.n_read), L_INT("unread", s.sums.n_unread));
    free(s.found.at);
    arena_destroy(&s.line);
    return rc;
}
