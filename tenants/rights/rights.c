/* Section 0 of the register as tables and one pure function. */
#include "tenants/rights/rights.h"

#define STAFF    ROLE_BIT(ROLE_SCHOOL_STAFF)
#define CHECKERS (ROLE_BIT(ROLE_CONTRACTOR) | ROLE_BIT(ROLE_AUDITOR))
#define OVERSEEING \
    (ROLE_BIT(ROLE_COMMISSIONER) | ROLE_BIT(ROLE_AUDITOR) | ROLE_BIT(ROLE_DATA_HOLDER) | \
     ROLE_BIT(ROLE_ANALYST) | ROLE_BIT(ROLE_COORDINATOR))

/* What a duty opens of a child in its reach: whoever looks after children daily also resets
 * their passwords; nurse, counsellor and social worker do not need to. */
#define ROW      (SHOWS_DISPLAY | SHOWS_LOGIN | SHOWS_NAME | SHOWS_SCHOOL | SHOWS_STATE)
#define OF_CHILD (ROW | SHOWS_ACCOUNT | SHOWS_FACTS)

static const struct {
    const char *id, *name_ja;
    unsigned roles, shows;
} rows[RIGHT_N] = {
    [RIGHT_HOMEROOM] = {"homeroom", "担任", STAFF, OF_CHILD | SHOWS_WORK},
    [RIGHT_GRADE_HEAD] = {"grade_head", "学年主任", STAFF, OF_CHILD | SHOWS_WORK},
    [RIGHT_GUIDANCE] = {"guidance", "生徒指導", STAFF, OF_CHILD | SHOWS_WORK},
    [RIGHT_MANAGER] = {"manager", "管理職", STAFF, OF_CHILD | SHOWS_WORK},
    [RIGHT_NURSE] = {"nurse", "養護教諭", STAFF, OF_CHILD},
    [RIGHT_COUNSELLOR] = {"counsellor", "スクールカウンセラー", STAFF, OF_CHILD},
    [RIGHT_SOCIAL_WORKER] = {"social_worker", "スクールソーシャルワーカー", STAFF, OF_CHILD},
    [RIGHT_ON_DUTY] = {"on_duty", "当番", STAFF | ROLE_BIT(ROLE_SUPPORTER), 0},
    [RIGHT_LOGS_READ] = {"logs.read", "記録の閲覧", CHECKERS, 0},
    [RIGHT_MESSAGES_READ] = {"messages.read", "発言の閲覧", CHECKERS, 0},
    [RIGHT_EXPORT] = {"export", "書き出し", CHECKERS, 0},
};

const char *right_id(enum right right)
{
    return rows[right].id;
}

const char *right_name_ja(enum right right)
{
    return rows[right].name_ja;
}

unsigned right_roles(enum right right)
{
    return rows[right].roles;
}

bool right_is_work(enum right right)
{
    return (rows[right].shows & SHOWS_WORK) != 0;
}

enum err right_parse(struct span id, enum right *right_out, struct fail *why)
{
    for (int i = 0; i < RIGHT_N; i++) {
        if (span_eq(id, span_text(rows[i].id))) {
            *right_out = (enum right)i;
            return ERR_OK;
        }
    }
    return fail_field(why, ERR_INVALID, "right", "no such right");
}

static bool is_of_class(const struct rights_place *place, struct id class)
{
    for (int i = 0; i < place->n_classes; i++)
        if (id_eq(place->classes[i], class))
            return true;
    return false;
}

/* The child is of the school the grant was given for. */
static bool reaches(const struct rights_grant *grant, const struct rights_place *place)
{
    switch (grant->right) {
    case RIGHT_HOMEROOM:
        return is_of_class(place, grant->class);
    case RIGHT_GRADE_HEAD:
        return grant->grade[0] != '\0' && strcmp(grant->grade, place->grade) == 0;
    case RIGHT_GUIDANCE:
    case RIGHT_MANAGER:
    case RIGHT_NURSE:
    case RIGHT_COUNSELLOR:
    case RIGHT_SOCIAL_WORKER:
        return true;
    case RIGHT_ON_DUTY:
    case RIGHT_LOGS_READ:
    case RIGHT_MESSAGES_READ:
    case RIGHT_EXPORT:
    case RIGHT_N:
        return false;
    }
    return false;
}

/* School staff see children of their own school, by duty. A right given for a school that is no
 * longer theirs opens nothing. */
static unsigned by_duty(const struct rights_view *view, const struct rights_place *place,
                        const struct rights_grant **grant_out)
{
    unsigned shows = 0;

    if (place->kind != PERSON_STUDENT || place->has_left || id_is_none(place->school) ||
        !id_eq(place->school, view->caller.school) || (view->is_open_only && !place->is_open))
        return 0;
    for (size_t i = 0; i < view->n_grants; i++) {
        const struct rights_grant *grant = &view->grants[i];

        if (!id_eq(grant->school, place->school) || !reaches(grant, place))
            continue;
        if (shows == 0)
            *grant_out = grant;
        shows |= rows[grant->right].shows;
    }
    return shows;
}

/* A contractor serves everyone's ID but those who oversee him: else two of his people could
 * take over a commissioner's account by resetting it. */
static unsigned of_contractor(const struct rights_place *place)
{
    unsigned shows = ROW | SHOWS_ACCOUNT;

    return (ROLE_BIT(place->role) & OVERSEEING) != 0 ? shows : shows | SHOWS_WORK;
}

/* What a person sees of himself: a child never the ID (AI-2.7-エ). */
static unsigned of_oneself(enum role role)
{
    unsigned shows = SHOWS_DISPLAY | SHOWS_STATE;

    return (ROLE_BIT(role) & ROLES_CHILD_SIDE) != 0 ? shows : shows | SHOWS_LOGIN;
}

static unsigned of_another(const struct rights_view *view, const struct rights_place *place,
                           const struct rights_grant **grant_out)
{
    switch (view->caller.role) {
    case ROLE_COMMISSIONER:
        return ROW | SHOWS_ACCOUNT | SHOWS_WORK | SHOWS_FACTS;
    case ROLE_CONTRACTOR:
        return of_contractor(place);
    case ROLE_SCHOOL_STAFF:
        return by_duty(view, place, grant_out);
    case ROLE_SUPPORTER:
        return place->role == ROLE_STUDENT && place->is_usable ? SHOWS_DISPLAY | SHOWS_LOGIN
                                                               : 0;
    case ROLE_GUARDIAN:
        return place->is_child && !place->has_left ? SHOWS_DISPLAY | SHOWS_STATE : 0;
    case ROLE_STUDENT:
    case ROLE_INSTRUCTOR:
    case ROLE_GUEST_TEACHER:
    case ROLE_DATA_HOLDER:
    case ROLE_ANALYST:
    case ROLE_COORDINATOR:
    case ROLE_AUDITOR:
    case ROLE_ANONYMOUS:
    case ROLE_N:
        return 0;
    }
    return 0;
}

unsigned rights_shows(const struct rights_view *view, const struct rights_place *place,
                      const struct rights_grant **grant_out)
{
    const struct rights_grant *grant = NULL;
    unsigned shows = 0;

    if (!place->is_merged && !id_is_none(place->person) &&
        view->caller.role != ROLE_ANONYMOUS) {
        shows = of_another(view, place, &grant);
        if (id_eq(place->person, view->caller.account))
            shows = (shows | of_oneself(view->caller.role)) & ~SHOWS_WORK;
    }
    if (grant_out != NULL)
        *grant_out = grant;
    return shows;
}
