/* node/place/react_kinds.h - what one may show without voice or text (AI-2.4-カ): the ids of
 * the command `react`, of its event and of table reaction_event. What each looks like and is
 * called is the client's (node/web). None says no to another person. An id is never given
 * another meaning. Threads: const data. */
#ifndef NODE_PLACE_REACT_KINDS_H
#define NODE_PLACE_REACT_KINDS_H

#define REACT_KINDS \
    "hello|bye|thanks|sorry|nod|good|clap|heart|smile|laugh|wow|think|question|hand|sad|" \
    "tired|" \
    "cheer|star"
#define REACT_KINDS_N 18

#endif
