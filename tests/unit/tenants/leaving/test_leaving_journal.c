#include "tenants/leaving/leaving_journal.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "node/base/hex.h"
#include "tenants/leaving/leaving_key.h"
#include "tests/t.h"

struct pen {
    struct arena *arena;
    struct jws_private *log, *erasure, *stranger;
    struct leaving_journal journal; /* what was written so far */
    char bytes[65536];
    size_t len;
};

static void key_hex(const struct jws_private *key, char hex_out[65])
{
    uint8_t public[LEAVING_PUBLIC_BYTES];

    T_EQ(leaving_key_public(key, public, NULL), ERR_OK, "public half");
    *hex_write(public, sizeof public, hex_out) = '\0';
}

static struct span facts_of(struct pen *p, enum leaving_state state)
{
    struct leaving_facts_pen pen;
    struct span facts = SPAN_NONE;
    char hex[65];

    T_EQ(leaving_pen_open(&pen, NULL), ERR_OK, "facts");
    key_hex(state == LEAVING_ORDERED ? p->erasure : p->log, hex);
    if (state == LEAVING_ORDERED)
        leaving_pen_text(&pen, "erasure_key", span_text(hex));
    if (state == LEAVING_DRAIN)
        leaving_pen_text(&pen, "log_key", span_text(hex));
    T_EQ(leaving_pen_close(&pen, p->arena, &facts, NULL), ERR_OK, "facts");
    return facts;
}

/* One step more behind what is there, signed by key. */
static enum err add_by(struct pen *p, enum leaving_state state, struct jws_private *key)
{
    struct leaving_step step = {
        .n = (int64_t)p->journal.n + 1,
        .state = state,
        .at_utc_us = INT64_C(1790000000000000),
        .node = {{7}},
        .contract = {{8}},
        .actor = SPAN("node"),
        .facts = facts_of(p, state),
    };
    struct jws_signer signer;
    struct span line;

    memcpy(step.prev, p->journal.last, sizeof step.prev);
    T_EQ(jws_signer_of_private(key, &signer, NULL), ERR_OK, "signer");
    T_EQ(leaving_step_write(&step, &signer, p->arena, &line, NULL), ERR_OK, "written");
    memcpy(p->bytes + p->len, line.p, line.len);
    p->len += line.len;
    p->bytes[p->len++] = '\n';
    return leaving_journal_parse(span_of(p->bytes, p->len), NULL, p->arena, &p->journal, NULL);
}

static enum err add(struct pen *p, enum leaving_state state)
{
    return add_by(p, state, state > LEAVING_ORDERED ? p->erasure : p->log);
}

static void pen_open(struct pen *p)
{
    p->len = 0;
    T_EQ(arena_create(65536, &p->arena, NULL), ERR_OK, "arena");
    T_EQ(jws_private_make(&p->log, NULL), ERR_OK, "key");
    T_EQ(jws_private_make(&p->erasure, NULL), ERR_OK, "key");
    T_EQ(jws_private_make(&p->stranger, NULL), ERR_OK, "key");
    T_EQ(leaving_journal_parse(SPAN_NONE, NULL, p->arena, &p->journal, NULL), ERR_OK, "empty");
}

static void pen_close(struct pen *p)
{
    jws_private_close(&p->log);
    jws_private_close(&p->erasure);
    jws_private_close(&p->stranger);
    arena_destroy(&p->arena);
}

static struct pen pen; /* its buffer is large */

T_CASE(a_journal_runs_to_its_end_and_changes_keys_at_the_order) /* AI-7.2-1 */
{
    pen_open(&pen);
    T_EQ(pen.journal.state, LEAVING_ACTIVE, "before");
    for (int s = LEAVING_DRAIN; s <= LEAVING_GRACE; s++)
        T_EQ(add(&pen, (enum leaving_state)s), ERR_OK, leaving_state_id((enum leaving_state)s));
    T_EQ(add(&pen, LEAVING_ACTIVE), ERR_OK, "cancelled");
    T_OK(leaving_journal_find(&pen.journal, LEAVING_DRAIN) == NULL, "that round is over");
    for (int s = LEAVING_DRAIN; s <= LEAVING_CERTIFIED; s++)
        T_EQ(add(&pen, (enum leaving_state)s), ERR_OK, leaving_state_id((enum leaving_state)s));
    T_EQ(pen.journal.state, LEAVING_CERTIFIED, "the end");
    T_OK(leaving_journal_find(&pen.journal, LEAVING_DRAIN)->n == 6, "of this round");
    pen_close(&pen);
}

