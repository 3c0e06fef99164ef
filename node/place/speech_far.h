/* node/place/speech_far.h - voices that cross to other towns and come from there, on a floor
 * that has a mirror (node/place/mirror.h): what our own people say in the open of it is asked
 * of the media program as packets and handed to the mirror's feature; a figure's packets go in
 * as a talker without a session, heard in the zone where the figure stands. Never a mix, never
 * what is said in a closed room or by two alone.
 *
 * What waited too long on its way is dropped, not heard late (SPEECH_LATE_US). Nothing of a
 * figure's voice is written here: it is in its own town's log, and no contact of ours.
 * Threads: the live thread's.  Owns: what of figures is open with the media program. */
#ifndef NODE_PLACE_SPEECH_FAR_H
#define NODE_PLACE_SPEECH_FAR_H

#include "node/place/mirror_priv.h"

#define SPEECH_LATE_US INT64_C(150000)

/* It goes, is lost, or its voice was stopped: silent at once, and told. Nothing open: nothing.
 */
void speech_far_end(struct mirror_figure *figure);
/* The place ends: nothing is told to anybody. */
void speech_far_forget(struct mirror_figure *figure);

#endif
