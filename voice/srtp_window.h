/* voice/srtp_window.h - which packet numbers of one stream were had (RFC 3711 section 3.3.2):
 * the newest, and the SRTP_WINDOW up to it. Older ones count as had. Threads: one.  Owns:
 * nothing. */
#ifndef VOICE_SRTP_WINDOW_H
#define VOICE_SRTP_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

enum { SRTP_WINDOW = 128 };

/* All zeros: nothing was had yet. */
struct srtp_window {
    uint64_t newest;
    uint64_t seen[SRTP_WINDOW / 64]; /* bit 0 of seen[0] is the newest */
    bool is_begun;
};

bool srtp_window_is_new(const struct srtp_window *window, uint64_t number);
/* Only a number that is new. */
void srtp_window_take(struct srtp_window *window, uint64_t number);

#endif
