#include "node/classes/lesson_names.h"

#include "tenants/people/account.h"

enum err lesson_names_open(struct req *req, struct lesson_names *out, struct fail *why)
{
    struct accounts *accounts = req->services->accounts;
    enum err rc;

    *out = (struct lesson_names){.req = req};
    arena_mark_secret(req->arena);
    rc = rights_view_make(accounts_rights(accounts), req->db, &req->caller, req->now_utc_us,
                          req->arena, &out->view, why);
    return rc == ERR_OK ? people_ref(accounts_people(accounts), req->db, &out->people, why)
                        : rc;
}

void lesson_names_close(struct lesson_names *names)
{
    people_unref(&names->people);
}

struct span lesson_display(const struct lesson_names *names, struct id account)
{
    const struct people_entry *entry =
        id_is_none(account) ? NULL : people_find(names->people, account);

    return entry == NULL ? SPAN_NONE : arena_copy(names->req->arena, entry->display);
}

struct span lesson_login(const struct lesson_names *names, struct id account)
{
    const struct people_entry *entry = people_find(names->people, account);

    if (entry == NULL || (rights_shows(&names->view, &entry->place, NULL) & SHOWS_LOGIN) == 0)
        return SPAN_NONE;
    return arena_copy(names->req->arena, entry->login);
}
