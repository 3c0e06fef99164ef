#include "federation/series_text.h"

#include <openssl/crypto.h>
#include <stddef.h>

#include "node/base/jx_scalar.h"
#include "node/base/utf.h"
#include "node/db/seal.h"

#define KEY_TEXT_LEN 43 /* base64url of SERIES_KEY_BYTES: the column is text, for hand-back */

/* ---- shapes ---- */

/* A text of another town with signs nobody sees is none we take; of one with lines they are
 * taken out, as everywhere (JX_EXACT knows no lines). */
#define EXACT (JX_EXACT | JX_PICTURES)
#define FIELD(type_, struct_, name_) \
    { \
        .name = #name_, .type = (type_), .offset = offsetof(struct struct_, name_) \
    }
#define TEXT_FIELD(struct_, name_, flags_, least_, most_) \
    { \
        .name = #name_, .type = JX_TEXT, .flags = (flags_), .least = (least_), \
        .most = (most_), .offset = offsetof(struct struct_, name_) \
    }
#define INT_FIELD(struct_, name_, least_, most_) \
    { \
        .name = #name_, .type = JX_INT, .least = (least_), .most = (most_), \
        .offset = offsetof(struct struct_, name_) \
    }

/* Of people: what another town says is exact, what is kept here was read before. */
#define PERSON_FIELDS(exact_) TEXT_FIELD(series_person, name, (exact_), 1, SERIES_NAME_MOST)
#define TEXT_FIELDS(exact_, person_) \
    TEXT_FIELD(series_text, title, (exact_), 1, CLASS_TITLE_MOST), \
        TEXT_FIELD(series_text, summary, (exact_), 1, CLASS_SUMMARY_MOST), \
        TEXT_FIELD(series_text, rules, JX_RAW_TEXT, 0, SERIES_RULES_MOST), \
        {.name = "kind", \
         .type = JX_ENUM, \
         .choices = CLASS_KINDS, \
         .offset = offsetof(struct series_text, kind)}, \
        {.name = "picture", \
         .type = JX_ENUM, \
         .choices = CLASS_PICTURES, \
         .offset = offsetof(struct series_text, picture)}, \
        FIELD(JX_BOOL, series_text, has_hand), FIELD(JX_BOOL, series_text, has_poll), \
        FIELD(JX_BOOL, series_text, has_question), \
        {.name = "cost", \
         .type = JX_INT, \
         .flags = JX_OPTIONAL, \
         .most = SERIES_COST_MOST, \
         .offset = offsetof(struct series_text, cost), \
         .has_offset = offsetof(struct series_text, has_cost)}, \
        {.name = "share_by", \
         .type = JX_ENUM, \
         .flags = JX_OPTIONAL, \
         .choices = SERIES_SHARE_BY, \
         .offset = offsetof(struct series_text, share_by), \
         .has_offset = offsetof(struct series_text, has_share_by)}, \
    { \
        .name = "staff", .type = JX_LIST, .shape = (person_), .most = SERIES_STAFF_MOST, \
        .offset = offsetof(struct series_text, staff) \
    }

static const struct jx_field person_fields[] = {PERSON_FIELDS(0)};
const struct jx_shape series_person_shape =
    JX_SHAPE("SharedPerson", struct series_person, person_fields);
static const struct jx_field text_fields[] = {TEXT_FIELDS(0, &series_person_shape)};
static const struct jx_shape text_shape =
    JX_SHAPE("SeriesText", struct series_text, text_fields);

static const struct jx_field exact_person_fields[] = {PERSON_FIELDS(EXACT)};
static const struct jx_shape exact_person_shape =
    JX_SHAPE("SeriesPerson", struct series_person, exact_person_fields);
static const struct jx_field exact_text_fields[] = {TEXT_FIELDS(EXACT, &exact_person_shape)};
static const struct jx_shape exact_text_shape =
    JX_SHAPE("SeriesTextTold", struct series_text, exact_text_fields);

static const struct jx_field more_fields[] = {
    {.name = "floor",
     .type = JX_BYTES,
     .least = 1,
     .most = SERIES_FLOOR_MOST,
     .offset = offsetof(struct series_more, floor)},
    TEXT_FIELD(series_more, hash, JX_EXACT, SERIES_HASH_LEN, SERIES_HASH_LEN),
    {.name = "pages",
     .type = JX_LIST,
     .shape = &class_page_shape,
     .most = CLASS_PAGES_MOST,
     .offset = offsetof(struct series_more, pages)},
};
static const struct jx_shape more_shape =
    JX_SHAPE("SeriesMore", struct series_more, more_fields);

