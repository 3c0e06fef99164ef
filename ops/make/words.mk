# The lists of safe words, compiled in; the two halves of the corpus and their figures.
WORD_LISTS := $(sort $(wildcard tenants/words/lists/*.txt))
GEN_OBJS_tenants-words += $B/gen/words_lists.o
$B/gen/words_lists.c: ops/lib/embed-lists $(WORD_LISTS) tenants/words/lists
	@mkdir -p $(@D)
	@ops/lib/embed-lists $(WORD_LISTS) >$@

# The model of sentences, learned from the half that may be looked at.
GEN_OBJS_tenants-words += $B/gen/words_sense_model.o
$B/gen/words_sense_model.c: ops/lib/embed-sense tenants/words/sense.txt
	@mkdir -p $(@D)
	@ops/lib/embed-sense tenants/words/sense.txt >$@

.PHONY: words-model
words-model: $B/words-corpus ## learns the model of sentences anew (tenants/words/sense.txt)
	@tests/words/train $<

.PHONY: words-cross
words-cross: $B/words-corpus ## how the model does on lines it has not learned; thresholds are chosen by it
	@tests/words/cross $<

$B/words-corpus: $B/tests/words/corpus.o $B/tenants-words.a $B/node-base.a
	$(call say,LD,$@)$(CC) $(LDFLAGS) $< -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(PKG_LIBS) -o $@

.PHONY: words-corpus
words-corpus: $B/words-corpus ## what the safe words find and what they take amiss, both halves of the corpus
	@tests/words/run $<

# A surface that shows people's text and does not pass it through the safe words.
.PHONY: check-words
check-words:
	@ops/lib/check-words
lint-fast: check-words
