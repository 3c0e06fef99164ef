#include "node/db/db.h"

#include <libpq-fe.h>
#include <stdlib.h>

/* A struct db_rows is a PGresult under a name of ours: nothing to allocate, nothing to lose. */
static const PGresult *result(const struct db_rows *rows, int row, int column)
{
    const PGresult *res = (const PGresult *)(const void *)rows;

    invariant(res != NULL && row >= 0 && row < PQntuples(res) && column >= 0 &&
                  column < PQnfields(res),
              "row %d column %d of %d x %d", row, column, PQntuples(res), PQnfields(res));
    return res;
}

int db_rows_n(const struct db_rows *rows)
{
    return PQntuples((const PGresult *)(const void *)rows);
}

int db_rows_affected(const struct db_rows *rows)
{
    union {
        const struct db_rows *rows; /* cppcheck-suppress unusedStructMember */
        PGresult *res;              /* PQcmdTuples only reads, but its prototype hides it */
    } same = {.rows = rows};

    return rows == NULL ? 0 : (int)strtol(PQcmdTuples(same.res), NULL, 10);
}

void db_rows_free(struct db_rows **rows)
{
    PQclear((PGresult *)(void *)*rows);
    *rows = NULL;
}

bool db_is_null(const struct db_rows *rows, int row, int column)
{
    return PQgetisnull(result(rows, row, column), row, column) == 1;
}

struct span db_bytes(const struct db_rows *rows, int row, int column)
{
    const PGresult *res = (const PGresult *)(const void *)rows;
    int len = PQgetlength(res, row, column);

    if (len > 0) /* then it is there, and libpq has looked at row and column */
        return span_of(PQgetvalue(res, row, column), (size_t)len);
    res = result(rows, row, column);
    if (PQgetisnull(res, row, column))
        return SPAN_NONE;
    return span_of(PQgetvalue(res, row, column), (size_t)PQgetlength(res, row, column));
}

int64_t db_i64(const struct db_rows *rows, int row, int column)
{
    struct span s = db_bytes(rows, row, column);
    uint64_t v = 0;

    if (s.len == 0)
        return 0;
    invariant(s.len == 2 || s.len == 4 || s.len == 8, "integer of %zu bytes", s.len);
    for (size_t i = 0; i < s.len; i++)
        v = v << 8 | s.p[i];
    if (s.len == 2)
        return (int16_t)v;
    return s.len == 4 ? (int64_t)(int32_t)v : (int64_t)v;
}

bool db_bool(const struct db_rows *rows, int row, int column)
{
    struct span s = db_bytes(rows, row, column);

    if (s.len == 0)
        return false;
    invariant(s.len == 1, "boolean of %zu bytes", s.len);
    return s.p[0] != 0;
}

struct id db_id(const struct db_rows *rows, int row, int column)
{
    struct span s = db_bytes(rows, row, column);
    struct id id = ID_NONE;

    if (s.len == 0)
        return id;
    invariant(s.len == sizeof id.b, "uuid of %zu bytes", s.len);
    memcpy(id.b, s.p, sizeof id.b);
    return id;
}

int64_t db_time(const struct db_rows *rows, int row, int column)
{
    int64_t pg_us = db_i64(rows, row, column);

    if (db_is_null(rows, row, column))
        return 0;
    /* 'infinity' and '-infinity' stay the ends of the scale. */
    if (pg_us == INT64_MIN || pg_us > INT64_MAX - 946684800000000)
        return pg_us;
    return pg_us + 946684800000000; /* PostgreSQL counts from 2000-01-01 */
}
