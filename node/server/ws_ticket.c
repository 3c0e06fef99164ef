#include "node/server/ws_ticket.h"

#include <openssl/crypto.h>
#include <pthread.h>
#include <stdlib.h>

#include "node/db/digest.h"

/* All live equally long, so a ring in the order of their making is also one of their ends. The
 * chains find one by its secret's first bytes, which are as random as any hash. */
struct slot {
    struct ws_ticket ticket;
    int64_t until_mono_us;
    uint32_t next; /* in its chain: index + 1, 0 at the end */
    bool is_live;
};

struct ws_tickets {
    pthread_mutex_t lock;
    struct slot *slots;
    uint32_t *chains; /* [cap]: index + 1 */
    uint32_t cap, oldest, n;
};

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static void write_text(const uint8_t secret[WS_TICKET_BYTES], char out[WS_TICKET_CHARS + 1])
{
    uint32_t bits = 0;
    int n_bits = 0, at = 0;

    for (int i = 0; i < WS_TICKET_BYTES; i++) {
        bits = (bits << 8 | secret[i]) & 0xffff;
        for (n_bits += 8; n_bits >= 6; n_bits -= 6)
            out[at++] = alphabet[bits >> (n_bits - 6) & 63];
    }
    out[at++] = alphabet[bits << (6 - n_bits) & 63];
    out[at] = '\0';
}

/* False when it is no text of ours; the last character has but one spelling. */
static bool read_text(struct span text, uint8_t secret[WS_TICKET_BYTES])
{
    uint32_t bits = 0;
    int n_bits = 0, at = 0;

    if (text.len != WS_TICKET_CHARS)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        const char *place = text.p[i] == 0 ? NULL : strchr(alphabet, text.p[i]);

        if (place == NULL)
            return false;
        bits = (bits << 6 | (uint32_t)(place - alphabet)) & 0xffff;
        n_bits += 6;
        if (n_bits < 8)
            continue;
        n_bits -= 8;
        secret[at++] = (uint8_t)(bits >> n_bits);
    }
    return (bits & ((1u << n_bits) - 1)) == 0;
}

void ws_ticket_fini(struct ws_ticket *ticket)
{
    if (ticket->pass_free != NULL)
        ticket->pass_free(ticket->pass);
    ticket->pass = NULL;
    ticket->pass_free = NULL;
}

void ws_ticket_make(const struct caller *caller, struct ws_ticket *ticket_out,
                    char text_out[WS_TICKET_CHARS + 1])
{
    *ticket_out = (struct ws_ticket){.caller = *caller};
    digest_random(ticket_out->secret, sizeof ticket_out->secret);
    write_text(ticket_out->secret, text_out);
}

enum err ws_tickets_create(uint32_t cap, struct ws_tickets **tickets_out, struct fail *why)
{
    struct ws_tickets *tickets = calloc(1, sizeof *tickets);

    *tickets_out = NULL;
    invariant(cap > 0, "no room for any ticket");
    if (tickets == NULL)
        return fail_set(why, ERR_NOMEM, "tickets");
    pthread_mutex_init(&tickets->lock, NULL);
    tickets->cap = cap;
    tickets->slots = calloc(cap, sizeof *tickets->slots);
    tickets->chains = calloc(cap, sizeof *tickets->chains);
    if (tickets->slots == NULL || tickets->chains == NULL) {
        ws_tickets_destroy(&tickets);
        return fail_set(why, ERR_NOMEM, "%u tickets", cap);
    }
    *tickets_out = tickets;
    return ERR_OK;
}

static uint32_t *chain_of(struct ws_tickets *tickets, const uint8_t secret[WS_TICKET_BYTES])
{
    uint32_t key;

    memcpy(&key, secret, sizeof key);
    return &tickets->chains[key % tickets->cap];
}

static void drop_oldest(struct ws_tickets *tickets)
{
    struct slot *slot = &tickets->slots[tickets->oldest];
    uint32_t *link = chain_of(tickets, slot->ticket.secret);

    while (*link != tickets->oldest + 1)
        link = &tickets->slots[*link - 1].next;
    *link = slot->next;
    if (slot->is_live)
        ws_ticket_fini(&slot->ticket);
    memset(slot, 0, sizeof *slot);
    tickets->oldest = (tickets->oldest + 1) % tickets->cap;
    tickets->n--;
}

