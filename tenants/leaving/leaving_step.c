#include "tenants/leaving/leaving_step.h"

#include <inttypes.h>
#include <stdlib.h>

#include "node/base/clock.h"
#include "node/base/hex.h"
#include "node/db/hash256.h"
#include "tenants/certificate/jws.h"

#define NUMBER_CAP 24
#define DEPTH_MOST 32

void leaving_line_hash(struct span line, char hex_out[LEAVING_HASH_CHARS + 1])
{
    struct hash256_state state;
    struct hash256 hash;

    hash256_init(&state);
    hash256_put(&state, line);
    hash256_put(&state, SPAN("\n"));
    hash = hash256_end(&state);
    *hex_write(hash.b, sizeof hash.b, hex_out) = '\0';
}

/* ---- writing ---- */

enum err leaving_step_write(const struct leaving_step *step, const struct jws_signer *signer,
                            struct arena *arena, struct span *line_out, struct fail *why)
{
    char at[CLOCK_TEXT_CAP], node[ID_TEXT_CAP], contract[ID_TEXT_CAP];
    struct leaving_facts_pen pen;
    struct span payload, text;
    enum err rc = leaving_pen_open(&pen, why);

    if (rc != ERR_OK)
        return rc;
    clock_utc_text(step->at_utc_us, at);
    id_text(step->node, node);
    id_text(step->contract, contract);
    leaving_pen_text(&pen, "actor", step->actor);
    leaving_pen_text(&pen, "at", span_text(at));
    leaving_pen_text(&pen, "contract", span_text(contract));
    leaving_pen_raw(&pen, "facts", step->facts);
    leaving_pen_int(&pen, "n", step->n);
    leaving_pen_text(&pen, "node", span_text(node));
    leaving_pen_text(&pen, "prev", span_text(step->prev));
    leaving_pen_text(&pen, "step", span_text(leaving_state_id(step->state)));
    rc = leaving_pen_close(&pen, arena, &payload, why);
    if (rc == ERR_OK)
        rc = jws_write(LEAVING_STEP_TYPE, payload, signer, 1, arena, &text, why);
    if (rc == ERR_OK)
        *line_out = span_cut(text, 0, text.len - 1);
    return rc;
}

/* ---- reading ---- */

struct scan {
    struct span text;
    size_t at;
    bool is_bad;
};

static void take(struct scan *s, const char *literal)
{
    struct span want = span_text(literal);

    if (span_has_prefix(span_from(s->text, s->at), want))
        s->at += want.len;
    else
        s->is_bad = true;
}

/* Up to the next quote; escapes are none of ours. */
static struct span take_text(struct scan *s)
{
    size_t begin = s->at;

    while (s->at < s->text.len && s->text.p[s->at] >= 0x20 && s->text.p[s->at] < 0x7f &&
           s->text.p[s->at] != '"' && s->text.p[s->at] != '\\')
        s->at++;
    if (s->at == s->text.len || s->text.p[s->at] != '"') {
        s->is_bad = true;
        return SPAN_NONE;
    }
    return span_cut(s->text, begin, s->at++ - begin);
}

/* Behind the value that begins at `at`; text.len + 1 when it has no end. The value's inside is
 * not judged: the line is signed. */
static size_t value_end(struct span text, size_t at)
{
    bool is_in_text = false;
    int depth = 0;

    for (; at < text.len; at++) {
        uint8_t c = text.p[at];

        if (is_in_text) {
            if (c == '\\')
                at++;
            else if (c == '"')
                is_in_text = false;
        } else if (c == '"') {
            is_in_text = true;
        } else if (c == '{' || c == '[') {
            if (++depth > DEPTH_MOST)
                return text.len + 1;
        } else if (depth == 0 && (c == ',' || c == '}' || c == ']')) {
            return at;
        } else if (c == '}' || c == ']') {
            depth--;
        }
    }
    return !is_in_text && depth == 0 && at == text.len ? at : text.len + 1;
}

static int64_t take_number(struct scan *s)
{
    int64_t number = 0;
    size_t begin = s->at;

    while (s->at < s->text.len && s->at - begin < 9 && s->text.p[s->at] >= '0' &&
           s->text.p[s->at] <= '9')
        number = number * 10 + (s->text.p[s->at++] - '0');
    if (s->at == begin || s->text.p[begin] == '0')
        s->is_bad = true;
    return number;
}

