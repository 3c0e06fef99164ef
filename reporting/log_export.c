/* The logs a row of log_export asks for, from the tables into a ZIP, a page at a time: what is
 * held in memory does not depend on how much there is. */
#include <stdio.h>

#include "node/base/clock.h"
#include "reporting/log_ahead.h"
#include "reporting/log_write.h"
#include "reporting/logs.h"
#include "tenants/people/account.h"
#include "tenants/people/people_index.h"

struct export
{
    const struct log_run *run;
    struct db *db, *pages_db; /* for names; for rows */
    struct arena *arena;      /* of a row */
    struct log_writer *writer;
    struct log_aliases *aliases; /* NULL: not for guests */
    struct log_ask ask;
};

static enum err write_rows(struct export *e, const struct log_source *source,
                           const struct people *people, const struct db_rows *rows,
                           struct fail *why)
{
    bool is_out_of_memory = false;
    const struct rights_view view = {.caller = e->run->caller};
    const struct log_maker maker = {.keyring = e->run->services->keyring,
                                    .people = people,
                                    .view = &view,
                                    .arena = e->arena,
                                    .aliases = e->aliases,
                                    .is_out_of_memory = &is_out_of_memory};
    enum err rc = ERR_OK;

    for (int i = 0; i < db_rows_n(rows) && rc == ERR_OK; i++) {
        struct log_cells cells = {{{NULL, 0}}};

        rc = source->cells(&maker, rows, i, &cells, why);
        if (rc == ERR_OK && is_out_of_memory)
            rc = fail_set(why, ERR_NOMEM, "a row of a log");
        if (rc == ERR_OK)
            rc = log_writer_row(e->writer, &cells, why);
        arena_reset(e->arena);
        arena_mark_secret(e->arena);
    }
    return rc;
}

static enum err write_page(struct export *e, const struct log_source *source,
                           const struct db_rows *rows, struct fail *why)
{
    struct accounts *accounts = e->run->services->accounts;
    struct people *people = NULL;
    enum err rc;

    if (e->run->is_over(e->run->arg))
        return fail_set(why, ERR_UNAVAILABLE, "nobody reads any more");
    rc = people_ref(accounts_people(accounts), e->db, &people, why);
    if (rc == ERR_OK)
        rc = write_rows(e, source, people, rows, why);
    people_unref(&people);
    return rc;
}

static enum err write_log(struct export *e, const struct log_source *source, struct fail *why)
{
    struct log_ahead *ahead = NULL;
    struct db_rows *rows = NULL;
    enum err rc = log_writer_begin(e->writer, source, why);

    if (rc == ERR_OK)
        rc = log_ahead_start(source, e->pages_db, &e->ask, LOGS_PAGE_ROWS, &ahead, why);
    if (rc == ERR_OK)
        rc = log_ahead_take(ahead, &rows, why);
    while (rc == ERR_OK && rows != NULL) {
        rc = write_page(e, source, rows, why);
        db_rows_free(&rows);
        if (rc == ERR_OK)
            rc = log_ahead_take(ahead, &rows, why);
    }
    log_ahead_stop(&ahead);
    return rc;
}

static bool add_field(struct log_text *text, const char *name, struct span value)
{
    return log_text_add(text, SPAN(",\"")) && log_text_add(text, span_text(name)) &&
           log_text_add(text, SPAN("\":")) && log_text_json(text, value);
}

static bool add_time(struct log_text *text, const char *name, int64_t utc_us)
{
    char at[CLOCK_TEXT_CAP];

    clock_tokyo_text(utc_us, at);
    return add_field(text, name, span_text(at));
}

static bool add_id(struct log_text *text, const char *name, struct id id)
{
    char said[ID_TEXT_CAP] = "";

    if (!id_is_none(id))
        id_text(id, said);
    return add_field(text, name, span_text(said));
}

/* What about.json says: no ID in one for guests. */
static bool add_about(const struct export *e, struct log_text *text)
{
    const struct log_export_row *row = e->run->row;
    bool is_fine = log_text_add(text, SPAN("{\"note\":\"時刻は日本標準時。音声チャットは"
                                           "まだないため、その記録は空です。\"")) &&
                   add_time(text, "made_at", e->run->now_utc_us) &&
                   add_time(text, "from", row->from_utc_us) &&
                   add_time(text, "until", row->until_utc_us) &&
                   add_field(text, "floor", row->floor);

    if (is_fine && !row->is_for_guests)
        is_fine = add_id(text, "export", row->id) && add_id(text, "account", row->account);
    for (int kind = 0; kind < (int)LOG_KINDS_N && is_fine; kind++) {
        char said[64];

        if ((row->kinds & LOG_BIT(kind)) == 0)
            continue;
        snprintf(said, sizeof said, ",\"n_%s\":%llu", log_sources[kind].name,
                 (unsigned long long)log_writer_n_rows(e->writer, (enum log_kind)kind));
        is_fine = log_text_add(text, span_text(said));
    }
    return is_fine && log_text_add(text, SPAN("}\n"));
}

static enum err write_all(struct export *e, struct fail *why)
{
    struct log_text about = {NULL, 0, 0};
    enum err rc = ERR_OK;

    for (int kind = 0; kind < (int)LOG_KINDS_N && rc == ERR_OK; kind++)
        if ((e->run->row->kinds & LOG_BIT(kind)) != 0)
            rc = write_log(e, &log_sources[kind], why);
    if (rc == ERR_OK && !add_about(e, &about))
        rc = fail_set(why, ERR_NOMEM, "about.json");
    if (rc == ERR_OK)
        rc = log_writer_finish(e->writer, span_of(about.p, about.len), why);
    log_text_fini(&about);
    return rc;
}

enum err log_run_export(const struct log_run *run, struct log_counts *counts_out,
                        struct fail *why)
{
    const struct log_export_row *row = run->row;
    const struct log_form form = {.format = row->format,
                                  .charset = row->charset,
                                  .has_bom = row->has_bom,
                                  .is_for_guests = row->is_for_guests,
                                  .now_utc_us = run->now_utc_us};
    struct export e = {.run = run,
                       .ask = {row->from_utc_us, row->until_utc_us, row->account, row->floor}};
    enum err rc = db_open(&run->db, run->stmts, &e.db, why);

    *counts_out = (struct log_counts){0};
    if (rc == ERR_OK)
        rc = db_open(&run->db, run->stmts, &e.pages_db, why);
    if (rc == ERR_OK)
        rc = arena_create(16384, &e.arena, why);
    if (rc == ERR_OK && row->is_for_guests)
        rc = log_aliases_create(&e.aliases, why);
    if (rc == ERR_OK)
        rc = log_writer_create(&form, run->sink, run->arg, &e.writer, why);
    if (rc == ERR_OK)
        rc = write_all(&e, why);
    for (int kind = 0; e.writer != NULL && kind < (int)LOG_KINDS_N; kind++)
        counts_out->n_rows += log_writer_n_rows(e.writer, (enum log_kind)kind);
    log_writer_destroy(&e.writer);
    log_aliases_destroy(&e.aliases);
    arena_destroy(&e.arena);
    db_close(&e.pages_db);
    db_close(&e.db);
    return rc;
}
