#include "reporting/dictionary.h"

#include <stdlib.h>
#include <string.h>

#include "node/base/conf.h"
#include "node/base/log.h"
#include "node/db/settings.h"
#include "node/db/sweep.h"
#include "reporting/dictionary_store.h"

#define DIFFERENCES_MOST 200

const char *const dictionary_keys_ja[] = {
    [KEY_OF_NONE] = "なし",           [KEY_OF_SUBJECT] = "その人の鍵",
    [KEY_OF_AUTHOR] = "書いた人の鍵", [KEY_OF_CLASS] = "授業の鍵",
    [KEY_OF_RECORD] = "記録の鍵",
};
const char *const dictionary_backs_ja[] = {
    [HAND_BACK_NDJSON] = "行のまま返す（NDJSON）",
    [HAND_BACK_LOG] = "監査の記録として返す",
    [HAND_BACK_FILES] = "ファイルとして返す",
    [HAND_BACK_NOTHING] = "返すものはない（しくみのための一時の値）",
};

bool dictionary_is_log(const struct data_table *table)
{
    return table->is_audit_leaf || table->hand_back == HAND_BACK_LOG ||
           (table->retention_column != NULL && table->hand_back != HAND_BACK_NOTHING);
}

const char *dictionary_term(int64_t days, struct arena *arena)
{
    if (days == 0)
        return "契約の終わりまで";
    if (days < 365)
        return arena_printf(arena, "%lld日", (long long)days);
    return arena_printf(arena, "%lld日（約%lld年）", (long long)days,
                        (long long)((days + 30) / 365));
}

struct making {
    struct arena *arena;
    struct dictionary *d;
    const struct catalogue_column *catalogue;
    bool *is_used;
    size_t n;
};

static enum err differ(struct making *m, const char *what, struct span table,
                       struct span column, struct fail *why)
{
    char *text =
        arena_printf(m->arena, "%s: %.*s.%.*s", what, SPAN_ARG(table), SPAN_ARG(column));

    if (text == NULL)
        return fail_set(why, ERR_NOMEM, "a difference");
    if (m->d->n_differences < DIFFERENCES_MOST)
        m->d->differences[m->d->n_differences++] = span_text(text);
    return ERR_OK;
}

static bool is_listed(const char *list, const char *name)
{
    size_t len = strlen(name);

    while (list != NULL && *list != '\0') {
        size_t n = strcspn(list, ",");

        if (n == len && memcmp(list, name, n) == 0)
            return true;
        list += n + (list[n] == ',');
    }
    return false;
}

static enum err fill_column(struct making *m, const struct data_table *row,
                            const struct data_column *column, struct dictionary_column *out,
                            struct fail *why)
{
    *out = (struct dictionary_column){
        .name = column->name,
        .meaning_ja = column->meaning_ja,
        .is_sealed = column->sealed,
        .is_person =
            (row->person_column != NULL && strcmp(row->person_column, column->name) == 0) ||
            is_listed(row->mention_columns, column->name),
    };
    for (size_t i = 0; i < m->n; i++) {
        const struct catalogue_column *c = &m->catalogue[i];

        if (!span_eq(c->table, span_text(row->name)) ||
            !span_eq(c->column, span_text(column->name)))
            continue;
        m->is_used[i] = true;
        out->type = c->type;
        out->is_key = c->is_key;
        out->is_needed = c->is_needed;
        return ERR_OK;
    }
    return differ(m, "missing in the database", span_text(row->name), span_text(column->name),
                  why);
}

static enum err fill_table(struct making *m, const struct services *services,
                           const struct data_table *row, struct dictionary_table *out,
                           struct fail *why)
{
    size_t n = 0;
    enum err rc = ERR_OK;

    while (row->columns[n].name != NULL)
        n++;
    *out = (struct dictionary_table){
        .row = row, .term_days = sweep_term_days(row, services->settings), .n = n};
    out->columns = arena_alloc(m->arena, (n + 1) * sizeof *out->columns);
    if (out->columns == NULL)
        return fail_set(why, ERR_NOMEM, "%zu columns", n);
    for (size_t i = 0; rc == ERR_OK && i < n; i++)
        rc = fill_column(m, row, &row->columns[i], &out->columns[i], why);
    return rc;
}

