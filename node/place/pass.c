/* A pass: who somebody is as far as the place needs it, made where a database may be waited
 * for. What others see comes from the profile; the ID only for the staff variant. */
#include <stdio.h>
#include <stdlib.h>

#include "node/base/hex.h"
#include "node/db/seal.h"
#include "node/db/settings.h"
#include "node/place/look_store.h"
#include "node/place/place_settings.h"
#include "tenants/hours/calendar.h"
#include "tenants/profile/profile.h"
#include "tenants/profile/profile_rules.h"

#define CHUNK_BYTES 4096
#define ALIAS_KEY   "blind.alias" /* of the keyring */
#define STAFF \
    (ROLE_BIT(ROLE_SUPPORTER) | ROLE_BIT(ROLE_SCHOOL_STAFF) | ROLE_BIT(ROLE_COMMISSIONER) | \
     ROLE_BIT(ROLE_CONTRACTOR))
#define TEACHES (ROLE_BIT(ROLE_INSTRUCTOR) | ROLE_BIT(ROLE_GUEST_TEACHER))
#define SEES_IDS \
    (ROLE_BIT(ROLE_SUPPORTER) | ROLE_BIT(ROLE_COMMISSIONER) | ROLE_BIT(ROLE_CONTRACTOR))

_Static_assert(WORLD_NAME_CAP == PROFILE_NAME_BYTES + 1, "a name is never cut");
_Static_assert(WORLD_NOTE_CAP == PROFILE_NOTE_BYTES + 1, "nor a note");

/* A text that is too long is cut between characters. */
static void put_text(char *into, size_t cap, struct span text)
{
    size_t n = text.len;

    if (n > cap - 1)
        for (n = cap - 1; n > 0 && (text.p[n] & 0xC0) == 0x80; n--)
            ;
    if (n > 0)
        memcpy(into, text.p, n);
    into[n] = '\0';
}

static enum err put_profile(const struct services *services, struct db *db, struct arena *arena,
                            struct place_pass *pass, struct fail *why)
{
    struct profile profile;
    enum err rc = profile_of(services, db, pass->caller.account, arena, &profile, why);

    if (rc != ERR_OK)
        return rc;
    put_text(pass->look.name, sizeof pass->look.name, profile.display_name);
    put_text(pass->look.note, sizeof pass->look.note, profile.note);
    pass->look.kind = (uint8_t)profile.avatar.kind;
    pass->look.colour = (uint8_t)profile.avatar.colour;
    pass->ways = (unsigned)profile.ways;
    pass->look.takes_no_waves = (profile.ways & PROFILE_WAY_WAVE) == 0;
    return ERR_OK;
}

static enum err put_login(const struct services *services, const struct look_person *person,
                          struct arena *arena, struct place_pass *pass, struct fail *why)
{
    const struct seal_place place = {"account", "login_sealed", pass->caller.account};
    struct span login = SPAN_NONE;
    enum err rc =
        person->login_sealed.len == 0
            ? ERR_OK
            : unseal(services->keyring, &place, person->login_sealed, arena, &login, why);

    put_text(pass->look.login, sizeof pass->look.login, login);
    return rc;
}

static enum err put_veil(const struct services *services, struct place_pass *pass,
                         struct fail *why)
{
    const struct id *account = &pass->caller.account;

    return keyring_blind(services->keyring, ALIAS_KEY, span_of(account->b, sizeof account->b),
                         pass->look.veil.b, why);
}

/* A child who was never here before today, or not for long. */
static void put_marks(const struct services *services, const struct look_person *person,
                      int32_t today, struct place_pass *pass)
{
    int64_t weeks = settings_int(services->settings, &setting_place_absent_weeks);

    if (pass->caller.role != ROLE_STUDENT)
        return;
    if (person->last_visit_utc_us == 0) {
        pass->look.is_first = true;
    } else {
        int days = today - calendar_day_at(person->last_visit_utc_us);

        pass->look.days_absent = days >= 7 * weeks ? days : 0;
    }
}

static void put_person(const struct look_person *person, struct place_pass *pass)
{
    enum role role = pass->caller.role;

    pass->look.account = pass->caller.account;
    pass->look.role = role;
    pass->look.is_staff = (STAFF & ROLE_BIT(role)) != 0;
    pass->look.is_teacher = (TEACHES & ROLE_BIT(role)) != 0;
    pass->look.may_see_ids = (SEES_IDS & ROLE_BIT(role)) != 0;
    pass->caller.school = person->school;
    put_text(pass->grade, sizeof pass->grade, person->grade);
    pass->n_classes = person->n_classes;
    for (int i = 0; i < person->n_classes; i++) {
        pass->classes[i] = person->classes[i];
        *hex_write(person->classes[i].b, sizeof person->classes[i].b, pass->look.groups[i]) =
            '\0';
    }
    pass->is_trial = person->is_trial;
    pass->mark = person->mark;
}

enum err place_pass_make(const struct services *services, struct db *db,
                         const struct caller *caller, int64_t now_utc_us,
                         struct place_pass **pass_out, struct fail *why)
{
    struct place_pass *pass = calloc(1, sizeof *pass);
    int32_t today = calendar_day_at(now_utc_us);
    struct arena *arena = NULL;
    struct look_person person;
    enum err rc;

    *pass_out = NULL;
    if (pass == NULL)
        return fail_set(why, ERR_NOMEM, "pass");
    pass->caller = *caller;
    rc = arena_create(CHUNK_BYTES, &arena, why);
    if (rc == ERR_OK) {
        arena_mark_secret(arena);
        rc =
            look_store_person(db, caller->account, calendar_utc(today, 0), arena, &person, why);
    }
    if (rc == ERR_OK && person.role != caller->role)
        rc = fail_set(why, ERR_NOT_FOUND, "another role by now");
    if (rc == ERR_OK) {
        put_person(&person, pass);
        put_marks(services, &person, today, pass);
        rc = put_login(services, &person, arena, pass, why);
    }
    if (rc == ERR_OK)
        rc = put_veil(services, pass, why);
    if (rc == ERR_OK)
        rc = put_profile(services, db, arena, pass, why);
    arena_destroy(&arena);
    if (rc != ERR_OK) {
        place_pass_free(pass);
        pass = NULL;
    }
    *pass_out = pass;
    return rc;
}

void place_pass_free(void *pass)
{
    free(pass);
}
