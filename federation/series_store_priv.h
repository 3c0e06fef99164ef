/* federation/series_store_priv.h - what the stores of series share. Nothing else includes it.
 */
#ifndef FEDERATION_SERIES_STORE_PRIV_H
#define FEDERATION_SERIES_STORE_PRIV_H

#include "federation/series_store.h"
#include "node/db/store.h"

#define GROUND_JA "委託契約（自治体をこえた授業の実施）、個人情報の保護に関する法律第61条"
#define ENDED_JA \
    { \
        "ended_at", "保存期間を数え始める日時（連続講座の終わり）", false \
    }

static inline void arg_time_if(struct db_args *args, int64_t utc_us)
{
    if (utc_us != 0)
        db_arg_time(args, utc_us);
    else
        db_arg_null(args);
}

static inline int64_t time_if(const struct db_rows *rows, int row, int column)
{
    return db_is_null(rows, row, column) ? 0 : db_time(rows, row, column);
}

/* A uuid that may be missing. */
static inline struct id id_if(const struct db_rows *rows, int row, int column)
{
    return db_is_null(rows, row, column) ? ID_NONE : db_id(rows, row, column);
}

#endif
