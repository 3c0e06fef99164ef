#include "node/server/ws_queue.h"

#include <stdlib.h>
#include <sys/uio.h>

#include "node/base/unconst.h"

void ws_queue_init(struct ws_queue *queue)
{
    memset(queue, 0, sizeof *queue);
    queue->items = queue->own;
    queue->cap = WS_QUEUE_OWN_FRAMES;
}

static struct ws_queue_item *item_at(const struct ws_queue *queue, uint32_t i)
{
    return &queue->items[(queue->at + i) % queue->cap];
}

/* Lets go of item i; those behind it move up. */
static void take_out(struct ws_queue *queue, uint32_t i)
{
    struct ws_queue_item *item = item_at(queue, i);

    queue->n_bytes -= (uint32_t)ws_shared_bytes(item->frame).len;
    queue->n_sound_ms -= item->sound_ms;
    ws_shared_unref(&item->frame);
    if (i == 0) {
        queue->at = (queue->at + 1) % queue->cap;
    } else {
        for (; i + 1 < queue->n; i++)
            *item_at(queue, i) = *item_at(queue, i + 1);
    }
    queue->n--;
}

static void back_to_own(struct ws_queue *queue)
{
    if (queue->items != queue->own)
        free(queue->items);
    queue->items = queue->own;
    queue->cap = WS_QUEUE_OWN_FRAMES;
    queue->at = 0;
}

void ws_queue_fini(struct ws_queue *queue)
{
    while (queue->n > 0)
        take_out(queue, 0);
    back_to_own(queue);
}

static bool has_room(const struct ws_queue *queue, size_t len)
{
    return queue->n < WS_QUEUE_CAP_FRAMES && queue->n_bytes + len <= WS_QUEUE_CAP_BYTES;
}

/* The first that is not on its way out already. */
static uint32_t first_unsent(const struct ws_queue *queue)
{
    return queue->n_sent_bytes > 0 ? 1 : 0;
}

/* Whether movement, if it is dropped, makes room; drops nothing when it does not, so that a
 * frame without a place costs nobody theirs. */
static bool can_make_room(const struct ws_queue *queue, size_t len)
{
    size_t n_bytes = queue->n_bytes + len, n = queue->n;

    for (uint32_t i = first_unsent(queue); i < queue->n; i++)
        if (item_at(queue, i)->keep == WS_MAY_DROP) {
            n_bytes -= ws_shared_bytes(item_at(queue, i)->frame).len;
            n--;
        }
    return n < WS_QUEUE_CAP_FRAMES && n_bytes <= WS_QUEUE_CAP_BYTES;
}

/* Lets go of all movement: each builds upon the one before. */
static void drop_movement(struct ws_queue *queue)
{
    for (uint32_t i = first_unsent(queue); i < queue->n;) {
        if (item_at(queue, i)->keep == WS_MAY_DROP) {
            take_out(queue, i);
            queue->n_dropped++;
        } else {
            i++;
        }
    }
}

static enum err append(struct ws_queue *queue, struct ws_shared *frame, enum ws_keep keep,
                       struct fail *why)
{
    invariant(queue->cap >= WS_QUEUE_OWN_FRAMES, "the queue was never initialised");
    if (queue->n == queue->cap) {
        struct ws_queue_item *grown = malloc(2 * sizeof *grown * queue->cap);

        if (grown == NULL)
            return fail_set(why, ERR_NOMEM, "%u frames queued", queue->n);
        for (uint32_t i = 0; i < queue->n; i++)
            grown[i] = *item_at(queue, i);
        if (queue->items != queue->own)
            free(queue->items);
        queue->items = grown;
        queue->cap *= 2;
        queue->at = 0;
    }
    *item_at(queue, queue->n++) = (struct ws_queue_item){ws_shared_ref(frame), keep, 0};
    queue->n_bytes += (uint32_t)ws_shared_bytes(frame).len;
    return ERR_OK;
}

enum err ws_queue_push(struct ws_queue *queue, struct ws_shared *frame, enum ws_keep keep,
                       struct fail *why)
{
    if (queue->is_closing)
        return fail_set(why, ERR_CONFLICT, "a close is queued");
    if (has_room(queue, ws_shared_bytes(frame).len))
        return append(queue, frame, keep, why);
    if (keep == WS_MAY_DROP) {
        drop_movement(queue);
        queue->n_dropped++;
        return ERR_OK;
    }
    if (!can_make_room(queue, ws_shared_bytes(frame).len))
        return fail_set(why, ERR_BUSY, "%u frames of %u bytes wait", queue->n, queue->n_bytes);
    drop_movement(queue);
    return append(queue, frame, keep, why);
}

bool ws_queue_push_sound(struct ws_queue *queue, struct ws_shared *frame, unsigned ms)
{
    if (queue->is_closing || queue->n_sound_ms + ms > WS_QUEUE_SOUND_MS ||
        !has_room(queue, ws_shared_bytes(frame).len) ||
        append(queue, frame, WS_KEEP, NULL) != ERR_OK)
        return false;
    item_at(queue, queue->n - 1)->sound_ms = (uint16_t)ms;
    queue->n_sound_ms += ms;
    return true;
}

enum err ws_queue_close(struct ws_queue *queue, struct ws_shared *close_frame, bool is_at_once,
                        struct fail *why)
{
    if (queue->is_closing)
        return ERR_OK;
    queue->is_closing = true;
    while (is_at_once && queue->n > first_unsent(queue))
        take_out(queue, queue->n - 1);
    return append(queue, close_frame, WS_KEEP, why);
}

int ws_queue_peek(const struct ws_queue *queue, struct iovec *pieces, int cap)
{
    int n = 0;

    for (; n < cap && (uint32_t)n < queue->n; n++) {
        struct span bytes = ws_shared_bytes(item_at(queue, (uint32_t)n)->frame);

        if (n == 0)
            bytes = span_from(bytes, queue->n_sent_bytes);
        /* The system's struct is for reading as well; a write only reads. */
        pieces[n].iov_base = unconst(bytes.p);
        pieces[n].iov_len = bytes.len;
    }
    return n;
}

void ws_queue_wrote(struct ws_queue *queue, size_t n_bytes)
{
    while (n_bytes > 0) {
        size_t left;

        invariant(queue->n > 0, "%zu bytes more than were queued", n_bytes);
        left = ws_shared_bytes(item_at(queue, 0)->frame).len - queue->n_sent_bytes;
        if (n_bytes < left) {
            queue->n_sent_bytes += (uint32_t)n_bytes;
            return;
        }
        n_bytes -= left;
        queue->n_sent_bytes = 0;
        take_out(queue, 0);
    }
    if (queue->n == 0)
        back_to_own(queue);
}

bool ws_queue_is_empty(const struct ws_queue *queue)
{
    return queue->n == 0;
}

bool ws_queue_is_finished(const struct ws_queue *queue)
{
    return queue->is_closing && queue->n == 0;
}

uint32_t ws_queue_take_dropped(struct ws_queue *queue)
{
    uint32_t n = queue->n_dropped;

    queue->n_dropped = 0;
    return n;
}
