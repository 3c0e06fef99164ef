#include "node/db/audit_ranges.h"

#include <stdlib.h>

void ranges_fini(struct ranges *ranges)
{
    free(ranges->at);
    ranges->at = NULL;
    ranges->n = ranges->cap = 0;
}

enum err ranges_add(struct ranges *ranges, uint64_t first, uint64_t last, int table,
                    uint64_t by, struct fail *why)
{
    struct range *end = ranges->n == 0 ? NULL : &ranges->at[ranges->n - 1];

    if (end != NULL && end->table == table && end->by == by && first == end->last + 1) {
        end->last = last;
        return ERR_OK;
    }
    if (ranges->n == ranges->cap || ranges->at == NULL) {
        size_t cap = ranges->cap == 0 ? 64 : ranges->cap * 2;
        struct range *at = realloc(ranges->at, cap * sizeof *at);

        if (at == NULL)
            return fail_set(why, ERR_NOMEM, "%zu ranges", cap);
        ranges->at = at;
        ranges->cap = cap;
    }
    ranges->at[ranges->n++] = (struct range){first, last, by, table};
    return ERR_OK;
}

static bool take_number(struct span *rest, uint64_t *v_out)
{
    size_t n = 0;
    uint64_t v = 0;

    while (n < rest->len && n < 18 && rest->p[n] >= '0' && rest->p[n] <= '9')
        v = v * 10 + (uint64_t)(rest->p[n++] - '0');
    if (n == 0 || (n > 1 && rest->p[0] == '0'))
        return false;
    *v_out = v;
    *rest = span_from(*rest, n);
    return true;
}

enum err ranges_read(struct span text, uint64_t limit,
                     enum err (*each)(void *arg, uint64_t first, uint64_t last,
                                      struct fail *why),
                     void *arg, uint64_t *n_out, struct fail *why)
{
    struct span rest = text;
    uint64_t first, last, n = 0, least = 0; /* the least number that may come next */

    for (;;) {
        enum err rc;

        if (!take_number(&rest, &first))
            break;
        last = first;
        if (rest.len > 0 && rest.p[0] == '-') {
            rest = span_from(rest, 1);
            if (!take_number(&rest, &last) || last <= first)
                break;
        }
        if (first < least || last >= limit)
            break;
        least = last + 1;
        n += last - first + 1;
        rc = each(arg, first, last, why);
        if (rc != ERR_OK)
            return rc;
        if (rest.len == 0) {
            *n_out = n;
            return ERR_OK;
        }
        if (rest.p[0] != ',')
            break;
        rest = span_from(rest, 1);
    }
    return fail_set(why, ERR_PROTO, "not a list of ranges at byte %zu", text.len - rest.len);
}

static int by_first(const void *a, const void *b)
{
    const struct range *x = a, *y = b;

    return x->first < y->first ? -1 : x->first > y->first;
}

static void sort(struct ranges *ranges)
{
    if (ranges->n > 1)
        qsort(ranges->at, ranges->n, sizeof *ranges->at, by_first);
}

/* Walks both lists by the smallest number not yet spoken for. */
void ranges_compare(struct ranges *closed, struct ranges *lawful,
                    void (*each)(enum ranges_what what, const struct range *range, void *arg),
                    void *arg)
{
    size_t c = 0, l = 0;
    struct range left = {0}, right = {0};
    bool has_left = false, has_right = false;
    uint64_t least = 0; /* numbers below were given as closed */

    sort(closed);
    sort(lawful);
    for (;;) {
        uint64_t end;

        while (!has_left && c < closed->n) {
            left = closed->at[c++];
            if (left.first < least)
                left.first = least;
            has_left = left.first <= left.last;
        }
        if (has_left && left.last >= least)
            least = left.last + 1;
        if (!has_right && l < lawful->n) {
            right = lawful->at[l++];
            has_right = true;
        }
        /* What a deletion lists again was compared the first time. */
        if (has_right && l < lawful->n && lawful->at[l].first <= right.last) {
            each(RANGES_TWICE, &lawful->at[l], arg);
            if (lawful->at[l].last > right.last)
                right.last = lawful->at[l].last;
            l++;
            continue;
        }
        if (!has_left && !has_right)
            return;
        if (!has_right || (has_left && left.last < right.first)) {
            each(RANGES_UNCOVERED, &left, arg);
            has_left = false;
        } else if (!has_left || right.last < left.first) {
            each(RANGES_OPEN, &right, arg);
            has_right = false;
        } else if (left.first != right.first) { /* cut off what stands before the overlap */
            struct range *low = left.first < right.first ? &left : &right, part = *low;

            part.last = (low == &left ? right.first : left.first) - 1;
            each(low == &left ? RANGES_UNCOVERED : RANGES_OPEN, &part, arg);
            low->first = part.last + 1;
        } else { /* the same start: as far as both go */
            end = left.last < right.last ? left.last : right.last;
            if (left.table != right.table) {
                struct range part = {left.first, end, right.by, left.table};

                each(RANGES_UNCOVERED, &part, arg);
            }
            has_left = left.last > end;
            has_right = right.last > end;
            left.first = right.first = end + 1;
        }
    }
}
