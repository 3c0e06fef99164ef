#include "federation/link_ticket.h"

#include <openssl/crypto.h>

#include "node/db/base64.h"
#include "node/db/digest.h"

#define SECRET_BYTES 32

static void draw(char text_out[LINK_TICKET_CHARS + 1])
{
    uint8_t secret[SECRET_BYTES];
    char padded[BASE64_LEN(SECRET_BYTES)];

    digest_random(secret, sizeof secret);
    base64_into(span_of(secret, sizeof secret), padded);
    /* RFC 4648, section 5, without the padding. */
    for (int i = 0; i < LINK_TICKET_CHARS; i++) {
        text_out[i] = padded[i];
        if (padded[i] == '+')
            text_out[i] = '-';
        else if (padded[i] == '/')
            text_out[i] = '_';
    }
    text_out[LINK_TICKET_CHARS] = '\0';
    digest_wipe(secret, sizeof secret);
    digest_wipe(padded, sizeof padded);
}

void link_ticket_make(struct link_tickets *tickets, struct id peer, bool is_rt,
                      int64_t now_mono_us, char text_out[LINK_TICKET_CHARS + 1])
{
    struct link_ticket *first = &tickets->at[0];

    for (int i = 0; i < LINK_TICKETS_MOST; i++) {
        struct link_ticket *t = &tickets->at[i];

        if (t->text[0] == '\0' || t->until_mono_us <= now_mono_us) {
            first = t;
            break;
        }
        if (t->until_mono_us < first->until_mono_us)
            first = t;
    }
    *first = (struct link_ticket){
        .peer = peer, .is_rt = is_rt, .until_mono_us = now_mono_us + LINK_TICKET_US};
    draw(first->text);
    memcpy(text_out, first->text, sizeof first->text);
}

bool link_ticket_take(struct link_tickets *tickets, struct span text, int64_t now_mono_us,
                      struct id *peer_out, bool *is_rt_out)
{
    for (int i = 0; i < LINK_TICKETS_MOST; i++) {
        struct link_ticket *t = &tickets->at[i];

        if (t->text[0] == '\0' || text.len != LINK_TICKET_CHARS ||
            CRYPTO_memcmp(t->text, text.p, LINK_TICKET_CHARS) != 0)
            continue;
        *peer_out = t->peer;
        *is_rt_out = t->is_rt;
        t->text[0] = '\0';
        return t->until_mono_us > now_mono_us;
    }
    return false;
}

void link_ticket_drop(struct link_tickets *tickets, struct id peer)
{
    for (int i = 0; i < LINK_TICKETS_MOST; i++)
        if (id_eq(tickets->at[i].peer, peer))
            tickets->at[i].text[0] = '\0';
}
