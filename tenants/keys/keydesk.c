#include "tenants/keys/keydesk.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <stdlib.h>

#include "node/base/clock.h"
#include "node/db/lockmem.h"
#include "tenants/keys/sheet.h"

#define N_LETTERS 12

/* Without letters that look alike. */
static const char letters[] = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

struct secret {
    uint8_t half[KEY_HALF_BYTES];
};

struct keydesk {
    pthread_mutex_t lock;
    int64_t minute;
    int n_tries;
    char invitation[N_LETTERS + 1]; /* "": none */
    int64_t invited_us;
    struct id proposal, person; /* ID_NONE: nothing on the table */
    int64_t proposed_us;
    bool given_out;              /* the proposed half is just being put in force */
    struct id held, held_person; /* the last approval that held */
    struct secret *secret;       /* locked memory */
};

enum err keydesk_create(struct keydesk **desk_out, struct fail *why)
{
    struct keydesk *desk = calloc(1, sizeof *desk);
    void *memory = NULL;
    enum err rc;

    *desk_out = NULL;
    if (desk == NULL)
        return fail_set(why, ERR_NOMEM, "keydesk");
    rc = lockmem_create(sizeof *desk->secret, &memory, why);
    if (rc != ERR_OK) {
        free(desk);
        return rc;
    }
    desk->secret = memory;
    pthread_mutex_init(&desk->lock, NULL);
    *desk_out = desk;
    return ERR_OK;
}

void keydesk_destroy(struct keydesk **desk)
{
    void *memory;

    if (*desk == NULL)
        return;
    memory = (*desk)->secret;
    lockmem_destroy(&memory, sizeof *(*desk)->secret);
    pthread_mutex_destroy(&(*desk)->lock);
    free(*desk);
    *desk = NULL;
}

static void clear(struct keydesk *desk)
{
    desk->proposal = desk->person = ID_NONE;
    desk->given_out = false;
    OPENSSL_cleanse(desk->secret, sizeof *desk->secret);
}

/* Under the lock: what lay too long is cleared away. */
static bool lies_there(struct keydesk *desk, int64_t now_us)
{
    if (!id_is_none(desk->proposal) && now_us - desk->proposed_us >= KEYDESK_PROPOSAL_US)
        clear(desk);
    return !id_is_none(desk->proposal);
}

enum err keydesk_try(struct keydesk *desk, int64_t now_us, struct fail *why)
{
    int n;

    pthread_mutex_lock(&desk->lock);
    if (desk->minute != now_us / MINUTE_US) {
        desk->minute = now_us / MINUTE_US;
        desk->n_tries = 0;
    }
    n = ++desk->n_tries;
    (void)lies_there(desk, now_us);
    pthread_mutex_unlock(&desk->lock);
    return n <= KEYDESK_TRIES_PER_MINUTE
               ? ERR_OK
               : fail_set(why, ERR_RATE, "over %d tries a minute", KEYDESK_TRIES_PER_MINUTE);
}

void keydesk_invite(struct keydesk *desk, int64_t now_us, char code_out[KEYDESK_INVITATION_CAP])
{
    uint8_t random[N_LETTERS];
    size_t at = 0;

    invariant(RAND_bytes(random, sizeof random) == 1, "the system gives no random bytes");
    pthread_mutex_lock(&desk->lock);
    (void)lies_there(desk, now_us);
    for (size_t i = 0; i < N_LETTERS; i++)
        desk->invitation[i] = letters[random[i] % (sizeof letters - 1)];
    desk->invitation[N_LETTERS] = '\0';
    desk->invited_us = now_us;
    for (size_t i = 0; i < N_LETTERS; i++) {
        if (i == 4 || i == 8)
            code_out[at++] = '-';
        code_out[at++] = desk->invitation[i];
    }
    code_out[at] = '\0';
    pthread_mutex_unlock(&desk->lock);
}

