#include "node/place/chat.h"

#include <stdlib.h>

#include "node/base/clock.h"
#include "node/place/chat_priv.h"
#include "tenants/hours/calendar.h"

#define WINDOWS_MOST 4 /* of one person */
#define KEPT_US      (15 * MINUTE_US)
#define AHEAD_US     (10 * MINUTE_US)

/* ---- who writes ---- */

/* The last byte of an account's id is random. */
static struct chat_person **list_of(struct chat *chat, struct id account)
{
    return &chat->persons[account.b[sizeof account.b - 1] % CHAT_PERSON_LISTS];
}

struct chat_person *chat_person_of(struct chat *chat, struct id account, struct place_now now)
{
    struct chat_person **list = list_of(chat, account), *person = *list;

    while (person != NULL && !id_eq(person->account, account))
        person = person->next;
    if (person == NULL) {
        person = calloc(1, sizeof *person);
        if (person == NULL)
            return NULL;
        person->account = account;
        person->next = *list;
        *list = person;
    }
    person->touched_mono_us = now.mono_us;
    return person;
}

static void free_windows(struct chat_person *person)
{
    while (person->windows != NULL) {
        struct chat_window *window = person->windows;

        person->windows = window->next;
        free(window);
    }
}

/* The one used last stands first; the one used longest ago gives way. */
struct words_window *chat_window_of(struct chat_person *person, uint64_t key)
{
    struct chat_window **at = &person->windows, *window;
    int n = 0;

    while (*at != NULL && (*at)->key != key && ++n < WINDOWS_MOST)
        at = &(*at)->next;
    window = *at;
    if (window != NULL) {
        *at = window->next;
        if (window->key != key)
            window->window = (struct words_window){.n = 0};
    } else {
        window = calloc(1, sizeof *window);
        if (window == NULL)
            return NULL;
    }
    window->key = key;
    window->next = person->windows;
    person->windows = window;
    return &window->window;
}

static void list_sweep(struct chat_person **at, int64_t before_mono_us)
{
    while (*at != NULL) {
        struct chat_person *person = *at;

        if (person->touched_mono_us >= before_mono_us) {
            at = &person->next;
            continue;
        }
        *at = person->next;
        free_windows(person);
        free(person);
    }
}

static void persons_sweep(struct chat *chat, int64_t before_mono_us)
{
    for (size_t i = 0; i < CHAT_PERSON_LISTS; i++)
        list_sweep(&chat->persons[i], before_mono_us);
}

/* Two lines of one moment, or of a clock that stepped back, keep their order: by it they are
 * said again, the newest alone where there are many. After a step of more than ten minutes the
 * clock is believed again. */
int64_t chat_at(struct chat *chat, struct place_now now)
{
    int64_t at = now.utc_us;

    if (at <= chat->last_at_utc_us && chat->last_at_utc_us - at < AHEAD_US)
        at = chat->last_at_utc_us + 1;
    chat->last_at_utc_us = at;
    return at;
}

/* ---- time ---- */

void chat_sweep(struct place *place, struct place_now now)
{
    struct chat *chat = place->chat;

    if (chat == NULL)
        return;
    chat_past_sweep(chat, now);
    chat_lines_sweep(chat, now);
    if (now.mono_us - chat->second_mono_us < SECOND_US)
        return;
    chat->second_mono_us = now.mono_us;
    talks_sweep(chat, now);
    persons_sweep(chat, now.mono_us - KEPT_US);
    if (chat->day != calendar_day_at(now.utc_us)) {
        chat->day = calendar_day_at(now.utc_us);
        chat_forget(chat, calendar_utc(chat->day, 0));
        chat->gen++; /* yesterday's are yesterday's on their screens, too */
    }
    /* Somebody's key went: his lines do, too, and what may still be opened is read again. */
    if (chat->epoch != keyring_epoch(place->conf.services->keyring)) {
        chat->epoch = keyring_epoch(place->conf.services->keyring);
        chat_forget_rows(chat);
        chat_past_again(chat);
    }
}

/* ---- opening, closing ---- */

enum err chat_open(struct place *place, struct db *db, struct fail *why)
{
    struct chat *chat = calloc(1, sizeof *chat);
    enum err rc;

    if (chat == NULL)
        return fail_set(why, ERR_NOMEM, "chat");
    chat->place = place;
    chat->day = calendar_day_at(clock_utc_us());
    chat->epoch = keyring_epoch(place->conf.services->keyring);
    place->chat = chat;
    /* Who writes before today's lines are read must not come before them. */
    rc = chat_store_last(db, &chat->last_at_utc_us, why);
    if (rc == ERR_OK)
        rc = chat_past_open(chat, why);
    if (rc != ERR_OK)
        chat_close(place);
    return rc;
}

void chat_close(struct place *place)
{
    struct chat *chat = place->chat;

    if (chat == NULL)
        return;
    place->chat = NULL;
    chat_past_close(chat);
    chat_forget(chat, INT64_MAX);
    talks_free(chat);
    persons_sweep(chat, INT64_MAX);
    free(chat);
}
