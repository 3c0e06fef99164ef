/* tenants/people/slip.h - what is handed to people on paper (AI-4.3-オ): ID slips and, on
 * sheets of their own, first passwords. A slip has the town, the name with its reading, the
 * login ID and a QR code of the address and the ID, never a password. A password card has the
 * name outside and the password where two folds hide it, never the ID. Sentences are in plain
 * Japanese with readings [やさしい日本語, 振り仮名]. Threads: reentrant; it takes some
 * milliseconds a card. Owns: nothing. */
#ifndef TENANTS_PEOPLE_SLIP_H
#define TENANTS_PEOPLE_SLIP_H

#include "node/base/arena.h"

enum slip_kind { SLIP_IDS, SLIP_PASSWORDS };

#define SLIPS_A_PAGE 8

struct slip {
    struct span name, kana; /* family and given, U+3000 between; kana may be empty */
    struct span login;      /* SLIP_IDS */
    struct span password;   /* SLIP_PASSWORDS */
    int64_t until_utc_us;   /* the password's end; 0: none */
};

struct slip_sheet {
    enum slip_kind kind;
    const char *town_ja, *url; /* node.title_ja, front.public_url */
    const struct slip *slips;
    size_t n;
    int64_t now_utc_us;
};

/* The PDF, in the arena. ERR_INVALID: some name holds a character that no font draws;
 * ERR_TOO_LARGE: one that is too long for its card; *bad_out (may be NULL) says which slip. The
 * fail's text quotes nobody. */
NODISCARD enum err slip_write(const struct slip_sheet *sheet, struct arena *arena,
                              struct span *pdf_out, size_t *bad_out, struct fail *why);

#endif
