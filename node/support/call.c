#include "node/support/call.h"

#include <stdio.h>

#include "node/base/clock.h"
#include "node/db/settings.h"
#include "node/support/escalate.h"
#include "node/support/incident_store.h"
#include "node/support/support_rows.h"
#include "tenants/hours/hours_now.h"
#include "tenants/notify/notify.h"

#define LINK_CAP      64
#define CALLS_AT_ONCE 5
#define TURN_US       (2 * SECOND_US)

/* A step that told somebody, of either table. */
struct word {
    struct id id, told; /* told ID_NONE: everybody */
    int64_t at_utc_us, n_made;
};
struct state {
    struct word *words;
    size_t n_words;
    bool is_over;
    int64_t begins_utc_us, wait_us;
};

/* ---- reading ---- */

static enum err words_alloc(struct arena *arena, size_t n, struct state *out, struct fail *why)
{
    out->words = arena_alloc(arena, (n + 1) * sizeof *out->words);
    out->n_words = 0;
    return out->words == NULL ? fail_set(why, ERR_NOMEM, "steps") : ERR_OK;
}

static enum err read_sos_words(struct tx *tx, struct id id, struct state *out, struct fail *why)
{
    struct sos_step_row *steps = NULL;
    size_t n = 0;
    enum err rc = sos_store_steps(tx, NULL, id, tx_arena(tx), &steps, &n, why);

    if (rc == ERR_OK)
        rc = words_alloc(tx_arena(tx), n, out, why);
    for (size_t i = 0; rc == ERR_OK && i < n; i++)
        switch (steps[i].act) {
        case SOS_SENT:
        case SOS_PASSED:
        case SOS_ALL:
            out->words[out->n_words++] =
                (struct word){steps[i].id, steps[i].told, steps[i].at_utc_us, steps[i].n_made};
            break;
        case SOS_UNDONE:
        case SOS_ANSWER:
        case SOS_CLOSE:
            out->is_over = true;
            break;
        case SOS_SEEN:
        case SOS_KIND:
        case SOS_ACT_N:
            break;
        }
    return rc;
}

static enum err read_incident_words(struct tx *tx, struct id id, struct state *out,
                                    struct fail *why)
{
    struct incident_step_row *steps = NULL;
    size_t n = 0;
    enum err rc = incident_store_steps(tx, NULL, id, tx_arena(tx), &steps, &n, why);

    if (rc == ERR_OK)
        rc = words_alloc(tx_arena(tx), n, out, why);
    for (size_t i = 0; rc == ERR_OK && i < n; i++)
        switch (steps[i].act) {
        case INCIDENT_SENT:
        case INCIDENT_PASSED:
        case INCIDENT_ALL:
            out->words[out->n_words++] =
                (struct word){steps[i].id, steps[i].told, steps[i].at_utc_us, steps[i].n_made};
            break;
        case INCIDENT_READ: /* the call ended with it, if it was one of those it goes to */
        case INCIDENT_TAKE:
        case INCIDENT_CLOSE:
        case INCIDENT_NOTE:
        case INCIDENT_GRADE:
        case INCIDENT_TICK:
        case INCIDENT_ACT_N:
            break;
        }
    return rc;
}

static int64_t wait_of_sos(const struct services *services, int64_t now_utc_us)
{
    struct hours_state_copy hours;
    const struct setting *row = &setting_sos_wait_closed_s;

    hours_state(services, now_utc_us, &hours);
    if (hours.state.kind == HOURS_OPEN || hours.state.kind == HOURS_CLOSING)
        row = &setting_sos_wait_open_s;
    return settings_int(services->settings, row) * SECOND_US;
}

/* Of one child at most CALLS_AT_ONCE are told on at the same time: who reads of five finds all
 * of them in the list, and a mailbox with five hundred is read by nobody. The others wait for
 * their turn; on the consoles each stands at once. */
static enum err take_turn(struct tx *tx, struct call_going *g, bool *waits_out,
                          struct fail *why)
{
    struct duty_call later = g->call;
    int64_t n = 0;
    enum err rc = duty_store_earlier(tx, g->call.account, g->call.id, &n, why);

