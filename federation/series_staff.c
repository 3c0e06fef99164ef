/* Who teaches a series that is ours: read from the plan, so that a guest teacher who is given a
 * lesson, or somebody who takes it over, is named at every town that takes part. */
#include "federation/series_staff.h"

#include "federation/outbox.h"
#include "node/base/log.h"
#include "tenants/profile/profile.h"

uint64_t series_staff_mark(const struct series_teaching *all, size_t n)
{
    uint64_t mark = UINT64_C(0xcbf29ce484222325); /* FNV-1a */

    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < sizeof all[i].series.b; k++) {
            mark = (mark ^ all[i].series.b[k]) * UINT64_C(0x100000001b3);
            mark = (mark ^ all[i].account.b[k]) * UINT64_C(0x100000001b3);
        }
    return mark;
}

/* Names once each, as people see them; a text that cannot be read hides nobody else. */
static enum err names_of(const struct services *services, struct db *db,
                         const struct series_teaching *all, size_t n, struct arena *arena,
                         struct series_person *names, size_t *n_names, bool *is_one_unnamed,
                         struct fail *why)
{
    enum err rc = ERR_OK;

    *n_names = 0;
    for (size_t i = 0; i < n && rc == ERR_OK && *n_names < SERIES_STAFF_MOST; i++) {
        struct profile profile = {.display_name = SPAN_NONE};
        bool is_new = true;

        rc = profile_of(services, db, all[i].account, arena, &profile, why);
        if (rc == ERR_NOT_FOUND) {
            rc = ERR_OK;
            *is_one_unnamed = true;
            continue;
        }
        for (size_t k = 0; k < *n_names; k++)
            is_new = is_new && !span_eq(names[k].name, profile.display_name);
        if (rc == ERR_OK && is_new && profile.display_name.len > 0)
            names[(*n_names)++].name = profile.display_name;
    }
    return rc;
}

static bool is_named(const struct series_text *text, const struct series_person *names,
                     size_t n)
{
    const struct series_person *had = text->staff.at;
    bool same = text->staff.n == n;

    for (size_t i = 0; i < n && same; i++)
        same = span_eq(had[i].name, names[i].name);
    return same;
}

enum err series_staff_put(struct series_act *act, struct series_person *names, size_t n,
                          bool *is_new_out, struct fail *why)
{
    struct keyring *keyring = act->home.services->keyring;
    struct series_text text;
    enum err rc = series_text_open(keyring, &act->row, act->home.arena, &text, why);

    *is_new_out = false;
    if (rc != ERR_OK || is_named(&text, names, n))
        return rc;
    *is_new_out = true;
    text.staff = (struct jx_list){names, n};
    return series_text_seal(keyring, act->row.series, &text, act->home.arena,
                            &act->row.text_sealed, why);
}

struct naming {
    const struct services *services;
    struct id series;
    struct series_person *names;
    size_t n;
    int64_t now_utc_us;
    bool is_new;
};

static enum err name_run(struct tx *tx, void *arg, struct fail *why)
{
    struct naming *m = arg;
    const struct place_decider who = series_home_peer(m->now_utc_us);
    struct series_act act = {.home = series_home_of(tx, m->services, &who),
                             .federation = m->services->federation,
                             .step = {.id = id_new(),
                                      .at_utc_us = m->now_utc_us,
                                      .kind = SERIES_LESSON,
                                      .by = ID_NONE,
                                      .role = SPAN("")}};
    enum err rc = series_act_read(&act, m->series, true, why);

    if (rc != ERR_OK || act.row.state != SERIES_OPEN)
        return rc;
    rc = series_staff_put(&act, m->names, m->n, &m->is_new, why);
    if (rc == ERR_OK && m->is_new)
        rc = series_act_write(&act, why);
    return rc == ERR_OK && m->is_new ? series_act_tell(&act, false, why) : rc;
}

enum err series_staff_tell(const struct services *services, struct db *db,
                           const struct series_teaching *all, size_t n, int64_t now_utc_us,
                           struct arena *arena, bool *is_one_unnamed_out, struct fail *why)
{
    enum err rc = ERR_OK;

    *is_one_unnamed_out = false;
    for (size_t i = 0, k; i < n && rc == ERR_OK; i = k) {
        struct series_person names[SERIES_STAFF_MOST];
        struct naming m = {.services = services,
                           .series = all[i].series,
                           .names = names,
                           .now_utc_us = now_utc_us};

        for (k = i; k < n && id_eq(all[k].series, all[i].series); k++)
            continue;
        rc =
            names_of(services, db, &all[i], k - i, arena, names, &m.n, is_one_unnamed_out, why);
        if (rc == ERR_OK && m.n > 0)
            rc = writer_wait(services->writer, name_run, &m, why);
        if (rc == ERR_OK && m.is_new) {
            log_info("series.named", L_ID("series", m.series), L_INT("n", (int64_t)m.n));
            outbox_wake(services->federation);
        }
    }
    return rc;
}
