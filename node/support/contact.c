#include "node/support/contact.h"

#include <stdlib.h>

static int order(struct id a, struct id b)
{
    return memcmp(a.b, b.b, sizeof a.b);
}

struct contact_tie contact_tie_of(struct id one, struct id other)
{
    bool is_ordered = order(one, other) < 0;

    return (struct contact_tie){.a = is_ordered ? one : other, .b = is_ordered ? other : one};
}

bool contact_is_over(const struct contact_tie *tie, const struct contact_rules *rules,
                     int64_t now_utc_us)
{
    return tie->last_utc_us == 0 || now_utc_us - tie->last_utc_us > rules->reply_us;
}

static void begin_anew(struct contact_tie *tie)
{
    tie->word_utc_us[0] = tie->word_utc_us[1] = 0;
    tie->spoken_us[0] = tie->spoken_us[1] = 0;
    tie->contact_utc_us = 0;
}

static bool is_answer(struct contact_tie *tie, const struct contact_rules *rules, int side,
                      int64_t at_utc_us)
{
    int64_t other = tie->word_utc_us[1 - side];

    tie->word_utc_us[side] = at_utc_us;
    return other != 0 && at_utc_us - other <= rules->reply_us;
}

/* Each contact by speech takes up what was spoken: for the next both speak as long again. */
static bool have_spoken(struct contact_tie *tie, const struct contact_rules *rules, int side,
                        int64_t spoken_us)
{
    tie->spoken_us[side] += spoken_us;
    if (tie->spoken_us[0] < rules->speech_us || tie->spoken_us[1] < rules->speech_us)
        return false;
    tie->spoken_us[0] = tie->spoken_us[1] = 0;
    return true;
}

enum contact_step contact_hear(struct contact_tie *tie, const struct contact_rules *rules,
                               const struct contact_event *event)
{
    int64_t at_utc_us =
        event->at_utc_us > tie->last_utc_us ? event->at_utc_us : tie->last_utc_us;
    int side = id_eq(event->from, tie->a) ? 0 : 1;
    bool is_contact = false;
    enum contact_step step;

    if (contact_is_over(tie, rules, at_utc_us))
        begin_anew(tie);
    tie->last_utc_us = at_utc_us;
    switch (event->sign) {
    case CONTACT_WORD:
        is_contact = is_answer(tie, rules, side, at_utc_us);
        break;
    case CONTACT_SHARED:
        is_contact = true;
        break;
    case CONTACT_SPEECH:
        is_contact = have_spoken(tie, rules, side, event->spoken_us);
        break;
    }
    if (!is_contact)
        return CONTACT_NONE;
    step = tie->contact_utc_us == 0 ? CONTACT_BEGUN : CONTACT_GOES_ON;
    tie->contact_utc_us = at_utc_us;
    return step;
}

/* ---- over stored events ---- */

struct placed {
    struct contact_tie tie; /* whose event it is */
    const struct contact_event *event;
};

static int compare(const void *x, const void *y)
{
    const struct placed *p = x, *q = y;
    int by = order(p->tie.a, q->tie.a);

    if (by == 0)
        by = order(p->tie.b, q->tie.b);
    if (by == 0)
        by = (p->event->at_utc_us > q->event->at_utc_us) -
             (p->event->at_utc_us < q->event->at_utc_us);
    /* Of one moment: as they were given. */
    return by != 0 ? by : (p->event > q->event) - (p->event < q->event);
}

enum err contact_all(const struct contact_event *events, size_t n,
                     const struct contact_rules *rules, struct arena *arena,
                     struct contact_found **found_out, size_t *n_out, struct fail *why)
{
    struct placed *all = arena_alloc(arena, (n + 1) * sizeof *all);
    struct contact_found *found = arena_alloc(arena, (n + 1) * sizeof *found);
    struct contact_tie *tie = NULL;
    size_t n_found = 0;

    *found_out = NULL;
    *n_out = 0;
    if (all == NULL || found == NULL)
        return fail_set(why, ERR_NOMEM, "%zu words", n);
    for (size_t i = 0; i < n; i++)
        all[i] = (struct placed){contact_tie_of(events[i].from, events[i].to), &events[i]};
    qsort(all, n, sizeof *all, compare);
    for (size_t i = 0; i < n; i++) {
        if (tie == NULL || !id_eq(tie->a, all[i].tie.a) || !id_eq(tie->b, all[i].tie.b))
            tie = &all[i].tie;
        switch (contact_hear(tie, rules, all[i].event)) {
        case CONTACT_NONE:
            break;
        case CONTACT_BEGUN:
            found[n_found++] = (struct contact_found){tie->a, tie->b, tie->contact_utc_us,
                                                      tie->contact_utc_us, all[i].event->sign};
            break;
        case CONTACT_GOES_ON:
            found[n_found - 1].last_utc_us = tie->contact_utc_us;
            break;
        }
    }
    *found_out = found;
    *n_out = n_found;
    return ERR_OK;
}
