#include "node/place/place_http.h"

#include "node/base/clock.h"
#include "node/base/jx_scalar.h"
#include "node/place/ready.h"
#include "tenants/people/account.h"
#include "tenants/people/people_index.h"
#include "tenants/watch/watch.h"

/* ---- floors ---- */

static enum err ready_now(struct span id, struct place_floor_now *now_out, struct fail *why)
{
    const struct ground *ground = ready_ground_find(id);

    if (ground == NULL)
        return fail_set(why, ERR_NOT_FOUND, "no such floor");
    *now_out = (struct place_floor_now){
        .row = {.floor = ground->floor->id, .hash = span_text(ground->floor->hash)},
        .floor = ground->floor,
        .text = ground->text,
    };
    return ERR_OK;
}

enum err place_floor_find(struct db *db, struct span id, struct arena *arena,
                          struct place_floor_now *now_out, struct fail *why)
{
    struct floor_version_row *rows = NULL;
    size_t n = 0;
    enum err rc = floor_store_past(db, id, 0, 1, arena, &rows, &n, why);

    if (rc == ERR_OK && n == 0)
        return ready_now(id, now_out, why);
    if (rc == ERR_OK)
        rc = floor_store_version(NULL, db, id, rows[0].version, arena, &now_out->row, why);
    if (rc == ERR_OK)
        rc = floor_read(now_out->row.body, arena, &now_out->floor, NULL, why);
    /* As for people inside (facts.h): one that breaks a rule by now is not there. */
    if (rc == ERR_INVALID || rc == ERR_PROTO || rc == ERR_TOO_LARGE)
        return ready_now(id, now_out, why);
    if (rc == ERR_OK)
        now_out->text = now_out->row.body;
    return rc;
}

enum err place_floor_is_there(struct tx *tx, struct span id, bool *is_there_out,
                              struct fail *why)
{
    struct floor_newest newest;
    enum err rc = floor_store_newest(tx, id, &newest, why);

    if (rc == ERR_OK)
        *is_there_out = newest.version > 0 || ready_ground_find(id) != NULL;
    return rc;
}

/* ---- acts ---- */

struct place_decider place_decider_of(const struct req *req)
{
    return (struct place_decider){
        .at_utc_us = req->now_utc_us,
        .by = req->caller.account,
        .role = req->caller.operator_name != NULL ? SPAN("operator")
                                                  : span_text(role_id(req->caller.role)),
    };
}

void place_changed(const struct services *services)
{
    if (services->place != NULL)
        place_poke(services->place);
}

/* ---- what a query says ---- */

enum err place_query_i64(const struct req *req, const char *name, int64_t least, int64_t most,
                         int64_t *out, struct fail *why)
{
    struct span text = req_query(req, name);
    int64_t value = 0;

    if (text.len == 0)
        return ERR_OK;
    if (!jx_i64_parse(text, &value) || value < least || value > most)
        return fail_field(why, ERR_INVALID, name, "no such number");
    *out = value;
    return ERR_OK;
}

enum err place_query_time(const struct req *req, const char *name, int64_t *out,
                          struct fail *why)
{
    struct span text = req_query(req, name);

    if (text.len > 0 && !jx_time_parse(text, out))
        return fail_field(why, ERR_INVALID, name, "not a time");
    return ERR_OK;
}

enum err place_query_id(const struct req *req, const char *name, struct id *out,
                        struct fail *why)
{
    struct span text = req_query(req, name);

    if (text.len > 0 && id_parse(text, out, NULL) != ERR_OK)
        return fail_field(why, ERR_INVALID, name, "not an id");
    return ERR_OK;
}

enum err place_query_row(const struct req *req, const char *name, int64_t *at_out,
                         struct id *id_out, struct fail *why)
{
    struct span text = req_query(req, name);
    const uint8_t *comma = text.len == 0 ? NULL : memchr(text.p, ',', text.len);
    size_t n = comma == NULL ? 0 : (size_t)(comma - text.p);

    *at_out = 0;
    *id_out = ID_NONE;
    if (text.len == 0)
        return ERR_OK;
    if (comma == NULL || !jx_time_parse(span_cut(text, 0, n), at_out) ||
        id_parse(span_from(text, n + 1), id_out, NULL) != ERR_OK)
        return fail_field(why, ERR_INVALID, name, "not a place in the list");
    return ERR_OK;
}

struct span place_row_text(struct req *req, int64_t at_utc_us, struct id id)
{
    char at[CLOCK_TEXT_CAP], text[ID_TEXT_CAP];

    clock_utc_text(at_utc_us, at);
    id_text(id, text);
    return span_text(arena_printf(req->arena, "%s,%s", at, text));
}

/* ---- names ---- */

static bool own(struct arena *arena, struct span from, struct span *to)
{
    *to = arena_copy(arena, from);
    return to->p != NULL || from.len == 0;
}

static bool put_name(const struct people *people, const struct rights_view *view,
                     struct arena *arena, struct place_name *name)
{
    const struct people_entry *entry = people_find(people, name->account);
    unsigned shows = entry == NULL ? 0 : rights_shows(view, &entry->place, NULL);
    bool is_fine = true;

    if ((shows & SHOWS_DISPLAY) != 0)
        is_fine = own(arena, entry->display, &name->display_name);
    if ((shows & SHOWS_LOGIN) != 0)
        is_fine = is_fine && own(arena, entry->login, &name->login);
    if (shows != 0 && entry->has_account)
        name->role_id = span_text(role_id(entry->place.role));
    return is_fine;
}

static enum err put_names(struct req *req, struct place_name *names, size_t n, struct fail *why)
{
    struct accounts *accounts = req->services->accounts;
    struct people *people = NULL;
    struct rights_view view;
    enum err rc = rights_view_make(accounts_rights(accounts), req->db, &req->caller,
                                   req->now_utc_us, req->arena, &view, why);

    if (rc == ERR_OK)
        rc = people_ref(accounts_people(accounts), req->db, &people, why);
    for (size_t i = 0; i < n && rc == ERR_OK; i++)
        if (!put_name(people, &view, req->arena, &names[i]))
            rc = fail_set(why, ERR_NOMEM, "names");
    people_unref(&people);
    return rc;
}

bool place_names(struct req *req, struct place_name *names, size_t n)
{
    struct id *persons = req_alloc(req, (n + 1) * sizeof *persons);
    struct fail why = {.code = ERR_OK};
    enum err rc;

    if (persons == NULL)
        return false;
    arena_mark_secret(req->arena);
    for (size_t i = 0; i < n; i++)
        persons[i] = names[i].account;
    rc = put_names(req, names, n, &why);
    if (rc != ERR_OK) {
        reply_fail(req, &why);
        return false;
    }
    return watch_spend(req, WATCH_NAMES, persons, n);
}

const struct place_name *place_name_find(const struct place_name *names, size_t n,
                                         struct id account)
{
    for (size_t i = 0; i < n; i++)
        if (id_eq(names[i].account, account))
            return &names[i];
    return NULL;
}