    *waits_out = n >= CALLS_AT_ONCE;
    if (rc != ERR_OK || !*waits_out)
        return rc;
    later.set_utc_us = g->now_utc_us;
    later.due_utc_us = g->now_utc_us + TURN_US;
    return duty_store_call_later(tx, &later, why);
}

static enum err read_sos(struct tx *tx, struct call_going *g, struct state *out,
                         struct fail *why)
{
    enum err rc = sos_store_find(tx, NULL, g->call.id, tx_arena(tx), &g->sos, why);

    if (rc != ERR_OK)
        return rc;
    out->begins_utc_us = g->sos.row.undo_until_utc_us + CALL_UNDO_GRACE_US;
    out->wait_us = wait_of_sos(g->services, g->now_utc_us);
    return read_sos_words(tx, g->call.id, out, why);
}

/* Who opened the link of a notice has read it. */
static enum err take_receipts(struct tx *tx, struct call_going *g, struct state *out,
                              struct fail *why)
{
    enum err rc = ERR_OK;

    for (size_t i = 0; rc == ERR_OK && i < out->n_words && !out->is_over; i++) {
        struct incident_step_row step = {.id = id_new(),
                                         .at_utc_us = g->now_utc_us,
                                         .incident = g->call.id,
                                         .account = g->call.account,
                                         .act = INCIDENT_READ,
                                         .by = out->words[i].told,
                                         .role = SPAN("")};
        bool is_opened = false, was_there;

        if (id_is_none(out->words[i].told))
            continue;
        rc = notify_is_opened(tx, out->words[i].id, out->words[i].told, &is_opened, why);
        if (rc == ERR_OK && is_opened) {
            rc = incident_store_step(tx, &step, &was_there, why);
            out->is_over = true;
        }
    }
    return rc;
}

static enum err read_incident(struct tx *tx, struct call_going *g, struct state *out,
                              struct fail *why)
{
    struct incident_listed incident;
    const struct setting *wait = &setting_incident_wait_min;
    enum err rc = incident_store_find(tx, NULL, g->call.id, tx_arena(tx), &incident, why);

    if (rc != ERR_OK)
        return rc;
    if (incident.row.kind == INCIDENT_CRISIS)
        wait = &setting_incident_crisis_wait_min;
    out->begins_utc_us = incident.row.at_utc_us;
    out->wait_us = settings_int(g->services->settings, wait) * MINUTE_US;
    rc = read_incident_words(tx, g->call.id, out, why);
    return rc == ERR_OK ? take_receipts(tx, g, out, why) : rc;
}

/* ---- telling ---- */

static enum err write_word(struct tx *tx, const struct call_going *g, const struct word *w,
                           struct fail *why)
{
    bool is_all = id_is_none(w->told), was_there;
    struct sos_step_row sos = {.id = w->id,
                               .at_utc_us = w->at_utc_us,
                               .sos = g->call.id,
                               .account = g->call.account,
                               .act = is_all          ? SOS_ALL
                                      : w->n_made > 0 ? SOS_SENT
                                                      : SOS_PASSED,
                               .role = SPAN(""),
                               .told = w->told,
                               .n_made = w->n_made};
    struct incident_step_row incident = {.id = w->id,
                                         .at_utc_us = w->at_utc_us,
                                         .incident = g->call.id,
                                         .account = g->call.account,
                                         .act = is_all          ? INCIDENT_ALL
                                                : w->n_made > 0 ? INCIDENT_SENT
                                                                : INCIDENT_PASSED,
                                         .role = SPAN(""),
                                         .told = w->told,
                                         .n_made = w->n_made};

    return g->call.purpose == DUTY_SOS ? sos_store_step(tx, &sos, &was_there, why)
                                       : incident_store_step(tx, &incident, &was_there, why);
}

/* The word's own id is what its notices go by: the next round is another word, and makes
 * notices anew. */