static const struct jx_field date_fields[] = {
    INT_FIELD(series_date, n, 1, SERIES_LESSONS_MOST),
    INT_FIELD(series_date, class, 1, UINT32_MAX),
    {.name = "from", .type = JX_TIME, .offset = offsetof(struct series_date, from_utc_us)},
    {.name = "to", .type = JX_TIME, .offset = offsetof(struct series_date, to_utc_us)},
    {.name = "cancelled",
     .type = JX_BOOL,
     .offset = offsetof(struct series_date, is_cancelled)},
};
static const struct jx_shape date_shape =
    JX_SHAPE("SeriesDate", struct series_date, date_fields);
#define DATES_FIELD(struct_) \
    { \
        .name = "dates", .type = JX_LIST, .shape = &date_shape, .least = 1, \
        .most = SERIES_LESSONS_MOST, .offset = offsetof(struct struct_, dates) \
    }

static const struct jx_field offer_fields[] = {
    FIELD(JX_ID, series_offer, series),
    {.name = "text",
     .type = JX_OBJECT,
     .shape = &exact_text_shape,
     .offset = offsetof(struct series_offer, text)},
    {.name = "more",
     .type = JX_OBJECT,
     .shape = &more_shape,
     .offset = offsetof(struct series_offer, more)},
    DATES_FIELD(series_offer),
    INT_FIELD(series_offer, places, 1, 1000),
    {.name = "until",
     .type = JX_TIME,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct series_offer, until_utc_us),
     .has_offset = offsetof(struct series_offer, has_until)},
    {.name = "key",
     .type = JX_BYTES,
     .least = SERIES_KEY_BYTES,
     .most = SERIES_KEY_BYTES,
     .offset = offsetof(struct series_offer, key)},
};
const struct jx_shape series_offer_shape =
    JX_SHAPE("SeriesOffer", struct series_offer, offer_fields);

static const struct jx_field answer_fields[] = {
    FIELD(JX_ID, series_answer_body, series),
    {.name = "answer",
     .type = JX_ENUM,
     .choices = SERIES_ANSWERS,
     .offset = offsetof(struct series_answer_body, answer)},
};
const struct jx_shape series_answer_shape =
    JX_SHAPE("SeriesAnswer", struct series_answer_body, answer_fields);

static const struct jx_field change_fields[] = {
    FIELD(JX_ID, series_change_body, series),
    INT_FIELD(series_change_body, places, 1, 1000),
    DATES_FIELD(series_change_body),
    {.name = "staff",
     .type = JX_LIST,
     .flags = JX_OPTIONAL,
     .shape = &exact_person_shape,
     .most = SERIES_STAFF_MOST,
     .offset = offsetof(struct series_change_body, staff),
     .has_offset = offsetof(struct series_change_body, has_staff)},
};
const struct jx_shape series_change_shape =
    JX_SHAPE("SeriesChange", struct series_change_body, change_fields);

static const struct jx_field end_fields[] = {FIELD(JX_ID, series_end_body, series)};
const struct jx_shape series_end_shape =
    JX_SHAPE("SeriesEnd", struct series_end_body, end_fields);

static const struct jx_field count_fields[] = {
    FIELD(JX_ID, series_count_body, series),
    INT_FIELD(series_count_body, n, 1, SERIES_LESSONS_MOST),
    INT_FIELD(series_count_body, class, 1, UINT32_MAX),
    INT_FIELD(series_count_body, n_chosen, 0, 1000),
    INT_FIELD(series_count_body, n_joined, 0, 1000),
    INT_FIELD(series_count_body, n_attended, 0, 1000),
};
const struct jx_shape series_count_shape =
    JX_SHAPE("SeriesCount", struct series_count_body, count_fields);

static const struct jx_field heard_fields[] = {
    FIELD(JX_ID, series_heard, series),
    {.name = "state",
     .type = JX_ENUM,
     .choices = SERIES_STATES,
     .offset = offsetof(struct series_heard, state)},
};
const struct jx_shape series_heard_shape =
    JX_SHAPE("SeriesHeard", struct series_heard, heard_fields);

