#include "federation/link_stream.h"

#include <stdlib.h>

void link_stream_init(struct link_stream *stream)
{
    *stream = (struct link_stream){.next = 1};
}

static struct link_kept *kept_at(const struct link_stream *stream, uint64_t seq)
{
    return &stream->ring[seq % LINK_RING_FRAMES];
}

/* The oldest that is kept. */
static void let_go(struct link_stream *stream)
{
    struct link_kept *kept = kept_at(stream, ++stream->acked);

    stream->n_bytes -= kept->len;
    free(kept->bytes);
    *kept = (struct link_kept){NULL, 0, 0};
}

static void lose_one(struct link_stream *stream)
{
    let_go(stream);
    stream->lost = stream->acked;
}

void link_stream_fini(struct link_stream *stream)
{
    while (stream->acked < stream->last)
        let_go(stream);
    free(stream->ring);
    link_stream_init(stream);
}

void link_stream_begin(struct link_stream *stream, struct id id)
{
    struct link_kept *ring;

    while (stream->acked < stream->last)
        let_go(stream);
    ring = stream->ring;
    link_stream_init(stream);
    stream->ring = ring;
    stream->id = id;
}

enum err link_stream_put(struct link_stream *stream, const struct frame *frame,
                         int64_t now_mono_us, struct fail *why)
{
    const size_t len = FRAME_HEAD_BYTES + frame->payload.len;
    struct frame numbered = *frame;
    struct bytes_out out = {NULL, 0, len};
    enum err rc;

    if (id_is_none(stream->id))
        return fail_set(why, ERR_NOT_FOUND, "no stream");
    if (frame->payload.len > FRAME_PAYLOAD_MOST)
        return fail_set(why, ERR_TOO_LARGE, "payload of %zu bytes", frame->payload.len);
    if (stream->ring == NULL)
        stream->ring = calloc(LINK_RING_FRAMES, sizeof *stream->ring);
    out.p = malloc(len);
    if (stream->ring == NULL || out.p == NULL) {
        free(out.p);
        return fail_set(why, ERR_NOMEM, "a frame of %zu bytes", len);
    }
    numbered.seq = stream->last + 1;
    rc = frame_write(&numbered, &out, why);
    if (rc != ERR_OK) {
        free(out.p);
        return rc;
    }
    while (stream->acked < stream->last && (stream->last - stream->acked == LINK_RING_FRAMES ||
                                            stream->n_bytes + len > LINK_RING_BYTES))
        lose_one(stream);
    *kept_at(stream, ++stream->last) = (struct link_kept){out.p, (uint32_t)len, now_mono_us};
    stream->n_bytes += len;
    return ERR_OK;
}

void link_stream_age(struct link_stream *stream, int64_t now_mono_us)
{
    while (stream->acked < stream->last &&
           now_mono_us - kept_at(stream, stream->acked + 1)->at_mono_us > LINK_RING_US)
        lose_one(stream);
}

int link_stream_n_kept(const struct link_stream *stream)
{
    return (int)(stream->last - stream->acked);
}

struct span link_stream_peek(const struct link_stream *stream)
{
    const struct link_kept *kept;

    if (stream->next > stream->last || stream->next <= stream->acked)
        return SPAN_NONE;
    kept = kept_at(stream, stream->next);
    return span_of(kept->bytes, kept->len);
}

void link_stream_sent(struct link_stream *stream)
{
    stream->next++;
}

bool link_stream_is_broken(const struct link_stream *stream)
{
    return stream->lost >= stream->next;
}

enum link_order link_stream_hear(struct link_stream *stream, uint64_t seq)
{
    if (seq <= stream->heard)
        return LINK_DOUBLE;
    if (seq != stream->heard + 1)
        return LINK_GAP;
    stream->heard = seq;
    stream->is_confirmed = true;
    return LINK_NEXT;
}

bool link_stream_acknowledge(struct link_stream *stream, uint64_t heard)
{
    if (heard >= stream->next)
        return false; /* it never went out */
    while (stream->acked < heard)
        let_go(stream);
    stream->is_confirmed = true;
    return true;
}

bool link_stream_fits(const struct link_stream *stream, struct id theirs, uint64_t heard)
{
    return !id_is_none(stream->id) && id_eq(stream->id, theirs) && heard >= stream->lost &&
           heard <= stream->last;
}

void link_stream_go_on(struct link_stream *stream, uint64_t heard)
{
    while (stream->acked < heard)
        let_go(stream);
    /* What they acknowledged once they have heard, whatever they say now. */
    stream->next = stream->acked + 1;
    stream->told = stream->heard; /* our hello said so */
    stream->is_confirmed = true;
}

enum link_resume link_stream_judge(const struct link_stream *stream,
                                   const struct frame_hello *host, bool host_is_whole)
{
    if (host_is_whole && link_stream_fits(stream, host->stream, host->heard))
        return LINK_GOES_ON;
    if (!id_is_none(stream->id) && !stream->is_confirmed && stream->lost == 0 &&
        !id_eq(stream->id, host->stream))
        return LINK_OFFER_AGAIN;
    return LINK_BEGINS;
}

void link_stream_again(struct link_stream *stream)
{
    stream->next = 1;
}
