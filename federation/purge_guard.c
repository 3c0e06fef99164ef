/* Whether this town's leaving was ordered: the journal of leaving says so, nothing else. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "federation/purge.h"
#include "federation/purge_priv.h"
#include "node/base/conf.h"
#include "node/base/wholefile.h"
#include "tenants/certificate/jws.h"

#define JOURNAL      "leaving/steps.jsonl"
#define JOURNAL_MOST ((size_t)32 << 20)
#define STEP_TYPE    "ibasho-step/1"

static enum err read_journal(const struct conf *conf, struct arena *arena,
                             struct span *text_out, struct fail *why)
{
    char path[WHOLEFILE_PATH_CAP];
    struct stat st;
    uint8_t *bytes;
    size_t len = 0;
    enum err rc;

    if (snprintf(path, sizeof path, "%s/%s", conf_text(conf, "node.data_dir"), JOURNAL) >=
        (int)sizeof path)
        return fail_set(why, ERR_INVALID, "the data directory's path is too long");
    if (stat(path, &st) != 0)
        return fail_set(why, ERR_NOT_FOUND, "no journal of leaving");
    if (st.st_size < 0 || (size_t)st.st_size > JOURNAL_MOST)
        return fail_set(why, ERR_TOO_LARGE, "a journal of %lld bytes", (long long)st.st_size);
    bytes = arena_alloc(arena, (size_t)st.st_size + 1);
    if (bytes == NULL)
        return fail_set(why, ERR_NOMEM, "the journal");
    rc = wholefile_read(path, bytes, (size_t)st.st_size + 1, &len, why);
    if (rc == ERR_OK)
        *text_out = span_of(bytes, len);
    return rc;
}

/* The last line that was written whole. */
static struct span last_line(struct span text)
{
    size_t end = text.len, begin;

    while (end > 0 && text.p[end - 1] != '\n')
        end--;
    if (end == 0)
        return SPAN_NONE;
    for (begin = end - 1; begin > 0 && text.p[begin - 1] != '\n';)
        begin--;
    return span_cut(text, begin, end - begin);
}

/* A step's payload is canonical: its keys are sorted, and "node", "prev", "step" are the last.
 */
static bool is_step(struct span payload, struct id node, const char *step)
{
    char head[64] = "\"node\":\"", tail[64];
    size_t n = strlen(head);
    int n_tail = snprintf(tail, sizeof tail, "\",\"step\":\"%s\"}", step);
    const size_t prev = strlen("\",\"prev\":\"") + (size_t)2 * HASH256_BYTES;
    struct span end;

    id_text(node, head + n);
    n = strlen(head);
    if (n_tail < 0 || payload.len < n + prev + (size_t)n_tail)
        return false;
    end = span_from(payload, payload.len - (size_t)n_tail);
    return span_eq(end, span_text(tail)) &&
           span_has_prefix(span_from(payload, payload.len - (size_t)n_tail - prev - n),
                           span_text(head));
}

static enum err is_any(const struct conf *conf, struct id node, const char *const *steps,
                       struct arena *arena, bool *is_out, struct fail *why)
{
    struct span text = SPAN_NONE;
    struct jws jws = {.n_signatures = 0};
    bool is = false;
    enum err rc = read_journal(conf, arena, &text, why);

    text = last_line(text);
    if (rc == ERR_OK && text.len > 0)
        rc = jws_read(text, arena, &jws, why);
    if (rc != ERR_OK && rc != ERR_NOT_FOUND)
        return rc;
    for (; *steps != NULL && strcmp(jws.type, STEP_TYPE) == 0; steps++)
        is = is || is_step(jws.payload, node, *steps);
    *is_out = is;
    return ERR_OK;
}

enum err purge_is_ordered(const struct conf *conf, struct id node, struct arena *arena,
                          bool *is_out, struct fail *why)
{
    static const char *const steps[] = {"ordered", "peers_purged", NULL};

    return is_any(conf, node, steps, arena, is_out, why);
}

enum err purge_is_leaving(const struct conf *conf, struct id node, struct arena *arena,
                          bool *is_out, struct fail *why)
{
    static const char *const steps[] = {
        "drain",   "exported",     "receipted",      "grace",
        "ordered", "peers_purged", "keys_destroyed", NULL}; /* then there is no node any more */

    return is_any(conf, node, steps, arena, is_out, why);
}
