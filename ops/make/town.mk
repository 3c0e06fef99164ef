# One more municipality beside the demo of `make run`; clean-demo takes it away with the rest.
.PHONY: town
town: ## one more town beside the running demo, in its federation: NAME=kawabe TITLE=かわべ町
	@ops/add-town "$(NAME)" "$(TITLE)" $(if $(KANA),"$(KANA)")
