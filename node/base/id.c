#include "node/base/id.h"

#include <pthread.h>
#include <sys/random.h>

#include "node/base/clock.h"
#include "node/base/hex.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t last_ms;
static uint16_t last_seq; /* 12 bits: rand_a of RFC 9562, used as a counter (section 6.2) */

struct id id_new(void)
{
    struct id id;
    uint64_t ms = (uint64_t)(clock_utc_us() / 1000);
    uint16_t seq;

    /* From the kernel itself: up to 256 bytes come whole, and no library can run out of memory
     * on the way. */
    invariant(getrandom(id.b, sizeof id.b, 0) == sizeof id.b, "no random bytes");
    pthread_mutex_lock(&lock);
    if (ms > last_ms) {
        last_ms = ms;
        last_seq = (uint16_t)((id.b[6] << 8 | id.b[7]) & 0x7ff); /* room to count up */
    } else if (++last_seq > 0xfff) {
        last_ms++;
        last_seq = 0;
    }
    ms = last_ms;
    seq = last_seq;
    pthread_mutex_unlock(&lock);
    for (int i = 0; i < 6; i++)
        id.b[i] = (uint8_t)(ms >> (40 - 8 * i));
    id.b[6] = (uint8_t)(0x70 | seq >> 8);
    id.b[7] = (uint8_t)seq;
    id.b[8] = (uint8_t)(0x80 | (id.b[8] & 0x3f));
    return id;
}

void id_text(struct id id, char text_out[ID_TEXT_CAP])
{
    static const uint8_t until[] = {4, 6, 8, 10, 16};
    char *p = text_out;
    size_t at = 0;

    for (size_t i = 0; i < sizeof until; at = until[i++]) {
        p = hex_write(id.b + at, until[i] - at, p);
        *p++ = '-';
    }
    p[-1] = '\0';
}

enum err id_parse(struct span text, struct id *id_out, struct fail *why)
{
    struct id id;
    size_t at = 0;

    *id_out = ID_NONE;
    if (text.len != ID_TEXT_CAP - 1)
        return fail_set(why, ERR_INVALID, "an id has 36 characters, not %zu", text.len);
    for (size_t i = 0; i < sizeof id.b; i++) {
        int high, low;

        if ((i == 4 || i == 6 || i == 8 || i == 10) && text.p[at++] != '-')
            return fail_set(why, ERR_INVALID, "an id has hyphens after 8, 13, 18 and 23");
        high = hex_digit(text.p[at]);
        low = hex_digit(text.p[at + 1]);
        if (high < 0 || low < 0)
            return fail_set(why, ERR_INVALID, "an id is made of hexadecimal digits");
        id.b[i] = (uint8_t)(high << 4 | low);
        at += 2;
    }
    *id_out = id;
    return ERR_OK;
}
