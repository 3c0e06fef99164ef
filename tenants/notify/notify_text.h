/* tenants/notify/notify_text.h - the link of a notice and what goes out around it.
 *
 * The link is ORIGIN/#/n/TOKEN, TOKEN the notice's id and a MAC over it under a key of the
 * node's keyring: nobody makes one up, nothing of it is stored, and every attempt has the
 * same. It is no way in: the account it was made for opens it, signed in, and nobody else.
 * Threads: any. */
#ifndef TENANTS_NOTIFY_NOTIFY_TEXT_H
#define TENANTS_NOTIFY_NOTIFY_TEXT_H

#include "node/db/keyring.h"
#include "node/io/net.h"
#include "tenants/notify/notify_store.h"

#define NOTIFY_TOKEN_BYTES 32 /* id and MAC, 16 each */
#define NOTIFY_LINK_DAYS   30 /* an older one opens nothing */

NODISCARD enum err notify_token_make(struct keyring *keyring, struct id notice,
                                     uint8_t token_out[NOTIFY_TOKEN_BYTES], struct fail *why);
/* ERR_NOT_FOUND: not one of ours. */
NODISCARD enum err notify_token_read(struct keyring *keyring, struct span token,
                                     struct id *notice_out, struct fail *why);
/* What goes out; origin: "https://city.example.jp", in the arena. */
NODISCARD enum err notify_mail_fill(const struct notice_due *notice, const char *origin,
                                    struct keyring *keyring, const struct net *net,
                                    struct span address, struct arena *arena,
                                    struct net_mail *mail_out, struct fail *why);
NODISCARD enum err notify_hook_fill(const struct notice_due *notice, const char *origin,
                                    struct keyring *keyring, struct span address,
                                    struct span secret, struct arena *arena,
                                    struct net_hook *hook_out, struct fail *why);

#endif