/* The letters alone, in capitals; false when there are too many. */
static bool plain_code(struct span code, char out[N_LETTERS + 1])
{
    size_t len = 0;

    for (size_t i = 0; i < code.len; i++) {
        uint8_t c = code.p[i];

        if (c == '-' || c == ' ')
            continue;
        if (len == N_LETTERS)
            return false;
        out[len++] = (char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    }
    out[len] = '\0';
    return len == N_LETTERS;
}

enum err keydesk_invited(struct keydesk *desk, struct span code, int64_t now_us,
                         struct fail *why)
{
    char typed[N_LETTERS + 1];
    bool ok = plain_code(code, typed);

    pthread_mutex_lock(&desk->lock);
    (void)lies_there(desk, now_us);
    ok = ok && desk->invitation[0] != '\0' &&
         now_us - desk->invited_us < KEYDESK_INVITATION_US &&
         CRYPTO_memcmp(typed, desk->invitation, N_LETTERS) == 0;
    pthread_mutex_unlock(&desk->lock);
    return ok ? ERR_OK : fail_set(why, ERR_DENIED, "no such invitation");
}

void keydesk_invitation_end(struct keydesk *desk)
{
    pthread_mutex_lock(&desk->lock);
    OPENSSL_cleanse(desk->invitation, sizeof desk->invitation);
    pthread_mutex_unlock(&desk->lock);
}

void keydesk_propose(struct keydesk *desk, struct id person, const uint8_t half[KEY_HALF_BYTES],
                     int64_t now_us, struct id *proposal_out)
{
    pthread_mutex_lock(&desk->lock);
    clear(desk);
    desk->proposal = *proposal_out = id_new();
    desk->person = person;
    desk->proposed_us = now_us;
    memcpy(desk->secret->half, half, KEY_HALF_BYTES);
    pthread_mutex_unlock(&desk->lock);
}

bool keydesk_peek(struct keydesk *desk, int64_t now_us, struct id *proposal_out,
                  struct id *person_out)
{
    bool there;

    pthread_mutex_lock(&desk->lock);
    there = lies_there(desk, now_us);
    *proposal_out = desk->proposal;
    *person_out = desk->person;
    pthread_mutex_unlock(&desk->lock);
    return there;
}

static enum err approve(struct keydesk *desk, struct id proposal, struct id person,
                        struct id node, struct span code, int64_t now_us,
                        uint8_t half_out[KEY_HALF_BYTES], struct fail *why)
{
    enum err rc;

    if (!lies_there(desk, now_us) || !id_eq(desk->proposal, proposal))
        return fail_set(why, ERR_NOT_FOUND, "no such proposal");
    if (id_eq(desk->person, person))
        return fail_set(why, ERR_CONFLICT, "the second person must be another");
    if (desk->given_out)
        return fail_set(why, ERR_BUSY, "the proposal is being put in force");
    rc = sheet_code_check(node, desk->secret->half, code, why);
    if (rc != ERR_OK)
        return rc;
    memcpy(half_out, desk->secret->half, KEY_HALF_BYTES);
    desk->given_out = true;
    return ERR_OK;
}

enum err keydesk_approve(struct keydesk *desk, struct id proposal, struct id person,
                         struct id node, struct span code, int64_t now_us,
                         uint8_t half_out[KEY_HALF_BYTES], struct fail *why)
{
    enum err rc;

    pthread_mutex_lock(&desk->lock);
    rc = approve(desk, proposal, person, node, code, now_us, half_out, why);
    pthread_mutex_unlock(&desk->lock);
    return rc;
}

void keydesk_approve_end(struct keydesk *desk, struct id proposal, struct id person, bool held)
{
    pthread_mutex_lock(&desk->lock);
    if (held) {
        desk->held = proposal;
        desk->held_person = person;
    }
    if (id_eq(desk->proposal, proposal)) {
        desk->given_out = false;
        if (held)
            clear(desk);
    }
    pthread_mutex_unlock(&desk->lock);
}

bool keydesk_has_held(struct keydesk *desk, struct id proposal, struct id person)
{
    bool has;

    pthread_mutex_lock(&desk->lock);
    has = !id_is_none(desk->held) && id_eq(desk->held, proposal) &&
          id_eq(desk->held_person, person);
    pthread_mutex_unlock(&desk->lock);
    return has;
}

void keydesk_clear(struct keydesk *desk)
{
    pthread_mutex_lock(&desk->lock);
    clear(desk);
    pthread_mutex_unlock(&desk->lock);
}
