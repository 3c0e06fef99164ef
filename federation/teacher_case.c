/* May a card have a lesson: judged alike where it is shown and where it is given. */
#include "federation/teacher_priv.h"
#include "tenants/people/account_store.h"

static bool is_home_there(const struct teacher_case *c)
{
    const struct fed_member *home =
        c->registry == NULL ? NULL : registry_member(c->registry, c->card.home);

    return c->card.is_own || (home != NULL && fed_member_is_in_contract(home, c->now_utc_us));
}

bool teacher_has_approved(const struct teacher_case *c, struct id node)
{
    return teacher_is_approved(&c->card,
                               teacher_answer_of(c->answers, c->n_answers, c->card.card, node));
}

const char *teacher_judge_card(const struct teacher_case *c)
{
    if (c->card.ended_utc_us != 0)
        return "withdrawn";
    if (!is_home_there(c))
        return "home-gone";
    if (!teacher_has_approved(c, c->self))
        return "own-first";
    for (size_t i = 0; i < c->n_guests; i++)
        if (!teacher_has_approved(c, c->guests[i]))
            return "not-approved";
    return NULL;
}

const char *teacher_judge_lesson(const struct class_lesson_row *lesson, int64_t now_utc_us)
{
    if (!id_is_none(lesson->main_at))
        return "lesson-elsewhere";
    if (lesson->is_cancelled)
        return "lesson-cancelled";
    return lesson->to_utc_us <= now_utc_us ? "lesson-over" : NULL;
}

const char *teacher_judge_account(const struct teacher_account *account)
{
    if (!account->is_there)
        return NULL;
    if (account->role != ROLE_GUEST_TEACHER)
        return "id-used";
    if (account->state == ACCOUNT_CLOSED)
        return "account-closed";
    return account->state == ACCOUNT_SUSPENDED ? "account-stopped" : NULL;
}
