/* Two-way contact: what is one and what is not, and that word by word and over stored words the
 * same comes out, also by the definition taken at its letter. */
#include <stdio.h>
#include <stdlib.h>

#include "node/support/contact.h"
#include "tests/t.h"

#define S INT64_C(1000000)
#define M (60 * S)

static const struct contact_rules rules = {5 * M, 30 * S};

static struct id who(int n)
{
    struct id id = {{0}};

    id.b[0] = (uint8_t)(n * 37 + 1);
    id.b[15] = (uint8_t)n;
    return id;
}

struct said {
    int from, to;
    int64_t at;
    enum contact_sign sign;
    int64_t spoken;
};

static struct contact_event event_of(const struct said *s)
{
    return (struct contact_event){who(s->from), who(s->to), 1000 * M + s->at, s->sign,
                                  s->spoken};
}

/* How many contacts these make, one after another; conversations in *n_begun. */
static int heard(const struct said *said, size_t n, int *n_begun)
{
    struct contact_tie tie = contact_tie_of(who(1), who(2));
    int n_contacts = 0;

    *n_begun = 0;
    for (size_t i = 0; i < n; i++) {
        const struct contact_event event = event_of(&said[i]);
        enum contact_step step = contact_hear(&tie, &rules, &event);

        n_contacts += step != CONTACT_NONE;
        *n_begun += step == CONTACT_BEGUN;
    }
    return n_contacts;
}

T_CASE(an_answer_within_five_minutes_is_a_contact_and_presence_is_none)
{
    static const struct {
        const char *what;
        struct said said[5];
        size_t n;
        int n_contacts, n_begun;
    } rows[] = {
        {"nothing", {{0}}, 0, 0, 0},
        {"one word", {{1, 2, 0, CONTACT_WORD, 0}}, 1, 0, 0},
        {"many words of one",
         {{1, 2, 0, CONTACT_WORD, 0}, {1, 2, S, CONTACT_WORD, 0}},
         2,
         0,
         0},
        {"an answer", {{1, 2, 0, CONTACT_WORD, 0}, {2, 1, S, CONTACT_WORD, 0}}, 2, 1, 1},
        {"at the last moment",
         {{1, 2, 0, CONTACT_WORD, 0}, {2, 1, 5 * M, CONTACT_WORD, 0}},
         2,
         1,
         1},
        {"too late", {{1, 2, 0, CONTACT_WORD, 0}, {2, 1, 5 * M + 1, CONTACT_WORD, 0}}, 2, 0, 0},
        {"an answer to the last word",
         {{1, 2, 0, CONTACT_WORD, 0},
          {1, 2, 4 * M, CONTACT_WORD, 0},
          {2, 1, 8 * M, CONTACT_WORD, 0}},
         3,
         1,
         1},
        {"a monologue after it is none",
         {{1, 2, 0, CONTACT_WORD, 0},
          {2, 1, 1 * M, CONTACT_WORD, 0},
          {2, 1, 5 * M + 1, CONTACT_WORD, 0},
          {2, 1, 9 * M, CONTACT_WORD, 0}},
         4,
         1,
         1},
        {"a later conversation is another",
         {{1, 2, 0, CONTACT_WORD, 0},
          {2, 1, S, CONTACT_WORD, 0},
          {1, 2, 60 * M, CONTACT_WORD, 0},
          {2, 1, 61 * M, CONTACT_WORD, 0}},
         4,
         2,
         2},
        {"a class", {{1, 2, 0, CONTACT_SHARED, 0}}, 1, 1, 1},
        {"one speaks long", {{1, 2, 0, CONTACT_SPEECH, 90 * S}}, 1, 0, 0},
        {"both speak, one too short",
         {{1, 2, 0, CONTACT_SPEECH, 90 * S}, {2, 1, S, CONTACT_SPEECH, 29 * S}},
         2,
         0,
         0},
        {"both speak",
         {{1, 2, 0, CONTACT_SPEECH, 20 * S},
          {2, 1, 20 * S, CONTACT_SPEECH, 31 * S},
          {1, 2, 40 * S, CONTACT_SPEECH, 10 * S},
          {1, 2, 80 * S, CONTACT_SPEECH, 90 * S}},
         4,
         1,
         1},
        {"speech of another conversation does not add up",
         {{1, 2, 0, CONTACT_SPEECH, 40 * S}, {2, 1, 6 * M, CONTACT_SPEECH, 40 * S}},
         2,
         0,
         0},
        {"a clock set back takes nothing away",
         {{1, 2, 0, CONTACT_WORD, 0}, {2, 1, -90 * M, CONTACT_WORD, 0}},
         2,
         1,
         1},
    };

    T_REQ("KP-2-1");
    T_REQ("KP-2-2");
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        int n_begun;

        T_EQ(heard(rows[i].said, rows[i].n, &n_begun), rows[i].n_contacts, rows[i].what);
        T_EQ(n_begun, rows[i].n_begun, rows[i].what);
    }
}