static enum err tell(struct tx *tx, struct call_going *g, struct id person, struct word *out,
                     struct fail *why)
{
    char link[LINK_CAP], id[ID_TEXT_CAP];
    struct notify_post post = {
        .kind = g->call.purpose == DUTY_SOS ? NOTIFY_SOS : NOTIFY_INCIDENT,
        .cause = id_new(),
        .accounts = id_is_none(person) ? NULL : &person,
        .n_accounts = id_is_none(person) ? 0 : 1,
        .link = link,
        .now_utc_us = g->now_utc_us,
    };
    enum err rc;

    id_text(g->call.id, id);
    snprintf(link, sizeof link, "%s/%s", g->call.purpose == DUTY_SOS ? "sos" : "incident", id);
    rc = notify_put(tx, &post, why);
    if (rc != ERR_OK)
        return rc;
    *out = (struct word){post.cause, person, g->now_utc_us, post.n_made};
    g->n_words++;
    g->is_reached = post.n_made > 0;
    return write_word(tx, g, out, why);
}

static struct escalate_case case_of(const struct state *state, const struct id *duty,
                                    size_t n_duty, struct id *told)
{
    struct escalate_case call = {.begins_utc_us = state->begins_utc_us,
                                 .wait_us = state->wait_us,
                                 .duty = duty,
                                 .n_duty = n_duty,
                                 .told = told};

    for (size_t i = 0; i < state->n_words; i++) {
        const struct word *w = &state->words[i];

        if (id_is_none(w->told))
            call.n_all++;
        else
            told[call.n_told++] = w->told;
        call.last_utc_us = w->at_utc_us;
        call.is_reached = w->n_made > 0;
    }
    return call;
}

/* Whom it is about is not told of it. */
static enum err read_duty(struct tx *tx, enum duty_purpose purpose, struct id about,
                          struct id **ids_out, size_t *n_out, struct fail *why)
{
    struct duty_row *rows = NULL;
    struct id *ids = NULL;
    size_t n = 0;
    enum err rc = duty_store_list(tx, NULL, purpose, tx_arena(tx), &rows, &n, why);

    if (rc != ERR_OK)
        return rc;
    ids = arena_alloc(tx_arena(tx), (n + 1) * sizeof *ids);
    if (ids == NULL)
        return fail_set(why, ERR_NOMEM, "persons on duty");
    *n_out = 0;
    for (size_t i = 0; i < n; i++)
        if (!id_eq(rows[i].account, about))
            ids[(*n_out)++] = rows[i].account;
    *ids_out = ids;
    return ERR_OK;
}

/* With the first word, beside the first on duty of the node: who is on duty at the child's
 * school. They come before him in the record, so that it is his answer that is waited for. */
static enum err tell_school(struct tx *tx, struct call_going *g, const struct state *state,
                            struct fail *why)
{
    struct id *accounts = NULL;
    struct word word;
    size_t n = 0;
    enum err rc = ERR_OK;

    if (g->call.purpose != DUTY_SOS || state->n_words > 0 ||
        g->now_utc_us < state->begins_utc_us)
        return ERR_OK;
    rc = duty_store_school(tx, g->call.account, g->now_utc_us, &accounts, &n, why);
    for (size_t i = 0; rc == ERR_OK && i < n; i++)
        rc = tell(tx, g, accounts[i], &word, why);
    return rc;
}

/* Everybody who is to be told now; then when to look again. */
static enum err tell_due(struct tx *tx, struct call_going *g, struct state *state,
                         struct fail *why)
{
    struct duty_call later = g->call;
    struct escalate_next next = {.act = ESCALATE_WAIT};
    struct id *duty = NULL, *told;
    struct word *words;
    size_t n_duty = 0;
    enum err rc = tell_school(tx, g, state, why);

