#include "tenants/ending/ending_facts.h"

#include <stddef.h>
#include <stdio.h>

#include "node/base/conf.h"
#include "node/base/hex.h"
#include "node/db/audit.h"
#include "node/db/note.h"
#include "tenants/ending/ending_store.h"

#define F(kind_, struct_, name_, title) \
    { \
        .name = #name_, .type = (kind_), .offset = offsetof(struct struct_, name_), \
        .title_ja = (title) \
    }
#define CHOICE(struct_, name_, codes, title) \
    { \
        .name = #name_, .type = JX_ENUM, .choices = (codes), \
        .offset = offsetof(struct struct_, name_), .title_ja = (title) \
    }
#define LIST(struct_, name_, shape_, title) \
    { \
        .name = #name_, .type = JX_LIST, .shape = (shape_), \
        .offset = offsetof(struct struct_, name_), .title_ja = (title) \
    }

static const struct jx_field table_fields[] = {
    F(JX_TEXT, ending_table_fact, name, "表"),
    CHOICE(ending_table_fact, way, ENDING_WAYS, "行ごと消すか、かぎで閉じるか"),
    F(JX_INT, ending_table_fact, before, "消す前の行の数"),
    F(JX_INT, ending_table_fact, after, "消したあとの行の数"),
};
static const struct jx_shape table_shape =
    JX_SHAPE("EndingTable", struct ending_table_fact, table_fields);

static const struct jx_field place_fields[] = {
    F(JX_TEXT, ending_place_fact, path, "かぎの置き場の写し"),
    CHOICE(ending_place_fact, before, ENDING_HOLDS, "消す前"),
    CHOICE(ending_place_fact, after, ENDING_HOLDS, "消したあと"),
};
static const struct jx_shape place_shape =
    JX_SHAPE("EndingPlace", struct ending_place_fact, place_fields);

static const struct jx_field fields[] = {
    F(JX_TEXT, ending_facts, format, "形式"),
    F(JX_ID, ending_facts, node, "自治体のノード"),
    F(JX_ID, ending_facts, ending, "申し出のID"),
    F(JX_ID, ending_facts, person, "消した人のID"),
    F(JX_ID, ending_facts, by, "記した人"),
    F(JX_ID, ending_facts, confirmed_by, "確かめた人"),
    {.name = "key",
     .type = JX_ID,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct ending_facts, key),
     .has_offset = offsetof(struct ending_facts, has_key),
     .title_ja = "その人のかぎのID"},
    CHOICE(ending_facts, reason, ENDING_REASONS, "理由"),
    CHOICE(ending_facts, asked_by, ENDING_ASKERS, "だれの申し出か"),
    F(JX_TIME, ending_facts, asked, "記した時刻"),
    F(JX_TIME, ending_facts, confirmed, "確かめた時刻"),
    F(JX_TIME, ending_facts, begun, "始めた時刻"),
    F(JX_TIME, ending_facts, ended, "終えた時刻"),
    LIST(ending_facts, tables, &table_shape, "表ごとの行の数"),
    LIST(ending_facts, places, &place_shape, "かぎの置き場"),
    F(JX_INT, ending_facts, n_kept, "残すと決めた箇所"),
    F(JX_INT, ending_facts, n_masked, "伏せた箇所"),
    F(JX_INT, ending_facts, n_deleted, "行を消した箇所"),
    F(JX_INT, ending_facts, n_numbers, "番号だけが残る行"),
    F(JX_INT, ending_facts, n_left, "別に数えて残っていた行"),
    F(JX_INT, ending_facts, n_sealed, "残る封の数"),
    F(JX_INT, ending_facts, n_opened, "そのうち開けたもの"),
};
const struct jx_shape ending_facts_shape = JX_SHAPE("EndingFacts", struct ending_facts, fields);

enum err ending_facts_write(const struct ending_facts *facts, struct arena *arena,
                            struct span *text_out, struct fail *why)
{
    struct ending_facts as = *facts;
    enum err rc;

    as.format = SPAN(ENDING_FORMAT);
    as.has_key = !id_is_none(as.key);
    rc = jx_write_canonical(&ending_facts_shape, &as, arena, text_out, why);
    if (rc == ERR_OK && text_out->len > ENDING_FACTS_CAP)
        rc = fail_set(why, ERR_TOO_LARGE, "facts of %zu bytes", text_out->len);
    return rc;
}

enum err ending_facts_read(struct span text, struct arena *arena, struct ending_facts *out,
                           struct fail *why)
{
    enum err rc = jx_read(text, &ending_facts_shape, arena, out, NULL, why);

    if (rc == ERR_OK && !span_eq(out->format, SPAN(ENDING_FORMAT)))
        rc = fail_set(why, ERR_PROTO, "facts of another format");
    return rc;
}

enum err ending_facts_sign(const struct services *services, struct span facts,
                           struct arena *arena, struct span *note_out, struct fail *why)
{
    const char *origin = conf_text(services->conf, "node.origin");
    const struct hash256 sum = hash256_of(facts);
    char hex[2 * HASH256_BYTES + 1] = "", text[NOTE_CAP], note[NOTE_CAP];
    uint8_t signature[NOTE_SIGNATURE_BYTES], public_key[NOTE_PUBLIC_BYTES];
    struct note_key key;
    struct span signed_text;
    enum err rc;

    *hex_write(hash256_span(&sum).p, HASH256_BYTES, hex) = '\0';
    snprintf(text, sizeof text, ENDING_FORMAT "\n%s\n%s\n", origin, hex);
    signed_text = span_text(text);
    rc = keyring_sign(services->keyring, AUDIT_KEY_NAME, signed_text, signature, why);
    if (rc == ERR_OK)
        rc = keyring_public_key(services->keyring, AUDIT_KEY_NAME, public_key, why);
    if (rc == ERR_OK)
        rc = note_key_init(span_text(origin), public_key, &key, why);
    if (rc != ERR_OK)
        return rc;
    *note_out = arena_copy(arena, span_of(note, note_into(signed_text, &key, signature, note)));
    return note_out->p == NULL ? fail_set(why, ERR_NOMEM, "a proof line") : ERR_OK;
}
