#include "node/place/react.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "node/base/clock.h"
#include "node/base/log.h"
#include "node/place/measure.h"
#include "node/place/measure_rows.h"
#include "node/place/mirror_priv.h"
#include "node/place/reaction_store.h"
#include "node/place/world_show.h"

#define UNCERTAIN_TRIES 3
#define EACH_US         SECOND_US
#define ALL \
    (ROLE_BIT(ROLE_STUDENT) | ROLE_BIT(ROLE_GUARDIAN) | ROLE_BIT(ROLE_SUPPORTER) | \
     ROLE_BIT(ROLE_INSTRUCTOR) | ROLE_BIT(ROLE_GUEST_TEACHER) | ROLE_BIT(ROLE_SCHOOL_STAFF) | \
     ROLE_BIT(ROLE_COMMISSIONER) | ROLE_BIT(ROLE_CONTRACTOR))

/* One reaction that waits for its commit. */
struct waiting {
    struct waiting *next;
    struct command_later later;
    struct reaction_row row; /* floor and room point to the texts below when it is written */
    char floor[PLACE_FLOOR_CAP], room[PLACE_FLOOR_CAP];
};

struct reacts {
    struct waiting *first, **end;
    size_t n;
    bool is_under_way;
};

/* What is under way: the writer's until it comes back to the live thread. */
struct batch {
    struct place *place; /* the live thread's */
    struct live *live;
    struct writer *writer;
    struct waiting *first;
    int n_tries;
    enum err rc;
};

/* ---- event ---- */

struct reacted {
    int64_t seat;
    int kind;
};
static const struct jx_field reacted_fields[] = {
    {.name = "seat",
     .type = JX_INT,
     .offset = offsetof(struct reacted, seat),
     .title_ja = "席"},
    {.name = "kind",
     .type = JX_ENUM,
     .choices = REACT_KINDS,
     .offset = offsetof(struct reacted, kind),
     .title_ja = "リアクション"},
};
static const struct jx_shape reacted_shape =
    JX_SHAPE("PersonReacted", struct reacted, reacted_fields);
const struct live_event react_events[REACT_EVENTS_N] = {
    {"reacted", &reacted_shape, "見えるところのだれかがリアクションした"}};

/* ---- writer's thread ---- */

static enum err batch_run(struct tx *tx, void *arg, struct fail *why)
{
    struct batch *batch = arg;
    enum err rc = ERR_OK;

    for (struct waiting *w = batch->first; w != NULL && rc == ERR_OK; w = w->next) {
        bool is_there = false;

        w->row.floor = span_text(w->floor);
        w->row.room = span_text(w->room);
        if (batch->n_tries > 1) /* nobody knows of the commit before */
            rc = reaction_store_is_there(tx, w->row.id, &is_there, why);
        if (rc == ERR_OK && !is_there)
            rc = reaction_store_add(tx, &w->row, why);
    }
    return rc;
}

static void batch_settle(void *arg);

static void batch_free(struct batch *batch)
{
    while (batch->first != NULL) {
        struct waiting *w = batch->first;

        batch->first = w->next;
        free(w);
    }
    free(batch);
}

static void batch_done(void *arg, enum err rc, const struct fail *why);

static enum err post(struct batch *batch, struct fail *why)
{
    const struct writer_op op = {batch_run, batch_done, batch};

    batch->n_tries++;
    return writer_post(batch->writer, &op, why);
}

static void batch_done(void *arg, enum err rc, const struct fail *why)
{
    struct batch *batch = arg;

    if (rc == ERR_UNCERTAIN && batch->n_tries < UNCERTAIN_TRIES && post(batch, NULL) == ERR_OK)
        return;
    batch->rc = rc;
    if (rc != ERR_OK)
        log_warn("react.unwritten", L_FAIL(why));
    if (live_post(batch->live, batch_settle, batch, NULL) != ERR_OK)
        batch_free(batch); /* the node ends: nobody waits for an answer any more */
}

/* ---- live thread ---- */

void react_show(const struct world_person *person, int kind)
{
    struct fail fail = {.code = ERR_INTERNAL};
    struct world_where where;
    struct reacted event;

    world_where(person, &where);
    event = (struct reacted){where.seat, kind};
    if (world_show(person, &react_events[0], &event, &fail) != ERR_OK)
        log_warn("react.unshown", L_FAIL(&fail));
}

/* Where he was when he did it; whoever has gone elsewhere meanwhile is not seen there. */
static void show(struct place *place, const struct waiting *w)
{
    const struct visit *visit = visit_find(place, w->row.account);
    struct world_where where;

    if (visit == NULL || visit->person == NULL || !id_eq(visit->id, w->row.visit))
        return;
    world_where(visit->person, &where);
    if (strcmp(visit->floor->id, w->floor) != 0 || visit->copy != w->row.copy ||
        !span_eq(where.room, span_text(w->room)))
        return;
    react_show(visit->person, w->row.kind);
    mirror_reacted(visit, w->row.kind);
}

static void fail_all(struct live *live, const struct batch *batch, enum err rc)
{
    struct fail fail = {.code = ERR_INTERNAL};

    fail_set(&fail, rc, "reactions cannot be written now");
    for (const struct waiting *w = batch->first; w != NULL; w = w->next)
        command_later_fail(live, &w->later, &fail);
}

