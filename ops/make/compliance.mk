# 仕様適合表: every requirement id that tests carry, with the test and its last result.
.PHONY: compliance
$B/ibasho-compliance: $(patsubst %.c,$B/%.o,$(wildcard ops/compliance/*.c)) $B/node-io.a $B/node-base.a
	$(call say,LD,$@)$(CC) $(LDFLAGS) $^ $(PKG_LIBS) -o $@
compliance: $B/ibasho-compliance ## table of requirements and tests: text, CSV, A4 PDF
	@mkdir -p build/compliance
	@$< ops/data/requirements.tsv build/test-results build/compliance; rc=$$?; \
	  [ $$rc -eq 2 ] || { cat build/compliance/compliance.txt; ls build/compliance; }; exit $$rc
