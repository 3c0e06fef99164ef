#include "node/classes/class_text.h"

#include <stddef.h>

#include "node/io/net_text.h"
#include "node/place/floor_name.h"
#include "tenants/words/words_refuse.h"

static const struct jx_field link_fields[] = {
    {.name = "title",
     .type = JX_TEXT,
     .least = 1,
     .most = 60,
     .offset = offsetof(struct class_link, title),
     .title_ja = "リンクの名前"},
    {.name = "url",
     .type = JX_TEXT,
     .least = 1,
     .most = CLASS_LINK_MOST,
     .offset = offsetof(struct class_link, url),
     .title_ja = "リンク"},
};
static const struct jx_shape link_shape = JX_SHAPE("ClassLink", struct class_link, link_fields);
static const struct jx_field page_fields[] = {
    {.name = "title",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .least = 1,
     .most = CLASS_TITLE_MOST,
     .offset = offsetof(struct class_page, title),
     .has_offset = offsetof(struct class_page, has_title),
     .title_ja = "ページの題名"},
    {.name = "text",
     .type = JX_TEXT,
     .flags = JX_RAW_TEXT,
     .least = 1,
     .most = CLASS_PAGE_MOST,
     .offset = offsetof(struct class_page, text),
     .title_ja = "ページの文"},
    {.name = "links",
     .type = JX_LIST,
     .shape = &link_shape,
     .most = CLASS_LINKS_MOST,
     .offset = offsetof(struct class_page, links),
     .title_ja = "リンク"},
};
const struct jx_shape class_page_shape = JX_SHAPE("ClassPage", struct class_page, page_fields);
static const struct jx_field pages_fields[] = {
    {.name = "pages",
     .type = JX_LIST,
     .shape = &class_page_shape,
     .most = CLASS_PAGES_MOST,
     .offset = offsetof(struct class_pages, pages),
     .title_ja = "ページ"},
};
const struct jx_shape class_pages_shape =
    JX_SHAPE("ClassPages", struct class_pages, pages_fields);

/* ---- sealing ---- */

enum err class_seal(struct keyring *keyring, const char *table, const char *column,
                    struct id row, struct span plain, struct arena *arena,
                    struct span *sealed_out, struct fail *why)
{
    const struct seal_place at = {table, column, row};
    struct id key;
    enum err rc = keyring_need_key(keyring, KEY_RECORD, ID_NONE, CLASS_RECORD_KEY, &key, why);

    return rc == ERR_OK ? seal(keyring, key, &at, plain, arena, sealed_out, why) : rc;
}

enum err class_unseal(struct keyring *keyring, const char *table, const char *column,
                      struct id row, struct span sealed, struct arena *arena,
                      struct span *plain_out, struct fail *why)
{
    const struct seal_place at = {table, column, row};

    *plain_out = SPAN_NONE;
    return sealed.len == 0 ? ERR_OK : unseal(keyring, &at, sealed, arena, plain_out, why);
}

enum err class_course_open(struct keyring *keyring, const struct class_course_row *row,
                           struct arena *arena, struct class_texts *out, struct fail *why)
{
    enum err rc = class_unseal(keyring, CLASS_COURSE_TABLE, "title_sealed", row->id,
                               row->title_sealed, arena, &out->title, why);

    return rc == ERR_OK ? class_unseal(keyring, CLASS_COURSE_TABLE, "summary_sealed", row->id,
                                       row->summary_sealed, arena, &out->summary, why)
                        : rc;
}

enum err class_pages_open(struct keyring *keyring, const struct class_pages_row *row,
                          struct arena *arena, struct class_pages *out, struct fail *why)
{
    struct span text;
    enum err rc = class_unseal(keyring, CLASS_PAGES_TABLE, "pages_sealed", row->id,
                               row->pages_sealed, arena, &text, why);

    return rc == ERR_OK ? jx_read(text, &class_pages_shape, arena, out, NULL, why) : rc;
}

enum err class_lesson_link(struct keyring *keyring, const struct class_lesson_row *row,
                           struct arena *arena, struct span *link_out, struct fail *why)
{
    return class_unseal(keyring, CLASS_LESSON_TABLE, "link_sealed", row->id, row->link_sealed,
                        arena, link_out, why);
}

