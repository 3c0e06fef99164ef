/* By whom somebody does not want to be asked: his own list. Written first, then it holds. */
#include <stdio.h>
#include <stdlib.h>

#include "node/base/log.h"
#include "node/place/talk_priv.h"

#define BLOCKS_MOST     200 /* of one person */
#define UNCERTAIN_TRIES 3

struct block_answer {
    struct id block;
};
static const struct jx_field answer_fields[] = {
    {.name = "block", .type = JX_ID, .offset = offsetof(struct block_answer, block)}};
const struct jx_shape talk_block_answer_shape =
    JX_SHAPE("TalkBlocked", struct block_answer, answer_fields);

struct block_item {
    struct id block;
    struct span name;
    int64_t at_utc_us;
};
static const struct jx_field item_fields[] = {
    {.name = "block", .type = JX_ID, .offset = offsetof(struct block_item, block)},
    {.name = "name", .type = JX_TEXT, .offset = offsetof(struct block_item, name)},
    {.name = "at", .type = JX_TIME, .offset = offsetof(struct block_item, at_utc_us)},
};
static const struct jx_shape item_shape = JX_SHAPE("TalkBlock", struct block_item, item_fields);
struct blocks_answer {
    struct jx_list blocks;
};
static const struct jx_field blocks_fields[] = {
    {.name = "blocks",
     .type = JX_LIST,
     .shape = &item_shape,
     .offset = offsetof(struct blocks_answer, blocks)}};
const struct jx_shape talk_blocks_shape =
    JX_SHAPE("TalkBlocks", struct blocks_answer, blocks_fields);

/* ---- one decision on its way ---- */

struct change {
    const struct services *services;
    struct chat *chat; /* the live thread's */
    struct command_later later;
    struct block_row row; /* name points below */
    char name[WORLD_NAME_CAP];
    struct id lifted; /* of is_on false: the block in the list */
    struct fail fail;
    int n_tries;
};

static enum err change_run(struct tx *tx, void *arg, struct fail *why)
{
    struct change *c = arg;

    c->row.name = span_text(c->name);
    return block_store_add(tx, c->services->keyring, &c->row, why);
}

static void put(struct chat *chat, const struct change *c, struct place_now now)
{
    struct chat_block *block = calloc(1, sizeof *block);
    struct talk *talk = talk_between(chat, c->row.account, c->row.other);

    if (block == NULL) {
        log_warn("talk.block-unkept", L_ID("block", c->row.id)); /* after a restart it is */
        return;
    }
    *block = (struct chat_block){.next = chat->blocks,
                                 .id = c->row.id,
                                 .account = c->row.account,
                                 .other = c->row.other,
                                 .at_utc_us = c->row.at_utc_us};
    memcpy(block->name, c->name, sizeof block->name);
    chat->blocks = block;
    if (talk != NULL)
        talk_close(chat, talk, c->row.account, TALK_LEFT, now);
}

static void drop(struct chat *chat, struct id id)
{
    struct chat_block **at = &chat->blocks, *block;

    while (*at != NULL && !id_eq((*at)->id, id))
        at = &(*at)->next;
    block = *at;
    if (block == NULL)
        return;
    *at = block->next;
    free(block);
}

static void change_told(void *arg)
{
    struct change *c = arg;
    struct place *place = c->chat->place;
    const struct block_answer ok = {c->row.id};

    if (c->fail.code != ERR_OK) {
        log_warn("talk.block-unwritten", L_FAIL(&c->fail));
        command_later_fail(place->live, &c->later, &c->fail);
    } else {
        if (c->row.is_on)
            put(c->chat, c, place_now());
        else
            drop(c->chat, c->lifted);
        command_later_ok(place->live, &c->later, c->row.is_on ? &ok : NULL);
    }
    free(c);
    arena_reset(place->arena);
}

static void change_done(void *arg, enum err rc, const struct fail *why)
{
    struct change *c = arg;
    const struct writer_op op = {change_run, change_done, c};

    /* The same decision twice, under two ids, is one. */
    if (rc == ERR_UNCERTAIN && ++c->n_tries < UNCERTAIN_TRIES) {
        c->row.id = id_new();
        if (writer_post(c->services->writer, &op, NULL) == ERR_OK)
            return;
    }
    c->fail = *why;
    c->fail.code = rc;
    if (live_post(c->services->live, change_told, c, NULL) != ERR_OK)
        free(c);
}

