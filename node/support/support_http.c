#include "node/support/support_http.h"

#include "node/base/log.h"
#include "node/db/seal.h"
#include "tenants/notify/notify.h"
#include "tenants/people/account.h"
#include "tenants/people/people_index.h"

/* ---- names ---- */

enum err support_names_open(struct req *req, size_t n_cap, struct support_names *out,
                            struct fail *why)
{
    *out = (struct support_names){.cap = n_cap};
    out->names = arena_alloc(req->arena, (n_cap + 1) * sizeof *out->names);
    return out->names == NULL ? fail_set(why, ERR_NOMEM, "names") : ERR_OK;
}

void support_names_ask(struct support_names *names, struct id account)
{
    if (id_is_none(account) || names->n == names->cap ||
        place_name_find(names->names, names->n, account) != NULL)
        return;
    names->names[names->n++] = (struct place_name){.account = account};
}

static bool own(struct arena *arena, struct span from, struct span *to)
{
    *to = arena_copy(arena, from);
    return to->p != NULL || from.len == 0;
}

/* On duty for the school of this child, which is still his own. */
static bool is_on_duty(const struct rights_view *view, const struct rights_place *place)
{
    if (view->caller.role != ROLE_SCHOOL_STAFF || place->role != ROLE_STUDENT ||
        place->has_left || id_is_none(place->school) ||
        !id_eq(place->school, view->caller.school) || (view->is_open_only && !place->is_open))
        return false;
    for (size_t i = 0; i < view->n_grants; i++)
        if (view->grants[i].right == RIGHT_ON_DUTY &&
            id_eq(view->grants[i].school, place->school))
            return true;
    return false;
}

static enum err put(struct req *req, const struct people *people,
                    const struct rights_view *view, bool is_of_calls, struct place_name *name,
                    struct fail *why)
{
    const struct people_entry *entry = people_find(people, name->account);
    unsigned shows = entry == NULL ? 0 : rights_shows(view, &entry->place, NULL);
    bool is_fine = true;

    if (entry != NULL && is_of_calls && is_on_duty(view, &entry->place))
        shows |= SHOWS_DISPLAY | SHOWS_LOGIN;
    if ((shows & SHOWS_DISPLAY) != 0)
        is_fine = own(req->arena, entry->display, &name->display_name);
    if ((shows & SHOWS_LOGIN) != 0)
        is_fine = is_fine && own(req->arena, entry->login, &name->login);
    if (shows != 0 && entry->has_account)
        name->role_id = span_text(role_id(entry->place.role));
    return is_fine ? ERR_OK : fail_set(why, ERR_NOMEM, "names");
}

static enum err read_names(struct req *req, struct support_names *names, struct fail *why)
{
    struct accounts *accounts = req->services->accounts;
    struct people *people = NULL;
    struct rights_view view;
    enum err rc = rights_view_make(accounts_rights(accounts), req->db, &req->caller,
                                   req->now_utc_us, req->arena, &view, why);

    if (rc == ERR_OK)
        rc = people_ref(accounts_people(accounts), req->db, &people, why);
    for (size_t i = 0; i < names->n && rc == ERR_OK; i++)
        rc = put(req, people, &view, names->is_of_calls, &names->names[i], why);
    people_unref(&people);
    return rc;
}

bool support_names_read(struct req *req, struct support_names *names)
{
    struct id *shown = req_alloc(req, (names->n + 1) * sizeof *shown);
    struct fail why = {.code = ERR_OK};
    enum err rc;

    if (shown == NULL)
        return false;
    arena_mark_secret(req->arena);
    rc = read_names(req, names, &why);
    if ((rc == ERR_LOCKED || rc == ERR_UNAVAILABLE) && req->caller.role != ROLE_SCHOOL_STAFF) {
        log_warn("support.nameless", L_FAIL(&why));
        names->is_blind = true;
        return true;
    }
    if (rc != ERR_OK) {
        reply_fail(req, &why);
        return false;
    }
    req->n_shown = 0;
    for (size_t i = 0; i < names->n; i++)
        if (names->names[i].role_id.len > 0)
            shown[req->n_shown++] = names->names[i].account;
    req->shown = shown;
    return true;
}

bool support_may_see(const struct req *req, const struct support_names *names,
                     struct id account)
{
    const struct place_name *name;

    if (id_is_none(account))
        return req->caller.role != ROLE_SCHOOL_STAFF;
    if (names->is_blind)
        return true;
    name = place_name_find(names->names, names->n, account);
    return name != NULL && name->role_id.len > 0;
}

struct span support_display(const struct support_names *names, struct id account)
{
    const struct place_name *name = place_name_find(names->names, names->n, account);

    return name == NULL ? SPAN_NONE : name->display_name;
}

struct span support_login(const struct support_names *names, struct id account)
{
    const struct place_name *name = place_name_find(names->names, names->n, account);

    return name == NULL ? SPAN_NONE : name->login;
}

/* ---- what a request says ---- */

enum err support_path_id(struct req *req, const char *name, struct fail *why)
{
    return id_parse(req_param(req, name), &req->object, NULL) == ERR_OK
               ? ERR_OK
               : fail_set(why, ERR_NOT_FOUND, "not an id");
}

int support_look(const struct req *req)
{
    return req->caller.role == ROLE_SCHOOL_STAFF ? SUPPORT_LOOK_MOST : SUPPORT_PAGE + 1;
}

struct id support_school(const struct req *req)
{
    return req->caller.role == ROLE_SCHOOL_STAFF ? req->caller.school : ID_NONE;
}

struct span support_unseal(const struct req *req, const char *table, const char *column,
                           struct id row, struct span sealed)
{
    const struct seal_place place = {table, column, row};
    struct span plain = SPAN_NONE;
    struct fail why = {.code = ERR_OK};

    if (sealed.len == 0)
        return SPAN_NONE;
    arena_mark_secret(req->arena);
    if (unseal(req->services->keyring, &place, sealed, req->arena, &plain, &why) != ERR_OK) {
        if (why.code != ERR_NOT_FOUND)
            log_warn("support.unread", L_ID("row", row), L_FAIL(&why));
        return SPAN_NONE;
    }
    return plain;
}

int64_t support_opened(struct req *req, struct id step, struct id account)
{
    struct notify_receipt *receipts = NULL;
    struct fail why = {.code = ERR_OK};
    int64_t opened = 0;
    size_t n = 0;

    if (notify_receipts(req->db, step, req->arena, &receipts, &n, &why) != ERR_OK) {
        log_warn("support.receipts", L_ID("step", step), L_FAIL(&why));
        return 0;
    }
    for (size_t i = 0; i < n; i++)
        if (receipts[i].opened_utc_us != 0 &&
            (id_is_none(account) || id_eq(account, receipts[i].account)) &&
            (opened == 0 || receipts[i].opened_utc_us < opened))
            opened = receipts[i].opened_utc_us;
    return opened;
}

struct span support_role(const struct req *req)
{
    return span_text(role_id(req->caller.role));
}
