#include "federation/tell_board.h"

#include "federation/escrow_priv.h"
#include "tenants/notify/notify.h"

enum err tell_board(struct tx *tx, struct id cause, const char *link, int64_t now_utc_us,
                    struct fail *why)
{
    struct id accounts[ESCROW_BOARD_MOST];
    struct notify_post post = {.kind = NOTIFY_INCIDENT,
                               .cause = cause,
                               .accounts = accounts,
                               .link = link,
                               .now_utc_us = now_utc_us};
    enum err rc = escrow_board(tx, accounts, &post.n_accounts, why);

    return rc == ERR_OK ? notify_put(tx, &post, why) : rc;
}