/* ---- what children read ---- */

static enum err add(enum err rc, struct fail *why)
{
    return rc == ERR_OK ? ERR_OK : fail_set(why, ERR_NOMEM, "a sentence");
}

enum err class_check_words(struct words_desk *words, struct span text, const char *pointer,
                           const char *title_ja, struct arena *arena,
                           struct jx_defects *defects, struct fail *why)
{
    return words_refuse(words, WORDS_SURFACE_PAPER, text, pointer, title_ja, arena, defects,
                        why);
}

enum err class_check_noted(struct words_desk *words, struct span text, const char *pointer,
                           const char *title_ja, struct arena *arena,
                           struct jx_defects *defects, struct fail *why)
{
    const struct floor_name name = {.ja = text, .en = SPAN("a")};
    const char *rule = NULL, *field = NULL;
    struct span seen, read;
    enum err rc = floor_name_check(&name, arena, &rule, &field, why);

    if (rc != ERR_OK)
        return rc;
    if (rule != NULL && strcmp(rule, "reading") == 0)
        return add(jx_defect_add(defects, arena, pointer, "reading",
                                 "「%s」の漢字には、色《いろ》のように、よみを《》で書いて"
                                 "ください。",
                                 title_ja),
                   why);
    if (rule != NULL && strcmp(rule, "empty") == 0)
        return add(jx_defect_add(defects, arena, pointer, "empty", "「%s」を入れてください。",
                                 title_ja),
                   why);
    if (rule != NULL)
        return add(jx_defect_add(defects, arena, pointer, "forbidden",
                                 "「%s」に、児童生徒の画面では使わない言葉があります。"
                                 "べつの言い方にしてください。",
                                 title_ja),
                   why);
    rc = floor_name_split(text, arena, &seen, &read, why);
    if (rc == ERR_OK)
        rc = class_check_words(words, seen, pointer, title_ja, arena, defects, why);
    return rc;
}

enum err class_check_link(struct span url, const char *pointer, const char *title_ja,
                          struct arena *arena, struct jx_defects *defects, struct fail *why)
{
    struct net_url read;

    if (url.len <= CLASS_LINK_MOST && net_url_read(url, &read, NULL) == ERR_OK && read.is_https)
        return ERR_OK;
    return add(jx_defect_add(defects, arena, pointer, "https",
                             "「%s」は https:// で始まる%d文字までのアドレスにしてください。",
                             title_ja, CLASS_LINK_MOST),
               why);
}

static enum err check_page(struct words_desk *words, const struct class_page *page, size_t i,
                           struct arena *arena, struct jx_defects *defects, struct fail *why)
{
    const struct class_link *links = page->links.at;
    const char *title = arena_printf(arena, "/pages/%zu/title", i);
    const char *text = arena_printf(arena, "/pages/%zu/text", i);
    enum err rc = title == NULL || text == NULL ? fail_set(why, ERR_NOMEM, "a page") : ERR_OK;

    if (rc == ERR_OK && page->has_title)
        rc = class_check_words(words, page->title, title, "ページの題名", arena, defects, why);
    if (rc == ERR_OK)
        rc = class_check_words(words, page->text, text, "ページの文", arena, defects, why);
    for (size_t k = 0; k < page->links.n && rc == ERR_OK; k++) {
        const char *name = arena_printf(arena, "/pages/%zu/links/%zu/title", i, k);
        const char *url = arena_printf(arena, "/pages/%zu/links/%zu/url", i, k);

        rc = name == NULL || url == NULL
                 ? fail_set(why, ERR_NOMEM, "a link")
                 : class_check_words(words, links[k].title, name, "リンクの名前", arena,
                                     defects, why);
        if (rc == ERR_OK)
            rc = class_check_link(links[k].url, url, "リンク", arena, defects, why);
    }
    return rc;
}

enum err class_check_pages(struct words_desk *words, const struct class_pages *pages,
                           struct arena *arena, struct jx_defects *defects, struct fail *why)
{
    const struct class_page *page = pages->pages.at;
    enum err rc = ERR_OK;

    for (size_t i = 0; i < pages->pages.n && rc == ERR_OK; i++)
        rc = check_page(words, &page[i], i, arena, defects, why);
    return rc;
}
