/* Numbers for people in an export that is handed to guests: counted in the order in which they
 * appear, each (person, session) anew, so that nobody is followed from one session to another
 * (SE-4.1-イ-3). */
#include <stdlib.h>

#include "reporting/log_source.h"

#define SLOTS 65536u
#define MOST  40000u

struct log_aliases {
    struct {
        struct id account, session;
        unsigned n; /* 0: free */
    } slot[SLOTS];
    unsigned n;
};

enum err log_aliases_create(struct log_aliases **aliases_out, struct fail *why)
{
    *aliases_out = calloc(1, sizeof **aliases_out);
    return *aliases_out != NULL ? ERR_OK : fail_set(why, ERR_NOMEM, "names for guests");
}

void log_aliases_destroy(struct log_aliases **aliases)
{
    free(*aliases);
    *aliases = NULL;
}

/* Ids are UUIDv7: the last bytes are random. */
static unsigned slot_of(struct id account, struct id session)
{
    unsigned a = (unsigned)account.b[14] << 8 | account.b[15];
    unsigned s = (unsigned)session.b[13] << 8 | session.b[15];

    return (a ^ s) % SLOTS;
}

unsigned log_alias(struct log_aliases *aliases, struct id account, struct id session)
{
    unsigned at = slot_of(account, session);

    for (; aliases->slot[at].n != 0; at = (at + 1) % SLOTS)
        if (id_eq(aliases->slot[at].account, account) &&
            id_eq(aliases->slot[at].session, session))
            return aliases->slot[at].n;
    if (aliases->n == MOST)
        return 0;
    aliases->slot[at].account = account;
    aliases->slot[at].session = session;
    aliases->slot[at].n = ++aliases->n;
    return aliases->n;
}