T_CASE(no_step_is_left_out_and_nobody_else_signs)
{
    pen_open(&pen);
    T_EQ(add(&pen, LEAVING_DRAIN), ERR_OK, "drain");
    T_EQ(add(&pen, LEAVING_RECEIPTED), ERR_PROTO, "over the export");
    pen_close(&pen);
    pen_open(&pen);
    T_EQ(add(&pen, LEAVING_DRAIN), ERR_OK, "drain");
    T_EQ(add_by(&pen, LEAVING_EXPORTED, pen.stranger), ERR_DENIED, "a stranger");
    pen_close(&pen);
    pen_open(&pen);
    for (int s = LEAVING_DRAIN; s <= LEAVING_ORDERED; s++)
        T_EQ(add(&pen, (enum leaving_state)s), ERR_OK, "so far");
    T_EQ(add_by(&pen, LEAVING_PEERS_PURGED, pen.log), ERR_DENIED, "the log's key is over");
    pen_close(&pen);
}

T_CASE(any_byte_changed_any_line_gone_is_refused)
{
    char copy[sizeof pen.bytes];
    struct leaving_journal j;

    pen_open(&pen);
    for (int s = LEAVING_DRAIN; s <= LEAVING_GRACE; s++)
        T_EQ(add(&pen, (enum leaving_state)s), ERR_OK, "so far");
    for (size_t i = 0; i + 1 < pen.len; i += 7) {
        memcpy(copy, pen.bytes, pen.len);
        copy[i] = copy[i] == 'A' ? 'B' : 'A';
        T_OK(leaving_journal_parse(span_of(copy, pen.len), NULL, pen.arena, &j, NULL) != ERR_OK,
             "one byte");
    }
    for (size_t begin = 0, i = 0; i < pen.len; i++) {
        if (pen.bytes[i] != '\n')
            continue;
        memcpy(copy, pen.bytes, begin);
        memcpy(copy + begin, pen.bytes + i + 1, pen.len - i - 1);
        if (i + 1 < pen.len) /* without the last one it is a shorter journal */
            T_OK(leaving_journal_parse(span_of(copy, pen.len - (i + 1 - begin)), NULL,
                                       pen.arena, &j, NULL) != ERR_OK,
                 "a line");
        begin = i + 1;
    }
    pen_close(&pen);
}

T_CASE(half_a_line_is_cut_and_the_journal_goes_on)
{
    char path[] = "/tmp/leaving-XXXXXX", file[64];
    struct leaving_journal j;
    int fd;

    pen_open(&pen);
    T_OK(mkdtemp(path) != NULL, "a directory");
    snprintf(file, sizeof file, "%s/leaving/steps.jsonl", path);
    T_EQ(leaving_journal_read(file, NULL, pen.arena, &j, NULL), ERR_OK, "no file, no steps");
    T_EQ((int)j.n, 0, "none");
    T_EQ(add(&pen, LEAVING_DRAIN), ERR_OK, "drain");
    T_EQ(leaving_journal_append(file, span_of(pen.bytes, pen.len - 1), NULL), ERR_OK, "kept");
    fd = open(file, O_WRONLY | O_APPEND);
    T_OK(fd >= 0 && write(fd, "{\"payload\":\"half", 16) == 16, "a crash");
    close(fd);
    T_EQ(leaving_journal_read(file, NULL, pen.arena, &j, NULL), ERR_OK, "read");
    T_OK(j.was_torn && j.n == 1 && j.state == LEAVING_DRAIN, "and said");
    T_EQ(leaving_journal_mend(file, &j, NULL), ERR_OK, "cut");
    T_EQ(leaving_journal_read(file, NULL, pen.arena, &j, NULL), ERR_OK, "again");
    T_OK(!j.was_torn && j.n == 1, "whole");
    unlink(file);
    *strrchr(file, '/') = '\0';
    rmdir(file);
    rmdir(path);
    pen_close(&pen);
}

T_CASE(facts_are_found_by_their_names)
{
    const struct span facts =
        SPAN("{\"a\":1,\"bag\":\"x\",\"list\":[{\"n\":1},{\"n\":2}],\"z\":{\"q\":\"}\"}}");

    T_SPAN(leaving_fact(facts, "a"), SPAN("1"), "a number");
    T_SPAN(leaving_fact_text(facts, "bag"), SPAN("x"), "a text");
    T_SPAN(leaving_fact(facts, "list"), SPAN("[{\"n\":1},{\"n\":2}]"), "a list");
    T_SPAN(leaving_fact(facts, "z"), SPAN("{\"q\":\"}\"}"), "an object");
    T_OK(leaving_fact(facts, "q").p == NULL && leaving_fact(facts, "n").p == NULL,
         "not what is inside");
    T_OK(leaving_fact_text(facts, "a").p == NULL, "no text");
}