/* One form of a moment, the one that clock_utc_text writes. */
static bool read_time(struct span text, int64_t *utc_us_out)
{
    struct moment {
        int64_t at;
    } moment;
    static const struct jx_field fields[] = {
        {.name = "at", .type = JX_TIME, .offset = offsetof(struct moment, at)}};
    static const struct jx_shape shape = JX_SHAPE("Moment", struct moment, fields);
    struct arena *arena = NULL;
    char json[64], again[CLOCK_TEXT_CAP];
    bool is_read = false;

    if (text.len >= CLOCK_TEXT_CAP || arena_create(512, &arena, NULL) != ERR_OK)
        return false;
    snprintf(json, sizeof json, "{\"at\":\"%.*s\"}", SPAN_ARG(text));
    if (jx_read(span_text(json), &shape, arena, &moment, NULL, NULL) == ERR_OK) {
        clock_utc_text(moment.at, again);
        *utc_us_out = moment.at;
        is_read = span_eq(span_text(again), text);
    }
    arena_destroy(&arena);
    return is_read;
}

static bool is_hash(struct span text)
{
    uint8_t bytes[LEAVING_HASH_CHARS / 2];

    return text.len == LEAVING_HASH_CHARS && hex_read(text, bytes, sizeof bytes);
}

enum err leaving_step_parse(struct span payload, struct leaving_step *step_out,
                            struct fail *why)
{
    struct scan s = {payload, 0, false};
    struct leaving_step step = {.n = 0};
    struct span at, contract, node, prev, state;
    size_t end;

    take(&s, "{\"actor\":\"");
    step.actor = take_text(&s);
    take(&s, ",\"at\":\"");
    at = take_text(&s);
    take(&s, ",\"contract\":\"");
    contract = take_text(&s);
    take(&s, ",\"facts\":");
    end = value_end(payload, s.at);
    if (s.is_bad || end > payload.len || payload.p[s.at] != '{')
        return fail_set(why, ERR_PROTO, "a step's beginning, byte %zu", s.at);
    step.facts = span_cut(payload, s.at, end - s.at);
    s.at = end;
    take(&s, ",\"n\":");
    step.n = take_number(&s);
    take(&s, ",\"node\":\"");
    node = take_text(&s);
    take(&s, ",\"prev\":\"");
    prev = take_text(&s);
    take(&s, ",\"step\":\"");
    state = take_text(&s);
    take(&s, "}");
    if (s.is_bad || s.at != payload.len)
        return fail_set(why, ERR_PROTO, "a step's end, byte %zu", s.at);
    if (!read_time(at, &step.at_utc_us) || id_parse(contract, &step.contract, NULL) != ERR_OK ||
        id_parse(node, &step.node, NULL) != ERR_OK || !is_hash(prev) ||
        !leaving_state_parse(state, &step.state))
        return fail_set(why, ERR_PROTO, "a value of step %" PRId64, step.n);
    memcpy(step.prev, prev.p, prev.len);
    *step_out = step;
    return ERR_OK;
}

enum err leaving_step_read(struct span line, const struct jws_key *key, struct arena *arena,
                           struct leaving_step *step_out, struct fail *why)
{
    struct span text = span_text(arena_printf(arena, "%.*s\n", SPAN_ARG(line)));
    struct jws jws;
    enum err rc = jws_read(text, arena, &jws, why);

    if (rc == ERR_OK && strcmp(jws.type, LEAVING_STEP_TYPE) != 0)
        rc = fail_set(why, ERR_PROTO, "a document of type %s", jws.type);
    if (rc == ERR_OK)
        rc = jws_check_only(&jws, key, why);
    if (rc == ERR_NOT_FOUND)
        rc = fail_set(why, ERR_DENIED, "signed by another key");
    if (rc == ERR_OK)
        rc = leaving_step_parse(jws.payload, step_out, why);
    if (rc == ERR_OK)
        step_out->line = line;
    return rc;
}

/* ---- facts ---- */

struct span leaving_fact(struct span object, const char *name)
{
    struct span want = span_text(name);
    size_t at = 1;

    if (object.len < 2 || object.p[0] != '{')
        return SPAN_NONE;
    while (at < object.len && object.p[at] == '"') {
        size_t end = value_end(object, at), colon = at + 1;

        while (colon < object.len && object.p[colon] != '"')
            colon++;
        if (end > object.len || colon + 1 >= end || object.p[colon + 1] != ':')
            return SPAN_NONE;
        if (span_eq(span_cut(object, at + 1, colon - at - 1), want))
            return span_cut(object, colon + 2, end - colon - 2);
        at = end + 1;
    }
    return SPAN_NONE;
}

struct span leaving_fact_text(struct span object, const char *name)
{
    struct span value = leaving_fact(object, name);

    if (value.len < 2 || value.p[0] != '"' || memchr(value.p, '\\', value.len) != NULL)
        return SPAN_NONE;
    return span_cut(value, 1, value.len - 2);
}

int64_t leaving_fact_int(struct span object, const char *name)
{
    struct span value = leaving_fact(object, name);
    int64_t number = 0;

    if (value.len == 0 || value.len > 16)
        return -1;
    for (size_t i = 0; i < value.len; i++) {
        if (value.p[i] < '0' || value.p[i] > '9')
            return -1;
        number = number * 10 + (value.p[i] - '0');
    }
    return number;
}
