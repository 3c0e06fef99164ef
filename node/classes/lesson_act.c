/* One act in a lesson: its rows, then the answer, then the telling, in the order of commits.
 * Every run may run again: what is there already is not added. */
#include <stdio.h>
#include <stdlib.h>

#include "node/base/log.h"
#include "node/classes/lessons_priv.h"

#define UNCERTAIN_TRIES 3

/* What only the rows can tell, said kindly. */
static const struct {
    const char *field, *title_ja;
} sentences[] = {
    {"full", "いまは、いっぱいです。ほかの授業をえらぶか、あとでもう一度ためしてください。"},
    {"elsewhere", "いまは、ほかの授業に参加しています。もう一度ためしてください。"},
    {"gone", "もう、この授業には参加していません。"},
    {"closed", "このアンケートは、おわりました。"},
    {"open", "アンケートがもうひとつ、まだおわっていません。先におわらせてください。"},
};

struct lesson_act *lesson_act_create(struct lessons *lessons, struct command_call *call)
{
    struct lesson_act *act = calloc(1, sizeof *act);
    struct fail why = {.code = ERR_INTERNAL};

    if (act == NULL) {
        (void)fail_set(&why, ERR_NOMEM, "an act");
        if (call != NULL)
            command_fail(call, &why);
        return NULL;
    }
    act->lessons = lessons;
    if (call != NULL) {
        act->account = call->caller->account;
        act->at_utc_us = call->now_utc_us;
        act->later = command_later(call);
        act->has_later = true;
    }
    return act;
}

void lesson_act_free(struct lesson_act *act)
{
    free(act->in);
    free(act->stays);
    free(act->question);
    free(act->answers);
    free(act);
}

static void refuse(const struct lesson_act *act)
{
    struct live *live = act->lessons->conf.services->live;

    for (size_t i = 0; i < sizeof sentences / sizeof sentences[0]; i++)
        if (act->fail.code == ERR_CONFLICT &&
            strcmp(act->fail.field, sentences[i].field) == 0) {
            command_later_refuse(live, &act->later, sentences[i].field, sentences[i].title_ja);
            return;
        }
    command_later_fail(live, &act->later, &act->fail);
}

/* Live thread. */
static void settle(void *arg)
{
    struct lesson_act *act = arg;
    struct lessons *lessons = act->lessons;

    if (act->fail.code == ERR_OK) {
        if (act->has_later)
            command_later_ok(lessons->conf.services->live, &act->later, NULL);
        if (act->told != NULL)
            act->told(act);
        lesson_act_free(act);
        return;
    }
    if (act->has_later)
        refuse(act);
    act->has_later = false;
    if (!act->is_kept ||
        (act->is_far && (act->fail.code == ERR_CONFLICT || act->fail.code == ERR_INVALID))) {
        lesson_act_free(act);
        return;
    }
    log_warn("lesson.unwritten", L_ID("lesson", act->lesson), L_FAIL(&act->fail));
    act->next = lessons->unwritten;
    lessons->unwritten = act;
}

static enum err run(struct tx *tx, void *arg, struct fail *why)
{
    struct lesson_act *act = arg;

    act->event.floor = span_text(act->floor);
    act->event.course_kind = span_text(act->kind);
    act->event.role = span_text(act->role);
    act->choice.others = act->others;
    return act->run(tx, act, why);
}

static void done(void *arg, enum err rc, const struct fail *why);

static enum err post(struct lesson_act *act, struct fail *why)
{
    const struct writer_op op = {run, done, act};

    act->n_tries++;
    return writer_post(act->lessons->conf.services->writer, &op, why);
}

static void done(void *arg, enum err rc, const struct fail *why)
{
    struct lesson_act *act = arg;
    struct live *live = act->lessons->conf.services->live;

    if (rc == ERR_UNCERTAIN && act->n_tries < UNCERTAIN_TRIES && post(act, NULL) == ERR_OK)
        return;
    act->fail = *why;
    act->fail.code = rc;
    if (live == NULL || live_post(live, settle, act, NULL) != ERR_OK)
        lesson_act_free(act); /* the node ends: the next one goes on by what is written */
}

void lesson_act_post(struct lesson_act *act)
{
    if (post(act, &act->fail) != ERR_OK)
        settle(act);
}

void lesson_acts_again(struct lessons *lessons)
{
    struct lesson_act *act = lessons->unwritten;

    lessons->unwritten = NULL;
    while (act != NULL) {
        struct lesson_act *next = act->next;

        act->next = NULL;
        act->n_tries = 0;
        lesson_act_post(act);
        act = next;
    }
}