/* ---- what another town says ---- */

enum err series_check_text(struct words_desk *words, struct span text, const char *pointer,
                           const char *title_ja, struct arena *arena,
                           struct jx_defects *defects, struct fail *why)
{
    if (utf_is_deceiving(text)) {
        if (jx_defect_add(defects, arena, pointer, "deceiving",
                          "「%s」に、ほかの文字のように見える字があります。",
                          title_ja) != ERR_OK)
            return fail_set(why, ERR_NOMEM, "a sentence");
        return ERR_OK;
    }
    return text.len == 0
               ? ERR_OK
               : class_check_words(words, text, pointer, title_ja, arena, defects, why);
}

static enum err check_texts(struct words_desk *words, const struct series_text *text,
                            struct arena *arena, struct jx_defects *defects, struct fail *why)
{
    const struct series_person *staff = text->staff.at;
    enum err rc =
        class_check_noted(words, text->title, "/text/title", "題名", arena, defects, why);

    if (rc == ERR_OK)
        rc = series_check_text(words, text->title, "/text/title", "題名", arena, defects, why);
    if (rc == ERR_OK)
        rc = series_check_text(words, text->summary, "/text/summary", "説明", arena, defects,
                               why);
    if (rc == ERR_OK)
        rc =
            series_check_text(words, text->rules, "/text/rules", "決まり", arena, defects, why);
    for (size_t i = 0; i < text->staff.n && rc == ERR_OK; i++)
        rc = series_check_text(words, staff[i].name, "/text/staff", "職員の表示名", arena,
                               defects, why);
    return rc;
}

/* Names on the floor stand before children, too. */
static enum err check_floor_names(struct words_desk *words, const struct floor *floor,
                                  struct arena *arena, struct jx_defects *defects,
                                  struct fail *why)
{
    enum err rc =
        series_check_text(words, floor->name.ja, "/more/floor", "フロア", arena, defects, why);

    for (size_t i = 0; i < floor->areas.n && rc == ERR_OK; i++)
        rc = series_check_text(words, floor_area_nth(floor, i)->name.ja, "/more/floor", "区画",
                               arena, defects, why);
    for (size_t i = 0; i < floor->boards.n && rc == ERR_OK; i++)
        rc = series_check_text(words, floor_board_at(floor, i)->name.ja, "/more/floor",
                               "掲示板", arena, defects, why);
    for (size_t i = 0; i < floor->spawns.n && rc == ERR_OK; i++)
        rc = series_check_text(words, floor_spawn_at(floor, i)->name.ja, "/more/floor",
                               "入り口", arena, defects, why);
    return rc;
}

static const char *plain_defect(const struct series_offer *offer, int places_most,
                                int64_t now_utc_us)
{
    const struct series_text *text = &offer->text;

    if (id_is_none(offer->series))
        return "no id";
    if (!text->has_hand && !text->has_poll && !text->has_question)
        return "nothing to take part by";
    if (text->has_cost != text->has_share_by)
        return "a cost that nobody knows how to share";
    if (offer->places > places_most)
        return "more places than the registry lets it give";
    if (offer->has_until && offer->until_utc_us > now_utc_us + SERIES_AHEAD_DAYS * DAY_US)
        return "to be answered in years";
    return series_dates_are_right(offer->dates.at, offer->dates.n, now_utc_us, true)
               ? NULL
               : "dates that cannot be";
}

enum err series_offer_check(struct words_desk *words, const struct series_offer *offer,
                            int places_most, int64_t now_utc_us, struct arena *arena,
                            bool *is_good_out, struct fail *why)
{
    const struct class_pages pages = {offer->more.pages};
    const char *defect = plain_defect(offer, places_most, now_utc_us);
    const struct floor *floor = NULL;
    struct jx_defects defects = {0};
    enum err rc;

    *is_good_out = false;
    if (defect != NULL) {
        (void)fail_set(why, ERR_INVALID, "offer: %s", defect);
        return ERR_OK;
    }
    rc = series_floor_read(offer->more.floor, offer->more.hash, offer->series, arena, &floor,
                           why);
    if (rc == ERR_INVALID)
        return ERR_OK;
    if (rc == ERR_OK)
        rc = check_texts(words, &offer->text, arena, &defects, why);
    if (rc == ERR_OK)
        rc = check_floor_names(words, floor, arena, &defects, why);
    if (rc == ERR_OK)
        rc = class_check_pages(words, &pages, arena, &defects, why);
    if (rc != ERR_OK)
        return rc;
    *is_good_out = defects.n == 0;
    if (defects.n > 0) /* the place and the rule; never the text */
        (void)fail_set(why, ERR_INVALID, "offer: %s %.*s", defects.at[0].rule,
                       SPAN_ARG(defects.at[0].pointer));
    return ERR_OK;
}

