/* One mail while memory fails: all of its bytes or none. */
#include "node/io/net_mail.h"

#include "tests/torture/torture.h"

TORTURE(net_mail_is_whole_or_not_there)
{
    struct net_mail mail = {.from_name = SPAN("居場所"),
                            .subject = SPAN("新しいお知らせがあります"),
                            .body = SPAN("一覧を開いてください。\n")};
    struct arena *arena = NULL;
    struct span bytes = SPAN("before");
    enum err rc = net_address_read(SPAN("duty@example.jp"), &mail.to, NULL);

    mail.from = mail.to;
    must(rc == ERR_OK);
    rc = arena_create(64, &arena, NULL);
    if (rc == ERR_OK) {
        rc = net_mail_write(&mail, arena, &bytes, NULL);
        must(rc == ERR_OK ? bytes.len > 300 : bytes.len == 0);
    }
    arena_destroy(&arena);
    return rc;
}
