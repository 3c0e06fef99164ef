#include "tenants/profile/profile_name.h"

#include "node/base/utf.h"
#include "node/db/seal.h"
#include "tenants/people/account.h"
#include "tenants/people/people_index.h"
#include "tenants/profile/profile_rules.h"
#include "tenants/words/words_refuse.h"

#define TAKEN_AWAY_MOST 200 /* of one account, the newest */
#define POINTS_LEAST    2   /* of a name that may not be held by another */

static enum err say(struct arena *arena, struct jx_defects *defects, const char *rule,
                    const char *text_ja, struct fail *why)
{
    return jx_defect_add(defects, arena, "/name", rule, "%s", text_ja) == ERR_OK
               ? ERR_OK
               : fail_set(why, ERR_NOMEM, "a sentence");
}

/* ---- other people ---- */

/* How a name stands to those that others are shown by. */
enum rival { RIVAL_NONE, RIVAL_SAME, RIVAL_ALIKE, RIVAL_STAFF };

static enum err say_rival(enum rival rival, struct arena *arena, struct jx_defects *defects,
                          struct fail *why)
{
    static const struct {
        const char *rule, *text_ja;
    } rows[] = {
        [RIVAL_SAME] = {"taken", "その「なまえ」は、ほかの人が使っています。"
                                 "べつのなまえにしてください。"},
        [RIVAL_ALIKE] = {"taken-alike", "その「なまえ」は、ほかの人の「なまえ」と"
                                        "見まちがえやすいです。もう少しちがうなまえに"
                                        "してください。"},
        [RIVAL_STAFF] = {"staff", "「なまえ」に、先生やスタッフとまちがえられる名前は"
                                  "使えません。べつのなまえにしてください。"},
    };

    return rival == RIVAL_NONE
               ? ERR_OK
               : say(arena, defects, rows[rival].rule, rows[rival].text_ja, why);
}

enum err profile_say_taken(struct arena *arena, struct jx_defects *defects, struct fail *why)
{
    return say_rival(RIVAL_SAME, arena, defects, why);
}

/* Names that came with an ID stand in no index, and no index knows what looks alike:
 * everybody's are looked through. An adult's name is his own, whoever of the children came
 * before; but not that of a guest, whom nobody here knows. */
enum err profile_check_rival(const struct services *services, struct db *db,
                             const struct profile_named *named, struct arena *arena,
                             struct jx_defects *defects, struct fail *why)
{
    bool is_of_staff =
        (ROLE_BIT(named->role) & (ROLES_CHILD_SIDE | ROLE_BIT(ROLE_GUEST_TEACHER))) == 0;
    enum people_like like = PEOPLE_LIKE_NOBODY;
    enum rival rival = RIVAL_NONE;
    struct people *people = NULL;
    struct span folded;
    enum err rc = people_fold(named->name, arena, &folded, why);

    if (rc == ERR_OK)
        rc = people_ref(accounts_people(services->accounts), db, &people, why);
    if (rc == ERR_OK && people_has_display(people, folded, named->account))
        rival = RIVAL_SAME;
    else if (rc == ERR_OK && !is_of_staff)
        rc = profile_name_like(people, named->name, named->account, arena, &like, why);
    if (like != PEOPLE_LIKE_NOBODY)
        rival = like == PEOPLE_LIKE_STAFF ? RIVAL_STAFF : RIVAL_ALIKE;
    people_unref(&people);
    return rc == ERR_OK ? say_rival(rival, arena, defects, why) : rc;
}

/* ---- names that staff took away ---- */

enum { SOUND, LOOK, WAYS_N };

/* As it sounds, and as it looks; signs between the letters count in neither. */
static enum err read_ways(struct span name, struct arena *arena, struct span ways[WAYS_N],
                          struct fail *why)
{
    struct span look = SPAN_NONE;
    struct fold fold;
    enum err rc = utf_fold(name, FOLD_WORDS, arena, &fold, why);

    if (rc == ERR_OK) {
        ways[SOUND] = fold.text;
        rc = utf_look(name, arena, &look, why);
    }
    if (rc == ERR_OK)
        rc = utf_fold(look, FOLD_WORDS, arena, &fold, why);
    if (rc == ERR_OK)
        ways[LOOK] = fold.text;
    return rc;
}

static size_t n_points(struct span text)
{
    size_t n = 0;

    for (size_t i = 0; i < text.len; i++)
        n += (text.p[i] & 0xc0) != 0x80;
    return n;
}

static bool is_again(struct span name, struct span gone)
{
    if (gone.len == 0 || n_points(gone) < POINTS_LEAST)
        return gone.len > 0 && span_eq(name, gone);
    return name.len >= gone.len && memmem(name.p, name.len, gone.p, gone.len) != NULL;
}

static enum err is_gone(struct span name, struct span gone, struct arena *arena, bool *yes,
                        struct fail *why)
{
    struct span a[WAYS_N], b[WAYS_N], a_plain, b_plain;
    enum err rc = read_ways(name, arena, a, why);

    if (rc == ERR_OK)
        rc = read_ways(gone, arena, b, why);
    if (rc == ERR_OK)
        rc = people_fold(name, arena, &a_plain, why);
    if (rc == ERR_OK)
        rc = people_fold(gone, arena, &b_plain, why);
    if (rc == ERR_OK)
        *yes = span_eq(a_plain, b_plain) || is_again(a[SOUND], b[SOUND]) ||
               is_again(a[LOOK], b[LOOK]);
    return rc;
}

enum err profile_check_taken_away(const struct services *services, struct db *db,
                                  const struct profile_named *named, struct arena *arena,
                                  struct jx_defects *defects, struct fail *why)
{
    struct profile_gone *all = NULL;
    bool yes = false;
    size_t n = 0;
    enum err rc = profile_store_gone(db, named->account, TAKEN_AWAY_MOST, arena, &all, &n, why);

    arena_mark_secret(arena);
    for (size_t i = 0; rc == ERR_OK && !yes && i < n; i++) {
        const struct seal_place place = {"profile_version", "name_before_sealed", all[i].id};
        struct span gone = SPAN_NONE;

        rc = unseal(services->keyring, &place, all[i].name_sealed, arena, &gone, why);
        if (rc == ERR_OK)
            rc = is_gone(named->name, gone, arena, &yes, why);
    }
    return rc == ERR_OK && yes
               ? say(arena, defects, "taken-away",
                     "その「なまえ」は、使えないことになったなまえと、おなじか、にています。"
                     "べつのなまえにしてください。",
                     why)
               : rc;
}

/* ---- a name that staff give ---- */

enum err profile_check_given(const struct services *services, struct db *db,
                             const struct profile_named *named, struct arena *arena,
                             struct jx_defects *defects, struct fail *why)
{
    struct profile_names names = {.n_schools = 0};
    size_t n_before = defects->n;
    enum err rc = profile_names_read(services, db, named->account, arena, &names, why);

    if (rc == ERR_OK)
        rc = profile_check_name(named->role, named->name, &names, arena, defects, why);
    if (rc == ERR_OK && defects->n == n_before)
        rc = words_refuse(services->words, WORDS_SURFACE_NAME, named->name, "/name", "なまえ",
                          arena, defects, why);
    return rc == ERR_OK && defects->n == n_before
               ? profile_check_rival(services, db, named, arena, defects, why)
               : rc;
}