/* ---- sealing ---- */

static enum err seal_as(struct keyring *keyring, const char *column, struct id series,
                        struct span plain, struct arena *arena, struct span *sealed_out,
                        struct fail *why)
{
    const struct seal_place place = {SERIES_TABLE, column, series};
    struct id key;
    enum err rc = keyring_need_key(keyring, KEY_RECORD, ID_NONE, SERIES_RECORD_KEY, &key, why);

    return rc == ERR_OK ? seal(keyring, key, &place, plain, arena, sealed_out, why) : rc;
}

static enum err seal_json(struct keyring *keyring, const char *column, struct id series,
                          const struct jx_shape *shape, const void *from, struct arena *arena,
                          struct span *sealed_out, struct fail *why)
{
    struct span text;
    enum err rc = jx_write_canonical(shape, from, arena, &text, why);

    return rc == ERR_OK ? seal_as(keyring, column, series, text, arena, sealed_out, why) : rc;
}

static enum err open_json(struct keyring *keyring, const char *column, struct id series,
                          struct span sealed, const struct jx_shape *shape, struct arena *arena,
                          void *into, struct fail *why)
{
    const struct seal_place place = {SERIES_TABLE, column, series};
    struct span text;
    enum err rc = unseal(keyring, &place, sealed, arena, &text, why);

    return rc == ERR_OK ? jx_read(text, shape, arena, into, NULL, why) : rc;
}

enum err series_text_seal(struct keyring *keyring, struct id series,
                          const struct series_text *text, struct arena *arena,
                          struct span *sealed_out, struct fail *why)
{
    return seal_json(keyring, "text_sealed", series, &text_shape, text, arena, sealed_out, why);
}

enum err series_text_open(struct keyring *keyring, const struct series_row *row,
                          struct arena *arena, struct series_text *out, struct fail *why)
{
    return open_json(keyring, "text_sealed", row->series, row->text_sealed, &text_shape, arena,
                     out, why);
}

enum err series_more_seal(struct keyring *keyring, struct id series,
                          const struct series_more *more, struct arena *arena,
                          struct span *sealed_out, struct fail *why)
{
    return seal_json(keyring, "more_sealed", series, &more_shape, more, arena, sealed_out, why);
}

enum err series_more_open(struct keyring *keyring, const struct series_row *row,
                          struct arena *arena, struct series_more *out, struct fail *why)
{
    return open_json(keyring, "more_sealed", row->series, row->more_sealed, &more_shape, arena,
                     out, why);
}

enum err series_key_seal(struct keyring *keyring, struct id series,
                         const uint8_t key[SERIES_KEY_BYTES], struct arena *arena,
                         struct span *sealed_out, struct fail *why)
{
    uint8_t text[KEY_TEXT_LEN];
    enum err rc;

    jx_bytes_text(span_of(key, SERIES_KEY_BYTES), text);
    rc = seal_as(keyring, "key_sealed", series, span_of(text, sizeof text), arena, sealed_out,
                 why);
    OPENSSL_cleanse(text, sizeof text);
    return rc;
}

enum err series_key_open(struct keyring *keyring, struct id series, struct span key_sealed,
                         struct arena *arena, uint8_t key_out[SERIES_KEY_BYTES],
                         struct fail *why)
{
    const struct seal_place place = {SERIES_TABLE, "key_sealed", series};
    struct span text, key = SPAN_NONE;
    bool no_memory = false;
    enum err rc = unseal(keyring, &place, key_sealed, arena, &text, why);

    if (rc != ERR_OK)
        return rc;
    if (!jx_bytes_parse(text, arena, &key, &no_memory) || key.len != SERIES_KEY_BYTES)
        return fail_set(why, no_memory ? ERR_NOMEM : ERR_INTERNAL, "a key of evidence");
    memcpy(key_out, key.p, SERIES_KEY_BYTES);
    return ERR_OK;
}