/* ---- the three forms ---- */

#define PEOPLE_N 4
#define EVENTS_N 60
#define ROUNDS_N 400

static uint32_t random_to(uint32_t *state, uint32_t n)
{
    *state = *state * 1664525u + 1013904223u;
    return (*state >> 8) % n;
}

static size_t random_events(uint32_t *state, struct contact_event events[EVENTS_N])
{
    size_t n = random_to(state, EVENTS_N + 1);
    int64_t at = 1000 * M;

    for (size_t i = 0; i < n; i++) {
        int from = (int)random_to(state, PEOPLE_N);
        int to = (from + 1 + (int)random_to(state, PEOPLE_N - 1)) % PEOPLE_N;
        uint32_t sign = random_to(state, 10);

        /* Often at once, sometimes exactly at the edge, sometimes long after. */
        switch (random_to(state, 5)) {
        case 0:
            break;
        case 1:
            at += 5 * M;
            break;
        case 2:
            at += 5 * M + 1;
            break;
        default:
            at += random_to(state, 400) * S;
        }
        events[i] = (struct contact_event){who(from), who(to), at,
                                           sign == 0   ? CONTACT_SHARED
                                           : sign <= 3 ? CONTACT_SPEECH
                                                       : CONTACT_WORD,
                                           random_to(state, 40) * S};
    }
    return n;
}

/* Word by word, as they happen: each two have a tie of their own. */
static size_t live(const struct contact_event *events, size_t n, struct contact_found *found)
{
    struct contact_tie ties[PEOPLE_N * PEOPLE_N];
    long newest[PEOPLE_N * PEOPLE_N];
    size_t n_ties = 0, n_found = 0;

    for (size_t i = 0; i < n; i++) {
        struct contact_tie tie = contact_tie_of(events[i].from, events[i].to);
        size_t at = 0;

        while (at < n_ties && !(id_eq(ties[at].a, tie.a) && id_eq(ties[at].b, tie.b)))
            at++;
        if (at == n_ties)
            ties[n_ties++] = tie;
        switch (contact_hear(&ties[at], &rules, &events[i])) {
        case CONTACT_NONE:
            break;
        case CONTACT_BEGUN:
            newest[at] = (long)n_found;
            found[n_found++] = (struct contact_found){tie.a, tie.b, events[i].at_utc_us,
                                                      events[i].at_utc_us, events[i].sign};
            break;
        case CONTACT_GOES_ON:
            found[newest[at]].last_utc_us = events[i].at_utc_us;
            break;
        }
    }
    return n_found;
}

static bool is_between(const struct contact_event *e, const struct contact_event *f)
{
    return (id_eq(e->from, f->from) && id_eq(e->to, f->to)) ||
           (id_eq(e->from, f->to) && id_eq(e->to, f->from));
}

/* By the letter: where the conversation of event i begins. */
static size_t conversation_of(const struct contact_event *events, size_t i)
{
    size_t first = i;
    int64_t at = events[i].at_utc_us;

    for (size_t k = i; k-- > 0;)
        if (is_between(&events[k], &events[i])) {
            if (at - events[k].at_utc_us > rules.reply_us)
                break;
            at = events[k].at_utc_us;
            first = k;
        }
    return first;
}