static int by_name(const void *a, const void *b)
{
    const struct dictionary_table *x = a, *y = b;

    return strcmp(x->row->name, y->row->name);
}

static enum err fill_tables(struct making *m, const struct services *services, struct fail *why)
{
    struct dictionary *d = m->d;
    const struct data_table_list *list;
    size_t n = 0;
    enum err rc = ERR_OK;

    for (list = services->tables; list->n > 0; list++)
        n += (size_t)list->n;
    d->tables = arena_alloc(m->arena, (n + 1) * sizeof *d->tables);
    if (d->tables == NULL)
        return fail_set(why, ERR_NOMEM, "%zu tables", n);
    for (list = services->tables; list->n > 0; list++)
        for (int i = 0; rc == ERR_OK && i < list->n; i++)
            rc = fill_table(m, services, &list->rows[i], &d->tables[d->n_tables++], why);
    for (size_t i = 0; rc == ERR_OK && i < m->n; i++)
        if (!m->is_used[i])
            rc = differ(m, "not in the dictionary", m->catalogue[i].table,
                        m->catalogue[i].column, why);
    qsort(d->tables, d->n_tables, sizeof *d->tables, by_name);
    return rc;
}

static enum err fill_settings(struct making *m, const struct services *services,
                              struct fail *why)
{
    struct dictionary *d = m->d;
    size_t n = settings_n(services->settings);

    d->settings = arena_alloc(m->arena, (n + 1) * sizeof *d->settings);
    if (d->settings == NULL)
        return fail_set(why, ERR_NOMEM, "%zu settings", n);
    for (size_t i = 0; i < n; i++) {
        const struct setting *row = settings_at(services->settings, i);
        struct setting_state state;

        settings_peek(services->settings, row, d->now_utc_us, &state);
        d->settings[d->n_settings++] =
            (struct dictionary_setting){row, state.value, state.is_default};
    }
    return ERR_OK;
}

static enum err fill_acts(struct making *m, const struct services *services, struct fail *why)
{
    struct dictionary *d = m->d;
    const struct route_table *table;
    size_t n = 0;

    for (table = services->routes; table->n > 0; table++)
        n += (size_t)table->n;
    d->acts = arena_alloc(m->arena, (n + 1) * sizeof(void *));
    if (d->acts == NULL)
        return fail_set(why, ERR_NOMEM, "%zu routes", n);
    for (table = services->routes; table->n > 0; table++)
        for (int i = 0; i < table->n; i++)
            if (table->rows[i].audit != AUDIT_NONE)
                d->acts[d->n_acts++] = &table->rows[i];
    return ERR_OK;
}

enum err dictionary_make(const struct services *services, struct db *db, int64_t now_utc_us,
                         struct arena *arena, struct dictionary *out, struct fail *why)
{
    struct catalogue_column *catalogue = NULL;
    struct making m = {.arena = arena, .d = out};
    enum err rc;

    *out = (struct dictionary){.now_utc_us = now_utc_us,
                               .town = span_text(conf_text(services->conf, "node.title_ja"))};
    rc = dictionary_store_columns(db, arena, &catalogue, &m.n, why);
    m.catalogue = catalogue;
    m.is_used = arena_alloc(arena, m.n + 1);
    out->differences = arena_alloc(arena, DIFFERENCES_MOST * sizeof *out->differences);
    if (rc == ERR_OK && (m.is_used == NULL || out->differences == NULL))
        rc = fail_set(why, ERR_NOMEM, "%zu columns", m.n);
    if (rc == ERR_OK)
        rc = fill_tables(&m, services, why);
    if (rc == ERR_OK)
        rc = fill_settings(&m, services, why);
    if (rc == ERR_OK)
        rc = fill_acts(&m, services, why);
    if (rc == ERR_OK && out->n_differences > 0)
        log_warn("dictionary.differs", L_INT("n", out->n_differences),
                 L_SPAN("first", out->differences[0]));
    return rc;
}