static void change_post(struct command_call *call, struct chat *chat, const char *name,
                        const struct block_row *row, struct id lifted)
{
    struct change *c = calloc(1, sizeof *c);
    const struct writer_op op = {change_run, change_done, c};
    struct fail fail = {.code = ERR_NOMEM};
    struct command_later later = command_later(call);
    enum err rc = c == NULL ? ERR_NOMEM : ERR_OK;

    if (rc == ERR_OK) {
        *c = (struct change){.services = call->services,
                             .chat = chat,
                             .later = later,
                             .row = *row,
                             .lifted = lifted};
        snprintf(c->name, sizeof c->name, "%s", name);
        rc = writer_post(call->services->writer, &op, &fail);
    }
    if (rc != ERR_OK) {
        command_later_fail(chat->place->live, &later, &fail);
        free(c);
    }
}

/* ---- commands ---- */

static struct chat_block *find(struct chat *chat, struct id account, struct id other)
{
    struct chat_block *block = chat->blocks;

    while (block != NULL && (!id_eq(block->account, account) || !id_eq(block->other, other)))
        block = block->next;
    return block;
}

static int n_blocks(const struct chat *chat, struct id account)
{
    int n = 0;

    for (const struct chat_block *b = chat->blocks; b != NULL; b = b->next)
        n += id_eq(b->account, account);
    return n;
}

void talk_block_ask(struct command_call *call, const struct visit *visit,
                    const struct visit *other)
{
    struct chat *chat = visit->place->chat;
    const struct chat_block *there = find(chat, visit->account, other->account);
    const struct block_row row = {.id = id_new(),
                                  .at_utc_us = call->now_utc_us,
                                  .account = visit->account,
                                  .other = other->account,
                                  .is_on = true};
    char name[WORLD_NAME_CAP];

    if (there != NULL) {
        const struct block_answer ok = {there->id};

        command_ok(call, &ok);
        return;
    }
    if (n_blocks(chat, visit->account) >= BLOCKS_MOST) {
        command_refuse(call, "too-many", "これ以上は、ふやせません。");
        return;
    }
    snprintf(name, sizeof name, "%.*s", SPAN_ARG(world_name(other->person, false)));
    change_post(call, chat, name, &row, ID_NONE);
}

void talk_unblock_ask(struct command_call *call, struct id id)
{
    struct chat *chat = ((const struct guest *)call->visitor)->place->chat;
    const struct chat_block *block = chat->blocks;
    struct fail fail = {.code = ERR_INTERNAL};
    struct block_row row;

    while (block != NULL &&
           (!id_eq(block->id, id) || !id_eq(block->account, call->caller->account)))
        block = block->next;
    if (block == NULL) {
        (void)fail_field(&fail, ERR_NOT_FOUND, "block", "no such block of his");
        command_fail(call, &fail);
        return;
    }
    row = (struct block_row){.id = id_new(),
                             .at_utc_us = call->now_utc_us,
                             .account = block->account,
                             .other = block->other,
                             .is_on = false};
    change_post(call, chat, block->name, &row, block->id);
}

void talk_blocks_answer(struct command_call *call)
{
    const struct chat *chat = ((const struct guest *)call->visitor)->place->chat;
    struct block_item *items =
        arena_alloc(call->arena, (BLOCKS_MOST + 1) * sizeof(struct block_item));
    struct blocks_answer ok = {{items, 0}};
    struct fail fail = {.code = ERR_INTERNAL};

    if (items == NULL) {
        (void)fail_set(&fail, ERR_NOMEM, "blocks");
        command_fail(call, &fail);
        return;
    }
    for (const struct chat_block *b = chat->blocks; b != NULL && ok.blocks.n < BLOCKS_MOST;
         b = b->next)
        if (id_eq(b->account, call->caller->account))
            items[ok.blocks.n++] = (struct block_item){b->id, span_text(b->name), b->at_utc_us};
    command_ok(call, &ok);
}