static bool is_contact(const struct contact_event *events, size_t i)
{
    size_t first = conversation_of(events, i);
    int64_t spoken[2] = {0, 0};

    if (events[i].sign == CONTACT_SHARED)
        return true;
    for (size_t k = first; events[i].sign == CONTACT_WORD && k < i; k++)
        if (events[k].sign == CONTACT_WORD && id_eq(events[k].from, events[i].to) &&
            id_eq(events[k].to, events[i].from) &&
            events[i].at_utc_us - events[k].at_utc_us <= rules.reply_us)
            return true;
    for (size_t k = first; events[i].sign == CONTACT_SPEECH && k <= i; k++) {
        bool is_full;

        if (events[k].sign != CONTACT_SPEECH || !is_between(&events[k], &events[i]))
            continue;
        spoken[id_eq(events[k].from, events[i].from)] += events[k].spoken_us;
        is_full = spoken[0] >= rules.speech_us && spoken[1] >= rules.speech_us;
        if (is_full && k == i)
            return true;
        if (is_full)
            spoken[0] = spoken[1] = 0;
    }
    return false;
}

static size_t by_letter(const struct contact_event *events, size_t n,
                        struct contact_found *found)
{
    size_t begins[EVENTS_N], n_found = 0;

    for (size_t i = 0; i < n; i++) {
        size_t first = conversation_of(events, i), at = 0;

        if (!is_contact(events, i))
            continue;
        while (at < n_found && begins[at] != first)
            at++;
        if (at == n_found) {
            struct contact_tie tie = contact_tie_of(events[i].from, events[i].to);

            begins[n_found++] = first;
            found[at] =
                (struct contact_found){tie.a, tie.b, events[i].at_utc_us, 0, events[i].sign};
        }
        found[at].last_utc_us = events[i].at_utc_us;
    }
    return n_found;
}

static int compare(const void *x, const void *y)
{
    const struct contact_found *p = x, *q = y;
    int by = memcmp(&p->a, &q->a, sizeof p->a);

    if (by == 0)
        by = memcmp(&p->b, &q->b, sizeof p->b);
    return by != 0 ? by
                   : (p->first_utc_us > q->first_utc_us) - (p->first_utc_us < q->first_utc_us);
}

static bool are_equal(struct contact_found *x, size_t n_x, struct contact_found *y, size_t n_y)
{
    qsort(x, n_x, sizeof *x, compare);
    qsort(y, n_y, sizeof *y, compare);
    for (size_t i = 0; i < n_x && n_x == n_y; i++)
        if (compare(&x[i], &y[i]) != 0 || x[i].last_utc_us != y[i].last_utc_us ||
            x[i].sign != y[i].sign)
            return false;
    return n_x == n_y;
}

static void shuffle_times_apart(uint32_t *state, struct contact_event *events, size_t n)
{
    for (size_t i = n; i > 1; i--) {
        size_t k = random_to(state, (uint32_t)i);
        struct contact_event swap = events[i - 1];

        /* Of one moment the order stays, for it is all that tells them apart. */
        if (events[k].at_utc_us == events[i - 1].at_utc_us)
            continue;
        events[i - 1] = events[k];
        events[k] = swap;
    }
}

static bool has_moments_twice(const struct contact_event *events, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (events[i].at_utc_us == events[i - 1].at_utc_us)
            return true;
    return false;
}

T_CASE(live_stored_and_by_the_letter_contacts_are_the_same)
{
    uint32_t state = 7;
    size_t n_all = 0;
    struct arena *arena = NULL;

    T_REQ("KP-2-1");
    T_EQ(arena_create(65536, &arena, NULL), ERR_OK, "arena");
    for (int round = 0; round < ROUNDS_N && t_case_ok(); round++) {
        struct contact_event events[EVENTS_N];
        struct contact_found as_live[EVENTS_N], as_said[EVENTS_N], *stored = NULL;
        size_t n = random_events(&state, events), n_stored = 0;
        size_t n_live = live(events, n, as_live), n_said = by_letter(events, n, as_said);

        T_EQ(contact_all(events, n, &rules, arena, &stored, &n_stored, NULL), ERR_OK, "stored");
        T_OK(are_equal(as_live, n_live, stored, n_stored), "live and stored");
        T_OK(are_equal(as_live, n_live, as_said, n_said), "live and by the letter");
        if (!has_moments_twice(events, n)) {
            shuffle_times_apart(&state, events, n);
            T_EQ(contact_all(events, n, &rules, arena, &stored, &n_stored, NULL), ERR_OK,
                 "stored, in any order");
            T_OK(are_equal(as_live, n_live, stored, n_stored), "in whatever order they lie");
        }
        n_all += n_live;
        arena_reset(arena);
    }
    T_OK(n_all > 1000, "there was something to find");
    arena_destroy(&arena);
}
