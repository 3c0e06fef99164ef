#include "tenants/words/words_refuse.h"

static enum err say(const struct words_verdict *verdict, struct span masked,
                    const char *pointer, const char *title_ja, struct arena *arena,
                    struct jx_defects *defects)
{
    if (words_has(verdict, WORDS_CRISIS))
        return jx_defect_add(defects, arena, pointer, "crisis",
                             "「%s」にはかけません。つらいときは、スタッフに話してください。"
                             "いっしょに考えます。",
                             title_ja);
    if (words_has(verdict, WORDS_NG))
        return jx_defect_add(defects, arena, pointer, "words",
                             "「%s」に使えない言葉があります（%.*s）。"
                             "べつの言葉にしてください。",
                             title_ja, SPAN_ARG(masked));
    return jx_defect_add(defects, arena, pointer, "contact",
                         "「%s」に、電話番号や住所、SNSの名前は使えません（%.*s）。", title_ja,
                         SPAN_ARG(masked));
}

enum err words_refuse(struct words_desk *desk, enum words_surface surface, struct span text,
                      const char *pointer, const char *title_ja, struct arena *arena,
                      struct jx_defects *defects, struct fail *why)
{
    struct words *words = desk == NULL ? NULL : words_now(desk);
    struct words_verdict verdict;
    struct span masked;
    enum err rc;

    if (words == NULL)
        return ERR_OK;
    rc = words_look(words, surface, text, arena, &verdict, why);
    words_unref(&words);
    /* What staff write for children may speak of hard times: nobody in need wrote it. */
    if (rc == ERR_OK && surface == WORDS_SURFACE_PAPER)
        verdict.kinds &= ~WORDS_BIT(WORDS_CRISIS);
    if (rc != ERR_OK || verdict.kinds == 0)
        return rc;
    rc = words_mask(text, &verdict, verdict.kinds, arena, &masked, why);
    if (rc == ERR_OK && say(&verdict, masked, pointer, title_ja, arena, defects) != ERR_OK)
        rc = fail_set(why, ERR_NOMEM, "a sentence");
    return rc;
}
