#include "node/db/db_priv.h"

/* Stands in at[].p for "the value lies in inline_bytes", so that args may be copied. */
static const uint8_t is_inline;

/* PostgreSQL counts microseconds from 2000-01-01. */
#define PG_EPOCH_US 946684800000000

void db_args_init(struct db_args *args)
{
    args->n = 0;
}

static void put(struct db_args *args, const void *p, size_t len)
{
    invariant(args->n < DB_ARGS_CAP, "more than %d parameters", DB_ARGS_CAP);
    invariant(len <= INT32_MAX, "parameter of %zu bytes", len);
    args->at[args->n].p = p;
    args->at[args->n].len = (int)len;
    args->n++;
}

void db_arg_text(struct db_args *args, struct span text)
{
    db_arg_bytes(args, text);
}

void db_arg_bytes(struct db_args *args, struct span bytes)
{
    /* An empty span may carry no pointer, and NULL would mean SQL NULL. */
    put(args, bytes.p == NULL ? (const uint8_t *)"" : bytes.p, bytes.len);
}

static void put_big_endian(struct db_args *args, uint64_t v, size_t width)
{
    put(args, &is_inline, width);
    for (size_t i = 0; i < width; i++)
        args->at[args->n - 1].inline_bytes[i] = (uint8_t)(v >> (8 * (width - 1 - i)));
}

void db_arg_i64(struct db_args *args, int64_t v)
{
    put_big_endian(args, (uint64_t)v, 8);
}

void db_arg_i32(struct db_args *args, int32_t v)
{
    put_big_endian(args, (uint32_t)v, 4);
}

void db_arg_bool(struct db_args *args, bool v)
{
    put_big_endian(args, v ? 1 : 0, 1);
}

void db_arg_id(struct db_args *args, struct id id)
{
    if (id_is_none(id)) {
        db_arg_null(args);
        return;
    }
    put(args, &is_inline, sizeof id.b);
    memcpy(args->at[args->n - 1].inline_bytes, id.b, sizeof id.b);
}

void db_arg_time(struct db_args *args, int64_t utc_us)
{
    db_arg_i64(args, utc_us - PG_EPOCH_US);
}

void db_arg_null(struct db_args *args)
{
    put(args, NULL, 0);
}

const char *db_args_value(const struct db_args *args, int i)
{
    if (args->at[i].p == &is_inline)
        return (const char *)args->at[i].inline_bytes;
    return args->at[i].p;
}
