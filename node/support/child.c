#include "node/support/child.h"

#include "node/db/seal.h"

#define STAFF_ROLES (CHILD_STAFF | ROLE_BIT(ROLE_INSTRUCTOR) | ROLE_BIT(ROLE_GUEST_TEACHER))

enum err child_names_open(struct req *req, struct child_names *out, struct fail *why)
{
    struct accounts *accounts = req->services->accounts;
    enum err rc;

    *out = (struct child_names){.arena = req->arena};
    arena_mark_secret(req->arena);
    rc = rights_view_make(accounts_rights(accounts), req->db, &req->caller, req->now_utc_us,
                          req->arena, &out->view, why);
    return rc == ERR_OK ? people_ref(accounts_people(accounts), req->db, &out->people, why)
                        : rc;
}

void child_names_close(struct child_names *names)
{
    people_unref(&names->people);
}

static bool is_shown(const struct child_names *names, const struct people_entry *entry)
{
    return entry != NULL && entry->place.role == ROLE_STUDENT &&
           (rights_shows(&names->view, &entry->place, NULL) & CHILD_NEED) == CHILD_NEED;
}

const struct people_entry *child_entry(const struct child_names *names, struct id account)
{
    const struct people_entry *entry = people_find(names->people, account);

    return is_shown(names, entry) ? entry : NULL;
}

struct span child_display(const struct child_names *names, struct id account)
{
    const struct people_entry *entry =
        id_is_none(account) ? NULL : people_find(names->people, account);
    bool is_staff = entry != NULL && (ROLE_BIT(entry->place.role) & STAFF_ROLES) != 0;

    return is_staff || is_shown(names, entry) ? arena_copy(names->arena, entry->display)
                                              : SPAN_NONE;
}

/* ---- whose row ---- */

static enum err check(struct req *req, const struct rights_found *found, struct fail *why)
{
    req->object = req->person = found->place.person;
    return found->place.role == ROLE_STUDENT ? ERR_OK
                                             : fail_set(why, ERR_NOT_FOUND, "no child");
}

enum err child_of_path(struct req *req, struct fail *why)
{
    struct rights_found found;
    enum err rc = rights_of_path(req, CHILD_NEED, &found, why);

    return rc == ERR_OK ? check(req, &found, why) : rc;
}

enum err child_of(struct req *req, struct id child, struct fail *why)
{
    struct rights_found found;
    enum err rc;

    req->object = req->person = child;
    rc = rights_person(accounts_rights(req->services->accounts), req->db, &req->caller, child,
                       CHILD_NEED, req->now_utc_us, &found, why);
    return rc == ERR_OK ? check(req, &found, why) : rc;
}

/* ---- words of staff ---- */

enum err child_seal(struct req *req, const char *table, const char *column, struct id row,
                    struct id child, struct span text, struct span *sealed_out,
                    struct fail *why)
{
    struct keyring *keyring = req->services->keyring;
    const struct seal_place at = {table, column, row};
    struct id key;
    enum err rc;

    *sealed_out = SPAN_NONE;
    if (text.len == 0)
        return ERR_OK;
    rc = keyring_find_key(keyring, KEY_PERSON, child, NULL, &key, why);
    return rc == ERR_OK ? seal(keyring, key, &at, text, req->arena, sealed_out, why) : rc;
}

enum err child_unseal(struct req *req, const char *table, const char *column, struct id row,
                      struct span sealed, struct span *text_out, struct fail *why)
{
    const struct seal_place at = {table, column, row};
    enum err rc;

    *text_out = SPAN_NONE;
    if (sealed.len == 0)
        return ERR_OK;
    rc = unseal(req->services->keyring, &at, sealed, req->arena, text_out, why);
    return rc == ERR_NOT_FOUND ? ERR_OK : rc;
}