static void drop_over(struct ws_tickets *tickets, int64_t now_mono_us)
{
    while (tickets->n > 0 && tickets->slots[tickets->oldest].until_mono_us <= now_mono_us)
        drop_oldest(tickets);
}

void ws_tickets_destroy(struct ws_tickets **tickets)
{
    if (*tickets == NULL)
        return;
    while ((*tickets)->n > 0)
        drop_oldest(*tickets);
    pthread_mutex_destroy(&(*tickets)->lock);
    free((*tickets)->slots);
    free((*tickets)->chains);
    free(*tickets);
    *tickets = NULL;
}

void ws_tickets_put(struct ws_tickets *tickets, const struct ws_ticket *ticket,
                    int64_t now_mono_us)
{
    uint32_t *chain = chain_of(tickets, ticket->secret), at;

    pthread_mutex_lock(&tickets->lock);
    drop_over(tickets, now_mono_us);
    if (tickets->n == tickets->cap)
        drop_oldest(tickets);
    at = (tickets->oldest + tickets->n++) % tickets->cap;
    tickets->slots[at] = (struct slot){*ticket, now_mono_us + WS_TICKET_LIFE_US, *chain, true};
    *chain = at + 1;
    pthread_mutex_unlock(&tickets->lock);
}

/* It leaves the ring in its turn. */
static bool take_slot(struct slot *slot, const uint8_t secret[WS_TICKET_BYTES],
                      struct ws_ticket *ticket_out)
{
    if (!slot->is_live || CRYPTO_memcmp(slot->ticket.secret, secret, WS_TICKET_BYTES) != 0)
        return false;
    slot->is_live = false;
    *ticket_out = slot->ticket;
    return true;
}

enum err ws_tickets_take(struct ws_tickets *tickets, struct span text, int64_t now_mono_us,
                         struct ws_ticket *ticket_out, struct fail *why)
{
    uint8_t secret[WS_TICKET_BYTES];
    bool is_found = false;

    memset(ticket_out, 0, sizeof *ticket_out);
    if (!read_text(text, secret))
        return fail_set(why, ERR_DENIED, "ticket of another form");
    pthread_mutex_lock(&tickets->lock);
    drop_over(tickets, now_mono_us);
    for (uint32_t at = *chain_of(tickets, secret); at != 0 && !is_found;
         at = tickets->slots[at - 1].next)
        is_found = take_slot(&tickets->slots[at - 1], secret, ticket_out);
    pthread_mutex_unlock(&tickets->lock);
    return is_found ? ERR_OK : fail_set(why, ERR_DENIED, "ticket unknown, used or over");
}

void ws_tickets_sweep(struct ws_tickets *tickets, int64_t now_mono_us)
{
    pthread_mutex_lock(&tickets->lock);
    drop_over(tickets, now_mono_us);
    pthread_mutex_unlock(&tickets->lock);
}

static void drop(struct ws_tickets *tickets, struct id account, struct id session,
                 struct id keep)
{
    pthread_mutex_lock(&tickets->lock);
    for (uint32_t i = 0; i < tickets->n; i++) {
        struct slot *slot = &tickets->slots[(tickets->oldest + i) % tickets->cap];
        const struct caller *caller = &slot->ticket.caller;

        if (!slot->is_live || (id_is_none(account) ? !id_eq(caller->session, session)
                                                   : !id_eq(caller->account, account) ||
                                                         id_eq(caller->session, keep)))
            continue;
        slot->is_live = false;
        ws_ticket_fini(&slot->ticket);
    }
    pthread_mutex_unlock(&tickets->lock);
}

void ws_tickets_drop_session(struct ws_tickets *tickets, struct id session)
{
    drop(tickets, ID_NONE, session, ID_NONE);
}

void ws_tickets_drop_account(struct ws_tickets *tickets, struct id account, struct id keep)
{
    drop(tickets, account, ID_NONE, keep);
}
