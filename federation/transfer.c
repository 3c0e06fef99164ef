#include "federation/transfer.h"

#include "federation/outbox.h"
#include "federation/transfer_priv.h"
#include "node/db/jobs.h"

static struct seal_place place_of(struct id transfer)
{
    return (struct seal_place){TRANSFER_PARCEL_TABLE, "body_sealed", transfer};
}

enum err transfer_seal_parcel(struct keyring *keyring, struct id transfer, struct id person,
                              struct span text, struct arena *arena, struct span *sealed_out,
                              struct fail *why)
{
    const struct seal_place place = place_of(transfer);
    struct id key;
    enum err rc = keyring_find_key(keyring, KEY_PERSON, person, NULL, &key, why);

    return rc == ERR_OK ? seal(keyring, key, &place, text, arena, sealed_out, why) : rc;
}

enum err transfer_open_parcel(struct keyring *keyring, struct id transfer, struct span sealed,
                              struct arena *arena, struct span *text_out, struct fail *why)
{
    const struct seal_place place = place_of(transfer);

    return unseal(keyring, &place, sealed, arena, text_out, why);
}

enum err transfer_owe(struct tx *tx, struct federation *federation,
                      const struct transfer_row *row, const struct fed_kind *kind,
                      const void *body, int64_t now_utc_us, struct fail *why)
{
    struct span bytes;
    enum err rc = jx_write(kind->input, body, tx_arena(tx), &bytes, why);

    /* The offer's own id is the transfer's: its end is told by it (offer_settled). */
    return rc == ERR_OK ? outbox_put(tx, federation, row->peer, kind,
                                     kind == transfer_kind_offer ? row->id : id_new(), bytes,
                                     now_utc_us, why)
                        : rc;
}

enum err transfer_move(struct tx *tx, struct transfer_row *row, enum transfer_event event,
                       int64_t now_utc_us, struct fail *why)
{
    enum err rc;

    if (!transfer_follows(row->is_out, row->state, event, &row->state))
        return fail_field(why, ERR_CONFLICT, "state", "not in this state");
    row->changed_utc_us = now_utc_us;
    row->ended_utc_us = transfer_is_over(row->state) ? now_utc_us : 0;
    rc = transfer_store_change(tx, row, why);
    if (rc == ERR_OK && row->is_out && row->ended_utc_us != 0)
        rc = transfer_parcel_drop(tx, row->id, why);
    return rc;
}

enum err transfer_job_post(struct tx *tx, struct fail *why)
{
    const struct job_post post = {.kind = transfer_jobs[0].name, .payload = SPAN("{}")};

    return jobs_tx_post(tx, &post, why);
}
