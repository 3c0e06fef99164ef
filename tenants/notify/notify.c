/* What features call: putting, ending, asking. */
#include "tenants/notify/notify.h"

#include "tenants/notify/notify_store.h"
#include "tenants/notify/notify_work.h"

static bool is_link(const char *link)
{
    return strlen(link) <= NOTIFY_LINK_MOST &&
           strspn(link, "abcdefghijklmnopqrstuvwxyz0123456789_/-") == strlen(link);
}

/* "ID,ID"; "" for anybody. */
static enum err join_accounts(const struct notify_post *post, struct arena *arena,
                              struct span *text_out, struct fail *why)
{
    char *text;

    *text_out = SPAN("");
    if (post->accounts == NULL)
        return ERR_OK;
    if (post->n_accounts > NOTIFY_ACCOUNTS_MOST)
        return fail_set(why, ERR_TOO_LARGE, "%zu accounts", post->n_accounts);
    text = arena_alloc(arena, post->n_accounts * ID_TEXT_CAP + 1);
    if (text == NULL)
        return fail_set(why, ERR_NOMEM, "%zu accounts", post->n_accounts);
    for (size_t i = 0; i < post->n_accounts; i++) {
        id_text(post->accounts[i], text + i * ID_TEXT_CAP);
        text[i * ID_TEXT_CAP + ID_TEXT_CAP - 1] = ',';
    }
    *text_out = span_of(text, post->n_accounts == 0 ? 0 : post->n_accounts * ID_TEXT_CAP - 1);
    return ERR_OK;
}

enum err notify_put(struct tx *tx, struct notify_post *post, struct fail *why)
{
    const struct notify_words *words = notify_words(post->kind);
    const int64_t due = post->at_utc_us > post->now_utc_us ? post->at_utc_us : post->now_utc_us;
    const struct notice_new notice = {
        .kind = post->kind,
        .cause = post->cause,
        .link = span_text(post->link),
        .made_utc_us = post->now_utc_us,
        .due_utc_us = due,
        .give_up_utc_us = due + notify_give_up_us(),
        .attachment = post->attachment,
    };
    struct receiver_target *targets = NULL;
    struct span accounts;
    size_t n = 0;
    enum err rc;

    post->n_made = 0;
    if (!id_is_none(post->attachment) && (post->accounts == NULL || post->n_accounts != 1))
        return fail_set(why, ERR_INVALID, "a file for more than one");
    if (!is_link(post->link) || id_is_none(post->cause) || !words->may_be_chosen)
        return fail_set(why, ERR_INVALID, "a notice's link, cause or kind");
    if (post->accounts != NULL && post->n_accounts == 0)
        return ERR_OK;
    rc = join_accounts(post, tx_arena(tx), &accounts, why);
    if (rc == ERR_OK)
        rc = receiver_store_targets(tx, span_text(words->id), accounts, &targets, &n, why);
    for (size_t i = 0; rc == ERR_OK && i < n; i++)
        rc = notify_store_add(tx, &notice, &targets[i], why);
    if (rc == ERR_OK)
        post->n_made = (int)n;
    return rc;
}

enum err notify_cancel(struct tx *tx, struct id cause, struct id account, struct id by,
                       int64_t now_utc_us, struct fail *why)
{
    return notify_store_cancel(tx, cause, account, by, now_utc_us, why);
}

enum err notify_mark_opened(struct tx *tx, struct id cause, struct id account,
                            int64_t now_utc_us, struct fail *why)
{
    return notify_store_mark(tx, cause, account, now_utc_us, why);
}

enum err notify_receipts(struct db *db, struct id cause, struct arena *arena,
                         struct notify_receipt **out, size_t *n_out, struct fail *why)
{
    return notify_store_receipts(db, cause, arena, out, n_out, why);
}

enum err notify_is_opened(struct tx *tx, struct id cause, struct id account, bool *is_out,
                          struct fail *why)
{
    return notify_store_is_opened(tx, cause, account, is_out, why);
}