/* What waits, as one batch. */
static void start(struct place *place)
{
    struct reacts *reacts = place->reacts;
    struct batch *batch;
    struct waiting **end;
    enum err rc;

    if (reacts->is_under_way || reacts->first == NULL)
        return;
    batch = calloc(1, sizeof *batch);
    if (batch == NULL)
        return; /* the next one to react, or the tick, tries again */
    *batch = (struct batch){.place = place,
                            .live = place->live,
                            .writer = place->conf.services->writer,
                            .first = reacts->first};
    end = &batch->first;
    for (size_t n = 0; n < REACT_BATCH && *end != NULL; n++, reacts->n--)
        end = &(*end)->next;
    reacts->first = *end;
    if (reacts->first == NULL)
        reacts->end = &reacts->first;
    *end = NULL;
    rc = post(batch, NULL);
    reacts->is_under_way = rc == ERR_OK;
    if (rc != ERR_OK) {
        fail_all(place->live, batch, rc);
        batch_free(batch);
    }
}

static void batch_settle(void *arg)
{
    struct batch *batch = arg;
    struct place *place = batch->place;

    for (const struct waiting *w = batch->first; w != NULL && batch->rc == ERR_OK;
         w = w->next) {
        show(place, w);
        command_later_ok(place->live, &w->later, NULL);
    }
    if (batch->rc != ERR_OK)
        fail_all(place->live, batch, batch->rc);
    batch_free(batch);
    place->reacts->is_under_way = false;
    start(place);
    arena_reset(place->arena);
}

void reacts_sweep(struct place *place)
{
    start(place);
}

/* ---- the command ---- */

struct react_input {
    int kind;
};
static const struct jx_field input_fields[] = {
    {.name = "kind",
     .type = JX_ENUM,
     .choices = REACT_KINDS,
     .offset = offsetof(struct react_input, kind),
     .title_ja = "リアクション"},
};
static const struct jx_shape input_shape = JX_SHAPE("React", struct react_input, input_fields);

/* So many at once, then one a second. */
static bool take_pace(struct visit *visit, int64_t now_mono_us)
{
    int64_t from =
        visit->react_paid_mono_us < now_mono_us ? now_mono_us : visit->react_paid_mono_us;

    if (from - now_mono_us + EACH_US > REACT_BURST * EACH_US)
        return false;
    visit->react_paid_mono_us = from + EACH_US;
    return true;
}

/* False: answered. */
static bool may_react(struct command_call *call, struct visit *visit)
{
    struct world_where where;

    if (visit == NULL || visit->person == NULL) {
        command_refuse(call, "not-here", "まだフロアに入っていません。");
        return false;
    }
    world_where(visit->person, &where);
    if (where.rung < RUNG_REACT) {
        command_breach(call, "watch-react",
                       "「みてるだけ」のあいだは、リアクションはつかえません。");
        return false;
    }
    if (measure_refuses(call, visit, MEASURE_REACT) ||
        mirror_refuses(call, visit, MIRROR_REACT))
        return false;
    if (take_pace(visit, call->now_mono_us))
        return true;
    command_refuse(call, "too-many",
                   "リアクションがつづいています。すこし待って、もう一度ためしてください。");
    return false;
}

static struct waiting *waiting_of(const struct command_call *call, const struct visit *visit)
{
    struct waiting *w = calloc(1, sizeof *w);
    struct world_where where;

    if (w == NULL)
        return NULL;
    world_where(visit->person, &where);
    w->row = (struct reaction_row){
        .id = id_new(),
        .at_utc_us = call->now_utc_us,
        .account = visit->account,
        .visit = visit->id,
        .copy = visit->copy,
        .session = visit->floor->session,
        .kind = ((const struct react_input *)call->input)->kind,
    };
    snprintf(w->floor, sizeof w->floor, "%s", visit->floor->id);
    snprintf(w->room, sizeof w->room, "%.*s", SPAN_ARG(where.room));
    return w;
}

static void react(struct command_call *call)
{
    struct guest *guest = place_acted(call);
    struct reacts *reacts = guest->place->reacts;
    struct fail fail = {.code = ERR_INTERNAL};
    struct waiting *w;

    if (!may_react(call, guest->visit))
        return;
    if (reacts->n >= REACT_WAIT_MOST) {
        fail_set(&fail, ERR_BUSY, "%zu reactions wait", reacts->n);
        command_fail(call, &fail);
        return;
    }
    w = waiting_of(call, guest->visit);
    if (w == NULL) {
        fail_set(&fail, ERR_NOMEM, "a reaction");
        command_fail(call, &fail);
        return;
    }
    w->later = command_later(call);
    *reacts->end = w;
    reacts->end = &w->next;
    reacts->n++;
    start(guest->place);
}

const struct command react_commands[REACT_COMMANDS_N] = {
    {.name = "react",
     .roles = ALL,
     .object = OBJECT_OWN,
     .audit = AUDIT_NONE,
     .input = &input_shape,
     .summary_ja = "リアクションする",
     .handle = react},
};

/* ---- */

enum err reacts_open(struct place *place, struct fail *why)
{
    struct reacts *reacts = calloc(1, sizeof *reacts);

    place->reacts = reacts;
    if (reacts == NULL)
        return fail_set(why, ERR_NOMEM, "reactions");
    reacts->end = &reacts->first;
    return ERR_OK;
}

void reacts_close(struct place *place)
{
    struct reacts *reacts = place->reacts;

    place->reacts = NULL;
    while (reacts != NULL && reacts->first != NULL) {
        struct waiting *w = reacts->first;

        reacts->first = w->next;
        free(w);
    }
    free(reacts);
}
