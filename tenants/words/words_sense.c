/* A line's groups of letters, looked up and added up; how sure by softmax over the classes. */
#include "tenants/words/words_sense.h"

#include <math.h>

enum err words_sense_letters(const struct line *line, struct arena *arena,
                             uint16_t **letters_out, size_t *n_out, struct fail *why)
{
    uint16_t *out = arena_alloc(arena, (line->n + 2) * sizeof *out);
    size_t n = 0;

    *letters_out = NULL;
    *n_out = 0;
    if (out == NULL)
        return fail_set(why, ERR_NOMEM, "letters of a line");
    out[n++] = SENSE_EDGE;
    for (size_t i = 0; i < line->n; i++) {
        const struct cell *cell = &line->cells[i];

        if (cell->class == CELL_STOP && out[n - 1] != SENSE_EDGE)
            out[n++] = SENSE_EDGE;
        if (!words_is_gap(cell->class) && cell->class != CELL_LONG)
            out[n++] = cell->class == CELL_DIGIT ? SENSE_DIGIT
                       : cell->c > 0xffff        ? 0xfffd
                                                 : (uint16_t)cell->c;
    }
    if (out[n - 1] != SENSE_EDGE)
        out[n++] = SENSE_EDGE;
    *letters_out = out;
    *n_out = n;
    return ERR_OK;
}

/* Its place in sense_groups; sense_n_groups: the model does not know it. */
static size_t find(const uint16_t letters[SENSE_GROUP_MOST])
{
    for (uint32_t slot = sense_hash(letters) & sense_slots_mask; sense_slots[slot] != 0;
         slot = (slot + 1) & sense_slots_mask) {
        size_t at = sense_slots[slot] - 1u;

        if (memcmp(sense_groups[at].letters, letters, sizeof sense_groups[at].letters) == 0)
            return at;
    }
    return sense_n_groups;
}

static void add(size_t at, uint8_t *seen, int32_t *sums)
{
    if ((seen[at / 8] >> at % 8 & 1) != 0)
        return;
    seen[at / 8] |= (uint8_t)(1u << at % 8);
    for (size_t c = 0; c < sense_n_classes; c++)
        sums[c] += sense_groups[at].weights[c];
}

static void settle(const int32_t *sums, struct sense *out)
{
    double power[SENSE_CLASSES_CAP], all = 0, best[WORDS_KINDS_N] = {0};
    int32_t most = sums[0];

    for (size_t c = 1; c < sense_n_classes; c++)
        most = sums[c] > most ? sums[c] : most;
    for (size_t c = 0; c < sense_n_classes; c++) {
        power[c] = exp((sums[c] - most) * sense_unit);
        all += power[c];
    }
    for (size_t c = 0; c < sense_n_classes; c++) {
        enum words_category category = (enum words_category)sense_class_category[c];
        enum words_kind kind;

        if (sense_class_category[c] < 0) {
            out->plain = power[c] / all;
            continue;
        }
        kind = words_kind_of(category);
        out->sure[kind] += power[c] / all;
        if (power[c] > best[kind]) {
            best[kind] = power[c];
            out->category[kind] = category;
        }
    }
}

enum err words_sense(const struct line *line, struct arena *arena, struct sense *sense_out,
                     struct fail *why)
{
    int32_t sums[SENSE_CLASSES_CAP] = {0};
    uint16_t *letters;
    uint8_t *seen;
    size_t n;
    enum err rc = words_sense_letters(line, arena, &letters, &n, why);

    *sense_out = (struct sense){.sure = {0}};
    if (rc != ERR_OK || n < 3)
        return rc;
    seen = arena_alloc(arena, sense_n_groups / 8 + 1);
    if (seen == NULL)
        return fail_set(why, ERR_NOMEM, "groups of a line");
    memset(seen, 0, sense_n_groups / 8 + 1);
    for (size_t c = 0; c < sense_n_classes; c++)
        sums[c] = sense_bias[c];
    for (size_t i = 0; i < n; i++) {
        uint16_t group[SENSE_GROUP_MOST] = {0};

        for (size_t k = 0; k < SENSE_GROUP_MOST && i + k < n; k++) {
            size_t at;

            group[k] = letters[i + k];
            at = find(group);
            if (at < sense_n_groups)
                add(at, seen, sums);
        }
    }
    settle(sums, sense_out);
    return ERR_OK;
}