    if (rc == ERR_OK)
        rc = read_duty(tx, g->call.purpose, g->call.account, &duty, &n_duty, why);
    if (rc != ERR_OK)
        return rc;
    told = arena_alloc(tx_arena(tx), (state->n_words + n_duty + 2) * sizeof *told);
    words = arena_alloc(tx_arena(tx), (state->n_words + n_duty + 2) * sizeof *words);
    if (told == NULL || words == NULL)
        return fail_set(why, ERR_NOMEM, "a call");
    memcpy(words, state->words, state->n_words * sizeof *words);
    state->words = words;
    for (size_t i = 0; rc == ERR_OK && i <= n_duty + 1; i++) {
        struct escalate_case call = case_of(state, duty, n_duty, told);

        next = escalate_next(&call, g->now_utc_us);
        if (next.act == ESCALATE_WAIT || i == n_duty + 1)
            break;
        rc = tell(tx, g, next.act == ESCALATE_ALL ? ID_NONE : next.person,
                  &words[state->n_words], why);
        state->n_words++;
    }
    later.set_utc_us = g->now_utc_us;
    later.due_utc_us = next.due_utc_us;
    return rc == ERR_OK ? duty_store_call_later(tx, &later, why) : rc;
}

static enum err go_on_run(struct tx *tx, void *arg, struct fail *why)
{
    struct call_going *g = arg;
    struct state state = {.n_words = 0};
    bool is_open = false;
    enum err rc = duty_store_call_is_open(tx, g->call.id, &is_open, why);

    g->n_words = 0;
    if (rc != ERR_OK || !is_open)
        return rc;
    rc = g->call.purpose == DUTY_SOS ? read_sos(tx, g, &state, why)
                                     : read_incident(tx, g, &state, why);
    if (rc != ERR_OK && rc != ERR_NOT_FOUND)
        return rc;
    if (rc == ERR_NOT_FOUND || state.is_over)
        return duty_store_call_end(tx, g->call.id, why);
    if (g->call.purpose == DUTY_SOS) {
        bool waits = false;

        rc = take_turn(tx, g, &waits, why);
        if (rc != ERR_OK || waits)
            return rc;
    }
    rc = tell_due(tx, g, &state, why);
    if (rc == ERR_OK && g->call.purpose == DUTY_SOS)
        rc = sos_store_find(tx, NULL, g->call.id, tx_arena(tx), &g->sos, why);
    return rc;
}

enum err call_go_on(struct call_going *going, struct fail *why)
{
    enum err rc = writer_wait(going->services->writer, go_on_run, going, why);

    if (rc == ERR_OK && going->n_words > 0)
        notify_wake(going->services->notify);
    return rc;
}

enum err call_end(struct tx *tx, enum duty_purpose purpose, struct id id, struct id by,
                  int64_t now_utc_us, struct fail *why)
{
    struct state state = {.n_words = 0};
    enum err rc = duty_store_call_end(tx, id, why);

    if (rc == ERR_OK)
        rc = purpose == DUTY_SOS ? read_sos_words(tx, id, &state, why)
                                 : read_incident_words(tx, id, &state, why);
    for (size_t i = 0; rc == ERR_OK && i < state.n_words; i++)
        rc = notify_cancel(tx, state.words[i].id, ID_NONE, by, now_utc_us, why);
    for (size_t i = 0; rc == ERR_OK && i < state.n_words; i++)
        rc = notify_mark_opened(tx, state.words[i].id, by, now_utc_us, why);
    return rc;
}

static bool is_told(const struct state *state, struct id account)
{
    for (size_t i = 0; i < state->n_words; i++)
        if (id_eq(state->words[i].told, account))
            return true;
    return false;
}

enum err call_read(struct tx *tx, struct id incident, struct id by, int64_t now_utc_us,
                   struct fail *why)
{
    struct state state = {.n_words = 0};
    struct id *duty = NULL;
    size_t n = 0;
    bool is_one;
    enum err rc = read_duty(tx, DUTY_INCIDENT, ID_NONE, &duty, &n, why);

    if (rc == ERR_OK)
        rc = read_incident_words(tx, incident, &state, why);
    if (rc != ERR_OK)
        return rc;
    is_one = n == 0 || is_told(&state, by);
    for (size_t i = 0; i < n && !is_one; i++)
        is_one = id_eq(duty[i], by);
    return is_one ? call_end(tx, DUTY_INCIDENT, incident, by, now_utc_us, why) : ERR_OK;
}
